"""What a command takes is counted with all the processes that it starts."""

import os
import sys
from pathlib import Path

import pytest

from sweep.bench.tree import run_watched
from sweep.errors import SweepError

BUSY = "import time\nwhile time.process_time() < {}: pass\n"


def test_the_cpu_of_a_childs_child_counts(folder: Path) -> None:
    inner = [sys.executable, "-S", "-c", BUSY.format(0.3)]
    outer = f"import subprocess\nsubprocess.run({inner!r}, check=True)"
    took = run_watched([sys.executable, "-S", "-c", outer], os.environ, folder)
    assert took.cpu >= 0.3


@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="no /proc")
def test_the_memory_of_all_processes_counts(folder: Path) -> None:
    inner = [sys.executable, "-S", "-c", "import time\nx = bytearray(80_000_000)\ntime.sleep(1.2)"]
    outer = f"import subprocess\nsubprocess.run({inner!r}, check=True)"
    took = run_watched([sys.executable, "-S", "-c", outer], os.environ, folder)
    assert took.peak_mb is not None
    assert took.peak_mb > 70
    assert took.processes == 2


def test_a_command_that_fails_is_told_with_its_last_words(folder: Path) -> None:
    command = [sys.executable, "-S", "-c", "import sys\nsys.exit('oh dear')"]
    with pytest.raises(SweepError, match="left with exit code 1: oh dear"):
        run_watched(command, os.environ, folder)
