"""Client: the calls to AWS, paced, tried again where that is safe, their failures in words.

SubmitJob knows no token that would make a repetition harmless. So after a lost answer we look for
the job by its name, which is its own, before we submit again.
"""

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sweep.errors import SweepError, UsageError
from sweep.keys import Json

__all__ = ["Api", "Waiting", "open_api"]

PER_SECOND = 20.0  # calls, at most; AWS allows an account 50
PATIENCE = 300.0  # seconds of refused or failed calls in a row before we give up
DESCRIBED = 100  # jobs that one DescribeJobs takes
LOOKS = 3  # for a job by its name, before it is submitted again: listings may lag
BUSY = ("TooManyRequestsException", "ThrottlingException", "Throttling", "RequestLimitExceeded")


class Waiting(Exception):
    """A call had no definite answer: it may or may not have been carried out."""


def open_api(region: str | None) -> "Api":
    """Return the calls, by the user's own AWS configuration.

    Raises
    ------
    UsageError
        If boto3 or the region is missing.
    """
    try:
        import boto3
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError, NoRegionError
    except ModuleNotFoundError:
        msg = "AWS Batch needs boto3: pip install 'modelsweep[aws]'"
        raise UsageError(msg) from None
    config = Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=20)
    try:
        session = boto3.Session(region_name=region)
        return Api({name: session.client(name, config=config) for name in ("batch", "logs", "sts")})
    except NoRegionError:
        msg = "no AWS region is known: set execution.batch.region, or AWS_DEFAULT_REGION"
        raise UsageError(msg) from None
    except (BotoCoreError, ValueError) as error:
        msg = f"the AWS settings do not work: {error}; see `aws configure list`"
        raise UsageError(msg) from error


@dataclass
class Api:
    """Clients by service, and when the last call was made; ``calls`` counts them by name."""

    clients: Mapping[str, Any]
    pause: float = 0.5  # seconds before the first repetition; doubled each time
    last: float = 0.0
    calls: dict[str, int] = field(default_factory=dict)

    def describe(self, jobs: Sequence[str]) -> dict[str, Json]:
        """Return what is known of jobs, by id; those that are not known are left out."""
        found: dict[str, Json] = {}
        for start in range(0, len(jobs), DESCRIBED):
            block = list(jobs[start : start + DESCRIBED])
            found.update({j["jobId"]: j for j in self.call("describe_jobs", jobs=block)["jobs"]})
        return found

    def failed_children(self, array: str) -> Iterator[Json]:
        """Yield the children of an array that have failed."""
        yield from self.pages("list_jobs", arrayJobId=array, jobStatus="FAILED")

    def find(self, name: str, queue: str) -> str | None:
        """Return the id of the newest job of this name in a queue, None if there is none."""
        filters = [{"name": "JOB_NAME", "values": [name]}]
        found = list(self.pages("list_jobs", jobQueue=queue, filters=filters))
        return str(found[0]["jobId"]) if found else None

    def submit(self, request: Mapping[str, Any]) -> str:
        """Submit a job and return its id; never twice under one name.

        Raises
        ------
        SweepError
            If AWS refuses the job, or cannot be reached.
        """
        end = time.monotonic() + PATIENCE
        while True:
            try:
                return str(self.call("submit_job", idempotent=False, **request)["jobId"])
            except Waiting as error:
                for look in range(LOOKS):
                    time.sleep(self.pause * 2**look)
                    if job := self.find(request["jobName"], request["jobQueue"]):
                        return job
                if time.monotonic() > end:
                    msg = "submit_job"
                    raise unreachable_error(msg, error) from error

    def cancel(self, job: str, reason: str) -> None:
        """Cancel what has not started of a job; what runs goes on to its end."""
        self.call("cancel_job", jobId=job, reason=reason)

    def terminate(self, job: str, reason: str) -> None:
        """End a job with everything that runs."""
        self.call("terminate_job", jobId=job, reason=reason)

    def last_lines(self, group: str, stream: str, lines: int) -> str:
        """Return the last lines of a log stream; empty if there is no such stream (yet)."""
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            told = self.clients["logs"].get_log_events(
                logGroupName=group, logStreamName=stream, limit=lines, startFromHead=False
            )
        except ClientError as error:
            return f"(no log: {error.response['Error'].get('Message') or error})\n"
        except BotoCoreError as error:  # no way to CloudWatch: the log is there, only not here
            return f"(no log: {error})\n"
        return "".join(f"{event['message']}\n" for event in told["events"])

    def pages(self, verb: str, **request: Any) -> Iterator[Json]:
        """Yield the entries of every page."""
        while True:
            told = self.call(verb, **request)
            yield from told["jobSummaryList"]
            if not told.get("nextToken"):
                return
            request["nextToken"] = told["nextToken"]

    def call(self, verb: str, idempotent: bool = True, **request: Any) -> Json:
        """Make a call of AWS Batch.

        Raises
        ------
        Waiting
            If it is not ``idempotent`` and has no definite answer.
        SweepError
            If AWS refuses it, or cannot be reached for five minutes.
        """
        end, pause = time.monotonic() + PATIENCE, self.pause
        while True:
            self.pace()
            self.calls[verb] = self.calls.get(verb, 0) + 1
            error, definite = attempt(getattr(self.clients["batch"], verb), request)
            if isinstance(error, dict):
                return error
            if not definite and not idempotent:
                raise Waiting(str(error)) from error
            if time.monotonic() > end:
                raise unreachable_error(verb, error) from error
            time.sleep(random.uniform(0, pause))
            pause = min(pause * 2, 30.0)

    def pace(self) -> None:
        """Wait until the next call may be made."""
        wait = self.last + 1 / PER_SECOND - time.monotonic()
        if wait > 0:
            time.sleep(wait)
        self.last = time.monotonic()


def attempt(verb: Callable[..., Json], request: Mapping[str, Any]) -> tuple[Json | Exception, bool]:
    """Return the answer, or an error that may pass, and whether it surely did nothing.

    Raises
    ------
    UsageError
        If AWS, or boto3 before it, refuses the call.
    """
    from botocore.exceptions import ClientError, EndpointConnectionError, HTTPClientError

    try:
        return verb(**request), True
    except ClientError as error:
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        busy = error.response["Error"].get("Code") in BUSY or status == 429
        if busy or status >= 500:
            return error, busy
        raise refused_error(error) from error
    except HTTPClientError as error:
        return error, isinstance(error, EndpointConnectionError)
    except Exception as error:  # credentials, parameters: boto3 has a class for each
        if type(error).__module__.startswith("botocore"):
            raise refused_error(error) from error
        raise


def refused_error(error: Exception) -> SweepError:
    """Return the error of a call that AWS, or boto3 before it, refuses."""
    return UsageError(f"AWS Batch: {error}; `sweep doctor CONFIG` looks at every step")


def unreachable_error(verb: str, error: object) -> SweepError:
    """Return the error of a call that went on failing."""
    msg = (
        f"AWS Batch: {verb} failed for {PATIENCE:.0f} s, last with: {error}. Jobs that were "
        "submitted go on: run again to take them up"
    )
    return SweepError(msg)
