"""Data: tables in, counts out; no store, no network."""
