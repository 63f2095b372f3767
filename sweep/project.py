"""Project: what `sweep init` makes: a config, its data, model files, the editor's schema."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

from sweep.client.files import write_whole
from sweep.config import json_schema
from sweep.errors import UsageError
from sweep.planning.model_files import project_folder

__all__ = ["EXAMPLES", "make_project"]

SEED = 1  # of the simulated tracker
SMALL = {"respondents": 2_000, "brands": 3}
EDITOR = "# yaml-language-server: $schema=schema.json\n"
IGNORED = ".sweep/\n"


def write_tracker_data(directory: Path, small: bool) -> tuple[Path, ...]:
    """Write what configs/tracker.yaml reads: a simulated survey, its population and the truth."""
    from sweep.simulate import tracker, write_tracker

    if not small:
        return write_tracker(directory, tracker(SEED))
    of_size = tracker(SEED, respondents=SMALL["respondents"], brands=SMALL["brands"])
    return write_tracker(directory, of_size)


def write_gss_data(directory: Path, small: bool) -> tuple[Path, ...]:
    """Write what configs/gss.yaml reads: a real survey and its own weighted cells.

    Raises
    ------
    UsageError
        If ``small`` is asked for: it has one size.
    """
    from sweep.simulate import write_gss

    if small:
        msg = "--small is for the simulated tracker: the GSS example has one size, 7 outcomes"
        raise UsageError(msg)
    return write_gss(directory)


EXAMPLES: Mapping[str, Callable[[Path, bool], tuple[Path, ...]]] = {
    "tracker": write_tracker_data,
    "gss": write_gss_data,
}
"""What writes the data of a config of ``configs/``, by the config's name."""


def make_project(
    directory: Path, small: bool = False, force: bool = False, example: str = "tracker"
) -> list[Path]:
    """Make a project that runs as it is; return the files.

    Parameters
    ----------
    directory
        Made when absent. Hidden files in it, such as ``.git``, do not count as files.
    small
        2,000 respondents and 30 outcomes instead of 20,000 and 200.
    force
        Also in a directory with files; those of the project's names are replaced.
    example
        One of `EXAMPLES`: ``tracker``, simulated, or ``gss``, a real survey.

    Raises
    ------
    UsageError
        If the directory holds files and ``force`` is not given, it is no directory, there is no
        such example, or what its data come from is not installed.
    """
    if example not in EXAMPLES:
        msg = f"there is no example {example!r}: choose one of {', '.join(EXAMPLES)}"
        raise UsageError(msg)
    refuse_files(directory, force)
    data = EXAMPLES[example](directory, small)
    config = directory / "sweep.yaml"
    write_whole(config, (EDITOR + config_text(small, example)).encode())
    schema = directory / "schema.json"
    write_whole(schema, (json.dumps(json_schema(), indent=1) + "\n").encode())
    return [config, *data, *copy_models(directory / "models"), ignore(directory), schema]


def refuse_files(directory: Path, force: bool) -> None:
    """Refuse a place that is not free."""
    if directory.exists() and not directory.is_dir():
        msg = f"{directory} is a file: name a folder for the project"
        raise UsageError(msg)
    if force or not directory.exists():
        return
    there = sorted(p.name for p in directory.iterdir() if not p.name.startswith("."))
    if there:
        shown = ", ".join(there[:5]) + (", ..." if len(there) > 5 else "")
        msg = f"{directory} is not empty ({shown}): name a new folder, or give --force"
        raise UsageError(msg)


def config_text(small: bool, example: str = "tracker") -> str:
    """Return an example's config, its comments true of the data beside it."""
    text = (project_folder("configs") / f"{example}.yaml").read_text(encoding="utf-8")
    if small:
        brands = SMALL["brands"]
        text = text.replace(
            "20 brands x 10 metrics = 200", f"{brands} brands x 10 metrics = {10 * brands}"
        )
        text = text.replace("20,000", f"{SMALL['respondents']:,}")
    return text


def copy_models(folder: Path) -> list[Path]:
    """Copy the model files that came with the package.

    Raises
    ------
    UsageError
        If the folder is a link.
    """
    if folder.is_symlink():
        msg = f"{folder} is a link to {folder.readlink()}: remove it, or name another folder"
        raise UsageError(msg)
    folder.mkdir(exist_ok=True)
    sources = sorted(project_folder("models").glob("*.py"))
    for source in sources:
        write_whole(folder / source.name, source.read_bytes())
    return [folder / source.name for source in sources]


def ignore(directory: Path) -> Path:
    """Keep the store out of version control: cells of one person are personal data."""
    path = directory / ".gitignore"
    there = path.read_bytes() if path.exists() else b""  # of any encoding: git reads bytes too
    if IGNORED.strip().encode() not in there.splitlines():
        gap = b"" if not there or there.endswith(b"\n") else b"\n"
        write_whole(path, there + gap + IGNORED.encode())
    return path
