"""Patterns: a config's regular expressions (``re:``), which may take so long and no longer.

Repeats within repeats can try more ways than there are seconds left, on a name of forty letters,
and Python's own engine cannot be told to stop. It says what is a pattern (`sweep.config.values`);
an engine of the same language with a time limit does the matching.
"""

import time
from dataclasses import dataclass
from typing import Any

from sweep.data.findings import KeyPath, MistakeAt

__all__ = ["Patience"]

SECONDS = 0.5  # of processor time for all columns together; a plain pattern needs microseconds each


@dataclass
class Patience:
    """The processor time, in seconds, that is left to the patterns of the rule ``where``."""

    where: KeyPath
    left: float = SECONDS

    def matches(self, pattern: str, name: str) -> bool:
        """Return whether a pattern, without its ``re:``, fits the whole of a column's name.

        Raises
        ------
        MistakeAt
            If that, or what was asked before it, takes too long.
        """
        return self._ask("fullmatch", "match", pattern, name) is not None

    def first_group(self, key: str, pattern: str, name: str) -> str | None:
        """Return what a pattern's first group takes from a column's name, if it is found there.

        Raises
        ------
        MistakeAt
            As `matches` does; ``key`` is the pattern's in the rule.
        """
        found = self._ask("search", key, pattern, name)
        return None if found is None else found.group(1)

    def _ask(self, how: str, key: str, pattern: str, name: str) -> Any:
        import regex

        began, where = time.process_time(), f"the pattern {f're:{pattern}'!r}"
        try:
            if self.left > 0:
                return getattr(regex, how)(pattern, name, timeout=self.left)
        except regex.error as error:  # a pattern to Python, in one of few rare ways
            msg = f"{where} is not one that can be matched: {error}; write it otherwise"
            raise MistakeAt((*self.where, key), msg) from error
        except TimeoutError:
            pass
        finally:
            self.left -= time.process_time() - began
        msg = (
            f"{where} takes more than {SECONDS:g} s on the column {name[:60]!r}: what is repeated "
            "within something repeated can be tried in too many ways. Write one repeat, such as a+ "
            "for (a+)+ or (a|aa)+, or a glob"
        )
        raise MistakeAt((*self.where, key), msg)
