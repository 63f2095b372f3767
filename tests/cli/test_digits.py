"""The printed table shows no digit that Monte Carlo error does not support in every row."""

from decimal import Decimal
from typing import Any

import pytest

from sweep.cli.tables import estimate_lines
from sweep.estimates.table import tidy

SOUND = {"mcse": 0.0002, "mcse_lower": 0.0002, "mcse_upper": 0.0002}


def printed(*rows: dict[str, Any]) -> dict[str, list[str]]:
    """Return the printed columns of estimates, by heading."""
    whole = [
        {
            "outcome": f"q{k}", "region": "East", "mean": 0.4312, "lower": 0.4, "upper": 0.4678,
            "n": 100, "raw": 0.4444, "status": "ok", **row,
        }
        for k, row in enumerate(rows)
    ]  # fmt: skip
    head, *lines = estimate_lines(tidy(whole, ["region"], {"region": ["East"]}))
    names = ["outcome", "group", "mean %", "lower %", "upper %", "n", "raw %"]
    assert head.replace(" ", "").startswith("".join(names).replace(" ", ""))
    cells = [line.split() for line in lines]
    return {name: [line[k] for line in cells] for k, name in enumerate(names)}


def test_each_column_has_its_own_decimals() -> None:
    found = printed(SOUND, {**SOUND, "mcse_upper": 0.0007, "mean": 0.5})
    assert ["43.1", "50.0"] == found["mean %"]
    assert ["40.0", "40.0"] == found["lower %"]
    assert ["47", "47"] == found["upper %"]
    assert ["44.4", "44.4"] == found["raw %"]


def test_an_outcome_without_an_estimate_costs_the_others_no_digit() -> None:
    failed = {"outcome": "q9", "status": "failed", "flag": "nobody asked"}
    rows = [{"outcome": "q0", "mean": 0.4312, "lower": 0.4, "upper": 0.5, "status": "ok", **SOUND}]
    lines = estimate_lines(tidy([*rows, failed], [], {}))
    assert ["q0", "total", "43.1", "40.0", "50.0", "ok"] == lines[1].split()


@pytest.mark.parametrize("error", [0.0025, 0.01, None])
def test_what_does_not_even_hold_as_whole_per_cents_is_marked(error: float | None) -> None:
    found = printed(SOUND, {**SOUND, "mcse_lower": error})
    assert ["40", "≈40"] == found["lower %"]
    assert ["46.8", "46.8"] == found["upper %"]


@pytest.mark.parametrize("error", [0.0001, 0.00024, 0.00025, 0.001, 0.0024])
def test_every_digit_shown_is_within_two_standard_errors(error: float) -> None:
    """Half a unit of the last digit is more than two standard errors of any row."""
    found = printed(*({"mcse": e, "mcse_lower": e, "mcse_upper": e} for e in (error, 0.0001)))
    for share in ("mean %", "lower %", "upper %"):
        places = {Decimal(text).as_tuple().exponent for text in found[share]}
        (exponent,) = places
        assert isinstance(exponent, int)
        assert 2 * 100 * error < 0.5 * 10.0**exponent


def test_hardly_anybody_and_nearly_everybody_are_never_none_or_all() -> None:
    found = printed(
        {**SOUND, "mean": 0.0002, "lower": 1e-9, "raw": 0.0},
        {**SOUND, "mean": 0.9998, "upper": 0.99999, "raw": 1.0},
    )
    assert ["<0.1", ">99.9"] == found["mean %"]
    assert ["<0.1", "40.0"] == found["lower %"]
    assert ["46.8", ">99.9"] == found["upper %"]
    assert ["0.0", "100.0"] == found["raw %"]


def test_a_share_is_rounded_as_the_report_rounds_it() -> None:
    assert ["76.7", "12.5"] == printed({**SOUND, "mean": 0.76749979}, {**SOUND, "mean": 0.1245})[
        "mean %"
    ]  # half up
