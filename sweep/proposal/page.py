"""Page: a proposed config as YAML, section by section, with what is left out and why."""

import re
from collections.abc import Mapping, Sequence

from sweep.config.read import MAX_BYTES
from sweep.errors import UsageError
from sweep.proposal.background import Background
from sweep.proposal.lines import indented, key, wrapped
from sweep.proposal.naming import Predictor
from sweep.proposal.population_section import population_lines
from sweep.proposal.predictor_section import derive_lines, other_background, predictor_lines
from sweep.proposal.question import Question
from sweep.proposal.roles import Role
from sweep.proposal.rules import outcome_lines
from sweep.proposal.scalars import comment, text
from sweep.proposal.survey_section import survey_lines
from sweep.words.numbers import count_of

__all__ = ["page"]

NOT_IN_NAMES = re.compile(r"[^\w .-]+", re.ASCII)
MOST_LISTED = 60  # columns that are left out, by name


def page(about: Background, questions: Sequence[Question], roles: Mapping[str, Role]) -> str:
    """Return a proposed config; what is to be decided makes it refused until it is.

    Of a survey so wide that the config would be too long to be read, the comments on questions are
    left out, and if need be their labels.

    Raises
    ------
    UsageError
        If it would be too long even so.
    """
    names = [about.survey_rename.get(name, name) for name in about.survey.columns]
    outcomes = outcome_lines(questions, names)
    above = survey_lines(about, questions)
    short = [line for line in outcomes if line and not line.lstrip().startswith("#")]
    bare = [line for line in short if not line.lstrip().startswith("label:")]
    left_out = left_out_lines(about, questions, roles)
    for lines, others in ((outcomes, left_out), (short, []), (bare, [])):
        made = assembled(about, above, lines, others)
        if len(made.encode()) <= MAX_BYTES:
            return made
    msg = (
        f"{about.source} has {count_of(len(about.survey.columns), 'column')}: a config for all of "
        f"them would be longer than {MAX_BYTES // 1024} KB; write those you need into a file"
    )
    raise UsageError(msg)


def assembled(
    about: Background, survey: Sequence[str], outcomes: Sequence[str], left_out: Sequence[str]
) -> str:
    """Return the sections of a config as one text."""
    study = [
        *survey,
        "",
        *population_lines(about),
        "",
        *([*derived, ""] if (derived := derive_lines(about.predictors)) else []),
        *predictor_lines(about),
        "",
        *outcomes,
        "",
        *left_out,
        *group_lines(about.predictors),
    ]
    lines = [*head_lines(about), "version: 1", key("name", text(name_of(about.source))), ""]
    whole = "\n".join([*lines, "study:", *indented(study, 1)])
    return re.sub(r"\n{3,}", "\n\n", whole).rstrip("\n") + "\n"


def head_lines(about: Background) -> list[str]:
    """Return the comment at the top: what this is, what was found out, what to do."""
    people = count_of(about.survey.people, "respondent")
    columns = count_of(len(about.survey.columns), "column")
    what = f"Proposed from {comment(about.source)}: {people}, {columns}."
    todo = (
        "Nothing here is final: read it against the questionnaire. Where it says !decide, the file "
        "does not tell and you do: write what the comment beside it asks in its place. "
        "`sweep check` names what is left, and then shows what each answer counts as."
    )
    notes = [line for note in about.survey.notes for line in wrapped(f"Read: {comment(note, 300)}")]
    return [f"# {what}", *wrapped(todo, further=""), *notes]


def name_of(source: str) -> str:
    """Return a sweep's name for a source."""
    stem = source.rstrip("/").rpartition("/")[2].partition(".")[0]
    return NOT_IN_NAMES.sub("-", stem).strip(" .-_") or "survey"


def group_lines(predictors: Sequence[Predictor]) -> list[str]:
    """Return what to estimate for: everybody, and each predictor's levels."""
    by = [f"[{text(predictor.name)}]" for predictor in predictors]
    return [key("groups", f"[{', '.join(['[]', *by])}]", "[] is everybody")]


def left_out_lines(
    about: Background, questions: Sequence[Question], roles: Mapping[str, Role]
) -> list[str]:
    """Return the columns of which nothing is made, by what they are."""
    used = {p.column.name for p in about.predictors} | {
        *about.weights[:1],
        *other_background(about),
    }
    used |= {about.id or ""}
    used |= {column.name for question in questions for column in question.columns}
    reasons: dict[str, list[str]] = {}
    for name, role in roles.items():
        if name not in used:
            reasons.setdefault(str(role), []).append(comment(name, 40))
    for name, why in about.survey.refused.items():
        reasons.setdefault(why, []).append(comment(name, 40))
    if not reasons:
        return []
    lines = ["# Left out:"]
    for why, found in reasons.items():
        shown = ", ".join(found[:MOST_LISTED]) + (", ..." if len(found) > MOST_LISTED else "")
        lines += [f"# {line[2:]}" for line in wrapped(f"  {why}: {shown}", further="    ")]
    return [*lines, ""]
