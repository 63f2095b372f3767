"""What a killed writer leaves in a directory store: whole files, and litter that goes away."""

import os
import random
import signal
import subprocess
import sys
import time
from hashlib import sha256
from pathlib import Path

import pytest

import sweep
from sweep.store import open_store

ROOT = Path(sweep.__file__).parents[1]


def run(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", script, *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def litter(root: Path) -> list[str]:
    return [path.name for path in (root / "tmp").glob("put-*")]


KILL_AT_EVERY_STEP = """
import os, signal, sys
from sweep.store import open_store
def deadly(function):
    def step(*arguments, **options):
        global left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*arguments, **options)
    return step
for name in ("mkdir", "open", "write", "fsync", "link", "unlink", "close"):
    setattr(os, name, deadly(getattr(os, name)))
left = -1
import sweep.store.directory
for at in range(1, 60):
    if (child := os.fork()) == 0:
        left = at
        open_store(f"{sys.argv[1]}/{at}").put_new("fits/k/draws", b"x" * 100_000)
        os._exit(0)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    print(code, flush=True)
    if code == 0:
        break
"""


def test_a_kill_before_any_step_leaves_a_whole_file_or_none(tmp_path: Path) -> None:
    kept = set[bool]()
    codes = [int(line) for line in run(KILL_AT_EVERY_STEP, str(tmp_path)).stdout.split()]
    assert len(codes) > 15, "the steps were not reached"
    assert codes == [-signal.SIGKILL] * (len(codes) - 1) + [0]
    for at in range(1, len(codes) + 1):
        store = open_store(tmp_path / str(at))
        kept.add(visible := store.size("fits/k/draws") is not None)
        assert not visible or store.get("fits/k/draws") == b"x" * 100_000
        assert store.put_new("fits/k/draws", b"x" * 100_000) is not visible
    assert kept == {True, False}


WRITE_ON = """
import hashlib, sys
from sweep.store import open_store
store = open_store(sys.argv[1])
for i in range(100_000):
    body = b"%d " % i * 20_000
    store.put_new(f"f/{sys.argv[2]}-{i}", hashlib.sha256(body).digest() + body)
    if i == 0:
        print("ready", flush=True)
"""


def test_a_writer_killed_at_any_time_leaves_only_whole_files(tmp_path: Path) -> None:
    waits = random.Random(7)
    for attempt in range(8):
        command = [sys.executable, "-c", WRITE_ON, str(tmp_path / "s"), str(attempt)]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            assert writer.stdout.readline() == b"ready\n"
            time.sleep(waits.uniform(0, 0.03))
            writer.kill()
        assert writer.returncode == -signal.SIGKILL
    store = open_store(tmp_path / "s")
    names = list(store.list("f/"))
    assert len(names) >= 8
    for name in names:
        data = store.get(name)
        assert sha256(data[32:]).digest() == data[:32]


def test_the_lock_of_a_killed_process_is_free(tmp_path: Path) -> None:
    store = open_store(tmp_path / "s")
    store.put_new("a", b"1")
    script = """
import os, signal, sys
from sweep.store import open_store
os.rename = os.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
open_store(sys.argv[1]).replace("a", b"2", sys.argv[2])
"""
    died = run(script, store.url, sha256(b"1").hexdigest())
    assert died.returncode == -signal.SIGKILL
    assert store.get("a") == b"1"
    assert store.replace("a", b"3", sha256(b"1").hexdigest())


def test_the_next_process_clears_what_killed_ones_left(tmp_path: Path) -> None:
    open_store(tmp_path / "s").put_new("a", b"1")
    old, young = (tmp_path / "s/tmp" / f"put-{digit * 32}" for digit in "ab")
    for path in (old, young):
        path.write_bytes(b"half")
    os.utime(old, (time.time() - 100_000,) * 2)
    open_store(tmp_path / "s").put_new("b", b"1")
    assert litter(tmp_path / "s") == [young.name]


def test_a_file_being_written_is_no_litter_to_a_machine_whose_clock_is_days_ahead(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_store(tmp_path / "s").put_new("a", b"1")
    (tmp_path / "s/tmp" / f"put-{'a' * 32}").write_bytes(b"half")
    days = time.time() + 3 * 86_400
    monkeypatch.setattr("sweep.store.directory.time.time", lambda: days)
    open_store(tmp_path / "s").put_new("b", b"1")
    assert [f"put-{'a' * 32}"] == litter(tmp_path / "s")
