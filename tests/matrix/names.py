"""Kinds of names and conditions: what the config calls things that the file calls otherwise."""

from typing import Any

from tests.matrix.kinds import ALL, CSV, TEXT, Columns, Kind, Refused, Right, always, put

__all__ = ["NAMES"]


def renamed(old: str, new: str) -> Any:
    """Return the change that calls a column by another name."""
    return lambda columns: {new if name == old else name: c for name, c in columns.items()}


def outcome(**rule: Any) -> dict[str, Any]:
    return {"outcomes": [{"success": ["Yes"], **rule}]}


BRACKETS = renamed("aware", "Q5[SQ001]")
CHAIN: dict[str, Any] = {"predictors": {"chain": {}}}

CASES: dict[str, Any] = {
    "derive": {
        "m": {"cases": [{"when": "married == 'Yes'", "then": "A"}], "otherwise": "B"},
    },
    "groups": [["m"]],
}


def filtered(condition: str) -> dict[str, Any]:
    return {"survey": {"filter": condition}}


def everyone(columns: Columns) -> Columns:
    return {**columns, "chain": columns["region"]}


NAMES = (
    Kind(
        "brackets in a name",
        Right(),
        BRACKETS,
        TEXT,
        outcome(match="Q5[SQ001]", name="aware"),
        clean_says=outcome(name="aware"),
    ),
    Kind("a blank behind a name", Right(), renamed("region", "region "), TEXT),
    Kind(
        "a name in another form",
        Right(),
        renamed("aware", "cafe\u0301"),
        TEXT,
        outcome(name="aware", column="caf\u00e9"),
        clean_says=outcome(name="aware"),
    ),
    Kind(
        "an outcome in another case",
        Refused(("study.outcomes.0", "matches 'aware'", "'Aware'")),
        renamed("aware", "Aware"),
    ),
    Kind(
        "a predictor in another case",
        Refused(("study.predictors.region", "predictor 'region'", "neither a column")),
        renamed("region", "Region"),
    ),
    Kind(
        "a weight of another name",
        Refused(("study.survey.weight", "there is no column 'w'", "W and 3 more")),
        renamed("w", "W"),
    ),
    Kind(
        "a size of another name",
        Refused(("census.csv", "study.population.size", "there is no column 'N'", "married, n")),
        says={"population": {"size": "N"}},
    ),
    Kind(
        "a glob that matches nothing",
        Refused(("study.outcomes.0", "matches 'awar_*'", "aware")),
        says=outcome(match="awar_*"),
    ),
    Kind(
        "an exclude that matches nothing",
        Refused(("study.exclude.0", "'bough'", "aware")),
        says={"exclude": ["bough"]},
    ),
    Kind(
        "a rename of what is not there",
        Refused(("study.survey.rename", "'regin'", "region")),
        says={"survey": {"rename": {"regin": "area"}}},
    ),
    Kind("a reserved name", Refused(("study.predictors.chain", "'chain'")), everyone, says=CHAIN),
    Kind(
        "a recode of what nobody is",
        Refused(("study.derive.area.recode", "'Easst'", "'East'")),
        says={
            "derive": {"area": {"column": "region", "recode": {"Easst": "North"}}},
            "groups": [["area"]],
        },
    ),
    Kind(
        "an order of text",
        Refused(("study.survey.filter", "region >= 'North'", "text has no order")),
        says=filtered("region >= 'North'"),
    ),
    Kind(
        "a number in quotes",
        Refused(("study.survey.filter", "age >= '35'", "without quotes")),
        says=filtered("age >= '35'"),
    ),
    Kind(
        "a number against text",
        Refused(("study.survey.filter", "region == 3", "holds text")),
        says=filtered("region == 3"),
    ),
    Kind(
        "a filter by what nobody said",
        Right(("study.survey.filter", "no 'region' is 'Est'", "'East'")),
        says=filtered("region != 'Est'"),
        clean_says={},
    ),
    Kind(
        "a filter of which some are written otherwise",
        Right(
            (
                "study.survey.filter",
                "'yes' (",
            )
        ),
        put("married", "Yes", "yes"),
        says=filtered("married == 'Yes'"),
        clean=put("married", "Yes", None),
    ),
    Kind(
        "a filter that leaves nobody",
        Refused(("the survey has no rows left", "region == 'Est'")),
        says=filtered("region == 'Est'"),
    ),
    Kind(
        "a filter by a column that is not there",
        Refused(("study.survey", "regoin", "region")),
        says=filtered("regoin == 'East'"),
    ),
    Kind(
        "a name that stands there twice",
        Refused(("survey.csv", "'sex'")),
        formats=CSV,
        change=renamed("married", "sex "),
    ),
    Kind(
        "levels that are declared and do not occur",
        Refused(("study.predictors.region.levels", "'Centre'")),
        says={"predictors": {"region": {"levels": ["East", "North", "South", "West", "Centre"]}}},
    ),
    Kind(
        "dates compared as dates",
        Right(),
        always("wave", "2024-03-14", "2024-06-14"),
        ALL,
        filtered("wave < '2024-05-01 00:00'"),
        always("wave", "2024-03-14", "2024-06-14"),
    ),
    Kind(
        "a filter by a number of a text column",
        Right(("holds no number in",)),
        lambda c: {**c, "age": ["old", *c["age"][1:]]},
        ALL,
        {
            **filtered("age >= 20 or region is not null"),
            "survey": {"filter": "age >= 20 or region is not null", "missing": "drop"},
        },
        lambda c: {**c, "age": [None, *c["age"][1:]]},
    ),
    Kind(
        "ids that repeat",
        Refused(("study.survey.id", "120 ids stand for 240 respondents", "rows 1, 2")),
        lambda c: {**c, "ref": [f"R{k // 2}" for k in range(len(c["w"]))]},
        says={"survey": {"id": "ref"}},
    ),
    Kind(
        "an exclusion of what nobody said",
        Right(("study.survey.exclude_respondents.test", "no 'married' is 'yes'; there is 'Yes'")),
        says={"survey": {"exclude_respondents": {"test": "married == 'yes'"}}},
        clean_says={},
    ),
    Kind(
        "an exclusion of which some are written otherwise",
        Right(("study.survey.exclude_respondents.test", "'yes' (39 rows, a slip of it?)")),
        put("married", "Yes", "yes"),
        says={"survey": {"exclude_respondents": {"test": "married == 'Yes'"}}},
        clean=put("married", "Yes", "yes"),
        clean_says={"survey": {"filter": "married != 'Yes'"}},
    ),
    Kind(
        "cases of which some are written otherwise",
        Right(("study.derive.m.cases", "'yes' (39 rows, a slip of it?)")),
        put("married", "Yes", "yes"),
        says=CASES,
        clean=put("married", "Yes", "yes"),
    ),
    Kind(
        "a screener of which some are written otherwise",
        Right(("study.survey.universe", "'yes' (39 rows, a slip of it?)")),
        put("married", "Yes", "yes"),
        says={"survey": {"universe": "married == 'Yes'"}},
        clean=put("married", "Yes", "yes"),
    ),
    Kind(
        "a group by a level in another case",
        Refused(("study.groups.1.east", "'east' is not a level of 'region'")),
        says={"groups": [[], {"east": "region == 'east'"}]},
    ),
)
