"""The emulated cloud as tests use it: started, set up, scripted and asked."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3

from tests.aws.emulation.processes import FORKS

__all__ = ["CREDENTIALS", "Cloud", "emulated"]

ROOT = Path(__file__).parents[2]
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "emulated",
    "AWS_SECRET_ACCESS_KEY": "emulated",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}


@dataclass
class Cloud:
    """A running emulation."""

    url: str
    process: "subprocess.Popen[bytes]"

    def client(self, service: str) -> Any:
        """Return a client as a user has it."""
        return boto3.client(
            service,
            endpoint_url=self.url,
            region_name="us-east-1",
            aws_access_key_id="emulated",
            aws_secret_access_key="emulated",
        )

    def environment(self) -> dict[str, str]:
        """Return what a process needs to find this cloud."""
        return {**CREDENTIALS, "AWS_ENDPOINT_URL": self.url}

    def control(self, **settings: Any) -> dict[str, Any]:
        """Script faults and the like; return what has happened so far."""
        request = urllib.request.Request(f"{self.url}/control", json.dumps(settings).encode())
        with urllib.request.urlopen(request, timeout=30) as answer:
            told: dict[str, Any] = json.load(answer)
        return told

    def faults(self, *faults: dict[str, Any]) -> None:
        """Script faults: see `tests.aws.emulation.faults.Fault`."""
        self.control(faults=list(faults))

    def set_up(self, queue: str = "queue", vcpus: int = 4, **resources: Any) -> None:
        """Make a queue with one compute environment of so many vCPUs."""
        ec2, batch = self.client("ec2"), self.client("batch")
        subnet = ec2.describe_subnets()["Subnets"][0]
        groups = [ec2.describe_security_groups()["SecurityGroups"][0]["GroupId"]]
        batch.create_compute_environment(
            computeEnvironmentName=f"{queue}-environment",
            type="MANAGED",
            state="ENABLED",
            serviceRole=self.role(),
            computeResources={
                "type": "FARGATE_SPOT",
                "maxvCpus": vcpus,
                "subnets": [subnet["SubnetId"]],
                "securityGroupIds": groups,
                **resources,
            },
        )
        batch.create_job_queue(
            jobQueueName=queue,
            state="ENABLED",
            priority=1,
            computeEnvironmentOrder=[{"order": 1, "computeEnvironment": f"{queue}-environment"}],
        )

    def role(self) -> str:
        """Return the role of the service, made if need be."""
        iam = self.client("iam")
        for role in iam.list_roles()["Roles"]:
            return str(role["Arn"])
        made = iam.create_role(RoleName="batch-service", AssumeRolePolicyDocument="{}")
        return str(made["Role"]["Arn"])

    def define(self, name: str = "worker", command: list[str] | None = None) -> str:
        """Register a job definition."""
        made = self.client("batch").register_job_definition(
            jobDefinitionName=name,
            type="container",
            containerProperties={
                "image": "sweep",
                "command": command or ["true"],
                "resourceRequirements": [
                    {"type": "VCPU", "value": "1"},
                    {"type": "MEMORY", "value": "2048"},
                ],
            },
        )
        return str(made["jobDefinitionArn"])

    def wait(self, job: str, *states: str, seconds: float = 60.0) -> dict[str, Any]:
        """Return a job's description once it is in one of some states."""
        batch, end = self.client("batch"), time.monotonic() + seconds
        wanted = states or ("SUCCEEDED", "FAILED")
        while True:
            found: dict[str, Any] = batch.describe_jobs(jobs=[job])["jobs"][0]
            if found["status"] in wanted:
                return found
            assert time.monotonic() < end, f"{job} is still {found['status']}"
            time.sleep(0.05)


@contextmanager
def emulated(*, forks: bool = False) -> Iterator[Cloud]:
    """Run an emulation while the block runs; its jobs end with it.

    With ``forks`` the children of arrays are forks of one warm process.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)
    programs = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {**os.environ, **CREDENTIALS, "AWS_ENDPOINT_URL": url}
    environment |= {"PYTHONPATH": path, "PATH": programs} | ({FORKS: "1"} if forks else {})
    command = [sys.executable, "-m", "tests.aws.emulation.server", str(port)]
    process = subprocess.Popen(command, env=environment, cwd=ROOT)
    cloud = Cloud(url, process)
    try:
        ready(port, process)
        yield cloud
    finally:
        process.terminate()
        process.wait()


def ready(port: int, process: "subprocess.Popen[bytes]") -> None:
    """Wait until the emulation answers."""
    end = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < end:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    msg = "the emulation did not start"
    raise RuntimeError(msg)
