"""Coordinator: what one process does while a run's tasks are worked on."""
