"""Fault points: every one is registered and exists, and armed by the environment alone."""

import ast
import errno
import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import sweep
from sweep.errors import UsageError
from sweep.faultpoint import POINTS, VARIABLE, Injected, become, faultpoint

PACKAGE = Path(sweep.__file__).parent


type Arm = Callable[..., None]


@pytest.fixture
def arm(monkeypatch: pytest.MonkeyPatch) -> Iterator[Arm]:
    """Return a function that arms this process, in a role."""

    def armed(text: str, role: str = "coordinator") -> None:
        monkeypatch.setenv(VARIABLE, text)
        become(role)

    yield armed
    monkeypatch.delenv(VARIABLE, raising=False)
    become("coordinator")  # reads the environment again


def called(path: Path) -> list[str]:
    """Return the names of the fault points in a file."""
    calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    ours = [c for c in calls if isinstance(c.func, ast.Name) and c.func.id == "faultpoint"]
    return [ast.literal_eval(call.args[0]) for call in ours]


def test_every_call_is_registered_and_every_registered_point_is_called_once() -> None:
    found = [name for path in PACKAGE.rglob("*.py") for name in called(path)]
    assert sorted(POINTS) == sorted(found)
    assert len(POINTS) >= 40


def test_a_point_does_nothing_unless_it_is_armed(arm: Arm) -> None:
    faultpoint("put.after_write")
    arm("put.after_link=raise; worker:put.after_write=raise; put.after_flush=raise@2")
    faultpoint("put.after_write")
    faultpoint("put.after_flush")


def test_a_fault_fires_once_at_its_hit_and_only_in_its_role(arm: Arm) -> None:
    arm("worker:put.after_write=raise@2", "worker")
    faultpoint("put.after_write")
    with pytest.raises(Injected, match=r"put\.after_write"):
        faultpoint("put.after_write")
    faultpoint("put.after_write")


def test_an_exception_may_be_chosen_and_a_disk_be_full(arm: Arm) -> None:
    arm("get.before_read=raise:KeyError; put.after_write=full")
    with pytest.raises(KeyError):
        faultpoint("get.before_read")
    with pytest.raises(OSError, match="No space left") as error:
        faultpoint("put.after_write")
    assert errno.ENOSPC == error.value.errno


def test_with_a_record_a_fault_fires_once_in_all_and_every_point_is_a_line(
    arm: Arm, tmp_path: Path
) -> None:
    record = tmp_path / "reached.jsonl"
    for role in ("coordinator", "worker"):
        arm(f"put.after_write=raise; record={record}", role)
        if role == "coordinator":
            with pytest.raises(Injected):
                faultpoint("put.after_write", "fits/k")
        else:
            faultpoint("put.after_write", "fits/k")
    lines = [json.loads(line) for line in record.read_text().splitlines()]
    assert [("coordinator", True), ("worker", None)] == [(x["role"], x.get("fired")) for x in lines]
    assert {("put.after_write", 1, "fits/k")} == {(x["point"], x["hit"], x["what"]) for x in lines}


KILLED = """
from sweep.faultpoint import faultpoint
for i in range(5):
    print(i, flush=True)
    faultpoint("put.after_write")
"""


def test_a_kill_is_a_kill() -> None:
    died = subprocess.run(
        [sys.executable, "-c", KILLED],
        env={VARIABLE: "put.after_write=kill@3"}, cwd=PACKAGE.parent,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (-signal.SIGKILL, "0\n1\n2\n") == (died.returncode, died.stdout)


@pytest.mark.parametrize(
    "text",
    [
        "put.after_wrote=kill",
        "put.after_write",
        "put.after_write=explode",
        "put.after_write=kill@x",
        "boss:put.after_write=kill",
        "put.after_write=raise:print",
        "put.after_write=raise:KeyboardInterrupt",
        "put.after_write=sleep:long",
    ],
)
def test_what_cannot_be_read_is_refused_in_words(arm: Arm, text: str) -> None:
    arm(text)
    with pytest.raises(UsageError, match=f"{VARIABLE}: cannot read '{text}'; write "):
        faultpoint("get.before_read")
