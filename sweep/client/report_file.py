"""Report file: a run's report, or its whole table, written where a user wants it."""

from pathlib import Path

from sweep.artifacts.artifact import read
from sweep.client.files import check_report_path, write_whole
from sweep.client.inputs import refuse_inputs
from sweep.journal.run_plan import RunPlan
from sweep.results.report import publish_report
from sweep.store import Store

__all__ = ["write_report"]


def write_report(store: Store, plan: RunPlan, path: Path) -> Path:
    """Write what a path's ending asks for, and return the path; refuse what must not be written."""
    name = check_report_path(path)
    refuse_inputs(path, plan, store)
    key = publish_report(store, plan.run)
    write_whole(path, read(store, "report", key, [name]).payload[name])
    return path
