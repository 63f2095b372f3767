"""Faults: a proxy that breaks what passes through it."""
