"""Source: edits of a module's text, found by the nodes of its syntax tree."""

import ast
import re
from dataclasses import dataclass

__all__ = ["Edit", "Source"]


@dataclass(frozen=True)
class Edit:
    """Bytes ``start`` to ``end`` of a source, and what takes their place."""

    start: int
    end: int
    new: str


class Source:
    """The text of a module, in bytes, as nodes count them."""

    def __init__(self, text: bytes) -> None:
        self.text = text
        self.starts = [0]
        for line in text.splitlines(keepends=True):
            self.starts.append(self.starts[-1] + len(line))

    def start(self, node: ast.AST) -> int:
        """Return where a node starts."""
        assert isinstance(node, ast.expr | ast.stmt | ast.keyword)
        return self.starts[node.lineno - 1] + node.col_offset

    def end(self, node: ast.AST) -> int:
        """Return where a node ends."""
        assert isinstance(node, ast.expr | ast.stmt | ast.keyword)
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return self.starts[node.end_lineno - 1] + node.end_col_offset

    def piece(self, start: int, end: int) -> str:
        """Return a piece of the source."""
        return self.text[start:end].decode()

    def after_comma(self, node: ast.AST) -> int:
        """Return where a node ends, with the comma after it if there is one."""
        end = self.end(node)
        comma = re.match(rb"\s*,", self.text[end:])
        return end + len(comma[0]) if comma else end

    def instead(self, node: ast.AST, new: str) -> Edit:
        """Return the edit that puts something in a node's place; ``{}`` stands for the node."""
        start, end = self.start(node), self.end(node)
        return Edit(start, end, new.replace("{}", self.piece(start, end)))

    def between(self, left: ast.expr, right: ast.expr, old: str, new: str) -> Edit:
        """Return the edit that changes the operator between two operands."""
        start, end = self.end(left), self.start(right)
        return Edit(start, end, self.piece(start, end).replace(old, new, 1))

    def without(self, call: ast.Call, keyword: ast.keyword) -> Edit:
        """Return the edit that drops a keyword of a call, and the comma that goes with it."""
        given = sorted([*call.args, *call.keywords], key=self.start)
        place = given.index(keyword)
        if place:
            return Edit(self.end(given[place - 1]), self.end(keyword), "")
        if len(given) > 1:
            return Edit(self.start(keyword), self.start(given[1]), "")
        return Edit(self.start(keyword), self.after_comma(keyword), "")
