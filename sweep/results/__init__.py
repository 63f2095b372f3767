"""Results: estimates of all outcomes joined into one table and one report."""
