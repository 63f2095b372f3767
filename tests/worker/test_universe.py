"""A screener is modelled, and all other estimates are of those who qualify."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from sweep.artifacts.artifact import read
from sweep.artifacts.contents import get_draws, get_sums
from sweep.artifacts.tasks import read_task
from sweep.data.cells import cells_of
from sweep.errors import ConfigError, DataError
from sweep.estimates.formats import from_parquet
from sweep.planning.plan import Plan
from sweep.worker.incidence import Incidence
from sweep.worker.memory import Memory
from sweep.worker.task import probabilities_of
from tests.project import Project, meta_of, population_of, survey_of

STUDY: dict[str, Any] = {"model": "stub", "survey": {"universe": "buys == 'yes'"}}


@pytest.fixture
def screened(project: Project) -> Project:
    """A project in whose survey some qualify, some do not, and of some it is not known."""
    rng = np.random.default_rng(6)
    rows = survey_of()
    buys = rng.choice(["yes", "no", ""], len(rows), p=[0.4, 0.5, 0.1])
    project.write("survey.csv", rows.assign(buys=buys))
    return project


def plan_of(project: Project, study: dict[str, Any] = STUDY, **how: Any) -> Plan:
    return project.plan(project.config(study), **how)[1]


def survey(project: Project) -> pd.DataFrame:
    return pd.read_csv(project.directory / "survey.csv")


def test_who_qualifies_is_an_outcome_of_all_in_whom_it_is_known(screened: Project) -> None:
    store, plan = screened.plan(screened.config(STUDY))
    first, *others = plan.entries
    rows = survey(screened)
    assert ("universe", ["aware", "bought", "liked"]) == (first.name, [e.name for e in others])
    sums = get_sums(store, first.counts)
    assert rows["buys"].notna().sum() == sums.n.sum()
    assert (rows["buys"] == "yes").sum() == sums.y.sum()


def test_other_outcomes_are_asked_of_those_who_qualify(screened: Project) -> None:
    store, plan = screened.plan(screened.config(STUDY))
    rows = survey(screened).query("buys == 'yes'")
    for entry in plan.entries[1:]:
        sums = get_sums(store, entry.counts)
        assert len(rows) == sums.n.sum()
        assert (rows[entry.name] == "Yes").sum() == sums.y.sum()


def test_screen_outs_stay_among_the_respondents(screened: Project) -> None:
    assert 300 == len(plan_of(screened).prepared.design.respondents.cell)


def test_an_outcomes_own_base_counts_as_well(screened: Project) -> None:
    rule = {"name": "aware", "success": ["Yes"], "base": "sex == 'Male' or liked == 'Yes'"}
    store, plan = screened.plan(screened.config({**STUDY, "outcomes": [rule]}))
    rows = survey(screened).query("buys == 'yes' and (sex == 'Male' or liked == 'Yes')")
    assert len(rows) == get_sums(store, plan.entries[1].counts).n.sum()


def test_estimates_depend_on_who_qualifies_and_fits_do_not(screened: Project) -> None:
    """Another screener of the same buyers: the answers are the same, the incidence is not."""
    before = plan_of(screened)
    rows = survey(screened)
    rows.loc[rows["buys"].isna(), "buys"] = "no"
    screened.write("survey.csv", rows)
    after = plan_of(screened)
    for old, new in zip(before.entries, after.entries, strict=True):
        assert (old.fit_key == new.fit_key) == (old.name != "universe")
        assert old.key != new.key


def test_who_qualifies_is_needed_whatever_is_selected(screened: Project) -> None:
    assert ["universe", "liked"] == [e.name for e in plan_of(screened, patterns=["liked"]).entries]
    assert ["universe", "aware"] == [
        e.name for e in plan_of(screened, patterns=["aware", "liked"], limit=1).entries
    ]


@pytest.mark.sampling
def test_a_sweep_estimates_those_who_qualify_draw_by_draw(screened: Project) -> None:
    """From the stored draws of both fits, by the definition; shares are of those who qualify."""
    study = {"survey": STUDY["survey"], "outcomes": [{"name": "aware", "success": ["Yes"]}]}
    swept = screened.sweep(screened.config(study))
    task, frame = (
        read_task(swept.store, swept.plan.entries[1].key),
        swept.plan.prepared.design.frame,
    )
    who = task.of_universe()
    assert who is not None
    memory, cells = Memory(), cells_of(frame.cell, frame.levels)
    p, i = (
        probabilities_of(swept.store, t, get_draws(swept.store, t.fit_key), memory)(cells)
        for t in (task, who)
    )
    assert p.shape == i.shape
    rows = from_parquet(read(swept.store, "estimates", task.key).payload["estimates.parquet"])
    qualify = frame.size[:, None] * i
    for region, row in rows.set_index("region").iterrows():
        here = np.ones(len(frame.size), bool)
        if isinstance(region, str):
            here = frame.column("region") == frame.levels["region"].index(region)
        drawn = (qualify * p)[here].sum(axis=0) / qualify[here].sum(axis=0)
        assert drawn.mean() == pytest.approx(row["mean"], rel=1e-5)
        assert drawn.std(ddof=1) == pytest.approx(row["sd"], rel=1e-3)
        assert qualify[here].mean(axis=1).sum() / qualify.mean(axis=1).sum() == pytest.approx(
            row["share"], rel=1e-5
        )


@pytest.mark.sampling
def test_who_qualifies_and_is_of_interest_is_recovered_where_the_naive_frame_misses(
    project: Project,
) -> None:
    """Qualifying grows with age, and so does the answer; the census holds everybody."""
    rng, rows = np.random.default_rng(11), survey_of(6000, seed=9)
    band = pd.cut(rows["age"], [18, 35, 55, 99], right=False, labels=False).to_numpy(int)
    chance, answer = np.array([0.1, 0.3, 0.8]), np.array([0.2, 0.4, 0.7])
    buys = rng.random(len(rows)) < chance[band]
    said = np.where(rng.random(len(rows)) < answer[band], "Yes", "No")
    project.write("survey.csv", rows.assign(buys=np.where(buys, "yes", "no"), aware=said))
    people = population_of().groupby("age")["n"].sum().to_numpy()
    truth = (people * chance * answer).sum() / (people * chance).sum()
    outcomes = [{"name": "aware", "success": ["Yes"]}]
    found = {}
    for name, survey in {"model": STUDY["survey"], "naive": {"filter": "buys == 'yes'"}}.items():
        swept = project.sweep(project.config({"survey": survey, "outcomes": outcomes}))
        key = swept.plan.entries[-1].key
        rows = from_parquet(read(swept.store, "estimates", key).payload["estimates.parquet"])
        found[name] = rows[rows["region"].isna()].iloc[0]
    assert abs(found["model"]["mean"] - truth) < 3 * found["model"]["sd"]
    assert abs(found["model"]["mean"] - truth) < 0.03
    assert abs(found["naive"]["mean"] - truth) > 0.08


def test_a_doubt_about_who_qualifies_is_a_doubt_about_the_rest() -> None:
    fine = Incidence(lambda cells: np.ones((len(cells), 1), np.float32), meta_of())
    doubted = Incidence(fine.probabilities, {**meta_of("flagged", "R-hat"), "outcome": "universe"})
    assert meta_of() == fine.judge(meta_of())
    judged = doubted.judge(meta_of("ok"))
    assert "flagged" == judged["status"]
    assert ["who qualifies (universe): R-hat"] == judged["reasons"]


def test_no_outcome_may_have_its_name(screened: Project) -> None:
    rule = {"name": "universe", "column": "aware", "success": ["Yes"]}
    with pytest.raises(DataError, match="makes an outcome 'universe': give this another name"):
        plan_of(screened, {**STUDY, "outcomes": [rule]})


def test_a_screener_is_an_expression(screened: Project) -> None:
    with pytest.raises(ConfigError, match=r"study\.survey\.universe: cannot read the expression"):
        screened.config({**STUDY, "survey": {"universe": "buys = 1"}})
