"""Own the YAML scanner: ruamel's own, made to refuse deep nesting before it looks ahead.

The scanner reads on for up to 1,024 characters to learn whether a bracket opens a key, and the work
grows with the square of the brackets it meets. A text of brackets alone would take half a second.
"""

from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.scanner import Scanner, ScannerError

from sweep.config.compose import MAX_DEPTH

__all__ = ["reader"]


class BoundedScanner(Scanner):
    """A scanner that stops at the first bracket that is nested too deep."""

    def fetch_flow_collection_start(self, TokenClass: Any, to_push: str) -> None:
        """Read an opening bracket."""
        if len(self.flow_context) >= MAX_DEPTH:
            problem = f"nested more than {MAX_DEPTH} deep"
            raise ScannerError(problem=problem, problem_mark=self.reader.get_mark())
        super().fetch_flow_collection_start(TokenClass, to_push)


def reader() -> YAML:
    """Return a new reader of YAML events, in Python throughout."""
    yaml = YAML(typ="safe", pure=True)
    yaml.Scanner = BoundedScanner
    return yaml
