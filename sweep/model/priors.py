"""Priors: what a model file's ``build`` reads of those it is given.

A prior of the config that it does not read would change a key and no number, so it is refused.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from sweep.config import Priors

__all__ = ["Noted", "unread_priors"]


class Noted(dict[str, Any]):
    """A mapping that notes which of its keys are read; what is read as a whole is read in full."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        nested = {k: Noted(v) if isinstance(v, Mapping) else v for k, v in values.items()}
        super().__init__(nested)
        self.read: set[str] = set()

    def __getitem__(self, key: str) -> Any:
        """Return a value, and note it."""
        self.read.add(key)
        return super().__getitem__(key)

    def get(self, key: str, default: Any = None) -> Any:
        """Return a value or the default, and note it."""
        self.read.add(key)
        return super().get(key, default)

    def __iter__(self) -> Iterator[str]:
        """Return an iterator over the keys, and note them all."""
        self.read.update(super().keys())
        return super().__iter__()

    def keys(self) -> Any:
        """Return the keys, and note them all."""
        self.read.update(super().keys())
        return super().keys()

    def values(self) -> Any:
        """Return the values, and note them all."""
        self.read.update(super().keys())
        return super().values()

    def items(self) -> Any:
        """Return keys and values, and note them all."""
        self.read.update(super().keys())
        return super().items()


def unread_priors(priors: Noted) -> list[str]:
    """Return the priors that were not read, by their path; not those that are as by default."""
    usual = Priors().model_dump()
    found = []
    for name, value in dict.items(priors):
        if isinstance(value, Noted):
            idle = dict.keys(value) - value.read
            found += [f"{name}.{term}" for term in dict.keys(value) if term in idle]
        elif name not in priors.read and value != usual.get(name):
            found.append(name)
    return found
