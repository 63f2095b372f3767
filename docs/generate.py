"""Generate docs/cli.md and docs/config.md from the program itself: `python docs/generate.py`."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
NOTE = "<!-- Made by docs/generate.py from the program: do not edit. -->"


def cli_page() -> str:
    """Return the page of the command line."""
    import typer

    from sweep.cli.app import app

    group: Any = typer.main.get_command(app)
    lines = ["# Command line", "", NOTE, "", group.help, "", group.epilog, ""]
    lines += ["Options of `sweep` itself, before the verb:", "", *options_of(group)]
    for name, command in group.commands.items():
        lines += ["", f"## sweep {name}", "", *usage(name, command), "", *prose(command.help)]
        lines += ["", *options_of(command)]
    return "\n".join(lines).rstrip() + "\n"


def usage(name: str, command: Any) -> list[str]:
    """Return a verb's usage line."""
    arguments = [p.metavar or p.name.upper() for p in command.params if is_argument(p)]
    return ["```", " ".join(["sweep", name, *arguments, "[OPTIONS]"]), "```"]


def prose(text: str) -> list[str]:
    """Return a docstring's lines, unindented."""
    return [line.strip() for line in text.strip().split("\n")]


def is_argument(parameter: Any) -> bool:
    """Tell arguments from options."""
    return bool(parameter.param_type_name == "argument")


def options_of(command: Any) -> list[str]:
    """Return a command's parameters as a table."""
    rows = ["| | |", "|---|---|"]
    for parameter in command.params:
        names = ", ".join(f"`{o}`" for o in [*parameter.opts, *parameter.secondary_opts])
        word = f"`{parameter.metavar or parameter.name.upper()}`"
        value = f" {word}" if parameter.metavar else ""
        shown_as = word if is_argument(parameter) else names + value
        rows.append(f"| {cell(shown_as)} | {cell(parameter.help or '')} |")
    return rows


def cell(text: str) -> str:
    """Return a text that stays in its table cell."""
    return text.replace("|", "\\|").replace("\n", " ").replace("{", "&#123;")


def config_page() -> str:
    """Return the page of the config's keys."""
    from sweep.config import json_schema

    schema = json_schema()
    lines = ["# Config", "", NOTE, "", "Every key of a sweep config, section by section."]
    for name, section in sections(schema):
        lines += ["", f"## {name}", "", section.get("description", ""), ""]
        lines += ["| key | default | |", "|---|---|---|"]
        required = section.get("required", [])
        for key, field in section["properties"].items():
            default = "required" if key in required else shown(field.get("default"))
            lines.append(f"| `{key}` | {default} | {cell(described(field, schema))} |")
    return "\n".join(lines).rstrip() + "\n"


def described(field: dict[str, Any], schema: dict[str, Any]) -> str:
    """Return a key's description; that of its section if it says nothing else."""
    section = schema["$defs"].get(field.get("$ref", "").rpartition("/")[2], {})
    text: str = field.get("description") or section.get("description", "")
    return text


def sections(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the config's sections, the top one first, then in the order they are first used."""
    yield "Top", schema
    seen: list[str] = []
    waiting = [schema["properties"]]
    while waiting:
        for name in references(waiting.pop(0)):
            section = schema["$defs"][name]
            if name in seen or "properties" not in section:
                continue
            seen.append(name)
            waiting.append(section["properties"])
            yield name, section


def references(value: Any) -> Iterator[str]:
    """Yield the names of the definitions that a schema refers to."""
    if isinstance(value, dict):
        if "$ref" in value:
            yield value["$ref"].rpartition("/")[2]
        for item in value.values():
            yield from references(item)
    elif isinstance(value, list):
        for item in value:
            yield from references(item)


def shown(default: Any) -> str:
    """Return a default as YAML writes it."""
    if default is None or default == []:
        return "none"
    if isinstance(default, dict):
        return "as its section says" if default else "none"
    return f"`{cell(json.dumps(default, ensure_ascii=False))}`"


PAGES = {"cli.md": cli_page, "config.md": config_page}


def main() -> None:
    """Write the pages."""
    for name, page in PAGES.items():
        (HERE / name).write_text(page(), encoding="utf-8")
        sys.stdout.write(f"{HERE / name}\n")


if __name__ == "__main__":
    main()
