"""What a directory store flushes: all that must survive a power cut, and nothing that need not."""

import os
from pathlib import Path

import pytest

from sweep.store import open_store


@pytest.fixture
def flushed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the paths that are flushed from here on, as they are."""
    paths: list[str] = []
    flush = os.fsync

    def told(descriptor: int) -> None:
        paths.append(os.readlink(f"/proc/self/fd/{descriptor}"))
        flush(descriptor)

    monkeypatch.setattr(os, "fsync", told)
    return paths


def test_a_file_and_its_entry_are_on_the_disk_before_it_is_said_to_be_there(
    tmp_path: Path, flushed: list[str]
) -> None:
    store = open_store(tmp_path)
    store.put_new("fits/k/first", b"x")
    flushed.clear()

    assert store.put_new("fits/k/done.json", b"x")
    temporary, folder = flushed
    assert temporary.startswith(str(tmp_path / "tmp" / "put-"))
    assert folder == str(tmp_path / "fits" / "k")

    flushed.clear()
    assert not store.put_new("fits/k/done.json", b"other")
    assert [folder] == flushed, "the winner may not have come this far"
    flushed.clear()
    assert store.delete("fits/k/done.json")
    assert [folder] == flushed


def test_a_claim_waits_for_no_disk(tmp_path: Path, flushed: list[str]) -> None:
    store = open_store(tmp_path)
    store.put_new("claims/first.json", b"x")
    flushed.clear()

    assert store.put_new("claims/k.json", b"x")
    assert not store.put_new("claims/k.json", b"x")
    assert store.delete("claims/k.json")
    assert [] == flushed
    assert list(store.list("claims/")) == ["claims/first.json"]
