"""Own the config's section on Ray: which cluster runs the sweep."""

from pydantic import Field

from sweep.config.section import Section
from sweep.config.values import Text

__all__ = ["Ray"]


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
