"""What an S3 store makes of servers and networks that fail: slower, never wrong, and in words."""

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sweep.errors import CorruptArtifact, StoreError
from sweep.keys import sha256
from sweep.store import NotStored
from sweep.store.s3.connection import Timeouts
from sweep.store.s3.probe import forget_probes
from sweep.store.s3.store import S3
from tests.faults.proxy import Proxy, faulty
from tests.faults.servers import BUCKET

HASTY = Timeouts(connect=2.0, read=0.3, total=3.0, first_reach=3.0, first_pause=0.005)
RATES = {"503": 0.3, "reset": 0.05, "lost": 0.05, "truncate": 0.02, "flip": 0.01, "409": 0.02}


@pytest.fixture
def proxy(on_s3: str, moto: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    with faulty(moto) as made:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", made.url)
        yield made


@pytest.fixture
def store(proxy: Proxy, on_s3: str) -> S3:
    """A store that has been written to, so that its server is proven."""
    made = S3(BUCKET, on_s3.rpartition("/")[2], HASTY)
    made.put_new("first", b"1")
    assert not proxy.fired
    return made


@pytest.mark.parametrize("mode", ["503", "409", "reset", "lost", "hang"])
def test_a_first_write_survives(store: S3, proxy: Proxy, mode: str) -> None:
    """Also when the reply was lost: what the second try finds there is our own."""
    proxy.next(mode, 2, "PUT")
    assert store.put_new("a", b"1") is True
    assert store.put_new("a", b"1") is False
    assert store.get("a") == b"1"
    assert proxy.fired == {mode: 2}


@pytest.mark.parametrize("mode", ["503", "409", "reset", "lost", "hang"])
def test_a_change_survives(store: S3, proxy: Proxy, mode: str) -> None:
    proxy.next(mode, 2, "PUT")
    assert store.replace("first", b"2", sha256(b"1")) is True
    assert store.get("first") == b"2"
    assert proxy.fired == {mode: 2}


@pytest.mark.parametrize("mode", ["503", "reset", "lost"])
def test_another_writers_file_is_not_taken_for_ours(store: S3, proxy: Proxy, mode: str) -> None:
    """The same bytes, but somebody else wrote them."""
    proxy.next(mode, 1, "PUT")
    assert store.put_new("first", b"1") is False
    assert proxy.fired == {mode: 1}


@pytest.mark.parametrize("mode", ["503", "reset", "lost", "hang"])
def test_lines_are_appended_once(store: S3, proxy: Proxy, mode: str) -> None:
    for number in range(6):
        if number % 2:
            proxy.next(mode, 1, "PUT")
        store.append("a.log", b"%d\n" % number)
    assert store.get("a.log") == b"0\n1\n2\n3\n4\n5\n"
    assert proxy.fired == {mode: 3}


@pytest.mark.parametrize("mode", ["503", "reset", "lost", "hang", "truncate"])
def test_reading_listing_and_deleting_survive(store: S3, proxy: Proxy, mode: str) -> None:
    proxy.next(mode, 2, "GET .*/first")
    assert store.get("first") == b"1"
    proxy.next(mode, 2, "GET .*list-type")
    assert list(store.list()) == ["first"]
    count = 4
    if mode != "truncate":  # the two have no body to cut
        proxy.next(mode, 1, "HEAD")
        assert store.size("first") == 1
        proxy.next(mode, 1, "DELETE")
        assert store.delete("first") is True
        count = 6
    assert store.size("nothing") is None
    assert proxy.fired == {mode: count}


@pytest.mark.parametrize("mode", ["truncate", "flip"])
def test_a_damaged_download_is_read_again(store: S3, proxy: Proxy, mode: str) -> None:
    data = random.Random(1).randbytes(50_000)
    store.put_new("big", data)
    proxy.next(mode, 2, "GET")
    assert store.get("big") == data
    assert proxy.fired == {mode: 2}


def test_an_answer_cut_short_that_there_is_nothing_is_asked_again(store: S3, proxy: Proxy) -> None:
    proxy.next("truncate", 2, "GET")
    with pytest.raises(NotStored):
        store.get("nothing")
    assert proxy.fired == {"truncate": 2}


def test_bytes_that_never_match_their_digest_are_refused(store: S3, proxy: Proxy) -> None:
    proxy.next("flip", 5, "GET")
    with pytest.raises(CorruptArtifact, match="read 5 times, the bytes never matched"):
        store.get("first")
    assert proxy.fired == {"flip": 5}


def test_a_flip_is_found_without_the_servers_checksum(
    store: S3, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Our own digest is enough, as on servers that send none."""
    monkeypatch.setenv("AWS_RESPONSE_CHECKSUM_VALIDATION", "when_required")
    plain = S3(BUCKET, store.prefix.rstrip("/"), HASTY)
    proxy.next("flip", 1, "GET")
    assert plain.get("first") == b"1"
    assert proxy.fired == {"flip": 1}


@pytest.mark.parametrize("mode", ["503", "reset", "hang", "truncate"])
def test_a_server_that_never_recovers_is_told_in_words(store: S3, proxy: Proxy, mode: str) -> None:
    proxy.next(mode, 1000, "GET")
    with pytest.raises(StoreError, match=r"cannot read s3://sweeps/.*first .*tries.*run again"):
        store.get("first")
    assert proxy.fired[mode] > 1


def test_the_pauses_grow(store: S3, proxy: Proxy) -> None:
    """A server that asks to slow down is asked less and less: 3 s hold some tries, not hundreds."""
    proxy.next("503", 1000, "GET")
    with pytest.raises(StoreError, match="SlowDown"):
        store.get("first")
    assert 5 < proxy.fired["503"] < 40


def test_an_outage_before_the_first_answer_is_told_soon(on_s3: str) -> None:
    import os
    from unittest.mock import patch

    limits = Timeouts(connect=0.2, read=0.2, total=600.0, first_reach=0.5)
    with patch.dict(os.environ, {"AWS_ENDPOINT_URL_S3": "http://127.0.0.1:9"}):
        store = S3(BUCKET, "x", limits)
        with pytest.raises(StoreError, match=r"127.0.0.1:9.*check the network and the endpoint"):
            store.get("a")


def test_a_server_that_ignores_conditions_is_refused_before_the_first_write(
    proxy: Proxy, on_s3: str, tmp_path: Path
) -> None:
    proxy.deaf = True
    store = S3(BUCKET, on_s3.rpartition("/")[2], HASTY)
    for write in (
        lambda: store.put_new("a", b"1"),
        lambda: store.append("a.log", b"1"),
        lambda: store.replace("a", b"1", None),
    ):
        with pytest.raises(StoreError, match=r"ignores If-None-Match.*Use AWS S3, SeaweedFS"):
            write()
    assert list(store.list()) == []
    assert not list((tmp_path / "cache").rglob("probes/*"))


def test_a_server_is_proven_once_a_day_on_a_machine(store: S3, proxy: Proxy) -> None:
    before = sum("probe-" in seen.path for seen in proxy.seen)
    assert before > 0
    forget_probes()  # as in a new process
    S3(BUCKET, store.prefix.rstrip("/"), HASTY).put_new("b", b"1")
    assert before == sum("probe-" in seen.path for seen in proxy.seen)


def test_the_proof_survives_faults(proxy: Proxy, on_s3: str) -> None:
    for mode in ("lost", "503", "reset", "lost", "409"):
        proxy.next(mode, 1, "PUT .*probe-")
    store = S3(BUCKET, on_s3.rpartition("/")[2], HASTY)
    assert store.put_new("a", b"1") is True
    assert sum(proxy.fired.values()) == 5
    assert list(store.list()) == ["a"]


def test_at_the_worst_rates_every_write_wins_once_and_every_byte_is_right(
    on_s3: str, moto: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """30 % slow-downs, 5 % resets, 5 % lost replies, 2 % cut, 1 % flipped, 2 % conflicts."""
    data = {f"n/{number}": random.Random(number).randbytes(2_000) for number in range(50)}
    with faulty(moto, RATES, seed=3) as proxy:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", proxy.url)
        store = S3(BUCKET, on_s3.rpartition("/")[2])
        with ThreadPoolExecutor(4) as pool:
            won = list(pool.map(lambda item: store.put_new(*item), [*data.items()] * 2))
            read = list(pool.map(store.get, data))
            read += list(pool.map(store.get, data))
    assert sum(won) == len(data)
    assert read == [*data.values()] * 2
    assert {"503", "reset", "lost"} <= set(proxy.fired)
