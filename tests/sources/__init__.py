"""Tests of sweep.sources."""
