"""Packed bytes: the same for the same content, and never anything but data."""

import io
import pickle
import random
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

import sweep
from sweep.artifacts.encoding import (
    pack_arrays,
    pack_json,
    seal,
    unpack_arrays,
    unpack_json,
    unseal,
)
from sweep.errors import CorruptArtifact, UsageError
from sweep.estimates.formats import to_parquet
from sweep.keys import sha256

ROOT = Path(sweep.__file__).parents[1]

ARRAYS: dict[str, NDArray[Any]] = {
    "draws": np.linspace(0, 1, 24).reshape(2, 3, 4),
    "codes": np.arange(5, dtype=np.int32),
    "scalar": np.asarray(2.5),
    "empty": np.zeros((0, 3)),
    "flags": np.asarray([True, False]),
    "names": np.asarray(["ä", "b"]),
    "nan": np.asarray([np.nan, -0.0, np.inf]),
}


def npz(arrays: dict[str, NDArray[Any]], **options: bool) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=options.get("allow_pickle", True), **arrays)
    return buffer.getvalue()


def test_arrays_come_back_with_type_shape_and_bits() -> None:
    back = unpack_arrays(pack_arrays(ARRAYS))
    assert set(back) == set(ARRAYS)
    for name, array in ARRAYS.items():
        assert (back[name].dtype, back[name].shape) == (array.dtype, array.shape)
        assert back[name].tobytes() == array.tobytes()
        assert back[name].flags.writeable
        assert back[name].flags.c_contiguous


def test_numpy_reads_packed_arrays() -> None:
    with np.load(io.BytesIO(pack_arrays(ARRAYS)), allow_pickle=False) as loaded:
        np.testing.assert_array_equal(ARRAYS["draws"], loaded["draws"])


def test_packed_bytes_are_those_of_zipfile_and_numpy() -> None:
    """Stores hold archives that were written so: the same arrays must be the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in sorted(ARRAYS):
            entry = zipfile.ZipInfo(f"{name}.npy")
            entry.create_system = 3
            written = io.BytesIO()
            np.lib.format.write_array(written, np.asarray(ARRAYS[name], order="C"), version=(1, 0))
            archive.writestr(entry, written.getvalue())
    assert buffer.getvalue() == pack_arrays(ARRAYS)


def test_an_archive_too_large_to_be_written_at_once_has_the_same_form(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    at_once = pack_arrays({**ARRAYS, "\u00e4": np.arange(3)})
    monkeypatch.setattr("sweep.artifacts.encoding.LIMIT", 0)
    assert at_once == pack_arrays({**ARRAYS, "\u00e4": np.arange(3)})


def test_order_layout_and_byte_order_do_not_change_the_bytes() -> None:
    other: dict[str, NDArray[Any]] = {name: ARRAYS[name] for name in reversed(ARRAYS)}
    other["draws"] = np.asfortranarray(ARRAYS["draws"]).astype(">f8")
    assert pack_arrays(ARRAYS) == pack_arrays(other)


PACK = """
import time
import numpy as np, pandas as pd
now = time.time() + 1e8
time.time = lambda: now
time.localtime = lambda *_: time.gmtime(now)
from sweep.artifacts.encoding import pack_arrays
from sweep.estimates.formats import to_parquet
from sweep.keys import sha256
print(sha256(pack_arrays({"a": np.arange(3.0)})))
print(sha256(to_parquet(pd.DataFrame({"a": [1, 2], "b": ["x", None]}))))
"""


def test_the_clock_and_the_process_do_not_change_the_bytes() -> None:
    later = subprocess.run(
        [sys.executable, "-c", PACK], cwd=ROOT, capture_output=True, text=True, check=True
    )
    arrays = pack_arrays({"a": np.arange(3.0)})
    table = to_parquet(pd.DataFrame({"a": [1, 2], "b": ["x", None]}))
    assert later.stdout.split() == [sha256(arrays), sha256(table)]


@pytest.mark.parametrize(
    "array",
    [
        np.asarray([{}, None], dtype=object),
        np.zeros(2, dtype=[("a", "f8"), ("b", object)]),
        np.asarray(["a"], dtype=np.dtypes.StringDType()),
    ],
)
def test_arrays_of_objects_are_not_packed(array: NDArray[Any]) -> None:
    with pytest.raises(UsageError, match=r"'bad' has dtype .* objects cannot be stored"):
        pack_arrays({"bad": array})


def test_a_name_that_a_zip_would_change_is_not_packed() -> None:
    with pytest.raises(UsageError, match="array name"):
        pack_arrays({"a\0b": np.zeros(1)})


class Bomb:
    """Unpickled, it would leave a mark."""

    def __reduce__(self) -> tuple[Any, ...]:
        return exec, ("import sys; sys.modules['bomb_went_off'] = sys",)


def member(name: str, content: bytes, compression: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        archive.writestr(name, content)
    return buffer.getvalue()


def npy_claiming(shape: tuple[int, ...], content: bytes) -> bytes:
    buffer = io.BytesIO()
    header = {"descr": "<f8", "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(buffer, header)
    return buffer.getvalue() + content


FOREIGN = {
    "objects": npz({"a": np.asarray([Bomb()], dtype=object)}),
    "a bare pickle": pickle.dumps(Bomb()),
    "a pickle inside": member("a.npy", pickle.dumps(Bomb())),
    "compressed": member("a.npy", npy_claiming((1,), b"\0" * 8), zipfile.ZIP_DEFLATED),
    "no array": member("a.txt", b"hello"),
    "a shape beyond its bytes": member("a.npy", npy_claiming((10**12,), b"\0" * 8)),
    "a negative shape": member("a.npy", npy_claiming((-1,), b"\0" * 8)),
    "bytes beyond its shape": member("a.npy", npy_claiming((1,), b"\0" * 16)),
    "nothing": b"",
    "half": pack_arrays(ARRAYS)[:300],
}


@pytest.mark.parametrize("what", FOREIGN)
def test_foreign_bytes_are_refused_and_never_unpickled(what: str) -> None:
    with pytest.raises(CorruptArtifact, match="expected arrays as written by pack_arrays"):
        unpack_arrays(FOREIGN[what])
    assert "bomb_went_off" not in sys.modules


def test_json_comes_back_and_has_one_encoding() -> None:
    value = {"b": [1, 2.5, None, True], "a": {"ü": "x"}}
    assert unpack_json(pack_json(value)) == value
    assert pack_json(value) == pack_json(dict(reversed(value.items())))


@pytest.mark.parametrize("value", [float("nan"), {"a": float("inf")}, {1, 2}, b"x", "\ud800"])
def test_what_json_has_no_word_for_is_refused(value: object) -> None:
    with pytest.raises(UsageError, match="cannot be stored as JSON"):
        pack_json(value)


@pytest.mark.parametrize("data", [b"", b"{", b"\xff", b"[" * 100_000])
def test_bytes_that_are_no_json_are_refused(data: bytes) -> None:
    with pytest.raises(CorruptArtifact, match="expected JSON"):
        unpack_json(data)


def test_of_bytes_that_are_no_json_the_first_forty_are_shown() -> None:
    with pytest.raises(CorruptArtifact, match=rf"found b'{'x' * 40}': "):
        unpack_json(b"x" * 10_000)


def test_a_sealed_record_is_json_that_ends_with_its_digest() -> None:
    sealed = seal({"b": 1, "z": "x"})
    assert list(unpack_json(sealed)) == ["b", "z", "digest"]
    assert unseal(sealed) == {"b": 1, "z": "x"}


def test_every_single_change_to_a_sealed_record_is_seen() -> None:
    sealed = seal({"key": "k", "n": [1, 2]})
    flips = (
        sealed[:at] + bytes([byte ^ (1 << bit)]) + sealed[at + 1 :]
        for at, byte in enumerate(sealed)
        for bit in range(8)
    )
    cuts = (sealed[:at] for at in range(len(sealed)))
    losses = (sealed[:at] + sealed[at + 1 :] for at in range(len(sealed)))
    doubles = (sealed[:at] + sealed[at : at + 1] + sealed[at:] for at in range(len(sealed)))
    for changed in (*flips, *cuts, *losses, *doubles, sealed + b"\n", b" " + sealed):
        with pytest.raises(CorruptArtifact):
            unseal(changed)


def test_random_bytes_are_no_sealed_record() -> None:
    chance = random.Random(3)
    for _ in range(100):
        with pytest.raises(CorruptArtifact, match="digest"):
            unseal(chance.randbytes(chance.randrange(200)))


@pytest.mark.parametrize("fields", [{}, {"digest": "x"}, {"a": float("nan")}])
def test_what_cannot_be_sealed_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        seal(fields)
