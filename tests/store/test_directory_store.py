"""What the directory store promises about the disk below it: whole files, no litter, words."""

import errno
import os
import re
import resource
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

import sweep
from sweep.errors import StoreError
from sweep.store import open_store
from sweep.store.directory_root import OWN, exposure

ROOT = Path(sweep.__file__).parents[1]
AS_ROOT = os.geteuid() == 0


def run(
    script: str, *arguments: str, before: tuple[str, ...] = ()
) -> subprocess.CompletedProcess[str]:
    command = [*before, sys.executable, "-c", script, *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def litter(root: Path) -> list[str]:
    return [path.name for path in (root / "tmp").glob("put-*")]


def test_opening_and_reading_create_nothing(tmp_path: Path) -> None:
    store = open_store(tmp_path / "s")
    assert store.size("a") is None
    assert list(store.list()) == []
    assert store.delete("a") is False
    assert store.replace("a", b"", "0" * 64) is False
    assert list(tmp_path.iterdir()) == []


def test_the_first_write_makes_a_private_directory_that_git_ignores(tmp_path: Path) -> None:
    open_store(tmp_path / "deep" / "s").put_new("fits/k/done.json", b"1")
    root = tmp_path / "deep" / "s"
    for private in (root, root / "tmp", root / "fits", root / "fits/k"):
        assert stat.S_IMODE(private.stat().st_mode) & 0o077 == 0
    assert stat.S_IMODE((root / "fits/k/done.json").stat().st_mode) == 0o600
    assert (root / ".gitignore").read_text() == "*\n"
    assert litter(root) == []


STORED = (
    *("designs/k/frame.npz", "fits/k/done.json", "blobs/ab/cd", "runs/r/events.jsonl", "tasks/k"),
    *("arrays/live/x.json", "claims/k.json", "counts/k/a", "estimates/k/a", "failures/k.json"),
    *("quarantine/fits/k/a", "reports/k/a", "gc.json"),
)


def seen_by_git(root: Path) -> set[str]:
    """Return the names below a folder that git would add."""
    subprocess.run(["git", "init", "-q", root], check=True)
    listed = ["git", "-C", str(root), "ls-files", "--others", "--exclude-standard"]
    return set(subprocess.run(listed, capture_output=True, text=True, check=True).stdout.split())


def test_beside_files_of_others_the_store_alone_is_hidden_from_git(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("x")
    (tmp_path / "tmp").mkdir()
    (tmp_path / "tmp" / "old").write_text("x")
    (tmp_path / "models" / "runs").mkdir(parents=True)
    (tmp_path / "models" / "runs" / "x.py").write_text("x")
    os.utime(tmp_path / "tmp" / "old", (0, 0))
    store = open_store(tmp_path)
    for name in STORED:
        store.put_new(name, b"1") if name[-1] != "l" else store.append(name, b"1")
    assert store.delete("gc.json")  # takes the lock
    assert store.age("tasks/k") is not None  # touches the clock
    assert (tmp_path / "tmp" / "old").exists()
    assert {".gitignore", "mine.txt", "tmp/old", "models/runs/x.py"} == seen_by_git(tmp_path)


@pytest.mark.parametrize("text", ["*.log\n", "# mine\n", ""])
def test_a_users_gitignore_stays_as_it_is(tmp_path: Path, text: str) -> None:
    (tmp_path / "mine.txt").write_text("x")
    (tmp_path / ".gitignore").write_text(text)
    open_store(tmp_path).put_new("a", b"1")
    assert text == (tmp_path / ".gitignore").read_text()


def test_all_that_a_store_has_is_hidden() -> None:
    """The page lists it; what the doctor writes is gone again at once."""
    (tree,) = re.findall(
        r"```\n\.sweep/\n(.*?)```", (ROOT / "docs/store.md").read_text(), re.DOTALL
    )
    listed = re.findall(r"^  ((?:[a-z]+/ *)+|gc\.json)", tree, re.MULTILINE)
    names = {name.rstrip("/") for line in listed for name in line.split()}
    assert {*OWN, "tmp"} - {"doctor"} == names


def test_a_link_in_place_of_the_gitignore_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "s").mkdir()
    (tmp_path / "s" / ".gitignore").symlink_to(tmp_path / "elsewhere")
    open_store(tmp_path / "s").put_new("a", b"1")
    assert not (tmp_path / "elsewhere").exists()


def test_a_store_that_lacks_its_gitignore_gets_it_from_the_next_process(tmp_path: Path) -> None:
    """As after a kill, or one that an earlier version made beside a user's files."""
    (tmp_path / "mine.txt").write_text("x")
    open_store(tmp_path).put_new("runs/a", b"1")
    (tmp_path / ".gitignore").unlink()
    open_store(tmp_path).put_new("runs/b", b"1")
    assert {".gitignore", "mine.txt"} == seen_by_git(tmp_path)


@pytest.mark.parametrize(
    ("mode", "everybody", "words"),
    [
        (0o700, None, ""),
        (0o755, False, "others on this machine can list or enter it"),
        (0o770, False, "others on this machine can put files there, in place of results too"),
        (0o777, True, "everybody on this machine can put files there, in place of results too"),
        (0o1777, True, "(mode 1777)"),
    ],
)
def test_a_folder_that_was_there_keeps_its_mode_and_who_can_come_at_it_is_told(
    tmp_path: Path, mode: int, everybody: bool | None, words: str
) -> None:
    root = tmp_path / "s"
    root.mkdir()
    root.chmod(mode)
    open_store(root).put_new("fits/k", b"1")
    assert mode == stat.S_IMODE(root.stat().st_mode)
    assert 0o700 == stat.S_IMODE((root / "fits").stat().st_mode)
    found = exposure(str(root))
    assert everybody == (None if found is None else found.everybody)
    assert found is None or (words in found.words and f"`chmod 700 {root}`" in found.words)
    assert exposure(str(tmp_path / "absent")) is exposure("s3://bucket/x") is None


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_file_is_flushed_before_it_is_seen_and_its_directory_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store(tmp_path / "s")
    steps = list[str]()
    fsync, link = os.fsync, os.link

    def flushed(descriptor: int) -> None:
        target = os.readlink(f"/proc/self/fd/{descriptor}")
        steps.append("flush " + ("aside" if "/put-" in target else target[len(str(tmp_path)) :]))
        fsync(descriptor)

    def linked(*arguments: str) -> None:
        steps.append("link")
        link(*arguments)

    monkeypatch.setattr(os, "fsync", flushed)
    monkeypatch.setattr(os, "link", linked)
    assert store.put_new("a/b/c", b"1")
    assert steps[-5:] == ["flush /s", "flush /s/a", "flush aside", "link", "flush /s/a/b"]
    steps.clear()
    assert not store.put_new("a/b/c", b"2")
    assert steps == ["flush /s/a/b"]


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("verb", ["put_new", "replace", "delete"])
def test_a_change_is_flushed_in_its_directory_before_the_store_says_it_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    """A crash of the machine must not bring back what is told to be gone, or lose what is told."""
    store, fsync, flushed = open_store(tmp_path / "s"), os.fsync, list[bytes | None]()
    path, old = tmp_path / "s/a/b", sha256(b"old").hexdigest()
    store.put_new("a/other", b"")
    if verb != "put_new":
        store.put_new("a/b", b"old")

    def noting(descriptor: int) -> None:
        if os.readlink(f"/proc/self/fd/{descriptor}") == str(path.parent):
            flushed.append(path.read_bytes() if path.exists() else None)
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", noting)
    change: dict[str, Callable[[], bool]] = {
        "put_new": lambda: store.put_new("a/b", b"new"),
        "replace": lambda: store.replace("a/b", b"new", old),
        "delete": lambda: store.delete("a/b", old),
    }
    assert change[verb]()
    assert (None if verb == "delete" else b"new") == flushed[-1]


@pytest.mark.parametrize("nth", [1, 2, 3])
def test_a_failed_flush_is_a_failed_write_and_is_not_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nth: int
) -> None:
    store = open_store(tmp_path / "s")
    store.put_new("warm", b"")
    fsync, calls = os.fsync, list[int]()

    def failing(descriptor: int) -> None:
        calls.append(descriptor)
        if len(calls) == nth:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", failing)
    with pytest.raises(StoreError, match="a/b: Input/output error; the disk reported an error"):
        store.put_new("a/b", b"1")
    assert len(calls) == nth
    assert litter(tmp_path / "s") == []
    assert store.size("a/b") == (1 if nth == 3 else None)  # 3: the directory, after the link


def test_a_link_whose_reply_was_lost_is_a_success(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, link = open_store(tmp_path / "s"), os.link

    def repeated(*arguments: str) -> None:
        link(*arguments)
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))

    monkeypatch.setattr(os, "link", repeated)
    assert store.put_new("a", b"1") is True


def test_an_interrupt_leaves_no_litter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = open_store(tmp_path / "s")

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    for step in ("write", "fsync", "link"):
        store.put_new("warm", b"")
        with monkeypatch.context() as patch:
            patch.setattr(os, step, interrupted)
            with pytest.raises(KeyboardInterrupt):
                store.put_new("a", b"1")
        assert litter(tmp_path / "s") == []
        assert store.size("a") is None


def test_a_limit_on_file_size_is_told_in_words_and_leaves_nothing(tmp_path: Path) -> None:
    store = open_store(tmp_path / "s")
    store.put_new("small", b"1")
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, limits[1]))
    try:
        with pytest.raises(StoreError, match=r"cannot write .*/big: File too large; .*ulimit -f"):
            store.put_new("big", b"x" * 20_000)
        with pytest.raises(StoreError, match=r"cannot replace .*/small: File too large"):
            store.replace("small", b"x" * 20_000, sha256(b"1").hexdigest())
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
    assert litter(tmp_path / "s") == []
    assert list(store.list()) == ["small"]
    assert store.get("small") == b"1"


def in_mount(options: str, script: str, directory: Path) -> subprocess.CompletedProcess[str]:
    """Run ``script`` with a fresh file system on ``directory``, seen by nobody else."""
    if shutil.which("unshare") is None or run("", before=("unshare", "-rm")).returncode:
        pytest.skip("needs the right to mount a file system in a namespace of its own")
    shell = f'mount -t tmpfs -o {options} tmpfs "$1" && shift && exec "$@"'
    directory.mkdir()
    return run(
        script, str(directory), before=("unshare", "-rm", "sh", "-c", shell, "sh", str(directory))
    )


def test_a_full_disk_is_told_in_words_and_leaves_nothing(tmp_path: Path) -> None:
    script = """
import os, sys
from sweep.errors import StoreError
from sweep.store import open_store
store = open_store(sys.argv[1])
for i in range(100):
    try:
        store.put_new(f"f/{i}", b"x" * 30_000)
    except StoreError as error:
        print(error)
        break
assert all(len(store.get(name)) == 30_000 for name in store.list()), "torn"
assert len(list(store.list())) == i > 0, "lost"
assert [n for n in os.listdir(sys.argv[1] + "/tmp") if n != "lock"] == [], "litter"
store.delete("f/0")
assert store.put_new("f/again", b"x" * 30_000), "no way on"
"""
    done = in_mount("size=256k", script, tmp_path / "s")
    assert (done.returncode, done.stderr) == (0, "")
    assert "No space left on device; the disk is full: free some space" in done.stdout


def test_a_read_only_disk_is_readable_and_refuses_a_write_in_words(tmp_path: Path) -> None:
    script = """
import subprocess, sys
from sweep.errors import StoreError
from sweep.store import open_store
open_store(sys.argv[1]).put_new("a", b"1")
subprocess.run(["mount", "-o", "remount,ro", sys.argv[1]], check=True)
store = open_store(sys.argv[1])
assert (store.get("a"), store.size("a"), list(store.list())) == (b"1", 1, ["a"])
for write in (lambda: store.put_new("b", b"1"), lambda: store.append("b.log", b"1"),
              lambda: store.delete("a")):
    try:
        write()
    except StoreError as error:
        print(error)
"""
    done = in_mount("size=256k", script, tmp_path / "s")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("Read-only file system; the file system is read-only") == 3


def test_a_forbidden_directory_is_told_in_words(tmp_path: Path) -> None:
    script = """
import os, sys
from sweep.errors import StoreError
from sweep.store import open_store
store = open_store(sys.argv[1])
store.put_new("a", b"1")
os.chmod(sys.argv[1], 0o500)
try:
    store.put_new("new/b", b"1")
except StoreError as error:
    print(error)
os.chmod(sys.argv[1], 0o700)
"""
    # Root obeys permissions only without these two capabilities.
    bound = ("setpriv", "--bounding-set=-dac_override,-dac_read_search") if AS_ROOT else ()
    if bound and (shutil.which("setpriv") is None or run("", before=bound).returncode):
        pytest.skip("permissions do not bind root, and setpriv is not there to change that")
    done = run(script, str(tmp_path / "s"), before=bound)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Permission denied; permission denied: give this user the right" in done.stdout


@pytest.mark.parametrize("name", ["tmp", "tmp/lock", "tmp/clock"])
def test_no_link_is_followed_where_the_store_has_files_of_its_own(
    tmp_path: Path, name: str
) -> None:
    store = open_store(tmp_path / "s")
    assert store.put_new("gc.json", b"1")
    (victim := tmp_path / "victim").mkdir()
    planted = tmp_path / "s" / name
    if name == "tmp":
        shutil.rmtree(planted)
        planted.symlink_to(victim)
    else:
        planted.unlink(missing_ok=True)
        planted.symlink_to(victim / "made")
    seen = open_store(tmp_path / "s")
    acts: dict[str, Callable[[], object]] = {
        "tmp": lambda: seen.put_new("a", b"1"),
        "tmp/lock": lambda: seen.replace("gc.json", b"2", sha256(b"1").hexdigest()),
        "tmp/clock": lambda: seen.age("gc.json"),
    }
    for act in acts.values() if name == "tmp" else [acts[name]]:
        with pytest.raises(StoreError, match="a symbolic link stands inside the store"):
            act()
    assert [] == list(victim.iterdir())
    assert b"1" == seen.get("gc.json")


def test_nothing_is_read_or_written_through_a_symbolic_link(tmp_path: Path) -> None:
    store = open_store(tmp_path / "s")
    store.put_new("a/b", b"1")
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_text("x")
    (tmp_path / "s/link").symlink_to(outside)
    (tmp_path / "s/a/file").symlink_to(outside / "secret")
    (tmp_path / "s/a/loop").symlink_to("loop")
    verbs: list[Callable[[str], object]] = [
        store.get,
        store.size,
        store.delete,
        lambda name: store.put_new(name, b"2"),
        lambda name: store.replace(name, b"2", sha256(b"x").hexdigest()),
    ]
    (tmp_path / "s/a/file.log").symlink_to(outside / "secret")
    for name in ("link/new.log", "a/file.log"):
        with pytest.raises(StoreError, match="symbolic link"):
            store.append(name, b"2")
    for name in ("link/secret", "link/new", "a/file", "a/loop"):
        for verb in verbs:
            with pytest.raises(StoreError, match="symbolic link"):
                verb(name)
    assert list(store.list()) == ["a/b"]
    assert [(path.name, path.read_text()) for path in outside.iterdir()] == [("secret", "x")]


def test_age_is_by_the_file_systems_clock_and_not_by_this_machines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a shared disk the server's clock stamps files; ours may be a day off."""
    store = open_store(tmp_path / "s")
    store.put_new("a", b"1")
    monkeypatch.setattr(time, "time", lambda: 86_400.0)
    assert 0 <= (store.age("a") or 0.0) < 3600
    os.utime(tmp_path / "s/a", (0, 0))
    store.put_new("b", b"1")
    assert 1e9 < (store.age("a") or 0.0)
    os.utime(tmp_path / "s/tmp/clock", (5.0, 5.0))
    assert 0 <= (store.age("b") or 0.0) < 3600


def test_a_store_may_be_reached_through_a_symbolic_link(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "s")
    open_store(tmp_path / "link").put_new("a", b"1")
    assert open_store(tmp_path / "s").get("a") == b"1"


def test_a_file_where_a_directory_must_be_is_told_in_words(tmp_path: Path) -> None:
    store = open_store(tmp_path / "s")
    store.put_new("a", b"1")
    store.put_new("d/e", b"1")
    with pytest.raises(StoreError, match="a file stands where the store needs a directory"):
        store.put_new("a/b", b"1")
    with pytest.raises(StoreError, match="a directory stands where the store needs a file"):
        store.put_new("d", b"1")
    assert litter(tmp_path / "s") == []


def test_a_store_removed_under_a_running_process_is_made_again(tmp_path: Path) -> None:
    store = open_store(tmp_path / "s")
    store.put_new("a/b", b"1")
    shutil.rmtree(tmp_path / "s")
    assert store.put_new("a/b", b"2")
    assert store.get("a/b") == b"2"
