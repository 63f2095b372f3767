"""Kinds of coding: answers that the config does not mean, does not decide, or cannot mean."""

from typing import Any

from tests.matrix.kinds import (
    LABELS,
    Columns,
    Kind,
    Refused,
    Right,
    always,
    book_of,
    every,
    put,
    put_all,
)

__all__ = ["CODING"]


def says(*success: Any, **rule: Any) -> dict[str, Any]:
    """Return the study of one outcome."""
    return {"outcomes": [{"name": "aware", "success": list(success), **rule}]}


CODES = put_all("aware", {"Yes": "1", "No": "2"})
SCALE = always("aware", "1", "2", "3", "4", "5")
SCALE_TEXT = always("aware", "Never", "2", "3", "4", "Always")
ENDS = {"1": "Never", "5": "Always"}
ROUTED = put("aware", "No", "Not asked")
UNASKED = put("aware", "No", None)


def choices(columns: Columns) -> Columns:
    """Put what people chose into one cell each."""
    cells = ("Nike | Puma", "Nike", "Puma", None)
    columns["brands"] = [cells[k % 4] for k in range(len(columns["w"]))]
    return columns


def on_lines(columns: Columns) -> Columns:
    """Put what people chose into one cell each, an option on each line."""
    cells = choices(columns)["brands"]
    return {**columns, "brands": [cell and cell.replace(" | ", "\n") for cell in cells]}


def items(columns: Columns) -> Columns:
    """Put what people chose into a column per option, blank where not chosen."""
    columns["brand_nike"] = ["1" if k % 4 in {0, 1} else None for k in range(len(columns["w"]))]
    columns["brand_puma"] = ["1" if k % 4 in {0, 2} else None for k in range(len(columns["w"]))]
    return columns


def several(**rule: Any) -> dict[str, Any]:
    return {"outcomes": [{"name": "brands", "kind": "multiple", "separator": "|", **rule}]}


def per_column(**rule: Any) -> dict[str, Any]:
    one = {"match": "brand_*", "name": "brands", "kind": "multiple", "success": [1]}
    return {"outcomes": [{**one, **rule}]}


CODING = (
    Kind(
        "case twin of an answer",
        Refused(("study.outcomes.0.success.0", "column 'aware'", "'yes' (", "add it to success")),
        put("aware", "Yes", "yes"),
    ),
    Kind(
        "an answer with a letter less",
        Right(("study.outcomes.0: column 'aware': counts as no: 'No' (125), 'Ye' (39)",)),
        put("aware", "Yes", "Ye"),
        clean=put("aware", "Yes", "Ye"),
    ),
    Kind(
        "a listed answer that does not occur",
        Refused(
            ("study.outcomes.0.success.0", "no answer in column 'aware' is 'yes'", "'Yes' (115)")
        ),
        says={"outcomes": [{"name": "aware", "success": ["yes"]}]},
    ),
    Kind(
        "a listed code that does not occur",
        Refused(("study.outcomes.0.success.0", "is 3; ", "1 (115)")),
        CODES,
        says=says(3),
    ),
    Kind(
        "a number listed as text", Right(), CODES, says=says("1.0"), clean=CODES, clean_says=says(1)
    ),
    Kind(
        "don't know undecided",
        Refused(("study.outcomes.0.dont_know", '"Don\'t know" (42)', "Write dont_know: in_base")),
        put("aware", "No", "Don't know"),
    ),
    Kind(
        "don't know in another language",
        Refused(("study.outcomes.0.dont_know", "'keine Angabe' (42)")),
        put("aware", "No", "keine Angabe"),
    ),
    Kind(
        "don't know decided",
        Right(("don't know, out of the base: 'Refused' (42)",)),
        put("aware", "No", "Refused"),
        says=says("Yes", dont_know="out_of_base"),
        clean=UNASKED,
        clean_says=says("Yes"),
    ),
    Kind("not asked in words", Right(("not asked: 'Not asked' (42)",)), ROUTED, clean=UNASKED),
    Kind(
        "a code for no answer",
        Refused(("study.outcomes.0", "99 (42)", "look like codes for no answer", "not_asked")),
        every(put("aware", "No", "99"), CODES),
        says=says(1),
    ),
    Kind(
        "a negative code for no answer",
        Refused(("study.outcomes.0", "-8 (42)", "missing_values")),
        every(put("aware", "No", "-8"), CODES),
        says=says(1),
    ),
    Kind(
        "an answer in two lists, by code and label",
        Refused(("study.outcomes.0.failure.0", "'Yes' is in success as well as in failure")),
        CODES,
        LABELS,
        says("Yes", failure=[1, "No"]),
        book=book_of("aware", {"1": "Yes", "2": "No"}),
    ),
    Kind(
        "an answer that no closed list has",
        Refused(("study.outcomes.0.failure", "'Perhaps' (42)", "Add each to success")),
        put("aware", "No", "Perhaps"),
        says=says("Yes", failure=["No"]),
    ),
    Kind(
        "an answer by its label",
        Right(),
        CODES,
        LABELS,
        book=book_of("aware", {"1": "Yes", "2": "No"}),
    ),
    Kind(
        "an answer by its code",
        Right(),
        CODES,
        LABELS,
        says(1),
        clean_says={},
        book=book_of("aware", {"1": "Yes", "2": "No"}),
    ),
    Kind(
        "codes asked for",
        Right(),
        CODES,
        LABELS,
        {**says(1), "survey": {"values": "codes"}},
        CODES,
        says(1),
        book=book_of("aware", {"1": "Yes", "2": "No"}),
    ),
    Kind(
        "codes asked for where there are no labels",
        Refused(("study.survey.values", "no value labels", "remove values")),
        CODES,
        says={**says(1), "survey": {"values": "codes"}},
    ),
    Kind(
        "a code without label",
        Right(("column 'aware': the file has no label for 3 (42)",)),
        every(put("aware", "No", "3"), CODES),
        LABELS,
        book=book_of("aware", {"1": "Yes", "2": "No"}),
        clean=put("aware", "No", "3"),
    ),
    Kind(
        "two codes of one label",
        Refused(("column 'aware': the codes 1, 3 have one label, 'Yes': write values: codes",)),
        every(put("aware", "No", "3"), CODES),
        LABELS,
        book=book_of("aware", {"1": "Yes", "2": "No", "3": "Yes"}),
    ),
    Kind(
        "two codes of one label where only a base reads them",
        Refused(("study.outcomes.0.base", "column 'seg'", "codes '1', '3' have one label, 'Core'")),
        always("seg", "1", "2", "3"),
        LABELS,
        says("Yes", base="seg == 'Core'"),
        book=book_of("seg", {"1": "Core", "2": "Edge", "3": "Core"}),
    ),
    Kind(
        "two codes of one label where only the filter reads them",
        Refused(
            ("study.survey.values", "column 'seg'", "the codes '1', '3' have one label, 'Core'")
        ),
        always("seg", "1", "2", "3"),
        LABELS,
        {"survey": {"filter": "seg == 'Core'"}},
        book=book_of("seg", {"1": "Core", "2": "Edge", "3": "Core"}),
    ),
    Kind(
        "a scale with labels at its ends",
        Right(("the file has no label for 2 (48), 3 (48), 4 (48)",)),
        SCALE,
        LABELS,
        says(4, "Always"),
        SCALE_TEXT,
        book=book_of("aware", ENDS),
    ),
    Kind(
        "a label that is the code of another",
        Right(("1 is the label of one code and the code of another; it is taken as the label",)),
        CODES,
        LABELS,
        says("1"),
        put_all("aware", {"Yes": "2", "No": "1"}),
        book=book_of("aware", {"1": "2", "2": "1"}),
    ),
    Kind(
        "several answers in a cell",
        Refused(
            (
                "study.outcomes.0",
                "column 'brands' holds several answers in one cell: 'Nike | Puma' (60)",
                "write kind: multiple, separator: '|'",
            )
        ),
        choices,
        says={"outcomes": [{"name": "brands", "success": ["Nike"]}]},
    ),
    Kind(
        "nobody said what nothing in a cell means",
        Refused(("study.outcomes.0.all_blank", "60 of 240", "all_blank: none")),
        choices,
        says=several(),
    ),
    Kind(
        "nobody said what nothing in all columns means",
        Refused(("study.outcomes.0.all_blank", "60 of 240", "all_blank: not_asked")),
        items,
        says=per_column(),
    ),
    Kind(
        "several answers, decided", Right(), choices, says=several(all_blank="none"), clean=choices
    ),
    Kind(
        "several answers on lines of a cell",
        Right(("'Nike\\nPuma' is read as 'Nike | Puma'",)),
        on_lines,
        says=several(all_blank="none"),
        clean=choices,
    ),
    Kind("a column per option", Right(), items, says=per_column(all_blank="none"), clean=items),
    Kind(
        "blanks where nothing says no",
        Refused(("study.outcomes.0", "column 'brand_nike': every answer counts as yes", "base:")),
        items,
        says={"outcomes": [{"name": "brand_nike", "success": [1]}]},
    ),
    Kind(
        "more than 50 different answers by a glob",
        Refused(("study.outcomes.1", "column 'ref' has 240 different answers", "study.exclude")),
        lambda columns: {**columns, "ref": [f"R{k}" for k in range(240)]},
        says={
            "outcomes": [
                {"name": "aware", "success": ["Yes"]},
                {"match": "re*f", "success": ["R1"]},
            ]
        },
    ),
    Kind(
        "an exclusive answer that is no option",
        Refused(("study.outcomes.0.none.0", "no option is 'None'")),
        choices,
        says=several(all_blank="none", none=["None"]),
    ),
    Kind(
        "a base that compares with what nobody said",
        Refused(
            ("study.outcomes.0.base", "no 'married' is 'yes'; there is 'Yes'", "holds for nobody")
        ),
        says=says("Yes", base="married == 'yes'"),
    ),
    Kind(
        "a base of which some are written otherwise",
        Right(("study.outcomes.0.base", "'yes' (")),
        put("married", "Yes", "yes"),
        says=says("Yes", base="married == 'Yes'"),
        clean=put("married", "Yes", None),
    ),
)
