"""Raking meets its margins, as others' programs do, or says what cannot be met."""

import warnings
from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from benchmarks.surveys import ABSENT, DATA
from sweep.data.margins import Margin
from sweep.data.raking import Limits, RakingError, rake

API = DATA / "survey_pkg_raking"
published = pytest.mark.skipif(not API.is_dir(), reason=ABSENT)

SEX_AGE = {"sex": ("F", "M"), "age": ("young", "old")}
A, B = {"a": ("1", "2", "3", "4")}, {"b": ("1", "2", "3")}
SAMPLE = np.array([20, 50, 100, 30, 40, 140, 50, 100, 40, 310, 50, 70.0]).reshape(3, 4).T
PEOPLE = np.array([80, 60, 170, 55, 40, 150, 60, 165, 55, 340, 200, 125.0]).reshape(3, 4).T


def margin(table: Sequence[object] | NDArray[np.float64], **levels: tuple[str, ...]) -> Margin:
    return Margin(levels, np.array(table, float))


def refusal(seed: Sequence[object], *margins: Margin, limits: Limits = Limits()) -> str:  # noqa: B008
    with pytest.raises(RakingError) as caught:
        rake(Margin(SEX_AGE, np.array(seed, float)), margins, limits)
    return str(caught.value)


def test_kaltons_table_a_is_the_joint_and_table_b_the_raked_margins() -> None:
    seed = Margin({**A, **B}, SAMPLE)

    joint = rake(seed, [Margin({**A, **B}, PEOPLE)])
    raked = rake(seed, [Margin(A, PEOPLE.sum(1)), Margin(B, PEOPLE.sum(0))])

    weight_a = [4.00, 1.20, 1.70, 1.83, 1.00, 1.07, 1.20, 1.65, 1.38, 1.10, 4.00, 1.79]
    weight_b = [1.81, 1.08, 2.20, 1.83, 1.45, 0.87, 1.76, 1.47, 2.02, 1.21, 2.45, 2.04]
    assert weight_a == (joint.table / SAMPLE).T.ravel().round(2).tolist()
    assert weight_b == (raked.table / SAMPLE).T.ravel().round(2).tolist()


def schools(
    columns: Sequence[str],
) -> tuple[pd.DataFrame, Margin, tuple[NDArray[np.intp], ...], pd.DataFrame]:
    """Return the sample, the seed by some columns, each school's place in it, and all schools."""
    sample, everyone = pd.read_csv(API / "apiclus1.csv"), pd.read_csv(API / "apipop.csv")
    levels = {c: tuple(sorted(everyone[c].unique())) for c in columns}
    place = tuple(pd.Index(levels[c]).get_indexer(pd.Index(sample[c])) for c in columns)
    table = np.zeros([len(labels) for labels in levels.values()])
    np.add.at(table, place, sample["pw"].to_numpy())
    return sample, Margin(levels, table), place, everyone


def weighted_mean(
    sample: pd.DataFrame,
    seed: Margin,
    place: tuple[NDArray[np.intp], ...],
    table: NDArray[np.float64],
) -> tuple[float, float]:
    ratio = np.divide(table, seed.table, out=np.zeros_like(seed.table), where=seed.table > 0)
    weight = sample["pw"].to_numpy() * ratio[place]
    return float(np.average(sample["api00"], weights=weight)), float(weight @ sample["enroll"])


@published
@pytest.mark.reference
def test_schools_raked_to_two_margins_have_the_published_mean() -> None:
    sample, seed, place, _ = schools(["stype", "sch.wide"])

    raked = rake(
        seed,
        [
            margin([1018, 4421, 755], stype=("M", "E", "H")),
            margin([1072, 5122], **{"sch.wide": ("No", "Yes")}),
        ],
    )

    mean, enrolled = weighted_mean(sample, seed, place, raked.table)
    assert 641.23 == round(mean, 2)
    assert 3_647_280 == round(enrolled)


@published
@pytest.mark.reference
def test_schools_raked_to_a_partial_joint_need_more_than_thirty_iterations_and_say_so() -> None:
    sample, seed, place, everyone = schools(["stype", "sch.wide", "comp.imp"])
    joint = pd.crosstab(everyone["stype"], everyone["sch.wide"]).to_numpy(float)
    own = {name: seed.levels[name] for name in ("stype", "sch.wide")}
    margins = [Margin(own, joint), margin([1712, 4482], **{"comp.imp": ("No", "Yes")})]

    with pytest.raises(RakingError) as caught:
        rake(seed, margins, Limits(iterations=30))
    raked = rake(seed, margins)

    assert "did not converge in 30 iterations: margin stype x sch.wide is off by" in str(
        caught.value
    )
    assert "people at stype=" in str(caught.value)
    assert "shrinks by a factor of 0." in str(caught.value)
    assert 642.61 == round(weighted_mean(sample, seed, place, raked.table)[0], 2)


@published
@pytest.mark.reference
def test_the_forecast_of_iterations_is_about_right() -> None:
    _, seed, _, everyone = schools(["stype", "sch.wide", "comp.imp"])
    joint = pd.crosstab(everyone["stype"], everyone["sch.wide"]).to_numpy(float)
    own = {name: seed.levels[name] for name in ("stype", "sch.wide")}
    margins = [Margin(own, joint), margin([1712, 4482], **{"comp.imp": ("No", "Yes")})]

    with pytest.raises(RakingError, match=r"about ([\d,]+) more would do") as caught:
        rake(seed, margins, Limits(iterations=30))

    told = str(caught.value).split("about ")[1].split(" more")[0]
    needed = rake(seed, margins).iterations - 30
    assert needed == pytest.approx(int(told.replace(",", "")), rel=0.05, abs=2)


def shares_of(table: NDArray[np.float64]) -> NDArray[np.float64]:
    return table / table.sum()


def random_problem(
    rng: np.random.Generator, zeros: float
) -> tuple[Margin, list[Margin], list[list[int]]]:
    """Return a seed, margins that a table with the same zeros has, and the axes of each."""
    shape = tuple(rng.integers(2, 7, rng.integers(2, 5)))
    empty = rng.random(shape) < zeros
    seed = rng.gamma(1.0, 1.0, shape) * ~empty
    people = rng.gamma(0.7, 100.0, shape) * ~empty
    levels = {f"v{i}": tuple(f"{k}" for k in range(n)) for i, n in enumerate(shape)}
    axes = [[i] for i in range(len(shape))]
    if len(shape) > 2:
        axes.append(sorted(int(i) for i in rng.choice(len(shape), 2, replace=False)))
    margins = [
        Margin(
            {f"v{i}": levels[f"v{i}"] for i in own},
            people.sum(axis=tuple(i for i in range(len(shape)) if i not in own)),
        )
        for own in axes
    ]
    return Margin(levels, seed), margins, axes


def test_raking_equals_ipfn_on_two_hundred_random_tables() -> None:
    from ipfn import ipfn  # type: ignore[import-untyped, unused-ignore]

    rng, compared = np.random.default_rng(1), 0
    while compared < 200:
        seed, margins, axes = random_problem(rng, 0.15 if compared % 2 else 0.0)
        if any((m.table == 0).any() for m in margins):
            continue
        ours = rake(seed, margins, Limits(1e-12, 200_000)).table
        theirs = ipfn.ipfn(
            seed.table.copy(),
            [m.table for m in margins],
            axes,
            convergence_rate=1e-13,
            rate_tolerance=0,
            max_iteration=20_000,
        ).iteration()
        assert np.abs(shares_of(ours) - shares_of(theirs)).max() < 1e-8
        compared += 1


def test_raking_equals_weightipy_on_two_hundred_random_samples() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import weightipy as wp  # type: ignore[import-untyped, unused-ignore]

    rng, sizes = np.random.default_rng(2), {"a": 3, "b": 4, "c": 2}
    for _ in range(200):
        people = pd.DataFrame({v: rng.integers(1, n + 1, 300) for v, n in sizes.items()})
        asked = {v: 100 * rng.dirichlet(np.full(n, 8.0)) for v, n in sizes.items()}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            scheme = wp.scheme_from_dict(
                {v: dict(enumerate(map(float, s), 1)) for v, s in asked.items()}
            )
            theirs = wp.weight_dataframe(people.copy(), scheme, weight_column="w")["w"].to_numpy()
        table, place = np.zeros(tuple(sizes.values())), tuple(people[v] - 1 for v in sizes)
        np.add.at(table, place, 1)
        levels = {v: tuple(f"{k}" for k in range(n)) for v, n in sizes.items()}
        margins = [Margin({v: levels[v]}, shares) for v, shares in asked.items()]
        ours = (rake(Margin(levels, table), margins).table / np.maximum(table, 1))[place]
        assert np.abs(ours / ours.mean() - theirs / theirs.mean()).max() < 1e-8


def test_a_margin_may_list_variables_and_levels_in_any_order() -> None:
    seed = Margin(SEX_AGE, np.array([[1.0, 2], [3, 4]]))
    plain = Margin(SEX_AGE, np.array([[10.0, 20], [30, 40]]))
    turned = margin([[40, 20], [30, 10]], age=("old", "young"), sex=("M", "F"))

    np.testing.assert_allclose(rake(seed, [turned]).table, plain.table)


def test_what_the_seed_says_beyond_the_margins_is_kept() -> None:
    seed = Margin(SEX_AGE, np.array([[6.0, 2], [1, 4]]))
    raked = rake(seed, [margin([30, 70], sex=("F", "M")), margin([55, 45], age=("young", "old"))])

    def odds_ratio(t: NDArray[np.float64]) -> float:
        return float(t[0, 0] * t[1, 1] / t[0, 1] / t[1, 0])

    assert odds_ratio(raked.table) == pytest.approx(odds_ratio(seed.table))
    np.testing.assert_allclose([30, 70], raked.table.sum(1))


def test_totals_that_differ_are_refused_with_both() -> None:
    told = refusal(
        [[1, 1], [1, 1]],
        margin([5, 5], sex=("F", "M")),
        margin([7, 4], age=("young", "old")),
    )
    assert "margin age sums to 11 people and margin sex to 10" in told


def test_a_row_of_totals_in_a_margin_is_suspected() -> None:
    told = refusal(
        [[1, 1], [1, 1]],
        margin([10, 10], sex=("F", "M")),
        margin([7, 3], age=("young", "old")),
    )
    assert "One is twice the other: has it a row of totals?" in told


def test_margins_that_overlap_and_disagree_are_refused() -> None:
    told = refusal(
        [[1, 1], [1, 1]],
        margin([5, 5], sex=("F", "M")),
        margin([[3, 3], [2, 2]], sex=("F", "M"), age=("young", "old")),
    )
    assert "margin sex x age and margin sex disagree about sex by 1 people" in told


def test_people_where_the_seed_is_empty_are_refused_with_the_place() -> None:
    told = refusal(
        [[1, 0], [1, 0]], margin([5, 5], sex=("F", "M")), margin([7, 3], age=("young", "old"))
    )
    assert "margin age: 3 people are age=old, and the seed has none of them" in told


def test_zeros_that_contradict_the_margins_never_converge_and_it_is_said() -> None:
    told = refusal(
        [[1, 0], [0, 1]],
        margin([5, 5], sex=("F", "M")),
        margin([7, 3], age=("young", "old")),
    )
    assert "did not converge in 1,000 iterations" in told
    assert "people at sex=F" in told
    assert "no longer shrinks" in told


def test_rounded_margins_that_agree_within_a_millionth_are_met_as_well_as_they_can_be() -> None:
    seed = Margin(SEX_AGE, np.array([[1.0, 2], [3, 4]]))
    joint = margin([[1e6, 2e6], [3e6, 4e6]], **SEX_AGE)
    raked = rake(seed, [joint, margin([3e6 + 2, 7e6 - 2], sex=("F", "M"))])
    assert raked.gap < 1e-6


@pytest.mark.parametrize("bad", [[-1.0, 11.0], [np.nan, 1.0], [0.0, 0.0]])
def test_a_margin_that_is_no_table_of_people_is_refused(bad: Sequence[float]) -> None:
    told = refusal([[1, 1], [1, 1]], margin(bad, sex=("F", "M")))
    assert "margin sex holds nobody, or a number of people below 0" in told


def test_a_margin_with_other_levels_than_the_seed_is_no_margin_of_it() -> None:
    with pytest.raises(ValueError, match="its levels of 'sex' are not the seed's"):
        rake(Margin(SEX_AGE, np.ones((2, 2))), [margin([1, 1], sex=("F", "X"))])
