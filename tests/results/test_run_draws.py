"""Draws of several outcomes: as many of one as of another, chosen and grouped as estimates are."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import sweep
from sweep.inference.posterior import thin
from tests.project import OUTCOMES, project_in, survey_of
from tests.support.here import swept_here

FIRST = 110  # draws per chain at the first checkpoint; some of the stubs go on to 220
TAGS = {"aware": ["funnel"], "bought": ["funnel", "sales"], "liked": ["image"]}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> sweep.Run:
    project = project_in(tmp_path_factory.mktemp("draws") / "project")
    project.write("survey.csv", survey_of().assign(unasked=None))
    rules: list[dict[str, Any]] = [
        {"name": name, "success": ["Yes"], "tags": TAGS[name]} for name in OUTCOMES
    ]
    rules.append({"name": "unasked", "success": ["Yes"], "tags": ["image"]})
    study = {
        "model": "stub",
        "outcomes": rules,
        "groups": [
            [],
            ["region"],
            ["married"],
            {"young_east": "age_band < '35-54' and region == 'East'"},
        ],
        "sampler": {"draws": FIRST},
    }
    store, run = swept_here(project, project.config(study))
    opened = sweep.open(run, store.url)
    lengths = opened.fits().set_index("outcome")["draws"]
    assert lengths["aware"] == 4 * FIRST, "the tests below need fits that differ in length"
    assert lengths["bought"] == 8 * FIRST
    return opened


def test_two_outcomes_compared_by_hand_are_compared_draw_by_draw(run: sweep.Run) -> None:
    """Of draws that differ in number, pandas makes pairs of a number and nothing."""
    aware, bought = run.draws("aware"), run.draws("bought")

    assert aware["value"].min() > bought["value"].max()
    assert 1.0 == (aware["value"] - bought["value"] > 0).mean()
    pd.testing.assert_frame_equal(aware[["chain", "draw"]], bought[["chain", "draw"]])
    assert list(range(FIRST)) == sorted(bought["draw"].unique())


def test_draws_of_several_outcomes_stand_side_by_side(run: sweep.Run) -> None:
    drawn = run.draws(["aware", "bought"], by=["region"])

    assert ["outcome", "chain", "draw", "region", "value"] == list(drawn.columns)
    wide = drawn.pivot(index=["chain", "draw", "region"], columns="outcome", values="value")
    assert (4 * FIRST * 4, 2) == wide.shape
    assert not wide.isna().to_numpy().any()
    assert (wide["aware"] > wide["bought"]).all()


def test_thinned_draws_are_spaced_evenly_over_all_of_a_chain(run: sweep.Run) -> None:
    every = run.draws("bought", all_draws=True)

    np.testing.assert_allclose(
        every[every["draw"] % 2 == 0]["value"], run.draws("bought")["value"], rtol=1e-6
    )
    assert [0, 1, 3, 4] == list(thin({"a": np.arange(6, dtype=np.float32)[None]}, 4)["a"][0])


def test_all_draws_average_to_the_estimates(run: sweep.Run) -> None:
    for outcome in OUTCOMES:
        every = run.draws(outcome, all_draws=True)
        mean = run.estimates(by=[], outcomes=outcome)["mean"].item()
        assert run.fits().set_index("outcome")["draws"][outcome] == len(every)
        assert mean == pytest.approx(every["value"].mean(), abs=1e-6)


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("aware", ["aware"]),
        (["liked", "aware"], ["aware", "liked"]),
        ("[al]*", ["aware", "liked"]),
        ("tag:funnel", ["aware", "bought"]),
        (["tag:sales", "li*"], ["bought", "liked"]),
        ("status:ok", ["aware", "bought", "liked"]),
    ],
)
def test_outcomes_are_chosen_as_for_estimates(run: sweep.Run, asked: Any, meant: Any) -> None:
    assert meant == list(run.draws(asked)["outcome"].unique())
    assert meant == list(run.estimates(by=[], outcomes=asked)["outcome"])


def test_what_a_pattern_selects_without_a_posterior_is_told(run: sweep.Run) -> None:
    with pytest.warns(UserWarning, match=r"no posterior: unasked \(failed\)"):
        assert ["liked"] == list(run.draws("tag:image")["outcome"].unique())
    with pytest.warns(UserWarning, match="unasked"):
        assert list(OUTCOMES) == list(run.draws()["outcome"].unique())
    with pytest.raises(sweep.UsageError, match="'unasked' has no posterior: failed, nobody asked"):
        run.draws(["aware", "unasked"])
    with pytest.raises(sweep.UsageError, match="'unasked' has no posterior: failed, nobody asked"):
        run.draws("un*")
    with pytest.raises(sweep.UsageError, match="'unasked' has no posterior: failed, nobody asked"):
        run.posterior("unasked")


def test_a_named_group_has_its_draws(run: sweep.Run) -> None:
    drawn = run.draws("aware", group="young_east", all_draws=True)

    assert ["outcome", "chain", "draw", "group", "value"] == list(drawn.columns)
    assert {"young_east"} == set(drawn["group"])
    mean = run.estimates(group="young_east", outcomes="aware")["mean"].item()
    assert mean == pytest.approx(drawn["value"].mean(), abs=1e-6)


def test_any_combination_of_variables_groups_draws(run: sweep.Run) -> None:
    """Also one that the config does not list, and one with a variable of groups only."""
    drawn = run.draws("aware", by=["married", "sex", "age_band"])

    assert ["outcome", "chain", "draw", "married", "sex", "age_band", "value"] == list(
        drawn.columns
    )
    assert 2 * 2 * 3 * 4 * FIRST == len(drawn)


def test_what_matches_nothing_is_refused_with_what_there_is(run: sweep.Run) -> None:
    with pytest.raises(sweep.UsageError, match="Did you mean 'young_east'"):
        run.draws("aware", group="young_eats")
    with pytest.raises(sweep.UsageError, match="both given"):
        run.draws("aware", by=[], group="young_east")
    with pytest.raises(sweep.UsageError, match=r"as in by=\['region'\]"):
        run.draws("aware", by="region")
    with pytest.raises(sweep.UsageError, match="Did you mean 'funnel'"):
        run.draws("tag:funel")
    with pytest.raises(sweep.UsageError, match=r"outcomes=\[\] asks for nothing"):
        run.draws([])


def test_an_outcome_is_found_by_its_name_whatever_it_is_called(tmp_path: Path) -> None:
    """A name with brackets is a glob that does not match itself."""
    project = project_in(tmp_path / "project")
    rules = [{"name": "q[1]", "column": "aware", "success": ["Yes"]}]
    study = {"model": "stub", "outcomes": rules, "sampler": {"draws": 120}}
    store, run = swept_here(project, project.config(study))
    opened = sweep.open(run, store.url)

    assert ["q[1]"] == list(opened.estimates(by=[], outcomes="q[1]")["outcome"])
    assert ["q[1]"] == list(opened.draws("q[1]")["outcome"].unique())
