"""A publication that fails or meets another one: all of it is there, or nothing that is not used.

What another writer does between two steps of ours is done from within a step of the store.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from sweep.artifacts.artifact import exists, publish, read
from sweep.artifacts.quarantine import move_aside
from sweep.errors import CorruptArtifact, StoreError
from sweep.keys import digest, sha256
from sweep.store import Store, open_store

RECIPE = {"kind": "fit", "seed": 1}
PAYLOAD = {"a.bin": b"1" * 100, "b.bin": b"2" * 100}
KEY = digest(RECIPE)
DONE = f"fits/{KEY}/done.json"
A, B = (f"fits/{KEY}/{name[0]}-{sha256(data)[:12]}.bin" for name, data in PAYLOAD.items())


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(tmp_path / "s")


@pytest.fixture
def other(tmp_path: Path) -> Store:
    """Return the same store, as another process has it."""
    return open_store(tmp_path / "s")


def at(
    patch: pytest.MonkeyPatch, store: Store, verb: str, name: str, happens: Callable[[], object]
) -> list[str]:
    """Let something happen before the first ``verb`` on ``name``; return the names it came to."""
    step, names = getattr(store, verb), list[str]()

    def taken(given: str, *rest: object, **named: object) -> object:
        names.append(given)
        if given == name and names.count(name) == 1:
            happens()
        return step(given, *rest, **named)

    patch.setattr(store, verb, taken)
    return names


def full() -> None:
    msg = "the disk is full"
    raise StoreError(msg)


@pytest.mark.parametrize("last", [A, B, DONE], ids=["first", "second", "done"])
def test_a_publication_that_fails_takes_back_what_it_wrote(
    store: Store, monkeypatch: pytest.MonkeyPatch, last: str
) -> None:
    at(monkeypatch, store, "put_new", last, full)
    with pytest.raises(StoreError, match="the disk is full"):
        publish(store, "fit", RECIPE, PAYLOAD)
    assert [] == list(store.list())


def test_a_publication_that_fails_leaves_what_it_found(
    store: Store, other: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    other.put_new(A, PAYLOAD["a.bin"])
    at(monkeypatch, store, "put_new", DONE, full)
    with pytest.raises(StoreError, match="the disk is full"):
        publish(store, "fit", RECIPE, PAYLOAD)
    assert [A] == list(store.list())


def test_an_interrupted_publication_takes_back_what_it_wrote(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    at(monkeypatch, store, "put_new", DONE, interrupted)
    with pytest.raises(KeyboardInterrupt):
        publish(store, "fit", RECIPE, PAYLOAD)
    assert [] == list(store.list())


def test_nothing_is_taken_back_of_what_another_has_published(
    store: Store, other: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when our write arrived and its reply was lost: no reader may miss a file for a moment."""

    def published() -> None:
        publish(other, "fit", RECIPE, PAYLOAD)
        full()

    at(monkeypatch, store, "put_new", DONE, published)
    deleted = at(monkeypatch, store, "delete", "", full)
    with pytest.raises(StoreError, match="the disk is full"):
        publish(store, "fit", RECIPE, PAYLOAD)
    assert [] == deleted
    assert PAYLOAD == read(other, "fit", KEY).payload


@pytest.mark.parametrize("moment", [A, B], ids=["first", "second"])
def test_what_is_taken_back_while_another_publishes_it_is_given_back(
    store: Store, other: Store, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """The other writer finds our files there, counts on them, and publishes."""
    at(monkeypatch, store, "put_new", DONE, full)
    names = {A: PAYLOAD["a.bin"], B: PAYLOAD["b.bin"]}

    def published() -> None:
        for name, data in names.items():
            other.put_new(name, data)
        publish(other, "fit", RECIPE, PAYLOAD)

    at(monkeypatch, store, "delete", moment, published)
    with pytest.raises(StoreError, match="the disk is full"):
        publish(store, "fit", RECIPE, PAYLOAD)
    assert PAYLOAD == read(other, "fit", KEY).payload


def test_who_publishes_gives_back_what_another_has_taken_back(
    store: Store, other: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other way round: the files we found are gone by the time we have published."""
    other.put_new(A, PAYLOAD["a.bin"])
    at(monkeypatch, store, "put_new", DONE, lambda: other.delete(A))
    assert publish(store, "fit", RECIPE, PAYLOAD).created
    assert PAYLOAD == read(other, "fit", KEY).payload


def test_what_goes_wrong_while_taking_back_does_not_hide_what_went_wrong_first(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone() -> None:
        msg = "the network is gone"
        raise StoreError(msg)

    at(monkeypatch, store, "put_new", DONE, full)
    at(monkeypatch, store, "delete", A, gone)
    with pytest.raises(StoreError, match="the disk is full"):
        publish(store, "fit", RECIPE, PAYLOAD)
    assert not exists(store, "fit", KEY)


def test_a_file_that_goes_between_two_looks_is_written_again(
    store: Store, other: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when its writer takes it back after we have seen it."""
    other.put_new(A, PAYLOAD["a.bin"])
    at(monkeypatch, store, "get", A, lambda: other.delete(A))
    assert publish(store, "fit", RECIPE, PAYLOAD).created
    assert PAYLOAD == read(other, "fit", KEY).payload


def test_a_payload_file_that_cannot_be_read_is_written_anew(
    store: Store, other: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreadable() -> None:
        msg = "the object's own checksum differs"
        raise CorruptArtifact(msg)

    other.put_new(A, b"not what its name says")
    at(monkeypatch, store, "get", A, unreadable)
    assert publish(store, "fit", RECIPE, PAYLOAD).created
    assert PAYLOAD == read(other, "fit", KEY).payload


def test_a_file_that_others_change_all_the_time_ends_in_words(
    store: Store, other: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    other.put_new(A, b"wrong")
    replaced = list[str]()

    def lost(name: str, data: bytes, expected: str | None) -> bool:
        replaced.append(name)
        return False

    monkeypatch.setattr(store, "replace", lost)
    with pytest.raises(StoreError, match=r"a-.*\.bin keeps changing: stop what else writes"):
        publish(store, "fit", RECIPE, PAYLOAD)
    assert 1 < len(replaced) < 20
    assert not exists(store, "fit", KEY)


def test_what_another_has_mended_meanwhile_is_not_moved_aside(
    store: Store, other: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both saw the same damage; the other was quicker, and has made the file anew already."""
    other.put_new(DONE, b"damaged")
    at(
        monkeypatch,
        store,
        "delete",
        DONE,
        lambda: other.replace(DONE, b"mended", sha256(b"damaged")),
    )
    move_aside(store, DONE)
    assert b"mended" == other.get(DONE)
    aside = f"quarantine/fits/{KEY}/{sha256(b'damaged')[:12]}-done.json"
    assert [aside] == list(other.list("quarantine/"))
    assert b"damaged" == other.get(aside)
