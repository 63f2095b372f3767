"""Artifacts: published once, read only if whole."""

import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sweep
from sweep.artifacts import artifact as artifacts
from sweep.artifacts.artifact import exists, publish, read, read_done
from sweep.artifacts.encoding import pack_arrays, unpack_arrays, unpack_json
from sweep.artifacts.manifest import LAYOUT
from sweep.artifacts.quarantine import quarantine
from sweep.artifacts.records import read_record, write_record
from sweep.errors import UsageError
from sweep.keys import digest, sha256
from sweep.store import NotStored, Store, open_store

ROOT = Path(sweep.__file__).parents[1]

RECIPE = {"kind": "fit", "counts": "c" * 40, "sampler": {"draws": 500, "target_accept": 0.8}}
DRAWS = pack_arrays({"a": np.arange(100.0), "b": np.arange(40.0)})
PAYLOAD = {"draws.npz": DRAWS, "summary.json": b'{"r_hat":1.0}'}
META = {"state": "ok", "seconds": 1.5}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(tmp_path / "s")


@pytest.fixture
def key(store: Store) -> str:
    return publish(store, "fit", RECIPE, PAYLOAD, META).key


def path_of(store: Store, name: str) -> Path:
    return Path(store.url) / name


def files_of(store: Store, key: str) -> list[Path]:
    return [path_of(store, name) for name in store.list(f"fits/{key}/")]


def test_what_is_published_is_what_is_read(store: Store) -> None:
    published = publish(store, "fit", RECIPE, PAYLOAD, META)
    assert (published.key, published.created, published.differs) == (digest(RECIPE), True, False)
    found = read(store, "fit", published.key)
    assert (found.key, found.kind) == (published.key, "fit")
    assert (found.recipe, found.meta, found.payload) == (RECIPE, META, PAYLOAD)
    assert list(unpack_arrays(found.payload["draws.npz"])) == ["a", "b"]


@pytest.mark.parametrize("kind", LAYOUT)
def test_every_kind_has_its_directory(store: Store, kind: str) -> None:
    key = publish(store, kind, {"kind": kind}, {"a.txt": b"1"}).key
    assert list(store.list()) == [
        f"{LAYOUT[kind]}/{key}/a-{sha256(b'1')[:12]}.txt",
        f"{LAYOUT[kind]}/{key}/done.json",
    ]


def test_done_json_tells_its_story_without_this_program(store: Store, key: str) -> None:
    fields = unpack_json(store.get(f"fits/{key}/done.json"))
    assert list(fields) == ["key", "meta", "payload", "recipe", "schema", "digest"]
    assert fields["payload"]["draws.npz"] == {
        "file": f"draws-{sha256(DRAWS)[:12]}.npz",
        "size": len(DRAWS),
        "sha256": sha256(DRAWS),
    }
    assert fields.pop("digest") == digest(fields)


def test_only_the_wanted_payload_is_read(store: Store, key: str) -> None:
    next(path for path in files_of(store, key) if "summary" in path.name).unlink()
    assert set(read(store, "fit", key, want=["draws.npz"]).payload) == {"draws.npz"}
    assert read(store, "fit", key, want=[]).meta == META
    assert set(read_done(store, "fit", key).payload) == set(PAYLOAD)
    with pytest.raises(UsageError, match=r"no payload \['trace'\]; it has \['draws.npz', 'summ"):
        read(store, "fit", key, want=["trace"])


def test_what_was_never_published_is_not_stored(store: Store) -> None:
    assert not exists(store, "fit", "0" * 40)
    with pytest.raises(NotStored):
        read(store, "fit", "0" * 40)
    assert quarantine(store, "fit", "0" * 40) is False


def test_the_first_result_stands_and_an_equal_second_is_no_alarm(store: Store, key: str) -> None:
    again = publish(store, "fit", RECIPE, PAYLOAD, META | {"seconds": 9.0})
    assert (again.key, again.created, again.differs) == (key, False, False)
    assert read(store, "fit", key).meta == META


@pytest.mark.parametrize(
    "payload",
    [
        PAYLOAD | {"draws.npz": DRAWS + b"x"},
        {"draws.npz": DRAWS},
        PAYLOAD | {"more.txt": b""},
        {"other.npz": DRAWS, "summary.json": PAYLOAD["summary.json"]},
    ],
)
def test_a_differing_second_result_is_reported_and_not_stored(
    store: Store, key: str, payload: dict[str, bytes]
) -> None:
    before = list(store.list())
    second = publish(store, "fit", RECIPE, payload, META)
    assert (second.key, second.created, second.differs) == (key, False, True)
    assert list(store.list()) == before
    assert read(store, "fit", key).payload == PAYLOAD


@pytest.mark.parametrize(
    ("kind", "recipe", "payload", "meta"),
    [
        ("fit", {"kind": "counts"}, {}, {}),
        ("fit", {}, {}, {}),
        ("trace", {"kind": "trace"}, {}, {}),
        ("fit", {"kind": "fit", "x": float("nan")}, {}, {}),
        ("fit", {"kind": "fit", "x": np.float64(1)} | {"y": np.arange(2)}, {}, {}),
        ("fit", RECIPE, {"a": b""}, {"r_hat": float("nan")}),
        ("fit", RECIPE, {"../a": b""}, {}),
        ("fit", RECIPE, {"a/b": b""}, {}),
        ("fit", RECIPE, {"": b""}, {}),
        ("fit", RECIPE, {".a": b""}, {}),
    ],
)
def test_what_cannot_be_published_is_refused_before_anything_is_written(
    store: Store, kind: str, recipe: dict[str, Any], payload: dict[str, bytes], meta: dict[str, Any]
) -> None:
    with pytest.raises(UsageError):
        publish(store, kind, recipe, payload, meta)
    assert list(store.list()) == []


@pytest.mark.parametrize("key", ["", "../x", "0" * 39, "0" * 41, "G" * 40, "0" * 39 + "\n"])
def test_only_a_key_names_an_artifact(store: Store, key: str) -> None:
    with pytest.raises(UsageError, match="is no artifact"):
        read(store, "fit", key)


KILL_AT_EVERY_STEP = """
import os, signal, sys
from sweep.artifacts.artifact import publish
from sweep.store import open_store
def deadly(function):
    def step(*arguments, **options):
        global left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*arguments, **options)
    return step
for name in ("write", "fsync", "link", "unlink"):
    setattr(os, name, deadly(getattr(os, name)))
for at in range(1, 60):
    if (child := os.fork()) == 0:
        left = at
        store = open_store(f"{sys.argv[1]}/{at}")
        publish(store, "fit", {"kind": "fit"}, {"a.bin": b"1" * 50_000, "b.bin": b"2" * 50_000})
        os._exit(0)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    print(code, flush=True)
    if code == 0:
        break
"""


def test_a_kill_before_any_step_publishes_all_or_nothing_and_a_rerun_succeeds(
    tmp_path: Path,
) -> None:
    payload = {"a.bin": b"1" * 50_000, "b.bin": b"2" * 50_000}
    key, outcomes = digest({"kind": "fit"}), set[tuple[bool, bool]]()
    command = [sys.executable, "-c", KILL_AT_EVERY_STEP, str(tmp_path)]
    ran = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    codes = [int(line) for line in ran.stdout.split()]
    assert codes == [-signal.SIGKILL] * (len(codes) - 1) + [0]
    for at in range(1, len(codes) + 1):
        store = open_store(tmp_path / str(at))
        published = exists(store, "fit", key)
        outcomes.add((published, any(store.list("fits/"))))
        assert not published or read(store, "fit", key).payload == payload
        assert publish(store, "fit", {"kind": "fit"}, payload).created is not published
        assert read(store, "fit", key).payload == payload
    assert outcomes == {(False, False), (False, True), (True, True)}


PUBLISH = """
import sys
from sweep.artifacts.artifact import publish
from sweep.store import open_store
store = open_store(sys.argv[1])
data = sys.argv[2].encode() * 300_000
print("ready", flush=True)
input()
for seed in range(10):
    done = publish(store, "fit", {"kind": "fit", "seed": seed}, {"draws.bin": data})
    print(seed, done.created, done.differs, flush=True)
"""


@pytest.mark.parametrize("letters", ["aa", "ab"])
def test_two_processes_publish_one_artifact_and_see_a_difference(
    store: Store, letters: str
) -> None:
    children = [
        subprocess.Popen(
            [sys.executable, "-c", PUBLISH, store.url, letter],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for letter in letters
    ]
    for child in children:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
    for child in children:
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()
    outputs = [child.communicate()[0].splitlines() for child in children]
    for seed in range(10):
        ends = sorted(output[seed] for output in outputs)
        assert ends == [f"{seed} False {letters == 'ab'}", f"{seed} True False"]
        winner = letters[next(i for i, o in enumerate(outputs) if "True False" in o[seed])]
        found = read(store, "fit", digest({"kind": "fit", "seed": seed}))
        assert found.payload == {"draws.bin": winner.encode() * 300_000}


def test_a_record_is_written_once_and_verified(store: Store) -> None:
    name = f"tasks/{'0' * 40}.json"
    assert write_record(store, name, {"recipe": RECIPE}) is True
    assert write_record(store, name, {"recipe": {}}) is False
    assert read_record(store, name) == {"recipe": RECIPE}
    with pytest.raises(NotStored):
        read_record(store, "tasks/other.json")


def test_all_names_are_public() -> None:
    assert sorted(artifacts.__all__, key=str.lower) == sorted(set(artifacts.__all__), key=str.lower)
    assert all(hasattr(artifacts, name) for name in artifacts.__all__)


def test_what_is_taken_away_between_two_looks_is_published_again(
    store: Store, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when `sweep gc` deletes what no run refers to yet."""
    get = store.get

    def late(name: str) -> bytes:
        if name.endswith("done.json"):
            monkeypatch.undo()
            store.delete(name)
        return get(name)

    monkeypatch.setattr(store, "get", late)
    assert publish(store, "fit", RECIPE, PAYLOAD, META).created
    assert read(store, "fit", key).payload == PAYLOAD
