"""docs/tutorial.md can be followed: its commands run, its decisions suffice, its numbers are so."""

import re
import shlex
from pathlib import Path

import pandas as pd
import pytest

import sweep
from sweep.config import read_config
from sweep.coordinator.execute import plan_sweep
from sweep.planning.selection import Selection
from tests.cli.conftest import Ended, inside

PAGE = (Path(__file__).parents[1] / "docs" / "tutorial.md").read_text()
COMMANDS = [
    line.partition(" # exit code ")[::2]
    for block in re.findall(r"```sh\n(.*?)```", PAGE, re.S)
    for line in block.splitlines()
]
(DECISIONS,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.S)
SHOWN = re.findall(r"```text\n(.*?)```", PAGE, re.S)
CHECKED, CODED, ESTIMATED = SHOWN

HAND = """
version: 1
name: by-hand
study:
  survey: {source: survey.sav, weight: wt, rename: {educ: education, s1: sex}}
  population:
    seed: survey
    margins:
      - {source: margins.xlsx, format: {sheet: sex}, by: [sex], size: people}
      - {source: margins.xlsx, format: {sheet: age}, by: [age_band], size: people,
         rename: {age: age_band}}
      - {source: margins.xlsx, format: {sheet: region}, by: [region], size: people}
      - {source: margins.xlsx, format: {sheet: education}, by: [education], size: people}
  derive:
    age_band: {cut: age, at: [18, 30, 45, 60], labels: ["18-29", "30-44", "45-59", 60+]}
    region: {recode: {Mid-West: Mid West}}
    education: {recode: {Postgraduate degree: Degree}}
  predictors: {sex: {}, age_band: {}, region: {}, education: {}}
  outcomes:
    - {name: q1, success: [1], failure: [2], dont_know: out_of_base}
    - {name: q2, success: ["Yes"], base: "q1 == 'Yes'"}
    - {name: q3, success: [4, 5]}
    - {name: q4, success: [1, 2], dont_know: {Don't know: out_of_base}}
    - {set: ads, kind: multiple, none: [None of these], all_blank: not_asked}
  groups: [[], [sex], [age_band], [region], [education]]
"""


def decide(config: Path) -> None:
    """Write each of the page's decisions in place of the next !decide of its key."""
    text = config.read_text()
    for line in DECISIONS.splitlines():
        key, _, value = line.partition(": ")
        text, times = re.subn(rf"{key}: !decide # decide: .*", f"{key}: {value}", text, count=1)
        assert 1 == times, line
    left = [line for line in text.splitlines() if ": !decide" in line]
    assert all(line.strip()[0] == "#" for line in left)  # of questions that are left out
    config.write_text(text)


def followed(start: Path, *stub: str) -> list[Ended]:
    """Follow the page from a folder, with further options for `run`; return how commands ended."""
    cwd, ended = start, []
    for number, (command, code) in enumerate(COMMANDS):
        words = shlex.split(command)
        if words[0] == "cd":
            cwd /= words[1]
            continue
        assert "sweep" == words[0]
        done = inside(*words[1:], *(stub if words[1] == "run" else ()), cwd=cwd)
        assert int(code or 0) == done.code, (command, done.err)
        ended.append(done)
        if code:  # what is refused is decided before the next command
            decide(cwd / "sweep.yaml")
        assert number < len(COMMANDS)
    return ended


@pytest.fixture(scope="module")
def stubbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Ended]]:
    """The page followed once, with fits that are none."""
    start = tmp_path_factory.mktemp("page")
    ended = followed(start, "--set", "model=stub", "--set", "execution.workers=1")
    return start / "tutorial", ended


def test_every_command_of_the_page_ends_as_it_says(stubbed: tuple[Path, list[Ended]]) -> None:
    here, ended = stubbed
    refused = next(e for e in ended if e.code == 2)
    for line in CHECKED.splitlines():
        assert line in refused.err
    assert CODED in next(e.out for e in ended if "config and data are sound" in e.out)
    assert (here / "report.html").stat().st_size


def test_the_proposed_config_and_one_by_hand_plan_the_same_fits(
    stubbed: tuple[Path, list[Ended]],
) -> None:
    """Equal keys are equal numbers; groups are the same, so estimates are."""
    here, _ = stubbed
    assert keys_of(here / "sweep.yaml") == keys_of(by_hand(here))


def keys_of(config: Path) -> dict[str, tuple[str, str]]:
    """Return the keys of each outcome's fit and estimates."""
    _, plan = plan_sweep(read_config(config), config.parent, Selection())
    return {entry.name: (entry.fit_key, entry.key) for entry in plan.entries}


def by_hand(here: Path) -> Path:
    """Write the config that somebody would write without help, beside the files."""
    path = here / "hand.yaml"
    path.write_text(HAND)
    return path


@pytest.mark.slow
@pytest.mark.sampling
def test_estimates_equal_those_of_a_config_by_hand_and_the_pages(tmp_path: Path) -> None:
    followed(tmp_path)
    here = tmp_path / "tutorial"
    by_hand(here)
    proposed = sweep.open("last", here / ".sweep").estimates()
    ended = inside("run", "hand.yaml", "--set", "execution.store=other", cwd=here)
    assert 0 == ended.code, ended.err
    own = sweep.open("last", here / "other").estimates()
    numbers = [c for c in own if c != "label"]
    pd.testing.assert_frame_equal(own[numbers], proposed[numbers], check_exact=True)
    compare_with_page(proposed)
    truth = pd.read_csv(here / "truth.csv").query("region.isna()").set_index("outcome")["share"]
    variables = ["sex", "age_band", "region", "education"]
    total = proposed[proposed[variables].isna().all(axis=1)]
    inside_ = total.set_index("outcome").join(truth.rename("truth"), how="inner")
    assert 7 == len(inside_)
    assert inside_["truth"].between(inside_["lower"] - 0.02, inside_["upper"] + 0.02).all()


def compare_with_page(estimates: pd.DataFrame) -> None:
    """Check the page's table: another class of CPU may round another way."""
    totals = estimates.drop_duplicates("outcome").set_index("outcome")["mean"]
    rows = [line.split() for line in ESTIMATED.splitlines()[1:]]
    assert {row[0] for row in rows} == set(totals.index)
    for row in rows:
        assert abs(float(row[2]) - 100 * totals[row[0]]) <= 1.0
