"""What every store promises, whatever it is made of."""

import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

import sweep
from sweep.errors import StoreError, UsageError
from sweep.keys import sha256
from sweep.store import NotStored, Store, open_store

ROOT = Path(sweep.__file__).parents[1]

HOSTILE = [
    "",
    "/",
    "/etc/passwd",
    "..",
    "../x",
    "a/../x",
    "a/../../x",
    "a/..",
    ".",
    "./a",
    "a/./b",
    ".git/config",
    "a/.hidden",
    "a//b",
    "a/",
    "//a",
    "a\\b",
    "..\\x",
    "C:\\x",
    "a\0b",
    "a\nb",
    "a\x7fb",
    "a\x1b[31m",
    "\ud800",
    "tmp",
    "tmp/x",
    "x" * 256,
    "é" * 128,
    "/".join(["x" * 200] * 6),
]


def together(count: int, work: Callable[[int], None]) -> None:
    """Run ``work`` in threads that start at the same moment; pass on what they raise."""
    barrier, errors = threading.Barrier(count), list[BaseException]()

    def run(number: int) -> None:
        try:
            barrier.wait()
            work(number)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def in_processes(count: int, script: str, *arguments: str) -> list[str]:
    """Run ``script`` in processes that wait for each other; return what each printed last."""
    command = [sys.executable, "-c", script, *arguments]
    children = [
        subprocess.Popen(
            [*command, str(number)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(count)
    ]
    for child in children:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
    for child in children:
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()
    outputs = [child.communicate()[0].strip() for child in children]
    assert [child.returncode for child in children] == [0] * count
    return outputs


def test_what_is_put_is_what_is_got(store: Store) -> None:
    for name, data in {
        "a": b"",
        "fits/k/done.json": b"{}",
        "x/y/ü z.log": bytes(range(256)),
    }.items():
        assert store.put_new(name, data) is True
        assert store.get(name) == data
        assert store.size(name) == len(data)


def test_the_age_of_a_file_counts_from_its_last_change_by_the_stores_clock(store: Store) -> None:
    """A server may count in whole seconds; the hour is for a machine that is very slow."""
    store.put_new("a", b"1")
    store.append("r/b.log", b"1\n")
    store.append("r/b.log", b"2\n")
    for name in ("a", "r/b.log"):
        age = store.age(name)
        assert age is not None
        assert -1 <= age < 3600, name
    assert store.age("b") is None
    assert store.age("a/b") is None


def test_an_absent_file_is_told_apart_from_an_empty_one(store: Store) -> None:
    store.put_new("a/b", b"")
    assert store.size("a/b") == 0
    for name in ("a", "a/c", "a/b/c", "d"):
        assert store.size(name) is None
        with pytest.raises(NotStored, match=name) as caught:
            store.get(name)
        assert isinstance(caught.value, KeyError)
        assert isinstance(caught.value, StoreError)


def test_the_first_writer_wins(store: Store) -> None:
    assert store.put_new("a", b"first") is True
    assert store.put_new("a", b"second") is False
    assert store.get("a") == b"first"


def test_a_store_opens_again_from_its_url(store: Store) -> None:
    store.put_new("a", b"1")
    assert open_store(store.url).get("a") == b"1"


def test_one_of_sixteen_threads_wins_and_no_reader_sees_a_part(store: Store) -> None:
    contents = [bytes([number]) * 500_000 for number in range(16)]
    won, seen, stop = list[int](), set[bytes](), threading.Event()

    def watch() -> None:
        last = False
        while not last:
            last = stop.is_set()
            if store.size("race") is not None:
                seen.add(store.get("race"))

    def write(number: int) -> None:
        if store.put_new("race", contents[number]):
            won.append(number)

    reader = threading.Thread(target=watch)
    reader.start()
    together(16, write)
    stop.set()
    reader.join()
    assert len(won) == 1
    assert store.get("race") == contents[won[0]]
    assert seen == {contents[won[0]]}


PUT = """
import sys
from sweep.store import open_store
store = open_store(sys.argv[1])
print("ready", flush=True)
input()
won = [i for i in range(20) if store.put_new(f"race/{i}", sys.argv[2].encode() * 100_000)]
print(*won)
"""


def test_one_of_four_processes_wins_each_file(store: Store) -> None:
    outputs = in_processes(4, PUT, store.url)
    winners = {int(i): str(number) for number, line in enumerate(outputs) for i in line.split()}
    assert sum(len(line.split()) for line in outputs) == 20
    for i in range(20):
        assert store.get(f"race/{i}") == winners[i].encode() * 100_000


def test_replace_changes_only_what_the_caller_saw(store: Store) -> None:
    assert store.replace("a", b"1", sha256(b"0")) is False
    assert store.size("a") is None
    assert store.replace("a", b"1", None) is True
    assert store.replace("a", b"2", None) is False
    assert store.replace("a", b"2", sha256(b"0")) is False
    assert store.get("a") == b"1"
    assert store.replace("a", b"2", sha256(b"1")) is True
    assert store.get("a") == b"2"


def test_no_change_is_lost_between_threads(store: Store) -> None:
    store.put_new("count", b"0")

    def add(_: int) -> None:
        for _ in range(5):
            while not store.replace(
                "count", b"%d" % (int(now := store.get("count")) + 1), sha256(now)
            ):
                pass

    together(8, add)
    assert store.get("count") == b"40"


ADD = """
import hashlib, sys
from sweep.store import open_store
store = open_store(sys.argv[1])
print("ready", flush=True)
input()
for _ in range(10):
    while True:
        now = store.get("count")
        if store.replace("count", b"%d" % (int(now) + 1), hashlib.sha256(now).hexdigest()):
            break
"""


def test_no_change_is_lost_between_processes(store: Store) -> None:
    store.put_new("count", b"0")
    in_processes(4, ADD, store.url)
    assert store.get("count") == b"40"


def test_one_of_eight_creates_by_replace(store: Store) -> None:
    won = list[int]()

    def create(number: int) -> None:
        if store.replace("a", b"%d" % number, None):
            won.append(number)

    together(8, create)
    assert [int(store.get("a"))] == won


def test_lines_appended_by_several_writers_all_arrive_whole(store: Store) -> None:
    lines = {b"%d %d %s\n" % (number, i, b"x" * 50) for number in range(8) for i in range(25)}

    def log(number: int) -> None:
        for line in sorted(lines):
            if line.startswith(b"%d " % number):
                store.append("runs/r/events.jsonl", line)

    together(8, log)
    written = store.get("runs/r/events.jsonl").splitlines(keepends=True)
    assert len(written) == 200
    assert set(written) == lines


def test_only_a_log_can_be_appended_to_and_it_cannot_be_replaced(store: Store) -> None:
    with pytest.raises(UsageError, match="only names that end in"):
        store.append("fits/k/done.json", b"1")
    store.append("a.log", b"1\n")
    with pytest.raises(UsageError, match="a log is created, appended to, and deleted"):
        store.replace("a.log", b"2\n", sha256(b"1\n"))
    assert store.put_new("a.log", b"2\n") is False
    assert store.get("a.log") == b"1\n"


def test_an_appended_file_is_one_file_for_every_verb_and_every_opener(store: Store) -> None:
    """70,000 bytes: more than one piece where a store keeps pieces."""
    line = b"x" * 6_999 + b"\n"
    store.put_new("r/b.log", line)
    for _ in range(9):
        store.append("r/b.log", line)
    other = open_store(store.url)
    other.append("r/b.log", b"last\n")
    store.put_new("r/b.log.d", b"")
    store.put_new("r/b-c", b"")
    for opened in (store, other):
        assert opened.get("r/b.log") == line * 10 + b"last\n"
        assert opened.size("r/b.log") == 70_005
        assert list(opened.list()) == ["r/b-c", "r/b.log", "r/b.log.d"]
        assert list(opened.list("r/b.log")) == ["r/b.log", "r/b.log.d"]
        assert list(opened.list("r/b.log/")) == []
    assert store.delete("r/b.log", sha256(b"other")) is False
    assert other.delete("r/b.log", sha256(line * 10 + b"last\n")) is True
    assert store.size("r/b.log") is None
    assert store.delete("r/b.log") is False
    store.append("r/b.log", b"anew\n")
    assert other.get("r/b.log") == b"anew\n"


def test_list_yields_sorted_names_that_start_with_the_prefix(store: Store) -> None:
    names = ["a-b", "a/b", "a/c/d", "a.b", "ab/c", "b", "é/x"]
    for name in names:
        store.put_new(name, b"")
    assert list(store.list()) == sorted(names)
    assert list(store.list("a/")) == ["a/b", "a/c/d"]
    assert list(store.list("a")) == ["a-b", "a.b", "a/b", "a/c/d", "ab/c"]
    assert list(store.list("a/c")) == ["a/c/d"]
    assert list(store.list("a/b")) == ["a/b"]
    assert list(store.list("nothing/")) == []


def test_an_empty_store_lists_nothing(store: Store) -> None:
    assert list(store.list()) == []


def test_delete_says_whether_there_was_a_file(store: Store) -> None:
    assert store.delete("a/b") is False
    store.put_new("a/b", b"1")
    assert store.delete("a/b") is True
    assert store.size("a/b") is None
    assert list(store.list()) == []
    assert store.put_new("a/b", b"2") is True


def test_delete_spares_a_file_that_changed(store: Store) -> None:
    store.put_new("a", b"new")
    assert store.delete("a", expected=sha256(b"old")) is False
    assert store.get("a") == b"new"
    assert store.delete("a", expected=sha256(b"new")) is True
    assert store.delete("a", expected=sha256(b"new")) is False


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_refused_by_every_verb(store: Store, name: str) -> None:
    verbs: list[Callable[[], object]] = [
        lambda: store.get(name),
        lambda: store.put_new(name, b""),
        lambda: store.replace(name, b"", None),
        lambda: store.replace(name, b"", sha256(b"")),
        lambda: store.append(name, b""),
        lambda: store.delete(name),
        lambda: store.size(name),
        lambda: store.age(name),
    ]
    for verb in verbs:
        with pytest.raises(UsageError, match="cannot be the name of a stored file"):
            verb()
    assert list(store.list()) == []


@pytest.mark.parametrize("prefix", ["/", "..", "../", "a/../b", "a//", "tmp/", ".git", "\0"])
def test_a_hostile_prefix_is_refused(store: Store, prefix: str) -> None:
    with pytest.raises(UsageError, match="cannot be the name of a stored file"):
        store.list(prefix)
