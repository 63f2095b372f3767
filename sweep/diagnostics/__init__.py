"""Diagnostics: what chains say about themselves, and the verdict on a fit."""
