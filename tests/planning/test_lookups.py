"""Lookups: a table of its own says what a value becomes, and what is wrong with it is told."""

from typing import Any

import pandas as pd
import pytest

from sweep.client.inputs import refuse_inputs
from sweep.errors import ConfigError, UsageError
from sweep.planning.plan import Plan
from tests.project import STUDY, Project, population_of, survey_of

AREAS = {"East": "E", "North": "N", "South": "S", "West": "W"}
TABLE = {"source": "areas.csv", "key": "code", "value": "name"}


@pytest.fixture
def coded(project: Project) -> Project:
    """A survey with codes of regions, some with a leading zero, and the table of their names."""
    codes = {name: f"0{k}" for k, name in enumerate(AREAS)}
    project.write("survey.csv", survey_of().assign(zip=lambda t: t["region"].map(codes)))
    project.write("areas.csv", pd.DataFrame({"code": codes.values(), "name": codes.keys()}))
    return project


def planned(project: Project, lookup: dict[str, Any] = TABLE, **study: Any) -> Plan:
    rule = {"survey": {"from": "zip", "lookup": lookup}}
    derive = {**STUDY["derive"], "region": rule}
    return project.plan(project.config({"model": "stub", "derive": derive, **study}))[1]


def refused(project: Project, lookup: dict[str, Any] = TABLE) -> str:
    with pytest.raises(ConfigError) as caught:
        planned(project, lookup)
    return str(caught.value)


KEY = "study.derive.region.survey.lookup"


def test_a_variable_that_is_looked_up_is_the_one_that_was_there(coded: Project) -> None:
    made, plain = planned(coded), coded.plan(coded.config({"model": "stub"}))[1]
    assert [e.fit_key for e in plain.entries] == [e.fit_key for e in made.entries]
    base = [{"name": "aware", "success": ["Yes"], "base": "region == 'East'"}]
    one = planned(coded, outcomes=base).entries[0]
    assert (survey_of()["region"] == "East").sum() == one.n


def test_the_tables_content_is_in_the_design_and_its_place_is_not(coded: Project) -> None:
    first = planned(coded)
    (coded.directory / "areas.csv").rename(coded.directory / "moved.csv")
    moved = planned(coded, {**TABLE, "source": "moved.csv"})
    assert moved.record.design == first.record.design
    table = pd.read_csv(coded.directory / "moved.csv", dtype=str)
    table.loc[0, "name"] = "West"
    coded.write("moved.csv", table)
    other = planned(coded, {**TABLE, "source": "moved.csv"})
    assert other.record.design != first.record.design
    assert other.entries[0].fit_key != first.entries[0].fit_key


@pytest.mark.parametrize(
    ("change", "key", "words"),
    [
        ({"key": "cod"}, "key", "there is no column 'cod'. Did you mean 'code'?"),
        ({"value": "nam"}, "value", "there is no column 'nam'. Did you mean 'name'?"),
        ({"source": "aeras.csv"}, "source", "cannot read"),
        ({"rename": {"x": "y"}}, "rename.x", "has no column 'x'"),
    ],
)
def test_a_table_that_is_not_as_said_is_a_mistake_at_its_key(
    coded: Project, change: dict[str, Any], key: str, words: str
) -> None:
    told = refused(coded, {**TABLE, **change})
    assert f"{KEY}.{key}: " in told
    assert words in told


def test_a_key_of_several_values_is_refused_and_one_said_twice_is_not(coded: Project) -> None:
    table = pd.read_csv(coded.directory / "areas.csv", dtype=str)
    coded.write("areas.csv", pd.concat([table, table.iloc[:1]]))
    assert planned(coded).entries
    coded.write("areas.csv", pd.concat([table, table.iloc[:1].assign(name="West")]))
    assert f"{KEY}.key: 1 key of 'code' stand" in refused(coded)
    assert "'00' ('East', 'West')" in refused(coded)


def test_leading_zeros_that_the_table_lost_are_no_silent_loss(coded: Project) -> None:
    table = pd.read_csv(coded.directory / "areas.csv", dtype=str)
    coded.write("areas.csv", table.assign(code=table["code"].astype(int)))
    assert f"{KEY}.key: the table has none of the survey's values: " in refused(coded)


def test_nothing_is_written_to_a_table_that_is_read(coded: Project) -> None:
    plan, (store, _) = planned(coded), coded.plan(coded.config({"model": "stub"}))
    with pytest.raises(UsageError, match=r"derive\.region\.survey\.lookup\.source"):
        refuse_inputs(coded.directory / "areas.csv", plan.record, store)


def test_a_lookup_of_the_population_too_makes_its_levels(coded: Project) -> None:
    people = population_of().assign(
        zip=lambda t: t["region"].map(dict(zip(AREAS, "0123", strict=True)))
    )
    coded.write("population.csv", people.assign(zip="0" + people["zip"]).drop(columns="region"))
    derive = {**STUDY["derive"], "region": {"from": "zip", "lookup": TABLE}}
    plan = coded.plan(coded.config({"model": "stub", "derive": derive}))[1]
    assert tuple(AREAS) == plan.prepared.design.levels["region"]


def test_who_misses_a_predictor_for_a_value_that_the_table_lacks_is_refused_with_it(
    coded: Project,
) -> None:
    table = pd.read_csv(coded.directory / "areas.csv", dtype=str)
    coded.write("areas.csv", table.replace("00", "O0"))
    told = refused(coded)
    assert "study.survey.missing: " in told
    assert f"What was told of missing values: {KEY}: the table says nothing of " in told
    assert "'00' (" in told
