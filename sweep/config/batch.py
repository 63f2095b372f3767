"""Batch: the section that says how a sweep uses AWS Batch."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field
from pydantic_core import InitErrorDetails

from sweep.config.section import Fields, Section, mistake_at, refuse, show
from sweep.config.values import Text

__all__ = ["Batch"]

Whole = Annotated[int, Field(ge=1, le=100_000)]


def _pack(value: object) -> object:
    whole = isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 100_000
    if value != "auto" and not whole:
        refuse(f"expected 'auto' or a whole number from 1 to 100000, got {show(value)}")
    return value


class Batch(Section):
    """AWS Batch: which queue and job definition, how large a job is, and what it may cost."""

    queue: Text = Field(description="The job queue, by name or ARN; Spot is fine.")
    on_demand_queue: Text | None = Field(
        default=None,
        description="Where work goes that Spot has lost `attempts` times. Default: the same queue.",
    )
    job_definition: Text = Field(
        description="The job definition: a name, name:revision or ARN. Its image holds this "
        "program and its job role may use the store."
    )
    coordinator_definition: Text | None = Field(
        default=None,
        description="The job definition of the coordinator, for `--detach`. Default: the same.",
    )
    coordinator_memory: int = Field(
        default=2048, ge=512, le=1_000_000, description="Memory of that job, MiB."
    )
    region: Text | None = Field(
        default=None, description="The AWS region. Default: that of your AWS configuration."
    )
    vcpus: int = Field(
        default=1, ge=1, le=256, description="vCPUs of a job; it runs as many fits at a time."
    )
    memory: int = Field(
        default=2048,
        ge=256,
        le=1_000_000,
        description="Memory of a job, MiB; doubled for what runs out of it.",
    )
    pack: Annotated[Literal["auto"] | Whole, BeforeValidator(_pack)] = Field(
        default="auto",
        description="Outcomes per job; 'auto' makes jobs of about a minute, by the times of "
        "earlier fits.",
    )
    attempts: int = Field(
        default=3,
        ge=1,
        le=10,
        description="How often AWS Batch itself starts a job whose host was lost.",
    )
    poll: float = Field(
        default=5.0, ge=0.05, le=600, description="Seconds between looks at the jobs."
    )
    runnable_warning: float = Field(
        default=600.0,
        gt=0,
        description="Seconds without a start after which it is explained why jobs wait.",
    )
    price_per_vcpu_hour: float | None = Field(
        default=None, ge=0, description="What an hour of a vCPU costs: the cost is then told."
    )
    on_demand_price_per_vcpu_hour: float | None = Field(
        default=None, ge=0, description="The same for on_demand_queue. Default: the same price."
    )
    budget: float | None = Field(
        default=None,
        gt=0,
        description="What a run may cost, in the price's currency: then nothing further starts.",
    )
    log_group: Text = Field(
        default="/aws/batch/job", description="The CloudWatch log group of the jobs."
    )
    max_children: int = Field(
        default=10_000, ge=1, le=10_000, description="Jobs per array, at most."
    )

    @classmethod
    def between(cls, data: Fields) -> Iterator[InitErrorDetails]:
        """Refuse a budget that nothing can be compared with."""
        if data.get("budget") is not None and data.get("price_per_vcpu_hour") is None:
            yield mistake_at(("budget",), "a budget needs price_per_vcpu_hour beside it")
