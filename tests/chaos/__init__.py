"""Crashes on purpose: whatever breaks wherever, running again gives what was to be given."""
