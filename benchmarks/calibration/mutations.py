"""Mutations: ten bugs that a sweep could have, as edits of a copy of the package."""

import shutil
from dataclasses import dataclass
from pathlib import Path

__all__ = ["MANY", "MUTATIONS", "ROOT", "Edit", "Mutation", "plant"]

ROOT = Path(__file__).resolve().parents[2]
WORLDS = 100  # of a bug that is easy to see
MANY = 300  # of one that is not, and of the package as it is
COPIED = ("sweep", "models", "configs", "benchmarks/calibration", "tests/inference/test_density.py")


@dataclass(frozen=True)
class Edit:
    """A text of one module that stands there exactly once, and what takes its place."""

    module: str
    old: str
    new: str

    def apply(self, package: Path) -> None:
        """Edit the module in a copy of the package.

        Raises
        ------
        ValueError
            If the text is not there exactly once: the module has changed, and so must the edit.
        """
        path = package / f"{self.module}.py"
        text = path.read_text()
        if (times := text.count(self.old)) != 1:
            msg = f"{self.module}.py holds {times} times, not once:\n{self.old}"
            raise ValueError(msg)
        path.write_text(text.replace(self.old, self.new))


@dataclass(frozen=True)
class Mutation:
    """A bug: its name, the edits that plant it, and in how many worlds to look for it."""

    name: str
    edits: tuple[Edit, ...]
    worlds: int = WORLDS


def plant(mutation: Mutation | None, directory: Path) -> None:
    """Copy what a sweep and its gates need into a new directory, and plant a bug in the copy."""
    directory.mkdir(parents=True)
    ignored = shutil.ignore_patterns("__pycache__")
    for name in COPIED:
        source, target = ROOT / name, directory / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=ignored)
        else:
            shutil.copy(source, target)
    for edit in mutation.edits if mutation is not None else ():
        edit.apply(directory / "sweep")


PROBIT = """\
            yes = max(0.5 * math.erfc(-x * 0.7071067811865476), 1e-300)
            no = max(0.5 * math.erfc(x * 0.7071067811865476), 1e-300)
            total += y_i[k] * math.log(yes) + (n_i[k] - y_i[k]) * math.log(no)
            r = y_i[k] / yes - (n_i[k] - y_i[k]) / no
            r *= 0.3989422804014327 * math.exp(-0.5 * x * x)
"""
LOGIT = """\
            total += y_i[k] * x - n_i[k] * (max(x, 0.0) + log1p_of_unit(e))
            r = y_i[k] - n_i[k] * (1.0 if x >= 0 else e) / (1.0 + e)
"""
DENSE = "            g += r\n            g_column[k] += r\n"
SPARSE = "            g += r\n            residual[k] = r\n"

THETA = """\
    theta = np.ascontiguousarray(draws["theta"].reshape(-1, draws["theta"].shape[-1]))
"""
COUNT = "        made = count(prepared.design, outcome, rows, coding, book, seen)\n"

MUTATIONS = (
    Mutation(
        "probit for logit",
        (
            Edit("inference/kernels", LOGIT + DENSE, PROBIT + DENSE),
            Edit("inference/kernels", LOGIT + SPARSE, PROBIT + SPARSE),
            Edit(
                "estimates/poststratify",
                "isinstance(probabilities, OuterSum) and incidence is None",
                "False",
            ),
            Edit(
                "estimates/outer_sum",
                "    np.negative(eta, out=eta)\n",
                "    from scipy.special import ndtr\n\n    eta[:] = ndtr(eta)\n    return eta\n",
            ),
        ),
    ),
    Mutation(
        "a factor's index off by one in poststratification",
        (
            Edit(
                "inference/fast",
                "    return OuterSum(theta, lambda cells: tables_of(grid, cells))\n",
                "    from sweep.data.cells import Cells\n\n"
                '    age = len(grid.levels["age"])\n'
                '    turned = lambda c: Cells({**c.codes, "age": (c.codes["age"] + 1) % age})\n'
                "    return OuterSum(theta, lambda cells: tables_of(grid, turned(cells)))\n",
            ),
        ),
    ),
    Mutation(
        "an effect dropped in poststratification",
        (
            Edit(
                "inference/fast",
                THETA,
                THETA + '    kept = [b.name != "age:education" for b in grid.blocks]\n'
                "    theta = theta * np.repeat(kept, [b.columns for b in grid.blocks])\n",
            ),
        ),
    ),
    Mutation(
        "the Jacobian of the information-weighted effects left out",
        (
            Edit(
                "inference/kernels", "prior += math.log(step[k] / s) -", "prior += -math.log(s) -"
            ),
            Edit(
                "inference/kernels", "t * t / (s * s) - 1 + ratio) / s", "t * t / (s * s) - 1) / s"
            ),
        ),
        worlds=4,  # nothing keeps the scales from 0: a fit takes minutes
    ),
    Mutation(
        "basis not rescaled",
        (Edit("model/effects", "    Q *= np.sqrt(levels / (levels - 1))\n", ""),),
        worlds=MANY,
    ),
    Mutation(
        "n of another outcome",
        (
            Edit(
                "planning/counting",
                COUNT,
                COUNT + "        every = list(there.values())\n"
                "        next_to = every[every.index(outcome) - 1]\n"
                "        other = count(\n"
                "            prepared.design, next_to, rows, codings[next_to.name], book, seen\n"
                "        )\n"
                "        theirs = dict(zip(other.cell, other.n))\n"
                "        for k, cell in enumerate(made.cell):\n"
                "            made.n[k] = max(theirs.get(cell, made.n[k]), made.y[k])\n",
            ),
        ),
    ),
    Mutation(
        "every answer counted twice",
        (
            Edit("data/counts", "        n[there],\n", "        2 * n[there],\n"),
            Edit(
                "data/counts",
                "        people.total(of_yes)[there],\n",
                "        2 * people.total(of_yes)[there],\n",
            ),
        ),
    ),
    Mutation(
        "likelihood switched off",
        (
            Edit("inference/kernels", "    return value + prior\n", "    return prior\n"),
            Edit("inference/kernels", "linear_transposed(g_row, X_row, d[:p])", "d[:p] = 0.0"),
            Edit(
                "inference/kernels", "linear_transposed(g_column, X_column, d[p:])", "d[p:] = 0.0"
            ),
        ),
    ),
    Mutation(
        "an 80 % interval labelled 90 %",
        (Edit("estimates/rows", "(1 - self.interval) / 2", "(1.1 - self.interval) / 2"),),
    ),
    Mutation(
        "momenta too small",
        (
            Edit(
                "inference/split_hmc",
                "w = chain.momenta.standard_normal(",
                "w = 0.8 * chain.momenta.standard_normal(",
            ),
        ),
    ),
)
