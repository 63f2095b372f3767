"""Every fault point x {kill, exception, full disk}: run again, and it is as if nothing had been.

With a record a fault fires once in all, so a worker's death is one worker's.
"""

import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import pytest

from sweep.errors import SweepError
from sweep.faultpoint import POINTS
from sweep.journal.runs import runs_in
from tests.chaos.scenes import OUTCOMES, SCENES, WORKERS, Case, Stage, place_of, reached
from tests.chaos.whole import check_whole, workers_gone

KINDS = ("kill", "raise", "full")
FAILED, BROKEN = 1, 2  # exit codes: outcomes failed, the command could not go on
AT_ONCE = 3  # cases: their processes wait for the disk and for each other
TELLING = (  # what `make test` breaks: one point of every kind of step, in whoever comes there
    "put.after_write",
    "put.after_link",
    "replace.after_rename",
    "append.after_write",
    "publish.after_payload",
    "run.after_plan",
    "run.after_event",
    "pool.after_give",
    "fit.after_sample",
    "fit.after_publish",
    "estimates.after_publish",
    "report.after_publish",
)


class Fault(NamedTuple):
    """What is broken: at which hit of which point, in a process of which role, and how."""

    role: str
    point: str
    kind: str
    hit: int

    def __str__(self) -> str:
        return f"{self.role}:{self.point}={self.kind}@{self.hit}"


def test_a_point_is_reached_in_the_scene_that_breaks_it(stage: Stage) -> None:
    """The stage is right: all scenes but one end with the same bytes, faults of others or not."""
    for scene in ("fresh", "remains", "failing", "lossy", "damaged", "resumed"):
        stage.trace(scene)
    golden = stage.golden()
    same = ("remains", "lossy", "damaged", "resumed")
    assert all(golden == stage.goldens[scene] for scene in same)
    assert OUTCOMES == len(golden.fits)
    for point in POINTS:
        assert place_of(point) in ("cold", "bucket") or stage.hits(point), point


@pytest.mark.parametrize("point", TELLING)
def test_a_fault_at_a_telling_point_leaves_no_trace(stage: Stage, point: str) -> None:
    roles = stage.hits(point)
    break_all(stage, [Fault(role, point, kind, 1) for role in roles for kind in KINDS])


@pytest.mark.chaos
@pytest.mark.timeout(600)
@pytest.mark.parametrize("point", POINTS)
def test_a_fault_at_any_point_leaves_no_trace(stage: Stage, point: str) -> None:
    roles = stage.hits(point)
    assert roles, "the program never comes there"
    kinds = [*KINDS, "raise:ConnectionError"] if point.startswith("s3.") else KINDS
    break_all(
        stage,
        [
            Fault(role, point, kind, hit)
            for role, count in roles.items()
            for kind in kinds
            for hit in sorted({1, (2 * count + 2) // 3})  # the last is moved by chance
        ],
    )


def break_all(stage: Stage, faults: list[Fault]) -> None:
    """Break a sweep at each of some points, several sweeps at a time."""
    stage.golden()  # made once
    with ThreadPoolExecutor(AT_ONCE) as pool:
        wrong = [words for words in pool.map(lambda f: broken(stage, f), faults) if words]
    assert not wrong, "\n\n".join(wrong)


def broken(stage: Stage, fault: Fault) -> str:
    """Break a sweep, run it again, and return what is wrong then, if anything."""
    scene = place_of(fault.point)
    directory = Path()
    try:
        with stage.case(scene) as case:
            directory = case.directory
            faults = "; ".join(filter(None, (SCENES[scene].others, str(fault))))
            code, output = case.play(SCENES[scene], faults)
            check_end(fault, code, output, case)
            again(case, scene, fault)
            stale = ("claims/", "failures/") if fault.role == "coordinator" else ("claims/",)
            killed, litter = fault.kind == "kill", litter_of(fault)
            check_whole(case, stage.golden(), killed=killed, litter=litter, stale=stale)
    except (AssertionError, SweepError) as error:  # the other cases go on
        return f"{fault} in {scene} ({directory}):\n{error}"
    return ""


def litter_of(fault: Fault) -> int | None:
    """Return how many writers a fault kills at most, None for any number.

    A coordinator that gives up ends its workers at work; one that is killed may write 16 files.
    """
    if fault.kind == "kill":
        return None
    others = place_of(fault.point) == "lossy"
    return WORKERS if fault.role == "coordinator" or others else 0


def again(case: Case, scene: str, fault: Fault) -> None:
    """Run the sweep again, or carry it on."""
    workers_gone(case)
    forgiven = "--retry-failed" in SCENES[scene].options or scene == "failing"
    if forgiven or (fault.role == "worker" and fault.kind.startswith("raise")):
        code, output = case.run("--retry-failed")
    elif (fault.hit > 1 or fault.kind == "kill") and runs_in(case.store()):
        code, output = case.resume()
    else:
        code, output = case.run()
    assert code == 0, f"run again, it left with {code}:\n{output}"


def check_end(fault: Fault, code: int, output: str, case: Case) -> None:
    """The fault fired, once; the command said so in words, or went on."""
    fired = [x for x in reached(case.record) if x.get("fired") and x["point"] == fault.point]
    assert [(fault.role, fault.hit)] == [(x["role"], x["hit"]) for x in fired], output
    expected = {0, FAILED}
    if fault.role == "coordinator":
        expected = {-signal.SIGKILL} if fault.kind == "kill" else {0, FAILED, BROKEN}
    elif fault.kind in ("kill", "full") and place_of(fault.point) != "failing":
        expected = {0}  # another worker, another attempt
    assert code in expected, f"left with {code}:\n{output}"
    if fault.kind == "raise" and fault.role == "coordinator":
        assert (1, True) == (code, "Injected" in output), output
    if fault.kind == "full":
        assert "Traceback" not in output, output
        assert code == 0 or "No space left on device" in output or "FAIL" in output, output
