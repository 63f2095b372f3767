"""A disk that is full, read-only or not ours: a message, nothing half-written, and a rerun goes on.

The disk is a tmpfs of some size in a mount namespace of its own.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import sweep
from sweep.worker.environment import warm_environment
from tests.project import Project, project_in
from tests.support.here import payload_of, swept_here

ROOT = Path(sweep.__file__).parents[1]
PAGE = 4096
SIZES = [
    PAGE * n for n in (1, 2, 3, 4, 5, 6, 8, 10, 12, 14, 16, 18, 20, 24, 28, 32, 36, 40, 48, 56)
]
"""From less than a design to almost all that the sweep stores."""

# Sweep on the small disk, look at what is left, make it large, sweep again. Commands are forks.
DRIVER = """
import json, os, subprocess, sys, tempfile
from pathlib import Path
from sweep.cli import main
from sweep.store import open_store
from sweep.maintenance.verify import Tally, verify
from tests.chaos.host import fork_workers, import_everything, leave
from tests.support.here import payload_of

import_everything()
fork_workers()

def mount(disk, options):
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", disk], check=True)

def run(verb):
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        child = os.fork()
        if child == 0:
            os.dup2(out.fileno(), 1)
            os.dup2(err.fileno(), 2)
            os.closerange(3, 4096)
            sys.argv = ["sweep", *verb]
            leave(main, dict(os.environ))
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        said = [file.seek(0) or file.read().decode() for file in (out, err)]
    return {"code": code, "out": said[0], "err": said[1]}

def course(config, disk, options, verbs):
    mount(disk, options)
    told = {"first": run(["run", config])}
    store = open_store(disk)
    left = [p.name for p in Path(disk).glob("tmp/*") if p.stat().st_size]
    found = verify(store, Tally())
    left += [f"{f.state} {f.name}" for f in found if f.state in ("stray", "damaged")]
    told["left"] = left
    mount(disk, "remount,size=64m" + ",ro" * bool(verbs))
    told["others"] = [run(verb) for verb in verbs]
    if verbs:
        mount(disk, "remount,size=64m,rw")
    told["second"] = run(["run", config])
    told["payload"] = sorted(payload_of(store))
    return told

print(json.dumps([course(*given) for given in json.loads(sys.argv[1])]))
"""


def on_disks(*courses: tuple[Project, str, list[list[str]]]) -> list[dict[str, Any]]:
    """Sweep on small disks and again on large ones; skip where nobody may mount one.

    A course is a project, how its disk is mounted, and the verbs that are run between the two
    sweeps, while the disk is read-only.
    """
    tried = ["unshare", "-rm", "true"]
    if shutil.which("unshare") is None or subprocess.run(tried, check=False).returncode:
        pytest.skip("this kernel gives ordinary users no mount namespaces")
    rules = [{"name": o, "success": ["Yes"]} for o in ("aware", "bought", "liked")]
    study, given = {"model": "stub", "outcomes": rules}, []
    for project, options, verbs in courses:
        disk, config = project.directory / "disk", project.directory / "sweep.yaml"
        disk.mkdir()
        config.write_text(project.text(study, {"store": str(disk), "workers": 1}))
        given.append([str(config), str(disk), options, verbs])
    script = [sys.executable, "-W", "ignore", "-c", DRIVER, json.dumps(given)]
    done = subprocess.run(
        ["unshare", "-rm", *script],
        env={**warm_environment(), "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, text=True,
        check=True,
    )  # fmt: skip
    told: list[dict[str, Any]] = json.loads(done.stdout)
    return told


@pytest.fixture(scope="module")
def golden(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Return the names of what an undisturbed sweep publishes: they are named by their content."""
    project = project_in(tmp_path_factory.mktemp("golden") / "project")
    names = ("aware", "bought", "liked")
    rules = [{"name": name, "success": ["Yes"]} for name in names]
    store, _ = swept_here(project, project.config({"model": "stub", "outcomes": rules}))
    return sorted(payload_of(store))


def check(told: dict[str, Any], golden: list[str]) -> None:
    """Hold a sweep on a small disk to what is promised."""
    first, second = told["first"], told["second"]
    assert "Traceback" not in first["err"], first["err"]
    if first["code"]:
        assert first["code"] in {1, 2}, first
        assert "the disk is full" in first["err"], first["err"]
    assert [] == told["left"], first["err"]
    assert 0 == second["code"], second["err"]
    assert golden == told["payload"]


def test_a_full_disk_is_told_and_a_larger_one_gives_the_same_bytes(
    project: Project, golden: list[str]
) -> None:
    """The design fits, and not all of the fits."""
    (told,) = on_disks((project, f"size={20 * PAGE}", []))
    assert told["first"]["code"] in {1, 2}
    check(told, golden)


@pytest.fixture(scope="module")
def of_every_size(tmp_path_factory: pytest.TempPathFactory) -> dict[int, dict[str, Any]]:
    """Return what happened on a disk of each size."""
    folder = tmp_path_factory.mktemp("disks")
    courses = [
        (project_in(folder / str(size)), f"size={size}", list[list[str]]()) for size in SIZES
    ]
    return dict(zip(SIZES, on_disks(*courses), strict=True))


@pytest.mark.slow
@pytest.mark.parametrize("size", SIZES)
def test_a_disk_full_at_any_size_is_told_and_leaves_nothing_behind(
    of_every_size: dict[int, dict[str, Any]], golden: list[str], size: int
) -> None:
    check(of_every_size[size], golden)


def test_a_read_only_store_can_be_read_and_says_why_it_cannot_be_written(
    project: Project, golden: list[str]
) -> None:
    disk = str(project.directory / "disk")
    again = ["run", str(project.directory / "sweep.yaml"), "--set", "sampler.seed=8"]
    verbs = [["estimates", "--total", "--store", disk], ["verify", "--store", disk], again]
    (told,) = on_disks((project, "size=64m", verbs))
    read, verified, written = told["others"]
    assert (0, 0) == (read["code"], verified["code"]), (read, verified)
    assert "aware" in read["out"]
    assert "all sound" in verified["out"]
    assert 2 == written["code"]
    assert "the file system is read-only" in written["err"]
    assert "Traceback" not in written["err"]
    check({**told, "left": []}, golden)
