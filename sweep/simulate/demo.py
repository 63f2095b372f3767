"""Demo: simulate a tracker with known truth, run its sweep, and count the truths in the intervals.

``python -m sweep.simulate.demo`` is what `make demo` runs.
"""

import argparse
import shlex
import sys
import time
from pathlib import Path

from sweep.client.command import activation, sweep_command
from sweep.words.numbers import count_of

__all__ = ["demonstrate", "main"]


def demonstrate(directory: Path, seed: int, hard: bool) -> str:
    """Write the project, run it, write the report, and return what to print."""
    import sweep
    from sweep.client.files import write_whole
    from sweep.planning.model_files import project_folder
    from sweep.simulate import coverage, coverage_line, tracker, truth_table, write_tracker

    directory.mkdir(parents=True, exist_ok=True)
    simulated = tracker(seed, hard=hard)
    write_tracker(directory, simulated)
    config = directory / "sweep.yaml"
    write_whole(config, (project_folder("configs") / "tracker.yaml").read_bytes())
    started = time.perf_counter()
    run = sweep.run(config)
    seconds = time.perf_counter() - started
    report = run.report(directory / "report.html")
    table = coverage(run.estimates(), truth_table(simulated))
    states = run.fits()["status"].value_counts().to_dict()
    words = ", ".join(f"{count} {status}" for status, count in states.items())
    lines = [
        f"{count_of(len(run.fits()), 'model')} in {seconds:.0f} s: {words}",
        coverage_line(table),
        f"report   {report}",
        *next_lines(directory),
    ]
    if hard:
        lines.insert(2, "This population has effects and a selection that the model leaves out.")
    return "\n".join(lines)


def next_lines(directory: Path) -> list[str]:
    """Return what can be typed now, as it works in this shell."""
    store = shlex.quote(str(directory / ".sweep"))
    lines = [f"next     {sweep_command()} estimates --group young_urban --store {store}"]
    if (script := activation()) is not None:
        lines.append(f"         {script}   (from then on this shell knows `sweep` by its name)")
    return lines


def main() -> None:
    """Parse the command line and print the outcome of the demonstration."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--directory", type=Path, default=Path("demo"))
    parser.add_argument("--seed", type=int, default=1, help="the simulator's seed")
    parser.add_argument("--hard", action="store_true", help="a population the model cannot know")
    options = parser.parse_args()
    sys.stdout.write(demonstrate(options.directory, options.seed, options.hard) + "\n")


if __name__ == "__main__":
    main()
