"""Choose: which of all possible mutants are tried: always the same, wherever the code lies.

A mutant's name is a digest of its function, its kind and the text it changes. Those with the
smallest names are tried, so new or moved code leaves the choice among the rest as it is.
"""

import json
from collections import Counter
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from benchmarks.mutants.operators import Site, sites
from benchmarks.mutants.targets import ROOT, modules

__all__ = ["Mutant", "chosen", "mutants_of"]

DIGITS = 8
RATE = 0.045
"""The share of all mutants that is tried."""


@dataclass(frozen=True)
class Mutant:
    """One bug: its name, module (below ``sweep/``) and place, and its lines before and after."""

    name: str
    module: str
    site: Site
    line: int
    before: str
    after: str


def chosen(package: Path = ROOT / "sweep", rate: float = RATE) -> list[Mutant]:
    """Return the mutants to try, module by module; at most one on a line."""
    limit = int(rate * 16**DIGITS)
    found: list[Mutant] = []
    for module in modules(package):
        by_line: dict[int, Mutant] = {}
        every = mutants_of(module, (package / module).read_bytes())
        for mutant in sorted(every, key=lambda m: m.name):
            if int(mutant.name, 16) < limit:
                by_line.setdefault(mutant.line, mutant)
        found += [by_line[line] for line in sorted(by_line)]
    return found


def mutants_of(module: str, source: bytes) -> list[Mutant]:
    """Return every mutant of a module."""
    made: list[Mutant] = []
    seen: Counter[str] = Counter()
    lines = source.decode().splitlines()
    for site in sites(source):
        changed = site.apply(source)
        first = source.count(b"\n", 0, min(e.start for e in site.edits))
        last = source.count(b"\n", 0, max(e.end for e in site.edits))
        text = lines[first : last + 1]
        fewer = len(lines) - len(changed.splitlines())
        after = changed.decode().splitlines()[first : last + 1 - fewer]
        said = json.dumps([site.function, site.kind, text, after])
        seen[said] += 1
        name = sha256(f"{said}|{seen[said]}".encode()).hexdigest()[:DIGITS]
        made.append(Mutant(name, module, site, first + 1, "\n".join(text), "\n".join(after)))
    return made
