"""Effects: every term as columns of a basis plus one prior, over the levels it varies by.

A term on predictors with K1 (and K2) levels owns a basis Q (K1*K2, columns): the effect of a level
combination is ``Q @ theta``. Bases sum to zero over each predictor and are orthogonal, so that the
intercept and the effects do not fight over one constant; they are rescaled by sqrt(K/(K-1)) per
predictor, so that a scale is the standard deviation of one level's effect whatever K is.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sweep.data.levels import Covariates, Levels
from sweep.errors import ModelError
from sweep.model.terms import Contrast, Covariate, Intercept, Model, Term, Varying, term_name
from sweep.words.values import few

__all__ = ["Block", "blocks_of", "coefficient_names", "labels_of", "zero_sum_basis"]


@dataclass(frozen=True)
class Block:
    """One term over the levels it varies by.

    ``basis`` (combinations, columns), combinations in C order of ``predictors``; ``scaled`` says
    whether ``prior`` is the half-normal scale of an unknown sd (True) or a known sd (False).
    """

    name: str
    predictors: tuple[str, ...]
    basis: NDArray[np.float64]
    prior: float
    scaled: bool

    @property
    def columns(self) -> int:
        """Return the number of coefficients."""
        return int(self.basis.shape[1])


def zero_sum_basis(levels: int) -> NDArray[np.float64]:
    """Return an orthogonal basis (levels, levels - 1) of the vectors that sum to zero.

    Rescaled, so that iid Normal(0, s) coefficients give every level's effect the sd s.
    """
    Q: NDArray[np.float64] = np.zeros((levels, levels - 1))
    for j in range(1, levels):
        Q[:j, j - 1] = 1 / np.sqrt(j * (j + 1))
        Q[j, j - 1] = -j / np.sqrt(j * (j + 1))
    Q *= np.sqrt(levels / (levels - 1))
    return Q


def blocks_of(model: Model, levels: Levels, covariates: Covariates) -> tuple[Block, ...]:
    """Return one block per term.

    Raises
    ------
    ModelError
        If a term names an unknown predictor or covariate, a contrast has not two levels, or a name
        appears twice.
    """
    blocks = tuple(block_of(term, levels, covariates) for term in model.terms)
    names = [b.name for b in blocks]
    twice = sorted({n for n in names if names.count(n) > 1})
    if twice:
        msg = f"the model has two terms named {twice[0]!r}: each may appear once"
        raise ModelError(msg)
    if not any(isinstance(t, Intercept) for t in model.terms):
        msg = "the model has no Intercept: add Intercept(3.0) to its terms"
        raise ModelError(msg)
    return blocks


def block_of(term: Term, levels: Levels, covariates: Covariates) -> Block:
    """Return one term's block.

    Raises
    ------
    ModelError
        If a predictor or covariate does not exist, or has other than the levels the term needs.
    """
    name = term_name(term)
    match term:
        case Intercept(sd):
            return Block(name, (), np.ones((1, 1)), sd, scaled=False)
        case Contrast(predictor, sd):
            if level_count(predictor, name, levels) != 2:
                count = len(levels[predictor])
                msg = f"Contrast({predictor!r}) needs two levels, it has {count}: use Varying"
                raise ModelError(msg)
            return Block(name, (predictor,), np.array([[-0.5], [0.5]]), sd, scaled=False)
        case Varying(predictors, scale):
            basis: NDArray[np.float64] = np.ones((1, 1))
            for predictor in predictors:
                one = zero_sum_basis(level_count(predictor, name, levels))
                basis = np.kron(basis, one).astype(np.float64)
            return Block(name, predictors, basis, scale, scaled=True)
        case Covariate(predictor, column, sd):
            level_count(predictor, name, levels)
            columns = covariates.get(predictor, {})
            if column not in columns:
                msg = f"no covariate {column!r} of {predictor!r}: there are {few(sorted(columns))}"
                raise ModelError(msg)
            return Block(name, (predictor,), columns[column][:, None], sd, scaled=False)


def level_count(predictor: str, term: str, levels: Levels) -> int:
    """Return the number of a predictor's levels: two or more.

    Raises
    ------
    ModelError
        If there is no such predictor, or it has one level only.
    """
    if predictor not in levels:
        msg = f"term {term!r} varies by {predictor!r}, which is not a predictor: {sorted(levels)}"
        raise ModelError(msg)
    if len(levels[predictor]) < 2:
        msg = f"term {term!r} varies by {predictor!r}, which has one level only: leave it out"
        raise ModelError(msg)
    return len(levels[predictor])


def labels_of(block: Block, levels: Levels) -> list[str]:
    """Return the label of each level combination, such as ``18-24, North``."""
    labels = [""]
    for predictor in block.predictors:
        labels = [f"{a}, {b}" if a else b for a in labels for b in levels[predictor]]
    return labels


def coefficient_names(blocks: tuple[Block, ...], levels: Levels) -> list[str]:
    """Return the name of each level's effect over all blocks, such as ``region[North]``."""
    names: list[str] = []
    for block in blocks:
        if block.predictors and block.basis.shape[0] > 1 and block.columns > 1:
            names += [f"{block.name}[{label}]" for label in labels_of(block, levels)]
        else:
            names.append(block.name)
    return names
