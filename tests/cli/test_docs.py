"""The generated pages of the documentation say what the program says."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
import typer

from sweep.cli.app import app

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate_docs", DOCS / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_generated_pages_are_current(generator: ModuleType) -> None:
    for name, page in generator.PAGES.items():
        assert page() == (DOCS / name).read_text(), "run: python docs/generate.py"


def test_every_verb_and_option_is_documented() -> None:
    text = (DOCS / "cli.md").read_text()
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined] # a group

    for name, command in commands.items():
        section = text.split(f"## sweep {name}\n")[1].split("\n## ")[0]
        options = [o for p in command.params if p.param_type_name == "option" for o in p.opts]
        assert not [o for o in options if f"`{o}`" not in section], name


def test_every_config_key_is_documented() -> None:
    from sweep.config import json_schema

    text = (DOCS / "config.md").read_text()
    sections = [s for s in [json_schema(), *json_schema()["$defs"].values()] if "properties" in s]

    missing = [k for s in sections for k in s["properties"] if f"| `{k}` |" not in text]
    assert [] == missing
