"""`sweep doctor` names the step on the way to AWS Batch that is broken, and what to do."""

import json
from pathlib import Path
from typing import Any

import pytest

from sweep.config.read import parse_config
from sweep.errors import ConfigError
from tests.aws.cloud import Cloud
from tests.aws.sweeping import on_batch
from tests.cli.conftest import inside
from tests.project import Project


def doctor(project: Project, *options: str, **settings: Any) -> tuple[int, dict[str, Any]]:
    """Return the exit code, and the findings by name."""
    path = project.directory / "sweep.yaml"
    path.write_text(project.text(execution=on_batch(**settings)))
    ended = inside("doctor", path, "-o", "json", *options, cwd=project.directory)
    return ended.code, {f["name"]: f for f in json.loads(ended.out)}


def test_every_step_of_a_sound_cloud_is_ok(cloud: Cloud, project: Project) -> None:
    cloud.client("logs").create_log_group(logGroupName="/aws/batch/job")
    code, found = doctor(project, "--backend", "batch", on_demand_queue="on-demand")
    steps = (
        *("aws credentials", "queue queue", "environment queue-environment", "queue on-demand"),
        *("environment on-demand-environment", "job definition", "log group"),
    )
    assert {"ok"} == {found[step]["state"] for step in steps}
    assert 0 == code
    assert "warn" == found["store for jobs"]["state"]
    assert "s3://" in found["store for jobs"]["found"]


@pytest.mark.parametrize(
    ("settings", "step", "words"),
    [
        ({"queue": "absent"}, "queue absent", "make one, or correct the config"),
        ({"job_definition": "absent"}, "job definition", "register it, or correct the config"),
        ({"job_definition": "worker:99"}, "job definition", "register it, or correct the config"),
        ({"vcpus": 64}, "environment queue-environment", "lower execution.batch.vcpus"),
    ],
)
def test_what_is_wrong_is_named_with_the_next_step(
    cloud: Cloud, project: Project, settings: dict[str, Any], step: str, words: str
) -> None:
    code, found = doctor(project, **settings)
    assert 1 == code
    assert "fail" == found[step]["state"]
    assert words in found[step]["found"]


def test_a_disabled_queue_and_environment_are_named(cloud: Cloud, project: Project) -> None:
    batch = cloud.client("batch")
    batch.update_job_queue(jobQueue="on-demand", state="DISABLED")
    batch.update_compute_environment(computeEnvironment="on-demand-environment", state="DISABLED")
    code, found = doctor(project, queue="on-demand")
    batch.update_compute_environment(computeEnvironment="on-demand-environment", state="ENABLED")
    batch.update_job_queue(jobQueue="on-demand", state="ENABLED")
    assert 1 == code
    assert "queue 'on-demand' is disabled: enable it" == found["queue on-demand"]["found"]
    assert "is disabled" in found["environment on-demand-environment"]["found"]


def test_without_credentials_nothing_further_is_looked_at(
    cloud: Cloud, project: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    for name in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    code, found = doctor(project)
    assert 1 == code
    assert "aws configure" in found["aws credentials"]["found"]
    assert "job definition" not in found


def test_the_backend_needs_a_config(tmp_path: Path) -> None:
    ended = inside("doctor", "--backend", "batch", cwd=tmp_path)
    assert 2 == ended.code
    assert "sweep doctor CONFIG" in ended.err


@pytest.mark.parametrize(
    ("execution", "words"),
    [
        ({"backend": "batch"}, "execution.backend: backend 'batch' needs a section 'batch'"),
        (on_batch(pack="some"), "execution.batch.pack: expected 'auto' or a whole number"),
        (on_batch(budget=5.0), "execution.batch.budget: a budget needs price_per_vcpu_hour"),
        (on_batch(attempts=11), "execution.batch.attempts"),
        (on_batch(qeue="x"), "did you mean 'queue'"),
    ],
)
def test_mistakes_in_the_section_are_told_with_their_place(
    project: Project, execution: dict[str, Any], words: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_config(project.text(execution=execution).encode())
    assert words in str(caught.value)
    assert all(mistake.line > 1 for mistake in caught.value.mistakes)
