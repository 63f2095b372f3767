"""Rstanarm: the terms as R's ``stan_glmer`` has them, whose Stan program needs no compiling.

It cannot be given our priors: effects are independent, not summing to zero, and the prior of every
scale is exponential, with the mean of the half-normals asked for. What a level's effects have in
common is moved to the terms that it belongs to, so that the linear predictor stays what it was. The
start of R, some seconds, counts as sampling.
"""

import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sweep.bench.case import Case, Sampler
from sweep.data.cells import combination
from sweep.errors import ModelError
from sweep.inference.checkpoints import Draws
from sweep.model.effects import Block
from sweep.worker.task import grid_from

__all__ = ["make_rstanarm"]

type Values = NDArray[np.float64]

SCRIPT = Path(__file__).parent / "rstanarm.R"
LARGEST_SEED = 2**31 - 1
MEAN_OF_HALF_NORMAL = float(np.sqrt(2 / np.pi))


def make_rstanarm(case: Case) -> Sampler:
    """Return rstanarm's sampler: a process of R for every call."""
    blocks = grid_from(case.task, case.design).blocks
    cells = cells_table(case, blocks)

    def sampled(seed: int) -> Draws:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            cells.to_csv(folder / "cells.csv", index=False)
            settings_table(case, blocks, seed).to_csv(folder / "settings.csv", index=False)
            command = ["Rscript", "--vanilla", str(SCRIPT), str(folder)]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                msg = f"rstanarm: {done.stderr.strip()}"
                raise ModelError(msg)
            table = pd.read_csv(folder / "draws.csv")
        return draws_of(table, blocks, case, seed)

    return sampled


def cells_table(case: Case, blocks: Sequence[Block]) -> pd.DataFrame:
    """Return a row per cell: yes and no, ``x`` of each slope, ``g`` of each varying term."""
    counts, levels = case.counts, case.design.levels
    columns: dict[str, NDArray[np.float64] | NDArray[np.int64]] = {
        "y": counts.y,
        "no": counts.n - counts.y,
    }
    for k, block in enumerate(blocks):
        which = combination(counts.cells, block.predictors, levels)
        if block.scaled:
            columns[f"g{k}"] = which
        elif block.predictors:
            columns[f"x{k}"] = block.basis[which, 0]
    return pd.DataFrame(columns)


def settings_table(case: Case, blocks: Sequence[Block], seed: int) -> pd.DataFrame:
    """Return the one row that the script reads."""
    settings = case.peers_settings
    slopes = [k for k, b in enumerate(blocks) if b.predictors and not b.scaled]
    varying = [k for k, b in enumerate(blocks) if b.scaled]
    right = ["1", *(f"x{k}" for k in slopes), *(f"(1 | g{k})" for k in varying)]
    row = {
        "formula": f"cbind(y, no) ~ {' + '.join(right)}",
        "intercept": next(b.prior for b in blocks if not b.predictors),
        "slopes": " ".join(str(blocks[k].prior) for k in slopes),
        "scale": MEAN_OF_HALF_NORMAL * float(np.mean([blocks[k].prior for k in varying])),
        "chains": settings.chains,
        "tune": settings.tune,
        "draws": settings.draws,
        "accept": settings.target_accept,
        "seed": seed % LARGEST_SEED,
    }
    return pd.DataFrame([row])


def draws_of(table: pd.DataFrame, blocks: Sequence[Block], case: Case, seed: int) -> Draws:
    """Return R's draws as the fast route stores them; levels that R never saw are drawn."""
    rng, chains = np.random.default_rng(seed), case.settings.chains
    theta = {b.name: np.zeros((len(table), b.columns)) for b in blocks}
    scales = []
    for k, block in enumerate(blocks):
        if block.scaled:
            sd = np.sqrt(table[f"Sigma[g{k}:(Intercept),(Intercept)]"].to_numpy())
            scales.append(sd)
            effects = rng.normal(size=(len(table), len(block.basis))) * sd[:, None]
            for level in range(len(block.basis)):
                if (name := f"b[(Intercept) g{k}:{level}]") in table:
                    effects[:, level] = table[name]
            share_out(effects, block, blocks, case, theta)
        else:
            theta[block.name][:, 0] += table[f"x{k}" if block.predictors else "(Intercept)"]
    scale = np.stack(scales, -1) if scales else np.zeros((len(table), 0))
    joined = np.concatenate([theta[b.name] for b in blocks], axis=-1)
    shape = (chains, len(table) // chains, -1)
    return {
        "scale": scale.astype(np.float32).reshape(shape),
        "theta": joined.astype(np.float32).reshape(shape),
    }


def share_out(
    effects: Values,
    block: Block,
    blocks: Sequence[Block],
    case: Case,
    theta: Mapping[str, Values],
) -> None:
    """Add a term's effects (draw, combination) to the coefficients of all terms they belong to.

    Raises
    ------
    ModelError
        If the model has an interaction without a term of one of its predictors.
    """
    levels = case.design.levels
    rest = effects.reshape(-1, *(len(levels[p]) for p in block.predictors))
    axes = tuple(range(1, rest.ndim))
    common = rest.mean(axis=axes)
    theta[next(b.name for b in blocks if not b.predictors)][:, 0] += common
    rest = rest - common.reshape(-1, *(1 for _ in axes))
    for axis, predictor in zip(axes, block.predictors, strict=True) if len(axes) > 1 else ():
        own = next((b for b in blocks if b.predictors == (predictor,) and is_full(b)), None)
        if own is None:
            msg = f"rstanarm: {block.name} needs a term of {predictor}"
            raise ModelError(msg)
        others = tuple(a for a in axes if a != axis)
        main = rest.mean(axis=others)
        theta[own.name][:] += main @ np.linalg.pinv(own.basis).T
        rest = rest - np.expand_dims(main, others)
    theta[block.name][:] += rest.reshape(len(rest), -1) @ np.linalg.pinv(block.basis).T


def is_full(block: Block) -> bool:
    """Return whether a term can hold any effects of its predictor that sum to zero."""
    return block.columns == len(block.basis) - 1
