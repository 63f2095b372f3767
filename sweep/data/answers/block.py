"""Block: a question with several answers per respondent, and its options as one answer each.

Such a question lies in one column (cells with a separator), in a column per option (items), or in
columns that hold one of the options each (a response set of categories). Whoever chose an option
has it as the answer; whoever chose others only, "another answer"; whoever chose none at all,
"nothing chosen", which counts as the config says.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sweep.data.answers.column import GONE, Columns, TextColumn
from sweep.data.answers.likeness import same_key
from sweep.data.answers.meaning import Meaning
from sweep.data.answers.several import parts_of
from sweep.keys import Json

__all__ = ["NOTHING", "REST", "Block", "option_answers"]

REST, NOTHING = "(another answer)", "(nothing chosen)"


@dataclass(frozen=True)
class Block:
    """One option of a question with several answers.

    ``columns`` are the question's, ``option`` is the option's text, of items its column. ``chosen``
    are, per column of items, the texts that choose it. ``none`` are options that exclude others, by
    text or, of items, by column; ``apart`` are columns of items that say don't know, with what they
    say. ``all_blank`` is what nothing at all means; ``listed`` whether the config lists what
    chooses an option. ``missing`` is what the file or the study calls missing in the columns: who
    said that, and chose nothing, neither chose nothing nor another option.
    """

    form: Literal["cells", "items", "category"]
    columns: tuple[str, ...]
    option: str
    separator: str | None = None
    chosen: tuple[tuple[str, ...], ...] = ()
    none: tuple[str, ...] = ()
    apart: Mapping[str, str] = field(default_factory=dict)
    all_blank: Literal["none", "not_asked"] | None = None
    listed: bool = False
    missing: tuple[str, ...] = ()

    def as_json(self) -> Json:
        """Return it as it enters a key: as ever where nothing is called missing."""
        return {k: v for k, v in vars(self).items() if k != "missing" or v}

    @property
    def fixed(self) -> dict[str, Meaning]:
        """Return what the answers mean that only such a question has."""
        nothing = {"none": Meaning.NO, "not_asked": Meaning.NOT_ASKED}
        known = {NOTHING: nothing[self.all_blank]} if self.all_blank else {}
        return {REST: Meaning.NO, **known}


type Places = NDArray[np.int64]
type Truth = NDArray[np.bool_]


def option_answers(
    block: Block, table: Columns, is_apart: Callable[[str], bool]
) -> tuple[TextColumn, Truth]:
    """Return every respondent's answer to one option, and who broke an exclusive one.

    ``is_apart`` says of a text whether it is no option: don't know, or not asked.
    """
    if block.form == "items":
        return item_answers(block, table, is_apart)
    columns = [table[name] for name in block.columns]
    if block.form == "cells":
        return cell_answers(block, columns[0], is_apart)
    return category_answers(block, columns, is_apart)


def cell_answers(
    block: Block, column: TextColumn, is_apart: Callable[[str], bool]
) -> tuple[TextColumn, Truth]:
    """Return the answers to an option of a question whose cells hold several."""
    said: list[str | None] = []
    broken: dict[str, bool] = {}
    for text in column.texts:
        whole = text == GONE or is_apart(text)
        parts = (text,) if whole else parts_of(text, str(block.separator))
        told = [part for part in parts if part != GONE and part not in block.missing]
        real = [part for part in told if not is_apart(part)]
        mine = any(same_key(part) == same_key(block.option) for part in real)
        nothing = None if parts else NOTHING
        said.append(block.option if mine else REST if real else told[0] if told else nothing)
        exclusive = {*block.none} & {*real}
        broken[text] = len(parts) > 1 and (bool(exclusive) or len(real) < len(parts))
    texts = list(dict.fromkeys([*(text for text in said if text is not None), NOTHING]))
    place: dict[str | None, int] = {None: -1, **{text: k for k, text in enumerate(texts)}}
    places = np.array([*(place[text] for text in said), place[NOTHING]], np.int64)
    return TextColumn(texts, places[column.codes]), column.holds(broken)


def category_answers(
    block: Block, columns: list[TextColumn], is_apart: Callable[[str], bool]
) -> tuple[TextColumn, Truth]:
    """Return the answers to an option of a question whose columns hold one option each."""
    people = len(columns[0].codes)
    columns, _, anybody = without_gone(columns)
    texts = list(dict.fromkeys([NOTHING, REST, block.option]))
    places, mine = np.zeros(people, np.int64), np.zeros(people, bool)
    real, exclusive, several = np.zeros(people, bool), np.zeros(people, bool), np.zeros(people, int)
    for column in columns:
        apart = {text: is_apart(text) for text in column.texts}
        texts += [text for text in column.texts if apart[text] and text not in texts]
        where = np.array([*(texts.index(t) if apart[t] else 0 for t in column.texts), 0], np.int64)
        places = np.where(places == 0, where[column.codes], places)
        key = same_key(block.option)
        mine |= column.holds({t: same_key(t) == key and not apart[t] for t in column.texts})
        real |= column.holds({t: not apart[t] for t in column.texts})
        exclusive |= column.holds({t: apart[t] or t in block.none for t in column.texts})
        several += column.codes >= 0
    places = np.where(real, 1, places)
    places = np.where(mine, texts.index(block.option), places)
    unknown = anybody & (places == texts.index(NOTHING))
    return TextColumn(texts, np.where(unknown, -1, places)), exclusive & (several > 1)


def without_gone(columns: Sequence[TextColumn]) -> tuple[list[TextColumn], list[Truth], Truth]:
    """Return columns without what is called missing, and in whom (respondent,) each and any has it.

    Columns that have none are themselves.
    """
    nobody = np.zeros(len(columns[0].codes), bool)
    kept, gone, anybody = list(columns), [nobody] * len(columns), nobody.copy()
    for k, column in enumerate(columns):
        if GONE in column.texts:
            gone[k] = column.holds({text: text == GONE for text in column.texts})
            kept[k] = TextColumn(column.texts, np.where(gone[k], -1, column.codes))
            anybody |= gone[k]
    return kept, gone, anybody


def item_answers(
    block: Block, table: Columns, is_apart: Callable[[str], bool]
) -> tuple[TextColumn, Truth]:
    """Return the answers to an option with a column of its own.

    A blank beside other answers is an option not chosen, unless the columns also hold answers that
    say no: then it is one that was not asked about.
    """
    kept, gone, anybody = without_gone([table[name] for name in block.columns])
    columns = dict(zip(block.columns, kept, strict=True))
    own = columns[block.option]
    picks = dict(zip(block.columns, block.chosen, strict=True))
    chosen: dict[str, Truth] = {}
    blank, says_no = np.ones(len(own.codes), bool), False
    for name, column in columns.items():
        keys = {same_key(text) for text in picks[name]}
        picked = {text: same_key(text) in keys for text in column.texts}
        chosen[name] = column.holds(picked)
        blank &= column.codes < 0
        there = column.counts()
        says_no |= any(not picked[t] and not is_apart(t) for t in there)
    unknown = gone[block.columns.index(block.option)] | (blank & anybody)
    texts = [*own.texts, *(t for t in (REST, NOTHING, *block.apart.values()) if t not in own.texts)]
    codes = own.codes if says_no else np.where(own.codes < 0, texts.index(REST), own.codes)
    codes = np.where(blank, texts.index(NOTHING), codes)
    codes = np.where(unknown, -1, codes)
    excludes = [*block.none, *block.apart]
    others = [chosen[name] for name in block.columns if name not in excludes]
    any_other = np.logical_or.reduce(others) if others else np.zeros(len(codes), bool)
    for name, text in block.apart.items():
        alone = chosen[name] & ~any_other
        codes = np.where(alone, texts.index(text), codes)
    exclusive = [chosen[name] for name in excludes]
    any_exclusive = np.logical_or.reduce(exclusive) if exclusive else np.zeros(len(codes), bool)
    return TextColumn(texts, codes.astype(np.int64)), any_exclusive & any_other
