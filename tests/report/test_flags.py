"""What rows say of themselves is read where they are drawn, on a desk and on a telephone."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from sweep.report import Report, render

pytestmark = pytest.mark.browser

MIX = (
    "education is not in the model: these rows show the mix of its cells, "
    "not the answers of its people"
)
LACKS = "the weight corrects for something the model lacks: weighted 31 %, model 38 % (z 5.1)"


def flagged_report(make: Callable[..., Report]) -> Report:
    """Return a report whose rows by education are flagged, and one outcome of which is."""
    report = make(brands=("Aurora", "Birch & Co"), metrics=("usage", "trust"))
    rows, outcomes = report.estimates.copy(), report.outcomes.copy()
    rows.loc[rows["education"].notna(), "flag"] = MIX
    name = outcomes["outcome"][1]
    mine = rows["outcome"] == name
    rows.loc[mine, "status"] = "flagged"
    whole = mine & (rows["share"] == 1.0)
    rows.loc[whole, "flag"] = LACKS
    outcomes.loc[1, ["status", "reason"]] = ["flagged", LACKS]
    return replace(report, estimates=rows, outcomes=outcomes)


@pytest.mark.parametrize("width", [1440, 390])
def test_what_all_rows_of_a_plot_say_stands_above_it_once(
    visit: Callable[..., Any], make: Callable[..., Report], width: int
) -> None:
    report = flagged_report(make)
    names = list(report.outcomes["outcome"])
    for name, by, told in (
        (names[0], "education", [f"▲ {MIX}"]),
        (names[0], "region", []),
        (names[1], "education", [f"▲ flagged: {LACKS}", f"▲ {MIX}"]),
        (names[1], "region", [f"▲ flagged: {LACKS}"]),
    ):
        page = visit(render(report), width, anchor=f"#view=groups&outcome={name}&by={by}")
        assert told == page.page.locator("#figure-flag span").all_inner_texts()
        assert page.page.locator("#figure-flag").is_visible() == bool(told)
        assert page.errors == []
        assert page.overflow() == 0


def test_one_group_of_all_outcomes_says_what_its_rows_have_in_common(
    visit: Callable[..., Any], make: Callable[..., Report]
) -> None:
    html = render(flagged_report(make))
    page = visit(html, anchor="#view=outcomes&by=education&group=Degree")
    assert [f"▲ {MIX}"] == page.page.locator("#figure-flag span").all_inner_texts()
    page = visit(html, anchor="#view=outcomes&by=region&group=Region+03")
    assert not page.page.locator("#figure-flag").is_visible()


def test_the_total_of_a_flagged_outcome_says_why_without_a_script(
    visit: Callable[..., Any], make: Callable[..., Report]
) -> None:
    page = visit(render(flagged_report(make)), java_script_enabled=False)
    cells = page.page.locator("#table tbody td.reason").all_inner_texts()
    assert LACKS in cells
