"""Operators: every small change of a module that makes a bug, as edits of its source."""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from benchmarks.mutants.source import Edit, Source

__all__ = ["Site", "sites"]

COMPARED = {
    "Lt": ("<", "<="),
    "LtE": ("<=", "<"),
    "Gt": (">", ">="),
    "GtE": (">=", ">"),
    "Eq": ("==", "!="),
    "NotEq": ("!=", "=="),
    "Is": ("is", "is not"),
    "IsNot": ("is not", "is"),
    "In": ("in", "not in"),
    "NotIn": ("not in", "in"),
}
COMPUTED = {
    "Add": ("+", "-"),
    "Sub": ("-", "+"),
    "Mult": ("*", "/"),
    "Div": ("/", "*"),
    "FloorDiv": ("//", "*"),
    "Mod": ("%", "*"),
    "BitAnd": ("&", "|"),
    "BitOr": ("|", "&"),
}
PAIRS = ("min max", "any all", "minimum maximum", "argmin argmax", "ones zeros")
NAMES = {a: b for pair in PAIRS for a, b in (pair.split(), pair.split()[::-1])}
UNHURT = ("faultpoint", "unheard")  # calls that do nothing unless a test arms them

type Bugs = Iterator[tuple[str, list[Edit]]]


@dataclass(frozen=True)
class Site:
    """A place to plant a bug: in which function, on which lines, what kind, and how.

    ``function`` is empty for what a module or class says when it is imported.
    """

    function: str
    lines: tuple[int, int]
    kind: str
    edits: tuple[Edit, ...]

    def apply(self, source: bytes) -> bytes:
        """Return the source with the bug in it."""
        for edit in sorted(self.edits, key=lambda e: e.start, reverse=True):
            source = source[: edit.start] + edit.new.encode() + source[edit.end :]
        return source


def sites(source: bytes) -> list[Site]:
    """Return every place in a module where a bug can be planted, in order."""
    return list(below(ast.parse(source), "", Source(source)))


def below(node: ast.AST, function: str, source: Source) -> Iterator[Site]:
    """Yield the places below a node."""
    for child in ast.iter_child_nodes(node):
        if is_quiet(node, child):
            continue
        for look in LOOKS:
            for kind, edits in look(child, source):
                yield Site(function, lines_of(child), kind, tuple(edits))
        named = isinstance(child, ast.FunctionDef | ast.ClassDef)
        inside = f"{function}.{child.name}".removeprefix(".") if named else function  # type: ignore[attr-defined]
        yield from below(child, inside, source)


def comparisons(node: ast.AST, source: Source) -> Bugs:
    """Yield what can be wrong with a comparison, or with what joins two."""
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        old, new = COMPARED[type(node.ops[0]).__name__]
        yield f"{old} to {new}", [source.between(node.left, node.comparators[0], old, new)]
    if isinstance(node, ast.BoolOp):
        old, new = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
        pairs = zip(node.values, node.values[1:], strict=False)
        yield f"{old} to {new}", [source.between(a, b, old, new) for a, b in pairs]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        start, end = source.start(node), source.start(node.operand)
        yield "not dropped", [Edit(start, end, re.sub(r"^not\s*", "", source.piece(start, end)))]


def conditions(node: ast.AST, source: Source) -> Bugs:
    """Yield what can be wrong with a condition as a whole."""
    if isinstance(node, ast.If | ast.IfExp):
        yield "condition negated", [source.instead(node.test, "(not ({}))")]
        if not any(isinstance(n, ast.NamedExpr) for n in ast.walk(node.test)):
            yield "condition always true", [source.instead(node.test, "True")]
            yield "condition never true", [source.instead(node.test, "False")]
    if isinstance(node, ast.comprehension):
        for test in node.ifs:
            yield "filter dropped", [source.instead(test, "True")]


def numbers(node: ast.AST, source: Source) -> Bugs:
    """Yield what can be wrong with a number, or with what is computed of two."""
    kind = type(node.op).__name__ if isinstance(node, ast.BinOp) else ""
    if isinstance(node, ast.BinOp) and kind in COMPUTED and not is_text(node):
        old, new = COMPUTED[kind]
        yield f"{old} to {new}", [source.between(node.left, node.right, old, new)]
    if isinstance(node, ast.Constant) and type(node.value) is bool:
        yield f"{node.value} turned", [source.instead(node, str(not node.value))]
    if isinstance(node, ast.Constant) and type(node.value) is int:
        yield "1 more", [source.instead(node, str(node.value + 1))]
    if isinstance(node, ast.Constant) and type(node.value) is float:
        yield "twice as much", [source.instead(node, repr(node.value * 2 or 1.0))]


def calls(node: ast.AST, source: Source) -> Bugs:
    """Yield what can be wrong with a call, or with the entries of a dictionary."""
    if isinstance(node, ast.Call):
        named = getattr(node.func, "attr", getattr(node.func, "id", ""))
        empty = (
            bool(node.args) and isinstance(node.args[0], ast.Constant) and not node.args[0].value
        )
        if named in NAMES and not empty:  # no zeros are no ones
            end = source.end(node.func)
            yield f"{named} to {NAMES[named]}", [Edit(end - len(named), end, NAMES[named])]
        for keyword in node.keywords:
            if keyword.arg is not None and not is_quiet(node, keyword):
                yield f"{keyword.arg}= dropped", [source.without(node, keyword)]
    if isinstance(node, ast.Dict) and len(node.values) > 1:
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant):
                edit = Edit(source.start(key), source.after_comma(value), "")
                yield f"entry {key.value!r} dropped", [edit]


def steps(node: ast.AST, source: Source) -> Bugs:
    """Yield what can be wrong with a statement."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        yield "call dropped", [source.instead(node, "pass")]
    if isinstance(node, ast.Raise):
        yield "raise dropped", [source.instead(node, "pass")]
    if isinstance(node, ast.Return) and node.value is not None and not is_plain(node.value):
        yield "nothing returned", [source.instead(node, "return None")]
    if isinstance(node, ast.Break | ast.Continue):
        other = "continue" if isinstance(node, ast.Break) else "break"
        yield f"{other} instead", [source.instead(node, other)]
    if isinstance(node, ast.AugAssign):
        yield (
            "set, not changed",
            [Edit(source.end(node.target), source.start(node.value), " = ")],
        )


LOOKS: tuple[Callable[[ast.AST, Source], Bugs], ...] = (
    comparisons,
    conditions,
    numbers,
    calls,
    steps,
)


def lines_of(node: ast.AST) -> tuple[int, int]:
    """Return the lines of a node; of a condition, those of its test."""
    if isinstance(node, ast.comprehension):
        node = node.ifs[0] if node.ifs else node.iter
    if isinstance(node, ast.If):
        node = node.test
    first = getattr(node, "lineno", 0)
    return first, getattr(node, "end_lineno", None) or first


def is_quiet(parent: ast.AST, child: ast.AST) -> bool:
    """Return whether a node says nothing at run time that a test could see."""
    if isinstance(child, ast.Import | ast.ImportFrom | ast.TypeAlias) or does_nothing(child):
        return True
    if isinstance(child, ast.Assign) and isinstance(child.targets[0], ast.Name):
        return child.targets[0].id == "__all__"
    if isinstance(child, ast.If):
        typing = isinstance(child.test, ast.Name) and child.test.id == "TYPE_CHECKING"
        return typing or (not child.orelse and all(map(does_nothing, child.body)))
    if isinstance(parent, ast.UnaryOp) and isinstance(parent.op, ast.USub):
        return isinstance(child, ast.Constant)  # the last one, or the rest: -2 often is as good
    if isinstance(child, ast.keyword) and child.arg == "strict":
        return True  # of zip: a guard that no test can meet
    apart = [getattr(parent, name, None) for name in ("annotation", "returns", "format_spec")]
    return any(child is a for a in [*apart, *getattr(parent, "decorator_list", [])])


def does_nothing(node: ast.AST) -> bool:
    """Return whether a statement is words, or a call that does nothing unless a test arms it."""
    if not isinstance(node, ast.Expr):
        return False
    if isinstance(node.value, ast.Call):
        return isinstance(node.value.func, ast.Name) and node.value.func.id in UNHURT
    return isinstance(node.value, ast.Constant)


def is_plain(node: ast.expr) -> bool:
    """Return whether an expression is None, true or false: nothing, or turned by another kind."""
    return isinstance(node, ast.Constant) and (node.value is None or type(node.value) is bool)


def is_text(node: ast.BinOp) -> bool:
    """Return whether something is put together rather than computed: to change it is no bug."""
    joined = ast.JoinedStr | ast.List | ast.Tuple | ast.ListComp | ast.Dict
    for part in (node.left, node.right):
        if isinstance(part, ast.Constant) and isinstance(part.value, str | bytes):
            return True
        if isinstance(part, joined) or (isinstance(part, ast.BinOp) and is_text(part)):
            return True
    return False
