"""A plan's bytes: measured on stored results of the same shape, else worked out."""

from dataclasses import replace
from typing import Any

import pytest

from sweep.model.terms import Contrast, Covariate, Intercept, Model, Varying, as_json
from sweep.planning.forecast import forecast, parameters_of
from sweep.store import Store
from tests.client.test_resume import stubs
from tests.project import Project

LEVELS = [["sex", ["F", "M"]], ["age", list("abc")], ["region", list("abcd")]]


def test_parameters_are_columns_and_scales() -> None:
    """1 + 1 + 1, (3 - 1) + 1, and (3 - 1) (4 - 1) + 1."""
    terms = (
        *(Intercept(1.0), Contrast("sex", 1.0), Covariate("region", "income", 1.0)),
        *(Varying(("age",), 1.0), Varying(("age", "region"), 1.0)),
    )
    assert (13, True) == parameters_of({"model": as_json(Model(terms)), "levels": LEVELS})
    assert (1, True) == parameters_of({"model": "stub"})
    guess, known = parameters_of({"model": {"file": "x"}, "levels": LEVELS})
    assert (9 < guess, False) == (True, known)


def added(store: Store, kind: str) -> int:
    """Return the bytes that lie under a kind's directory."""
    return sum(store.size(name) or 0 for name in store.list(f"{kind}/"))


@pytest.mark.sampling
def test_a_forecast_is_near_what_a_run_then_adds(project: Project) -> None:
    """Before anything is stored, and from what is; of tables it knows less beforehand."""
    store, plan = project.plan(stubs(project, 4))
    before = forecast(store, plan)
    assert 0 == before.fits_measured
    project.sweep(stubs(project, 4))
    real = {kind: added(store, kind) for kind in ("fits", "estimates", "tasks")}
    assert real["fits"] == pytest.approx(before.bytes["fits"], rel=0.4)
    assert real["estimates"] == pytest.approx(before.bytes["estimates"], rel=0.4)
    assert real["tasks"] == before.bytes["tasks"]
    _, more = project.plan(stubs(project, 8))
    after = forecast(store, more)
    assert 4 == after.fits_measured
    assert {"fits": "4 stored fits of this shape"}.items() <= after.sources.items()
    assert {k: real[k] for k in ("fits", "estimates")} == pytest.approx(
        {k: after.bytes[k] for k in ("fits", "estimates")}, rel=0.01
    )


def test_what_is_stored_costs_nothing(project: Project) -> None:
    _, plan = project.plan(stubs(project, 2))
    taken = tuple(replace(entry, action="taken") for entry in plan.entries)
    plan = replace(plan, record=replace(plan.record, entries=taken))
    nothing: dict[str, Any] = dict.fromkeys(("fits", "estimates", "tasks", "report"), 0)
    assert nothing == forecast(project.plan()[0], plan).bytes
