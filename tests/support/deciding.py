"""Deciding: what a user writes in place of each !decide of a proposed config, most simply."""

import re

__all__ = ["decided"]

OPEN = re.compile(r"^(?P<indent> *)(?P<key>[^\n]*?): !decide # decide: (?P<what>.*)$", re.MULTILINE)
PLAIN = {"dont_know": "out_of_base", "all_blank": "not_asked", "missing": "drop", "total": "1000"}


def decided(text: str, **own: str) -> str:
    """Return a config with everything decided: by ``own``, by key, or as the comment offers first.

    A base that nobody knows is left away, with its line.
    """

    def line(found: re.Match[str]) -> str:
        key, what = found["key"].strip(" -"), found["what"]
        if key == "base" and key not in own:
            return ""
        value = own.get(key.strip('"')) or PLAIN.get(key) or first_offered(what)
        return f"{found['indent']}{found['key']}: {value}"

    return OPEN.sub(line, text)


def first_offered(what: str) -> str:
    """Return the list, the text in quotes, or the first level that a comment offers."""
    for pattern in (r"\[[^\]]*\]", r'"(?:[^"\\]|\\.)*"', r"(?<=\? )[^,.]+"):
        found = re.search(pattern, what)
        if found:
            return found.group()
    return what
