"""The page from nothing to AWS: its config is valid, and its commands are the program's."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.infra.terraform import read_module
from tests.infra.test_terraform import printed

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "aws.md").read_text("utf-8")


def fenced(language: str) -> list[str]:
    """Return the page's blocks of one language, in order."""
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.M | re.S)


def commands() -> list[str]:
    """Return the commands of `sweep` in the order in which a reader types them."""
    return [line for block in fenced("sh") for line in block.splitlines()]


def test_every_command_of_sweep_stands_in_a_block_of_its_own_kind() -> None:
    assert all(command.startswith("sweep ") for command in commands())
    assert not [b for b in fenced("bash") if re.search(r"^sweep ", b, re.M)]
    verbs = [c.split()[1] for c in commands()]
    assert ["doctor", "init", "doctor", "check", "plan", "run", "run"] == verbs[:7]
    assert {"status", "estimates", "report", "cancel", "resume", "retry"} <= set(verbs[7:])


def test_there_is_one_config_and_its_names_are_those_of_the_terraform() -> None:
    (block,) = fenced("yaml")
    section = YAML(typ="safe").load(block)["execution"]
    assert section["store"] == f"s3://sweep-123456789012-{section['batch']['region']}/store"
    assert set(printed(read_module())["batch"]) <= set(section["batch"])
    blocks = read_module().of("aws_batch_job_queue") | read_module().of("aws_batch_job_definition")
    names = {b["name"].strip('"').replace("${var.name}", "sweep") for b in blocks.values()}
    batch = section["batch"]
    assert {batch["queue"], batch["on_demand_queue"], batch["job_definition"]} < names
    assert {m for c in commands() for m in re.findall(r"s3://\S+", c)} == {section["store"]}


def test_the_config_is_valid() -> None:
    pytest.importorskip("sweep.config.batch")
    from sweep.config.execution import Execution

    (block,) = fenced("yaml")
    execution: Any = Execution.model_validate(YAML(typ="safe").load(block)["execution"])
    assert 5 == execution.batch.budget


def test_every_command_is_one_of_the_program() -> None:
    pytest.importorskip("sweep.backends.batch.checks")  # `sweep doctor CONFIG` came with it
    import typer

    from sweep.cli.app import app

    group: Any = typer.main.get_command(app)
    for command in commands():
        _, verb, *rest = shlex.split(command)
        context = group.commands[verb].make_context(verb, rest, resilient_parsing=False)
        assert context.params is not None, command


def test_every_variable_of_the_terraform_is_named() -> None:
    table = set(re.findall(r"`(\w+)`", "\n".join(re.findall(r"^\| `.*", PAGE, re.M))))
    variables = {a.removeprefix("var.") for a in read_module().blocks if a.startswith("var.")}
    assert variables <= table
