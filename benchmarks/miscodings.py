"""Miscodings: random slips in random sound studies, and what comes of each, as JSON.

A slip is one answer, level, code or name of the config or of its files that is written otherwise:
in case, blanks, a letter, language, type, dash or Unicode form, an answer or a list too much or too
little. The study with it is planned. It is refused; or a notice that the sound study does not have
names it; or it is harmless, for all keys are the same. A slip that ends in none of these is printed
whole, and the exit code is 1. Of the sound studies the number of notices is counted; none may be
refused. ``python -m benchmarks.miscodings --slips 1000 --sound 1000 --seed 1``.
"""

import argparse
import json
import sys
from collections import Counter
from statistics import median
from typing import Any

from tests.matrix.planted import ends_of_slips, plans_of_sound

__all__ = ["slips", "sound_studies"]

type Facts = dict[str, Any]


def slips(count: int, seed: int) -> Facts:
    """Return how many slips ended how, in all and by kind, and those that passed in silence."""
    ends, by_kind, silent = Counter[str](), dict[str, Counter[str]](), []
    for outcome in ends_of_slips(count, seed):
        slip = outcome.slip
        ends[outcome.end] += 1
        by_kind.setdefault(slip.kind, Counter())[outcome.end] += 1
        if outcome.end == "silent":
            words = f"{slip.kind}: {slip.where}: {slip.before!r} -> {slip.after!r}"
            silent.append({"slip": words, "format": slip.sound.suffix, "told": outcome.told})
    return {"ends": ends, "by_kind": dict(sorted(by_kind.items())), "silent": silent}


def sound_studies(count: int, seed: int) -> Facts:
    """Return how many sound studies were refused, and how many notices they had."""
    plans = [plan for _, plan in plans_of_sound(count, seed)]
    notices = [len(plan.notices) for plan in plans if plan.refused is None]
    refused = [plan.refused for plan in plans if plan.refused is not None]
    facts = {"median": median(notices), "most": max(notices), "mean": sum(notices) / len(notices)}
    return {"studies": count, "refused": refused, "notices": facts}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--slips", type=int, default=1000)
    parser.add_argument("--sound", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    found = {
        "seed": given.seed,
        "slips": slips(given.slips, given.seed),
        "sound": sound_studies(given.sound, given.seed),
    }
    print(json.dumps(found, indent=1, ensure_ascii=False))  # the product of a benchmark
    if found["slips"]["silent"] or found["sound"]["refused"]:
        sys.exit(1)


if __name__ == "__main__":
    main()
