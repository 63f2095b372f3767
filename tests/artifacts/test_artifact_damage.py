"""Damaged artifacts: seen before anything is parsed, moved aside, made anew."""

import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sweep.artifacts.artifact import exists, publish, read
from sweep.artifacts.encoding import pack_arrays, seal, unseal
from sweep.artifacts.quarantine import quarantine
from sweep.artifacts.records import read_record, write_record
from sweep.errors import CorruptArtifact, StoreError
from sweep.keys import digest, sha256
from sweep.store import Store, open_store

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


def damages(data: bytes, chance: random.Random, count: int) -> Iterator[bytes]:
    """Yield ``count`` copies with one bit flipped, and as many cut off or grown."""
    for _ in range(count):
        at = chance.randrange(len(data))
        yield data[:at] + bytes([data[at] ^ (1 << chance.randrange(8))]) + data[at + 1 :]
        yield data[: chance.randrange(len(data))]
        yield data + chance.randbytes(chance.randrange(1, 9))


def test_every_flipped_bit_and_every_cut_is_seen_before_anything_is_parsed(
    store: Store, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed = list[bytes]()
    monkeypatch.setattr("sweep.artifacts.encoding.unpack_json", parsed.append)
    chance, seen = random.Random(11), 0
    done = f"fits/{key}/done.json"
    sound = store.get(done)
    for changed in damages(sound, chance, 80):
        path_of(store, done).write_bytes(changed)
        with pytest.raises(CorruptArtifact, match=r"fits/.*/done.json: expected .*, found .*anew"):
            read(store, "fit", key)
        seen += 1
    path_of(store, done).write_bytes(sound)
    monkeypatch.undo()
    assert parsed == []
    for path in files_of(store, key):
        if path.name == "done.json":
            continue
        whole = path.read_bytes()
        for changed in damages(whole, chance, 60):
            path.write_bytes(changed)
            with pytest.raises(CorruptArtifact, match=rf"{path.name}: expected .*, found .*anew"):
                read(store, "fit", key)
            seen += 1
        path.write_bytes(whole)
    assert seen == 3 * (80 + 60 + 60)
    assert read(store, "fit", key).payload == PAYLOAD


def test_a_missing_payload_file_is_seen(store: Store, key: str) -> None:
    files_of(store, key)[1].unlink()
    with pytest.raises(CorruptArtifact, match="found no file"):
        read(store, "fit", key)


def test_payload_swapped_between_two_artifacts_is_seen(store: Store, key: str) -> None:
    twin = publish(store, "fit", RECIPE | {"seed": 2}, {"draws.npz": DRAWS[::-1]}).key
    mine = next(path for path in files_of(store, key) if path.name.startswith("draws"))
    theirs = next(path for path in files_of(store, twin) if path.name.startswith("draws"))
    mine_bytes = mine.read_bytes()
    mine.write_bytes(theirs.read_bytes())
    theirs.write_bytes(mine_bytes)
    for damaged in (key, twin):
        with pytest.raises(CorruptArtifact, match="draws-"):
            read(store, "fit", damaged, want=["draws.npz"])


def test_done_json_under_another_key_is_seen(store: Store, key: str) -> None:
    shutil.copytree(path_of(store, f"fits/{key}"), path_of(store, f"fits/{'0' * 40}"))
    with pytest.raises(CorruptArtifact, match=f"expected fit {'0' * 40}, found fit {key}"):
        read(store, "fit", "0" * 40)


def test_an_artifact_moved_to_another_kind_is_seen(store: Store, key: str) -> None:
    shutil.copytree(path_of(store, f"fits/{key}"), path_of(store, f"estimates/{key}"))
    with pytest.raises(CorruptArtifact, match=f"expected estimates {key}, found fit"):
        read(store, "estimates", key)


@pytest.mark.parametrize(
    "change",
    [
        {"recipe": RECIPE | {"sampler": {}}},
        {"key": "0" * 40},
        {"recipe": []},
        {"meta": 3},
        {"payload": {"a": {"file": "../../x", "size": 1, "sha256": "0" * 64}}},
        {"payload": {"a": {"file": "a-000000000000", "size": 1, "sha256": "0"}}},
        {"payload": {"../a": {"file": "a-000000000000", "size": 1, "sha256": "0" * 64}}},
        {"payload": {"a": {"file": "a-000000000000", "size": "1", "sha256": "0" * 64}}},
        {"payload": {"a": {"file": "a-000000000000", "sha256": "0" * 64}}},
        {"payload": {"a": None}},
        {"payload": None},
    ],
)
def test_a_well_sealed_lie_is_seen(store: Store, key: str, change: dict[str, Any]) -> None:
    name = f"fits/{key}/done.json"
    fields = unseal(store.get(name))
    path_of(store, name).write_bytes(seal(fields | change))
    with pytest.raises(CorruptArtifact, match="expected"):
        read(store, "fit", key)


def test_an_unknown_schema_is_refused_and_not_called_damage(store: Store, key: str) -> None:
    name = f"fits/{key}/done.json"
    path_of(store, name).write_bytes(seal(unseal(store.get(name)) | {"schema": 2}))
    with pytest.raises(
        StoreError, match=r"done\.json: schema 2 is not known here, only 1"
    ) as caught:
        read(store, "fit", key)
    assert not isinstance(caught.value, CorruptArtifact)
    with pytest.raises(StoreError, match="schema 2"):
        quarantine(store, "fit", key)
    assert exists(store, "fit", key)


@pytest.mark.parametrize("broken", ["done", "draws", "summary", "missing", "all"])
def test_a_damaged_artifact_is_moved_aside_and_made_anew(
    store: Store, key: str, broken: str
) -> None:
    for path in files_of(store, key):
        if broken in {"all", path.name.split("-")[0].split(".")[0]}:
            path.write_bytes(b"damage" + path.read_bytes()[6:])
        elif broken == "missing" and path.name != "done.json":
            path.unlink()
    assert quarantine(store, "fit", key) is True
    assert not exists(store, "fit", key)
    aside = list(store.list(f"quarantine/fits/{key}/"))
    assert len(aside) == {"done": 1, "draws": 2, "summary": 2, "missing": 1, "all": 3}[broken]
    again = publish(store, "fit", RECIPE, PAYLOAD, META)
    assert (again.key, again.created) == (key, True)
    assert read(store, "fit", key).payload == PAYLOAD


def test_a_sound_artifact_is_not_moved_aside(store: Store, key: str) -> None:
    before = list(store.list())
    assert quarantine(store, "fit", key) is False
    assert list(store.list()) == before


def test_wrong_bytes_that_a_crash_left_are_mended_by_the_next_publication(store: Store) -> None:
    orphan = f"fits/{digest(RECIPE)}/draws-{sha256(DRAWS)[:12]}.npz"
    store.put_new(orphan, b"damaged since")
    assert publish(store, "fit", RECIPE, PAYLOAD, META).created
    assert read(store, "fit", digest(RECIPE)).payload == PAYLOAD


def test_a_reader_that_publishes_over_damage_is_told(store: Store, key: str) -> None:
    path_of(store, f"fits/{key}/done.json").write_bytes(b"{}")
    with pytest.raises(CorruptArtifact, match="samples it anew"):
        publish(store, "fit", RECIPE, PAYLOAD, META)


def test_a_damaged_record_is_seen(store: Store) -> None:
    write_record(store, "tasks/k.json", {"recipe": RECIPE})
    path = path_of(store, "tasks/k.json")
    for changed in damages(path.read_bytes(), random.Random(5), 50):
        path.write_bytes(changed)
        with pytest.raises(CorruptArtifact, match=r"tasks/k\.json: expected .*sweep run CONFIG"):
            read_record(store, "tasks/k.json")
