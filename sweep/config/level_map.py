"""Level maps: which levels of the study the population's own become, whole or by shares."""

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import PlainValidator, WithJsonSchema
from pydantic_core import InitErrorDetails

from sweep.config.section import mistake_at, raise_mistakes, show

__all__ = ["EXACTLY", "LevelMap"]

EXACTLY = 1e-9
"""By how much the shares of a level that is split may differ from 1 in sum."""

type Moves = dict[str, dict[str, float]]
"""By the population's level: the study's levels that it becomes, with the share of each."""


def read_level_map(entries: Any) -> Moves:
    """Return a level map as it is written, or raise all that is wrong with it.

    ``"25-29": "18-29"`` is written out as ``{"18-29": 1}``.
    """
    if not isinstance(entries, dict) or not entries:
        got = "an empty mapping" if entries == {} else show(entries)
        raise_mistakes([mistake_at((), f"expected levels such as {{'16-24': '18-29'}}, got {got}")])
    wrong = [mistake for level, moves in entries.items() for mistake in _mistakes(level, moves)]
    raise_mistakes(wrong)
    return {str(level): _shares(moves) for level, moves in entries.items()}


def _shares(moves: Any) -> dict[str, float]:
    if isinstance(moves, dict):
        return {str(level): float(share) for level, share in moves.items()}
    return {str(moves): 1.0}


def _mistakes(level: object, moves: Any) -> Iterator[InitErrorDetails]:
    if not isinstance(moves, dict):
        if isinstance(moves, bool) or not isinstance(moves, str | int) or moves == "":
            expected = "expected a level (text), or a mapping of levels to shares"
            yield mistake_at((str(level),), f"{expected}, got {show(moves)}")
        return
    odd = [name for name, share in moves.items() if not _is_share(share)]
    for name in odd:
        message = f"expected a share above 0 and at most 1, got {show(moves[name])}"
        yield mistake_at((str(level), str(name)), message)
    total = sum(moves[name] for name in moves if name not in odd)
    if not odd and abs(total - 1) > EXACTLY:
        yield mistake_at((str(level),), f"the shares of {show(level)} sum to {total:.12g}, not 1")


def _is_share(share: object) -> bool:
    number = isinstance(share, int | float) and not isinstance(share, bool)
    return number and 0 < float(str(share)) <= 1 + EXACTLY


LevelMap = Annotated[
    dict[str, dict[str, float]],
    PlainValidator(read_level_map),
    WithJsonSchema(
        {
            "type": "object",
            "minProperties": 1,
            "additionalProperties": {
                "anyOf": [
                    {"type": "string"},
                    {"type": "integer"},
                    {
                        "type": "object",
                        "additionalProperties": {
                            "type": "number",
                            "exclusiveMinimum": 0,
                            "maximum": 1,
                        },
                    },
                ]
            },
        }
    ),
]
