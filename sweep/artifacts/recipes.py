"""Recipes: what decides a fit and its estimates, as they stand in keys, tasks and `done.json`."""

from typing import NotRequired, TypedDict

from sweep.keys import Json

__all__ = ["CountsMeta", "EstimatesRecipe", "FitRecipe", "SamplerSettings", "TaskMeta"]


class SamplerSettings(TypedDict):
    """The study's sampler, without its seed, which enters a recipe as the outcome's own."""

    draws: int
    tune: int
    chains: int
    target_accept: float
    target_ess: int


class FitRecipe(TypedDict):
    """What decides a fit.

    ``model`` are the terms (fast route), ``{"file": digest}`` of a model file (general route) or
    the stub's name; ``levels`` are pairs of predictor and labels, in order; ``counts`` are digests.
    """

    kind: str
    model: Json | str
    levels: NotRequired[list[tuple[str, list[str]]]]
    covariates: NotRequired[dict[str, dict[str, str]]]
    priors: NotRequired[Json]
    sampler: SamplerSettings
    toolchain: dict[str, str | int | None]
    counts: dict[str, str]
    seed: int


class EstimatesRecipe(TypedDict):
    """What decides an outcome's table: its fit, the frame, the answers' sums, and the groups.

    ``universe`` is the key of the fit of who qualifies, where estimates are of those who do.
    ``pyarrow`` is the version that writes it; earlier recipes do not name it.
    """

    kind: str
    version: int
    pyarrow: NotRequired[str]
    frame: str
    groups: list[Json]
    interval: float
    minimum_base: int
    fit: str
    sums: str
    universe: NotRequired[str]


class CountsMeta(TypedDict):
    """What an outcome's stored counts say of themselves: digests, answers asked for and given.

    ``coding`` is what each answer counted as (`sweep.data.answers.meaning.Coding`), ``read`` what
    was told of reading its columns.
    """

    counts: dict[str, str]
    sums: str
    n: float
    y: float
    coding: Json
    read: Json


class TaskMeta(TypedDict):
    """What stored estimates, and the fit behind them, say of themselves.

    ``n`` answers were fitted, with ``draws`` in all chains; both stand beside estimates only.
    ``checks`` are the figures of `sweep.worker.checks`, whose objections are among ``reasons``.
    ``statistics`` is what the sampler said of each draw; it stands beside fits only.
    """

    status: str
    reasons: list[str]
    diagnostics: Json
    remedies: list[str]
    outcome: str
    seconds: float
    n: NotRequired[float]
    draws: NotRequired[int]
    checks: NotRequired[Json]
    statistics: NotRequired[Json]
