"""The engine as a whole: plans, keys, workers, backend, coordinator."""
