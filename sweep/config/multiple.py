"""Multiple: which keys a rule of each kind has: of one answer, or of several per respondent."""

from collections.abc import Iterator

from pydantic_core import InitErrorDetails

from sweep.config.section import Fields, mistake_at

__all__ = ["mistakes_of_kind"]

OF_SEVERAL = ("separator", "set", "none", "all_blank")


def mistakes_of_kind(rule: Fields) -> Iterator[InitErrorDetails]:
    """Yield the keys that a rule of its kind lacks, or cannot have."""
    if rule.get("kind", "binary") == "multiple":
        yield from mistakes_of_several(rule)
        return
    if rule.get("success") is None:
        yield mistake_at(("success",), "this key is required")
    for key in OF_SEVERAL:
        if rule.get(key):
            yield mistake_at((key,), "only a rule of kind: multiple has this")


def mistakes_of_several(rule: Fields) -> Iterator[InitErrorDetails]:
    """Yield what is wrong with a question of several answers: it has one form, and no other."""
    why = ""
    unwanted: tuple[str, ...] = ()
    if rule.get("set") is not None:
        unwanted = ("separator", "match", "column", "success", "failure")
        why = "the file's set says what it consists of: remove this"
    elif rule.get("separator") is not None:
        unwanted = ("success", "failure")
        why = "each option in a cell is a yes to itself, and no to the others: remove this"
    elif rule.get("match") is None:
        yield mistake_at(
            (),
            "a rule of kind: multiple needs 'separator' (several answers in one cell), 'match' "
            "(a column per option) or 'set' (a response set of the file)",
        )
    for key in unwanted:
        if rule.get(key) is not None:
            yield mistake_at((key,), why)
