"""Nothing takes its order from a set or a directory: both differ from one process to the next."""

import ast
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "sweep"
LISTING = {"glob", "rglob", "iterdir", "listdir", "scandir"}
SETS = {"set", "frozenset"}
SAFE = {"sorted", "len", "any", "all", "min", "max", "set", "frozenset"}
"""What takes a set without an order coming of it, but with a key, which may tie."""
KEYED = {"sorted", "min", "max"}
TAKES = {"list", "tuple", "enumerate", "join", "fromkeys", "zip", "map", "next", "iter", "array"}
"""What takes an order from what it is given."""
COMPREHENSIONS = ast.ListComp | ast.GeneratorExp | ast.DictComp


def called(node: ast.AST) -> str:
    """Return the name of what a call calls, else nothing."""
    function = node.func if isinstance(node, ast.Call) else None
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def is_unordered(node: ast.AST) -> bool:
    """Return whether an expression shows by its form that it has no order."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub | ast.BitAnd | ast.BitOr):
        sides = (node.left, node.right)
        return any(is_unordered(side) or called(side) == "keys" for side in sides)
    return isinstance(node, ast.Set | ast.SetComp) or called(node) in SETS | LISTING


def iterated(tree: ast.AST) -> Iterator[tuple[ast.expr, ast.AST]]:
    """Yield what is gone through in order, and by what."""
    for node in ast.walk(tree):
        if isinstance(node, ast.For):
            yield node.iter, node
        elif isinstance(node, COMPREHENSIONS):
            yield from ((generator.iter, node) for generator in node.generators)
        elif isinstance(node, ast.Call):
            if called(node) in TAKES or (called(node) in KEYED and has_key(node)):
                yield from ((argument, node) for argument in node.args)
        elif isinstance(node, ast.Starred):
            yield node.value, node


def has_key(call: ast.Call) -> bool:
    """Return whether a call gives a key to sort by."""
    return any(keyword.arg == "key" for keyword in call.keywords)


def harmless(tree: ast.AST) -> set[ast.AST]:
    """Return the generators whose results go where no order comes of it."""
    return {
        argument
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and called(node) in SAFE and not has_key(node)
        for argument in node.args
    }


def unordered_in(source: str) -> list[int]:
    """Return the lines that take an order from where there is none."""
    tree = ast.parse(source)
    fine = harmless(tree)
    found = iterated(tree)
    return sorted({each.lineno for each, by in found if is_unordered(each) and by not in fine})


def test_no_order_comes_from_a_set_or_a_directory() -> None:
    found = [
        f"{path.relative_to(PACKAGE.parent)}:{line}"
        for path in sorted(PACKAGE.rglob("*.py"))
        for line in unordered_in(path.read_text("utf-8"))
    ]
    assert [] == found


def test_what_the_rule_finds_and_what_not() -> None:
    bad = (
        "sorted({x for x in y}, key=f)",
        "list(set(y))",
        "for x in set(y): pass",
        "[*{1, 2}]",
        "[x for x in a.keys() - b]",
        "for p in folder.iterdir(): pass",
        "', '.join(set(y) & z)",
    )
    good = (
        "sorted({x for x in y})",
        "sorted(p.name for p in folder.iterdir())",
        "any(p.is_dir() for p in folder.glob('*'))",
        "{x for x in set(y)}",
        "dict.fromkeys(y)",
    )
    assert [[1]] * len(bad) == [unordered_in(source) for source in bad]
    assert [[]] * len(good) == [unordered_in(source) for source in good]
