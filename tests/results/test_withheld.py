"""A base below the study's minimum is withheld wherever a base is shown; nobody asked is told."""

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sweep as client
from sweep.estimates.table import shown_base
from tests.cli.conftest import inside
from tests.cli.conftest import sweep as command
from tests.project import OUTCOMES, Project, project_in, survey_of
from tests.report.test_render import Page, data_of
from tests.support.here import swept_here

FEW, LEAST = 83, 100  # respondents who were asked; the minimum base
SHOWN = {"rare": None, "unasked": 0, "aware": 300}
TOLD = f"n < {LEAST} (withheld)"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A swept project of stubs: one outcome asked of 83 people, one of nobody, one of all."""
    made = project_in(tmp_path_factory.mktemp("withheld") / "project")
    survey = survey_of()
    survey["rare"] = survey["aware"].where(np.arange(len(survey)) < FEW)
    survey["unasked"] = pd.Series([None] * len(survey), dtype="str")
    made.write("survey.csv", survey)
    names = [*OUTCOMES, "rare", "unasked"]
    study = {
        "outcomes": [{"name": name, "success": ["Yes"]} for name in names],
        "minimum_base": LEAST,
        "model": "stub",
    }
    (made.directory / "sweep.yaml").write_text(made.text(study))
    swept_here(made, made.config(study))
    return made


def opened(small: Project) -> client.Run:
    return client.open(store=small.directory / ".sweep")


def bases(rows: list[dict[str, object]]) -> dict[object, object]:
    """Return the bases of the three outcomes that matter, from rows of any face."""
    return {row["outcome"]: row["n"] for row in rows if row["outcome"] in SHOWN}


def as_rows(frame: pd.DataFrame) -> list[dict[str, object]]:
    plain = frame.astype("object").where(frame.notna(), None)
    return [{str(k): v for k, v in row.items()} for row in plain.to_dict("records")]


@pytest.mark.parametrize(("n", "shown"), [(0, 0), (1, None), (9, None), (10, 10), (11.0, 11)])
def test_a_base_is_shown_from_the_minimum_on_and_where_it_is_nobody(
    n: float, shown: int | None
) -> None:
    assert shown == shown_base(n, 10)


def test_the_client_withholds_it(small: Project) -> None:
    planned = client.plan(small.directory / "sweep.yaml")

    assert SHOWN == bases(as_rows(opened(small).fits()))
    assert SHOWN == bases(as_rows(planned))
    assert ["Int64", "Int64"] == [str(f["n"].dtype) for f in (opened(small).fits(), planned)]


@pytest.mark.parametrize(
    ("place", "arguments"),
    [("fits", ("status",)), ("outcomes", ("plan", "sweep.yaml"))],
)
def test_the_command_line_withholds_it_in_json(
    small: Project, place: str, arguments: tuple[str, ...]
) -> None:
    told = json.loads(inside(*arguments, "-o", "json", cwd=small.directory).out)

    assert SHOWN == bases(told[place])


@pytest.mark.parametrize("arguments", [("status", "--all"), ("plan", "sweep.yaml")])
def test_the_command_line_withholds_it_in_words(small: Project, arguments: tuple[str, ...]) -> None:
    lines = inside(*arguments, cwd=small.directory).out.splitlines()

    said = {name: next(w for w in lines if f" {name} " in w).split() for name in SHOWN}
    assert "withheld" in said["rare"]
    assert "0" in said["unasked"]
    assert "300" in said["aware"]
    assert not [line for line in lines if str(FEW) in line.split()]


def test_fitting_one_outcome_withholds_it(small: Project) -> None:
    ended = command("fit", "sweep.yaml", "rare", "-o", "json", cwd=small.directory)

    assert "rare: number of answers withheld, in the store" in ended.err
    assert json.loads(ended.out)["n"] is None


def test_the_report_withholds_it(small: Project, tmp_path: Path) -> None:
    html = opened(small).report(tmp_path / "report.html").read_text()

    outcomes = data_of(html)["outcomes"]
    assert SHOWN == {n: outcomes["n"][outcomes["outcome"].index(n)] for n in SHOWN}
    page = Page(html)
    at = [text.strip() for text in page.text if text.strip()]
    named = [k for k, text in enumerate(at) if text == "rare"]
    assert any(TOLD in at[k : k + 4] for k in named)
    assert str(FEW) not in at
    assert re.search(r"nobody asked</td><td class=\"num\">0</td>", html)


def test_page_and_docs_say_that_withholding_protects_nobody(small: Project, tmp_path: Path) -> None:
    """A group's base is the total's less those of the others, which are shown."""
    page = " ".join(opened(small).report(tmp_path / "r.html").read_text().split())
    assert "What is withheld is not protected: it can be had by subtracting" in page
    docs = Path(__file__).parents[2] / "docs"
    words = " ".join((docs / "estimates.md").read_text().split())
    assert "they are not protected" in words
    assert "it is no protection of persons" in " ".join((docs / "index.md").read_text().split())
