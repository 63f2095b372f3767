"""Ray: the same worker on the cores of a cluster."""
