"""Journal: what a run consists of, and what happened to it."""
