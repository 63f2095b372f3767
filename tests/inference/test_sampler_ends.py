"""A sampler that does not come to its end leaves no thread behind, and no draws."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from sweep.inference import nuts

SCRIPT = """
import signal, sys, threading, time
import numpy as np
from nutpie.compiled_pyfunc import from_pyfunc
from sweep.errors import ModelError
from sweep.inference.nuts import run_nuts
from sweep.inference.sample import Settings

def never(w):
    return -np.inf, np.full_like(w, np.inf)

def slow(w):
    time.sleep(0.0005)
    return -0.5 * float(w @ w), -w

def start(seed):
    return np.random.default_rng(seed).normal(size=1)

density = {"never": never, "slow": slow}[sys.argv[1]]
compiled = from_pyfunc(
    1, lambda: density, lambda *_: lambda w: {"w": w}, [np.dtype(np.float64)], [(1,)], ["w"],
    make_initial_point_fn=start,
)
if density is slow:
    # what a script starts in the background, CI among them, may have inherited that it is ignored
    signal.signal(signal.SIGINT, signal.default_int_handler)
    threading.Timer(0.5, lambda: signal.raise_signal(signal.SIGINT)).start()
try:
    trace = run_nuts(compiled, Settings(2000, 100, 4, 0.8), 1)
    print("a trace", dict(trace.posterior.sizes))
except ModelError as error:
    print("told", error)
except KeyboardInterrupt:
    print("interrupted")
"""


def ended(density: str) -> "subprocess.CompletedProcess[str]":
    """Return how a process ended that runs a sampler which does not reach its end."""
    command = [sys.executable, "-P", "-c", SCRIPT, density]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=100)


@pytest.mark.sampling
def test_a_process_leaves_cleanly_after_a_density_that_is_nowhere_a_number() -> None:
    """Chains that still looked for a start died with the interpreter, and took it along."""
    done = ended("never")
    assert "told the sampler could not go on: All initialization points failed" in done.stdout
    assert 0 == done.returncode, f"{signal.Signals(-done.returncode).name}: {done.stderr}"


@pytest.mark.sampling
def test_an_interrupt_is_no_end_of_sampling() -> None:
    """Draws that are cut short, or half of them missing, are no posterior to publish."""
    done = ended("slow")
    assert ("interrupted\n", 0) == (done.stdout, done.returncode), done.stderr


def test_one_thread_of_the_sampler_among_others_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for thread, name in (("1", "python"), ("2", "nutpie-2"), ("3", "numba")):
        (tmp_path / thread).mkdir()
        (tmp_path / thread / "comm").write_text(name)
    looks = []

    def look(seconds: float) -> None:
        looks.append(seconds)
        if len(looks) == 3:
            (tmp_path / "2" / "comm").unlink()

    monkeypatch.setattr(nuts, "THREADS", tmp_path)
    monkeypatch.setattr("sweep.inference.nuts.time.sleep", look)
    nuts.wait_for_threads()
    assert 3 == len(looks)
