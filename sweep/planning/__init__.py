"""Planning: from a config to keys, and from keys to what is left to do."""
