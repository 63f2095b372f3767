"""Read Terraform without Terraform: blocks, what they refer to, and what policies say.

Enough of the language for the files in ``infra/aws``: strings with references in them.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

hcl2 = pytest.importorskip("hcl2")

FOLDER = Path(__file__).parents[2] / "infra" / "aws"
REFERENCE = re.compile(r"\b(?:(var|local)\.(\w+)|((?:data\.)?aws_\w+)\.(\w+))")
POLICY = "data.aws_iam_policy_document."


@dataclass
class Module:
    """Blocks by address: ``var.x``, ``local.x``, ``output.x``, ``aws_y.x``, ``data.aws_y.x``."""

    blocks: dict[str, Any] = field(default_factory=dict)

    def of(self, kind: str) -> dict[str, Any]:
        """Return the blocks of one resource type, by name."""
        return {
            address.rpartition(".")[2]: block
            for address, block in self.blocks.items()
            if address.rpartition(".")[0] == kind
        }


def read_module() -> Module:
    """Return every block of ``infra/aws``; a name that is used twice is an error."""
    module = Module()
    for path in sorted(FOLDER.glob("*.tf")):
        for address, block in addressed(hcl2.loads(path.read_text("utf-8"))):
            assert address not in module.blocks, address
            module.blocks[address] = block
    return module


def addressed(document: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield address and body of what one file declares."""
    for one in document.get("locals", ()):
        yield from ((f"local.{name}", value) for name, value in without_marks(one).items())
    for word, prefix in (("variable", "var."), ("output", "output.")):
        for one in document.get(word, ()):
            yield from ((prefix + plain(n), body) for n, body in without_marks(one).items())
    for word, prefix in (("resource", ""), ("data", "data.")):
        for one in document.get(word, ()):
            for kind, bodies in without_marks(one).items():
                for name, body in without_marks(bodies).items():
                    yield f"{prefix}{plain(kind)}.{plain(name)}", body


def without_marks(block: Mapping[str, Any]) -> dict[str, Any]:
    """Return a block without what the parser adds about it."""
    return {key: value for key, value in block.items() if not key.startswith("__")}


def plain(text: str) -> str:
    """Return a string literal's text."""
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text


def strings(value: Any) -> Iterator[str]:
    """Yield every string in a block."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, one in value.items():
            if not key.startswith("__"):
                yield from strings(one)
    elif isinstance(value, list):
        for one in value:
            yield from strings(one)


def expressions(text: str) -> Iterator[str]:
    """Yield what stands between ``${`` and its brace."""
    start = text.find("${")
    while start >= 0:
        depth, end = 1, start + 2
        while depth and end < len(text):
            depth += {"{": 1, "}": -1}.get(text[end], 0)
            end += 1
        yield text[start + 2 : end - 1]
        start = text.find("${", end)


def references(block: Any) -> set[str]:
    """Return the addresses that a block refers to, ``depends_on`` included."""
    found = set()
    for text in strings(block):
        for expression in expressions(text):
            for match in REFERENCE.finditer(expression):
                kind, name, resource, label = match.groups()
                found.add(f"{kind}.{name}" if kind else f"{resource}.{label}")
    return found


def filled(text: str, values: Mapping[str, str]) -> str:
    """Return a string with the references in it replaced; an unknown one is an error."""
    for expression in expressions(text):
        text = text.replace(f"${{{expression}}}", values[expression])
    return plain(text)


@dataclass(frozen=True)
class Statement:
    """One statement of a policy, references replaced."""

    sid: str
    effect: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    conditional: bool


def policy(module: Module, name: str, values: Mapping[str, str]) -> list[Statement]:
    """Return the statements of a policy document and of those it is made from."""
    document = module.blocks[POLICY + name]
    statements = []
    for source in document.get("source_policy_documents", ()):
        (inner,) = references(source)
        statements += policy(module, inner.removeprefix(POLICY), values)
    for one in document.get("statement", ()):
        statement = Statement(
            plain(one.get("sid", "")),
            plain(one.get("effect", "Allow")),
            tuple(plain(action) for action in one["actions"]),
            tuple(filled(resource, values) for resource in one.get("resources", ())),
            "condition" in one,
        )
        statements.append(statement)
    return statements


def allows(statements: list[Statement], action: str, resource: str) -> bool:
    """Return whether a policy of plain permissions allows an action on a resource, as IAM would."""
    assert all(s.effect == "Allow" and not s.conditional for s in statements), "not plain"
    return any(
        any(fnmatchcase(action.lower(), pattern.lower()) for pattern in s.actions)
        and any(fnmatchcase(resource, pattern) for pattern in s.resources)
        for s in statements
    )
