"""Books: what a file's own value labels show: two codes with one label, codes without one."""

from collections.abc import Sequence

from sweep.data.answers.block import NOTHING, REST
from sweep.data.answers.likeness import same_key
from sweep.data.answers.lists import Listed, Shown
from sweep.data.answers.meaning import Tally
from sweep.data.answers.told import answer_words, columns_words, counted_words
from sweep.data.codebook import ColumnBook
from sweep.data.findings import Findings, KeyPath

__all__ = ["check_books"]

type Column = tuple[str, Tally, ColumnBook]
"""A column's name, its answers and its book."""


def check_books(
    columns: Sequence[Column],
    listed: Sequence[Listed],
    shown: Shown,
    path: KeyPath,
    findings: Findings,
) -> None:
    """Refuse labels that two codes share; tell codes without a label, and labels like codes."""
    unlabelled: dict[str, int] = {}
    bare: list[str] = []
    tell_unlabelled([c for c, _, book in columns if not book.values], shown, path, findings)
    for column, tally, book in columns:
        if not book.values:
            continue
        if shown == "labels":
            check_shared(column, book, path, findings)
        known = {*map(same_key, book.values), *book.values.values(), REST, NOTHING}
        found = {t: n for t, n in tally.answers.items() if {t, same_key(t)}.isdisjoint(known)}
        bare += [column] if found else []
        for text, n in found.items():
            unlabelled[text] = unlabelled.get(text, 0) + n
    if unlabelled:
        words = counted_words(unlabelled)
        findings.notice(path, f"{columns_words(bare)}: the file has no label for {words}")
    tell_ambiguous(columns, listed, shown, path, findings)


def tell_unlabelled(
    columns: Sequence[str], shown: Shown, path: KeyPath, findings: Findings
) -> None:
    """Tell where codes are asked for and a column has no labels: its values are as written."""
    if shown == "codes" and columns:
        words = "has no labels" if len(columns) == 1 else "have no labels"
        findings.notice(
            path, f"{columns_words(columns)} {words}: values: codes changes nothing there"
        )


def check_shared(column: str, book: ColumnBook, path: KeyPath, findings: Findings) -> None:
    """Refuse a label that two codes of a column share: as labels they could not be told apart."""
    codes: dict[str, list[str]] = {}
    for code, label in book.values.items():
        codes.setdefault(label, []).append(code)
    for label, several in codes.items():
        if len(several) > 1:
            findings.mistake(
                path,
                f"column {column!r}: the codes {answer_words(several)} have one label, "
                f"{answer_words([label])}: write values: codes into study.survey",
            )


def tell_ambiguous(
    columns: Sequence[Column],
    listed: Sequence[Listed],
    shown: Shown,
    path: KeyPath,
    findings: Findings,
) -> None:
    """Tell of a listed answer that is the label of one code and the code of another."""
    told: set[str] = set()
    for column, _, book in columns:
        labels = set(book.values.values())
        for item in listed:
            other = book.values.get(item.text)
            if item.text in labels and other not in {None, item.text} and item.text not in told:
                told.add(item.text)
                what = "label" if shown == "labels" else "code"
                findings.notice(
                    (*path, *item.key),
                    f"column {column!r}: {answer_words([item.text])} is the label of one code and "
                    f"the code of another; it is taken as the {what}",
                )
