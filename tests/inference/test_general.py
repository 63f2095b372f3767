"""The general route: what a model file may not do, and what it is told."""

import copy
import json
from typing import Any

import numpy as np
import pytest

from sweep.config import Priors
from sweep.data.cells import Counts, cells_of
from sweep.errors import ModelError
from sweep.inference.compilation import Prepared, prepare_model, refuse_large, with_counts
from sweep.inference.general import file_probabilities
from sweep.model.files import ModelFile, load_model
from sweep.model.priors import Noted, unread_priors
from sweep.planning.model_files import project_folder

LEVELS = {"sex": ("female", "male"), "region": ("north", "south", "west")}
INDEX = np.arange(6, dtype=np.int64)
COUNTS = Counts(INDEX, cells_of(INDEX, LEVELS), np.arange(6.0), np.full(6, 9.0))
DRAWS = {"alpha": np.zeros((2, 5), np.float32), "beta": np.zeros((2, 5, 3), np.float32)}

BUILD = """
import numpy as np
import pymc as pm

def build(levels, counts, priors):
    with pm.Model() as model:
        y, n = pm.Data("y", counts.y), pm.Data("n", counts.n)
        alpha = pm.Normal("alpha", 0, priors["intercept"])
        pm.Potential("answers", (y * alpha - n * pm.math.log1pexp(alpha)).sum())
    return model
"""
DATA = """
def data(levels, counts):
    return {"y": counts.y, "n": counts.n}
"""
PROBABILITIES = """
def probabilities(posterior, cells):
    return np.full((posterior.sizes["draw"], len(cells)), 0.5)
"""


def file(build: str = BUILD, data: str = DATA, probabilities: str = PROBABILITIES) -> ModelFile:
    return load_model("mine", (build + data + probabilities).encode())


def prepare(made: ModelFile) -> Prepared:
    return prepare_model(made, LEVELS, COUNTS, {"intercept": 3.0})


def test_an_error_in_build_names_the_file_and_the_function() -> None:
    broken = BUILD.replace('priors["intercept"]', 'priors["interccept"]')
    with pytest.raises(
        ModelError,
        match=r"models/mine\.py:8: `alpha = pm.Normal.*interccept.*`: build\(\) raised KeyError",
    ):
        prepare(file(build=broken))


@pytest.mark.parametrize(
    ("priors", "idle"),
    [
        ({"contrast": 2.0}, "contrast"),
        ({"scales": {"region": 0.7}}, r"scales\.region"),
        ({"scale": 0.9, "scales": {"region": 0.7}}, "scale"),
    ],
)
def test_a_prior_that_build_does_not_read_is_refused(priors: dict[str, Any], idle: str) -> None:
    with pytest.raises(ModelError, match=rf"build\(\) does not read study\.priors\.{idle}, so"):
        prepare_model(file(), LEVELS, COUNTS, {"intercept": 3.0, **priors})


def test_the_template_refuses_the_scale_of_a_contrast() -> None:
    template = load_model("pymc_mrp", (project_folder("models") / "pymc_mrp.py").read_bytes())
    priors = Priors(scales={"sex": 0.7, "region": 0.7}).model_dump()
    with pytest.raises(ModelError, match=r"does not read study\.priors\.scales\.sex, so"):
        prepare_model(template, LEVELS, COUNTS, priors)


@pytest.mark.parametrize(
    "read",
    [
        lambda p: (p["contrast"], p["scales"]["sex"]),
        lambda p: (p.get("contrast"), p.get("scales").get("sex", 1)),
        lambda p: {**p, **p["scales"]},
        lambda p: (dict(p), dict(p["scales"])),
        lambda p: (list(p), list(p["scales"].values())),
        json.dumps,
        copy.deepcopy,
        lambda p: (p | {}, p["scales"] | {}),
    ],
)
def test_a_prior_is_read_however_it_is_taken(read: Any) -> None:
    noted = Noted({"contrast": 2.0, "scales": {"sex": 0.7}})
    assert ["contrast", "scales.sex"] == unread_priors(noted)
    read(noted)
    assert [] == unread_priors(noted)
    assert {"contrast": 2.0, "scales": {"sex": 0.7}} == noted


def test_priors_as_by_default_may_be_left_unread() -> None:
    assert [] == unread_priors(Noted(Priors().model_dump()))


def test_build_returns_a_pymc_model() -> None:
    with pytest.raises(ModelError, match=r"build\(\) returned NoneType, expected pm\.Model"):
        prepare(file(build=BUILD.replace("return model", "return None")))


@pytest.mark.parametrize("kept", ["counts.y", "len(counts.n)", "counts.cells['region'].sum()"])
def test_a_model_that_keeps_numbers_of_its_first_outcome_is_refused(kept: str) -> None:
    keeps = BUILD.replace("y * alpha", f"({kept} + 0 * y) * alpha")
    with pytest.raises(ModelError, match=r"build\(\) puts numbers of the counts into the model"):
        prepare(file(build=keeps))


def test_a_stored_variable_has_the_same_shape_for_every_outcome() -> None:
    """A Deterministic per cell would be as long as the outcome has cells."""
    longer = BUILD.replace(
        "    return model", '        pm.Deterministic("p", alpha + y)\n    return model'
    )
    with pytest.raises(ModelError, match=r"the shape of 'p' depends on the outcome"):
        prepare(file(build=longer))


def test_an_error_in_data_names_the_file_and_the_function() -> None:
    prepared = Prepared(None, {}, frozenset({"y", "n"}))
    with pytest.raises(
        ModelError, match=r"models/mine\.py:13: `.* .*`: data\(\) raised AttributeError"
    ):
        with_counts(prepared, file(data=DATA.replace("counts.n", "counts.m")), LEVELS, COUNTS)


def test_want_of_memory_is_not_the_models_fault() -> None:
    prepared = Prepared(None, {}, frozenset({"y", "n"}))
    greedy = DATA.replace("return", "raise MemoryError('80 GB') #")
    with pytest.raises(
        MemoryError, match=r"models/mine\.py:13: `.* .*`: data\(\) raised MemoryError: 80 GB"
    ):
        with_counts(prepared, file(data=greedy), LEVELS, COUNTS)


@pytest.mark.parametrize("left", ["return {'y': counts.y}", "return {'y': 1, 'n': 1, 'm': 1}"])
def test_data_returns_exactly_the_models_data(left: str) -> None:
    """What data() leaves out would stay the first outcome's."""
    prepared = Prepared(None, {}, frozenset({"y", "n"}))
    changed = f"def data(levels, counts):\n    {left}\n"
    with pytest.raises(ModelError, match=r"data\(\) returned .* but the model's pm\.Data are"):
        with_counts(prepared, file(data=changed), LEVELS, COUNTS)


def test_data_returns_a_dict() -> None:
    prepared = Prepared(None, {}, frozenset({"y", "n"}))
    changed = "def data(levels, counts):\n    return [counts.y, counts.n]\n"
    with pytest.raises(ModelError, match=r"data\(\) returned list, expected a dict of arrays"):
        with_counts(prepared, file(data=changed), LEVELS, COUNTS)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("np.full((3, 6), 0.5)", r"shape \(3, 6\), expected \(draw, cell\) = \(10, 6\)"),
        ("np.full((10, 6), 1.5)", r"values outside \[0, 1\]: 1\.5 to 1\.5"),
        ("np.linspace(0.5, 1.5, 60).reshape(10, 6)", r"values outside \[0, 1\]: 0\.5 to 1\.5"),
        ("np.full((10, 6), -0.5)", r"values outside \[0, 1\]: -0\.5 to -0\.5"),
        ("np.full((10, 6), np.nan)", r"values outside \[0, 1\]: nan to nan"),
        ("np.full((10, 6), 'often')", r"values of type <U5, expected numbers"),
        ("posterior['gamma']", r"raised KeyError"),
    ],
)
def test_probabilities_are_checked_where_they_are_made(body: str, said: str) -> None:
    wrong = f"def probabilities(posterior, cells):\n    return {body}\n"
    of = file_probabilities(file(probabilities=wrong), DRAWS)
    with pytest.raises(ModelError, match=r"models/mine\.py:\d+: .*probabilities\(\).*" + said):
        of(COUNTS.cells)


def test_probabilities_see_chains_one_after_another() -> None:
    draws = {"alpha": np.array([[0.1, 0.2], [0.3, 0.4]], np.float32)}
    body = "posterior['alpha'].to_numpy()[:, None] + np.zeros(len(cells))"
    made = file(probabilities=f"def probabilities(posterior, cells):\n    return {body}\n")
    expected = np.tile(np.array([0.1, 0.2, 0.3, 0.4], np.float32), (6, 1))
    np.testing.assert_array_equal(expected, file_probabilities(made, draws)(COUNTS.cells))


def test_names_of_stored_numbers_follow_the_arrays_order() -> None:
    prepared = Prepared(None, {"beta": (2, 2), "alpha": ()}, frozenset())
    expected = ["beta[0, 0]", "beta[0, 1]", "beta[1, 0]", "beta[1, 1]", "alpha"]
    assert expected == prepared.element_names()


def test_a_value_per_cell_and_draw_is_refused_with_its_name() -> None:
    with pytest.raises(ModelError, match=r"stores 40,801 numbers per draw.*'p' alone has 40,800"):
        refuse_large(file(), {"alpha": (), "p": (40_800,)})


@pytest.mark.slow
def test_data_of_another_rank_is_refused() -> None:
    prepared = prepare(file())
    assert {"alpha": ()} == dict(prepared.stored)
    changed = DATA.replace("counts.y,", "counts.y[:, None],")
    with pytest.raises(ModelError, match=r"data\(\) does not fit .* must have rank 1"):
        with_counts(prepared, file(data=changed), LEVELS, COUNTS)
