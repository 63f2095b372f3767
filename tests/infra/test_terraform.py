"""The Terraform of a Batch sweep, read without AWS: it hangs together and says what it must."""

import graphlib
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.infra.families import CLASSES
from tests.infra.terraform import FOLDER, Module, expressions, plain, read_module, references

GOOD = {"region": "eu-central-1", "image_tag": "v1"}
BAD = [
    ("image_tag", "latest"),
    ("image_tag", "a b"),
    ("region", "Frankfurt"),
    ("name", "Sweep!"),
    ("bucket", "Up"),
    ("prefix", "store/"),
    ("prefix", "/store"),
    ("prefix", "a//b"),
    ("cpu_class", "arm64"),
    ("max_vcpus", "0"),
    ("max_vcpus", "1.5"),
    ("vpc_id", "default"),
    ("subnet_ids", "[]"),
    ("subnet_ids", '["x"]'),
    ("log_days", "2"),
    ("disk_gib", "5"),
]
FINE = [
    ("cpu_class", "x86-64-v3"),
    ("prefix", "brand/tracker"),
    ("bucket", "my-bucket"),
    ("vpc_id", "vpc-0a1b"),
    ("subnet_ids", '["subnet-0a1b"]'),
    ("max_vcpus", "4000"),
]


@pytest.fixture(scope="module")
def module() -> Module:
    return read_module()


@pytest.fixture(scope="module")
def terraform(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, str]]:
    program = shutil.which("terraform") or shutil.which("tofu")
    if program is None:
        pytest.skip("neither terraform nor tofu is here")
    settings = tmp_path_factory.mktemp("terraform") / "rc"
    settings.touch()
    environment = {"TF_CLI_CONFIG_FILE": str(settings), "CHECKPOINT_DISABLE": "1"}
    return program, {**os.environ, **environment}


def test_every_reference_has_its_block(module: Module) -> None:
    missing = {
        f"{address}: {reference}"
        for address, block in module.blocks.items()
        for reference in references(block)
        if reference not in module.blocks
    }
    assert set() == missing


def test_every_variable_and_local_is_used_and_described(module: Module) -> None:
    used = {r for b in module.blocks.values() for r in references(b)}
    declared = {a for a in module.blocks if a.startswith(("var.", "local."))}
    assert set() == declared - used
    for address, block in module.blocks.items():
        if address.startswith(("var.", "output.")):
            assert plain(block["description"]).endswith((".", ")")), address


def test_nothing_refers_to_itself(module: Module) -> None:
    graph = {address: references(block) - {address} for address, block in module.blocks.items()}
    order = list(graphlib.TopologicalSorter(graph).static_order())
    assert set(module.blocks) == set(order)


def test_every_variable_but_a_switch_is_validated(module: Module) -> None:
    variables = {a: b for a, b in module.blocks.items() if a.startswith("var.")}
    unchecked = {a for a, b in variables.items() if "validation" not in b}
    assert {a for a in unchecked if variables[a]["type"] != "bool"} == set()
    for address in set(variables) - unchecked:
        for validation in variables[address]["validation"]:
            assert references(validation) == {address}


def test_the_files_are_formatted(terraform: tuple[str, dict[str, str]]) -> None:
    program, environment = terraform
    told = subprocess.run(
        [program, "fmt", "-check", "-diff", "-no-color", str(FOLDER)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (0, "") == (told.returncode, told.stdout)


def planned(
    terraform: tuple[str, dict[str, str]], folder: Path, name: str, value: str
) -> tuple[int, str]:
    """Return what Terraform says of a value of one variable; no provider is needed for that."""
    program, environment = terraform
    shutil.copy(FOLDER / "variables.tf", folder)
    values = [f"-var={key}={v}" for key, v in ({**GOOD, name: value}).items()]
    told = subprocess.run(
        [program, "plan", "-input=false", "-no-color", *values],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return told.returncode, told.stderr


@pytest.mark.parametrize(("name", "value"), BAD)
def test_a_wrong_value_is_refused(
    terraform: tuple[str, dict[str, str]], tmp_path: Path, name: str, value: str
) -> None:
    code, words = planned(terraform, tmp_path, name, value)
    assert 1 == code
    assert "Invalid value for variable" in words
    assert f"var.{name} is" in words


@pytest.mark.parametrize(("name", "value"), FINE)
def test_a_right_value_is_taken(
    terraform: tuple[str, dict[str, str]], tmp_path: Path, name: str, value: str
) -> None:
    assert (0, "") == planned(terraform, tmp_path, name, value)


def test_the_bucket_is_private_encrypted_and_of_one_owner(module: Module) -> None:
    access = module.blocks["aws_s3_bucket_public_access_block.store"]
    switches = ("block_public_acls", "block_public_policy", "ignore_public_acls")
    assert all(access[s] is True for s in (*switches, "restrict_public_buckets"))
    (rule,) = module.blocks["aws_s3_bucket_server_side_encryption_configuration.store"]["rule"]
    (default,) = rule["apply_server_side_encryption_by_default"]
    assert '"AES256"' == default["sse_algorithm"]
    (rule,) = module.blocks["aws_s3_bucket_ownership_controls.store"]["rule"]
    assert '"BucketOwnerEnforced"' == rule["object_ownership"]


def test_results_never_expire_and_leftovers_do(module: Module) -> None:
    rules = module.blocks["aws_s3_bucket_lifecycle_configuration.store"]["rule"]
    expiring = {plain(r["filter"][0]["prefix"]) for r in rules if "expiration" in r}
    assert {"${var.prefix}/tmp/", "${var.prefix}/doctor/"} == expiring
    (uploads,) = [r for r in rules if "abort_incomplete_multipart_upload" in r]
    assert 1 == uploads["abort_incomplete_multipart_upload"][0]["days_after_initiation"]
    assert {'"Enabled"'} == {r["status"] for r in rules}


def test_images_are_immutable_and_scanned(module: Module) -> None:
    repository = module.blocks["aws_ecr_repository.image"]
    assert '"IMMUTABLE"' == repository["image_tag_mutability"]
    assert repository["image_scanning_configuration"][0]["scan_on_push"] is True


def test_logs_are_kept_for_a_time_only(module: Module) -> None:
    assert "${var.log_days}" == module.blocks["aws_cloudwatch_log_group.jobs"]["retention_in_days"]


def test_the_families_of_a_class_are_of_that_class(module: Module) -> None:
    families = {plain(k): {plain(f) for f in v} for k, v in module.blocks["local.families"].items()
                if not k.startswith("__")}  # fmt: skip
    assert CLASSES == families
    assert "${local.families[var.cpu_class]}" == module.blocks["local.instance_types"]


def test_environments_start_from_nothing_and_differ_in_the_market_only(module: Module) -> None:
    found = {n: e["compute_resources"][0] for n, e in
             module.of("aws_batch_compute_environment").items()}  # fmt: skip
    differ = {k for k in found["spot"] if found["spot"][k] != found["on_demand"][k]}
    assert {"type", "allocation_strategy"} == differ
    assert ('"SPOT"', '"EC2"') == (found["spot"]["type"], found["on_demand"]["type"])
    assert {0} == {e["min_vcpus"] for e in found.values()}
    assert {"${local.instance_types}"} == {e["instance_type"] for e in found.values()}


def test_each_queue_has_its_environment(module: Module) -> None:
    for name, queue in module.of("aws_batch_job_queue").items():
        (order,) = queue["compute_environment_order"]
        assert f"${{aws_batch_compute_environment.{name}.arn}}" == order["compute_environment"]


def test_containers_cannot_take_the_role_of_their_host(module: Module) -> None:
    (options,) = module.blocks["aws_launch_template.instance"]["metadata_options"]
    assert ('"required"', 1) == (options["http_tokens"], options["http_put_response_hop_limit"])


def test_nothing_reaches_the_jobs(module: Module) -> None:
    assert {} == module.of("aws_vpc_security_group_ingress_rule")
    group = module.blocks["aws_security_group.jobs"]
    assert not {"ingress", "egress"} & set(group)


@pytest.mark.parametrize("role", ["worker", "coordinator"])
def test_a_job_definition_has_its_own_role(module: Module, role: str) -> None:
    text = module.blocks[f"aws_batch_job_definition.{role}"]["container_properties"]
    assert f"jobRoleArn = aws_iam_role.{role}.arn" in re.sub(r" +", " ", text)


def rules_of(module: Module, role: str) -> list[dict[str, str]]:
    (strategy,) = module.blocks[f"aws_batch_job_definition.{role}"]["retry_strategy"]
    words = {"on_status_reason": "onStatusReason", "on_exit_code": "onExitCode"}
    words |= {"on_reason": "onReason", "action": "action"}
    return [
        {words[k]: plain(v) for k, v in rule.items() if not k.startswith("__")}
        for rule in strategy["evaluate_on_exit"]
    ]


@pytest.mark.parametrize("role", ["worker", "coordinator"])
def test_a_lost_host_is_retried_and_nothing_else(module: Module, role: str) -> None:
    rules = rules_of(module, role)
    assert {"onReason": "*", "action": "EXIT"} == rules[-1]
    assert {"Host EC2*"} == {r["onStatusReason"] for r in rules if "onStatusReason" in r}
    assert ["RETRY"] * (len(rules) - 1) == [r["action"] for r in rules[:-1]]


def test_job_definitions_retry_as_the_code_submits(module: Module) -> None:
    code = pytest.importorskip("sweep.backends.batch.submit")
    assert list(code.AGAIN) == rules_of(module, "worker") == rules_of(module, "coordinator")


def printed(module: Module) -> dict[str, Any]:
    """Return the section that `terraform output` prints, names made up."""
    text = module.blocks["output.execution"]["value"]
    body = "\n".join(plain(text).splitlines()[1:-1])
    for expression in expressions(body):
        body = body.replace(f"${{{expression}}}", "made-up")
    section = YAML(typ="safe").load(body)["execution"]
    assert isinstance(section, dict)
    return section


DEFINITIONS = ("job_definition", "coordinator_definition")


def test_the_output_is_a_config_section(module: Module) -> None:
    section = printed(module)
    assert ("batch", "s3://made-up/made-up") == (section["backend"], section["store"])
    assert {*("queue", "on_demand_queue", "log_group", "region"), *DEFINITIONS} == set(
        section["batch"]
    )


def test_the_output_is_valid_for_the_program(module: Module) -> None:
    settings = pytest.importorskip("sweep.config.batch")
    section = settings.Batch.model_validate(printed(module)["batch"])
    assert "made-up" == section.queue


def test_no_secret_and_no_account_stands_in_the_files() -> None:
    text = "\n".join(p.read_text("utf-8") for p in FOLDER.glob("*.tf"))
    assert not re.search(r"\b\d{12}\b|AKIA|(?i:password|secret|token)\s*=\s*\"(?!required)", text)


def test_there_is_no_database_and_no_user(module: Module) -> None:
    kinds = {a.rpartition(".")[0] for a in module.blocks}
    assert not [k for k in kinds if re.match(r"aws_(db|rds|dynamodb|iam_user|iam_access)", k)]
