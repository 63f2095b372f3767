"""A mistake in a user's model file is told with its line, and before anything runs if it can be."""

from typing import Any

import pytest

from sweep.errors import ModelError
from sweep.model.files import load_model
from tests.project import Project

IMPORTS = "from sweep.model import Contrast, Covariate, Intercept, Model, Varying\n"
BUILD = "def build(levels, counts, priors):\n    ...\n"
DATA = "def data(levels, counts):\n    ...\n"
PROBABILITIES = "def probabilities(posterior, cells):\n    ...\n"


def refused(source: str) -> str:
    with pytest.raises(ModelError) as error:
        load_model("mine", source.encode())
    return str(error.value)


def planned(project: Project, terms: str) -> Any:
    """Plan a sweep whose model file returns some terms; line 4 returns them."""
    project.model("mine", f"{IMPORTS}\ndef terms(study, levels):\n    return {terms}\n")
    return project.plan(project.config({"model": "mine"}), limit=1)


@pytest.mark.parametrize(
    ("source", "told"),
    [
        (
            "x = 1\ndef terms(study levels):\n",
            "models/mine.py:2: `def terms(study levels):` is not",
        ),
        ("x = 1\n\ny = 1 / 0\n", "models/mine.py:3: `y = 1 / 0` raised ZeroDivisionError when it"),
        (
            "def f():\n    return nothing\n\nf()\n",
            "models/mine.py:2: `return nothing` raised NameErr",
        ),
    ],
)
def test_a_file_that_cannot_be_loaded_shows_its_line(source: str, told: str) -> None:
    assert refused(source).startswith(told)


@pytest.mark.parametrize(
    ("source", "line", "told"),
    [
        ("def terms(levels):\n    ...\n", 1, "terms(levels) does not fit: too many positional"),
        (
            "\ndef terms(levels, study):\n    ...\n",
            2,
            "terms(levels, study) has 'levels' at another",
        ),
        (BUILD.replace(", priors", "") + PROBABILITIES, 1, "build(levels, counts) does not fit"),
        (
            BUILD + DATA.replace("counts", "*, counts") + PROBABILITIES,
            3,
            "data(levels, counts) does",
        ),
        (BUILD + PROBABILITIES.replace("cells", "cells, x"), 3, "missing a required argument: 'x'"),
        (
            BUILD + PROBABILITIES.replace("posterior, cells", "cells, posterior"),
            3,
            "at another place",
        ),
    ],
)
def test_a_function_with_other_parameters_is_refused_when_the_file_is_read(
    source: str, line: int, told: str
) -> None:
    words = refused(source)

    assert words.startswith(f"models/mine.py:{line}: ")
    assert told in words
    assert "The engine calls " in words


@pytest.mark.parametrize(
    "source",
    [
        "def terms(*given): ...\n",
        "def terms(study, levels, extra=1): ...\ndef data(whatever): ...\n",
        "def terms(s, l): ...\n",
        f"{BUILD}def probabilities(draws, block): ...\n",
        f"build = dict\n{PROBABILITIES}",
    ],
)
def test_a_function_that_can_be_called_is_taken(source: str) -> None:
    load_model("mine", source.encode())


def test_terms_that_raise_show_the_line_before_anything_runs(project: Project) -> None:
    with pytest.raises(ModelError) as error:
        planned(project, "Model((Intercept(study.priors.intercpt),))")

    expected = (
        "models/mine.py:4: `return Model((Intercept(study.priors.intercpt),))`: terms() raised"
    )
    assert str(error.value).startswith(f"{expected} AttributeError")


@pytest.mark.parametrize(
    ("terms", "told"),
    [
        ("None", "terms() returned NoneType, not a Model"),
        ("Model((Intercept(1.0), Contrast('sx', 1.0)))", "'sx', which is not a predictor"),
        ("Model((Intercept(1.0), Contrast('region', 1.0)))", "needs two levels, it has 4"),
        ("Model((Varying(('region',), 1.0),))", "the model has no Intercept"),
        ("Model((Intercept(1.0), Varying('region', 1.0)))", "needs a tuple of predictors"),
        ("Model((Intercept(1.0), 'region'))", "term 1, 'region', is not an Intercept"),
        ("Model((Intercept(-1.0),))", "must be a number above 0"),
        ("Model((Intercept(float('nan')),))", "must be a number above 0"),
        ("Model((Intercept('1'),))", "must be a number above 0"),
        ("Model((Intercept(1.0), Covariate('region', 'income', 1.0)))", "no covariate 'income'"),
        ("Model(Intercept(1.0))", "expected a tuple of terms"),
        ("Model((Intercept(1.0),), 'poisson')", "of likelihood 'poisson': there is 'binomial'"),
    ],
)
def test_terms_that_are_no_model_of_the_predictors_are_refused_before_anything_runs(
    project: Project, terms: str, told: str
) -> None:
    """Each fit would fail for it, one after the other."""
    with pytest.raises(ModelError) as error:
        planned(project, terms)

    assert str(error.value).startswith("models/mine.py:3: terms() returned")
    assert told in str(error.value)
