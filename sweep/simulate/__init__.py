"""Simulate: a brand tracker with a known truth, and a real survey that anyone can get.

The simulator serves ``sweep init``, the demo and the proof that intervals cover what they claim.
"""

from sweep.simulate.brand_tracker import Tracker, tracker
from sweep.simulate.gss import write_gss
from sweep.simulate.intervals import coverage, coverage_line
from sweep.simulate.raw import write_raw
from sweep.simulate.truth import truth_of, truth_table
from sweep.simulate.write import write_tracker

__all__ = [
    "Tracker",
    "coverage",
    "coverage_line",
    "tracker",
    "truth_of",
    "truth_table",
    "write_gss",
    "write_raw",
    "write_tracker",
]
