"""Handle: one run as it is in the store, and what it holds as data frames, trees and files."""

from collections.abc import Sequence
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from sweep.errors import RunFailed
from sweep.estimates.select import refuse_unknown, select
from sweep.journal.partial import partial_words
from sweep.keys import Json
from sweep.store import Store

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from sweep.journal.entries import Entry
    from sweep.journal.states import State
    from sweep.results.joined import Joined

__all__ = ["Run"]


class Run:
    """One run of a sweep, as it is in the store.

    What it returns is read once and remembered; open the run again to see what changed. ``last``
    is the last whole run: where a newer one is partial, ``passed_over`` says so.
    """

    def __init__(self, store: Store, run: str = "last") -> None:
        from sweep.journal.runs import last_run, read_plan

        self.store = store
        self.passed_over: str | None = None
        if run == "last":
            self.plan, self.passed_over = last_run(store)
        else:
            self.plan = read_plan(store, run)
        self.id = self.plan.run

    def __repr__(self) -> str:
        return f"<sweep.Run {self.id} of {self.plan.name!r}: {self._words()}>"

    def _repr_html_(self) -> str:
        lost = self.failures[["outcome", "status", "reason"]].head(10)
        table = lost.to_html(index=False) if len(lost) else ""
        name = escape(self.plan.name)
        return f"<p><b>{name}</b> run <code>{self.id}</code>: {escape(self._words())}</p>{table}"

    def _words(self) -> str:
        told = [f"{count} {status}" for status, count in self.counts().items() if count]
        return ", ".join(told if self.partial is None else [*told, f"partial: {self.partial}"])

    @property
    def partial(self) -> str | None:
        """Return which part of its sweep the run covers, as ``5 of 200 outcomes (--limit 5)``.

        None if it is the whole: no ``limit``, ``select`` or ``sample`` left anything out. The data
        frames of a partial run have these words in their ``attrs``.
        """
        return partial_words(self.plan)

    @property
    def config(self) -> Json:
        """Return the config that was run, overrides and defaults put in, as `sweep.run` takes it.

        Paths in it are relative to ``run.plan.directory``.
        """
        from sweep.results.run_config import config_of_run

        return config_of_run(self.store, self.plan)

    def counts(self) -> dict[str, int]:
        """Return how many outcomes are ``ok``, ``flagged``, ``failed``, ``cancelled``, pending."""
        from sweep.words.states import STATUSES

        states = [state.status for state in self._states]
        return {status: states.count(status) for status in STATUSES}

    def fits(self) -> "pd.DataFrame":
        """Return one row per outcome: state, reason, base, diagnostics, remedies and seconds.

        ``n``, the outcome's base, is missing where it is below the study's minimum base: withheld.
        """
        return self._fits.copy()

    def estimates(
        self,
        by: Sequence[str] | None = None,
        outcomes: str | Sequence[str] | None = None,
        group: str | None = None,
    ) -> "pd.DataFrame":
        """Return rows of the estimates table; see `sweep.estimates.select.select`.

        Parameters
        ----------
        by
            Variables; ``[]`` is the total, None every grouping and named group.
        outcomes
            Names, globs, ``tag:NAME`` or ``status:STATE``; None means all.
        group
            A named target group, instead of ``by``.

        Raises
        ------
        UsageError
            If something named matches nothing.
        """
        from sweep.results.run_outcomes import patterns_by_name

        names = patterns_by_name(self._states, outcomes)
        return select(self._joined.table, by, names, group).copy()

    def coding(self) -> "pd.DataFrame":
        """Return what every answer counted as, one row per outcome and answer.

        ``in_base`` says whether it counts, ``said`` whether the config says so, not a default.
        """
        from sweep.results.coding import coding_of

        return coding_of(self.store, self.plan)

    @property
    def notes(self) -> list[str]:
        """Return what the run's report says first: stubs, fits of another model or toolchain."""
        from sweep.results.report import notes_of

        return notes_of(self.store, self.id)

    def notices(self) -> "pd.DataFrame":
        """Return what was inferred of the data, and what is worth a look: one row per notice.

        Columns ``key`` (the config's), ``outcome`` (None where it is about all) and ``message``.
        """
        from sweep.results.coding import notices_of

        return notices_of(self.plan)

    @property
    def failures(self) -> "pd.DataFrame":
        """Return the rows of `fits` that have no estimate, with the reason."""
        from sweep.words.states import LOST

        lost = self._fits["status"].isin(LOST)
        return self._fits[lost].reset_index(drop=True)

    def raise_for_failures(self) -> "Run":
        """Return this run if every outcome has an estimate.

        Raises
        ------
        RunFailed
            If one has not, with the first reasons.
        """
        from sweep.results.fits import failures_in_words

        lost = self.failures
        if not len(lost):
            return self
        raise RunFailed(failures_in_words(self.id, lost, len(self._fits)))

    def draws(
        self,
        outcomes: str | Sequence[str] | None = None,
        by: Sequence[str] | None = None,
        group: str | None = None,
        all_draws: bool = False,
    ) -> "pd.DataFrame":
        """Return posterior draws of outcomes' shares of the population, long.

        Columns ``outcome``, ``chain``, ``draw``, one per variable in ``by`` or ``group``, and
        ``value``, a probability. Every outcome has the same chains and draws, so that outcomes can
        be compared draw by draw: fits that went on to a later checkpoint are thinned evenly to the
        first one's length, ``sampler.draws`` per chain. The mean over thinned draws is not the
        estimates table's to the last digit; the mean over all draws is.

        Parameters
        ----------
        outcomes
            Names, globs, ``tag:NAME`` or ``status:STATE``; None means all. What a pattern selects
            and has no posterior is left out with a warning.
        by
            Variables, whether or not the config estimated that grouping: any predictor or variable
            of a group. ``[]`` or None is the total.
        group
            A named target group, instead of ``by``.
        all_draws
            Whether to return all stored draws: then outcomes may differ in their number, and what
            has the same ``draw`` in two of them is no pair.

        Raises
        ------
        UsageError
            If something named matches nothing, or the draws were not kept.
        """
        from sweep.results.run_draws import outcome_draws
        from sweep.results.run_outcomes import with_draws

        entries = with_draws(self._states, outcomes)
        return outcome_draws(self.store, self.plan, entries, by, group, all_draws)

    def posterior(self, outcome: str) -> "xr.DataTree":
        """Return an outcome's posterior as ArviZ reads it, all draws that are stored.

        Group ``posterior``: for a model made of terms, ``intercept``, ``sigma_TERM``, ``beta_TERM``
        and ``effect_TERM``, with predictors as dimensions; for a PyMC model, its own variables.
        Group ``sample_stats``: ``diverging``, ``reached_max_treedepth`` and ``energy``, each
        (chain, draw); of a fit of an earlier version, only what never happened.

        Outcomes may differ in their draws: to compare two, see `draws`.

        Raises
        ------
        UsageError
            If there is no such outcome, or the draws were not kept.
        """
        from sweep.results.run_draws import outcome_posterior
        from sweep.results.run_outcomes import with_draws

        entry = self._entry(outcome)
        with_draws(self._states, entry.name)
        return outcome_posterior(self.store, self.plan, entry)

    def report(self, path: str | Path = "report.html") -> Path:
        """Write the report, or the whole table if ``path`` ends in .parquet or .csv.

        Raises
        ------
        UsageError
            If the path ends otherwise, is a link, or is a file that the run was made from.
        """
        from sweep.client.report_file import write_report

        return write_report(self.store, self.plan, Path(path))

    def retry(self, select: str | Sequence[str] = (), progress: bool | None = None) -> "Run":
        """Try again what has no estimates, or what patterns select of it; return the run anew.

        Also what failed for a reason that would happen again, as a model that raises does.

        Raises
        ------
        UsageError
            If a pattern matches no outcome, or nothing is left to try.
        """
        from sweep.client.resume import carry_on_shown
        from sweep.journal.remaining import unfinished_entries

        patterns = [select] if isinstance(select, str) else list(select)
        left = unfinished_entries(self.store, self.plan, patterns)
        carry_on_shown(self.store, self.plan, left, progress)
        return Run(self.store, self.id)

    def resume(self, progress: bool | None = None) -> "Run":
        """Do what the run still lacks, after a stop or a crash; return the run anew.

        What failed for a reason that would happen again is left as it is.
        """
        from sweep.client.resume import carry_on_shown

        carry_on_shown(self.store, self.plan, None, progress)
        return Run(self.store, self.id)

    def cancel(self) -> None:
        """Ask whoever works on this run, on any machine, to start nothing further."""
        from sweep.client.resume import cancel

        cancel(self.store, self.plan)

    def logs(self, outcome: str) -> str:
        """Return what the outcome's attempts in this run printed and raised; often nothing."""
        from sweep.journal.logs import read_log

        return read_log(self.store, self.id, self._entry(outcome).id)

    def _entry(self, outcome: str) -> "Entry":
        entries = {entry.name: entry for entry in self.plan.entries}
        refuse_unknown("outcome", outcome, list(entries))
        return entries[outcome]

    @cached_property
    def _states(self) -> "list[State]":
        from sweep.journal.states import outcome_states

        return outcome_states(self.store, self.plan)

    @cached_property
    def _fits(self) -> "pd.DataFrame":
        from sweep.results.fits import fits_of

        return fits_of(self.plan, self._states)

    @cached_property
    def _joined(self) -> "Joined":
        from sweep.results.joined import Joined

        return Joined(self.store, self.plan, self._states)
