"""The roles' policies against what the program asks of AWS: no less, and no more."""

from pathlib import Path

import pytest

from tests.infra.needed import ACTIONS, COORDINATOR, WORKER, calls_in, services_in
from tests.infra.terraform import Module, Statement, allows, policy, read_module

ROOT = Path(__file__).parents[2]
BUCKET = "arn:aws:s3:::sweep-111122223333-eu-central-1"
BATCH = "arn:aws:batch:eu-central-1:111122223333"
LOGS = "arn:aws:logs:eu-central-1:111122223333:log-group"
ECR = "arn:aws:ecr:eu-central-1:111122223333:repository"
VALUES = {
    "var.prefix": "store",
    "var.region": "eu-central-1",
    "data.aws_partition.this.partition": "aws",
    "data.aws_caller_identity.this.account_id": "111122223333",
    "aws_s3_bucket.store.arn": BUCKET,
    "aws_ecr_repository.image.arn": f"{ECR}/sweep",
    "aws_cloudwatch_log_group.jobs.arn": f"{LOGS}:/aws/batch/sweep",
    "aws_batch_job_queue.spot.arn": f"{BATCH}:job-queue/sweep-spot",
    "aws_batch_job_queue.on_demand.arn": f"{BATCH}:job-queue/sweep-on-demand",
    "aws_batch_job_definition.worker.arn_prefix": f"{BATCH}:job-definition/sweep-worker",
    "aws_batch_job_definition.coordinator.arn_prefix": f"{BATCH}:job-definition/sweep-coordinator",
}

# Actions that AWS grants on "*" or not at all.
NO_RESOURCE = {
    "ecr:GetAuthorizationToken": "a login to the registry, not to one repository",
    "batch:DescribeComputeEnvironments": "no permission on single resources exists",
    "batch:DescribeJobDefinitions": "no permission on single resources exists",
    "batch:DescribeJobQueues": "no permission on single resources exists",
    "batch:DescribeJobs": "no permission on single resources exists",
    "batch:ListJobs": "no permission on single resources exists",
}
# Actions whose resources of one kind cannot be told apart before the call.
ONE_KIND = {
    "batch:CancelJob": f"{BATCH}:job/*",  # a job's ARN holds its id alone
    "batch:TerminateJob": f"{BATCH}:job/*",
    "logs:DescribeLogGroups": f"{LOGS}:*",  # asked for by the start of a name
}
# What the container agent, not our code, does for a job.
AGENT = {
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchGetImage",
    "ecr:GetAuthorizationToken",
    "ecr:GetDownloadUrlForLayer",
    "logs:CreateLogStream",
    "logs:PutLogEvents",
}
STORE_NEEDS = [
    *((f"s3:{verb}Object", f"{BUCKET}/store/{name}") for verb in ("Get", "Put", "Delete")
      for name in ("fits/k/done.json", "runs/r/events.jsonl/.1-a-000000", "tmp/probe-1")),
    ("s3:ListBucket", BUCKET),
]  # fmt: skip
JOB_NEEDS = [
    ("s3:GetObject", f"{BUCKET}/sources/wave3/survey.parquet"),
    ("batch:SubmitJob", f"{BATCH}:job-queue/sweep-spot"),
    ("batch:SubmitJob", f"{BATCH}:job-queue/sweep-on-demand"),
    ("batch:SubmitJob", f"{BATCH}:job-definition/sweep-worker:7"),
    ("batch:SubmitJob", f"{BATCH}:job-definition/sweep-coordinator:1"),
    ("batch:CancelJob", f"{BATCH}:job/6adf2b1e"),
    ("batch:TerminateJob", f"{BATCH}:job/6adf2b1e"),
    ("batch:DescribeJobs", "*"),
    ("batch:ListJobs", "*"),
    ("batch:DescribeJobQueues", "*"),
    ("batch:DescribeComputeEnvironments", "*"),
    ("batch:DescribeJobDefinitions", "*"),
    ("logs:GetLogEvents", f"{LOGS}:/aws/batch/sweep:log-stream:sweep/default/1"),
    ("logs:DescribeLogGroups", f"{LOGS}:*"),
]
FORBIDDEN_TO_ALL = [
    ("s3:GetObject", f"{BUCKET}/other/fits/k/done.json"),
    ("s3:GetObject", f"{BUCKET}/store-of-others/x"),
    ("s3:PutObject", f"{BUCKET}/sources/wave3/survey.parquet"),
    ("s3:PutObject", "arn:aws:s3:::another/store/x"),
    ("s3:ListBucket", "arn:aws:s3:::another"),
    ("s3:DeleteBucket", BUCKET),
    ("s3:PutBucketPolicy", BUCKET),
    ("s3:PutObjectAcl", f"{BUCKET}/store/x"),
    ("batch:SubmitJob", f"{BATCH}:job-queue/another"),
    ("batch:SubmitJob", f"{BATCH}:job-definition/another:1"),
    ("batch:RegisterJobDefinition", f"{BATCH}:job-definition/sweep-worker"),
    ("batch:TerminateJob", "arn:aws:batch:eu-central-1:444455556666:job/6adf2b1e"),
    ("logs:GetLogEvents", f"{LOGS}:/aws/batch/another:log-stream:x"),
    ("logs:GetLogEvents", f"{LOGS}:/aws/batch/sweeper:log-stream:x"),
    ("logs:PutLogEvents", f"{LOGS}:/aws/batch/sweeper:log-stream:x"),
    ("batch:SubmitJob", f"{BATCH}:job-queue/sweep-spot-of-others"),
    ("batch:SubmitJob", f"{BATCH}:job-definition/sweep-worker-of-others:1"),
    ("ecr:BatchGetImage", f"{ECR}/sweep-of-others"),
    ("iam:PassRole", "arn:aws:iam::111122223333:role/sweep-worker"),
    ("sts:AssumeRole", "arn:aws:iam::111122223333:role/sweep-coordinator"),
]


@pytest.fixture(scope="module")
def module() -> Module:
    return read_module()


@pytest.fixture(scope="module")
def policies(module: Module) -> dict[str, list[Statement]]:
    return {n: policy(module, n, VALUES) for n in ("worker", "coordinator", "execution")}


def test_every_call_of_the_code_is_listed_and_every_listed_call_is_made() -> None:
    for part in ("sweep/store/s3/store.py", "sweep/backends/batch"):
        if not (ROOT / part).exists():
            pytest.skip(f"{part} is not here: the calls of S3 and AWS Batch cannot be compared")
    listed = {(service, call) for service, calls in ACTIONS.items() for call in calls}
    assert listed == calls_in(ROOT / "sweep")
    assert set(ACTIONS) == services_in(ROOT / "sweep")


def test_the_scan_sees_calls_by_attribute_and_by_name(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text('client.get_object(Key="x")\ncall("submit_job", a=1)\n', "utf-8")
    assert {("s3", "get_object"), ("batch", "submit_job")} == calls_in(tmp_path)


def test_a_worker_may_do_what_the_store_does(policies: dict[str, list[Statement]]) -> None:
    denied = [need for need in STORE_NEEDS if not allows(policies["worker"], *need)]
    assert [] == denied
    assert {action for action, _ in STORE_NEEDS} == WORKER


def test_a_coordinator_may_do_what_the_program_does(policies: dict[str, list[Statement]]) -> None:
    needs = STORE_NEEDS + JOB_NEEDS
    assert [] == [need for need in needs if not allows(policies["coordinator"], *need)]
    assert {action for action, _ in needs} == COORDINATOR


def test_no_role_of_ours_may_do_what_no_code_does(policies: dict[str, list[Statement]]) -> None:
    for name, wanted in (("worker", WORKER), ("coordinator", COORDINATOR), ("execution", AGENT)):
        granted = {action for s in policies[name] for action in s.actions}
        assert wanted == granted, name


@pytest.mark.parametrize("need", FORBIDDEN_TO_ALL, ids=lambda need: need[0])
def test_nobody_may_do(policies: dict[str, list[Statement]], need: tuple[str, str]) -> None:
    assert not any(allows(statements, *need) for statements in policies.values())


@pytest.mark.parametrize("need", JOB_NEEDS, ids=lambda need: need[0])
def test_a_worker_may_not(policies: dict[str, list[Statement]], need: tuple[str, str]) -> None:
    assert not allows(policies["worker"], *need)


def test_stars_stand_only_where_aws_knows_nothing_narrower(
    policies: dict[str, list[Statement]],
) -> None:
    for statement in (s for statements in policies.values() for s in statements):
        for resource in statement.resources:
            if resource == "*":
                assert set(statement.actions) <= set(NO_RESOURCE), statement
            elif resource in ONE_KIND.values():
                assert {resource} == {ONE_KIND.get(a) for a in statement.actions}, statement
            else:  # below something of ours
                assert any(resource.startswith(v) for k, v in VALUES.items() if "aws_" in k
                           and not k.startswith("data.")), statement  # fmt: skip


def test_an_action_is_never_a_pattern(policies: dict[str, list[Statement]]) -> None:
    assert not [a for p in policies.values() for s in p for a in s.actions if "*" in a]


def test_every_role_is_assumed_by_its_aws_service_alone(module: Module) -> None:
    trusted = {}
    for name, role in module.of("aws_iam_role").items():
        document = role["assume_role_policy"].removeprefix("${data.aws_iam_policy_document.")
        (statement,) = module.blocks[
            f"data.aws_iam_policy_document.{document.removesuffix('.json}')}"
        ]["statement"]
        (principals,) = statement["principals"]
        trusted[name] = (principals["type"], *principals["identifiers"])
    tasks = ('"Service"', '"ecs-tasks.amazonaws.com"')
    assert {
        "instance": ('"Service"', '"ec2.amazonaws.com"'),
        "execution": tasks,
        "worker": tasks,
        "coordinator": tasks,
    } == trusted


def test_the_bucket_refuses_whoever_comes_without_tls(module: Module) -> None:
    (statement,) = policy(module, "bucket", VALUES)
    assert ("Deny", ("s3:*",), (BUCKET, f"{BUCKET}/*")) == (
        statement.effect,
        statement.actions,
        statement.resources,
    )
    (raw,) = module.blocks["data.aws_iam_policy_document.bucket"]["statement"]
    (condition,) = raw["condition"]
    assert ['"false"'] == condition["values"]
    assert '"aws:SecureTransport"' == condition["variable"]
