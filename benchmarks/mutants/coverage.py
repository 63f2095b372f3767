"""Coverage: which lines of the targets each test runs, and how long it takes."""

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import CodeType
from typing import Any

import pytest

__all__ = ["Lines", "Ran", "pick_tests"]

type Ran = dict[str, tuple[float, dict[str, list[int]]]]
"""Seconds of each test, and the lines it ran, by module."""


class Lines:
    """A plug-in of pytest that notes the lines of some modules that each test runs."""

    def __init__(self, package: Path, modules: list[str]) -> None:
        self.names = {str(package / module): module for module in modules}
        self.ran: Ran = {}
        self.here: dict[str, set[int]] = {}
        self.bad: set[str] = set()
        self.monitoring = sys.monitoring
        self.monitoring.use_tool_id(self.monitoring.COVERAGE_ID, "mutants")
        events = self.monitoring.events
        self.monitoring.register_callback(self.monitoring.COVERAGE_ID, events.LINE, self.line)
        self.monitoring.set_events(self.monitoring.COVERAGE_ID, events.LINE)

    def line(self, code: CodeType, number: int) -> Any:
        """Note a line that runs for the first time in this test."""
        module = self.names.get(code.co_filename)
        if module is not None:
            self.here.setdefault(module, set()).add(number)
        return self.monitoring.DISABLE

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Note what one test runs."""
        self.here = {}
        self.monitoring.restart_events()
        started = time.perf_counter()
        result = yield
        lines = {module: sorted(found) for module, found in self.here.items()}
        self.ran[item.nodeid] = (round(time.perf_counter() - started, 3), lines)
        return result

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a test that did not pass: it can kill nothing."""
        if not report.passed:
            self.bad.add(report.nodeid)

    def write(self, path: Path) -> None:
        """Write what was noted of the tests that passed."""
        good = {name: ran for name, ran in self.ran.items() if name not in self.bad}
        path.write_text(json.dumps({"ran": good, "bad": sorted(self.bad)}))


def pick_tests(ran: Ran, module: str, lines: tuple[int, int] | None, budget: float) -> list[str]:
    """Return the tests that ran any of some lines, quickest first, within some seconds.

    ``lines`` is None for what runs when the module is imported: then every test that ran anything
    of it.
    """
    wanted = None if lines is None else set(range(lines[0], lines[1] + 1))
    found: list[str] = []
    spent = 0.0
    for name, (seconds, by_module) in sorted(ran.items(), key=lambda r: (r[1][0], r[0])):
        here = by_module.get(module, [])
        if not here or (wanted is not None and wanted.isdisjoint(here)):
            continue
        if found and spent + seconds > budget:
            break
        found.append(name)
        spent += seconds
    return found
