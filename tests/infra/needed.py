"""What the program asks of AWS, call by call, and the IAM action that each needs."""

import ast
from collections.abc import Iterator
from pathlib import Path

ACTIONS: dict[str, dict[str, str | None]] = {
    "s3": {
        "get_object": "s3:GetObject",
        "head_object": "s3:GetObject",
        "put_object": "s3:PutObject",
        "delete_object": "s3:DeleteObject",
        "list_objects_v2": "s3:ListBucket",
    },
    "batch": {
        "submit_job": "batch:SubmitJob",
        "describe_jobs": "batch:DescribeJobs",
        "list_jobs": "batch:ListJobs",
        "cancel_job": "batch:CancelJob",
        "terminate_job": "batch:TerminateJob",
        "describe_job_queues": "batch:DescribeJobQueues",
        "describe_compute_environments": "batch:DescribeComputeEnvironments",
        "describe_job_definitions": "batch:DescribeJobDefinitions",
    },
    "logs": {
        "get_log_events": "logs:GetLogEvents",
        "describe_log_groups": "logs:DescribeLogGroups",
    },
    "sts": {"get_caller_identity": None},  # AWS allows it to everybody
}

WORKER = {action for action in ACTIONS["s3"].values() if action}
ORDINARY = {"connect", "events"}  # words of ours that are names of AWS services too
COORDINATOR = {action for calls in ACTIONS.values() for action in calls.values() if action}


def calls_in(folder: Path) -> set[tuple[str, str]]:
    """Return service and name of every AWS call that the code below a folder can make.

    A call is an attribute or a string that is the name of an operation of a service.
    """
    services = {name: operations(name) for name in ACTIONS}
    words = {word for path in folder.rglob("*.py") for word in words_of(path)}
    return {(name, word) for name, known in services.items() for word in words & known}


def words_of(path: Path) -> Iterator[str]:
    """Yield the attributes and the strings of a module."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def operations(service: str) -> set[str]:
    """Return the names of a service's operations as boto3 calls them."""
    import botocore.session
    from botocore import xform_name

    model = botocore.session.get_session().get_service_model(service)
    return {xform_name(name) for name in model.operation_names}


def services_in(folder: Path) -> set[str]:
    """Return the AWS services that are named in the modules that import boto3."""
    import botocore.session

    known = set(botocore.session.get_session().get_available_services())
    paths = [p for p in folder.rglob("*.py") if "import boto3" in p.read_text("utf-8")]
    return known & {word for path in paths for word in words_of(path)} - ORDINARY
