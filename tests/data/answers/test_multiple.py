"""A question with several answers per respondent is one outcome per option, each with its base."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import pytest

from sweep.config import Study
from sweep.data.answers.column import GONE
from sweep.data.answers.meaning import Coding
from sweep.data.codebook import Codebook, ColumnBook, ResponseSet
from sweep.data.columns import renamed, texts_of
from sweep.data.counts import tally
from sweep.data.findings import Findings
from sweep.data.outcomes import Outcome, outcomes_of
from sweep.errors import DataError
from sweep.planning.coding import code_outcomes
from sweep.words.text import fold
from tests.project import Project
from tests.support.columns import text_table

NOTHING = Codebook()


def outcomes_in(
    project: Project, table: pd.DataFrame, book: Codebook, survey: Any = None, **rule: Any
) -> tuple[Study, list[Outcome]]:
    spec = {"kind": "multiple", **rule}
    given = {"survey": {"source": "survey.csv", **survey}} if survey else {}
    study = project.config({"outcomes": [spec], **given}).study
    return study, outcomes_of(study, list(map(str, table)), book, lambda c: texts_of(table[c]))


def code(
    project: Project, columns: Mapping[str, Sequence[Any]], book: Codebook = NOTHING, **rule: Any
) -> tuple[dict[str, Coding], Findings]:
    """Return the codings of a question's options by name, and what was found."""
    table = marked(columns)
    study, outcomes = outcomes_in(project, table, book, **rule)
    tallies = {o.name: tally(o, table, book.of(o.column)) for o in outcomes}
    findings = Findings()
    return code_outcomes(study, outcomes, tallies, book, findings), findings


def marked(columns: Mapping[str, Sequence[Any]]) -> pd.DataFrame:
    """Return answers as a plan has them: GONE stands where what was said is called missing."""
    table = text_table(pd.DataFrame({name: list(v) for name, v in columns.items()}, dtype=object))
    return table.apply(renamed, names={fold(GONE): GONE})


def shares(codings: Mapping[str, Coding]) -> dict[str, tuple[int, int]]:
    """Return how many of how many said yes, by outcome."""
    return {name: (coding.y, coding.n) for name, coding in codings.items()}


CELLS = ["Nike | Adidas", "Nike", "Puma|Nike", "None of these", None]


def test_a_cell_with_several_answers_is_one_outcome_per_option(project: Project) -> None:
    rule: dict[str, Any] = {"name": "Q5", "separator": "|", "all_blank": "none"}
    codings, findings = code(project, {"Q5": CELLS}, **rule, none=["None of these"])
    assert {
        "Q5_Adidas": (1, 5),
        "Q5_Nike": (3, 5),
        "Q5_None of these": (1, 5),
        "Q5_Puma": (1, 5),
    } == shares(codings)
    assert [] == findings.mistakes
    assert [5] * 4 == [coding.respondents for coding in codings.values()]


@pytest.mark.parametrize(("said", "share"), [("none", (210, 1000)), ("not_asked", (210, 700))])
def test_what_all_blank_means_decides_between_21_and_30_percent(
    project: Project, said: str, share: tuple[int, int]
) -> None:
    """1,000 were shown the question and 300 of them chose nothing, or 300 were not shown it."""
    nike = ["1"] * 210 + [None] * 790
    adidas = [None] * 210 + ["1"] * 490 + [None] * 300
    columns = {"Q5_nike": nike, "Q5_adidas": adidas}
    rule: dict[str, Any] = {"match": "Q5_*", "name": "Q5", "success": [1]}
    _, findings = code(project, columns, **rule)
    ((path, message),) = [(f.path, f.message) for f in findings.mistakes]
    assert ("study", "outcomes", 0, "all_blank") == path
    assert message.startswith("300 of 1,000 respondents have nothing in this question. Write")
    assert (
        "a base of 1,000), or all_blank: not_asked if it was not put to them (a base of 700)"
        in (message)
    )
    codings, findings = code(project, columns, **rule, all_blank=said)
    assert [] == findings.mistakes
    assert share == shares(codings)["Q5_nike"]


def test_the_same_question_in_a_cell_must_say_so_too(project: Project) -> None:
    cells = {"Q5": ["Nike"] * 210 + ["Adidas"] * 490 + [None] * 300}
    _, findings = code(project, cells, name="Q5", separator="|")
    assert [("study", "outcomes", 0, "all_blank")] == [f.path for f in findings.mistakes]


def test_where_the_columns_say_no_a_blank_is_not_asked(project: Project) -> None:
    columns = {"a_x": ["1", "0", None, None], "a_y": ["0", "0", "1", None]}
    codings, findings = code(
        project, columns, match="a_*", name="a", success=[1], all_blank="not_asked"
    )
    assert {"a_x": (1, 2), "a_y": (1, 3)} == shares(codings)
    assert [] == findings.mistakes


def test_columns_that_hold_their_own_option_need_no_success(project: Project) -> None:
    columns = {"Q5_1": ["Nike", None, "Nike"], "Q5_2": [None, "Adidas", "Adidas"]}
    codings, findings = code(project, columns, match="Q5_*", name="Q5")
    assert {"Q5_1": (2, 3), "Q5_2": (2, 3)} == shares(codings)
    assert [] == findings.mistakes
    columns["Q5_1"][1] = "Not at all"
    with pytest.raises(DataError, match=r"outcomes\.0\.success: column 'Q5_1' holds 'Nike', 'Not"):
        code(project, columns, match="Q5_*", name="Q5")


def test_none_of_these_with_others_is_told_with_its_count(project: Project) -> None:
    cells = {"Q5": [*CELLS[:4], "Nike|None of these"]}
    rule: dict[str, Any] = {"name": "Q5", "separator": "|"}
    codings, findings = code(project, cells, **rule, none=["None of these"])
    assert (4, 5) == shares(codings)["Q5_Nike"]
    assert "1 respondent gave an exclusive answer and others" in findings.notices[0].message
    with pytest.raises(
        DataError, match=r"none\.0: no option is 'None of this'; there: 'None of these'"
    ):
        code(project, cells, **rule, none=["None of this"])


def test_a_column_of_none_is_named_by_what_the_glob_leaves_open(project: Project) -> None:
    columns = {"Q_a": [1, 1, None], "Q_none": [None, 1, 1]}
    rule: dict[str, Any] = {"match": "Q_*", "name": "Q", "success": [1], "none": ["Q_none"]}
    _, findings = code(project, columns, **rule)
    assert "1 respondent gave an exclusive answer and others" in findings.notices[0].message


def test_a_dont_know_is_no_option_and_must_be_decided(project: Project) -> None:
    cells = {"Q5": ["Nike", "Don't know", "Adidas|Nike", "Not asked"]}
    codings, findings = code(project, cells, name="Q5", separator="|")
    assert ["Q5_Adidas", "Q5_Nike"] == list(codings)
    assert [("study", "outcomes", 0, "dont_know")] == [f.path for f in findings.mistakes]
    for said, base in (("in_base", 3), ("out_of_base", 2)):
        codings, findings = code(project, cells, name="Q5", separator="|", dont_know=said)
        assert [] == findings.mistakes
        assert {"Q5_Adidas": (1, base), "Q5_Nike": (2, base)} == shares(codings)


def test_a_dont_know_in_a_column_of_its_own_is_one_too(project: Project) -> None:
    book = Codebook({"Q_99": ColumnBook(label="Don't know")})
    columns = {"Q_1": [1, None, 1], "Q_2": [None, None, 1], "Q_99": [None, 1, None]}
    rule: dict[str, Any] = {"match": "Q_*", "name": "Q", "success": [1]}
    codings, findings = code(project, columns, book, **rule, dont_know="out_of_base")
    assert {"Q_1": (2, 2), "Q_2": (1, 2)} == shares(codings)
    assert [] == findings.mistakes
    _, findings = code(project, columns, book, **rule)
    assert [("study", "outcomes", 0, "dont_know")] == [f.path for f in findings.mistakes]


def test_a_dichotomy_of_the_file_is_read_as_it_says(project: Project) -> None:
    books = {c: ColumnBook(label=c.upper(), values={"0": "No", "1": "Yes"}) for c in ("m1", "m2")}
    book = Codebook(books, {"brands": ResponseSet("brands", None, "dichotomy", ("m1", "m2"), "1")})
    columns = {"m1": ["Yes", "No", "No"], "m2": ["Yes", "Yes", "No"]}
    codings, findings = code(project, columns, book, set="brands")
    assert {"brands_m1": (1, 3), "brands_m2": (2, 3)} == shares(codings)
    assert [] == findings.mistakes
    study, outcomes = outcomes_in(project, text_table(pd.DataFrame(columns)), book, set="brands")
    assert (["M1", "M2"], 1) == ([o.label for o in outcomes], len(study.outcomes))
    with pytest.raises(DataError, match=r"no set 'brand'\. Did you mean 'brands'\?"):
        code(project, columns, book, set="brand")


def test_a_set_of_categories_holds_an_option_in_each_column(project: Project) -> None:
    book = Codebook({}, {"named": ResponseSet("named", None, "category", ("n1", "n2"))})
    columns = {"n1": ["Nike", "Puma", "Refused", None], "n2": ["Puma", None, None, None]}
    rule: dict[str, Any] = {"set": "named", "dont_know": "out_of_base", "all_blank": "not_asked"}
    codings, findings = code(project, columns, book, **rule)
    assert {"named_Nike": (1, 2), "named_Puma": (2, 2)} == shares(codings)
    assert [] == findings.mistakes


def test_codes_in_a_cell_are_called_by_their_labels(project: Project) -> None:
    book = Codebook({"Q": ColumnBook(values={"1": "Nike", "3": "Puma"})})
    table = text_table(pd.DataFrame({"Q": ["1,3", "3", "10"]}))
    _, outcomes = outcomes_in(project, table, book, name="Q", separator=",")
    assert ["Q_1", "Q_3", "Q_10"] == [o.name for o in outcomes]
    assert ["Nike", "Puma", None] == [o.label for o in outcomes]


def test_names_and_labels_may_be_templates_of_the_option(project: Project) -> None:
    table = text_table(pd.DataFrame({"Q": ["a|b"]}))
    rule: dict[str, Any] = {
        "name": "chose {option}",
        "column": "Q",
        "separator": "|",
        "label": "Likes {option}",
    }
    _, outcomes = outcomes_in(project, table, NOTHING, **rule)
    assert [("chose a", "Likes a"), ("chose b", "Likes b")] == [(o.name, o.label) for o in outcomes]


def test_a_plain_outcome_keeps_its_coding_and_an_option_adds_its_own(project: Project) -> None:
    plain = project.config({"outcomes": [{"name": "q", "success": ["Yes"]}]}).study
    keys = ["column", "success", "failure", "dont_know", "dont_know_values", "base"]
    assert keys == list(outcomes_of(plain, ["q"])[0].coding())
    _, outcomes = outcomes_in(
        project, text_table(pd.DataFrame({"Q": ["a|b"]})), NOTHING, name="Q", separator="|"
    )
    first, second = (o.coding() for o in outcomes)
    assert [*keys, "multiple"] == list(first)
    assert first["multiple"] != second["multiple"]


def test_what_is_called_missing_in_an_options_column_is_no_no(project: Project) -> None:
    """Three chose x, one was missing there and chose y, one was missing and nothing else."""
    columns = {
        "a_x": ["1", "1", "1", GONE, GONE, None, None],
        "a_y": [None, None, None, "1", None, "1", None],
    }
    codings, findings = code(project, columns, match="a_*", name="a", all_blank="none")
    assert {"a_x": (3, 5), "a_y": (2, 6)} == shares(codings)
    assert [2, 1] == [coding.missing for coding in codings.values()]
    assert [] == findings.mistakes


def test_of_a_set_of_categories_what_is_missing_alone_is_not_nothing_chosen(
    project: Project,
) -> None:
    book = Codebook({}, {"q": ResponseSet("q", None, "category", ("first", "second"))})
    columns = {"first": ["1", GONE, GONE, None, "2"], "second": [None, None, "1", None, GONE]}
    codings, _ = code(project, columns, book, set="q", all_blank="none")
    assert {"q_1": (2, 4), "q_2": (1, 4)} == shares(codings)


def test_what_is_missing_in_a_cell_is_no_option_and_a_cell_of_it_no_answer(
    project: Project,
) -> None:
    cells = ["1,2", "1,99", "99,98", "2", GONE, None]
    table = marked({"q": cells})
    study, outcomes = outcomes_in(
        project,
        table,
        NOTHING,
        survey={"missing_values": [99, 98, "NA"]},
        name="q",
        separator=",",
        all_blank="none",
    )
    tallies = {o.name: tally(o, table, NOTHING.of("q")) for o in outcomes}
    codings = code_outcomes(study, outcomes, tallies, NOTHING, Findings())
    assert {"q_1": (2, 4), "q_2": (2, 4)} == shares(codings)
    assert [("99", "98")] * 2 == [o.block.missing for o in outcomes if o.block is not None]


def test_only_where_something_is_called_missing_does_it_enter_the_key(project: Project) -> None:
    table = text_table(pd.DataFrame({"q": ["1,2"]}, dtype=object))
    _, (one, _) = outcomes_in(project, table, NOTHING, name="q", separator=",")
    assert "missing" not in one.coding()["multiple"]
    book = Codebook({"q": ColumnBook(missing=("9",), missing_ranges=((-9.0, -1.0),))})
    _, (one, _) = outcomes_in(project, table, book, name="q", separator=",")
    assert ("9", "-9 to -1") == one.coding()["multiple"]["missing"]
