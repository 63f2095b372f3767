"""Estimates: from draws to a table of rows."""
