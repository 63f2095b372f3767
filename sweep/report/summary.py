"""Summary: what the page says before any script runs: counts, problems first, totals."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sweep.estimates.table import grouped_by, withheld_flag
from sweep.keys import Json
from sweep.report.contents import Report
from sweep.report.figures import decimals
from sweep.words.states import WORST_FIRST

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Line", "Summary", "summary"]


@dataclass(frozen=True)
class Line:
    """One outcome: its number in config order, its name, its state and its diagnostics."""

    index: int
    title: str
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Summary:
    """Outcomes by status, all outcomes worst first, the totals, and the groups flagged.

    ``digits`` are the decimals of the totals' columns ``mean`` and ``ends``, those of the interval;
    ``low`` is what stands in place of a base that is withheld.
    """

    statuses: Mapping[str, int]
    lines: tuple[Line, ...]
    totals: tuple[Mapping[str, Any], ...]
    digits: Mapping[str, int]
    withheld: int
    groups: int
    low: str

    @property
    def problems(self) -> tuple[Line, ...]:
        """Outcomes that are not ok, failed ones first."""
        return tuple(line for line in self.lines if line.values["status"] != "ok")

    @property
    def estimated(self) -> int:
        """Outcomes with estimates."""
        return self.statuses["ok"] + self.statuses["flagged"]


def summary(report: Report) -> Summary:
    """Return what a reader without the script, or without time, should know."""
    records = _records(report.outcomes)
    lines = [
        Line(i, str(record["label"] or record["outcome"]), record)
        for i, record in enumerate(records)
    ]
    lines.sort(key=lambda line: WORST_FIRST.index(line.values["status"]))
    low = withheld_flag(report.provenance["minimum_base"])
    found = report.estimates[report.estimates["mean"].notna()]
    totals = _records(_totals(found))
    ends = [row[name] for row in totals for name in ("mcse_lower", "mcse_upper")]
    return Summary(
        statuses={s: sum(r["status"] == s for r in records) for s in WORST_FIRST},
        lines=tuple(lines),
        totals=tuple(totals),
        digits={"mean": decimals(row["mcse"] for row in totals), "ends": decimals(ends)},
        withheld=int(found["flag"].fillna("").str.contains(low, regex=False).sum()),
        groups=len(found),
        low=low,
    )


def _totals(found: "pd.DataFrame") -> "pd.DataFrame":
    whole = grouped_by(found).map(len) == 0
    return found[whole.astype(bool) & found["group"].isna()]


def _records(frame: "pd.DataFrame") -> list[Json]:
    """Return rows with every null as None, whatever a column's dtype calls null."""
    columns = {name: frame[name].astype("object") for name in frame.columns}
    rows = {name: values.where(values.notna(), None).tolist() for name, values in columns.items()}
    return [{name: rows[name][i] for name in rows} for i in range(len(frame))]
