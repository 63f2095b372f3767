"""Bench: how fast posteriors are sampled here, by this program and by others, once they agree."""
