"""Page: tables and plots put into a Markdown page, each kind of bench in a place of its own.

What stands between ``<!-- bench: one -->`` and ``<!-- end: one -->`` is replaced; all else of the
page stays. A page without the marks gets them at its end. Plots lie beside the page.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from sweep.bench.engines import ENGINES
from sweep.bench.plot import Bar, bars_svg, points_svg
from sweep.bench.suite import Bench
from sweep.bench.tables import (
    SIZES,
    columns_of,
    comparison_rows,
    growth_lines,
    heading,
    remarks,
    size_rows,
    sweep_rows,
)
from sweep.keys import Json

__all__ = ["Page", "page_of"]

type Page = Mapping[str, bytes]
"""Files by name, beside one another: the page and its plots."""


def page_of(found: Bench, path: Path) -> Page:
    """Return the page at a path with the figures put in, and the plots that it shows."""
    before = path.read_text(encoding="utf-8") if path.exists() else f"# {path.stem.title()}\n"
    plots = dict(plots_of(found, path.stem))
    body = [*body_of(found), *(f"![{title}]({name})" for name, (title, _) in plots.items())]
    page = replaced(before, found.what, "\n\n".join(body))
    drawn = {name: svg.encode() for name, (_, svg) in plots.items()}
    return {path.name: page.encode(), **drawn}


def replaced(page: str, what: str, body: str) -> str:
    """Return a page with another text between the marks of a kind of bench."""
    first, last = f"<!-- bench: {what} -->", f"<!-- end: {what} -->"
    part = f"{first}\n\n{body}\n\n{last}"
    head, found, rest = page.partition(first)
    if not found or last not in rest:
        return f"{page.rstrip()}\n\n{part}\n"
    return head + part + rest.partition(last)[2]


def body_of(found: Bench) -> Iterator[str]:
    """Yield the paragraphs and tables of a bench."""
    yield f"Measured on {found.machine.words}."
    if found.sweeps:
        yield markdown_table(sweep_rows(found.sweeps), ("figure", "value"))
    if found.growth is not None:
        yield markdown_table(size_rows(found.growth.outcomes), SIZES)
        yield markdown_table(size_rows(found.growth.respondents), SIZES)
        yield from listed(growth_lines(found.growth))
    if found.comparisons and (found.sweeps or found.growth is not None):
        yield "What was held to the reference first:"
    for one in found.comparisons:
        yield f"**{heading(one)}**"
        yield markdown_table(comparison_rows(one), columns_of(one))
        yield from listed(remarks(one))
    names = dict.fromkeys(s.engine for one in found.comparisons for s in one.scores)
    yield "; ".join(f"`{name}`: {ENGINES[name].words}" for name in names) + "."


def listed(lines: Iterable[str]) -> Iterator[str]:
    """Yield lines as one list, if there are any."""
    if items := [f"- {line}" for line in lines]:
        yield "\n".join(items)


def plots_of(found: Bench, stem: str) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield the name of each plot, what it shows, and the plot."""
    if found.growth is not None:
        for what, sweeps in (
            ("outcomes", found.growth.outcomes),
            ("respondents", found.growth.respondents),
        ):
            title = f"CPU of a sweep by its {what}"
            points = [(float(getattr(s.size, what)), s.took.cpu) for s in sweeps]
            yield f"{stem}-{what}.svg", (title, points_svg(points, title, what))
    if found.sweeps or found.growth is not None:
        return
    for number, one in enumerate(found.comparisons):
        pairs = [(score.engine, score.speed) for score in one.scores]
        bars = [Bar(name, s.per_cpu, s.per_cpu_compiled) for name, s in pairs if s is not None]
        if bars:
            title = "Effective draws per CPU-second, paler with compilation"
            name = f"{stem}-{found.what}{f'-{number + 1}' if number else ''}.svg"
            yield name, (title, bars_svg(bars, title))


def markdown_table(rows: Sequence[Json], columns: Sequence[str]) -> str:
    """Return rows as a Markdown table, numbers to the right."""
    numeric = [any(isinstance(row.get(c), int | float) for row in rows) for c in columns]
    lines = [list(columns), ["---:" if right else "---" for right in numeric]]
    lines += [[cell(row.get(c)) for c in columns] for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def cell(value: object) -> str:
    """Return one cell."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
    return f"{value:,}" if isinstance(value, int) else str(value).replace("|", "\\|")
