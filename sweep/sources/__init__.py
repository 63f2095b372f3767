"""Sources: reading what users have."""
