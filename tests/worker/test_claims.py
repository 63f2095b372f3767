"""Claims: who is at a fit; they save work, and whoever ignores them does no harm."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from sweep.artifacts.records import write_record
from sweep.errors import Claimed
from sweep.store import Store, open_store
from sweep.worker.claims import (
    MISSED,
    PACE,
    SLOWEST,
    Claim,
    Watch,
    acquire,
    birth_of,
    claim_place,
    hold_claim,
    keep,
    machine,
    read_claim,
)

FIT = "f" * 40
FAR = Claim("far", "host", "other machine", 1, 1, PACE)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(tmp_path / "store")


def claims(store: Store) -> list[str]:
    return list(store.list("claims/"))


def content(store: Store) -> Claim:
    found = read_claim(store, FIT)
    assert found is not None
    return found[0]


def test_a_claim_stands_while_the_block_runs_and_says_who_it_is(store: Store) -> None:
    with hold_claim(store, FIT, "me"):
        claim = content(store)
        assert ("me", os.getpid(), 0) == (claim.holder, claim.process, claim.beat)
        assert not claim.is_abandoned()
    assert [] == claims(store)


def test_after_an_error_a_claim_stands_until_somebody_has_noted_why(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), hold_claim(store, FIT, "me"):
        raise ZeroDivisionError
    assert [claim_place(FIT)] == claims(store)


def test_another_holder_is_told_who_has_it_and_the_same_one_goes_on(store: Store) -> None:
    with hold_claim(store, FIT, "me"):
        with (
            pytest.raises(Claimed, match=f"process {os.getpid()} on "),
            hold_claim(store, FIT, "other"),
        ):
            pytest.fail("two holders at once")
        with hold_claim(store, FIT, "me"):
            assert "me" == content(store).holder


def test_what_a_dead_process_of_this_machine_held_is_free_at_once(store: Store) -> None:
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    theirs = replace(acquire(store, FIT, "me"), process=process.pid, born=birth_of(process.pid))
    assert not theirs.is_abandoned()
    assert replace(theirs, born=theirs.born - 1).is_abandoned()  # its number was given away again
    process.kill()
    while birth_of(process.pid):  # dead, though its parent has not yet asked how
        continue
    assert theirs.is_abandoned()
    process.communicate()
    store.delete(claim_place(FIT))
    write_record(store, claim_place(FIT), asdict(theirs))
    assert "other" == acquire(store, FIT, "other").holder
    assert "other" == content(store).holder


def test_nothing_is_known_of_processes_of_another_machine() -> None:
    assert not FAR.is_abandoned()
    assert not replace(FAR, machine="").is_abandoned()
    assert replace(FAR, machine=machine(), process=os.getpid(), born=1).is_abandoned()


def test_a_holder_changes_its_claim_ever_more_slowly(store: Store) -> None:
    waits: list[float] = []

    def wait(seconds: float) -> bool:
        waits.append(seconds)
        return len(waits) > 5

    keep(store, FIT, acquire(store, FIT, "me"), wait)
    assert [PACE, 2 * PACE, 4 * PACE, SLOWEST, SLOWEST, SLOWEST] == waits
    assert 5 == content(store).beat


def test_a_holder_who_lost_its_claim_leaves_that_of_the_next_alone(store: Store) -> None:
    mine = acquire(store, FIT, "me")
    store.delete(claim_place(FIT))
    write_record(store, claim_place(FIT), asdict(FAR))
    keep(store, FIT, mine, lambda _: False)
    assert FAR == content(store)


def changes(store: Store, *, pace: float = PACE) -> Iterator[None]:
    """Change the claim of a holder far away, once per step."""
    store.delete(claim_place(FIT))
    for beat in range(100):
        store.delete(claim_place(FIT))
        write_record(store, claim_place(FIT), asdict(replace(FAR, beat=beat, pace=pace)))
        yield


def test_a_claim_that_changes_stands_for_ever_and_one_that_does_not_is_removed(
    store: Store,
) -> None:
    now = [1e6]
    watch = Watch(store, clock=lambda: now[0])
    change = changes(store)
    for _ in range(10):
        next(change)
        assert watch.is_at_work(FIT)
        now[0] += MISSED * PACE
        assert watch.is_at_work(FIT)
    now[0] += 0.1
    assert not watch.is_at_work(FIT)
    assert [] == claims(store)


def test_time_counts_from_the_first_look_and_no_pace_is_too_slow(store: Store) -> None:
    now = [0.0]
    next(changes(store, pace=1e9))
    watch = Watch(store, clock=lambda: now[0])
    now[0] = 1e9
    assert watch.is_at_work(FIT)
    now[0] += MISSED * SLOWEST + 1
    assert not watch.is_at_work(FIT)


def test_who_removes_a_claim_that_was_renewed_just_now_fails(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    change = changes(store)
    next(change)
    watch = Watch(store, clock=lambda: now[0])
    assert watch.is_at_work(FIT)
    now[0] += 1e4
    seen = read_claim(store, FIT)
    next(change)
    monkeypatch.setattr("sweep.worker.claims.read_claim", lambda *_: seen)
    assert watch.is_at_work(FIT)
    assert 1 == content(store).beat


@pytest.mark.parametrize("data", [b"", b"{}", b'{"holder":"me"}\n'])
def test_a_damaged_claim_keeps_nobody_waiting(store: Store, data: bytes) -> None:
    store.put_new(claim_place(FIT), data)
    assert read_claim(store, FIT) is None
    assert [] == claims(store)
    store.put_new(claim_place(FIT), data)
    with hold_claim(store, FIT, "me"):
        assert "me" == content(store).holder
