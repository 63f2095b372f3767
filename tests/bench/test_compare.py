"""Engines are timed on one outcome where their posterior is the reference's, and not elsewhere."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sweep.bench.case import Case, case_of
from sweep.bench.compare import Comparison, compare
from sweep.bench.document import as_json, to_bytes
from sweep.bench.engines import ENGINES, make_of, named_engines
from sweep.bench.machine import machine
from sweep.bench.page import page_of
from sweep.bench.request import Answer, EngineFailed, Request, answer_here, answer_of
from sweep.bench.suite import Bench, Settings
from sweep.bench.tables import comparison_rows, remarks
from sweep.bench.whole import Size
from sweep.cli.bench import code_of, lines_of
from sweep.errors import UsageError
from sweep.store import open_store
from tests.bench.conftest import Tiny


def here(request: Request, folder: Path, environment: Mapping[str, str]) -> Answer:
    """Measure in this process, where all is imported."""
    return answer_here(request)


def narrow(case: Case) -> Case:
    """Return a case whose regions may hardly differ: another model than the one asked for."""
    model: Any = case.task.fit["model"]
    terms = [{**t, "scale": 0.001} if "scale" in t else {**t, "sd": 0.05} for t in model["terms"]]
    fit = {**case.task.fit, "model": {**model, "terms": terms}}
    return replace(case, task=replace(case.task, fit=fit))  # type: ignore[arg-type]


def planted(request: Request, folder: Path, environment: Mapping[str, str]) -> Answer:
    """Measure as asked, but for an engine that has the wrong priors."""
    if request.engine != "nuts":
        return answer_here(request)
    case = case_of(open_store(request.store), request.task)
    return answer_of(request, narrow(case), make_of(request.engine))


def bench_of(*comparisons: Comparison) -> Bench:
    settings = Settings(("ours", "nuts"), 1, 1, Size(1, 300, None))
    return Bench("one", machine(), settings, comparisons)


@pytest.fixture(scope="module")
def agreed(tiny: Tiny) -> Comparison:
    (found,) = compare(tiny.store, tiny.tasks, ("ours", "nuts"), 1, 2, here)
    return found


@pytest.fixture(scope="module")
def disagreed(tiny: Tiny) -> Comparison:
    (found,) = compare(tiny.store, tiny.tasks, ("ours", "nuts"), 1, 1, planted)
    return found


def test_engines_with_the_same_posterior_get_a_speed(agreed: Comparison) -> None:
    assert [s.engine for s in agreed.scores] == ["ours", "nuts"]
    assert agreed.estimates == 5  # the total and four regions
    for score in agreed.scores:
        assert score.speed is not None
        assert score.speed.per_cpu > score.speed.per_cpu_compiled > 0
        assert score.speed.ess == pytest.approx(
            min(score.speed.ess_bulk, score.speed.ess_tail), rel=0.3
        )


def test_repeats_are_on_seeds_of_their_own(tiny: Tiny) -> None:
    answer = answer_here(Request("nuts", tiny.store.url, tiny.tasks[0].key, 1, 2))
    first, second = answer.values
    assert first.shape == second.shape == (4, 100, 5)
    assert not np.array_equal(first, second)


def test_an_engine_with_other_priors_is_told_and_gets_no_speed(disagreed: Comparison) -> None:
    ours, wrong = disagreed.scores
    assert ours.speed is not None
    assert wrong.speed is None
    row = comparison_rows(disagreed)[1]
    assert row["ESS/CPU-s"] == "disagrees"
    assert not {"CPU s", "compiled too", "ours x"} & row.keys()
    assert any(
        remark.startswith("nuts disagrees with the reference") for remark in remarks(disagreed)
    )


def test_a_disagreement_is_a_failure_of_the_command(
    agreed: Comparison, disagreed: Comparison
) -> None:
    assert code_of(bench_of(agreed)) == 0
    assert code_of(bench_of(agreed, disagreed)) == 1
    assert "nuts disagrees" in "\n".join(lines_of(bench_of(disagreed)))


def test_the_json_holds_machine_versions_settings_and_figures(
    agreed: Comparison, disagreed: Comparison
) -> None:
    made = json.loads(to_bytes(as_json(bench_of(agreed, disagreed))))
    assert {"version", "what", "machine", "settings", "rule", "sound", "comparisons"} <= made.keys()
    assert made["machine"]["packages"]["nutpie"]
    assert made["settings"]["seed"] == 1
    right, wrong = (one["engines"][1] for one in made["comparisons"])
    assert right["agrees"]
    assert right["speed"]["per_cpu"] > 0
    assert right["ours_times"] > 0
    assert (wrong["agrees"], wrong["speed"], wrong["ours_times"]) == (False, None, None)


def test_an_engine_that_is_not_installed_is_said_to_be_absent(
    tiny: Tiny, monkeypatch: pytest.MonkeyPatch
) -> None:
    lacking = replace(ENGINES["numpyro"], packages=("no_such_package",))
    monkeypatch.setitem(ENGINES, "numpyro", lacking)
    (found,) = compare(tiny.store, tiny.tasks, ("nuts", "numpyro"), 1, 1, here)
    assert found.absent == {"numpyro": "not installed: pip install no_such_package"}
    assert [s.engine for s in found.scores] == ["nuts"]
    assert code_of(bench_of(found)) == 0
    assert any("numpyro: absent, not installed" in line for line in lines_of(bench_of(found)))
    with pytest.raises(UsageError, match="no engine that was asked for can run: numpyro"):
        list(compare(tiny.store, tiny.tasks, ("numpyro",), 1, 1, here))


def test_an_engine_that_breaks_off_leaves_the_others_alone(tiny: Tiny) -> None:
    def broken(request: Request, folder: Path, environment: Mapping[str, str]) -> Answer:
        if request.engine == "ours":
            msg = "ours did not come to its end (exit code 1): oh"
            raise EngineFailed(msg)
        return answer_here(request)

    (found,) = compare(tiny.store, tiny.tasks, ("ours", "nuts"), 1, 1, broken)
    assert [s.engine for s in found.scores] == ["nuts"]
    assert code_of(bench_of(found)) == 1
    assert found.ratio(found.scores[0], compiled=False) is None


def test_engines_are_named_once_and_an_unknown_one_is_refused() -> None:
    assert named_engines("nuts, ours,nuts") == ("nuts", "ours")
    with pytest.raises(UsageError, match=r"there is no 'numpyr'\. Did you mean 'numpyro'"):
        named_engines("ours,numpyr")
    with pytest.raises(UsageError, match="names none"):
        named_engines(" ,")


def test_a_page_gets_the_figures_in_their_place_and_keeps_the_rest(
    agreed: Comparison, disagreed: Comparison, folder: Path
) -> None:
    page = folder / "benchmarks.md"
    page.write_text("# Speed\n\nWords.\n\n<!-- bench: one -->\nold\n<!-- end: one -->\n\nMore.\n")
    made = page_of(bench_of(agreed), page)
    assert set(made) == {"benchmarks.md", "benchmarks-one.svg"}
    text = made["benchmarks.md"].decode()
    assert text.startswith("# Speed\n\nWords.\n")
    assert text.endswith("<!-- end: one -->\n\nMore.\n")
    assert "old" not in text
    assert "| ours |" in text
    page.write_text(text)
    again = page_of(bench_of(disagreed), page)["benchmarks.md"].decode()
    assert again.count("<!-- bench: one -->") == 1
    assert "| nuts | disagrees |" in again
