"""Every write, flush, link, rename and unlink of one publication, killed or refused by the kernel.

``strace`` injects the fault at the Nth call, for every N there is, with no help from the program.
"""

import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sweep.artifacts.artifact import publish, read
from sweep.artifacts.manifest import describe, is_named_by, place
from sweep.keys import digest, sha256
from sweep.store import NotStored, Store, open_store

ROOT = Path(__file__).parents[2]
RECIPE = {"kind": "fit", "n": 1}
PAYLOAD = {"draws.bin": b"x" * 100_000, "more.bin": b"y" * 100}
PUBLISH = f"""
import sys
from sweep.artifacts.artifact import publish
from sweep.errors import StoreError
from sweep.store import open_store
try:
    publish(open_store(sys.argv[1]), "fit", {RECIPE!r}, {PAYLOAD!r})
except StoreError as error:
    sys.exit(f"in words: {{error}}")
"""
KILL = "signal=SIGKILL"
CALLS = {  # of the publication, by what is there before
    "nothing": ("mkdir", "write", "fsync", "link", "unlink"),
    "remains": ("write", "fsync", "link", "rename", "unlink"),
}
AT_ONCE = 3


def publish_in(store: Store) -> bool:
    """Publish the artifact; return whether this call did."""
    return publish(store, "fit", RECIPE, PAYLOAD).created


@pytest.fixture(scope="module", autouse=True)
def strace() -> None:
    """Skip without strace, and where it may not trace."""
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed: scripts/packages")
    done = subprocess.run(["strace", "-qq", "true"], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"strace may not trace here: {done.stderr}")


@pytest.mark.parametrize("call", ["fsync", "link"])
def test_a_kill_at_any_flush_or_link_leaves_nothing_torn(tmp_path: Path, call: str) -> None:
    every_call(tmp_path, "nothing", call, KILL)


@pytest.mark.chaos
@pytest.mark.parametrize("fault", [KILL, "error=EIO", "error=ENOSPC"])
@pytest.mark.parametrize(
    ("before", "call"), [(before, call) for before, calls in CALLS.items() for call in calls]
)
def test_a_fault_at_any_call_leaves_nothing_torn(
    tmp_path: Path, before: str, call: str, fault: str
) -> None:
    every_call(tmp_path, before, call, fault)


def every_call(directory: Path, before: str, call: str, fault: str) -> None:
    """Fault a publication at its first, second, ... call until there is none left."""
    traced = store_in(directory / "0", before)
    assert 0 == under_strace(traced, call, "").returncode
    count = len((directory / "0.trace").read_text().splitlines())
    assert count > 0, f"a publication makes no {call}"
    numbers = range(1, count + 2)
    stores = {n: store_in(directory / str(n), before) for n in numbers}
    with ThreadPoolExecutor(AT_ONCE) as pool:
        ends = pool.map(lambda n: under_strace(stores[n], call, f"{fault}:when={n}"), numbers)
    for n, end in zip(numbers, ends, strict=True):
        check_end(end, fault, beyond=n > count)
        check_store(stores[n], litter=fault == KILL or call == "unlink")


def store_in(directory: Path, before: str) -> Store:
    """Return a store with what is there before."""
    store = open_store(directory)
    if before == "remains":
        name = place("fit", digest(RECIPE), describe("more.bin", PAYLOAD["more.bin"]).file)
        assert store.put_new(name, b"torn")
    return store


def under_strace(store: Store, call: str, fault: str) -> subprocess.CompletedProcess[str]:
    """Publish in a process of its own, whose calls of one kind are traced, and one faulted."""
    options = ["-f", "-qq", "-e", f"trace={call}", "-o", f"{store.url}.trace"]
    options += ["-e", f"inject={call}:{fault}"] if fault else []
    command = ["strace", *options, sys.executable, "-c", PUBLISH, store.url]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def check_end(end: subprocess.CompletedProcess[str], fault: str, *, beyond: bool) -> None:
    """The fault was there, and told in words; ``beyond`` the last call there is none."""
    if beyond:
        assert (0, "") == (end.returncode, end.stderr)
    elif fault == KILL:
        assert end.returncode in (-9, 137), end.stderr
    else:
        assert (1, True) == (end.returncode, end.stderr.startswith("in words: cannot")), end.stderr
        assert {"EIO": "the disk reported", "ENOSPC": "the disk is full"}[fault[6:]] in end.stderr


def check_store(store: Store, *, litter: bool) -> None:
    """What can be read is whole; published again, it is as if nothing had been."""
    try:
        assert PAYLOAD == read(store, "fit", digest(RECIPE)).payload
    except NotStored:
        assert publish_in(store)
    assert not publish_in(store)
    assert PAYLOAD == read(store, "fit", digest(RECIPE)).payload
    names = [n for n in store.list() if not n.endswith("done.json")]
    assert len(PAYLOAD) == len(names)
    assert all(is_named_by(name, sha256(store.get(name))) for name in names)
    assert "*\n" == Path(store.url, ".gitignore").read_text()
    assert litter or [] == list(Path(store.url, "tmp").glob("put-*"))
