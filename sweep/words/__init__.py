"""Words: how messages count, name and show things."""
