"""What AWS refuses and moto accepts; each rule with the sentence of AWS that it comes from."""

import re
from collections.abc import Callable, Mapping
from typing import Any

__all__ = ["LIMITS", "Refused", "check"]

LIMITS = {
    "array": "The array size can be between 2 and 10,000.",
    "attempts": "You can specify between 1 and 10 attempts.",
    "evaluate": "If this parameter is specified, then the attempts parameter must also be "
    "specified.",
    "rules": "Array of up to 5 objects that specify the conditions where jobs are retried or "
    "failed.",
    "glob": "It can optionally end with an asterisk (*) so that only the start of the string needs "
    "to be an exact match.",
    "timeout": "The minimum value for the timeout is 60 seconds.",
    "depends": "A job can depend upon a maximum of 20 jobs.",
    "describe": "A list of up to 100 job IDs.",
    "name": "It can be up to 128 letters long. The first character must be alphanumeric, can "
    "contain uppercase and lowercase letters, numbers, hyphens (-), and underscores (_).",
    "environment": 'Environment variables cannot start with "AWS_BATCH". This naming convention is '
    "reserved for variables that Batch sets.",
    "payload": "Maximum payload size for SubmitJob calls: 30 KiB",
    "list": "You must specify only one of the following items: a job queue ID, a multi-node "
    "parallel job ID, an array job ID.",
    "page": "When --job-status is used, Batch returns up to 1000 values. When --filters is used, "
    "Batch returns up to 100 values.",
    "queue": "If the job queue state is DISABLED, new jobs can't be added to the queue, but jobs "
    "already in the queue can finish.",
}
"""By rule: from the API reference, but ``payload`` (service quotas); checked against botocore."""


class Refused(Exception):
    """AWS would refuse this request."""

    def __init__(self, message: str, code: str = "ClientException", status: int = 400) -> None:
        super().__init__(message)
        self.code, self.status = code, status


def check(action: str, body: Mapping[str, Any], size: int) -> None:
    """Refuse a request as AWS does."""
    for rule, broken in CHECKS.get(action, {}).items():
        if broken(body, size):
            msg = f"{action}: {LIMITS[rule]}"
            raise Refused(msg)


def retry(body: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = body.get("retryStrategy") or {}
    return found


def bad_glob(body: Mapping[str, Any]) -> bool:
    words = {
        "onStatusReason": r"[\w.:\s]*\*?",
        "onReason": r"[\w.:\s]*\*?",
        "onExitCode": r"\d*\*?",
    }
    rules = retry(body).get("evaluateOnExit", [])
    return any(
        not re.fullmatch(form, rule[key])
        for rule in rules
        for key, form in words.items()
        if key in rule
    )


def bad_timeout(body: Mapping[str, Any]) -> bool:
    asked = body.get("timeout") or {}
    return "attemptDurationSeconds" in asked and asked["attemptDurationSeconds"] < 60


def bad_list(body: Mapping[str, Any]) -> bool:
    return sum(bool(body.get(k)) for k in ("jobQueue", "arrayJobId", "multiNodeJobId")) != 1


def reserved(body: Mapping[str, Any]) -> bool:
    pairs = (body.get("containerOverrides") or {}).get("environment", [])
    return any(pair.get("name", "").startswith("AWS_BATCH") for pair in pairs)


type Check = Callable[[Mapping[str, Any], int], bool]
CHECKS: dict[str, dict[str, Check]] = {
    "submitjob": {
        "name": lambda b, s: not re.fullmatch(r"[A-Za-z0-9][\w-]{0,127}", b["jobName"], re.ASCII),
        "array": lambda b, s: (
            "arrayProperties" in b and not 2 <= b["arrayProperties"].get("size", 0) <= 10_000
        ),
        "attempts": lambda b, s: not 1 <= retry(b).get("attempts", 1) <= 10,
        "evaluate": lambda b, s: "retryStrategy" in b and "attempts" not in retry(b),
        "rules": lambda b, s: len(retry(b).get("evaluateOnExit", [])) > 5,
        "glob": lambda b, s: bad_glob(b),
        "timeout": lambda b, s: bad_timeout(b),
        "depends": lambda b, s: len(b.get("dependsOn", [])) > 20,
        "environment": lambda b, s: reserved(b),
        "payload": lambda b, s: s > 30 * 1024,
    },
    "describejobs": {"describe": lambda b, s: not 1 <= len(b.get("jobs", [])) <= 100},
    "listjobs": {"list": lambda b, s: bad_list(b)},
}
