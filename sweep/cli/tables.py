"""Tables: what people read in a terminal: estimates as percentages, states with reasons."""

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sweep.cli.output import frame_rows, table_lines
from sweep.keys import Json
from sweep.words.columns import RESERVED
from sweep.words.states import WORST_FIRST

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["estimate_lines", "state_lines", "with_base"]

ERRORS = {"mean": "mcse", "lower": "mcse_lower", "upper": "mcse_upper"}
SHARES = (*ERRORS, "raw", "weighted")


def estimate_lines(table: "pd.DataFrame") -> list[str]:
    """Return estimates as lines, one per row, in per cent; the full table has more columns.

    Each column has the decimals that Monte Carlo error supports in every row that is shown.
    """
    from sweep.report.figures import decimals

    variables = [name for name in table.columns if name not in RESERVED]
    shown = frame_rows(table)
    digits = {
        share: decimals(row[error] for row in shown if row[share] is not None)
        for share, error in ERRORS.items()
    }
    rows = [estimate_row(row, variables, digits) for row in shown]
    names = ["outcome", "group", *(f"{s} %" for s in SHARES[:3]), "n", "raw %"]
    names += ["weighted %"] if any(row["weighted %"] is not None for row in rows) else []
    return table_lines(rows, [*names, "status", "flag"])


def estimate_row(row: Mapping[str, Any], variables: list[str], digits: Mapping[str, int]) -> Json:
    """Return one estimate as it is printed: its group in words, its shares in per cent."""
    at = [f"{name}={row[name]}" for name in variables if row[name] is not None]
    where = row["group"] or ", ".join(at)
    estimated = row["mean"] is not None
    shares = {f"{s} %": percent(row, s, digits.get(s, 1)) for s in SHARES}
    kept = {k: row[k] for k in ("outcome", "n", "status", "flag")}
    return {**kept, **shares, "group": where or ("total" if estimated else "")}


def percent(row: Mapping[str, Any], share: str, digits: int) -> Decimal | str | None:
    """Return a share in per cent as the report has it; a Decimal keeps its last zero when printed.

    One of which not even whole per cents hold is a text with a mark, and so is what is nearly none
    or nearly all.
    """
    from sweep.report.figures import bare_percent, mark

    if row[share] is None:
        return None
    sign = mark(row[ERRORS[share]]) if share in ERRORS else ""
    words = sign + bare_percent(row[share], digits)
    return Decimal(words) if words[0].isdigit() else words


def state_lines(fits: "pd.DataFrame", all_: bool) -> list[str]:
    """Return outcomes with their state and reason, the worst first; clean ones only on demand."""
    rows = sorted(frame_rows(fits), key=lambda row: WORST_FIRST.index(row["status"]))
    shown = [row for row in rows if all_ or row["status"] != "ok"]
    columns = ("status", "outcome", "n", "r_hat", "ess_bulk", "ess_tail", "seconds", "reason")
    return table_lines([with_base(row) for row in shown], columns) if shown else []


def with_base(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return an outcome's row with a word where its base is withheld."""
    return {**row, "n": "withheld"} if row["n"] is None else row
