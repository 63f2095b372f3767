"""Frame: the population's cells with their sizes, split by the further variables groups use."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sweep.data.cells import decode, encode_codes, occurring_combinations
from sweep.data.levels import Levels, encode_column
from sweep.keys import arrays_digest, digest

__all__ = ["Frame", "frame_of"]


@dataclass(frozen=True)
class Frame:
    """One row per cell and combination of further variables that has people, ascending by cell.

    ``cell`` (row,) is the cell's number on the grid of predictors; ``codes`` (row, variable) the
    levels of the further variables; ``size`` (row,) the number of people.
    """

    levels: Levels
    further: Levels
    cell: NDArray[np.int64]
    codes: NDArray[np.int32]
    size: NDArray[np.float64]

    def digest(self) -> str:
        """Return the frame's identity."""
        names = [[name, list(labels)] for name, labels in self.variables().items()]
        return digest([names, arrays_digest(self.arrays())])

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return the arrays by name, as they are stored."""
        return {"cell": self.cell, "codes": self.codes, "size": self.size}

    def variables(self) -> dict[str, tuple[str, ...]]:
        """Return the levels of every variable, predictors first."""
        return {**self.levels, **self.further}

    def rows(self, which: NDArray[np.int64]) -> "Frame":
        """Return some of the rows."""
        arrays = {name: array[which] for name, array in self.arrays().items()}
        return Frame(self.levels, self.further, **arrays)

    def column(self, variable: str) -> NDArray[np.int32]:
        """Return the level codes (row,) of one variable."""
        if variable in self.further:
            return self.codes[:, list(self.further).index(variable)]
        return decode(self.cell, self.levels)[variable]

    def as_estimated(self, cell: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the cells (cell,) that people of some cells are in once they are in the frame.

        A predictor that is the same for everybody is a nuisance, which the population lacks: who
        answered by telephone has answered, though all are estimated as on the web.
        """
        own, asked = decode(self.cell, self.levels), decode(cell, self.levels)
        moved = {
            name: np.full_like(asked[name], codes[0])
            if len(codes) and (codes == codes[0]).all()
            else asked[name]
            for name, codes in own.items()
        }
        return encode_codes(moved, self.levels)

    def labels(self, variables: Sequence[str]) -> dict[str, pd.Series]:
        """Return the labels (row,) of some variables, for an expression to be evaluated on."""
        names = self.variables()
        return {
            v: pd.Series(pd.Categorical.from_codes(self.column(v), pd.Index(names[v])))
            for v in variables
        }


def frame_of(
    people: pd.DataFrame, levels: Mapping[str, tuple[str, ...]], further: Levels, size: str
) -> Frame:
    """Sum the population's sizes over everything but the predictors and the further variables."""
    codes = {
        name: encode_column(people[name], name, labels)
        for name, labels in {**levels, **further}.items()
    }
    first, place = occurring_combinations(list(codes.values()), len(people))
    total = np.bincount(place, people[size].to_numpy(float), len(first))
    cell = encode_codes({name: codes[name][first] for name in levels}, levels)
    columns = [codes[name][first] for name in further]
    stacked = np.stack(columns, axis=1) if columns else np.zeros((len(first), 0), np.int32)
    return Frame(dict(levels), dict(further), cell, stacked, total)
