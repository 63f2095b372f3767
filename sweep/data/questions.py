"""Questions: which of a survey's columns hold the answers to questions with several answers."""

from collections.abc import Collection

from sweep.config import Study
from sweep.data.codebook import Codebook
from sweep.data.outcomes import RULES, matching_columns
from sweep.data.patterns import Patience

__all__ = ["columns_of_several"]


def columns_of_several(study: Study, columns: Collection[str], book: Codebook) -> list[str]:
    """Return the columns of all questions with several answers, as far as they are there."""
    found: dict[str, None] = {}
    for number, rule in enumerate(study.outcomes):
        if rule.kind == "binary":
            continue
        if rule.set is None:
            patience = Patience((*RULES, number))
            found |= dict.fromkeys(matching_columns(rule, columns, patience))
        elif rule.set in book.sets:
            found |= dict.fromkeys(book.sets[rule.set].columns)
    return [name for name in found if name in columns]
