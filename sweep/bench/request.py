"""Request: what a process is asked to measure, and what it answers."""

import json
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sweep.errors import SweepError
from sweep.worker.safe_path import python_command

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from sweep.bench.case import Case, Make

__all__ = ["Answer", "EngineFailed", "Request", "answer_here", "answer_of", "carry_out"]

KILOBYTES = 1024  # in a megabyte: Linux tells a process's peak in kilobytes
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


def answer_here(request: Request) -> Answer:
    """Measure in this process."""
    from sweep.bench.case import case_of
    from sweep.bench.engines import make_of
    from sweep.store import open_store
    from sweep.worker.warmup import import_heavy

    import_heavy()
    return answer_of(
        request, case_of(open_store(request.store), request.task), make_of(request.engine)
    )


def answer_of(request: Request, case: "Case", make: "Make") -> Answer:
    """Measure what ``make`` makes of a case, as the engine that was asked for."""
    import resource

    from sweep.bench.case import margin_names
    from sweep.bench.engines import engine_named
    from sweep.bench.measure import measure

    imports = time.process_time()
    compiles = engine_named(request.engine).first_call_compiles
    found = measure(make, case, request.seed, request.repeats, compiles)
    return Answer(
        engine=request.engine,
        outcome=case.task.outcome,
        respondents=case.respondents,
        margins=margin_names(case),
        imports=imports,
        compile=found.compile,
        cpu=[one.cpu for one in found.sampling],
        wall=[one.wall for one in found.sampling],
        peak_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KILOBYTES,
        values=found.values,
    )


def write_answer(answer: Answer, path: Path) -> None:
    """Write an answer beside its request: arrays, and all else as JSON."""
    import numpy as np

    np.savez(path.with_suffix(".npz"), *answer.values)
    told = {name: value for name, value in vars(answer).items() if name != "values"}
    path.with_suffix(".answer.json").write_text(json.dumps(told), encoding="utf-8")


def read_answer(path: Path) -> Answer:
    """Return the answer beside a request."""
    import numpy as np

    told = json.loads(path.with_suffix(".answer.json").read_text(encoding="utf-8"))
    with np.load(path.with_suffix(".npz")) as stored:
        return Answer(values=[stored[name] for name in stored.files], **told)


def carry_out(request: Request, folder: Path, environment: Mapping[str, str]) -> Answer:
    """Measure in a process of its own, with a worker's environment.

    Raises
    ------
    EngineFailed
        If the process ends otherwise than well, with the last it said.
    """
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
    return read_answer(path)
