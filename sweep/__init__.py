"""Sweep: one YAML file in, poststratified Bayesian estimates for every survey question out.

>>> import sweep
>>> run = sweep.run("sweep.yaml")
>>> run.estimates(by=["region"], outcomes="aided_*")
"""

from importlib import import_module

TYPE_CHECKING = False  # not that of `typing`: `python -m sweep` is still on the user's path here
if TYPE_CHECKING:
    from typing import Any

    from sweep.client.handle import Run
    from sweep.client.verbs import explain, open, plan, run, runs
    from sweep.errors import (
        ConfigError,
        CorruptArtifact,
        DataError,
        ModelError,
        RunFailed,
        StoreError,
        SweepError,
        UsageError,
    )

__all__ = [
    "ConfigError",
    "CorruptArtifact",
    "DataError",
    "ModelError",
    "Run",
    "RunFailed",
    "StoreError",
    "SweepError",
    "UsageError",
    "explain",
    "open",
    "plan",
    "run",
    "runs",
]

CLIENT = frozenset({"Run", "explain", "open", "plan", "run", "runs"})


def __getattr__(name: str) -> "Any":
    """Import a public name on first use, so that `import sweep` costs nothing."""
    if name == "__version__":
        from importlib.metadata import version

        return version("modelsweep")
    if name not in __all__:
        msg = f"module 'sweep' has no attribute {name!r}"
        raise AttributeError(msg)
    module = import_module("sweep.client.verbs" if name in CLIENT else "sweep.errors")
    value = globals()[name] = getattr(module, name)
    return value


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
