"""Every line of Python in README.md and docs/python.md runs, and every public verb is told."""

import inspect
import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import sweep
from tests.project import Project, project_in

ROOT = Path(__file__).parents[1]
PAGES = ("README.md", "docs/python.md")
OUTCOMES = {"aided_norvalik": "aware", "trust_norvalik": "bought", "image_norvalik": "liked"}
STUDY: dict[str, Any] = {
    "outcomes": [
        {"name": name, "column": column, "success": ["Yes"], "tags": [name.split("_")[0]]}
        for name, column in OUTCOMES.items()
    ],
    "groups": [[], ["region"], {"young_urban": "age_band == '18-34' and region == 'East'"}],
}


def blocks(page: str) -> list[str]:
    """Return the Python of a page, one text per block."""
    return re.findall(r"```python\n(.*?)```", (ROOT / page).read_text(), flags=re.DOTALL)


def project_of(directory: Path) -> Project:
    """Return a project in which the pages' outcomes and groups exist."""
    made = project_in(directory)
    (made.directory / "sweep.yaml").write_text(made.text(STUDY))
    return made


@pytest.fixture
def quiet(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Plots are drawn on nothing, and warnings of other packages are theirs."""
    monkeypatch.setenv("MPLBACKEND", "Agg")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
        import matplotlib.pyplot as plt

        plt.close("all")


@pytest.mark.sampling
@pytest.mark.usefixtures("quiet")
def test_every_line_of_the_pages_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """README.md first, then the page, as a reader would."""
    project = project_of(tmp_path / "project")
    monkeypatch.chdir(project.directory)
    names: dict[str, Any] = {}
    for page in PAGES:
        assert blocks(page)
        for block in blocks(page):
            exec(compile(block, page, "exec"), names)

    assert 0.5 < names["gap"].gt(0).mean() <= 1
    assert "from a dict" == names["again"].config["name"]
    assert {"report.html", "report.csv"} <= {p.name for p in project.directory.iterdir()}


@pytest.mark.slow
@pytest.mark.sampling
def test_a_notebook_of_both_pages_runs_in_a_kernel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cell that fits shows one output, and plots are pictures."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import nbformat
        from nbclient import NotebookClient

    project = project_of(tmp_path / "project")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.delenv("MPLBACKEND", raising=False)
    format4: Any = nbformat.v4  # without types
    cells = [format4.new_code_cell(block) for page in PAGES for block in blocks(page)]
    notebook = format4.new_notebook(cells=cells)
    place = {"metadata": {"path": str(project.directory)}}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        NotebookClient(notebook, kernel_name="python3", timeout=200, resources=place).execute()

    first = [o for o in cells[0].outputs if o.output_type in {"display_data", "stream"}]
    assert 1 == len(first)
    assert "3/3" in first[0].data["text/plain"]
    assert any("image/png" in o.get("data", {}) for c in cells for o in c.outputs)


def test_the_page_tells_every_public_verb() -> None:
    text = (ROOT / "docs/python.md").read_text()
    verbs = [name for name in sweep.__all__ if inspect.isfunction(getattr(sweep, name))]
    errors = [name for name in sweep.__all__ if name not in {*verbs, "Run"}]
    methods = [name for name in vars(sweep.Run) if not name.startswith("_")]

    assert {"run", "plan", "explain", "open", "runs"} <= set(verbs)
    assert {"draws", "config", "posterior", "cancel"} <= set(methods)
    assert [] == [name for name in verbs if f"`sweep.{name}(" not in text]
    assert [] == [name for name in methods if not re.search(rf"`run\.{name}[(`]", text)]
    assert [] == [name for name in [*errors, "Run"] if f"`{name}`" not in text]


@pytest.mark.parametrize("owner", ["sweep", "run"])
def test_the_page_tells_every_argument_and_default(owner: str) -> None:
    text = (ROOT / "docs/python.md").read_text()
    told = re.findall(rf"^\| `{owner}\.(\w+)\((.*?)\)`", text, flags=re.MULTILINE)
    assert told
    for name, arguments in told:
        parameters = inspect.signature(
            getattr(sweep if owner == "sweep" else sweep.Run, name)
        ).parameters.values()
        plain = [
            p.name if p.default is inspect.Parameter.empty else f"{p.name}={said(p.default)}"
            for p in parameters
            if p.name != "self"
        ]
        assert ", ".join(plain) == arguments, name


def said(default: object) -> str:
    """Return a default as the page writes it."""
    return f'"{default}"' if isinstance(default, str) else repr(default)
