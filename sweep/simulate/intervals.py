"""Intervals: how often they cover the truth, by how rare the answer and small the group is."""

import numpy as np
import pandas as pd

from sweep.errors import UsageError

__all__ = ["PREVALENCES", "RESPONDENTS", "coverage", "coverage_line"]

PREVALENCES = ("under 3 %", "3-10 %", "10-25 %", "25-50 %", "50 % and over")
PREVALENCE_CUTS = (0.03, 0.10, 0.25, 0.50)
RESPONDENTS = ("under 100", "100-1,000", "over 1,000")
NOT_KEYS = ("truth", "respondents", "prevalence")


def coverage(estimates: pd.DataFrame, truth: pd.DataFrame, interval: float = 0.9) -> pd.DataFrame:
    """Count the truths that lie in their intervals, in bands of prevalence and of respondents.

    The bands are of the outcome's prevalence, not of the group's own truth: a band chosen by the
    quantity that is estimated would select the extremes, which no interval that pools covers.

    Parameters
    ----------
    estimates
        A table of estimates: ``outcome``, the columns that name a group, ``lower``, ``upper``.
    truth
        One row per outcome and group: the same columns that name it, ``truth``, ``respondents``
        and ``prevalence``, as `truth_table` returns them.
    interval
        The probability that the intervals are meant to hold.

    Returns
    -------
    DataFrame
        One row for each of 5 x 3 bands, also where a band is empty: ``prevalence``,
        ``respondents``, ``truths``, ``estimated`` (truths that have an interval), ``covered``,
        ``share`` (covered of estimated; null without any) and ``interval``.

    Raises
    ------
    UsageError
        If a column that names groups is missing from the estimates, or a group occurs twice.
    """
    table = _counts_by_band(_joined(estimates, truth))
    bands = table.index.to_list()
    table.insert(0, "prevalence", [PREVALENCES[p] for p, _ in bands])
    table.insert(1, "respondents", [RESPONDENTS[n] for _, n in bands])
    table["share"] = table["covered"] / table["estimated"].where(table["estimated"] > 0)
    return table.assign(interval=interval).reset_index(drop=True)


def _counts_by_band(joined: pd.DataFrame) -> pd.DataFrame:
    """Return the truths, those estimated and those covered, by band; all 5 x 3 of them in order."""
    # Below a cut is the lower band; 100 and 1,000 themselves are in the middle band of respondents.
    prevalence = np.searchsorted(PREVALENCE_CUTS, joined["prevalence"], side="right")
    size = (joined["respondents"] >= 100).astype(int) + (joined["respondents"] > 1_000)
    inside = joined["truth"].between(joined["lower"], joined["upper"])
    facts = pd.DataFrame(
        {"truths": 1, "estimated": joined["lower"].notna().astype(int), "covered": inside}
    )
    bands = pd.MultiIndex.from_product([range(len(PREVALENCES)), range(len(RESPONDENTS))])
    table = facts.astype(int).groupby([prevalence, size.to_numpy()]).sum()
    return table.reindex(bands, fill_value=0)


def coverage_line(table: pd.DataFrame) -> str:
    """Say in one line how many truths lie in their intervals, and how many have none."""
    truths, estimated, covered = (int(table[k].sum()) for k in ("truths", "estimated", "covered"))
    interval = float(table["interval"].iloc[0])
    if not estimated:
        return f"None of the {truths:,} true values has an estimate."
    line = (
        f"{covered:,} of {estimated:,} true values ({covered / estimated:.1%}) "
        f"lie in their {interval:.0%} intervals"
    )
    lacking = truths - estimated
    return f"{line}; without an estimate: {lacking:,}." if lacking else f"{line}."


def _joined(estimates: pd.DataFrame, truth: pd.DataFrame) -> pd.DataFrame:
    """Return the truths with their intervals, null where there is none."""
    keys = [
        column
        for column in truth.columns
        if column not in NOT_KEYS and (column in estimates or truth[column].notna().any())
    ]
    lacking = [column for column in keys if column not in estimates]
    if lacking:
        msg = (
            f"the estimates have no column {lacking[0]!r}, by which the truth is grouped; "
            f"they have {', '.join(map(str, estimates.columns))}"
        )
        raise UsageError(msg)
    left, right = (_named(table, keys) for table in (truth, estimates))
    for name, table in (("truth", left), ("table of estimates", right)):
        twice = table.duplicated(keys)
        if twice.any():
            row = table.loc[twice, keys].iloc[0].to_dict()
            msg = f"the {name} has more than one row for {row}; one row per group is needed"
            raise UsageError(msg)
    return left.merge(right[[*keys, "lower", "upper"]], on=keys, how="left")


def _named(table: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Return the table with its keys as text, so that nulls and categories join like any value."""
    return table.assign(**{key: table[key].astype("object").fillna("").astype(str) for key in keys})
