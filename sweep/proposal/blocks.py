"""Blocks: questions with several answers that lie in a column per option."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from sweep.data.codebook import ResponseSet
from sweep.proposal.names import stem_of
from sweep.proposal.question import Question
from sweep.proposal.roles import Role
from sweep.proposal.success import chosen_in, is_answer
from sweep.proposal.survey import Column
from sweep.proposal.words import is_one_of

__all__ = ["of_blocks", "of_sets"]


def of_sets(sets: Collection[ResponseSet], columns: Mapping[str, Column]) -> Iterator[Question]:
    """Yield the multiple-response sets that the file names, unless one of them shares columns."""
    taken: set[str] = set()
    for own in sets:
        members = [columns[name] for name in own.columns if name in columns]
        if len(members) < len(own.columns) or taken & {*own.columns}:
            continue
        taken |= {*own.columns}
        labels = [c.label or c.name for c in members]
        words = (
            labels
            if own.kind == "dichotomy"
            else list(dict.fromkeys(a for c in members for a in c.counts))
        )
        none = tuple(word for word in words if is_one_of(word, "none"))
        yield Question("set", tuple(members), name=own.name, label=own.label, none=none)


def of_blocks(columns: Sequence[Column], roles: Mapping[str, Role]) -> Iterator[Question]:
    """Yield the blocks of columns that are options: each holds that it was chosen, or nothing."""
    stems: dict[str, list[Column]] = {}
    for column in columns:
        if roles[column.name] in {Role.ANSWERS, Role.NOTHING, Role.ONE}:
            stems.setdefault(stem_of(column.name), []).append(column)
    for stem, members in stems.items():
        named = stem != members[0].name or len(members) == 1
        asked = [column for column in members if column.counts]
        if named and asked and all(is_option(column) for column in asked):
            yield block_of(stem, members if len(members) > 1 else asked)


def is_option(column: Column) -> bool:
    """Return whether a column says that an option was chosen, and else that it was not."""
    real = [text for text in column.counts if is_answer(text)]
    alone = len(real) == len(column.counts) == 1 and column.blank > 0
    return alone or (len(real) > 1 and chosen_in(real) is not None)


def block_of(stem: str, members: Sequence[Column]) -> Question:
    """Return the question whose options some columns are."""
    said = [chosen_in([t for t in c.counts if is_answer(t)]) for c in members if len(c.counts) > 1]
    success = tuple(dict.fromkeys(text for meant in said if meant for text in meant.success))
    labels = [c.label or c.name for c in members]
    words = [next(iter(c.counts)) if len(c.counts) == 1 else "" for c in members]
    none = tuple(
        label if is_one_of(label, "none") else c.name
        for c, label, word in zip(members, labels, words, strict=True)
        if is_one_of(label, "none") or is_one_of(word, "none")
    )
    return Question("items", tuple(members), success, "chosen or not", stem, none=none)
