"""`sweep fit`: one outcome in this process, shown as a run is."""

from contextlib import contextmanager

import pytest

from sweep.backends.events import Done, Event, Progress, Started
from sweep.cli.run import fitted_here
from sweep.client import display
from sweep.client import screen as screens
from sweep.errors import ModelError
from sweep.journal.entries import Entry
from sweep.planning.plan import write_tasks
from tests.cli.conftest import inside
from tests.project import Project

BROKEN = """
def build(levels, counts, priors):
    return None

def probabilities(posterior, cells):
    return None
"""


class Noted(display.Nothing):
    """A screen that remembers what it was shown."""

    def __init__(self) -> None:
        self.events: list[tuple[type, str]] = []

    def watch(self, event: Event, entry: Entry | None) -> None:
        """Remember an event."""
        assert entry is not None
        self.events.append((type(event), entry.name))


def test_a_fit_in_this_process_tells_how_it_gets_on(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    screen = Noted()
    monkeypatch.setattr(screens, "show_sweep", contextmanager(lambda *_, **__: iter([screen])))
    store, plan = project.plan(project.config({"model": "stub"}), limit=1)
    write_tasks(store, plan, list(plan.tasks))

    fitted_here(store, plan.record, keep_draws=True)

    kinds = [kind for kind, outcome in screen.events if outcome == "aware"]
    assert (Started, Done) == (kinds[0], kinds[-1])
    assert Progress in kinds


def test_where_there_is_no_terminal_its_end_is_a_line(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    store, plan = project.plan(project.config({"model": "stub"}), limit=1)
    write_tasks(store, plan, list(plan.tasks))

    fitted_here(store, plan.record, keep_draws=True)

    assert "aware" in capsys.readouterr().err


def test_an_error_of_the_model_file_names_outcome_file_and_line(project: Project) -> None:
    project.model("broken", BROKEN)
    store, plan = project.plan(project.config({"model": "broken"}), limit=1)
    write_tasks(store, plan, list(plan.tasks))

    with pytest.raises(ModelError, match=r"^aware: models/broken\.py:2: build\(\) returned NoneT"):
        fitted_here(store, plan.record, keep_draws=True)


@pytest.mark.parametrize("verb", ["check", "plan", "run"])
def test_a_wrong_signature_ends_a_verb_with_its_line(project: Project, verb: str) -> None:
    project.model("broken", BROKEN.replace(", priors", ""))
    config = project.directory / "sweep.yaml"
    config.write_text(project.text({"model": "broken"}))

    ended = inside(verb, config, cwd=project.directory)

    assert 2 == ended.code
    assert "Error: models/broken.py:2: build(levels, counts) does not fit" in ended.err
    assert not (project.directory / ".sweep" / "runs").exists()
