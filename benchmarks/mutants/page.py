"""Page: what the fast tests do not notice, and why that is so; makes docs/mutants.md."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.mutants.choose import Mutant
from benchmarks.mutants.host import Verdict
from benchmarks.mutants.targets import ROOT, TARGETS, area_of

__all__ = ["ALLOWED", "PAGE", "REASONS", "objections", "page", "reasons"]

PAGE = ROOT / "docs" / "mutants.md"
REASONS = Path(__file__).with_name("survivors.json")
ALLOWED = 0.05
LEAST = 150

HEAD = """\
# Mutants

`make mutants` plants small bugs, one at a time, in a copy of the modules that decide on numbers
and on what is stored: a comparison turned, a constant one more, a call, a keyword, a `raise` or an
entry dropped, a condition always or never true. The tests that run the changed line must fail,
the quick ones of `make test` alone. At most {allowed:.0%} may survive, each with a reason.

**{tried} mutants, {killed} killed, {survived} survived ({share:.1%}).**

| modules | mutants | survived |
|---|---|---|
{rows}

## Survivors

{survivors}"""


def reasons() -> dict[str, str]:
    """Return why a mutant may survive, by its name."""
    found: dict[str, str] = json.loads(REASONS.read_text())
    return found


def objections(
    mutants: Sequence[Mutant], verdicts: Mapping[str, Verdict], argued: Mapping[str, str]
) -> list[str]:
    """Return what is wrong with the outcome: too many survivors, or one without a reason."""
    left = [m for m in mutants if verdicts[m.name].by is None]
    found = [
        f"{m.name} survives without a reason in {REASONS.name}"
        for m in left
        if m.name not in argued
    ]
    if len(left) > ALLOWED * len(mutants):
        found.append(f"{len(left)} of {len(mutants)} survive: more than {ALLOWED:.0%}")
    if len(mutants) < LEAST:
        found.append(f"only {len(mutants)} mutants were tried: at least {LEAST} are demanded")
    idle = sorted(argued.keys() - {m.name for m in left})
    return found + [f"{name} does not survive: drop it from {REASONS.name}" for name in idle]


def page(
    mutants: Sequence[Mutant], verdicts: Mapping[str, Verdict], argued: Mapping[str, str]
) -> str:
    """Return the page."""
    left = [m for m in mutants if verdicts[m.name].by is None]
    tried, survived = (Counter(area_of(m.module) for m in some) for some in (mutants, left))
    rows = [f"| {area} | {tried[area]} | {survived[area]} |" for area in TARGETS]
    return HEAD.format(
        allowed=ALLOWED,
        tried=len(mutants),
        killed=len(mutants) - len(left),
        survived=len(left),
        share=len(left) / len(mutants),
        rows="\n".join(rows),
        survivors="\n".join(survivor(m, argued.get(m.name, "No reason is given.")) for m in left)
        or "None.\n",
    )


def survivor(mutant: Mutant, reason: str) -> str:
    """Return the words about one survivor."""
    where = f"`sweep/{mutant.module}`"
    where += f", `{mutant.site.function}`" if mutant.site.function else ""
    before, after = ("\n".join(f"{sign} {line.strip()}" for line in text.splitlines())
        for sign, text in (("-", mutant.before), ("+", mutant.after)))  # fmt: skip
    return f"**{mutant.name}**, {where}\n\n```diff\n{before}\n{after}\n```\n\n{reason}\n"
