"""The report is one safe, self-contained file whose bytes depend on its inputs alone."""

import base64
import hashlib
import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pandas as pd
import pytest

from sweep.estimates import table as estimates
from sweep.report import Report, render
from sweep.report.payload import script_json

VOID = {"meta", "link", "input", "br", "img"}
FOREIGN = {"line", "circle", "path"}  # in <svg>, closed explicitly


class Page(HTMLParser):
    """Every tag with its attributes; fails on a tag that is closed out of turn."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("script", "style"):
            self.text.append(data)


def data_of(html: str) -> dict[str, Any]:
    match = re.search(r'<script type="application/json" id="data">(.*?)</script>', html, re.S)
    assert match is not None
    data: dict[str, Any] = json.loads(match[1])
    return data


def test_every_tag_is_closed_in_turn(html: str) -> None:
    assert Page(html).open == []


def test_the_same_report_gives_the_same_bytes(make: Callable[..., Report], html: str) -> None:
    assert render(make()) == html


def test_two_hundred_outcomes_in_forty_groups_take_under_a_megabyte_and_a_half(
    report: Report, html: str
) -> None:
    assert len(report.outcomes) == 200
    assert len(report.estimates) == 197 * 40 + 3
    assert len(html.encode()) < 1_500_000


def test_nothing_in_the_file_points_out_of_it(html: str) -> None:
    links = [
        value or ""
        for _, attributes in Page(html).tags
        for name, value in attributes.items()
        if name in ("src", "href", "action", "srcset", "data", "poster")
    ]

    assert all(link.startswith("#") or link == "data:," for link in links)
    assert "http:" not in html
    assert "https:" not in html
    assert "url(" not in html
    assert "@import" not in html


def test_the_policy_allows_this_script_and_style_and_nothing_else(html: str) -> None:
    policy = next(
        attributes["content"] or ""
        for tag, attributes in Page(html).tags
        if tag == "meta" and "http-equiv" in attributes
    )
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    for kind, pattern in (
        ("script", r"<script>(.*?)</script>"),
        ("style", r"<style>(.*?)</style>"),
    ):
        found = re.findall(pattern, html, re.S)
        digests = [base64.b64encode(hashlib.sha256(x.encode()).digest()).decode() for x in found]
        assert rules[f"{kind}-src"] == " ".join(f"'sha256-{digest}'" for digest in digests)
    assert rules["default-src"] == "'none'"


def test_no_tag_carries_a_handler_or_an_inline_style(html: str) -> None:
    names = {name for _, attributes in Page(html).tags for name in attributes}

    assert not {name for name in names if name.startswith("on")}
    assert "style" not in names


def test_failed_outcomes_come_before_flagged_ones_before_all_else(html: str) -> None:
    head = html[: html.index('id="explore"')]

    assert head.index("Saffron: consideration") < head.index("Dune: value")
    assert head.index("Dune: value") < head.index("Aurora: quality")
    assert head.index("Aurora: quality") < head.index("Harrow: awareness")
    assert "nobody asked: no respondent answered this outcome" in head
    assert "Rowan" not in head


def test_the_page_says_without_its_script_what_was_found(html: str) -> None:
    text = " ".join(" ".join(Page(html).text).split())

    assert "197 of 200 outcomes have an estimate" in text
    assert "kept of 20,000 read" in text
    assert "51,234,567" in text
    assert "Weights are compared, not modelled." in text
    assert 'filter interview_complete == 1 & age > "17"' in text
    assert "varying(age_band × region), scale ~ half-normal(0.25)" in text
    assert "This concerns 215 of 7,880 rows." in text


def test_the_data_block_holds_the_table_to_the_visible_digit(report: Report, html: str) -> None:
    rows = data_of(html)["rows"]
    table = report.estimates

    assert len(rows["o"]) == len(table)
    for i in (0, 1, 4_321):
        assert rows["mean"][i] == pytest.approx(table["mean"][i], abs=5e-6)
    low = table.index[table["flag"] == estimates.withheld_flag(10)][0]
    assert rows["n"][low] is None
    assert rows["flag"]["texts"][rows["flag"]["codes"][low]] == "n < 10 (withheld)"


def test_ends_of_intervals_have_the_decimals_that_their_own_errors_support(
    make: Callable[..., Report],
) -> None:
    """The mean's error supports a tenth of a point in every total here, an end's in none."""
    table = make().estimates.assign(mcse=0.0002, mcse_lower=0.0007, mcse_upper=0.0006)
    page = " ".join(Page(render(make(estimates=table))).text)
    totals = re.findall(r"(\S+)\xa0%\s+(\S+)\xa0% to (\S+)\xa0%", page)

    assert 197 == len(totals)
    for mean, lower, upper in totals:
        assert re.fullmatch(r"\d+\.\d", mean)
        assert re.fullmatch(r"<?\d+", lower)
        assert re.fullmatch(r"\d+", upper)


def test_groups_follow_the_levels_of_the_config(html: str) -> None:
    data = data_of(html)
    names = [grouping["name"] for grouping in data["groupings"]]
    income = [
        levels
        for grouping, levels in zip(
            data["groups"]["grouping"], data["groups"]["levels"], strict=True
        )
        if names[grouping] == "income"
    ]

    assert names == ["Total", "region", "education", "income", "sex × age_band", "Named groups"]
    assert income == [["lowest"], ["low"], ["middle"], ["high"], ["highest"]]


def test_a_data_block_cannot_be_left() -> None:
    hostile = "</script><!--<script>&amp;\u2028\u2029"

    text = script_json({"name": hostile})

    assert not set("<>&\u2028\u2029") & set(text)
    assert json.loads(text) == {"name": hostile}


def test_a_sweep_without_a_single_estimate_is_still_reported(make: Callable[..., Report]) -> None:
    report = make()
    outcomes = report.outcomes.assign(status="failed", reason="nobody asked", r_hat=None)
    rows = [
        {"outcome": name, "status": "failed", "flag": "nobody asked"}
        for name in outcomes["outcome"]
    ]
    table = estimates.tidy(rows, report.variables, {})

    html = render(make(estimates=table, outcomes=outcomes))

    assert "0 of 200 outcomes have an estimate" in " ".join(Page(html).text)
    assert data_of(html)["groupings"] == []


def test_outcomes_lacking_a_column_are_refused(make: Callable[..., Report]) -> None:
    with pytest.raises(ValueError, match="'reason'"):
        make(outcomes=make().outcomes.drop(columns="reason"))


def test_notes_of_the_join_are_shown_at_the_top(make: Callable[..., Report]) -> None:
    note = "3 outcomes were fitted with numba 0.67, the others with 0.68"

    html = render(make(provenance={**make().provenance, "notes": [note]}))

    assert html.index(note) < html.index("Read these first")


def test_hostile_names_are_text_wherever_they_stand(make: Callable[..., Report]) -> None:
    hostile = '"><script>alert(1)</script>'
    report = make(name=hostile)
    outcomes = report.outcomes.assign(reason=hostile, label=hostile, remedies=hostile)
    provenance = {**report.provenance, "model": hostile, "weight": hostile, "terms": [hostile]}

    html = render(make(name=hostile, outcomes=outcomes, provenance=provenance))

    assert sum(tag == "script" for tag, _ in Page(html).tags) == 2
    assert hostile in Page(html).text


def test_an_unknown_outcome_in_the_table_is_not_hidden(make: Callable[..., Report]) -> None:
    report = make()
    fewer = pd.DataFrame(report.outcomes.iloc[1:])

    with pytest.raises(ValueError, match="awareness_00"):
        make(outcomes=fewer)
