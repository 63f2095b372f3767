"""Render: turn a report into one HTML file that asks the network for nothing.

Names come from survey files and are hostile until escaped: Jinja escapes them in the markup, JSON
in a data block carries them to the script, and the script only ever sets text. The content
security policy in the page allows this very script and this very style, by digest, and no more.
"""

import base64
import hashlib
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from sweep.report import figures
from sweep.report.contents import Report
from sweep.report.payload import payload, script_json
from sweep.report.summary import summary
from sweep.words.numbers import count_of

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["render"]

SCRIPTS = ("core", "table", "plot", "picker", "explorer", "grid", "compare", "sections", "main")


def render(report: Report) -> str:
    """Return the report as one self-contained HTML page; the same report gives the same text."""
    style = _text("report.css")
    parts = "\n".join(_text(f"{name}.js") for name in SCRIPTS)
    script = f'"use strict";\n(() => {{\n{parts}\n}})();\n'
    return (
        _environment()
        .get_template("report.html")
        .render(
            report=report,
            summary=summary(report),
            style=style,
            script=script,
            data=script_json(payload(report)),
            policy=_policy(style, script),
        )
    )


def _policy(style: str, script: str) -> str:
    rules = [
        "default-src 'none'",
        f"script-src '{_digest(script)}'",
        f"style-src '{_digest(style)}'",
        "img-src data:",  # the empty icon, so that browsers do not ask for one
        "base-uri 'none'",
        "form-action 'none'",
    ]
    return "; ".join(rules)


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _text(name: str) -> str:
    return files("sweep.report").joinpath("templates", name).read_text("utf-8")


def _environment() -> "Environment":
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    environment = Environment(
        loader=FunctionLoader(_text),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        percent=figures.percent,
        probability=figures.probability,
        mark=figures.mark,
        count=figures.count,
        plain=figures.plain,
        words=_words,
        count_of=count_of,
    )
    return environment


def _words(value: Any) -> str:
    """Write a setting's value as text; lists with commas."""
    return ", ".join(str(item) for item in value) if isinstance(value, list | tuple) else str(value)
