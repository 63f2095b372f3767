"""Page: docs/calibration.md, made from what was measured; the same figures, the same page."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.calibration.figure import ecdf_figure
from benchmarks.calibration.judge import ALPHA, GATES, coverage_p, rank_p, ranks_from
from benchmarks.calibration.mutations import ROOT
from benchmarks.calibration.observe import DRAWS
from benchmarks.calibration.rare import BAR
from sweep.report.figures import percent

__all__ = ["PAGE", "PARTS", "page", "read_parts", "write_part"]

PAGE = ROOT / "docs" / "calibration.md"
PARTS = ROOT / "docs" / "calibration"
FIGURE = "ranks.svg"
NAMES = ("ranks", "rare", "gates")
BINS = 20

HEAD = """\
# Calibration

<!-- Made by `make calibrate` and `make calibrate-gates` from docs/calibration/*.json: do not edit. -->

Are the posteriors right, all the way to what is published? One survey is simulated whose every
column is a world of its own: parameters drawn from the priors that `models/mrp.py` states, answers
drawn from the parameters. One sweep, as a user would run it, takes all of them: transform, counts,
fits, poststratification, join, stored draws. If everything is right, the rank of each true value
among its posterior's draws is uniform (Talts et al. 2018), whatever the priors and the data.

The truths are drawn from the model's definition, by code that shares nothing with the engine
(`benchmarks/calibration/parameters.py`).
"""  # noqa: E501 # a comment of Markdown's stands on one line


def write_part(name: str, found: Mapping[str, Any]) -> None:
    """Keep what was measured beside the page, and make the page anew."""
    PARTS.mkdir(exist_ok=True)
    (PARTS / f"{name}.json").write_text(json.dumps(found) + "\n")
    parts = read_parts()
    PAGE.write_text(page(parts))
    if "ranks" in parts:
        (PARTS / FIGURE).write_text(ecdf_figure(parts["ranks"]["ranks"]))


def read_parts(folder: Path = PARTS) -> dict[str, Any]:
    """Return what has been measured so far, by part."""
    paths = {name: folder / f"{name}.json" for name in NAMES}
    return {name: json.loads(path.read_text()) for name, path in paths.items() if path.exists()}


def page(parts: Mapping[str, Any]) -> str:
    """Return the page's text."""
    sections = {"ranks": ranks_section, "rare": rare_section, "gates": gates_section}
    lines = [HEAD]
    for name, part in parts.items():
        lines += [*sections[name](part), ""]
    return "\n".join(lines).rstrip() + "\n"


def ranks_section(part: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines on ranks and coverage."""
    truths = sum(part["ranks"]["intercept"])
    p_values = rank_p(part["ranks"])
    rejected = sum(p < ALPHA for p in p_values.values())
    yield f"""\
## Ranks of {truths:,} truths

{part["outcomes"]:,} outcomes, each put to 1 % to 100 % of {part["respondents"]:,} respondents;
fits: {words(part["states"])}; {part["remedied"]} of them after a remedy. Flagged fits count like
all others; a failed one would refuse the whole. Ranks among {DRAWS} draws, evenly spaced over the
stored ones. {tools(part)}

**{rejected} of {len(p_values)} quantities are rejected at {ALPHA}.** The test is that of
Säilynoja, Bürkner and Vehtari (2022); chi-squared, on {BINS} bins, is for comparison.

| quantity | mean rank (0.5 is right) | chi-squared, p | ECDF, p |
|---|---|---|---|"""
    for name, by_rank in part["ranks"].items():
        mean = (ranks_from(by_rank).mean() + 0.5) / (DRAWS + 1)
        yield f"| {name} | {mean:.3f} | {chi_squared(by_rank):.3f} | {p_values[name]:.3f} |"
    yield f"""
![ECDF of the ranks minus that of uniform ranks, with the band of the test](calibration/{FIGURE})

How far each ECDF is from the uniform one; the band holds it all along with probability
{percent(1 - ALPHA)}.

The published 90 % intervals of the same fits:

| | truths inside | p |
|---|---|---|"""
    for name, covered in part["covered"].items():
        p = coverage_p(covered, truths)
        yield f"| {name} | {percent(covered / truths)} | {p:.3f} |"
    yield f"""
{part["miscounted"]} published bases or raw shares differ from the survey's; published means and
intervals differ from the posterior's own sums by at most {100 * part["misweighted"]:.1g} points."""


def rare_section(part: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines on rare outcomes."""
    truths = part["outcomes"] * len(part["prevalences"])
    share = percent(sum(part["covered"]) / truths)
    groups, inside_groups = sum(part["groups"]), sum(part["groups_covered"])
    yield f"""\
## Rare outcomes

A truth drawn from the prior cannot show what the prior does to rare answers, so here the share of
the population is fixed. {part["respondents"]:,} respondents, everybody asked, {part["outcomes"]}
outcomes each; fits: {words(part["states"])}. At least {percent(BAR)} of the totals are demanded
to lie in their 90 % intervals: **{share}** do, and {percent(inside_groups / groups)} of the truths
about {groups:,} groups.

| share of the population | totals inside | groups inside |
|---|---|---|"""
    rows = (part[k] for k in ("prevalences", "covered", "groups", "groups_covered"))
    for prevalence, covered, many, inside in zip(*rows, strict=True):
        total = covered / part["outcomes"]
        yield f"| {percent(prevalence)} | {percent(total)} | {percent(inside / many)} |"


def gates_section(part: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines on planted bugs."""
    yield f"""\
## Which gate catches which bug

A check that nothing fails proves nothing. So each of these bugs is planted in a copy of the
package, and so many worlds of {part["respondents"]:,} respondents are swept with it. What a gate
objects to stands in its column; – passes. The first row is the package as it is.

| gate | passes if |
|---|---|"""
    yield from (f"| {gate} | {meaning} |" for gate, meaning in GATES.items())
    yield f"\n| planted bug | worlds | {' | '.join(GATES)} |\n|---|---|{'---|' * len(GATES)}"
    for row in part["bugs"]:
        cells = (row["caught_by"].get(gate, "–") for gate in GATES)
        yield f"| {row['bug']} | {row['worlds']} | {' | '.join(cells)} |"


def chi_squared(by_rank: list[int]) -> float:
    """Return the p-value of Pearson's test on equal bins of ranks."""
    from scipy.stats import chisquare

    return float(chisquare(np.reshape(by_rank, (BINS, -1)).sum(axis=1)).pvalue)


def words(states: Mapping[str, int]) -> str:
    """Return counts by state, such as ``998 ok, 2 flagged``."""
    return ", ".join(f"{count:,} {state}" for state, count in states.items())


def tools(part: Mapping[str, Any]) -> str:
    """Return with what the figures were made, and from which seed."""
    names = ", ".join(f"{name} {version}" for name, version in part["toolchain"].items())
    return f"Seed {part['seed']}; {names}."
