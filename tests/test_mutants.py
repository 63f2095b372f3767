"""The mutants are bugs, always the same ones, and their tables name what is there."""

import ast
from pathlib import Path

import pytest

from benchmarks.mutants.choose import DIGITS, chosen, mutants_of
from benchmarks.mutants.coverage import pick_tests
from benchmarks.mutants.host import Verdict
from benchmarks.mutants.page import ALLOWED, LEAST, PAGE, objections, page, reasons
from benchmarks.mutants.targets import ROOT, TARGETS, area_of, modules

LONGEST_STATEMENT = 12  # lines
SOURCE = b'''"""Words."""
from sweep.faultpoint import faultpoint

LIMIT = 3


def f(a: int = 1, *, b: bool = True) -> dict[str, int]:
    """More words."""
    faultpoint("here")
    if a < LIMIT and not b:
        raise ValueError
    print(a, end="")
    a += 2
    return {"a": max(a, 5), "b": a * 7}
'''


def changes() -> dict[str, list[str]]:
    """Return the changed lines of every bug in the source above, by kind."""
    found: dict[str, list[str]] = {}
    for mutant in mutants_of("m.py", SOURCE):
        found.setdefault(mutant.site.kind, []).append(mutant.after.strip())
    return found


def test_every_kind_of_bug_is_planted_where_it_can_be() -> None:
    head = "def f(a: int = {}, *, b: bool = {}) -> dict[str, int]:"
    assert {
        "1 more": [
            *("LIMIT = 4", head.format(2, True), "a += 3"),
            *('return {"a": max(a, 6), "b": a * 7}', 'return {"a": max(a, 5), "b": a * 8}'),
        ],
        "True turned": [head.format(1, False)],
        "condition negated": ["if (not (a < LIMIT and not b)):"],
        "condition always true": ["if True:"],
        "condition never true": ["if False:"],
        "and to or": ["if a < LIMIT or not b:"],
        "< to <=": ["if a <= LIMIT and not b:"],
        "not dropped": ["if a < LIMIT and b:"],
        "raise dropped": ["pass"],
        "call dropped": ["pass"],
        "end= dropped": ["print(a)"],
        "set, not changed": ["a = 2"],
        "nothing returned": ["return None"],
        "entry 'a' dropped": ['return { "b": a * 7}'],
        "entry 'b' dropped": ['return {"a": max(a, 5), }'],
        "max to min": ['return {"a": min(a, 5), "b": a * 7}'],
        "* to /": ['return {"a": max(a, 5), "b": a / 7}'],
    } == changes()


def alike(before: list[bytes], after: list[bytes]) -> int:
    """Return with how many lines in common two sources begin."""
    return next(
        (k for k, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), len(after)
    )


def test_a_bug_is_one_change_and_the_source_is_a_program_still() -> None:
    for mutant in [*chosen()[::7], *mutants_of("targets.py", SOURCE)]:
        path = ROOT / "sweep" / mutant.module
        source = path.read_bytes() if path.is_file() else SOURCE
        changed = mutant.site.apply(source)
        assert ast.dump(ast.parse(source)) != ast.dump(ast.parse(changed))
        before, after = source.splitlines(), changed.splitlines()
        same = alike(before, after) + alike(before[::-1], after[::-1])
        assert len(before) - same <= LONGEST_STATEMENT, mutant


def test_a_mutant_is_called_the_same_wherever_its_function_lies() -> None:
    moved = SOURCE.replace(b"LIMIT = 3\n", b"LIMIT = 3\nOTHER = 'more'\n")
    before, after = (mutants_of(m, s) for m, s in (("a.py", SOURCE), ("b/c.py", moved)))
    assert [m.name for m in before] == [m.name for m in after]
    assert len(before) == len({m.name for m in before})


def test_enough_mutants_are_chosen_in_every_area_one_on_a_line() -> None:
    mutants = chosen()
    assert len(mutants) >= LEAST
    assert set(TARGETS) == {area_of(m.module) for m in mutants}
    assert len(mutants) == len({(m.module, m.line) for m in mutants})
    assert {DIGITS} == {len(m.name) for m in mutants}


def test_a_pattern_without_a_module_is_told(tmp_path: Path) -> None:
    (tmp_path / "fit.py").touch()
    with pytest.raises(ValueError, match="matches no module of"):
        modules(tmp_path)


def test_the_tests_of_a_mutant_ran_its_line_and_the_quickest_come_first() -> None:
    ran = {
        "slow": (9.0, {"a.py": [1, 2, 3]}),
        "quick": (1.0, {"a.py": [2]}),
        "none": (0.1, {"a.py": [7]}),
        "other": (0.1, {"b.py": [2]}),
    }
    assert ["quick", "slow"] == pick_tests(ran, "a.py", (2, 3), 10.0)
    assert ["quick"] == pick_tests(ran, "a.py", (2, 3), 9.0)
    assert ["slow"] == pick_tests(ran, "a.py", (3, 3), 1.0)
    assert ["none", "quick", "slow"] == pick_tests(ran, "a.py", None, 99.0)


def test_a_survivor_needs_a_reason_and_few_may_be() -> None:
    mutants = chosen()
    first, second = mutants[0].name, mutants[1].name
    dead = {m.name: Verdict(3, "test_x", 1.0) for m in mutants}
    alive = Verdict(3, None, 1.0)
    assert [] == objections(mutants, dead, {})
    assert [] == objections(mutants, {**dead, first: alive}, {first: "It is faster so."})
    (told,) = objections(mutants, {**dead, first: alive}, {})
    assert told.startswith(f"{first} survives without a reason")
    (told,) = objections(mutants, dead, {second: "It is faster so."})
    assert told.startswith(f"{second} does not survive")
    many = {m.name: alive for m in mutants[: int(ALLOWED * len(mutants)) + 1]}
    (told,) = objections(mutants, {**dead, **many}, dict.fromkeys(many, "So."))
    assert "survive: more than 5%" in told
    text = page(mutants, {**dead, first: alive}, {first: "It is faster so."})
    assert "**1 of" not in text
    assert f"{len(mutants)} mutants, {len(mutants) - 1} killed, 1 survived" in text
    assert "It is faster so." in text


@pytest.mark.skipif(not PAGE.is_file(), reason="no release yet: `make mutants` writes its page")
def test_every_survivor_on_the_page_has_its_reason_there() -> None:
    text = PAGE.read_text()
    assert reasons()
    for name, reason in reasons().items():
        assert f"**{name}**" in text
        assert reason in text
