"""What the answers show of a rule: what is mistaken, what must be decided, what is taken as no."""

from typing import Any

import pytest

from sweep.data.answers.meaning import Meaning, Tally
from sweep.data.codebook import ColumnBook
from tests.data.answers.asking import ask

YES_NO = {"Yes": 254, "No": 346}
LABELS = ColumnBook(values={"1": "Yes", "2": "No", "98": "Don't know"})


def test_every_answer_that_counts_as_no_by_default_is_named_with_its_count() -> None:
    asked = ask({"q": {"Yes": 254, "No": 340, "Perhaps": 6}}, success=["Yes"])
    assert [] == asked.mistakes
    line = "column 'q': counts as no: 'No' (340), 'Perhaps' (6); as yes: 'Yes'"
    assert [line] == asked.notices
    assert {"Yes": "yes", "No": "no", "Perhaps": "no"} == asked.meanings()


def test_where_no_is_listed_nothing_is_left_to_tell() -> None:
    asked = ask({"q": YES_NO}, success=["Yes"], failure=["No"])
    assert ([], []) == (asked.mistakes, asked.notices)


def test_a_scale_is_told_from_and_to() -> None:
    scale = {str(k): 10 * k for k in range(1, 11)}
    (line,) = ask({"q": scale}, success=[9, 10]).notices
    assert "column 'q': counts as no: 1 to 8 (360); as yes: 10, 9" == line


def test_a_slip_comes_first_however_many_answers_there_are() -> None:
    many = {f"Brand {k}": 30 - k for k in range(20)} | {"Likly": 2, "Likely": 99}
    (line,) = ask({"q": many}, success=["Likely"]).notices
    assert "counts as no: 'Likly' (2), a slip of a listed one?, 'Brand 0' (30)" in line
    assert line.endswith(" and 16 more; as yes: 'Likely'")


@pytest.mark.parametrize(
    ("listed", "there", "near"),
    [
        ("Very likely", {"Very Likely": 126, "Unlikely": 346}, "'Very Likely' (126)"),
        ("Very likely", {"Verylikely": 126, "Unlikely": 346}, "'Verylikely' (126)"),
        ("18-24", {"18–24": 9, "25–34": 3}, "'18–24' (9)"),
        ("Yes", {"Ja": 9, "Nein": 3}, "'Ja' (9), 'Nein' (3)"),
        (3, {"1": 5, "2": 4}, "1 (5), 2 (4)"),
    ],
)
def test_a_listed_answer_that_occurs_nowhere_is_a_mistake_with_the_nearest(
    listed: Any, there: dict[str, int], near: str
) -> None:
    ((path, message),) = ask({"q": there}, success=[listed]).mistakes
    assert ("success", 0) == path
    assert message.endswith(f"{near}. Write one that occurs, or take this out")


@pytest.mark.parametrize("key", ["failure", "dont_know_values", "not_asked"])
def test_that_goes_for_every_list(key: str) -> None:
    lists: dict[str, Any] = {key: ["No", "Perhaps"]}
    asked = ask({"q": YES_NO}, success=["Yes"], **lists, dont_know="in_base")
    assert ["'Perhaps'"] == [m.split(" is ")[1].split(";")[0] for _, m in asked.mistakes]
    assert [(key, 1)] == [path for path, _ in asked.mistakes]
    asked = ask({"q": YES_NO}, success=["Yes"], dont_know={"Perhaps": "in_base"})
    assert [("dont_know", "Perhaps")] == [path for path, _ in asked.mistakes]


def test_what_a_small_brand_lacks_is_told_and_no_mistake() -> None:
    columns = {"a": {"Yes": 9, "No": 3, "Perhaps": 2}, "b": {"Yes": 5, "No": 4}}
    asked = ask(columns, match="*", success=["Yes", "Perhaps"], failure=["No"])
    assert [] == asked.mistakes
    assert ["2 columns (a, b): 'Perhaps' does not occur in column 'b'"] == asked.notices


@pytest.mark.parametrize("twin", ["perhaps", "Perhapps", "Perhap", "Per-haps"])
def test_but_a_twin_of_it_that_no_list_claims_is_a_mistake(twin: str) -> None:
    columns = {"a": {"Yes": 9, "No": 3, "Perhaps": 2}, "b": {"Yes": 5, twin: 4}}
    asked = ask(columns, match="*", success=["Yes", "Perhaps"])
    (path, message), *_ = asked.mistakes
    assert ("success", 1) == path
    assert f"no answer in column 'b' is 'Perhaps', but there is '{twin}' (4)" in message


def test_a_number_has_no_twins() -> None:
    columns = {"a": {"4": 9, "5": 3}, "b": {"5": 5, "44": 4}}
    assert [] == ask(columns, match="*", success=[4, 5]).mistakes


def test_of_a_part_of_a_rule_nothing_is_said_to_occur_nowhere() -> None:
    asked = ask({"q": YES_NO}, success=["Yes", "Perhaps"], whole=False)
    assert [] == asked.mistakes
    assert "'Perhaps' does not occur in column 'q'" in asked.notices[0]


def test_nobody_asked_shows_nothing() -> None:
    assert ([], ["column 'q': without an answer, as if not asked: 300 of 300"]) == (
        (asked := ask({"q": Tally({}, missing=300)}, success=["Yes"])).mistakes,
        asked.notices,
    )


def test_an_answer_outside_the_base_occurs() -> None:
    told = Tally(YES_NO, outside=9, beyond=("Not shown to me",))
    assert [] == ask({"q": told}, success=["Yes"], not_asked=["Not shown to me"]).mistakes


def test_what_is_written_in_two_forms_is_a_mistake_though_one_is_listed() -> None:
    ((path, message),) = ask({"q": {"Yes": 9, "yes": 4, "No": 3}}, success=["Yes"]).mistakes
    assert ("success", 0) == path
    assert "column 'q' has 'Yes' and also 'yes' (4): add it to success" in message
    assert [] == ask({"q": {"Yes": 9, "yes": 4, "No": 3}}, success=["Yes", "yes"]).mistakes


@pytest.mark.parametrize("how", ["in_base", "out_of_base"])
def test_a_dont_know_answer_must_be_decided(how: str) -> None:
    there = {"Yes": 150, "No": 210, "Don't Know": 120, "Refused": 3}
    ((path, message),) = ask({"q": there}, success=["Yes"]).mistakes
    assert ("dont_know",) == path
    assert message.startswith("\"Don't Know\" (120), 'Refused' (3): these say don't know. Write ")
    coding = (asked := ask({"q": there}, success=["Yes"], dont_know=how)).codings["q"]
    assert [] == asked.mistakes
    assert (483 if how == "in_base" else 360, 150) == (coding.n, coding.y)


def test_it_may_be_decided_for_each_kind_and_then_must_be_for_every() -> None:
    there = {"Yes": 150, "No": 210, "Don't know": 120, "Refused": 3}
    each = {"Don't know": "in_base", "Refused": "out_of_base"}
    asked = ask({"q": there}, success=["Yes"], dont_know=each)
    assert ([], 480) == (asked.mistakes, asked.codings["q"].n)
    ((path, message),) = ask(
        {"q": there}, success=["Yes"], dont_know={"Refused": "in_base"}
    ).mistakes
    assert ("dont_know",) == path
    assert message.startswith('"Don\'t know" (120): ')


def test_a_list_of_the_config_is_heard_before_the_words() -> None:
    there = {"Yes": 150, "No": 210, "Not sure": 120, "Skipped": 7}
    asked = ask({"q": there}, success=["Yes", "Skipped"], failure=["No", "Not sure"])
    assert {"Yes": "yes", "No": "no", "Not sure": "no", "Skipped": "yes"} == asked.meanings()
    assert [] == asked.mistakes


def test_not_asked_is_always_out_of_the_base_and_told() -> None:
    asked = ask({"q": {"Yes": 150, "No": 210, "Not asked in survey": 120}}, success=["Yes"])
    assert 360 == asked.codings["q"].n
    assert "not asked: 'Not asked in survey' (120)" in asked.notices[0]


def test_none_of_these_is_an_answer() -> None:
    asked = ask({"q": {"Nike": 9, "None of these": 3}}, success=["Nike"])
    assert ([], 12) == (asked.mistakes, asked.codings["q"].n)


@pytest.mark.parametrize("mark", ["-", "?", ".", "NULL", "nan", "#NULL!", "NA"])
def test_what_programs_write_for_nothing_must_be_named(mark: str) -> None:
    there = {"q": {"Yes": 5, "No": 6, mark: 2}}
    (((), message),) = ask(there, success=["Yes"]).mistakes
    assert message.startswith(f"{mark!r} (2): these look like no answer. Name them in")
    assert [] == ask(there, success=["Yes"], not_asked=[mark]).mistakes


@pytest.mark.parametrize(
    "code", ["98", "99", "97", "997", "999", "-1", "-9", "99.0", "77", "88", "-99", "9999"]
)
def test_a_code_for_no_answer_among_small_numbers_must_be_named(code: str) -> None:
    there = {"1": 9, "2": 3, "5": 4, code: 2}
    ((path, message),) = ask({"q": there}, success=[5]).mistakes
    assert () == path
    assert message.startswith(f"{code} (2): these look like codes for no answer")
    for key in ("dont_know_values", "not_asked", "failure"):
        rest = [1, 2] if key == "failure" else []
        lists: dict[str, Any] = {key: [*rest, code]}
        asked = ask({"q": there}, success=[5], dont_know="out_of_base", **lists)
        assert [] == asked.mistakes


@pytest.mark.parametrize(
    "there", [{"18": 2, "45": 1, "99": 1}, {"Yes": 1, "99": 3}, {"1": 1, "20": 3, "-9": 2}]
)
def test_among_other_answers_it_is_a_number(there: dict[str, int]) -> None:
    assert [] == ask({"q": there}, success=[next(iter(there))]).mistakes


def test_answers_outside_closed_lists_are_a_mistake() -> None:
    ((path, message),) = ask(
        {"q": {"Yes": 3, "No": 3, "Perhaps": 2}}, success=["Yes"], failure=["No"]
    ).mistakes
    assert ("failure",) == path
    assert message.startswith("'Perhaps' (2) in column 'q': in no list of this rule")


def test_one_answer_in_two_lists_is_a_mistake_by_whatever_name() -> None:
    there = {"Yes": 3, "No": 3, "Don't know": 1}
    asked = ask({"q": there}, LABELS, success=["Yes"], failure=[1, "No"], dont_know="in_base")
    assert [
        (("failure", 0), "'Yes' is in success as well as in failure: leave one")
    ] == asked.mistakes


def test_an_answer_is_named_by_label_or_code_whatever_is_shown() -> None:
    labels, codes = {"Yes": 9, "No": 3, "Don't know": 1}, {"1": 9, "2": 3, "98": 1}
    for listed in ("Yes", 1, "1", 1.0):
        asked = ask({"q": labels}, LABELS, success=[listed], dont_know="in_base")
        assert ([], 9) == (asked.mistakes, asked.codings["q"].y)
        asked = ask({"q": codes}, LABELS, shown="codes", success=[listed], dont_know="in_base")
        assert ([], 9) == (asked.mistakes, asked.codings["q"].y)
        assert {"1": "yes", "2": "no", "98": "don't know"} == asked.meanings()


def test_the_label_of_a_code_says_whether_it_is_a_dont_know() -> None:
    asked = ask({"q": {"1": 9, "2": 3, "98": 1}}, LABELS, shown="codes", success=[1])
    assert [("dont_know",)] == [path for path, _ in asked.mistakes]


def test_two_codes_with_one_label_are_a_mistake_unless_codes_are_shown() -> None:
    book = ColumnBook(values={"1": "Yes", "2": "No", "3": "Yes"})
    ((path, message),) = ask({"q": YES_NO}, book, success=["Yes"]).mistakes
    assert () == path
    assert "the codes 1, 3 have one label, 'Yes': write values: codes" in message
    assert [] == ask({"q": {"1": 2, "2": 1}}, book, shown="codes", success=[1]).mistakes


def test_a_code_without_a_label_is_told() -> None:
    book = ColumnBook(values={"1": "Yes", "2": "No"})
    asked = ask({"q": {**YES_NO, "3": 7}}, book, success=["Yes"])
    assert "column 'q': the file has no label for 3 (7)" in asked.notices


def test_a_label_that_is_another_ones_code_is_taken_as_it_is_shown_and_told() -> None:
    book = ColumnBook(values={"1": "2", "2": "1"})
    asked = ask({"q": {"1": 4, "2": 5}}, book, success=[1])
    assert {"1": "yes", "2": "no"} == asked.meanings()
    assert any("it is taken as the label" in notice for notice in asked.notices)


def test_a_column_of_everything_is_refused_unless_it_is_named() -> None:
    ids = {f"R{k}": 1 for k in range(51)}
    ((path, message),) = ask({"q": ids}, match="*", success=["R1"]).mistakes
    assert () == path
    assert message.startswith("column 'q' has 51 different answers, such as 'R0' (1), 'R1' (1): no")
    assert "R2" not in message
    assert [] == ask({"q": ids}, success=["R1"]).mistakes


def test_several_answers_in_a_cell_are_a_mistake_that_says_what_to_write() -> None:
    there = {"Nike": 3, "Adidas": 4, "Nike | Adidas": 5}
    ((_, message),) = ask({"q": there}, success=["Nike"]).mistakes
    assert "'Nike | Adidas' (5): write kind: multiple, separator: '|'" in message
    every = ask({"q": there}, success=["Nike", "Nike | Adidas"], failure=["Adidas"])
    assert [] == every.mistakes


def test_no_message_holds_more_than_five_values_of_a_column() -> None:
    people = {f"person{k}@example.org": 1 for k in range(40)}
    asked = ask({"q": people, "r": {"Yes": 3}}, match="*", success=["Yes"], failure=["No"])
    told = [message for _, message in asked.mistakes] + asked.notices
    assert told
    assert 5 >= max(message.count("@") for message in told)


def test_a_few_answers_that_nobody_shares_are_no_closed_question() -> None:
    people = {f"person{k}@example.org": 1 for k in range(9)}
    (line,) = ask({"q": {"Yes": 3, **people}}, success=["Yes"]).notices
    assert line.endswith(" and 4 more; as yes: 'Yes'")


def test_routing_is_told_with_its_numbers() -> None:
    (line,) = ask({"q": Tally(YES_NO, missing=400)}, success=["Yes"]).notices
    assert line.endswith("; without an answer, as if not asked: 400 of 1,000")


def test_every_answer_has_exactly_one_meaning_and_the_sums_agree() -> None:
    told = Tally({"Yes": 5, "No": 4, "Refused": 3, "Not shown": 2}, missing=6, outside=7)
    coding = ask({"q": told}, success=["Yes"], dont_know="in_base").codings["q"]
    assert 27 == coding.respondents
    assert (12, 5) == (coding.n, coding.y)
    assert [Meaning.YES, Meaning.NO, Meaning.DONT_KNOW, Meaning.NOT_ASKED] == [
        answer.meaning for answer in coding.answers
    ]
    assert told == coding.tally()
    assert coding == type(coding).from_json(coding.as_json())


def test_dont_know_answers_that_count_stand_apart_from_those_that_do_not() -> None:
    each = {"Don't know": "in_base", "Refused": "out_of_base"}
    there = {"Yes": 150, "No": 210, "Don't know": 120, "Refused": 3}
    (line,) = ask({"q": there}, success=["Yes"], dont_know=each).notices
    assert (
        "don't know, as no: \"Don't know\" (120); don't know, out of the base: 'Refused' (3)"
        in line
    )


def test_where_nothing_counts_as_no_it_is_told() -> None:
    (line,) = ask({"q": Tally({"1": 120}, missing=120)}, success=[1]).notices
    assert "column 'q': as yes: 1; nothing counts as no; without an answer" in line
    columns = {"a": {"Yes": 9, "No": 3}, "b": {"Yes": 5}}
    (line,) = ask(columns, match="*", success=["Yes"]).notices
    assert "nothing counts as no in column 'b'" in line


def test_an_answer_listed_against_its_words_is_told() -> None:
    there = {"Yes": 150, "No": 210, "Refused": 12}
    (line,) = ask({"q": there}, success=["Yes", "Refused"], failure=["No"]).notices
    assert line.endswith("listed as yes or no, though it says something else: 'Refused'")


def test_codes_asked_for_where_a_column_has_none_are_told() -> None:
    asked = ask({"q": YES_NO}, ColumnBook(), shown="codes", success=["Yes"])
    assert "column 'q' has no labels: values: codes changes nothing there" in asked.notices
