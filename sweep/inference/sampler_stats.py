"""Sampler statistics: what the sampler said of each kept draw, as JSON beside the draws, and back.

Arrays are base64 of little-endian bytes, a bit per draw for what is true or false: 11 kB for 2,000
draws. They stand in a fit's ``done.json``, so that a fit stays two files.
"""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sweep.diagnostics.statistics import SamplerStatistics
from sweep.keys import Json

__all__ = ["known_statistics", "statistics_json"]

type Known = dict[str, NDArray[Any]]


def statistics_json(statistics: SamplerStatistics) -> Json:
    """Return the statistics in JSON's terms; energies are rounded to single precision."""
    return {
        "diverging": text_of(np.packbits(statistics.diverging)),
        "depth_reached": text_of(np.packbits(statistics.depth_reached)),
        "energy": text_of(np.asarray(statistics.energy).astype("<f4")),
    }


def text_of(array: NDArray[Any]) -> str:
    """Return an array's bytes as text."""
    return b64encode(array.tobytes()).decode()


def known_statistics(meta: Mapping[str, Any], shape: tuple[int, int]) -> Known:
    """Return what a fit's meta tells of each draw (chain, draw), under the names ArviZ uses.

    A fit of an earlier version told only counts: then what never happened is known, and no more.
    """
    stored = meta.get("statistics")
    if stored is None:
        counts = {
            "diverging": meta["diagnostics"]["divergences"],
            "reached_max_treedepth": meta["diagnostics"]["depth_share"],
        }
        return {name: np.zeros(shape, np.bool_) for name, count in counts.items() if count == 0}
    return {
        "diverging": bits_of(stored["diverging"], shape),
        "reached_max_treedepth": bits_of(stored["depth_reached"], shape),
        "energy": np.array(np.frombuffer(b64decode(stored["energy"]), "<f4")).reshape(shape),
    }


def bits_of(text: str, shape: tuple[int, int]) -> NDArray[np.bool_]:
    """Return what is true of each draw (chain, draw)."""
    bits = np.unpackbits(np.frombuffer(b64decode(text), np.uint8), count=shape[0] * shape[1])
    return bits.astype(np.bool_).reshape(shape)
