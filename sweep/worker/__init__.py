"""Worker: one process that does tasks."""
