"""The worker: one process that does tasks."""
