"""Fingerprints of the modules behind TRANSFORM, FIT and ESTIMATE; run this to pin them anew.

A fingerprint is the digest of a module's syntax tree without positions, comments and docstrings.
``python -m tests.fingerprints`` writes those of the present code to reference/fingerprints.json:
do that after bumping a number, or when a change leaves every published number as it was.
"""

import ast
import json
from pathlib import Path
from typing import Any

from sweep import toolchain
from sweep.keys import digest

__all__ = ["NUMBERS", "PINNED", "fingerprint", "fingerprints"]

ROOT = Path(__file__).parent.parent / "sweep"
PINNED = Path(__file__).parent / "reference" / "fingerprints.json"
EXPRESSION = ("expression.evaluation", "expression.grammar", "expression.tokens", "expression.tree")
NUMBERS: dict[str, tuple[str, ...]] = {
    # From the sources' bytes to levels, frame, and counts.
    "TRANSFORM": (
        *("cells", "config.values", "config.variables", "counts", "design", "effects", "frame"),
        *("outcomes", "prepare", "sources", "survey"),
        *EXPRESSION,
    ),
    # From terms or a model file, levels and counts to stored draws and their status.
    "FIT": (
        *("cells", "chains", "compile_model", "diagnose", "effects", "fit", "general", "grid"),
        *(
            "imports",
            "kernels",
            "keys",
            "laplace",
            "model",
            "pointer",
            "poststratify",
            "sampler",
            "stub",
        ),
        "tasks",
    ),
    # From stored draws, frame and answers to an outcome's rows.
    "ESTIMATE": (
        *("cells", "chains", "compile_model", "counts", "diagnose", "effects", "estimates", "fit"),
        *("frame", "general", "grid", "poststratify", "stub", "summarise", "tasks"),
        *EXPRESSION,
    ),
}


def fingerprint(source: str) -> str:
    """Return the digest of what some source says to the interpreter."""
    return digest(plain(ast.parse(source)))


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
        paths = {name: ROOT / f"{name.replace('.', '/')}.py" for name in modules}
        prints = {name: fingerprint(path.read_text()) for name, path in sorted(paths.items())}
        found[number] = {"version": getattr(toolchain, number), "modules": prints}
    return found


def main() -> None:
    """Pin the present code."""
    PINNED.parent.mkdir(exist_ok=True)
    PINNED.write_text(json.dumps(fingerprints(), indent=1) + "\n")


if __name__ == "__main__":
    main()
