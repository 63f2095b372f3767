"""What YAML offers and a config does not need is refused at its place, and not built."""

import sys
from itertools import pairwise

import pytest

from sweep.config import parse_config
from sweep.errors import ConfigError, Mistake

DEEP = 250_000


def refused(text: str | bytes) -> tuple[Mistake, ...]:
    with pytest.raises(ConfigError) as caught:
        parse_config(text if isinstance(text, bytes) else text.encode())
    return caught.value.mistakes


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("version: &a 1", (1, 10), "anchors (&name) are refused"),
        ("version: &a [1]", (1, 10), "anchors (&name) are refused"),
        ("version: &a {b: 1}", (1, 10), "anchors (&name) are refused"),
        ("version: *a", (1, 10), "aliases (*name) are refused"),
        ("*a : 1", (1, 1), "aliases (*name) are refused"),
        ("<<: {version: 1}", (1, 1), "merge keys (<<) are refused"),
        ("version: !!int 1", (1, 10), "tags are refused"),
        ("version: !!python/object/apply:os.system [ls]", (1, 10), "tags are refused"),
        ("version: !x {}", (1, 10), "tags are refused"),
        ("version: ! 1", (1, 10), "tags are refused"),
        ("version: !decide # decide: which", (1, 10), "still to be decided"),
        ("version: !decide\nname: a", (1, 10), "write, in place of !decide, what the comment"),
        ("version: !decided 1", (1, 10), "tags are refused, got !decided"),
        ("version: 1\nname: a\nversion: 1", (3, 1), "duplicate key 'version'"),
        ("study: {a: 1, 'a': 2}", (1, 15), "duplicate key 'a': it is already on line 1"),
        ("%YAML 1.1\n---\nversion: 1", (2, 1), "directives (%YAML, %TAG) are refused"),
        ("%TAG ! tag:x,2026:\n---\nversion: 1", (2, 1), "directives (%YAML, %TAG) are refused"),
        ("version: 1\n---\nversion: 1", (2, 1), "a second document begins here"),
        ("? [a]\n: 1", (1, 3), "a key must be a word"),
        ("{a: 1}: 1", (1, 1), "a key must be a word"),
        ("null: 1", (1, 1), "null is not a key"),
        ("~: 1", (1, 1), "null is not a key"),
        ("- version: 1", (1, 1), "expected a mapping with version, name and study, got a list"),
        ("tracker", (1, 1), "expected a mapping with version, name and study, got 'tracker'"),
        ("", (1, 1), "expected a mapping with version, name and study, got nothing"),
        ("# only a comment\n", (1, 1), "got nothing"),
        ("name: [a\nversion: 1", (2, 8), "expected ',' or ']'"),
        ("name: 'a", (1, 9), "unexpected end of stream"),
        ("name:\n\tsmall", (2, 1), "found character '\\t' that cannot start any token"),
        ("name: a\x07", (1, 8), "the character '\\x07' is not allowed"),
        ('name: "\\ud800"', (1, 7), "a character that cannot be stored"),
        ('name: "a\\0"', (1, 7), "a character that cannot be stored"),
        ('name: "\\U00FFFFFF"', (1, 1), "cannot read what follows"),
        (f"version: {'9' * 5000}", (1, 10), "a number of more than 40 characters"),
        ("[" * 21, (1, 21), "nested more than 20 deep"),
        ("- " * 21, (1, 41), "nested more than 20 deep"),
        (b"name: caf\xe9", (1, 10), "not UTF-8: byte 0xe9"),
        ("name: a".encode("utf-16"), (1, 1), "not UTF-8"),
        (b"version: 1\n" + b"#" * (256 * 1024), (1, 1), "larger than 256 KB"),
    ],
)
def test_it_is_refused_at_its_place(
    text: str | bytes, place: tuple[int, int], message: str
) -> None:
    found = [m.message for m in refused(text) if place == (m.line, m.column)]

    assert any(message in m for m in found), found


def test_a_depth_of_twenty_is_read() -> None:
    nested = "[" * 19 + "]" * 19

    assert not any("deep" in m.message for m in refused(f"{{name: {nested}}}"))


def test_all_refused_constructs_are_named_at_once_with_the_other_mistakes() -> None:
    text = "version: &v 1\nname: !!str 3\nstudy: *v\nstudy: {}\nexecution: {workers: 0}\n"

    assert [(m.line, m.column) for m in refused(text)] == [(1, 10), (2, 7), (3, 8), (4, 1), (5, 22)]


def laughs(levels: int) -> str:
    names = [f"a{i}" for i in range(levels)]
    lines = [f"{names[0]}: &{names[0]} [lol, lol]"]
    for above, name in pairwise(names):
        lines.append(f"{name}: &{name} [{', '.join(['*' + above] * 9)}]")
    return "\n".join(lines)


@pytest.mark.parametrize(
    "bomb",
    [laughs(40), "[" * DEEP, "{" * DEEP, "[{a: " * (DEEP // 5), "- " * (DEEP // 2), "? " * DEEP],
    ids=["laughs", "lists", "mappings", "both", "block", "keys"],
)
def test_a_bomb_is_refused_having_read_little_of_it(bomb: str) -> None:
    """The work is counted in calls, not seconds: a text read to its end takes millions."""
    calls = 0

    def count(*_: object) -> None:
        nonlocal calls
        calls += 1

    refused("- warm")  # imports are not part of the work
    sys.setprofile(count)
    try:
        refused(bomb[: 256 * 1024])
    finally:
        sys.setprofile(None)

    assert calls < 60_000


def test_a_message_holds_no_endless_line_and_no_control_character() -> None:
    long = refused("name: [" + "x" * 100_000 + "]\n")
    odd = refused("name: a\x1b[31m")

    assert all(len(m.source) < 500 for m in long)
    assert all(m.source.isprintable() for m in odd)
