"""Simulated: the demo's tracker in a folder, of any size, as a project that can be planned."""

from math import ceil
from pathlib import Path

__all__ = ["write_project"]

METRICS = 10


def write_project(folder: Path, respondents: int, outcomes: int, seed: int) -> Path:
    """Write survey, population and config; return the config's path.

    Brands come whole, with ten outcomes each: fewer outcomes are for the plan to limit.
    """
    from sweep.client.files import write_whole
    from sweep.planning.model_files import project_folder
    from sweep.simulate import tracker, write_tracker

    brands = ceil(outcomes / METRICS)
    write_tracker(folder, tracker(seed, respondents=respondents, brands=brands))
    config = folder / "sweep.yaml"
    write_whole(config, (project_folder("configs") / "tracker.yaml").read_bytes())
    return config
