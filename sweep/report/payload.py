"""Payload: the report's tables as compact JSON for the page's script.

Columns instead of rows, groups and texts named once, numbers rounded to the digits anybody can
see: 200 outcomes in 40 groups take well under a megabyte.
"""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sweep.estimates.table import grouped_by, withheld_flag
from sweep.keys import Json
from sweep.report.contents import OUTCOMES, Report
from sweep.report.figures import (
    ERROR_DIGITS,
    probability,
    rounded_shares,
    significant,
    significants,
)
from sweep.words.states import ESTIMATED, WORST_FIRST

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["payload", "script_json"]

SHARES = ("mean", "lower", "upper", "raw", "weighted")  # as the page's own text has them
DIGITS = {
    **dict.fromkeys(("sd", "share", "unseen_share"), 4),
    **dict.fromkeys(("mcse", "mcse_lower", "mcse_upper"), ERROR_DIGITS),
    "r_hat": 5,
    "ess_bulk": 6,
    "ess_tail": 6,
    "n": 9,
}
NO_GROUP = -1  # the one row of an outcome without estimates
UNSAFE = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def payload(report: Report) -> Json:
    """Return what the page's script draws from, ready for JSON."""
    groupings, groups, index = _groups(report)
    return {
        "level": probability(report.interval),
        "worstFirst": list(WORST_FIRST),
        "estimated": list(ESTIMATED),
        "minimumBase": report.provenance["minimum_base"],
        "withheld": withheld_flag(report.provenance["minimum_base"]),
        "weighted": bool(report.estimates["weighted"].notna().any()),
        "variables": list(report.variables),
        "outcomes": {name: _plain(report.outcomes[name]) for name in OUTCOMES},
        "groupings": groupings,
        "groups": groups,
        "rows": _rows(report, index),
    }


def script_json(value: Any) -> str:
    """Return JSON that stays inside a ``<script>``: no ``<``, ``>``, ``&`` or line separator."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for character, escape in UNSAFE.items():
        text = text.replace(character, escape)
    return text


def _plain(values: "pd.Series[Any]") -> list[Any]:
    return [
        None if missing else value if isinstance(value, str) else significant(float(value), 6)
        for value, missing in zip(values, values.isna(), strict=True)
    ]


def _groups(report: Report) -> tuple[list[Json], dict[str, list[Any]], list[int]]:
    """Name each grouping and group once; return them and the group's number per row.

    Groupings and named groups keep the order of the table, which is the config's; other groups
    follow the levels' order in the config.
    """
    frame, variables = report.estimates, list(report.variables)
    columns = [frame[name].astype("object").tolist() for name in variables]
    shapes = grouped_by(frame).tolist()
    named = frame["group"].astype("object").where(frame["group"].notna(), None).tolist()
    there = frame["mean"].notna().tolist()
    ids: list[tuple[Any, ...] | None] = []
    for row, (shape, name) in enumerate(zip(shapes, named, strict=True)):
        levels = tuple(columns[variables.index(v)][row] for v in shape)
        kind = "*named" if name is not None else shape
        ids.append((kind, (name,) if name is not None else levels) if there[row] else None)
    kinds = list(dict.fromkeys(id_[0] for id_ in ids if id_ is not None))
    rank = _level_ranks(report)
    found = dict.fromkeys(id_ for id_ in ids if id_ is not None)  # each once, as they come
    order = sorted(found, key=lambda id_: (kinds.index(id_[0]), _rank(id_, rank)))
    number = {id_: i for i, id_ in enumerate(order)}
    groupings: list[Json] = [
        {"name": _grouping_name(kind, report), "variables": [] if kind == "*named" else list(kind)}
        for kind in kinds
    ]
    groups: dict[str, list[Any]] = {
        "grouping": [kinds.index(kind) for kind, _ in order],
        "levels": [list(levels) for _, levels in order],
    }
    return groupings, groups, [NO_GROUP if id_ is None else number[id_] for id_ in ids]


def _grouping_name(kind: Any, report: Report) -> str:
    if kind == "*named":
        return "Named groups"
    return " × ".join(map(report.label, kind)) if kind else "Total"


def _level_ranks(report: Report) -> dict[str, dict[str, int]]:
    ranks = {}
    for name in report.variables:
        values = report.estimates[name]
        levels = values.cat.categories if values.dtype == "category" else values.dropna().unique()
        ranks[name] = {level: i for i, level in enumerate(levels)}
    return ranks


def _rank(id_: tuple[Any, ...], ranks: dict[str, dict[str, int]]) -> tuple[int, ...]:
    kind, levels = id_
    if kind == "*named":
        return ()
    return tuple(ranks[v][level] for v, level in zip(kind, levels, strict=True))


def _rows(report: Report, index: Sequence[int]) -> Json:
    frame = report.estimates
    position = {name: i for i, name in enumerate(report.outcomes["outcome"])}
    rows: Json = {"o": [position[name] for name in frame["outcome"]], "g": list(index)}
    for name in SHARES:
        rows[name] = rounded_shares(frame[name].astype("float64").tolist())
    for name, digits in DIGITS.items():
        rows[name] = significants(frame[name].astype("float64").tolist(), digits)
    for name in ("wave", "category", "flag"):
        texts, codes = _coded(frame[name])
        rows[name] = {"texts": texts, "codes": codes if texts else []}
    return rows


def _coded(values: "pd.Series[Any]") -> tuple[list[str], list[int]]:
    import pandas as pd

    codes, texts = pd.factorize(values)
    return [str(text) for text in texts], [int(code) for code in codes]
