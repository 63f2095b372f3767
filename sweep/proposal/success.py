"""Success: which answers to a question are plainly a yes, by what they say; often none are."""

from collections.abc import Sequence
from dataclasses import dataclass

from sweep.data.answers.words import is_dont_know, is_not_asked, plain_words
from sweep.proposal.words import begins_with, is_one_of, words_in
from sweep.words.text import number_of

__all__ = ["Meant", "chosen_in", "is_answer", "meant_by", "scale_guess"]


@dataclass(frozen=True)
class Meant:
    """The answers that count as yes, and the kind of question by which that is plain."""

    success: tuple[str, ...]
    kind: str


def is_answer(text: str) -> bool:
    """Return whether an answer says something about the question."""
    return not is_dont_know(text) and not is_not_asked(text)


def meant_by(answers: Sequence[str]) -> Meant | None:
    """Return what plainly counts as yes among a question's answers, None if nothing does.

    Yes against no, selected against not, 1 against 0; approval against disapproval, where every
    answer is one of them or neither. Numbers without words say nothing.
    """
    real = [text for text in answers if is_answer(text)]
    for find in (yes_in, chosen_in, one_in, approval_in):
        found = find(real)
        if found is not None:
            return found
    return None


def first_word(text: str) -> str:
    """Return what an answer begins with, before a comma, a dash or a blank."""
    words = plain_words(text).replace(",", " ").replace("-", " ").replace("/", " ").split()
    return words[0] if words else ""


def yes_in(real: Sequence[str]) -> Meant | None:
    """Return the answers that begin with yes, where others begin with no."""
    yes = tuple(text for text in real if first_word(text) in words_in("answers", "yes"))
    no = [text for text in real if first_word(text) in words_in("answers", "no")]
    return Meant(yes, "yes or no") if yes and (no or len(real) == len(yes) == 1) else None


def chosen_in(real: Sequence[str]) -> Meant | None:
    """Return the answer that says an option was chosen, where the only other says it was not."""
    chosen = tuple(text for text in real if is_one_of(text, "chosen"))
    others = [text for text in real if text not in chosen]
    if len(chosen) == 1 and all(is_not_chosen(text) for text in others) and len(others) <= 1:
        return Meant(chosen, "chosen or not")
    return None


def is_not_chosen(text: str) -> bool:
    """Return whether an answer says that an option was not chosen: no, not selected, 0."""
    plain = plain_words(text)
    if plain == "0" or plain in words_in("answers", "no") | words_in("answers", "not_chosen"):
        return True
    chosen = words_in("answers", "chosen")
    return any(
        plain.removeprefix(word).strip() in chosen
        for word in words_in("answers", "not_chosen")
        if plain.startswith(word)
    )


def one_in(real: Sequence[str]) -> Meant | None:
    """Return 1 against 0."""
    return Meant(("1",), "1 or 0") if set(real) == {"0", "1"} else None


def approval_in(real: Sequence[str]) -> Meant | None:
    """Return the answers of approval, where others disapprove."""
    if any(number_of(text) is not None for text in real):
        return None
    sides = {text: side_of(text) for text in real}
    yes = tuple(text for text, side in sides.items() if side > 0)
    against = [text for text, side in sides.items() if side < 0]
    rest = len(real) - len(yes) - len(against)
    plain = bool(yes) and bool(against) and rest <= 1
    return Meant(yes, f"{len(yes)} of {len(real)} approve") if plain else None


def side_of(text: str) -> int:
    """Return 1 for an answer of approval, -1 for one of the opposite, 0 for neither of them."""
    positive, negative = begins_with(text, "positive"), begins_with(text, "negative")
    turned = any(f" {word} " in f" {plain_words(text)} " for word in words_in("answers", "turning"))
    if positive and negative:  # neither agree nor disagree
        return 0
    if negative:
        return -1
    if positive and turned:
        return -1
    return 1 if positive else 0


def scale_guess(numbers: Sequence[float]) -> list[str]:
    """Return the highest answers of a scale of numbers, as a user may want them: 4 and 5 of 5."""
    top = sorted(numbers)[-2:] if len(numbers) > 3 else sorted(numbers)[-1:]
    return [f"{number:.10g}" for number in top]
