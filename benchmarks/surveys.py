"""Surveys that other people published: configs for them, and the figures to compare with.

The data are no part of the product. They are expected beside the checkout; tests skip with a
reason where they are absent, benchmarks end with it.
"""

import resource
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from sweep.backends.events import Done, Event, Note, Started
from sweep.config import read_config
from sweep.coordinator.execute import execute, plan_sweep
from sweep.estimates.select import select
from sweep.journal.entries import Entry
from sweep.journal.runs import read_plan
from sweep.planning.selection import Selection
from sweep.results.table import estimates_of

__all__ = [
    "ABSENT",
    "CCES",
    "GEORGIA",
    "ROOT",
    "RSTANARM",
    "Sweep",
    "cces_config",
    "cces_differences",
    "cces_references",
    "children_seconds",
    "georgia_config",
    "georgia_districts",
    "rstanarm_config",
    "rstanarm_errors",
    "run_sweep",
    "written",
]

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT.parent / "shared" / "data"
CCES, RSTANARM = DATA / "mrpdata_cces", DATA / "rstanarm_mrp_sim"
GEORGIA = DATA / "ccesMRP_georgia"
ABSENT = f"the published surveys are not in {DATA}"

CCES_TEXT = """\
version: 1
name: cces
study:
  survey: {{source: {folder}/cces_complete.parquet}}
  population: {{source: {folder}/{population}, size: weighted2008{complete}}}
  derive: {{education: {{recode: {{postgraduate: college graduate}}}}}} # the survey has none
  predictors: {{sex: {{}}, age: {{}}, income: {{}}, education: {{}}, race: {{}}, state: {{}}}}
  outcomes: [{{match: "*", success: [1], failure: [0]}}]
  exclude: [sex, age, z.age, income, z.income, education, race, state]
  model: {model}
  groups: [[], [sex], [age], [income], [education], [race], [state]{married}]
  sampler: {{seed: 20261123}}
execution: {{models_dir: {models}, workers: {workers}}}
"""

RSTANARM_TEXT = """\
version: 1
name: rstanarm
study:
  survey: {{source: {folder}/sample.csv}}
  population: {{source: {folder}/poststrat.csv, size: N}}
  predictors: {{male: {{}}, age: {{}}, eth: {{}}, income: {{}}, state: {{}}}}
  outcomes: [{{name: cat_pref, success: [1], failure: [0]}}]
  interactions: [[male, age]]
  groups: [[], [state]]
  sampler: {{seed: 20261123}}
execution: {{models_dir: {models}}}
"""

GEORGIA_TEXT = """\
version: 1
name: georgia
study:
  survey: {{source: {folder}/cces_GA.csv}}
  population: {{source: {folder}/acs_GA.csv, size: count}}
  predictors: {{female: {{}}, age: {{}}, educ: {{}}, cd: {{}}}}
  outcomes: [{{name: clinton, column: response, success: [1], failure: [0]}}]
  interactions: [[female, educ]]
  covariates: {{cd: {{source: {folder}/elec_GA.csv, key: cd, columns: [clinton_vote]}}}}
  groups: [[], [cd]]
  sampler: {{seed: 20261127}}
execution: {{models_dir: {models}}}
"""
"""All 1,306 answers: the published fit did not leave out those who did not vote."""


@dataclass
class Sweep:
    """What a sweep left: its table, and by outcome what the worker said, or why there is none."""

    estimates: pd.DataFrame = field(default_factory=pd.DataFrame)
    results: dict[str, dict[str, Any]] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    compilations: dict[int, int] = field(default_factory=dict)  # by worker


def run_sweep(path: Path, selection: Selection = Selection()) -> Sweep:  # noqa: B008 # frozen
    """Run a config's sweep to its end and return what came of it."""
    config = read_config(path)
    store, plan = plan_sweep(config, path.parent, selection)
    sweep = Sweep()
    worker: dict[str, int] = {}

    def watch(event: Event, entry: Entry | None) -> None:
        if isinstance(event, Note) or entry is None:
            return
        name = entry.name
        if isinstance(event, Started):
            worker[event.key] = event.worker
        elif not isinstance(event, Done):
            return
        elif event.failure is not None:
            sweep.results[name] = {"status": "failed"}
            sweep.failures[name] = event.failure.message
        elif event.result is not None:
            sweep.results[name] = dict(event.result)
            sweep.compilations[worker[event.key]] = event.result["compilations"]

    run = execute(config, store, plan, watch)
    sweep.estimates = estimates_of(store, read_plan(store, run))
    return sweep


def cces_config(
    directory: Path, model: str = "mrp", big_frame: bool = False, workers: int | str = "auto"
) -> Path:
    """Write the config of the 71 outcomes of mrpdata's CCES; return its path.

    With ``big_frame`` the population is the table of 1,263,600 rows, and ``married`` a group.
    """
    # The big table has rows that lack a characteristic; the table of cells leaves them out.
    known = " and ".join(f"{p} is not null" for p in ("sex", "age", "education", "race", "state"))
    text = CCES_TEXT.format(
        folder=CCES,
        population="mrp_census_full.parquet" if big_frame else "poststrat_6way.parquet",
        complete=f', filter: "{known} and income is not null"' if big_frame else "",
        married=", [married]" if big_frame else "",
        model=model,
        models=ROOT / "models",
        workers=workers,
    )
    return written(directory, text)


def rstanarm_config(directory: Path) -> Path:
    """Write the config of the survey in rstanarm's vignette on MRP; return its path."""
    return written(directory, RSTANARM_TEXT.format(folder=RSTANARM, models=ROOT / "models"))


def georgia_config(directory: Path) -> Path:
    """Write the config of the vote in Georgia's districts; return its path."""
    return written(directory, GEORGIA_TEXT.format(folder=GEORGIA, models=ROOT / "models"))


def georgia_districts(estimates: pd.DataFrame) -> pd.DataFrame:
    """Return our means and intervals by district, beside what was published and the election."""
    ours = select(estimates, by=["cd"])[["cd", "n", "mean", "sd", "lower", "upper"]]
    published = pd.read_csv(GEORGIA / "summ_GA.csv")
    election = pd.read_csv(GEORGIA / "elec_GA.csv")[["cd", "clinton_vote_2pty"]]
    table = published.merge(ours.astype({"cd": str}), on="cd", how="left", validate="1:1")
    return table.merge(election, on="cd", validate="1:1")


def written(directory: Path, text: str) -> Path:
    """Write a config into a directory."""
    path = directory / "sweep.yaml"
    path.write_text(text)
    return path


def children_seconds() -> float:
    """Return the CPU seconds of the processes this one has waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def cces_references() -> pd.DataFrame:
    """Return the references: outcome, by, level, mrp; ``by`` is empty for the nation."""
    national = pd.read_csv(CCES / "our_laplace_reference_14_outcomes.csv")
    national = national.rename(columns={"mrp_national": "mrp"}).assign(by="", level="")
    groups = pd.read_csv(CCES / "our_laplace_reference_groups.csv")
    wanted = ["outcome", "by", "level", "mrp"]
    return pd.concat([national[wanted], groups[wanted]], ignore_index=True)


def cces_differences(
    estimates: pd.DataFrame, outcomes: Sequence[str] | None = None
) -> pd.DataFrame:
    """Return the references with our means beside them, and their distance in points.

    Every reference must have an estimate, unless only some ``outcomes`` are asked for.
    """
    references = cces_references()
    if outcomes is not None:
        references = references[references["outcome"].isin(outcomes)]
    parts = []
    for by in references["by"].unique():
        rows = select(estimates, by=[by] if by else [])
        level = rows[by].astype(str) if by else ""
        parts.append(rows[["outcome", "mean", "mcse"]].assign(by=by, level=level))
    keys = ["outcome", "by", "level"]
    table = references.merge(pd.concat(parts), on=keys, how="left", validate="1:1")
    if table["mean"].isna().any():
        msg = f"no estimate for {table[keys][table['mean'].isna()].to_dict('records')}"
        raise ValueError(msg)
    return table.assign(points=100 * (table["mean"] - table["mrp"]).abs())


def rstanarm_errors(estimates: pd.DataFrame) -> dict[str, float]:
    """Return the national mean, and how far the states are from the published table and truth."""
    states = select(estimates, by=["state"]).assign(state=lambda t: t["state"].astype(float))
    table = pd.read_csv(RSTANARM / "reference_state_table.csv")
    table = table.merge(states[["state", "mean"]], on="state", validate="1:1")
    return {
        "states": len(table),
        "national": float(select(estimates, by=[])["mean"].iloc[0]),
        "worst_state_to_published": float((table["mean"] - table["model_state_pref"]).abs().max()),
        "mean_absolute_error": float((table["mean"] - table["true_state_pref"]).abs().mean()),
        "mean_absolute_error_raw": float(
            (table["sample_state_pref"] - table["true_state_pref"]).abs().mean()
        ),
    }
