"""Main: ``python -P -m sweep.bench REQUEST`` measures one engine and writes what it found.

A process per engine: its memory, its CPU and what it compiles are then its own.
"""

import json
import resource
import sys
import time
from pathlib import Path

__all__ = ["main"]


def main() -> None:
    """Carry out a request (`sweep.bench.request`); the answer lies beside it."""
    import numpy as np

    from sweep.bench.case import case_of, margin_names
    from sweep.bench.engines import engine_named, make_of
    from sweep.bench.measure import measure
    from sweep.bench.request import Request
    from sweep.store import open_store
    from sweep.worker.warmup import import_heavy

    import_heavy()
    path = Path(sys.argv[1])
    request = Request(**json.loads(path.read_text(encoding="utf-8")))
    case = case_of(open_store(request.store), request.task)
    make, engine = make_of(request.engine), engine_named(request.engine)
    imports = time.process_time()
    found = measure(make, case, request.seed, request.repeats, engine.first_call_compiles)
    np.savez(path.with_suffix(".npz"), *found.values)
    answer = {
        "compile": found.compile,
        "imports": imports,
        "cpu": [one.cpu for one in found.sampling],
        "wall": [one.wall for one in found.sampling],
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "margins": margin_names(case),
        "outcome": case.task.outcome,
        "respondents": case.respondents,
    }
    path.with_suffix(".answer.json").write_text(json.dumps(answer), encoding="utf-8")


if __name__ == "__main__":
    main()
