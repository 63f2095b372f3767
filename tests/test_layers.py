"""The house: rooms in one order, a module imports only from its own room or those before it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "sweep"
ROOMS = (
    *("words", "errors", "keys", "faultpoint", "toolchain", "expression", "config", "data"),
    *("model", "diagnostics", "estimates", "inference", "report", "store", "artifacts", "sources"),
    *("worker", "backends", "journal", "maintenance", "planning", "results", "coordinator"),
    *("client", "simulate", "project", "doctor", "cli"),
)
"""Lowest first. A new idea gets its room before its code: that is the review."""

PURE = ROOMS[: ROOMS.index("store")]
NETWORK = {
    *("asyncio", "boto3", "botocore", "ftplib", "http", "ray", "requests", "socket", "ssl"),
    *("multiprocessing", "subprocess", "urllib.request"),
}
MOST_ENTRIES = 36  # of the listing of `sweep/`, which is its table of contents


def module_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts).removesuffix(".__init__")


MODULES = {module_of(path): path for path in sorted(PACKAGE.rglob("*.py"))}


def room_of(module: str) -> str | None:
    """Return a module's room; None for the package itself, which hands out the client's verbs."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 and parts[1] != "__main__" else None


def imported(path: Path) -> Iterator[str]:
    """Yield every module that a file imports, wherever in the file; only types count as well."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if inner in MODULES else node.module


IMPORTS = {module: set(imported(path)) & set(MODULES) for module, path in MODULES.items()}


def test_every_module_is_in_a_room_and_every_room_is_there() -> None:
    assert {room_of(module) for module in MODULES} - {None} == set(ROOMS)


def test_the_listing_is_a_table_of_contents() -> None:
    entries = [p.name for p in PACKAGE.iterdir() if p.name != "__pycache__"]
    assert len(entries) <= MOST_ENTRIES


@pytest.mark.parametrize("module", [m for m in MODULES if room_of(m)])
def test_a_module_imports_only_from_its_own_room_or_those_before_it(module: str) -> None:
    own = ROOMS.index(str(room_of(module)))
    rooms = {m: room_of(m) for m in IMPORTS[module]}
    assert [] == sorted(m for m, r in rooms.items() if r and ROOMS.index(r) > own)


@pytest.mark.parametrize("module", [m for m in MODULES if room_of(m) in PURE])
def test_rooms_before_the_store_know_no_network_and_start_no_process(module: str) -> None:
    assert set() == set(imported(MODULES[module])) & NETWORK


def test_imports_inside_functions_are_seen(tmp_path: Path) -> None:
    """The tests above stand on this."""
    path = tmp_path / "x.py"
    path.write_text("def f():\n    from sweep import keys\n    import sweep.cli.app\n")
    assert ["sweep.keys", "sweep.cli.app"] == list(imported(path))
