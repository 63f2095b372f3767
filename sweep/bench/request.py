"""Request: what a process is asked to measure, and what it answers."""

import json
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sweep.errors import SweepError
from sweep.worker.safe_path import python_command

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Answer", "EngineFailed", "Request", "carry_out"]

TOLD = 3  # last lines of what a process wrote before it failed


class EngineFailed(SweepError):
    """An engine did not come to its end."""


@dataclass(frozen=True)
class Request:
    """One engine on one task of a store (its URL), from some seed, so many times."""

    engine: str
    store: str
    task: str
    seed: int
    repeats: int


@dataclass(frozen=True)
class Answer:
    """What a process found; seconds, and ``values`` (chain, draw, margin) of each repeat.

    ``imports`` is the CPU until the engine could be made, ``peak_mb`` the process's memory.
    """

    engine: str
    outcome: str
    respondents: int
    margins: Sequence[str]
    imports: float
    compile: float
    cpu: Sequence[float]
    wall: Sequence[float]
    peak_mb: float
    values: "Sequence[NDArray[np.float64]]"


def carry_out(request: Request, folder: Path, environment: Mapping[str, str]) -> Answer:
    """Measure in a process of its own, with a worker's environment.

    Raises
    ------
    EngineFailed
        If the process ends otherwise than well, with the last it said.
    """
    import numpy as np

    path = folder / f"{request.engine}-{request.task[:12]}.json"
    path.write_text(json.dumps(asdict(request)), encoding="utf-8")
    command = python_command("sweep.bench", str(path))
    done = subprocess.run(
        command, env=dict(environment), capture_output=True, text=True, check=False
    )
    if done.returncode:
        last = " / ".join(done.stderr.strip().splitlines()[-TOLD:])
        msg = f"{request.engine} did not come to its end (exit code {done.returncode}): {last}"
        raise EngineFailed(msg)
    told = json.loads(path.with_suffix(".answer.json").read_text(encoding="utf-8"))
    with np.load(path.with_suffix(".npz")) as stored:
        values = [stored[name] for name in stored.files]
    return Answer(engine=request.engine, values=values, **told)
