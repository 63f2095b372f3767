"""Maintenance: look after a store: verify it, collect its garbage."""
