"""Model: terms as data; this module hands out all that a model file imports."""

from sweep.data.cells import Cells, Counts
from sweep.data.levels import Levels
from sweep.model.terms import Contrast, Covariate, Intercept, Model, Term, Varying

__all__ = [
    "Cells",
    "Contrast",
    "Counts",
    "Covariate",
    "Intercept",
    "Levels",
    "Model",
    "Term",
    "Varying",
]
