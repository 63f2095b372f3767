"""Ways: how a text may be written by mistake: in case, blanks, a letter, language, type or form."""

import random
import unicodedata
from collections.abc import Callable

from tests.matrix.words import LANGUAGES

__all__ = ["WAYS", "as_another"]


def in_case(text: str, rng: random.Random) -> str:
    return rng.choice([text.swapcase(), text.lower(), text.upper(), text.capitalize()])


def in_blanks(text: str, rng: random.Random) -> str:
    ways = [f"{text} ", f" {text}", text.replace(" ", ""), text.replace(" ", "  "), f"{text}\u00a0"]
    return rng.choice(ways)


def by_a_letter(text: str, rng: random.Random) -> str:
    at = rng.randrange(len(text))
    way, letter = rng.randrange(3), rng.choice("aeinrst")
    return text[:at] + letter * (way < 2) + text[at + (way > 0) :]


def in_another_language(text: str, rng: random.Random) -> str:
    """Return the word at the same place of another language."""
    for one in LANGUAGES.values():
        for name, words in vars(one).items():
            group = (words,) if isinstance(words, str) else words
            if text in group:
                other = getattr(rng.choice(list(LANGUAGES.values())), name)
                others = (other,) if isinstance(other, str) else other
                return str(others[min(group.index(text), len(others) - 1)])
    return "oui"


def of_another_type(text: str, rng: random.Random) -> str:
    return rng.choice(["1.0", "true", "01", "1", f'"{text}"', f"{text}.0"])


def with_another_dash(text: str, rng: random.Random) -> str:
    signs = "-\u2010\u2011\u2013\u2014\u2212"
    found = [c for c in text if c in signs] or [" "]
    return text.replace(rng.choice(found), rng.choice(signs))


def in_another_form(text: str, rng: random.Random) -> str:
    forms = [unicodedata.normalize(form, text) for form in ("NFD", "NFKD", "NFKC")]
    wide = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)
    curly, unseen = text.replace("'", "\u2019"), f"{text[:1]}\u200b{text[1:]}"
    return rng.choice([*forms, wide, curly, unseen])


def with_words_swapped(text: str, rng: random.Random) -> str:
    return " ".join(reversed(text.split(" ")))


def as_another(text: str, rng: random.Random) -> str:
    return rng.choice(["77", "Other", "Autre", "Sonstiges", "6", "x"])


WAYS: dict[str, Callable[[str, random.Random], str]] = {
    "case": in_case,
    "blank": in_blanks,
    "letter": by_a_letter,
    "language": in_another_language,
    "type": of_another_type,
    "dash": with_another_dash,
    "form": in_another_form,
    "order of words": with_words_swapped,
    "another word": as_another,
}
