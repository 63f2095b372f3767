"""Results: one run as it is in the store, and what it holds as data frames, trees and files."""

from collections.abc import Sequence
from difflib import get_close_matches
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sweep.client.files import check_report_path, write_whole
from sweep.errors import RunFailed, UsageError
from sweep.showing import few, plain
from sweep.store import Store

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from sweep.inference.checkpoints import Draws

__all__ = ["Run", "known"]

FIT_COLUMNS = (
    *("outcome", "label", "brand", "metric", "tags", "status", "reason", "n", "draws", "r_hat"),
    *("ess_bulk", "ess_tail", "divergences", "remedies", "seconds"),
)
INTEGERS = ("n", "draws", "divergences")
NUMBERS = ("r_hat", "ess_bulk", "ess_tail", "seconds")


class Run:
    """One run of a sweep, as it is in the store.

    What it returns is read once and remembered; open the run again to see what changed.
    """

    def __init__(self, store: Store, run: str = "last") -> None:
        from sweep.journal.runs import read_plan

        self.store = store
        self.plan = read_plan(store, run)
        self.id: str = self.plan["run"]

    def __repr__(self) -> str:
        return f"<sweep.Run {self.id} of {self.plan['name']!r}: {self._words()}>"

    def _repr_html_(self) -> str:
        lost = self.failures[["outcome", "status", "reason"]].head(10)
        table = lost.to_html(index=False) if len(lost) else ""
        name = escape(self.plan["name"])
        return f"<p><b>{name}</b> run <code>{self.id}</code>: {self._words()}</p>{table}"

    def _words(self) -> str:
        counts = self.counts()
        return ", ".join(f"{count} {status}" for status, count in counts.items() if count)

    def counts(self) -> dict[str, int]:
        """Return how many outcomes are ``ok``, ``flagged``, ``failed``, ``cancelled``, pending."""
        words = ("ok", "flagged", "failed", "cancelled", "pending")
        states = [s["status"] for s in self._states]
        return {word: states.count(word) for word in words}

    def fits(self) -> "pd.DataFrame":
        """Return one row per outcome: state, reason, base, diagnostics, remedies and seconds."""
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
            Names or globs; None means all.
        group
            A named target group, instead of ``by``.

        Raises
        ------
        UsageError
            If something named matches nothing.
        """
        from sweep.estimates.select import select

        return select(self._estimates, by, outcomes, group).copy()

    @property
    def notes(self) -> list[str]:
        """Return what the run's report says first: stubs, fits of another model or toolchain."""
        from sweep.results.report import notes_of

        return notes_of(self.store, self.id)

    @property
    def failures(self) -> "pd.DataFrame":
        """Return the rows of `fits` that have no estimate, with the reason."""
        lost = self._fits["status"].isin(["failed", "cancelled"])
        return self._fits[lost].reset_index(drop=True)

    def raise_for_failures(self) -> "Run":
        """Return this run if every outcome has an estimate.

        Raises
        ------
        RunFailed
            If one has not, with the first reasons.
        """
        lost = self.failures
        if not len(lost):
            return self
        rows = lost.head(10)[["outcome", "status", "reason"]].itertuples(index=False)
        shown = "".join(f"\n  {r.outcome}: {r.status}: {r.reason}" for r in rows)
        more = f"\n  and {len(lost) - 10} more" if len(lost) > 10 else ""
        msg = f"run {self.id}: {len(lost)} of {len(self._fits)} outcomes failed{shown}{more}"
        raise RunFailed(msg)

    def draws(self, outcome: str, by: Sequence[str] = ()) -> "pd.DataFrame":
        """Return posterior draws of an outcome's share of the population, long.

        Columns ``chain``, ``draw``, one per variable in ``by`` (any predictor or group variable,
        whether or not the config estimated that grouping), and ``value``, a probability.

        Raises
        ------
        UsageError
            If there is no such outcome or variable, or the draws were not kept.
        """
        from sweep.inference.posterior import grouped_draws
        from sweep.worker.memory import Memory
        from sweep.worker.task import design_of, probabilities_of

        task, draws, memory = self._task(outcome), self._draws(outcome), Memory()
        design = design_of(self.store, task, memory)
        names = [by] if isinstance(by, str) else list(by)
        for name in names:
            known("variable", name, list(design.frame.variables()))
        probabilities = probabilities_of(self.store, task, draws, memory)
        chains, length = next(iter(draws.values())).shape[:2]
        return grouped_draws(design.frame, names, probabilities, chains, length)

    def posterior(self, outcome: str) -> "xr.DataTree":
        """Return the parameters' draws as ArviZ reads them, in the group ``posterior``.

        For a model made of terms: ``intercept``, ``sigma_TERM``, ``beta_TERM`` and
        ``effect_TERM``, with predictors as dimensions; for a PyMC model, its own variables.

        Raises
        ------
        UsageError
            If there is no such outcome, or the draws were not kept.
        """
        from sweep.inference.posterior import named_draws, posterior_tree, terms_dataset
        from sweep.worker.memory import Memory
        from sweep.worker.task import design_of, grid_from, route_of

        task, draws = self._task(outcome), self._draws(outcome)
        attributes = {"outcome": outcome, "run": self.id, "sweep": self.plan["name"]}
        if route_of(task) != "fast":
            return posterior_tree(named_draws(draws), attributes)
        design = design_of(self.store, task, Memory())
        blocks = grid_from(task, design).blocks
        return posterior_tree(terms_dataset(blocks, design.levels, draws), attributes)

    def report(self, path: str | Path = "report.html") -> Path:
        """Write the report, or the whole table if ``path`` ends in .parquet or .csv.

        Raises
        ------
        UsageError
            If the path ends otherwise, is a link, or is a file that the run was made from.
        """
        from sweep.artifacts.artifact import read
        from sweep.client.inputs import refuse_inputs
        from sweep.results.report import publish_report

        path = Path(path)
        name = check_report_path(path)
        refuse_inputs(path, self.plan, self.store)
        key = publish_report(self.store, self.id)
        write_whole(path, read(self.store, "report", key, [name]).payload[name])
        return path

    def retry(self, select: str | Sequence[str] = (), progress: bool | None = None) -> "Run":
        """Try again what has no estimates, or what patterns select of it; return the run anew.

        Also what failed for a reason that would happen again, as a model that raises does.

        Raises
        ------
        UsageError
            If a pattern matches no outcome, or nothing is left to try.
        """
        from sweep.client.resume import carry_on_shown
        from sweep.journal.remaining import unfinished

        patterns = [select] if isinstance(select, str) else list(select)
        carry_on_shown(self, unfinished(self.store, self.plan, patterns), progress)
        return Run(self.store, self.id)

    def resume(self, progress: bool | None = None) -> "Run":
        """Do what the run still lacks, after a stop or a crash; return the run anew.

        What failed for a reason that would happen again is left as it is.
        """
        from sweep.client.resume import carry_on_shown

        carry_on_shown(self, None, progress)
        return Run(self.store, self.id)

    def cancel(self) -> None:
        """Ask whoever works on this run, on any machine, to start nothing further."""
        from sweep.client.resume import cancel

        cancel(self)

    def logs(self, outcome: str) -> str:
        """Return what the outcome's attempts in this run printed and raised; often nothing."""
        from sweep.journal.logs import read_log

        return read_log(self.store, self.id, self._entry(outcome)["outcome"])

    def _entry(self, outcome: str) -> dict[str, Any]:
        entries = {o["outcome"]: o for o in self.plan["outcomes"]}
        known("outcome", outcome, list(entries))
        entry: dict[str, Any] = entries[outcome]
        return entry

    def _task(self, outcome: str) -> dict[str, Any]:
        from sweep.artifacts.artifact import exists
        from sweep.artifacts.tasks import read_task

        key = self._entry(outcome)["estimates"]
        if not exists(self.store, "estimates", key):
            state = next(s for s in self._states if s["outcome"] == outcome)
            msg = f"{outcome!r} has no posterior: {state['status']}, {state['reason']}"
            raise UsageError(msg)
        return read_task(self.store, key)

    def _draws(self, outcome: str) -> "Draws":
        from sweep.journal.remaining import kept_draws

        return kept_draws(self.store, self.plan, self._entry(outcome))

    @cached_property
    def _states(self) -> list[dict[str, Any]]:
        from sweep.journal.states import outcome_states

        return outcome_states(self.store, self.plan)

    @cached_property
    def _fits(self) -> "pd.DataFrame":
        import pandas as pd

        pairs = zip(self._states, self.plan["outcomes"], strict=True)
        frame = pd.DataFrame([fit_row(s, o) for s, o in pairs], columns=list(FIT_COLUMNS))
        kinds = dict.fromkeys(INTEGERS, "Int64") | dict.fromkeys(NUMBERS, "float64")
        return frame.astype(kinds)

    @cached_property
    def _estimates(self) -> "pd.DataFrame":
        from sweep.results.table import estimates_of

        return estimates_of(self.store, self.plan)


def fit_row(state: dict[str, Any], outcome: dict[str, Any]) -> dict[str, Any]:
    """Return one outcome's row of `Run.fits`."""
    diagnostics = state.get("diagnostics", {})
    return {
        **{k: state[k] for k in ("outcome", "label", "brand", "metric", "status", "reason")},
        "tags": ", ".join(state["tags"]),
        "n": int(outcome["n"]),
        "draws": state.get("draws"),
        "r_hat": diagnostics.get("r_hat_max"),
        "ess_bulk": diagnostics.get("ess_bulk_min"),
        "ess_tail": diagnostics.get("ess_tail_min"),
        "divergences": diagnostics.get("divergences"),
        "remedies": "; ".join(state.get("remedies", [])) or None,
        "seconds": state.get("seconds"),
    }


def known(kind: str, name: str, names: Sequence[str]) -> None:
    """Refuse a name that is not among those there are."""
    if name in names:
        return
    near = get_close_matches(name, names, n=1)
    guess = f" Did you mean {near[0]!r}?" if near else ""
    msg = f"there is no {kind} {name!r}.{guess} There are: {few(names, plain)}"
    raise UsageError(msg)
