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
from tests.project import Project
from tests.support.here import payload_of, swept_here

ROOT = Path(sweep.__file__).parents[1]
PAGE = 4096
SIZES = [
    PAGE * n for n in (1, 2, 3, 4, 5, 6, 8, 10, 12, 14, 16, 18, 20, 24, 28, 32, 36, 40, 48, 56)
]
"""From less than a design to almost all that the sweep stores."""

# Sweep on the small disk, look at what is left, make it large, sweep again.
DRIVER = """
import json, subprocess, sys
from pathlib import Path
from sweep.store import open_store
from sweep.maintenance.verify import Tally, verify
from tests.support.here import payload_of

config, disk, options, verbs = sys.argv[1], sys.argv[2], sys.argv[3], json.loads(sys.argv[4])

def mount(options):
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", disk], check=True)

def run(verb):
    done = subprocess.run([sys.executable, "-m", "sweep", *verb], capture_output=True, text=True)
    return {"code": done.returncode, "out": done.stdout, "err": done.stderr}

mount(options)
told = {"first": run(["run", config])}
store = open_store(disk)
left = [p.name for p in Path(disk).glob("tmp/*") if p.stat().st_size]
left += [f"{f.state} {f.name}" for f in verify(store, Tally()) if f.state in ("stray", "damaged")]
told["left"] = left
mount("remount,size=64m" + ",ro" * bool(verbs))
told["others"] = [run(verb) for verb in verbs]
if verbs:
    mount("remount,size=64m,rw")
told["second"] = run(["run", config])
told["payload"] = sorted(payload_of(store))
print(json.dumps(told))
"""


def on_a_disk(project: Project, options: str, *verbs: list[str]) -> dict[str, Any]:
    """Sweep on a small disk and again on a large one; skip where nobody may mount one.

    ``verbs`` are run between the two, while the disk is read-only.
    """
    tried = ["unshare", "-rm", "true"]
    if shutil.which("unshare") is None or subprocess.run(tried, check=False).returncode:
        pytest.skip("this kernel gives ordinary users no mount namespaces")
    disk = project.directory / "disk"
    disk.mkdir()
    config = project.directory / "sweep.yaml"
    rules = [{"name": o, "success": ["Yes"]} for o in ("aware", "bought", "liked")]
    study = {"model": "stub", "outcomes": rules}
    config.write_text(project.text(study, {"store": str(disk), "workers": 1}))
    script = [sys.executable, "-c", DRIVER, str(config), str(disk), options, json.dumps(verbs)]
    done = subprocess.run(
        ["unshare", "-rm", *script], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True
    )
    told: dict[str, Any] = json.loads(done.stdout)
    return told


@pytest.fixture(scope="module")
def golden(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Return the names of what an undisturbed sweep publishes: they are named by their content."""
    from tests.project import project_in

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
    told = on_a_disk(project, f"size={20 * PAGE}")
    assert told["first"]["code"] in {1, 2}
    check(told, golden)


@pytest.mark.slow
@pytest.mark.parametrize("size", SIZES)
def test_a_disk_full_at_any_size_is_told_and_leaves_nothing_behind(
    project: Project, golden: list[str], size: int
) -> None:
    check(on_a_disk(project, f"size={size}"), golden)


def test_a_read_only_store_can_be_read_and_says_why_it_cannot_be_written(
    project: Project, golden: list[str]
) -> None:
    disk = str(project.directory / "disk")
    again = ["run", str(project.directory / "sweep.yaml"), "--set", "sampler.seed=8"]
    verbs = [["estimates", "--total", "--store", disk], ["verify", "--store", disk], again]
    told = on_a_disk(project, "size=64m", *verbs)
    read, verified, written = told["others"]
    assert (0, 0) == (read["code"], verified["code"]), (read, verified)
    assert "aware" in read["out"]
    assert "all sound" in verified["out"]
    assert 2 == written["code"]
    assert "the file system is read-only" in written["err"]
    assert "Traceback" not in written["err"]
    check({**told, "left": []}, golden)
