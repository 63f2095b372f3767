"""Bands: labels that contradict their edges, and what lies in each band."""

import numpy as np
import pandas as pd
import pytest

from sweep.config import Cut
from sweep.data.bands import refuse_labels, tell_bands
from sweep.data.columns import text_series
from sweep.data.derivation import tell_uncut
from sweep.data.findings import Findings


def rule(at: tuple[float, ...], *labels: str) -> Cut:
    return Cut(cut="age", at=at, labels=labels)


def ages(*values: int) -> pd.Series:
    texts = [str(v) for v in dict.fromkeys(values)]
    return text_series(
        np.array([texts.index(str(v)) for v in values]), texts, pd.RangeIndex(len(values))
    )


@pytest.mark.parametrize(
    ("at", "labels", "wrong"),
    [
        ((18, 35, 55), ("55+", "35-54", "18-34"), [0, 2]),
        ((18, 36, 55), ("18-34", "35-54", "55+"), [0, 1]),
        ((18, 35, 55), ("18 – 34", "35 to 54", "54 and over"), [2]),
        ((18, 35, 55), ("18-34", "35-54", "55+"), []),
        ((0, 35, 55, 120), ("18-34", "35-54", "55-99"), []),
        ((35, 55), ("18-34", "35-54", "55 or more"), []),
        ((17.5, 34.5), ("18-34", "35+"), []),
        ((20_000, 40_000), ("20-40", "40+"), []),
        ((18, 35, 55), ("young", "middle", "old"), []),
    ],
)
def test_labels_that_contradict_their_edges_are_refused(
    at: tuple[float, ...], labels: tuple[str, ...], wrong: list[int]
) -> None:
    findings = Findings()
    refuse_labels(rule(at, *labels), findings, ("labels",))
    assert [found.path[-1] for found in findings.mistakes] == wrong


def test_years_of_birth_are_no_ages() -> None:
    findings = Findings()
    tell_uncut(ages(1990, 1980, 1990), rule((18, 35), "18-34", "35+"), "survey", findings, ("cut",))
    (found,) = findings.mistakes
    assert "no value below twice the last edge (35)" in found.message
    assert "1980 (1 row), 1990 (2 rows)" in found.message


def test_least_and_greatest_of_each_band_are_told_but_of_few() -> None:
    findings, column = Findings(), ages(18, 20, 33, 40, 60, 61, 70)
    bands = rule((18, 35, 55), "18-34", "35-54", "55+")
    tell_bands(column, bands, "survey", findings, ("at",), 2)
    (found,) = findings.facts
    assert found.message.endswith("'age' by band: '18-34' 18 to 33, '55+' 60 to 70")
