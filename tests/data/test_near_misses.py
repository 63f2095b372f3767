"""A column that a glob almost matches is told, for its question would be missing."""

from typing import Any

import pytest

from sweep.data.findings import Findings
from sweep.data.near_misses import tell_near_misses
from tests.project import Project


def told(project: Project, columns: list[str], *rules: dict[str, Any]) -> list[str]:
    study = project.config({"outcomes": [{"success": ["Yes"], **rule} for rule in rules]}).study
    findings = Findings()
    tell_near_misses(study, columns, [], findings)
    return [str(notice) for notice in findings.notices]


@pytest.mark.parametrize("odd", ["Aided_tea", "aided-tea", "aidd_tea", "aidded_tea", "aiden_tea"])
def test_a_slip_in_the_fixed_part_is_told(project: Project, odd: str) -> None:
    (line,) = told(project, ["aided_milk", odd], {"match": "aided_*"})
    assert line == f"study.outcomes.0.match: no rule takes {odd!r}, which 'aided_*' almost matches"


def test_a_letter_for_a_digit_is_a_slip_and_another_number_is_none(project: Project) -> None:
    assert 1 == len(told(project, ["ask_0_1", "ask_O_2"], {"match": "ask_0_*"}))
    assert [] == told(project, ["ask_0_1", "ask_1_2", "ask_10_2"], {"match": "ask_0_*"})


def test_a_digit_left_out_is_a_slip_and_one_more_is_another_number(project: Project) -> None:
    assert 1 == len(told(project, ["ask_1_b1", "ask__b2"], {"match": "ask_1_*"}))
    assert [] == told(project, ["ask_1_b1", "ask_12_b2"], {"match": "ask_1_*"})
    assert [] == told(project, ["ask_12_b1", "ask_1_b2"], {"match": "ask_12_*"})


def test_so_it_is_behind_the_open_part(project: Project) -> None:
    assert 1 == len(told(project, ["tea_aided", "milk_Aided"], {"match": "*_aided"}))


def test_what_another_rule_takes_or_is_another_number_is_no_slip(project: Project) -> None:
    columns = ["aided1_tea", "aided2_tea", "Aided1_x", "prompted"]
    rules = [{"match": "aided1_*"}, {"name": "x", "column": "Aided1_x"}, {"match": "re:aided2.*"}]
    assert [] == told(project, columns, *rules)
