"""Try every chosen mutant on the tests that run its line; print JSON and write docs/mutants.md.

Ends with 1 if too many survive, or one without a reason in survivors.json. The tree it works in is
a copy; two cores are enough, and it uses one.
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.mutants.choose import Mutant, chosen
from benchmarks.mutants.coverage import Ran, pick_tests
from benchmarks.mutants.host import Copy, Verdict, copy_into, warm_up
from benchmarks.mutants.page import PAGE, objections, page, reasons
from benchmarks.mutants.targets import modules

BUDGET = 0.25
"""The share of all tests' time that those of one mutant may take."""


def main() -> None:
    """Choose, learn which test runs what, try, and write the page."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", default="", help="mutants with this in module or function")
    parser.add_argument("--names", default="", help="mutants of these names, comma between")
    parser.add_argument("--ran", type=Path, help="what was learnt before; made if it is not there")
    parser.add_argument("--resume", type=Path, help="what a run that broke off has printed")
    parser.add_argument("--tests", nargs="*", default=["tests"], help="tests to learn from")
    asked = parser.parse_args()
    mutants = [m for m in chosen() if is_asked(m, asked.only, asked.names)]
    os.environ.pop("SWEEP_FAULTS", None)
    warm_up()
    with tempfile.TemporaryDirectory(prefix="mutants-") as directory:
        copy = copy_into(Path(directory))
        ran = learn(copy, asked.tests, asked.ran)
        known = {} if asked.resume is None else found_before(asked.resume)
        verdicts = {m.name: known.get(m.name) or attempt(copy, m, ran) for m in mutants}
    if asked.only or asked.names:
        return
    argued = reasons()
    PAGE.write_text(page(mutants, verdicts, argued))
    wrong = objections(mutants, verdicts, argued)
    for line in wrong:
        sys.stderr.write(f"{line}\n")
    sys.exit(bool(wrong))


def is_asked(mutant: Mutant, only: str, names: str) -> bool:
    """Return whether a mutant is to be tried."""
    listed = not names or mutant.name in names.split(",")
    return listed and only in f"{mutant.module} {mutant.site.function}"


def found_before(printed: Path) -> dict[str, Verdict]:
    """Return the verdicts that an earlier run has printed, by the mutant's name."""
    told = [json.loads(line) for line in printed.read_text().splitlines() if line.startswith("{")]
    fields = Verdict.__dataclass_fields__
    return {one["mutant"]: Verdict(**{name: one[name] for name in fields}) for one in told}


def learn(copy: Copy, tests: Sequence[str], kept: Path | None) -> Ran:
    """Return which test runs which lines, from a file or by running them."""
    if kept is None or not kept.is_file():
        made = copy.learn(modules(), list(tests)).read_text()
        if kept is not None:
            kept.write_text(made)
    else:
        made = kept.read_text()
    learnt: dict[str, Any] = json.loads(made)
    for name in learnt["bad"]:
        sys.stderr.write(f"{name} does not pass on the tree as it is: it can kill nothing\n")
    ran: Ran = learnt["ran"]
    assert ran, "no test has passed"
    return ran


def attempt(copy: Copy, mutant: Mutant, ran: Ran) -> Verdict:
    """Try one mutant, and print what became of it."""
    lines = mutant.site.lines if mutant.site.function else None
    budget = BUDGET * sum(seconds for seconds, _ in ran.values())
    tests = pick_tests(ran, mutant.module, lines, budget)
    verdict = copy.try_out(mutant, tests, sum(ran[t][0] for t in tests))
    place = {"module": mutant.module, "function": mutant.site.function, "line": mutant.line}
    change = {"before": mutant.before.strip(), "after": mutant.after.strip()}
    print(json.dumps({"mutant": mutant.name, **place, **change, **asdict(verdict)}), flush=True)
    return verdict


if __name__ == "__main__":
    main()
