"""Answers: those that a plan counts now, what may be counted of them, and what may not."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from sweep.config import Study
from sweep.data.answers.column import Columns, text_column
from sweep.data.answers.meaning import Tally
from sweep.data.answers.named_missing import answers_named
from sweep.data.codebook import Codebook
from sweep.data.counts import tally
from sweep.data.design import Design
from sweep.data.findings import Findings
from sweep.data.outcomes import Outcome
from sweep.data.rules import rules_of
from sweep.data.variables import condition_sources
from sweep.planning.asked import Asked, conditions_of, look_at
from sweep.planning.lookups import read_lookups
from sweep.planning.named import Named
from sweep.sources.files import Sources
from sweep.sources.tables import Read, TextTable, column_names, read_text_table
from sweep.words.values import brief, few

__all__ = ["Answers", "answers_to", "tell_unusable"]


@dataclass(frozen=True)
class Answers:
    """The answers that are counted now: of the outcomes that are not in the store, by key.

    ``asked`` are the conditions that these look at; ``named`` are by outcome the codes that count
    though the file calls them missing, and ``labels`` is whether answers are shown by their labels.
    ``columns`` are the table's, ``options`` those with what is called missing marked.
    """

    table: TextTable
    columns: Columns
    options: Columns
    book: Codebook
    new: Mapping[str, Outcome]
    asked: Asked
    named: Named
    labels: bool

    def countable(self) -> dict[str, Outcome]:
        """Return the outcomes whose columns hold single values, and whose base can be told."""
        refused = set(self.table.refused)
        there = {key: o for key, o in self.new.items() if not self.asked.is_mistaken(o)}
        return {key: o for key, o in there.items() if refused.isdisjoint(self.asked.reads(o))}

    def tallies(self) -> dict[str, Tally]:
        """Return how often each answer occurs, by the outcome's key."""
        there, seen = self.countable(), self.asked.seen
        made = [tally(o, self.rows(o), self.book.of(o.column), seen) for o in there.values()]
        return dict.fromkeys(self.new, Tally({})) | dict(zip(there, made, strict=True))

    def rows(self, outcome: Outcome) -> Columns:
        """Return the answers as an outcome takes them: what it names is none that is missing.

        In a question of several answers what is called missing is marked.
        """
        if outcome.block is not None:
            return self.options
        name, codes = outcome.column, self.named.get(outcome.name, ())
        if not codes or name not in self.table.coded:
            return self.columns
        book = self.book.of(name)
        values, labels = self.table.coded[name], book.values if self.labels else {}
        own = text_column(answers_named(values, codes, book, labels))
        return Columns(self.table.rows, {name: own})

    def read(self, outcome: Outcome) -> Read:
        """Return what there is to say of reading an outcome's columns."""
        found, codes = self.table.read.of(outcome.columns), self.named.get(outcome.name, ())
        missing = {
            column: {text: n for text, n in gone.items() if text not in codes}
            for column, gone in found.missing.items()
        }
        return replace(found, missing=missing)


def answers_to(  # noqa: PLR0913, PLR0917 # what is counted, where from, and what is known of it
    study: Study,
    sources: Sources,
    design: Design,
    new: Mapping[str, Outcome],
    findings: Findings,
    partial: Collection[int],
    book: Codebook,
    named: Named,
) -> Answers:
    """Return the design's respondents' answers that some outcomes count, or look at for a base."""
    conditions = conditions_of(study, list(new.values()))
    lookups = read_lookups(study, sources, Findings()) if conditions else {}  # told with the design
    rules, available = rules_of(study, "survey", lookups), column_names(sources.survey)
    wanted = [name for outcome in new.values() for name in outcome.answer_columns]
    for path, condition in conditions.items():
        wanted += condition_sources(condition, rules, available, path, findings)
    wanted = wanted or available[:1]  # where all is mistaken that was to be read
    table = read_text_table(sources.survey, list(dict.fromkeys(wanted)))
    sources.check_unchanged()  # rows are the design's by position
    table = table.at(design.respondents.row)
    asked = look_at(conditions, table.rows, rules, available, findings, partial)
    shown = study.survey.values == "labels"
    marked = {name: text_column(own) for name, own in table.gone.items()}
    options = Columns(table.rows, marked)
    return Answers(table, Columns(table.rows), options, book, new, asked, named, shown)


def tell_unusable(answers: Answers, outcomes: Sequence[Outcome], findings: Findings) -> None:
    """Tell of outcomes whose columns, or those of their base, cannot be used."""
    tell_refused(answers, outcomes, findings)
    tell_shared(answers, outcomes, findings)


def tell_refused(answers: Answers, outcomes: Sequence[Outcome], findings: Findings) -> None:
    """Tell of columns that hold no single values: their outcomes cannot be counted."""
    for outcome in outcomes:
        for name in answers.asked.reads(outcome):
            if (why := answers.table.refused.get(name)) is not None:
                message = (
                    f"column {name!r} {why}: write a column of text or numbers, such as one per "
                    "option, or leave it out with study.exclude"
                )
                findings.mistake(("study", "outcomes", outcome.rule), message, outcome.name)


def tell_shared(answers: Answers, outcomes: Sequence[Outcome], findings: Findings) -> None:
    """Refuse bases that read a column in which several codes have become one value."""
    for outcome in outcomes:
        own, shared = outcome.answer_columns, answers.table.shared
        for name in (n for n in answers.asked.reads(outcome) if n not in own and n in shared):
            for text, codes in shared[name].items():
                findings.mistake(
                    ("study", "outcomes", outcome.rule, "base"),
                    f"column {name!r}: the codes {few(codes)} have one label, {brief(text)}, and "
                    "would become one value: write values: codes into study.survey",
                    outcome.name,
                )
