"""Read: from a file to a config, with all its mistakes told at once, each at its place."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from sweep.config.mistakes import mistake_at, mistakes_of
from sweep.config.nodes import Node, Origin, Place, line_excerpt, value_of
from sweep.config.override import Assignment, override
from sweep.config.schema import SweepConfig
from sweep.config.section import show
from sweep.config.yaml import Refused, compose
from sweep.errors import ConfigError, Mistake

__all__ = ["MAX_BYTES", "parse_config", "read_config", "validate"]

MAX_BYTES = 256 * 1024
BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")  # where the YAML reader counts a new line
START = Place(1, 1, "")


def read_config(path: str | Path, overrides: Sequence[str | Assignment] = ()) -> SweepConfig:
    """Read a sweep config from a YAML file.

    Parameters
    ----------
    path
        The file; at most 256 KB of UTF-8.
    overrides
        Texts such as ``"sampler.draws=200"``, put in before validation.

    Raises
    ------
    ConfigError
        With every mistake of the file and of the overrides, each at its line and column.
    """
    try:
        with Path(path).open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        raise ConfigError(str(path), [mistake_at(START, "", _unreadable(error))]) from None
    return parse_config(data, str(path), overrides)


def parse_config(
    data: bytes, file: str = "<config>", overrides: Sequence[str | Assignment] = ()
) -> SweepConfig:
    """Read a sweep config from the bytes of a YAML text; ``file`` is its name in messages.

    Raises
    ------
    ConfigError
        If there is any mistake in it: all of them, each with its place.
    """
    text = _decoded(data, file)
    lines = BREAK.split(text)

    def place(mark: Any) -> Place:
        source = lines[mark.line] if mark.line < len(lines) else ""
        return Place(mark.line + 1, mark.column + 1, line_excerpt(source, mark.column))

    try:
        root, found = compose(text, place)
    except Refused as refused:
        raise ConfigError(file, _refused(refused.found)) from None
    return validate(root, file, _refused(found), overrides)


def validate(
    root: Node, file: str, refused: list[Mistake], overrides: Sequence[str | Assignment]
) -> SweepConfig:
    """Return the config that a node says, with overrides put in; ``refused`` is wrong already."""
    if not isinstance(root.content, dict):
        got = "nothing" if root.content is None else show(value_of(root))
        message = f"expected a mapping with version, name and study, got {got}"
        raise ConfigError(file, [*refused, mistake_at(root.place, "", message)])
    root, wrong = override(root, overrides)
    mistakes = [*refused, *wrong]
    try:
        config = SweepConfig.model_validate(value_of(root)).read_from(Origin(file, root))
    except ValidationError as error:
        # What was refused is not in the data: do not complain about the hole it left.
        holes = {place_words(m) for m in refused}
        mistakes += [m for m in mistakes_of(error, root) if place_words(m) not in holes]
    if mistakes:
        raise ConfigError(file, mistakes)
    return config


def place_words(mistake: Mistake) -> tuple[int, int, str]:
    """Return where a mistake is: by line and column, or by key in a mapping, which has no lines."""
    return (mistake.line, mistake.column, "" if mistake.line else mistake.path)


def _refused(found: list[tuple[Place, str]]) -> list[Mistake]:
    return [mistake_at(place, "", message) for place, message in found]


def _unreadable(error: OSError | ValueError) -> str:
    if isinstance(error, FileNotFoundError):
        return "there is no such file"
    if isinstance(error, IsADirectoryError):
        return "this is a folder: name the config file in it"
    return f"cannot read the file: {error}"


def _decoded(data: bytes, file: str) -> str:
    if len(data) > MAX_BYTES:
        message = f"larger than {MAX_BYTES // 1024} KB: this is not a sweep config"
        raise ConfigError(file, [mistake_at(START, "", message)])
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        head = data[: error.start].decode("utf-8-sig", errors="replace")
        lines = BREAK.split(head)
        message = f"not UTF-8: byte 0x{data[error.start]:02x}; save the file as UTF-8"
        place = Place(len(lines), len(lines[-1]) + 1, "")
        raise ConfigError(file, [mistake_at(place, "", message)]) from None
