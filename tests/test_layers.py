"""The house: rooms in one order, a module imports only from its own room or those before it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "sweep"
ROOMS = (
    *("words", "errors", "keys", "faultpoint", "toolchain", "expression", "config", "data"),
    *("model", "diagnostics", "estimates", "inference", "report", "store", "artifacts", "sources"),
    *("worker", "backends", "journal", "maintenance", "planning", "results", "coordinator"),
    *("client", "proposal", "simulate", "bench", "project", "doctor", "cli"),
)
"""Lowest first. A new idea gets its room before its code: that is the review."""

PURE = ROOMS[: ROOMS.index("store")]
NETWORK = {
    *("asyncio", "boto3", "botocore", "ftplib", "http", "ray", "requests", "socket", "ssl"),
    *("multiprocessing", "subprocess", "urllib.request"),
}
LONGEST_FUNCTION = 40  # lines in all, with signature and docstring, without decorators: a screen
LONGEST_MODULE = 300
KERNELS = "sweep.inference.kernels"  # one pass over the data is one function: Numba inlines worse
ANY_MAPPING = re.compile(r"(?:dict|Mapping)\[str, Any\]")
MOST_ANY_MAPPINGS = 60  # JSON as it is read; what the program itself makes has a type
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


def circle_from(start: str) -> list[str] | None:
    """Return a chain of imports that ends where it began, None if there is none."""
    before: dict[str, str] = {}
    waiting = [start]
    while waiting:
        module = waiting.pop()
        for inner in sorted(IMPORTS[module]):
            if inner == start:
                chain = [start, module]
                while chain[-1] != start:
                    chain.append(before[chain[-1]])
                return chain
            if inner not in before:
                before[inner] = module
                waiting.append(inner)
    return None


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


@pytest.mark.parametrize("module", MODULES)
def test_no_module_imports_itself_by_way_of_others(module: str) -> None:
    assert circle_from(module) is None


@pytest.mark.parametrize("module", [m for m in MODULES if room_of(m) in PURE])
def test_rooms_before_the_store_know_no_network_and_start_no_process(module: str) -> None:
    assert set() == set(imported(MODULES[module])) & NETWORK


def functions_of(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield every function of a file, also those in classes and in other functions."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@pytest.mark.parametrize("module", [m for m in MODULES if m != KERNELS])
def test_no_function_is_longer_than_a_screen(module: str) -> None:
    lines = {f.name: (f.end_lineno or 0) - f.lineno + 1 for f in functions_of(MODULES[module])}
    assert {} == {name: n for name, n in lines.items() if n > LONGEST_FUNCTION}


def test_no_module_is_longer_than_a_few_screens() -> None:
    lines = {module: len(path.read_text().splitlines()) for module, path in MODULES.items()}
    assert {} == {module: n for module, n in lines.items() if n > LONGEST_MODULE}


def test_few_mappings_hold_just_anything() -> None:
    """A noun has a type; what is JSON as read may be any mapping."""
    found = {m: len(ANY_MAPPING.findall(path.read_text())) for m, path in MODULES.items()}
    assert sum(found.values()) <= MOST_ANY_MAPPINGS, {m: n for m, n in found.items() if n}


def test_imports_inside_functions_are_seen(tmp_path: Path) -> None:
    """The tests above stand on this."""
    path = tmp_path / "x.py"
    path.write_text("def f():\n    from sweep import keys\n    import sweep.cli.app\n")
    assert ["sweep.keys", "sweep.cli.app"] == list(imported(path))
