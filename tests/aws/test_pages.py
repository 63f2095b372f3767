"""The pages on AWS: every command of ours on them is run against the emulation, in order."""

import re
import shlex
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sweep.journal.events import read_events
from sweep.journal.runs import read_plan
from sweep.store import open_store
from tests.aws.cloud import Cloud, emulated

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "aws.md").read_text()
STORE = "s3://sweep-123456789012-eu-central-1/store"
NOTHING = "'status:failed' matches no outcome"  # nothing fails here, and retry says so


def commands() -> list[str]:
    """Return the commands of the page's `sh` blocks."""
    blocks = re.findall(r"```sh\n(.*?)```", PAGE, flags=re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line]


def execution() -> str:
    """Return the page's section `execution`, in the emulation's region."""
    (block,) = re.findall(r"```yaml\n(execution:.*?)```", PAGE, flags=re.DOTALL)
    return str(block).replace("region: eu-central-1", "region: us-east-1")


def put_execution(config: Path) -> None:
    """Put the page's section in place of the config's own."""
    head, _, _ = config.read_text().partition("\nexecution:")
    config.write_text(f"{head}\n{execution()}    poll: 0.3\n")


def finished(seconds: float = 240.0) -> None:
    """Wait for the run that was detached: its coordinator is a job."""
    store, end = open_store(STORE), time.monotonic() + seconds
    while True:
        events = read_events(store, read_plan(store, "last").run)
        if events and events[-1]["event"] in ("ended", "report"):
            return
        assert time.monotonic() < end, "the coordinator's job did not end"
        time.sleep(0.5)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_way_from_nothing_to_a_sweep_can_be_walked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with emulated() as cloud:
        for name, value in cloud.environment().items():
            monkeypatch.setenv(name, value)
        set_up(cloud)
        for command in commands():
            ended = subprocess.run(
                [sys.executable, "-m", "sweep", *shlex.split(command)[1:]],
                cwd=tmp_path, capture_output=True, text=True, check=False,
            )  # fmt: skip
            if "retry" in command and NOTHING in ended.stderr:
                continue
            assert 0 == ended.returncode, f"{command}\n{ended.stdout}\n{ended.stderr}"
            if "init" in command:
                put_execution(tmp_path / "tracker" / "sweep.yaml")
            if "--detach" in command:
                finished()
        assert (tmp_path / "report.html").stat().st_size > 100_000


def set_up(cloud: Cloud) -> None:
    """Make what the Terraform makes."""
    cloud.client("s3").create_bucket(Bucket=STORE.split("/")[2])
    cloud.set_up("sweep-spot", vcpus=2)
    cloud.set_up("sweep-on-demand", vcpus=2)
    cloud.define("sweep-worker")
    cloud.define("sweep-coordinator")
    cloud.client("logs").create_log_group(logGroupName="/aws/batch/sweep")
