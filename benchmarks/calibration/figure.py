"""Figure: how far each quantity's ranks are from uniform, as a small SVG of one panel each."""

from collections.abc import Mapping, Sequence
from html import escape

import numpy as np
from numpy.typing import NDArray

from benchmarks.calibration.judge import ALPHA, ranks_from
from benchmarks.calibration.observe import DRAWS
from benchmarks.calibration.ranks import uniform

__all__ = ["ecdf_figure"]

COLUMNS, WIDTH, HEIGHT, GAP, TITLE = 3, 260, 90, 14, 20
HEAD = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {w} {h}" width="{w}" height="{h}" '
    'font-family="sans-serif" font-size="12"><rect width="100%" height="100%" fill="#fff"/>'
)
PANEL = (
    '<g transform="translate({x},{y})"><text y="-6" fill="#333">{name}</text>'
    '<polygon points="{band}" fill="#ccd8e8"/><path d="M0 {zero}H{w}" stroke="#999"/>'
    '<polyline points="{line}" fill="none" stroke="#1a4f8b" stroke-width="1.5"/></g>'
)


def ecdf_figure(ranks: Mapping[str, Sequence[int]]) -> str:
    """Return the difference of each ECDF from the uniform one, in the band of the test."""
    test = uniform(sum(next(iter(ranks.values()))), DRAWS)
    expected = test.count * np.arange(1, DRAWS + 1) / (DRAWS + 1)
    lower, upper = (edge - expected for edge in test.band(ALPHA))
    off = {name: test.below(ranks_from(r)) - expected for name, r in ranks.items()}
    top = max(np.abs(y).max() for y in (lower, upper, *off.values())) * 1.05
    band = f"{points(lower, top)} {' '.join(points(upper, top).split()[::-1])}"
    rows = -(-len(ranks) // COLUMNS)
    width, height = COLUMNS * (WIDTH + GAP) + GAP, rows * (HEIGHT + GAP + TITLE) + GAP
    parts = [HEAD.format(w=width, h=height)]
    for k, (name, y) in enumerate(off.items()):
        row, column = divmod(k, COLUMNS)
        parts.append(
            PANEL.format(
                x=GAP + column * (WIDTH + GAP),
                y=GAP + TITLE + row * (HEIGHT + GAP + TITLE),
                name=escape(name),
                band=band,
                line=points(y, top),
                zero=HEIGHT / 2,
                w=WIDTH,
            )
        )
    return "\n".join([*parts, "</svg>"]) + "\n"


def points(values: NDArray[np.float64], top: float) -> str:
    """Return values between ``-top`` and ``top`` as points of a panel."""
    x = np.linspace(0, WIDTH, len(values) + 2)[1:-1]
    y = HEIGHT / 2 * (1 - values / top)
    return " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y, strict=True))
