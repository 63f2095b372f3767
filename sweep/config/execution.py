"""Execution: where and how a sweep runs; it is in no key."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, field_validator
from pydantic_core import InitErrorDetails

from sweep.config.batch import Batch
from sweep.config.section import Fields, Section, mistake_at, refuse, show
from sweep.config.values import Text

__all__ = ["Execution", "Ray"]


class Ray(Section):
    """A Ray cluster; ``execution.workers: auto`` is one worker per CPU that it has."""

    address: Text | None = Field(
        default=None,
        description="'auto' for the cluster this machine belongs to, 'ray://HOST:10001' for a "
        "remote one, HOST:6379 for a head node. Default: Ray on this machine alone.",
    )
    memory: float = Field(
        default=1.0, gt=0, description="GiB that Ray sets aside for each worker, where it counts."
    )
    losses: int = Field(
        default=5,
        ge=0,
        le=100,
        description="How often an outcome may lose its node or its Ray actor before it fails.",
    )


Whole = Annotated[int, Field(ge=1, le=1024)]


def _workers(value: object) -> object:
    whole = isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 1024
    if value != "auto" and not whole:
        refuse(f"expected 'auto' or a whole number from 1 to 1024, got {show(value)}")
    return value


class Execution(Section):
    """Where and how the sweep runs: nothing here enters a key or changes a number."""

    backend: Literal["local", "ray", "batch"] = Field(
        default="local",
        description="Where fits run: on this machine, on a Ray cluster, or as jobs of AWS Batch.",
    )
    ray: Ray = Field(default=Ray(), description="The Ray cluster, for `backend: ray`.")
    workers: Annotated[Literal["auto"] | Whole, BeforeValidator(_workers)] = Field(
        default="auto", description="Worker processes, one core each; 'auto' is one per core."
    )
    store: Text = Field(
        default=".sweep",
        description="The store: a folder, relative to the config, or s3://bucket/prefix.",
    )
    keep: tuple[Literal["estimates", "draws"], ...] = Field(
        default=("estimates", "draws"),
        description="What to keep. Without 'draws', new groups fit again.",
    )
    models_dir: Text | None = Field(
        default=None,
        description="Folder of model files, relative to the config. Default: 'models' in the "
        "nearest parent of the config that has one.",
    )
    retries: int = Field(
        default=1,
        ge=0,
        le=10,
        description="How often an outcome is tried again when its worker dies.",
    )
    timeout: float | None = Field(
        default=None, gt=0, description="Seconds after which one fit is given up. Default: never."
    )
    stall: float | None = Field(
        default=600,
        gt=0,
        description="Seconds without a new draw after which a fit is given up; while a model "
        "file loads PyMC or compiles, at least 900.",
    )
    batch: Batch | None = Field(
        default=None, description="AWS Batch; needed with `backend: batch`."
    )

    @classmethod
    def between(cls, data: Fields) -> list[InitErrorDetails]:
        """Refuse a backend that lacks its section."""
        if data.get("backend") == "batch" and data.get("batch") is None:
            needs = "backend 'batch' needs a section 'batch' with queue and job_definition"
            return [mistake_at(("backend",), needs)]
        return []

    @field_validator("keep")
    @classmethod
    def _check_keep(cls, keep: tuple[str, ...]) -> tuple[str, ...]:
        if "estimates" not in keep:
            refuse("'estimates' must be kept: write [estimates] or [estimates, draws]")
        return tuple(word for word in ("estimates", "draws") if word in keep)
