"""Sites: where the same sweep runs, and how its workers and hosts are killed there."""

import os
import signal
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from sweep.worker.safe_path import python_command

__all__ = [
    "BatchSite",
    "RaySite",
    "Site",
    "batch_site",
    "every_worker",
    "kill_a_worker",
    "ray_site",
]

BUCKET = "contract"

RAY_ENVIRONMENT = {
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",  # binds everything to 127.0.0.1
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
}
HEALTH = {  # the settings of docs/ray.md: a lost node is noticed in seconds
    "health_check_initial_delay_ms": 0,
    "health_check_period_ms": 500,
    "health_check_timeout_ms": 500,
    "health_check_failure_threshold": 4,
}
STORE = 80_000_000  # bytes: the least that Ray takes; nothing of ours lies in it


def every_worker() -> list[int]:
    """Return the ids of all live workers below this process: other tests may run beside it."""
    mine = [os.fsencode(a) for a in python_command("sweep.worker")]
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if path.read_bytes().split(b"\0")[:4] == mine and is_below(int(path.parent.name)):
                found.append(int(path.parent.name))
        except OSError:  # it ended while we looked
            continue
    return sorted(found)


def is_below(pid: int) -> bool:
    """Return whether a process descends from this one."""
    while pid > 1 and pid != os.getpid():
        pid = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    return pid == os.getpid()


def kill_a_worker(number: int = signal.SIGKILL, wait: float = 30.0) -> int:
    """Kill the oldest worker; return its process id."""
    end = time.monotonic() + wait
    while not (found := every_worker()):
        assert time.monotonic() < end, "no worker has started"
        time.sleep(0.02)
    os.kill(found[0], number)
    end = time.monotonic() + 5
    while found[0] in every_worker():
        assert time.monotonic() < end, f"signal {number} did not end the worker in 5 s"
        time.sleep(0.02)
    return found[0]


@dataclass
class Site:
    """A backend: what its configs say of execution, and how a host of it is lost."""

    execution: dict[str, Any] = field(default_factory=lambda: {"backend": "local", "workers": 2})

    def fresh(self) -> dict[str, Any]:
        """Return the execution of a sweep with a store of its own."""
        return self.execution

    @contextmanager
    def host_lost(self) -> Iterator[None]:
        """Lose a host while the block runs a sweep."""
        pytest.skip("one machine has no hosts to lose")
        yield


@dataclass
class RaySite(Site):
    """A Ray cluster of three nodes."""

    cluster: Any = None
    nodes: list[Any] = field(default_factory=list)

    def add_node(self) -> None:
        """Add a node of one CPU."""
        self.nodes.append(self.cluster.add_node(num_cpus=1, object_store_memory=STORE))

    @contextmanager
    def host_lost(self) -> Iterator[None]:
        """Kill a node as soon as a worker runs; another comes in its place."""

        def kill() -> None:
            while not every_worker():
                time.sleep(0.02)
            self.lose_a_node()

        killer = threading.Thread(target=kill)
        killer.start()
        try:
            yield
        finally:
            killer.join()
            self.add_node()

    def lose_a_node(self) -> None:
        """Kill a node, as a machine dies: not the head, and not the one this process is tied to."""
        from ray._private.worker import global_worker

        mine = getattr(global_worker.node, "raylet_socket_name", None)
        (place, *_) = (k for k, node in enumerate(self.nodes) if node.raylet_socket_name != mine)
        self.cluster.remove_node(self.nodes.pop(place), allow_graceful=False)


@dataclass
class BatchSite(Site):
    """The emulation of AWS Batch, with a store on S3; its jobs are processes of this machine."""

    cloud: Any = None

    def fresh(self) -> dict[str, Any]:
        """Return the execution of a sweep with a store of its own."""
        return {**self.execution, "store": f"s3://{BUCKET}/{uuid.uuid4().hex}"}

    @contextmanager
    def host_lost(self) -> Iterator[None]:
        """Take one child's host away in its first attempt."""
        struck = self.cloud.control()["struck"].get("spot", 0)
        self.cloud.faults({"kind": "spot", "times": 1, "attempt": [1], "after": [0.6, 1.2]})
        try:
            yield
        finally:
            assert struck < self.cloud.control()["struck"].get("spot", 0)
            self.cloud.faults()


@contextmanager
def batch_site(*, forks: bool = False) -> Iterator[BatchSite]:
    """Start the emulated cloud, with a queue of two vCPUs and a bucket."""
    pytest.importorskip("boto3")
    pytest.importorskip("moto")
    from tests.aws.cloud import emulated

    before = dict(os.environ)
    with emulated(forks=forks) as cloud:
        os.environ.update(cloud.environment())
        cloud.set_up("queue", vcpus=2)
        cloud.define()
        cloud.client("s3").create_bucket(Bucket=BUCKET)
        batch = {"queue": "queue", "job_definition": "worker", "poll": 0.3, "pack": 8}
        try:
            yield BatchSite({"backend": "batch", "workers": "auto", "batch": batch}, cloud)
            assert [] == cloud.control()["misshapen"]
        finally:
            os.environ.clear()
            os.environ.update(before)


@contextmanager
def ray_site() -> Iterator[RaySite]:
    """Start a cluster: a head without CPUs for tasks, and two nodes of one."""
    before = dict(os.environ)
    os.environ.update(RAY_ENVIRONMENT)  # Ray reads it when it is imported
    pytest.importorskip("ray")
    from ray.cluster_utils import Cluster

    head = {"num_cpus": 1, "object_store_memory": STORE, "_system_config": HEALTH}
    cluster = Cluster(initialize_head=True, head_node_args=head)
    execution = {"backend": "ray", "ray": {"address": cluster.address, "memory": 0.1}}
    site = RaySite({**execution, "workers": 2}, cluster)
    try:
        site.add_node()
        site.add_node()
        yield site
    finally:
        import ray

        ray.shutdown()  # a cluster refuses to end under its own driver
        cluster.shutdown()  # type: ignore[no-untyped-call]
        os.environ.clear()
        os.environ.update(before)
