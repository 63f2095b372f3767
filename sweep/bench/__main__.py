"""Main: ``python -P -m sweep.bench REQUEST`` measures one engine and writes what it found.

A process per engine: its memory, its CPU and what it compiles are then its own.
"""

import json
import sys
from pathlib import Path

__all__ = ["main"]


def main() -> None:
    """Carry out a request; the answer lies beside it."""
    from sweep.bench.request import Request, answer_here, write_answer

    path = Path(sys.argv[1])
    request = Request(**json.loads(path.read_text(encoding="utf-8")))
    write_answer(answer_here(request), path)


if __name__ == "__main__":
    main()
