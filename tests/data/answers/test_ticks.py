"""Where everybody who answers says yes, a blank is a no that nobody wrote."""

from typing import Any

import pytest

from sweep.config import OutcomeRule
from sweep.data.answers.asked import Question
from sweep.data.answers.meaning import Tally
from sweep.data.answers.rules import code_rule
from sweep.data.codebook import ColumnBook
from sweep.data.findings import Findings
from sweep.data.outcomes import expand
from sweep.data.patterns import Patience
from tests.data.answers.asking import RULE, ask
from tests.data.answers.test_multiple import code
from tests.project import Project

YES: dict[str, Any] = {"match": "b_*", "success": [1]}
TICKS = Tally({"1": 200}, missing=400)


def refused(columns: dict[str, Tally], **rule: Any) -> list[str]:
    return [m for _, m in ask(columns, **{**YES, **rule}).mistakes]


def test_ticks_are_no_question_of_their_own() -> None:
    (message,) = refused({"b_nike": TICKS, "b_puma": Tally({"1": 300}, missing=300)})
    assert "every answer counts as yes and a blank as not asked: 200 of 200 in 'b_nike'" in message
    assert "kind: multiple, success: [1] and all_blank: none or not_asked" in message


def test_a_few_ticks_are_chance_where_others_of_the_rule_say_no() -> None:
    others = Tally({"1": 50, "0": 50}, missing=500)
    assert [] == refused({"b_nike": others, "b_puma": Tally({"1": 7}, missing=593)})
    assert 1 == len(refused({"b_nike": others, "b_puma": TICKS}))


@pytest.mark.parametrize(
    "tally", [Tally({"1": 200}), Tally({"1": 200, "0": 1}, missing=9), Tally({}, missing=9)]
)
def test_without_blanks_or_with_a_no_it_is_a_question(tally: Tally) -> None:
    assert [] == refused({"b_nike": tally})


def test_a_declared_base_and_a_sample_are_believed() -> None:
    rule = OutcomeRule.model_validate({"name": "q", "success": [1]})
    outcome = expand(rule, "q", Patience(("here",)))
    for routed, whole, told in ((True, True, 0), (False, False, 0), (False, True, 1)):
        findings = Findings()
        question = Question("q", "q", outcome, TICKS, ColumnBook(), routed=routed)
        code_rule([question], RULE, findings, whole=whole)
        assert told == len(findings.mistakes)


def test_a_rule_that_says_which_answers_count_as_no_is_believed(project: Project) -> None:
    blanks: dict[str, list[Any]] = {"q": [1, 1, None, 1]}
    rule: dict[str, Any] = {"kind": "binary", "name": "q", "success": [1]}
    assert code(project, blanks, **rule)[1].mistakes
    listed = code(project, blanks, **rule, failure=[0])[1].mistakes
    assert not [found for found in listed if "every answer counts as yes" in found.message]


def test_slots_that_hold_any_option_are_no_items(project: Project) -> None:
    rule: dict[str, Any] = {"match": "aw*", "name": "aw", "success": [1], "all_blank": "none"}
    slots: dict[str, list[Any]] = {"aw1": [1, 2, 3, 1], "aw2": [2, None, 1, 3]}
    _, findings = code(project, slots, **rule)
    (message,) = [found.message for found in findings.mistakes]
    assert "2 columns (aw1, aw2) share the answers 1, 2, 3, and have blanks" in message
    assert [] == code(project, slots, **rule, failure=[2, 3])[1].mistakes
    items: dict[str, list[Any]] = {"aw1": [1, 2, 3, 1], "aw2": [2, 3, 1, 3]}
    assert [] == code(project, items, **rule)[1].mistakes


def test_open_answers_among_items_are_no_item(project: Project) -> None:
    rule: dict[str, Any] = {"match": "b_*", "name": "b", "success": [1], "all_blank": "none"}
    ticks: dict[str, list[Any]] = {"b_1": [1, 0, None], "b_2": [0, 1, None], "b_t": ["x", None, 3]}
    _, findings = code(project, ticks, **rule)
    (message,) = [found.message for found in findings.mistakes]
    assert message.startswith("column 'b_t' holds 3 (1), 'x' (1), which no other column")
    ticks["b_t"] = [0, None, 0]
    assert [] == code(project, ticks, **rule)[1].mistakes
