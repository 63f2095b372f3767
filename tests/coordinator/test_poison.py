"""Questions that break their fits: each ends with its true reason, and the others know nothing.

`benchmarks.poison` does the same with 200 questions, and measures what it costs.
"""

from pathlib import Path
from typing import Any

import pytest

from benchmarks.poison import compared
from tests.support.poison import layout, rooms

pytestmark = [
    pytest.mark.sampling,
    pytest.mark.slow,
    pytest.mark.alone,
    pytest.mark.timeout(1200),
]

MANY = 40


@pytest.fixture(scope="module", params=["group", "process"])
def found(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Return what became of the sweep, with each limit of memory that this machine has."""
    with rooms() as places:
        room = next((r for r in places if r.name == request.param), None)
        if room is None:
            pytest.skip("no group of processes can be given a limit of memory here")
        return compared(Path(tmp_path_factory.mktemp("poison")), room, MANY, draws=250)


def test_each_poisoned_question_ends_with_its_true_reason(found: dict[str, Any]) -> None:
    assert layout(MANY).keys() == found["poisoned"].keys()
    untrue = {k: v for k, v in found["poisoned"].items() if not v["true"]}
    assert {} == untrue


def test_every_other_estimate_is_that_of_a_quiet_sweep(found: dict[str, Any]) -> None:
    assert [] == found["others_failed"]
    assert MANY - len(layout(MANY)) == found["others"] == found["others_equal"]
