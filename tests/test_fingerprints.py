"""Nobody forgets to bump TRANSFORM, FIT, ESTIMATE or REPORT: what is behind them is pinned."""

import ast
import json
from typing import Any

import pytest

from tests.fingerprints import (
    NUMBERS,
    PINNED,
    REPORT_MODULES,
    ROOT,
    TEMPLATES,
    fingerprint,
    fingerprints,
)

HOW = (
    "bump {number} in {place}, or re-pin with `python -m tests.fingerprints` if the "
    "meaning is unchanged (after a bump, re-pin too)"
)


def complaint(number: str, pinned: dict[str, Any], found: dict[str, Any]) -> str | None:
    """Return what to do about one number, None if code and pin agree."""
    if pinned == found:
        return None
    before, after = pinned["modules"], found["modules"]
    changed = sorted(m for m in {*before, *after} if before.get(m) != after.get(m))
    place = "sweep/results/report.py" if number == "REPORT" else "sweep/toolchain.py"
    how = HOW.format(number=number, place=place)
    return f"changed since the pin: {', '.join(changed) or 'the number'}: {how}"


@pytest.mark.parametrize("number", [*NUMBERS, "REPORT"])
def test_code_behind_a_number_is_as_it_was_pinned(number: str) -> None:
    pinned = json.loads(PINNED.read_text())
    assert complaint(number, pinned[number], fingerprints()[number]) is None


def test_the_complaint_names_the_module_the_number_and_the_way_out() -> None:
    found = {"version": 1, "modules": {"a": "1", "b": "2"}}
    words = complaint("FIT", {"version": 1, "modules": {"a": "1", "b": "other"}}, found)
    assert words is not None
    assert "changed since the pin: b: bump FIT in sweep/toolchain.py, or re-pin" in words
    assert complaint("FIT", {**found, "version": 0}, found) is not None
    assert complaint("FIT", found, found) is None


def test_all_that_makes_a_report_is_behind_its_number() -> None:
    """Its modules by name, so that a new one is not forgotten, and every template."""
    rooms = [path.stem for path in (ROOT / "report").glob("*.py") if path.stem != "__init__"]
    assert {f"report.{name}" for name in rooms} <= set(REPORT_MODULES)
    there = {p.name for p in (ROOT / "report" / "templates").rglob("*") if p.is_file()}
    assert there == set(TEMPLATES)
    assert {"report.html", "report.css", "core.js"} <= there


def test_comments_docstrings_and_layout_are_not_code() -> None:
    plain = 'def f(a, b=[]):\n    return a\n\n\nclass C:\n    x = "text"\n'
    dressed = (
        '"""Doc."""\n# c\ndef f(a,\n      b=[]):\n    """D."""\n    return (a)\n'
        'class C:\n    "D"\n    x = "text"  # c\n'
    )
    assert fingerprint(plain) == fingerprint(dressed)


def test_the_lists_of_words_are_pinned_like_code() -> None:
    modules = fingerprints()["TRANSFORM"]["modules"]
    assert 2 == sum(name.endswith(".toml") for name in modules)


@pytest.mark.parametrize(
    "other", ["x = 2", "y = 1", "x = 1.0", "x = '1'", "x: int = 1", "x = 1\nx = 1", "x = True"]
)
def test_code_is_code(other: str) -> None:
    assert fingerprint("x = 1") != fingerprint(other)


def test_every_module_that_computes_is_behind_some_number() -> None:
    """What a fit or a table is computed from imports nothing that is behind no number."""
    behind = {name for modules in NUMBERS.values() for name in modules}
    harmless = {"config", "errors", "expression", "faultpoint", "store", "toolchain"}
    harmless |= {
        "data.answers.told",
        "data.findings",
        "data.left_out",  # tells, and decides nothing
        "data.levels",
        "data.near_misses",  # tells, and decides nothing
        "keys",
        "planning.coding",
        "planning.explaining",  # tells, and decides nothing
        "planning.idle_missing",  # tells, and decides nothing
        "planning.recipes",
        "planning.refusals",  # refuses, and decides nothing
        "inference.sampler_stats",
        "model.lines",
    }
    rooms = ("artifacts.", "config.", "store.", "words.", "worker.")
    for name in (name for name in behind if not name.endswith(".toml")):
        path = ROOT / f"{name.replace('.', '/')}.py"
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sweep."):
                module = str(node.module).removeprefix("sweep.")
                known = module in behind | harmless or module.startswith(rooms)
                assert known, f"sweep.{name} imports {module}, which no fingerprint covers"
