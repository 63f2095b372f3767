"""The server: our verbs of jobs in front of moto, counts of calls, and a control for tests."""

import json
import os
import signal
import socket
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import botocore.session
from botocore.validate import ParamValidator
from moto.batch.models import BatchBackend, batch_backends
from moto.ec2.models.instance_types import INSTANCE_TYPES
from moto.logs.models import logs_backends
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, run_simple

from tests.aws.emulation.faults import Script
from tests.aws.emulation.jobs import Job, now
from tests.aws.emulation.processes import kill_tree
from tests.aws.emulation.rules import Refused, check
from tests.aws.emulation.scheduler import Scheduler
from tests.aws.emulation.verbs import VERBS

ACCOUNT, REGION = "123456789012", "us-east-1"
THROTTLED = Refused("Too Many Requests", "TooManyRequestsException", 429)
type Start = Callable[..., Any]


def room(queue: str, job: Job) -> float:
    """Return the vCPUs of a queue's environments that could hold such a job."""
    batch: BatchBackend = batch_backends[ACCOUNT][REGION]
    found = batch.get_job_queue(queue)
    places = [] if found is None else found.environments
    return float(sum(p.compute_resources["maxvCpus"] for p in places if takes(p, job)))


def takes(place: Any, job: Job) -> bool:
    """Return whether a compute environment is enabled and has an instance for the job."""
    if place.state != "ENABLED":
        return False
    known = [INSTANCE_TYPES[t] for t in place.compute_resources.get("instanceTypes", [])
             if t in INSTANCE_TYPES]  # fmt: skip
    return not known or any(
        t["VCpuInfo"]["DefaultVCpus"] >= job.asked["vcpus"]
        and t["MemoryInfo"]["SizeInMiB"] > job.asked["memory"]  # the agent needs some
        for t in known
    )


def log(group: str, stream: str, text: str) -> None:
    """Put an attempt's output into CloudWatch."""
    logs = logs_backends[ACCOUNT][REGION]
    logs.ensure_log_group(group)
    logs.ensure_log_stream(group, stream)
    lines = [line for line in text.splitlines() if line]
    if lines:
        stamp = now()
        logs.put_log_events(group, stream, [{"timestamp": stamp, "message": m} for m in lines])


class Application:
    """A WSGI application: control, jobs, and everything else by moto."""

    def __init__(self) -> None:
        self.moto = DomainDispatcherApplication(create_backend_app)
        self.script = Script()
        self.scheduler = Scheduler(room, log, self.script)
        self.calls: Counter[str] = Counter()
        self.misshapen: list[str] = []
        model = botocore.session.get_session().get_service_model("batch")
        self.shapes = {o.lower(): model.operation_model(o).output_shape for o in
                       model.operation_names}  # fmt: skip

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        """Answer a request."""
        path = environ["PATH_INFO"]
        if path.startswith("/control"):
            return self.control(environ, start)
        action = path.removeprefix("/v1/").lower() if path.startswith("/v1/") else ""
        if not action:
            target = environ.get("HTTP_X_AMZ_TARGET", "").rpartition(".")[2].lower()
            self.calls[target or f"s3 {environ['REQUEST_METHOD']}"] += 1
            answer: Iterable[bytes] = self.moto(environ, start)
            return answer
        self.calls[action] += 1
        if action not in VERBS:
            return self.passed_on(action, environ, start)
        return self.verb(action, environ, start)

    def passed_on(self, action: str, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        """Let moto answer; leave out its nulls, which AWS never sends; look at the shape."""
        told: list[Any] = []
        body = b"".join(self.moto(environ, lambda *head, **_: told.append(head)))
        status, headers = told[0][:2]
        if action in self.shapes and status.startswith("200") and body.startswith(b"{"):
            answer = without_nulls(json.loads(body))
            self.look(action, answer)
            return respond(start, answer)
        start(status, headers)
        return [body]

    def verb(self, action: str, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        """Answer a verb of jobs."""
        data = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        try:
            if self.script.of_call("throttle", action):
                raise THROTTLED
            body = json.loads(data or b"{}")
            check(action, body, len(data))
            with self.scheduler.lock:
                backend = batch_backends[ACCOUNT][REGION]
                answer = VERBS[action][1](backend, self.scheduler, body)
        except Refused as refused:
            kind = {"x-amzn-errortype": refused.code}
            return respond(start, {"message": str(refused)}, refused.status, kind)
        self.look(action, answer)
        if self.script.of_call("lost", action):
            environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
            raise ConnectionAbortedError  # it was done, and nobody is told
        return respond(start, answer)

    def look(self, action: str, answer: Mapping[str, Any]) -> None:
        """Check an answer against botocore's model of it."""
        report = ParamValidator().validate(dict(answer), self.shapes[action])
        if report.has_errors():
            self.misshapen.append(f"{action}: {report.generate_report()}")

    def control(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        """Take a script of faults and settings, or tell what has happened."""
        scheduler = self.scheduler
        if environ["REQUEST_METHOD"] == "POST":
            size = int(environ.get("CONTENT_LENGTH") or 0)
            body = json.loads(environ["wsgi.input"].read(size))
            with scheduler.lock:
                if "faults" in body:
                    self.script.load(body["faults"])
                scheduler.scale = body.get("scale", scheduler.scale)
                scheduler.grace = body.get("grace", scheduler.grace)
        with scheduler.lock:
            return respond(start, self.state())

    def state(self) -> dict[str, Any]:
        """Return what has happened so far."""
        jobs = [j for j in self.scheduler.jobs.values() if j.parent is None]
        return {
            "calls": dict(self.calls),
            "misshapen": self.misshapen,
            "struck": self.script.struck,
            "starts": self.scheduler.starts,
            "most": self.scheduler.most,
            "running": [r.attempt.process.pid for r in self.scheduler.running],
            "threads": threading.active_count(),
            "jobs": [
                {
                    "id": j.id,
                    "name": j.name,
                    "status": j.status,
                    "queue": j.asked["queue"],
                    "memory": j.asked["memory"],
                    "size": len(j.children),
                    "attempts": sum(len(c.attempts) for c in j.children or [j]),
                }
                for j in jobs
            ],
        }


def without_nulls(value: Any) -> Any:
    """Return a JSON value without the keys that have no value."""
    if isinstance(value, dict):
        return {k: without_nulls(v) for k, v in value.items() if v is not None}
    return [without_nulls(v) for v in value] if isinstance(value, list) else value


def respond(
    start: Start, body: Mapping[str, Any], status: int = 200, headers: Mapping[str, str] = {}
) -> Iterable[bytes]:
    """Answer with JSON."""
    data = json.dumps(body).encode()
    fields = {"Content-Type": "application/json", "Content-Length": str(len(data)), **headers}
    start(f"{status} {'OK' if status == 200 else 'Refused'}", list(fields.items()))
    return [data]


class Quiet(WSGIRequestHandler):
    """Requests without a line each."""

    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


def main() -> None:
    """Serve on 127.0.0.1 at the port that was given; told to stop, end every job first."""
    port = int(sys.argv[1])
    application = Application()

    def leave(number: int, frame: Any) -> None:
        for one in list(application.scheduler.running):
            kill_tree(one.attempt)
        os._exit(0)

    signal.signal(signal.SIGTERM, leave)
    threading.Thread(target=application.scheduler.loop, daemon=True).start()
    run_simple("127.0.0.1", port, application, threaded=True, request_handler=Quiet)


if __name__ == "__main__":
    main()
