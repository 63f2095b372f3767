"""Damaged files: whatever byte of one is wrong, it is read or an error, and no process ends."""

import random
import subprocess
import sys
from pathlib import Path

import pytest

from sweep.errors import DataError
from sweep.sources import spss, stata
from sweep.sources.reading import Format
from tests.support.survey_files import SMALL, write

TRIES = 400
BYTES = (0, 1, 2, 4, 32, 65, 128, 200, 255)
READERS = {".sav": spss.read, ".zsav": spss.read, ".dta": stata.read}


def read_damaged(path: Path, seed: int) -> None:
    """Read a file again and again, each time with another byte wrong."""
    whole = path.read_bytes()
    chance = random.Random(seed)
    told = []
    for _ in range(TRIES):
        data = bytearray(whole)
        data[chance.randrange(len(data))] = chance.choice(BYTES)
        path.write_bytes(data)
        try:
            READERS[path.suffix](path, None, Format())
        except DataError as error:
            told.append(str(error))
    assert 0 < len(told) < TRIES
    assert all(str(path) in message for message in told)


@pytest.mark.parametrize("suffix", READERS)
def test_a_wrong_byte_ends_no_process(tmp_path: Path, suffix: str) -> None:
    """The library that reads them is written in C: a process of its own shows what it survives."""
    path = write(SMALL, tmp_path / f"survey{suffix}")

    command = [sys.executable, "-m", "tests.sources.test_damaged_files", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)

    assert 0 == done.returncode, done.stderr


if __name__ == "__main__":
    read_damaged(Path(sys.argv[1]), seed=3)
