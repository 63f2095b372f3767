"""Unclear: questions of which no answer is plainly a yes, as rules in comments."""

from collections.abc import Callable, Sequence

from sweep.data.answers.apart import apart
from sweep.data.answers.checks import suspects
from sweep.data.answers.words import is_dont_know, is_not_asked
from sweep.proposal.grouping import Group
from sweep.proposal.lines import decide, indented, item, key, wrapped
from sweep.proposal.question import Question
from sweep.proposal.scalars import answers, comment, counted, text
from sweep.proposal.success import scale_guess
from sweep.words.text import number_of

__all__ = ["unclear", "unclear_lines"]

MOST_LABELS = 40  # of the questions of one rule, told one by one


def unclear_lines(rules: Sequence[list[str]]) -> list[str]:
    """Return rules as comments, below what they want."""
    if not rules:
        return []
    head = wrapped(
        "In the questions below no answer is plainly a yes. To make outcomes of them, take the "
        "'# ' away and write under success the answers that count as yes.",
        further="",
    )
    return ["", *indented(head, 1), *(line for rule in rules for line in rule)]


def unclear(group: Group, name: Sequence[str]) -> list[str]:
    """Return a rule of which nobody can tell what counts as yes, as comments; ``name`` names it."""
    first = group[0]
    found: dict[str, int] = {}
    for question in group:
        for word, n in question.answers().items():
            found[word] = found.get(word, 0) + n
    real = [w for w in found if not is_dont_know(w) and not is_not_asked(w)]
    numbers = first.columns[0].numbers
    labels = first.columns[0].book.values.values()
    scale = len(numbers) >= 3 and all(w in numbers or w in labels for w in real)
    doubtful = {*suspects(found), *apart(found)[0]}
    usual = [w for w in real if w not in doubtful]
    codes = [c for c in map(code_number(first), usual) if c is not None]
    if scale and codes:
        coded = key("success", answers(scale_guess(codes)), "of " + counted(found, 8))
    else:
        coded = decide("success", f"which of these count as yes: {counted(found, 8)}")
    keys = [*name, coded]
    keys += ["dont_know: out_of_base # or in_base"] if any(map(is_dont_know, found)) else []
    if first.route is not None:
        keys.append(key("base", text(first.route.words)))
    labels_of = [f"  {c.name}: {comment(c.label)}" for q in group for c in q.columns if c.label]
    shown = labels_of[:MOST_LABELS] if len(group) > 1 else []
    return indented([f"# {line}" for line in [*shown, *item(keys)]], 1)


def code_number(question: Question) -> Callable[[str], float | None]:
    """Return what gives the number of an answer of a scale: itself, or the code of its label."""
    codes = {label: code for code, label in question.columns[0].book.values.items()}
    return lambda word: number_of(codes.get(word, word))
