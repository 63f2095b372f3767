"""Measure the checks of answers and weights on simulated surveys: how often they flag, of 100.

A country of sex, age, region and education; who takes part depends on all four, and weights are
raked to the country's margins of them. In sufficient surveys the model has every variable that the
answers depend on; elsewhere it lacks education, or an interaction. Fits are Laplace approximations
of the engine's own posterior, of which the sampler's draws are a refinement; ``--nuts`` fits a part
of the surveys by the engine's sampler as well. Prints one JSON object.

    python -m benchmarks.weight_check [--surveys 1000] [--nuts 20]
"""

import argparse
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sweep.data.cells import Counts, cells_of
from sweep.data.weight_sums import WeightSums, weight_sums
from sweep.estimates.answered import probability_blocks
from sweep.estimates.checks import AnswerCheck, Total, WeightCheck, check_answers, check_weight
from sweep.estimates.poststratify import Probabilities
from sweep.inference.checkpoints import Target
from sweep.inference.fast import fit_terms, probabilities
from sweep.inference.grid import Grid, coefficients, grid_of, problem_of
from sweep.inference.laplace import approximate
from sweep.inference.sample import Settings
from sweep.model.effects import blocks_of
from sweep.model.terms import Contrast, Intercept, Model, Term, Varying

__all__ = ["SCENARIOS", "Scenario", "rates"]

Floats = NDArray[np.float64]

LEVELS = {
    "sex": ("Female", "Male"),
    "age": ("18-29", "30-44", "45-59", "60-74", "75+"),
    "region": tuple("ABCDEFGH"),
    "education": ("none", "school", "college", "degree"),
}
SHAPE = tuple(len(labels) for labels in LEVELS.values())
TAKES_PART = {  # log odds of taking part, by level
    "sex": (0.1, -0.1),
    "age": (-0.8, -0.3, 0.0, 0.4, 0.2),
    "region": (-0.5, 0.3, 0.0, -0.2, 0.4, 0.0, 0.2, -0.2),
    "education": (-1.0, -0.3, 0.1, 0.6),
}
EDUCATION = (-0.6, -0.2, 0.2, 0.6)  # log odds of yes, where the answers depend on it
DRAWS, LEAST = 200, 10


@dataclass(frozen=True)
class Scenario:
    """A kind of survey: what the answers depend on, what the model has, how the weight was made.

    ``education`` scales its effect on the answers, ``crossed`` is the sd of effects of age by
    region; ``spread`` adds noise to the log weight, and ``screened`` people get weight zero.
    """

    name: str
    sufficient: bool
    model: tuple[str, ...] = ("sex", "age", "region")
    education: float = 0.0
    crossed: float = 0.0
    intercept: float = -0.5
    respondents: int = 2000
    spread: float = 0.0
    screened: int = 0


PLAIN = Scenario("answers do not depend on education, the weight does", True)
SCENARIOS = (
    PLAIN,
    replace(PLAIN, name="a noisy weight", spread=0.5),
    replace(
        PLAIN,
        name="education is in the model, a noisy weight",
        model=(*LEVELS,),
        education=1.0,
        spread=0.3,
    ),
    replace(PLAIN, name="a rare answer", intercept=-4.0),
    replace(PLAIN, name="500 respondents", respondents=500),
    replace(PLAIN, name="10,000 respondents", respondents=10_000),
    replace(PLAIN, name="100 of weight zero", screened=100),
    Scenario("education is missing", False, education=1.0),
    Scenario("education is missing, 1,000 respondents", False, education=1.0, respondents=1000),
    Scenario("half the effect of education is missing", False, education=0.5),
    Scenario("age by region is missing", False, crossed=0.5),
    Scenario(
        "age by region is missing, 10,000 respondents", False, crossed=0.5, respondents=10_000
    ),
)


@dataclass(frozen=True)
class Survey:
    """One simulated survey: what is counted of it, and its weighted mean."""

    levels: dict[str, tuple[str, ...]]
    counts: Counts
    sums: WeightSums
    weighted: float
    population: Floats


def country(rng: np.random.Generator) -> Floats:
    """Return the share (sex, age, region, education) of each kind of person."""
    base = rng.dirichlet(np.full(np.prod(SHAPE[:3]), 20.0)).reshape(SHAPE[:3])
    lean = rng.dirichlet(np.full(SHAPE[3], 8.0), size=SHAPE[1])  # of education, by age
    return base[..., None] * lean[None, :, None, :]


def log_odds(scenario: Scenario, rng: np.random.Generator) -> Floats:
    """Return the log odds of yes of each kind of person; effects are drawn from the priors."""
    eta = np.full(SHAPE, scenario.intercept + rng.normal(0, 0.3))
    eta = eta + rng.normal(0, 0.3) * np.array([-0.5, 0.5])[:, None, None, None]
    eta = eta + abs(rng.normal(0, 0.5)) * rng.normal(size=SHAPE[1])[:, None, None]
    eta = eta + abs(rng.normal(0, 0.5)) * rng.normal(size=SHAPE[2])[:, None]
    eta = eta + scenario.crossed * rng.normal(size=SHAPE[1:3])[:, :, None]
    return np.asarray(eta + scenario.education * np.array(EDUCATION), np.float64)


def raked(sample: Floats, population: Floats) -> Floats:
    """Return the weight of each kind of person that gives the sample the population's margins."""
    weight = np.ones(SHAPE)
    for _ in range(30):
        for axis in range(len(SHAPE)):
            others = tuple(a for a in range(len(SHAPE)) if a != axis)
            have, want = (sample * weight).sum(others), population.sum(others)
            factor = np.divide(want, have, out=np.ones_like(have), where=have > 0)
            weight = weight * np.expand_dims(factor, others)
    return weight / (sample * weight).sum() * sample.sum()


def simulate(scenario: Scenario, rng: np.random.Generator) -> Survey:
    """Return a survey of a scenario."""
    population = country(rng)
    odds = sum(
        np.array(TAKES_PART[v]).reshape([-1 if i == k else 1 for i in range(len(SHAPE))])
        for k, v in enumerate(LEVELS)
    )
    takes = population * np.exp(odds)
    people = rng.choice(takes.size, scenario.respondents, p=(takes / takes.sum()).ravel())
    sample = np.bincount(people, minlength=takes.size).reshape(SHAPE).astype(float)
    weight = raked(sample, population).ravel()[people]
    weight = weight * np.exp(rng.normal(0, scenario.spread, len(people)))
    weight[rng.choice(len(people), scenario.screened, replace=False)] = 0.0
    eta = log_odds(scenario, rng).ravel()[people]
    yes = (rng.random(len(people)) < 1 / (1 + np.exp(-eta))).astype(float)
    codes = dict(zip(LEVELS, np.unravel_index(people, SHAPE), strict=True))
    levels = {name: LEVELS[name] for name in scenario.model}
    shape = [len(labels) for labels in levels.values()]
    index, place = np.unique(
        np.ravel_multi_index([codes[name] for name in levels], shape), return_inverse=True
    )
    y, n, w = (np.bincount(place, a, len(index)) for a in (yes, np.ones(len(yes)), weight))
    counts = Counts(index, cells_of(index, levels), y.astype(float), n.astype(float))
    rows = weight_sums(place, yes, weight, len(index))
    sums = WeightSums.from_rows(rows, w, np.arange(len(index)), len(index))
    kept = tuple(list(LEVELS).index(name) for name in levels)
    dropped = tuple(a for a in range(len(SHAPE)) if a not in kept)
    return Survey(levels, counts, sums, float(weight @ yes / weight.sum()), population.sum(dropped))


def grid_for(levels: dict[str, tuple[str, ...]]) -> Grid:
    """Return the grid of the default model: main effects with the config's priors."""
    terms: list[Term] = [Intercept(3.0)]
    for name, labels in levels.items():
        terms.append(Contrast(name, 1.0) if len(labels) == 2 else Varying((name,), 0.5))
    return grid_of(blocks_of(Model(tuple(terms)), levels, {}), levels)


def laplace(survey: Survey, seed: int) -> Probabilities:
    """Return the fit's probabilities by the Laplace approximation."""
    grid = grid_for(survey.levels)
    problem = problem_of(grid, survey.counts)
    found = approximate(problem)
    z = np.random.default_rng(seed).normal(size=(DRAWS, problem.dim))
    _, theta = coefficients(problem, found.centre + z @ found.spread.T)
    return probabilities(grid, {"theta": theta[None].astype(np.float32)})


def sampled(survey: Survey, seed: int) -> Probabilities:
    """Return the fit's probabilities by the engine's sampler."""
    grid, target = grid_for(survey.levels), Target(Settings(100, 200, 4, 0.8), 400, seed, "q")
    return probabilities(grid, fit_terms(grid, survey.counts, target).draws)


def checked(survey: Survey, model: Probabilities) -> tuple[AnswerCheck, WeightCheck]:
    """Return both checks of a survey's fit."""
    blocks = probability_blocks(survey.counts, model)
    answers = check_answers(survey.counts, survey.levels, blocks, LEAST)
    every = cells_of(np.arange(survey.population.size), survey.levels)
    total = survey.population.ravel() @ model(every).astype(float)
    told = Total(survey.weighted, float(total.mean()), float(total.std()))
    return answers, check_weight(survey.counts, survey.sums, list(survey.levels), blocks, told)


def rates(
    scenario: Scenario, surveys: int, seed: int = 1, nuts: bool = False
) -> dict[str, float | bool | list[float]]:
    """Return the shares of surveys flagged: by answers, by weight, by either; and z's spread."""
    flagged, zs, effects = Counter[str](), [], []
    for number in range(surveys):
        survey = simulate(scenario, np.random.default_rng([seed, number]))
        fit = sampled if nuts else laplace
        answers, weight = checked(survey, fit(survey, number))
        found = {"answers": bool(answers.reasons()), "weight": weight.matters}
        flagged.update({**found, "either": any(found.values())})
        flagged.update({"weight_z": abs(weight.remainder.z) > 3})
        zs.append(weight.remainder.z)
        effects.append(weight.remainder.design_effect)
    share = {name: flagged[name] / surveys for name in ("answers", "weight", "weight_z", "either")}
    z = {"z_mean": round(float(np.mean(zs)), 2), "z_sd": round(float(np.std(zs)), 2)}
    effect = round(float(np.mean(effects)), 2)
    return {"sufficient": scenario.sufficient, **share, **z, "design_effect": effect}


def main(given: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--surveys", type=int, default=1000, help="of each kind")
    parser.add_argument("--nuts", type=int, default=20, help="of each kind, by the sampler too")
    asked = parser.parse_args(given)
    result = {s.name: {"laplace": rates(s, asked.surveys)} for s in SCENARIOS}
    for s in SCENARIOS if asked.nuts else ():
        result[s.name]["nuts"] = rates(s, asked.nuts, nuts=True)
    print(json.dumps({"surveys": asked.surveys, "nuts": asked.nuts, "found": result}, indent=1))


if __name__ == "__main__":
    main()
