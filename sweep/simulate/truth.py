"""Truth: about groups of a simulated tracker, as a table of estimates would have it."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sweep.errors import UsageError
from sweep.simulate.brand_tracker import Tracker
from sweep.simulate.country import LEVELS, SHAPE

__all__ = ["MARGINS", "NAMED", "expression", "truth_of", "truth_table"]

# The groups of configs/tracker.yaml: few enough for a report, with all sizes from some dozens of
# respondents to all of them.
MARGINS: tuple[tuple[str, ...], ...] = (
    (),
    ("age_band",),
    ("sex",),
    ("region",),
    ("education",),
    ("income",),
    ("age_band", "sex"),
)
YOUNG, OLD = ("18-24", "25-34"), ("65+",)
NAMED: dict[str, dict[str, tuple[str, ...]]] = {
    "young_london": {"age_band": YOUNG, "region": ("London",)},
    "young_highlands": {"age_band": YOUNG, "region": ("Highlands and Islands",)},
    "young_no_qualification": {"age_band": YOUNG, "education": ("None",)},
    "old_north_wales": {"age_band": OLD, "region": ("North Wales",)},
    "graduates_merseyside": {"region": ("Merseyside",), "education": ("Degree",)},
    "women_highlands": {"sex": ("Female",), "region": ("Highlands and Islands",)},
    "rich_northern_ireland": {"region": ("Northern Ireland",), "income": ("75k and over",)},
    "young_poor_manchester": {
        "age_band": YOUNG,
        "region": ("Greater Manchester",),
        "income": ("under 20k",),
    },
    "young_urban": {
        "age_band": YOUNG,
        "region": ("London", "Greater Manchester", "Merseyside", "West Midlands"),
    },
}


def truth_of(
    tracker: Tracker, by: Sequence[str], where: Mapping[str, Sequence[str]] | None = None
) -> pd.DataFrame:
    """Return the truth about every outcome in every group formed by some predictors.

    Parameters
    ----------
    by
        Predictors; none for the total.
    where
        Restricts the population to some levels of some predictors.

    Returns
    -------
    DataFrame
        One row per outcome and group: ``outcome``, the predictors, ``truth`` (the share of the
        group's adults who would answer with a success), ``respondents`` (answers that count) and
        ``prevalence`` (the truth about the total).

    Raises
    ------
    UsageError
        If a predictor or a level does not exist.
    """
    member, levels = _groups(by, _inside(where or {}))
    sizes = member * tracker.sizes
    truth = sizes @ tracker.probability / sizes.sum(axis=1, keepdims=True)
    respondents = member @ tracker.respondents.astype(np.float64)
    total = tracker.sizes @ tracker.probability / tracker.sizes.sum()
    outcomes, groups = len(tracker.questions), len(member)
    return pd.DataFrame(
        {
            "outcome": np.repeat([q.name for q in tracker.questions], groups),
            **{name: np.tile(column, outcomes) for name, column in levels.items()},
            "truth": truth.T.ravel(),
            "respondents": respondents.astype(np.int64).T.ravel(),
            "prevalence": np.repeat(total, groups),
        }
    )


def _groups(
    by: Sequence[str], inside: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], dict[str, NDArray[np.str_]]]:
    """Return which cells each group has, shape (groups, cells), and its levels by predictor."""
    _check_predictors(by)
    axes = [list(LEVELS).index(predictor) for predictor in by]
    shape = [SHAPE[axis] for axis in axes]
    position = np.unravel_index(np.arange(len(inside)), SHAPE)
    groups = int(np.prod(shape, dtype=np.int64))
    code = np.zeros(len(inside), np.int64)
    for axis in axes:
        code = code * SHAPE[axis] + position[axis]
    indices = np.unravel_index(np.arange(groups), shape) if by else ()
    levels = {name: np.array(LEVELS[name])[k] for name, k in zip(by, indices, strict=True)}
    # Floats, because products of integers are an order of magnitude slower.
    return ((code == np.arange(groups)[:, None]) & inside).astype(np.float64), levels


def truth_table(
    tracker: Tracker,
    margins: Iterable[Sequence[str]] = MARGINS,
    named: Mapping[str, Mapping[str, Sequence[str]]] = NAMED,
) -> pd.DataFrame:
    """Return the truth about many groups in one table, in the shape of a table of estimates.

    The columns are those of `truth_of`, with ``group`` and every predictor, null where a row is
    not grouped by it; ``group`` is the name of a named group, as in a table of estimates.
    """
    parts = [truth_of(tracker, by) for by in margins]
    parts += [truth_of(tracker, (), where).assign(group=name) for name, where in named.items()]
    columns = ["outcome", "group", *LEVELS, "truth", "respondents", "prevalence"]
    table = pd.concat([part.reindex(columns=columns) for part in parts], ignore_index=True)
    return table.astype(dict.fromkeys(["group", *LEVELS], "str"))


def expression(where: Mapping[str, Sequence[str]]) -> str:
    """Write a restriction to some levels as the expression that a config's group would use."""
    return " and ".join(
        f"{predictor} == '{levels[0]}'" if len(levels) == 1 else f"{predictor} in {list(levels)}"
        for predictor, levels in where.items()
    )


def _check_predictors(predictors: Iterable[str]) -> None:
    unknown = [predictor for predictor in predictors if predictor not in LEVELS]
    if unknown:
        msg = f"the simulated tracker has no predictor {unknown[0]!r}; it has {', '.join(LEVELS)}"
        raise UsageError(msg)


def _inside(where: Mapping[str, Sequence[str]]) -> NDArray[np.bool_]:
    """Return which cells are restricted to the given levels."""
    _check_predictors(where)
    inside = np.ones(SHAPE, bool)
    for predictor, levels in where.items():
        unknown = [level for level in levels if level not in LEVELS[predictor]]
        if unknown:
            allowed = ", ".join(LEVELS[predictor])
            msg = f"{predictor} has no level {unknown[0]!r}; it has {allowed}"
            raise UsageError(msg)
        axis = list(LEVELS).index(predictor)
        chosen = np.isin(LEVELS[predictor], levels)
        inside &= chosen.reshape([-1 if k == axis else 1 for k in range(len(SHAPE))])
    return inside.ravel()
