"""Document: all figures of a bench as one JSON object."""

import json
import math
from dataclasses import asdict, is_dataclass
from typing import Any

from sweep.bench.agreement import RULE
from sweep.bench.compare import Comparison
from sweep.bench.engines import ENGINES
from sweep.bench.suite import Bench
from sweep.keys import Json

__all__ = ["VERSION", "as_json", "to_bytes"]

VERSION = 1
"""Of the object's shape: it grows when a figure changes its name or meaning."""


def as_json(found: Bench) -> Json:
    """Return the figures; what is not known is null, and so is the speed of what disagrees."""
    growth = found.growth
    made: Json = {
        "version": VERSION,
        "what": found.what,
        "machine": asdict(found.machine),
        "settings": asdict(found.settings),
        "rule": RULE,
        "sound": found.sound,
        "comparisons": [comparison_json(one) for one in found.comparisons],
        "sweeps": [{**asdict(s), "cpu_per_outcome": s.cpu_per_outcome} for s in found.sweeps],
    }
    if growth is not None:
        lines = {"by_outcome": growth.by_outcome, "by_respondent": growth.by_respondent}
        made["growth"] = {**asdict(growth), **{k: plain(line) for k, line in lines.items()}}
    return made


def plain(value: Any) -> Any:
    """Return a dataclass as a mapping, anything else as it is."""
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else value


def comparison_json(found: Comparison) -> Json:
    """Return the figures of a comparison."""
    engines = [
        {
            "words": ENGINES[score.engine].words,
            **asdict(score),
            "agrees": score.agreement.holds,
            "ours_times": found.ratio(score, compiled=False),
            "ours_times_compiled": found.ratio(score, compiled=True),
        }
        for score in found.scores
    ]
    return {
        "outcome": found.outcome,
        "respondents": found.respondents,
        "estimates": found.estimates,
        "engines": engines,
        "absent": dict(found.absent),
        "failed": dict(found.failed),
    }


def to_bytes(document: Json) -> bytes:
    """Return a document as JSON text; infinities, which JSON has no word for, become null."""
    return (json.dumps(finite(document), indent=2, ensure_ascii=False) + "\n").encode()


def finite(value: Any) -> Any:
    """Return a value with null for what is no finite number, however deep."""
    if isinstance(value, dict):
        return {name: finite(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [finite(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
