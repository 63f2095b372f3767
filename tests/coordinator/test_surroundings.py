"""Published bytes come from the config and the data alone, never from what surrounds a process.

Not from the hash seed, the locale, the time zone, the clock, the working directory, or from which
of two coordinators was first; nor from the order of the survey's rows and columns.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import pandas as pd
import pytest

import sweep
from sweep.config.read import parse_config
from sweep.estimates.formats import from_parquet
from sweep.store import Store, open_store
from tests.project import Project
from tests.support.here import payload_of, swept_here
from tests.support.surroundings import (
    NAMED,
    SETS,
    by_content,
    config_text,
    files_of,
    fit_keys,
    project_to_shake,
    shuffled,
)

ROOT = Path(__file__).parents[2]
# Python's own remedies against the locale C are switched off: bytes must not need them.
PLAIN = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
SLOW = pytest.mark.slow
WAYS: tuple[dict[str, str], ...] = (
    {"PYTHONHASHSEED": "1", "LC_ALL": "C.UTF-8", "TZ": "UTC"},
    {"PYTHONHASHSEED": "2", "TZ": "Asia/Kathmandu", **PLAIN},
    {"PYTHONHASHSEED": "3", "LC_ALL": "C.UTF-8", "TZ": "America/St_Johns"},
)

type Sweep = Callable[[Project], tuple[Store, str]]


def here(project: Project) -> tuple[Store, str]:
    """Sweep stubs in this process."""
    return swept_here(project, parse_config(config_text(project, "stub").encode()))


def by_command(project: Project, **surroundings: Any) -> tuple[Store, str]:
    """Run real fits by the command line; the outcome that nobody answered fails."""
    config = project.directory / "sweep.yaml"
    config.write_text(config_text(project, "mrp"), encoding="utf-8")
    ended = subprocess.run(
        [sys.executable, "-m", "sweep", "run", str(config)],
        capture_output=True, text=True, check=False, encoding="utf-8", **surroundings,
    )  # fmt: skip
    assert 1 == ended.returncode, ended.stderr
    store = open_store(project.directory / ".sweep")
    return store, next(iter(sweep.runs(store.url)["run"]))


def published(store: Store, run: str) -> dict[str, str]:
    return by_content({**payload_of(store), **files_of(store, run)})


def table(files: dict[str, bytes]) -> pd.DataFrame:
    """Return the published table, outcomes by name, levels as text."""
    found = from_parquet(files["estimates.parquet"])
    return found.sort_values("outcome", kind="stable", ignore_index=True)


@pytest.fixture(scope="module")
def straight(tmp_path_factory: pytest.TempPathFactory) -> tuple[Store, str]:
    """Return a sweep of stubs as this very process makes it."""
    return here(project_to_shake(tmp_path_factory.mktemp("straight") / "project"))


@pytest.mark.parametrize("way", [WAYS[1], *(pytest.param(w, marks=SLOW) for w in WAYS[::2])])
def test_hash_seed_locale_time_zone_and_directory_change_no_byte(
    straight: tuple[Store, str], tmp_path: Path, way: dict[str, str]
) -> None:
    project = project_to_shake(tmp_path / "another place")
    told = subprocess.run(
        [sys.executable, "-m", "tests.support.surroundings", project.directory, "stub"],
        cwd=project.directory, env={**os.environ, **way, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE, check=True,
    )  # fmt: skip
    found = json.loads(told.stdout)
    assert {"report.html", "estimates.csv", "estimates.parquet", "plan"} <= found.keys()
    assert {"designs", "counts", "fits", "estimates", "reports"} <= {n.split("/")[0] for n in found}
    assert published(*straight) == found


def test_sets_in_a_model_file_of_terms_change_no_key(tmp_path: Path) -> None:
    project = project_to_shake(tmp_path / "project")
    project.model("sets", SETS)
    found = [fit_keys(project, "sets")]
    for seed in ("1", "2"):
        told = subprocess.run(
            [sys.executable, "-m", "tests.support.surroundings", project.directory, "sets", "keys"],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE, check=True,
        )  # fmt: skip
        found.append(json.loads(told.stdout))
    assert [found[0]] * 3 == found


@pytest.mark.slow
@pytest.mark.sampling
def test_they_change_no_byte_of_real_fits(tmp_path: Path) -> None:
    found = []
    for k, way in enumerate(WAYS):
        project = project_to_shake(tmp_path / f"project {k}")
        place = project.directory if k else tmp_path
        found.append(published(*by_command(project, cwd=place, env={**os.environ, **way})))
    assert found[0] == found[1]
    assert found[0] == found[2]


SWEEPS = [here, pytest.param(by_command, marks=[SLOW, pytest.mark.sampling])]


def two_orders(directory: Path, sweep_it: Sweep, axis: Literal[0, 1]) -> list[tuple[Store, str]]:
    """Return two sweeps of one survey, the second with its rows or columns in another order."""
    straight, mixed = (project_to_shake(directory / name) for name in ("straight", "mixed"))
    shuffled(mixed, axis)
    return [sweep_it(straight), sweep_it(mixed)]


def fits(store: Store) -> set[str]:
    """Return the names of the fits' payload files, which are named by their content."""
    return {n for n in store.list("fits/") if not n.endswith("done.json")}


@pytest.mark.parametrize("sweep_it", SWEEPS)
def test_columns_of_the_survey_in_another_order_change_that_of_the_outcomes(
    tmp_path: Path, sweep_it: Sweep
) -> None:
    straight, mixed = two_orders(tmp_path, sweep_it, axis=1)
    assert fits(straight[0]) == fits(mixed[0])
    one, two = files_of(*straight), files_of(*mixed)
    assert one["estimates.csv"] != two["estimates.csv"]
    pd.testing.assert_frame_equal(table(one), table(two), check_exact=True)


@pytest.mark.parametrize("sweep_it", SWEEPS)
def test_rows_of_the_survey_in_another_order_change_the_last_digits_of_weighted_means(
    tmp_path: Path, sweep_it: Sweep
) -> None:
    straight, mixed = two_orders(tmp_path, sweep_it, axis=0)
    assert fits(straight[0]) == fits(mixed[0])
    one, two = table(files_of(*straight)), table(files_of(*mixed))
    rest = [name for name in one.columns if name != "weighted"]
    pd.testing.assert_frame_equal(one[rest], two[rest], check_exact=True)
    pd.testing.assert_series_equal(one["weighted"], two["weighted"], rtol=0, atol=1e-12)


def test_named_groups_stand_in_the_order_of_the_config(straight: tuple[Store, str]) -> None:
    files = files_of(*straight)
    data = json.loads(files["report.html"].split(b'id="data">')[1].split(b"</script>")[0])
    kinds = [grouping["name"] for grouping in data["groupings"]]
    pairs = zip(data["groups"]["grouping"], data["groups"]["levels"], strict=True)
    named = [levels for kind, levels in pairs if kinds[kind] == "Named groups"]
    assert [list(group) for group in NAMED] == named
    rows = from_parquet(files["estimates.parquet"])["group"].dropna().unique()
    assert [name for group in NAMED for name in group] == list(rows)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_two_coordinators_on_one_store_make_one_report_twenty_times(tmp_path: Path) -> None:
    for k in range(20):
        project = project_to_shake(tmp_path / str(k))
        config = project.directory / "sweep.yaml"
        config.write_text(config_text(project, "stub", count=8), encoding="utf-8")
        ends = [
            subprocess.Popen(
                [sys.executable, "-m", "sweep", "run", str(config)],
                env={**os.environ, "PYTHONHASHSEED": str(2 * k + seed)},
                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            )
            for seed in (1, 2)
        ]  # fmt: skip
        said = [process.communicate()[1] for process in ends]
        assert [0, 0] == [process.returncode for process in ends], "\n".join(said)
        store = open_store(project.directory / ".sweep")
        assert 1 == sum(name.endswith("done.json") for name in store.list("reports/"))
        assert 2 == len(sweep.runs(store.url))
