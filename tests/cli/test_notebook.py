"""Progress in a notebook: one output, redrawn in its place."""

from typing import Any

import IPython.display
import pytest
import rich.console

from sweep.backends.events import Done, Failure, Note, Started
from sweep.client.screen import show_sweep
from tests.project import entry_named, plan_named

RESULT = {
    "status": "ok",
    "seconds": 0.5,
    "draws": 400,
    "reasons": [],
    "diagnostics": {"r_hat_max": 1.0, "ess_bulk_min": 400.0, "ess_tail_min": 400.0},
}
PLAN = plan_named("tiny", *(entry_named(f"q{k}") for k in range(50)))


class Output:
    """What a notebook would show."""

    def __init__(self) -> None:
        self.shown: list[dict[str, str]] = []
        self.updates = 0

    def display(self, bundle: dict[str, str], **options: Any) -> "Output":
        """Show a new output."""
        assert {"raw": True, "display_id": True} == options
        self.shown.append(bundle)
        return self

    def update(self, bundle: dict[str, str], raw: bool) -> None:
        """Show something else in its place."""
        assert raw
        self.shown[-1] = bundle
        self.updates += 1


@pytest.fixture
def output(monkeypatch: pytest.MonkeyPatch) -> Output:
    made = Output()
    monkeypatch.setattr(rich.console, "_is_jupyter", lambda: True)
    monkeypatch.setattr(IPython.display, "display", made.display)
    return made


@pytest.mark.parametrize("progress", [None, True])
def test_fifty_outcomes_are_one_output_in_a_notebook(
    output: Output, progress: bool | None, capsys: pytest.CaptureFixture[str]
) -> None:
    with show_sweep(PLAN, progress) as screen:
        for entry in PLAN.entries:
            screen.watch(Started("key", 0, 1), entry)
            screen.watch(Done("key", 1, RESULT, None), entry)

    assert 1 == len(output.shown)
    assert "50/50" in output.shown[0]["text/plain"]
    assert "left" not in output.shown[0]["text/plain"], "it has ended"
    assert output.updates < 10, "four times a second at most"
    assert ("", "") == tuple(capsys.readouterr())


def test_what_broke_a_cell_off_leaves_the_last_state(output: Output) -> None:
    def interrupted() -> None:
        with show_sweep(PLAN, None) as screen:
            failure = Failure("model", "<b>no</b> good")
            screen.watch(Done("key", 1, None, failure), PLAN.entries[0])
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()

    assert "FAIL q0  <b>no</b> good" in output.shown[0]["text/plain"]
    assert "&lt;b&gt;no&lt;/b&gt; good" in output.shown[0]["text/html"]


def test_notes_come_through_and_silence_is_silent(
    output: Output, capsys: pytest.CaptureFixture[str]
) -> None:
    with show_sweep(PLAN, None) as screen:
        screen.watch(Note("read this"), None)
    assert "read this\n" == capsys.readouterr().err
    with show_sweep(PLAN, False):
        pass
    assert 1 == len(output.shown)
