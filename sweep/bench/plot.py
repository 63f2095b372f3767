"""Plot: bars and points as SVG, on logarithmic axes, readable on white and on black."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10

__all__ = ["Bar", "bars_svg", "points_svg"]

WIDTH, ROW, LEFT, RIGHT, TOP = 720, 26, 110, 90, 34
HEIGHT = 240
FIRST, SECOND, GREY = "#2f7ed8", "#9cc2ee", "#888888"
HEAD = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {w} {h}" width="{w}" height="{h}" '
FONT = 'font-family="sans-serif" font-size="12" role="img" aria-label="{label}">'


@dataclass(frozen=True)
class Bar:
    """A name and two figures above 0, the second of them within the first."""

    name: str
    first: float
    second: float


def bars_svg(bars: Sequence[Bar], title: str) -> str:
    """Return bars from left to right, the second figure paler below the first."""
    figures = [value for bar in bars for value in (bar.first, bar.second)]
    low, high = floor(log10(min(figures))), ceil(log10(max(figures)))
    width = WIDTH - LEFT - RIGHT

    def x(value: float) -> float:
        return LEFT + width * (log10(value) - low) / max(1, high - low)

    height = TOP + ROW * len(bars) + 24
    parts = [opening(WIDTH, height, title), text(LEFT, 16, title)]
    for power in range(low, high + 1):
        parts += axis_mark(x(10.0**power), TOP, height - 24, f"{10.0**power:,g}")
    for k, bar in enumerate(bars):
        y = TOP + ROW * k
        parts += [
            text(LEFT - 8, y + 15, bar.name, "end"),
            box(y + 3, x(bar.first), FIRST, 10),
            box(y + 13, x(bar.second), SECOND, 8),
            text(
                x(bar.first) + 6,
                y + 15,
                f"{bar.first:,.3g}" if bar.first < 100 else f"{bar.first:,.0f}",
            ),
        ]
    return "\n".join([*parts, "</svg>"]) + "\n"


def points_svg(points: Sequence[tuple[float, float]], title: str, across: str) -> str:
    """Return points joined by lines: both axes logarithmic, sizes to the right."""
    xs, ys = [log10(p[0]) for p in points], [log10(p[1]) for p in points]
    left, right = floor(min(xs)), ceil(max(xs) + 1e-9)
    low, high = floor(min(ys)), ceil(max(ys) + 1e-9)
    wide, tall = WIDTH - LEFT - RIGHT, HEIGHT - TOP - 40

    def at(x: float, y: float) -> tuple[float, float]:
        return (
            LEFT + wide * (x - left) / max(1, right - left),
            TOP + tall * (high - y) / max(1, high - low),
        )

    parts = [opening(WIDTH, HEIGHT, title), text(LEFT, 16, title)]
    for power in range(left, right + 1):
        parts += axis_mark(at(power, low)[0], TOP, TOP + tall, f"{10.0**power:,g}")
    for power in range(low, high + 1):
        y = at(left, power)[1]
        parts += [
            f'<line x1="{LEFT}" x2="{LEFT + wide}" y1="{y:.1f}" y2="{y:.1f}" stroke="{GREY}" '
            'stroke-opacity="0.3"/>',
            text(LEFT - 8, y + 4, f"{10.0**power:,g} s", "end"),
        ]
    places = [at(x, y) for x, y in zip(xs, ys, strict=True)]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    parts.append(f'<polyline points="{path}" fill="none" stroke="{FIRST}" stroke-width="2"/>')
    parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{FIRST}"/>' for x, y in places]
    parts.append(text(LEFT + wide, HEIGHT - 6, across, "end"))
    return "\n".join([*parts, "</svg>"]) + "\n"


def opening(width: int, height: int, label: str) -> str:
    """Return the start of a picture; its words are what a screen reader says."""
    return HEAD.format(w=width, h=height) + FONT.format(label=escape(label))


def text(x: float, y: float, words: str, anchor: str = "start") -> str:
    """Return some words at a place."""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{GREY}">{escape(words)}</text>'
    )


def box(y: float, end: float, fill: str, height: int) -> str:
    """Return a bar from the left axis to somewhere."""
    return (
        f'<rect x="{LEFT}" y="{y:.1f}" width="{end - LEFT:.1f}" height="{height}" fill="{fill}"/>'
    )


def axis_mark(x: float, top: float, bottom: float, words: str) -> list[str]:
    """Return a vertical line and what it stands for, below."""
    line = (
        f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{top:.1f}" y2="{bottom:.1f}" stroke="{GREY}" '
        'stroke-opacity="0.3"/>'
    )
    return [line, text(x, bottom + 15, words, "middle")]
