"""Section: what all sections of a config have in common, and how they report mistakes.

A check on one value calls :func:`refuse`; a check between the values of a section yields
:func:`mistake_at`, so that several mistakes of one section come out together, each at its own key.
Messages are whole phrases for the user: the reader prints them as they are.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NoReturn, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    ModelWrapValidatorHandler,
    ValidationError,
    model_validator,
)
from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError

__all__ = [
    "KEY",
    "Section",
    "mistake",
    "mistake_at",
    "mistakes_of_repeats",
    "raise_mistakes",
    "refuse",
    "show",
]

KEY = "[key]"  # closes the place of a mistake that is in a key, not in its value


def mistake(message: str) -> PydanticCustomError:
    """Return the error that stands for one mistake."""
    return PydanticCustomError("mistake", "{message}", {"message": message})


def refuse(message: str) -> NoReturn:
    """Refuse the one value that a check looks at."""
    raise mistake(message) from None


def mistake_at(
    place: tuple[str | int, ...], message: str, value: object = None
) -> InitErrorDetails:
    """Return one mistake of a section, at the key or index ``place`` inside it."""
    return {"type": mistake(message), "loc": place, "input": value}


def raise_mistakes(mistakes: Sequence[InitErrorDetails]) -> None:
    """Raise all mistakes of a section at once, or return when there are none."""
    if mistakes:
        title = "config"
        raise ValidationError.from_exception_data(title, list(mistakes))


def show(value: object) -> str:
    """Return a value the way the user wrote it, short enough for one line."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, dict):
        return "a mapping"
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


type Fields = Mapping[str, Any]
"""A section as it was read: values by key, not yet validated."""


class Section(BaseModel):
    """A mapping of the config: strict, closed to unknown keys, frozen, lists kept as tuples."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)

    @classmethod
    def between(cls, data: Fields) -> Iterable[InitErrorDetails]:
        """Return the mistakes between the fields of a raw section.

        ``data`` is unchecked: look only at what has the right shape, and say nothing of the rest,
        so that this speaks even when another field is wrong.
        """
        return ()

    @model_validator(mode="wrap")
    @classmethod
    def _validate(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        """Add the mistakes between the fields to those within them: all come out at once."""
        if not isinstance(data, dict):
            return handler(data)
        data = {key: _tupled(value) for key, value in data.items()}
        between = list(cls.between(data))
        try:
            section = handler(data)
        except ValidationError as error:
            if between:
                raise_mistakes([*map(_again, error.errors(include_url=False)), *between])
            raise
        raise_mistakes(between)
        return section


def _again(line: ErrorDetails) -> InitErrorDetails:
    """Return what a validation found in the form in which it can be raised once more."""
    kind = mistake(line["msg"]) if line["type"] == "mistake" else line["type"]
    return {"type": kind, "loc": line["loc"], "input": line["input"], "ctx": line.get("ctx", {})}


def _tupled(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return tuple(_tupled(item) for item in value)
    if isinstance(value, dict):
        return {key: _tupled(item) for key, item in value.items()}
    return value


def mistakes_of_repeats(key: str, words: object) -> Iterator[InitErrorDetails]:
    """Yield a mistake for each text that a raw list holds for the second time."""
    seen: set[str] = set()
    for index, word in enumerate(words if isinstance(words, tuple) else ()):
        if isinstance(word, str | int) and not isinstance(word, bool):
            if str(word) in seen:
                yield mistake_at((key, index), f"{show(word)} is listed twice")
            seen.add(str(word))
