"""Lines: where in a user's model file something is wrong, and what that line says.

A model file is executed under a name of its own (`ModelFile.filename`), so that the frames of a
traceback that are the user's can be told from all others.
"""

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from sweep.errors import ModelError

__all__ = ["CALLED_WITH", "check_signatures", "first_line", "last_line_in", "line_words"]

CALLED_WITH: Mapping[str, tuple[str, ...]] = {
    "terms": ("study", "levels"),
    "build": ("levels", "counts", "priors"),
    "data": ("levels", "counts"),
    "probabilities": ("posterior", "cells"),
}
"""What the engine hands to each function of a model file, by position."""

LONGEST = 120  # characters of a line in a message


def last_line_in(error: BaseException, filename: str) -> int | None:
    """Return the last line of a file that an error went through, None if it is in none of it."""
    line, frame = None, error.__traceback__
    while frame is not None:
        if frame.tb_frame.f_code.co_filename == filename:
            line = frame.tb_lineno
        frame = frame.tb_next
    return line


def line_words(name: str, source: bytes, line: int | None) -> str:
    """Return how a message about a line begins: file, line, and what stands there."""
    lines = source.decode(errors="replace").splitlines()
    text = lines[line - 1].strip() if line is not None and 0 < line <= len(lines) else ""
    shown = text if len(text) <= LONGEST else f"{text[:LONGEST]} ..."
    place = f"models/{name}.py" if line is None else f"models/{name}.py:{line}"
    return f"{place}: `{shown}`" if shown else place


def first_line(function: Callable[..., Any]) -> int:
    """Return the line where a function begins, 1 if it does not say."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    return 1 if code is None else int(code.co_firstlineno)


def check_signatures(functions: Mapping[str, Callable[..., Any]], file: str) -> None:
    """Refuse functions that cannot be called as the engine calls them.

    Raises
    ------
    ModelError
        With the function's line, its parameters, and how it is called.
    """
    for name in ("terms",) if "terms" in functions else ("build", "data", "probabilities"):
        if name in functions and (wrong := why_not_callable(functions[name], CALLED_WITH[name])):
            called = f"{name}({', '.join(CALLED_WITH[name])})"
            msg = (
                f"{file}:{first_line(functions[name])}: {wrong}. The engine calls {called}, by "
                f"position: write `def {called}:`"
            )
            raise ModelError(msg)


def why_not_callable(function: Callable[..., Any], given: tuple[str, ...]) -> str:
    """Return in words why a function cannot take some arguments by position; empty if it can."""
    try:
        parameters = inspect.signature(function).parameters
    except (TypeError, ValueError):  # written in C: nothing is known of it
        return ""
    shown = f"{getattr(function, '__name__', 'it')}({', '.join(map(str, parameters))})"
    try:
        inspect.signature(function).bind(*given)
    except TypeError as error:
        return f"{shown} does not fit: {error}"
    for place, parameter in enumerate(parameters):
        if parameter in given and given.index(parameter) != place:
            return f"{shown} has {parameter!r} at another place"
    return ""
