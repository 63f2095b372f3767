"""Kinds of frames: levels, sizes and weights that survey and census do not share."""

import pandas as pd

from tests.matrix.kinds import Census, Kind, Refused, Right, every, put, put_all, recoded

__all__ = ["FRAMES"]


def with_totals(name: str) -> Census:
    """Return the change of a census that adds rows for all regions together."""

    def change(rows: pd.DataFrame) -> pd.DataFrame:
        by = [c for c in rows.columns if c not in {"region", "n"}]
        whole = rows.groupby(by, as_index=False)["n"].sum().assign(region=name)
        both: pd.DataFrame = pd.concat([rows, whole], ignore_index=True)
        return both[list(rows.columns)]

    return change


def sizes(*values: str) -> Census:
    """Return the change of a census that writes its first sizes in another way."""

    def change(rows: pd.DataFrame) -> pd.DataFrame:
        n = [str(v) for v in rows["n"]]
        return rows.assign(n=[*values, *n[len(values) :]])

    return change


def without(level: str) -> Census:
    def change(rows: pd.DataFrame) -> pd.DataFrame:
        return rows.loc[[k for k, v in enumerate(rows["region"]) if v != level]]

    return change


def twice(rows: pd.DataFrame) -> pd.DataFrame:
    """Write the census's first rows a second time, at its end."""
    return pd.concat([rows, rows.head(12)], ignore_index=True)


WEIGHT = ("study.survey.weight", "weight column 'w'", "a weight is a number of at least 0")

FRAMES = (
    Kind(
        "a level that the census lacks",
        Refused(("study.predictors.region", "'West' (", "study.derive")),
        population=without("West"),
    ),
    Kind(
        "a misspelt level of the survey",
        Refused(("study.predictors.region", "survey column 'region'", "'Est' (", "North")),
        put("region", "East", "Est"),
    ),
    Kind(
        "a level in another case",
        Refused(("study.predictors.region", "'east' (")),
        put("region", "East", "east"),
    ),
    Kind(
        "a level with another dash",
        Refused(("study.predictors.region", "'North\u2013East' (")),
        put_all("region", {"North": "North\u2013East"}),
        population=recoded("region", {"North": "North-East"}),
    ),
    Kind(
        "a misspelt level of the census",
        Right(("study.predictors.region", "no respondent has 'Est' (")),
        population=lambda rows: rows.assign(
            region=["Est" if k == 0 else v for k, v in enumerate(rows["region"])]
        ),
        clean_population=lambda rows: rows.assign(
            region=["Est" if k == 0 else v for k, v in enumerate(rows["region"])]
        ),
    ),
    Kind(
        "a level in another form in the census",
        Right(),
        put_all("region", {"South": "Su\u0308d"}),
        population=recoded("region", {"South": "S\u00fcd "}),
        clean=put_all("region", {"South": "S\u00fcd"}),
        clean_population=recoded("region", {"South": "S\u00fcd"}),
    ),
    Kind(
        "levels as floats in the census",
        Right(),
        put_all("region", {"North": 1, "South": 2, "East": 3, "West": 4}),
        population=recoded("region", {"North": 1.0, "South": 2.0, "East": 3.0, "West": 4.0}),
        clean=put_all("region", {"North": "1", "South": "2", "East": "3", "West": "4"}),
        clean_population=recoded("region", {"North": 1, "South": 2, "East": 3, "West": 4}),
    ),
    Kind(
        "a level named like a total",
        Refused(("study.predictors.region", "level 'Total'", "sum of the others", "filter")),
        population=with_totals("Total"),
    ),
    Kind(
        "a level that is the sum of the others",
        Refused(("study.predictors.region", "level 'Republic'", "sum of the others")),
        population=with_totals("Republic"),
    ),
    Kind(
        "thousands separators in sizes",
        Refused(("study.population.size", "census.csv", "'1,234'", "write 1234")),
        population=sizes("1,234"),
    ),
    Kind(
        "points as thousands separators in sizes",
        Refused(("study.population.size", "'1.100'", "write 1100")),
        population=lambda rows: rows.assign(n=[f"{k % 9 + 1}.{100 + k}" for k in range(len(rows))]),
    ),
    Kind(
        "shares beside counts in sizes",
        Refused(("study.population.size", "mixes shares", "0.002")),
        population=sizes("0.002", "0.001"),
    ),
    Kind(
        "a negative size",
        Refused(("study.population.size", "'-5'", "a number of at least 0")),
        population=sizes("-5"),
    ),
    Kind(
        "a word for a size",
        Refused(("study.population.size", "'suppressed'", "1 row")),
        population=sizes("suppressed"),
    ),
    Kind(
        "no level in a row of the census",
        Refused(("study.predictors.region", "missing in 1 row", "study.population.filter")),
        population=lambda rows: rows.assign(region=["", *rows["region"][1:]]),
    ),
    Kind(
        "rows of the census that stand there twice",
        Refused(("study.population.source", "12 rows of 60 repeat another", "remove these rows")),
        population=twice,
    ),
    Kind(
        "a negative weight", Refused((*WEIGHT, "'-1'")), lambda c: {**c, "w": ["-1", *c["w"][1:]]}
    ),
    Kind(
        "a word for a weight",
        Refused((*WEIGHT, "'none'")),
        lambda c: {**c, "w": ["none", *c["w"][1:]]},
    ),
    Kind(
        "no weight", Refused((*WEIGHT, "1 respondent")), lambda c: {**c, "w": [None, *c["w"][1:]]}
    ),
    Kind(
        "weights that are zero for all",
        Refused(("study.survey.weight", "zero for every respondent")),
        lambda c: {**c, "w": ["0"] * len(c["w"])},
    ),
    Kind(
        "a map that names no level of the census",
        Refused(("study.population.map.region", "has no level 'Est'", "'East' (")),
        says={"population": {"map": {"region": {"Est": "East"}}}},
    ),
    Kind(
        "a nuisance at a level in another case",
        Refused(("study.nuisance.married.at", "no respondent has married 'yes'", "'Yes'")),
        says={
            "predictors": {"married": {}},
            "nuisance": {"married": {"at": "yes"}},
        },
        population=lambda rows: rows.drop(columns="married"),
    ),
    Kind(
        "ages beyond the open top",
        Refused(("study.derive.age_band.cut", "999 (", "study.survey.missing_values", "at")),
        lambda c: {**c, "age": ["999" if k % 20 == 0 else v for k, v in enumerate(c["age"])]},
    ),
    Kind(
        "ages outside of a closed top",
        Right(("outside of all bands", "read as missing")),
        says={
            "derive": {"age_band": {"at": [18, 35, 55, 79]}},
            "survey": {"missing": "drop"},
        },
        clean=lambda c: {**c, "age": [None if float(v) >= 79 else v for v in c["age"]]},
    ),
    Kind(
        "text in a number to cut",
        Right(("study.derive.age_band.cut", "holds no number to cut: 'old' in row 1")),
        lambda c: {**c, "age": ["old", *c["age"][1:]]},
        clean=lambda c: {**c, "age": [None, *c["age"][1:]]},
    ),
    Kind(
        "too many without a predictor",
        Refused(("study.survey.missing", "of 240 respondents miss a predictor", "missing: drop")),
        every(put("region", "East", None, 4), put("sex", "Male", None, 20)),
    ),
    Kind(
        "a value of the survey in the wrong column",
        Refused(("study.predictors.sex", "'West' (")),
        put("sex", "Male", "West", 20),
    ),
)
