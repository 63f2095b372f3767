"""Score MRP on random samples of a real survey against the respondents who were not sampled.

Twenty samples of 2,000 of the 36,421 respondents of mrpdata's CCES, drawn with the seeds 1 to 20.
Each is one config: 71 outcomes, six predictors, two numbers that describe each state, the shipped
priors, and as the population the cell counts of everybody who was not sampled. The truth are their
means in the 35 states with 300 respondents or more.

Those means have a sampling noise of their own, as large as the estimates' error. An interval is
for the expected share, so a score needs the noise: the posterior draws of a state's share are
widened to draws of the mean of as many answers as the state has left (``predictive``), which is
what a 90 % interval for what is compared with must cover. ``plain`` scores the published intervals
as if the truth had no noise.

    python -m benchmarks.subsamples [--seeds 20] [--outcomes 71]
"""

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import sweep
from benchmarks.surveys import ABSENT, CCES, ROOT, children_seconds, written

SEEDS = tuple(range(1, 21))
SAMPLE = 2000
LEAST = 300  # respondents of a state, sampled or not
LEVEL = 0.9
LEAST_COVERAGE = 0.75  # of any outcome, over all samples
PREDICTORS = ["sex", "age", "income", "education", "race", "state"]

TEXT = """\
version: 1
name: subsample
study:
  survey: {{source: survey.parquet}}
  population: {{source: population.parquet, size: n}}
  predictors: {{sex: {{}}, age: {{}}, income: {{}}, education: {{}}, race: {{}}, state: {{}}}}
  covariates:
    state: {{source: {folder}/statelevel.csv, key: sstate, columns: [kerry.04, p.evang]}}
  outcomes: [{{match: "*", success: [1], failure: [0]}}]
  exclude: [sex, age, z.age, income, z.income, education, race, state]
  interval: {level}
  groups: [[state]]
  sampler: {{seed: {seed}}}
execution: {{models_dir: {models}}}
"""


def study(directory: Path, seed: int) -> tuple[Path, pd.DataFrame, pd.DataFrame]:
    """Write a sample's config and tables; return its path, the sampled, and everybody else."""
    everybody = pd.read_parquet(CCES / "cces_complete.parquet")
    everybody = everybody.astype(dict.fromkeys(PREDICTORS, "str"))
    sampled = np.zeros(len(everybody), dtype=np.bool_)
    chosen = np.random.default_rng(seed).choice(len(everybody), SAMPLE, replace=False)
    sampled[chosen] = True
    survey, rest = everybody[sampled], everybody[~sampled]
    survey.to_parquet(directory / "survey.parquet", index=False)
    cells = rest.groupby(PREDICTORS).size().rename("n").reset_index()
    cells.to_parquet(directory / "population.parquet", index=False)
    text = TEXT.format(folder=CCES, level=LEVEL, seed=seed, models=ROOT / "models")
    return written(directory, text), survey, rest


def means(people: pd.DataFrame, outcomes: list[str], name: str) -> pd.DataFrame:
    """Return the means of answers, long: outcome, state, and the column ``name``."""
    wide = people.groupby("state")[outcomes].mean().reset_index()
    return wide.melt("state", var_name="outcome", value_name=name)


def predictive(run: sweep.Run, outcome: str, people: pd.Series, seed: int) -> pd.DataFrame:
    """Return the interval of the mean of as many answers as each state has left."""
    draws = run.draws(outcome, by=["state"], all_draws=True)
    draws = draws.assign(state=draws["state"].astype(str), value=draws["value"].clip(0, 1))
    left = draws["state"].map(people).to_numpy()
    answers = np.random.default_rng(seed).binomial(left, draws["value"].to_numpy())
    tail = (1 - LEVEL) / 2
    grouped = pd.Series(answers / left).groupby(draws["state"].to_numpy())
    table = pd.DataFrame({"low": grouped.quantile(tail), "high": grouped.quantile(1 - tail)})
    return table.rename_axis("state").reset_index().assign(outcome=outcome)


def one(seed: int, limit: int | None) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Return a sample's score by outcome and state, and what its sweep cost."""
    with tempfile.TemporaryDirectory() as directory:
        path, survey, rest = study(Path(directory), seed)
        started, cpu = time.perf_counter(), children_seconds()
        run = sweep.run(path, limit=limit, progress=False)
        cost = {
            "seed": seed,
            "cpu_seconds": round(children_seconds() - cpu, 1),
            "wall_seconds": round(time.perf_counter() - started, 1),
            "status": {word: count for word, count in run.counts().items() if count},
            "remedied": int(run.fits()["remedies"].notna().sum()),
        }
        estimates = run.estimates(by=["state"])
        outcomes = sorted(estimates["outcome"].unique())
        people = rest.groupby("state").size()
        whole = people + survey.groupby("state").size().reindex(people.index, fill_value=0)
        widened = [predictive(run, name, people, seed) for name in outcomes]
    table = estimates[["outcome", "state", "mean", "lower", "upper"]]
    keys = ["outcome", "state"]
    for other in (
        pd.concat(widened),
        means(rest, outcomes, "truth"),
        means(survey, outcomes, "raw_mean"),
    ):
        table = table.merge(other, on=keys, how="left", validate="1:1")
    scored = table[table["state"].isin(whole.index[whole >= LEAST])]
    return score(scored).assign(seed=seed), cost


def score(table: pd.DataFrame) -> pd.DataFrame:
    """Return by outcome the shares of states covered, and the mean absolute errors."""
    truth = table["truth"]
    found = pd.DataFrame(
        {
            "outcome": table["outcome"],
            "states": 1,
            "predictive": truth.between(table["low"], table["high"]),
            "plain": truth.between(table["lower"], table["upper"]),
            "mrp": (table["mean"] - truth).abs(),
            "raw": (table["raw_mean"] - truth).abs(),
        }
    )
    by_outcome = found.groupby("outcome").agg(
        {"states": "sum"} | dict.fromkeys(found.columns[2:], "mean")
    )
    return by_outcome.reset_index()


def errors(table: pd.DataFrame) -> dict[str, Any]:
    """Return how a sample's states come out: medians over outcomes, and who is nearer how often."""
    return {
        "coverage_predictive": round(float(table["predictive"].mean()), 4),
        "coverage_plain": round(float(table["plain"].mean()), 4),
        "median_error_raw": round(float(table["raw"].median()), 4),
        "median_error_mrp": round(float(table["mrp"].median()), 4),
        "mrp_better": int((table["mrp"] < table["raw"]).sum()),
    }


def coverage(tables: pd.DataFrame, way: str) -> dict[str, Any]:
    """Return one way's coverage over samples, and the outcomes that come out lowest."""
    by_outcome = tables.groupby("outcome")[way].mean().sort_values()
    return {
        "mean": round(float(by_outcome.mean()), 4),
        "lowest": {str(name): round(float(x), 4) for name, x in by_outcome.head(5).items()},
        "highest": round(float(by_outcome.iloc[-1]), 4),
        "outcomes_below_75": int((by_outcome < LEAST_COVERAGE).sum()),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seeds", type=int, default=len(SEEDS), help="only the first so many")
    parser.add_argument("--outcomes", type=int, default=None, help="only the first so many")
    asked = parser.parse_args()
    if not CCES.is_dir():
        sys.exit(ABSENT)
    tables, samples = [], []
    for seed in SEEDS[: asked.seeds]:
        table, cost = one(seed, asked.outcomes)
        tables.append(table)
        samples.append({**cost, **errors(table)})
        sys.stderr.write(json.dumps(samples[-1]) + "\n")
    pooled = pd.concat(tables)
    better = [sample["mrp_better"] for sample in samples]
    fits = sum(len(table) for table in tables)
    found = {
        "outcomes": int(pooled["outcome"].nunique()),
        "states": int(pooled["states"].max()),
        "cpu_seconds_per_fit": round(sum(s["cpu_seconds"] for s in samples) / fits, 2),
        "predictive": coverage(pooled, "predictive"),
        "plain": coverage(pooled, "plain"),
        "mrp_better": {"least": min(better), "most": max(better)},
        "samples": samples,
    }
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
