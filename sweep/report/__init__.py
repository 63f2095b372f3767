"""Report: everything a reader needs to judge a sweep, in one self-contained HTML page."""

from sweep.report.contents import Dropped, Provenance, Report, TableSummary, Transform
from sweep.report.render import render

__all__ = ["Dropped", "Provenance", "Report", "TableSummary", "Transform", "render"]
