"""Mutants: hundreds of small bugs planted one by one, and which of them no fast test notices."""
