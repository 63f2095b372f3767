"""The layer rule: a module imports from its own layer or below, and every module has a layer."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "sweep"
WORDS = {
    0: "errors faultpoint keys writing",
    # Data in, data out: no store, no network.
    1: """
        cells chains compile_model counts definition design diagnose differences done effects
        estimates fit frame general grid imports kernels laplace model outcomes packing pointer
        posterior poststratify recipes sampler stub summarise survey toolchain
        config config.across config.batch config.compose config.groups config.json_schema
        config.mistakes config.nodes config.outcomes config.override config.ray config.read
        config.scanner
        config.schema config.section config.values config.variables
        expression expression.evaluation expression.grammar expression.tokens expression.tree
        report report.contents report.figures report.payload report.render report.summary
        simulate simulate.brand_tracker simulate.country simulate.fieldwork simulate.gss
        simulate.intervals simulate.opinions simulate.questions simulate.truth simulate.write
    """,
    # The store, and what reads and writes it.
    2: """
        artifacts claims commit copies forecast gc generation inventory join journal lacking lineage
        nearest planning prepare quarantine reasons selection sources store store.cached
        store.directory store.directory_words store.s3 store.s3_client store.s3_connect store.s3_log
        store.s3_probe store.s3_words store.together stored tasks verify warm worker
    """,
    3: """
        backends backends.batch_child backends.local backends.pool backends.process backends.ray
        backends.ray_host coordinator recording sharing systemic
        backends.batch backends.batch.api backends.batch.arrays backends.batch.checks
        backends.batch.cost backends.batch.course backends.batch.ends backends.batch.judge
        backends.batch.packing backends.batch.remote backends.batch.stuck backends.batch.submit
        backends.batch.watch
    """,
    # The faces.
    4: """
        __init__ __main__ carrying client doctor interrupt project results simulate.demo
        cli cli.app cli.carrying cli.closing cli.configs cli.display cli.explaining cli.fitting
        cli.keeping cli.options cli.output cli.progress cli.projects cli.results cli.tables
    """,
}
LAYERS = {f"sweep.{name}": layer for layer, names in WORDS.items() for name in names.split()}
LAYERS["sweep"] = LAYERS.pop("sweep.__init__")
NETWORK = {
    "asyncio",
    "boto3",
    "botocore",
    "ftplib",
    "http",
    "ray",
    "requests",
    "socket",
    "ssl",
    "urllib.request",
}


def module_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts).removesuffix(".__init__")


MODULES = {module_of(path): path for path in sorted(PACKAGE.rglob("*.py"))}


def imported(path: Path) -> Iterator[str]:
    """Yield every module that a file imports, wherever in the file; only types count as well."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if inner in MODULES else node.module


def test_every_module_has_a_layer_and_every_listed_module_exists() -> None:
    """A new module is put into the table above, where it belongs: that is the review."""
    assert set(MODULES) == set(LAYERS)


@pytest.mark.parametrize("module", MODULES)
def test_a_module_imports_only_from_its_own_layer_or_below(module: str) -> None:
    above = {m: LAYERS[m] for m in imported(MODULES[module]) if LAYERS.get(m, -1) > LAYERS[module]}
    assert {} == above, f"{module} is in layer {LAYERS[module]}"


@pytest.mark.parametrize("module", [m for m, layer in LAYERS.items() if layer < 2])
def test_the_two_lower_layers_know_no_network_and_start_no_process(module: str) -> None:
    assert set() == set(imported(MODULES[module])) & (NETWORK | {"subprocess", "multiprocessing"})


def test_imports_inside_functions_are_seen(tmp_path: Path) -> None:
    """The tests above stand on this."""
    path = tmp_path / "x.py"
    path.write_text("def f():\n    from sweep import keys\n    import sweep.cli.app\n")
    assert ["sweep.keys", "sweep.cli.app"] == list(imported(path))
