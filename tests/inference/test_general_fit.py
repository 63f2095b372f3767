"""The general route around a model: whose data it is given, what decides on the fit, what is told.

Model and sampler are made up: a real one compiles for seconds. `tests/engine` runs real ones.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from sweep.data.cells import Counts, cells_of
from sweep.errors import ModelError
from sweep.inference.checkpoints import Target
from sweep.inference.compilation import Prepared
from sweep.inference.general import Compiled, fit_general, start_in_words
from sweep.inference.sample import Settings
from sweep.model.files import ModelFile, load_model

LEVELS = {"sex": ("female", "male"), "region": ("north", "south", "west")}
INDEX = np.arange(6, dtype=np.int64)
SOURCE = """
import numpy as np

def build(levels, counts, priors):
    raise AssertionError("the model is made up")

def data(levels, counts):
    return {"y": counts.y, "n": counts.n}

def probabilities(posterior, cells):
    share = 1 / (1 + np.exp(-posterior["alpha"].to_numpy()))
    return share[:, None] * np.where(cells["sex"] == 1, 0.5, 1.0)
"""
TARGET = Target(Settings(draws=300, tune=50, chains=2, target_accept=0.8), 100, 7, "q")


def file(source: str = SOURCE) -> ModelFile:
    return load_model("mine", source.encode())


def counts(yes: float) -> Counts:
    return Counts(INDEX, cells_of(INDEX, LEVELS), np.full(6, yes), np.full(6, 9.0))


@dataclass
class Model:
    """What nutpie makes of a model, and whose data it was given last."""

    given: Mapping[str, Any]
    shared_var_keys: tuple[SimpleNamespace, ...] = (SimpleNamespace(name="y"),)

    def with_data(self, **arrays: Any) -> "Model":
        """Return the model with other data."""
        return Model(arrays)


class Values(np.ndarray[Any, Any]):
    """An array, as xarray has it."""

    def to_numpy(self) -> NDArray[Any]:
        """Return the plain array."""
        return np.asarray(self)


@dataclass
class Desk:
    """What was compiled for whom, and which data the sampler was given."""

    compiled: list[Counts] = field(default_factory=list)
    sampled: list[Mapping[str, Any]] = field(default_factory=list)
    wrong: str = ""

    def prepare(self, made: ModelFile, levels: Any, given: Counts, *_: Any) -> Prepared:
        """Compile."""
        self.compiled.append(given)
        return Prepared(Model({"y": given.y}), {"alpha": ()}, frozenset({"y", "n"}))

    def run(self, model: Model, settings: Settings, seed: int, watch: Any) -> Any:
        """Sample: normal draws about the logit of the mean answer it was given."""
        if self.wrong:
            raise ModelError(self.wrong)
        self.sampled.append(model.given)
        rng, shape = np.random.default_rng(seed), (settings.chains, settings.draws)
        draws = rng.normal(np.mean(model.given["y"]) - 3, 0.1, shape)
        statistics = {
            "diverging": np.zeros(shape, bool),
            "maxdepth_reached": np.zeros(shape, bool),
            "energy": rng.normal(size=shape),
        }
        return SimpleNamespace(
            posterior={"alpha": draws.view(Values)},
            sample_stats={name: values.view(Values) for name, values in statistics.items()},
        )


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    made, module = Desk(), sys.modules[fit_general.__module__]
    monkeypatch.setattr(module, "prepare_model", made.prepare)
    monkeypatch.setattr(module, "run_nuts", made.run)
    return made


def test_one_compilation_serves_all_outcomes_each_with_its_own_data(desk: Desk) -> None:
    made, compiled = file(), Compiled()
    fits = [fit_general(made, LEVELS, counts(y), {}, TARGET, compiled) for y in (2.0, 5.0)]
    assert 1 == compiled.compilations == len(desk.compiled)
    assert [2.0, 5.0] == [given["y"][0] for given in desk.sampled]
    means = [fit.draws["alpha"].mean() for fit in fits]
    assert means == pytest.approx([-1.0, 2.0], abs=0.05)
    for levels, priors in (({**LEVELS, "sex": ("f", "m")}, {}), (LEVELS, {"intercept": 1.0})):
        before = compiled.compilations
        fit_general(made, levels, counts(2.0), priors, TARGET, compiled)
        assert before + 1 == compiled.compilations


def test_a_file_that_does_not_say_what_to_swap_is_compiled_for_every_outcome(desk: Desk) -> None:
    made, compiled = file(SOURCE.replace("def data", "def other")), Compiled()
    for yes in (2.0, 5.0):
        fit_general(made, LEVELS, counts(yes), {}, TARGET, compiled)
    assert 2 == compiled.compilations
    assert [2.0, 5.0] == [given.y[0] for given in desk.compiled]
    assert [2.0, 5.0] == [given["y"][0] for given in desk.sampled]


def test_what_decides_on_a_fit_is_what_is_stored_and_the_margins(desk: Desk) -> None:
    """A chain whose probabilities stand still is found by name, though its numbers move."""
    still = SOURCE.replace("share[:, None]", "np.where(share > 2, share, 0.5)[:, None]")
    fit = fit_general(file(still), LEVELS, counts(3.0), {}, TARGET, Compiled())
    assert "ok" == fit.status
    broken = SOURCE.replace(
        "share[:, None]", "np.repeat([0.2, 0.7], len(share) // 2)[:, None] + 0 * share[:, None]"
    )
    fit = fit_general(file(broken), LEVELS, counts(3.0), {}, TARGET, Compiled())
    assert "flagged" == fit.status
    assert any("margin the total" in reason for reason in fit.diagnostics.reasons)
    assert 2 == len(fit.remedies)
    alpha = fit.draws["alpha"]
    assert (np.dtype(np.float32), 2) == (alpha.dtype, len(alpha))


def density(value: float, *gradient: float, failed: int = 1) -> Any:
    """Return a model whose density is ``value`` at the one point where it starts."""

    def evaluate(size: int, point: Any, slope: Any, found: Any, _: Any) -> int:
        assert [1.0, 2.0] == point[:size]
        slope[0], slope[1] = gradient
        found[0] = value
        return failed

    return SimpleNamespace(
        initial_point_func=lambda seed: [1, 2],
        compiled_logp_func=SimpleNamespace(ctypes=evaluate),
        user_data=np.zeros(1),
    )


def test_a_start_that_has_no_density_is_told_with_its_value() -> None:
    assert "" == start_in_words(density(-3.0, 1.0, 1.0, failed=0), 1)
    told = start_in_words(density(-np.inf, 1.0, 1.0), 1)
    assert told.startswith("no chain can start: there, the log density is -inf. Look for")
    told = start_in_words(density(-3.0, 1.0, np.nan), 1)
    assert told.startswith("no chain can start: there, the gradient of the log density is nan.")


def test_what_the_sampler_refuses_names_the_file_and_the_density_or_its_own_words(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.wrong = "all initialization points failed"
    said = ["no chain can start: there, the log density is -inf", ""]
    monkeypatch.setattr(
        sys.modules[fit_general.__module__], "start_in_words", lambda *_: said.pop(0)
    )
    for words in ("no chain can start: there, the log density", "all initialization points"):
        with pytest.raises(ModelError, match=rf"^models/mine\.py: {words}"):
            fit_general(file(), LEVELS, counts(2.0), {}, TARGET, Compiled())
