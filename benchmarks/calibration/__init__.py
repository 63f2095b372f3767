"""Calibration: whether posteriors are right, from a drawn truth through a sweep to what it tells.

``python -m benchmarks.calibration`` measures it, ``python -m benchmarks.calibration.gates`` plants
bugs and shows what catches them; both write their part of docs/calibration.md.
"""
