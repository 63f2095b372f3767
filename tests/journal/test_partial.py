"""Runs of a part of a sweep: they say so wherever their numbers are, and are never ``last``."""

import contextlib
import json
import warnings
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import sweep
from sweep.artifacts.artifact import read_done
from sweep.artifacts.encoding import seal
from sweep.artifacts.records import read_record
from sweep.coordinator.execute import begin, plan_sweep
from sweep.errors import CorruptArtifact, UsageError
from sweep.estimates.formats import from_parquet
from sweep.journal.events import read_events
from sweep.journal.partial import partial_words
from sweep.journal.runs import plan_place
from sweep.maintenance.gc import DAY, Rules, collect
from sweep.planning.selection import Selection
from sweep.store import Store
from tests.cli.conftest import inside
from tests.client.test_resume import stubs
from tests.maintenance.test_gc import backdate
from tests.project import Project, entry_named, plan_named
from tests.support.here import swept_here

TWO = Selection(limit=2)
WORDS = "2 of 5 outcomes (--limit 2)"


def config_of(project: Project) -> Any:
    """Return the config of five stub fits."""
    return stubs(project, 5)


def swept(project: Project, selection: Selection = Selection()) -> tuple[Store, str]:  # noqa: B008
    """Sweep a part of a sweep of five stub fits, to its end."""
    return swept_here(project, config_of(project), selection)


def begun(project: Project, selection: Selection = Selection()) -> tuple[Store, str]:  # noqa: B008
    """Begin a run of a part of that sweep."""
    store, plan = plan_sweep(config_of(project), project.directory, selection)
    return store, begin(store, plan)


def command(project: Project, *arguments: str, run: str = "") -> Any:
    """Run the command on the project's store."""
    return inside(*arguments, *([run] if run else []), cwd=project.directory)


def recipe_of(store: Store, run: str) -> Mapping[str, Any]:
    """Return the recipe of a run's report."""
    (key,) = {e["report"] for e in read_events(store, run) if e["event"] == "report"}
    return read_done(store, "report", key).recipe


@pytest.mark.parametrize(
    ("selection", "words"),
    [
        (Selection(), None),
        (Selection(limit=5), None),
        (Selection(("q*",)), None),
        (Selection(sample=300), None),  # there are not so many
        (TWO, WORDS),
        (Selection(("q0[12]", "q04")), "3 of 5 outcomes (--select 'q0[12]' --select q04)"),
        (Selection(("q*",), limit=1), "1 of 5 outcomes (--select 'q*' --limit 1)"),
        (Selection(("status:pending",), 4), "4 of 5 outcomes (--select status:pending --limit 4)"),
        (Selection(sample=50), "a sample of 50 of 300 respondents (--sample 50)"),
        (Selection((), 2, 50), f"{WORDS}, a sample of 50 of 300 respondents (--sample 50)"),
        (
            Selection(("q00", "q01", "q02", "q03")),
            "4 of 5 outcomes (--select q00 --select q01 --select q02 and 1 more)",
        ),
    ],
)  # fmt: skip
def test_a_plan_says_which_part_of_the_sweep_it_covers(
    project: Project, selection: Selection, words: str | None
) -> None:
    _, plan = project.plan(
        config_of(project), selection.patterns, limit=selection.limit, sample=selection.sample
    )
    assert words == partial_words(plan.record)


def test_plans_of_earlier_versions_know_of_their_sample_alone() -> None:
    before = plan_named("s", entry_named("a"), entry_named("b"))
    assert partial_words(before) is None
    words = "a sample of at most 1,000 respondents (--sample 1000)"
    assert words == partial_words(replace(before, sample=1000))


def test_python_says_that_a_run_is_partial(project: Project) -> None:
    store, whole = swept(project)
    store, part = swept(project, TWO)
    both = sweep.Run(store, whole), sweep.Run(store, part)
    assert (None, WORDS) == tuple(run.partial for run in both)
    assert repr(both[1]).endswith(f"2 ok, partial: {WORDS}>")
    assert f"partial: {WORDS}</p>" in both[1]._repr_html_()
    assert "partial" not in repr(both[0]) + both[0]._repr_html_()
    shown = [[r.fits(), r.estimates(), r.estimates(by=["region"]), r.draws()] for r in both]
    assert [{}] * 4 == [frame.attrs for frame in shown[0]]
    assert [{"partial": WORDS}] * 4 == [frame.attrs for frame in shown[1]]
    trees = [r.posterior("q00")["posterior"].attrs for r in both]
    assert [None, WORDS] == [attributes.get("partial") for attributes in trees]
    listed = sweep.runs(store.url).set_index("run")["partial"]
    assert WORDS == listed[part]
    assert listed.isna()[whole]


def test_the_report_says_so_first_and_has_a_key_of_its_own(
    project: Project, tmp_path: Path
) -> None:
    store, whole = swept(project)
    _, part = swept(project, TWO)
    _, named = swept(project, Selection(("q00", "q01")))  # the same outcomes, otherwise chosen
    recipes = {run: recipe_of(store, run) for run in (whole, part, named)}
    assert "partial" not in recipes[whole]  # keys of whole runs are what they were
    assert WORDS == recipes[part]["partial"]
    pages = {run: sweep.Run(store, run).report(tmp_path / f"{run}.html") for run in recipes}
    texts = {run: path.read_text() for run, path in pages.items()}
    page = texts[part]
    assert "<title>Partial · tiny · estimates</title>" in page
    assert page.index(f"This run covers {WORDS}.") < page.index("outcomes have an estimate")
    assert "--select q00 --select q01" in texts[named]
    assert "partial" not in texts[whole].lower()
    table = sweep.Run(store, part).report(tmp_path / "part.parquet").read_bytes()
    assert {"partial": WORDS} == from_parquet(table).attrs


def test_the_command_line_says_so_wherever_it_shows_numbers(project: Project) -> None:
    (project.directory / "sweep.yaml").write_text(
        project.text(config_of(project).study.model_dump(mode="json"))
    )
    _, part = swept(project, TWO)

    ran = command(project, "run", "sweep.yaml", "--limit", "2", "-o", "json")
    told = json.loads(ran.out)
    assert WORDS == told["partial"]
    assert ran.err.startswith(f"tiny (partial: {WORDS}): 2 outcomes, 2 in the store")
    assert f"\nDone, partial: {WORDS}. ok=2 flagged=0 failed=0 cancelled=0 total=2 " in ran.err
    assert f"sweep report {told['run']} " in ran.err  # it is not `last`
    assert f"sweep estimates {told['run']} --total " in ran.err

    status = command(project, "status", run=part)
    assert status.out.startswith(f"tiny (partial: {WORDS})  run {part}")
    assert WORDS == json.loads(command(project, "status", "-o", "json", run=part).out)["partial"]
    assert [WORDS] * 2 == [
        r["partial"] for r in json.loads(command(project, "runs", "-o", "json").out)
    ]
    assert f"  {WORDS}\n" in command(project, "runs").out
    for verb in (("estimates", "--total", "-o", "csv"), ("report",)):
        ended = command(project, *verb, run=part)
        assert f"NOTE  run {part} is partial: {WORDS}\n" == ended.err
        assert WORDS not in ended.out
    plan = ("plan", "sweep.yaml", "--limit", "2")
    assert f"\npartial: {WORDS}\n" in command(project, *plan).out
    assert WORDS == json.loads(command(project, *plan, "-o", "json").out)["partial"]
    sample = "a sample of 50 of 300 respondents (--sample 50)"
    assert sample in command(project, "check", "sweep.yaml", "--sample", "50").out
    assert json.loads(command(project, "check", "sweep.yaml", "-o", "json").out)["partial"] is None


def test_last_is_the_last_whole_run_and_words_say_which_is_newer(project: Project) -> None:
    store, whole = swept(project)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert whole == sweep.open("last", store.url).id  # nothing to say
    begun(project, TWO)
    _, newest = begun(project, Selection(sample=50))
    words = (
        f"this is {whole}, the last whole run; the newest run, {newest}, is partial: "
        "a sample of 50 of 300 respondents (--sample 50)"
    )
    with pytest.warns(UserWarning, match="the last whole run") as told:
        assert whole == sweep.open("last", store.url).id
    assert [words] == [str(one.message) for one in told]
    assert words == sweep.Run(store).passed_over
    for verb in ("status", "estimates", "report", "cancel"):
        ended = command(project, verb)
        assert (0, True) == (ended.code, ended.err.startswith(f"NOTE  {words}\n")), ended
    assert "" == command(project, "status", whole).err
    _, again = begun(project)
    assert again == sweep.Run(store).id
    assert sweep.Run(store).passed_over is None


def test_of_partial_runs_alone_the_message_says_what_to_write(project: Project) -> None:
    begun(project, Selection(sample=50))
    store, newest = begun(project, TWO)
    with pytest.raises(
        UsageError, match=f"write the id of the one you mean, such as {newest}: 2 of"
    ):
        sweep.open("last", store.url)
    ended = command(project, "estimates")
    assert (2, "") == (ended.code, ended.out)
    assert 0 == command(project, "status", newest[-4:]).code


def test_the_last_whole_run_is_not_guessed_past_a_damaged_plan(project: Project) -> None:
    store, _ = begun(project)
    _, part = begun(project, TWO)
    (Path(store.url) / plan_place(part)).write_bytes(b"{}")
    with pytest.raises(CorruptArtifact):
        sweep.open("last", store.url)


def test_partial_runs_never_have_the_last_whole_one_forgotten(project: Project) -> None:
    store, older = begun(project)
    _, whole = begun(project)
    parts = [begun(project, Selection(limit=k))[1] for k in (1, 2, 3)]
    backdate(store, DAY + 60)  # a run that is young may be at work
    collect(store, Rules(grace=0, keep_runs=2), delete=True)
    assert [parts[2], parts[1], whole] == list(sweep.runs(store.url)["run"])
    assert whole == sweep.Run(store).id
    collect(store, Rules(grace=0, keep_runs=0), delete=True)
    assert [] == list(sweep.runs(store.url)["run"])
    assert older < whole


def test_a_plan_without_a_selection_is_read_as_a_whole(project: Project) -> None:
    """As the version before wrote it: its report keeps its key."""
    store, run = swept(project)
    path = Path(store.url) / plan_place(run)
    plan = read_record(store, plan_place(run))
    del plan["selection"]
    path.write_bytes(seal(plan))
    key = recipe_of(store, run)
    opened = sweep.Run(store)
    assert (run, None) == (opened.id, opened.partial)
    with contextlib.chdir(project.directory):
        opened.report()
    assert key == recipe_of(store, run)
