"""Fingerprints of what is behind TRANSFORM, FIT, ESTIMATE and REPORT; run this to pin them anew.

A fingerprint is the digest of a module's syntax tree without positions, comments and docstrings, or
that of a template's bytes.
``python -m tests.fingerprints`` writes those of the present code to reference/fingerprints.json:
do that after bumping a number, or when a change leaves every published number as it was.
"""

import ast
import json
import tomllib
from pathlib import Path
from typing import Any

from sweep import toolchain
from sweep.keys import digest, sha256
from sweep.results.report import REPORT

__all__ = ["NUMBERS", "PINNED", "REPORT_MODULES", "TEMPLATES", "fingerprint", "fingerprints"]

ROOT = Path(__file__).parent.parent / "sweep"
PINNED = Path(__file__).parent / "reference" / "fingerprints.json"
EXPRESSION = (
    *(
        "expression.days",
        "expression.evaluation",
        "expression.grammar",
        "expression.order",
        "expression.tokens",
    ),
    *("expression.tree", "expression.values", "words.text"),
)
NUMBERS: dict[str, tuple[str, ...]] = {
    # From the sources' bytes to levels, frame, and counts.
    "TRANSFORM": (
        *(
            "config.derive",
            "config.level_map",
            "config.population",
            "config.values",
            "config.variables",
        ),
        *("data.answers.block", "data.answers.coding", "data.answers.column"),
        *("data.answers.dont_know.toml", "data.answers.likeness", "data.answers.lists"),
        *("data.answers.meaning", "data.answers.named_missing", "data.answers.not_asked.toml"),
        *("data.answers.cells", "data.answers.several", "data.codebook"),
        *("data.answers.words", "data.options", "data.outcome"),
        *("data.audit", "data.totals", "data.cells", "data.columns", "data.counts"),
        *("data.bands", "data.covariates", "data.derivation", "data.repeats"),
        *("data.design", "data.frame", "data.level_maps", "data.levels", "data.margin_tables"),
        *("data.margins", "data.nuisance", "data.outcomes", "data.patterns", "data.population"),
        *("data.population_cells", "data.raked_frame", "data.raking", "data.respondents"),
        *("data.option_missing", "data.rounded_margins"),
        *("data.seeds", "data.sizes", "data.strata", "data.variables", "data.weight_sums"),
        "data.weights",
        *("data.cases", "data.exclusions", "data.rules", "data.seen", "expression.decision"),
        "data.questions",
        *("planning.answers", "planning.asked", "planning.groups", "planning.lookups"),
        *("planning.columns", "planning.counting", "planning.named", "planning.population"),
        "planning.prepare",
        *(
            "sources.arrow_types",
            "sources.columns",
            "sources.contents",
            "sources.rdatasets",
            "sources.sql",
            "sources.sql_columns",
            "sources.sql_statement",
            "sources.delimited",
            "sources.delimiter",
        ),
        *("sources.cell_lines", "sources.question_rows"),
        *("sources.error_cells", "sources.excel", "sources.files", "sources.head"),
        *("sources.moments", "sources.parquet", "sources.ragged", "sources.reading"),
        *("sources.readstat", "sources.records", "sources.several", "sources.sheet"),
        *("sources.source", "sources.spss", "sources.spss_dictionary", "sources.stata"),
        *("sources.tables", "sources.text_columns", "sources.text_encoding", "sources.triple_s"),
        *("sources.triple_s_data", "sources.triple_s_file", "sources.triple_s_values"),
        *("sources.typed", "sources.written", "sources.arrow"),
        *EXPRESSION,
    ),
    # From terms or a model file, levels and counts to stored draws and their status.
    "FIT": (
        *("data.cells", "data.covariates", "diagnostics.chain_kernel", "diagnostics.chains"),
        *("diagnostics.statistics", "diagnostics.verdict", "estimates.outer_kernel"),
        *("estimates.outer_sum", "estimates.poststratify", "estimates.weighting"),
        *("inference.checkpoints", "inference.compilation", "inference.sample"),
        *("inference.fast", "inference.general", "inference.grid", "inference.kernels"),
        *("inference.laplace", "inference.nuts", "inference.pointer", "inference.stub", "keys"),
        *("inference.split_hmc", "inference.trajectories"),
        *("model.effects", "model.files", "model.imports", "model.priors", "model.terms"),
        "worker.task",
    ),
    # From stored draws, frame and answers to an outcome's rows.
    "ESTIMATE": (
        *("data.cells", "data.counts", "data.frame", "data.weight_sums", "diagnostics.chains"),
        *("diagnostics.chain_kernel", "diagnostics.statistics", "estimates.outer_kernel"),
        *("estimates.outer_sum", "estimates.weighting", "inference.sample"),
        *("diagnostics.predictive", "diagnostics.quantiles", "diagnostics.verdict"),
        *("diagnostics.weights", "estimates.answered", "estimates.checks", "estimates.formats"),
        *(
            "estimates.encode",
            "estimates.poststratify",
            "estimates.rows",
            "estimates.select",
            "estimates.support",
        ),
        *("estimates.table", "worker.checks", "worker.inputs", "worker.rows"),
        *("inference.checkpoints", "inference.compilation", "inference.fast"),
        *("inference.general", "inference.grid", "inference.posterior", "inference.stub"),
        *("model.effects", "worker.incidence", "worker.task"),
        *EXPRESSION,
    ),
}


REPORT_MODULES = (
    *("estimates.formats", "estimates.table", "journal.partial", "report.contents"),
    *("report.figures", "report.payload", "report.render", "report.summary", "results.fits"),
    *(
        "results.lineage",
        "results.report",
        "results.table",
        "words.columns",
        "words.numbers",
        "words.states",
    ),
)
"""From outcomes' rows and states to the page and the tables of a run."""

TEMPLATES = tuple(sorted(p.name for p in (ROOT / "report" / "templates").iterdir() if p.is_file()))


def fingerprint(source: str) -> str:
    """Return the digest of what some source says to the interpreter."""
    return digest(plain(ast.parse(source)))


def print_of(name: str) -> str:
    """Return the fingerprint of a module, or of what a file of words says."""
    stem = name.removesuffix(".toml")
    path = ROOT / stem.replace(".", "/")
    if stem != name:
        return digest(tomllib.loads(path.with_suffix(".toml").read_text()))
    return fingerprint(path.with_suffix(".py").read_text())


def plain(node: Any) -> Any:
    """Return a syntax tree as lists, the same on every Python: empty fields are left out."""
    if isinstance(node, list):
        return [plain(item) for item in node]
    if not isinstance(node, ast.AST):
        return repr(node)
    fields = {name: value for name, value in ast.iter_fields(node) if value not in (None, [])}
    documented = ast.Module | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    if isinstance(node, documented) and ast.get_docstring(node, clean=False) is not None:
        fields["body"] = fields["body"][1:]
    return [type(node).__name__, {name: plain(value) for name, value in fields.items()}]


def fingerprints() -> dict[str, dict[str, Any]]:
    """Return, for each number, its value and the fingerprints of its modules."""
    found: dict[str, dict[str, Any]] = {}
    for number, modules in NUMBERS.items():
        prints = {name: print_of(name) for name in sorted(modules)}
        found[number] = {"version": getattr(toolchain, number), "modules": prints}
    return {**found, "REPORT": {"version": REPORT, "modules": report_prints()}}


def report_prints() -> dict[str, str]:
    """Return the fingerprints of the modules and templates behind REPORT."""
    paths = {name: ROOT / f"{name.replace('.', '/')}.py" for name in REPORT_MODULES}
    prints = {name: fingerprint(path.read_text()) for name, path in paths.items()}
    folder = ROOT / "report" / "templates"
    return prints | {
        f"templates/{name}": sha256((folder / name).read_bytes()) for name in TEMPLATES
    }


def main() -> None:
    """Pin the present code."""
    PINNED.parent.mkdir(exist_ok=True)
    PINNED.write_text(json.dumps(fingerprints(), indent=1) + "\n")


if __name__ == "__main__":
    main()
