"""Tests, as a package: one of the dependencies installs an importable `tests` of its own."""
