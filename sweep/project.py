"""Project: what `sweep init` makes: a config, simulated data, model files, the editor's schema."""

import json
from pathlib import Path

from sweep.client.files import write_whole
from sweep.config import json_schema
from sweep.errors import UsageError
from sweep.planning.model_files import packaged

__all__ = ["make_project"]

SEED = 1  # of the simulated tracker
SMALL = {"respondents": 2_000, "brands": 3}
EDITOR = "# yaml-language-server: $schema=schema.json\n"
IGNORED = ".sweep/\n"


def make_project(directory: Path, small: bool = False, force: bool = False) -> list[Path]:
    """Make a project that runs as it is; return the files.

    Parameters
    ----------
    directory
        Made when absent. Hidden files in it, such as ``.git``, do not count as files.
    small
        2,000 respondents and 30 outcomes instead of 20,000 and 200.
    force
        Also in a directory with files; those of the project's names are replaced.

    Raises
    ------
    UsageError
        If the directory holds files and ``force`` is not given, or it is no directory.
    """
    from sweep.simulate import tracker, write_tracker

    refuse_files(directory, force)
    simulated = (
        tracker(SEED, respondents=SMALL["respondents"], brands=SMALL["brands"])
        if small
        else tracker(SEED)
    )
    data = write_tracker(directory, simulated)
    config = directory / "sweep.yaml"
    write_whole(config, (EDITOR + config_text(small)).encode())
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


def config_text(small: bool) -> str:
    """Return the config, its comments true of the data beside it."""
    text = (packaged("configs") / "tracker.yaml").read_text(encoding="utf-8")
    if small:
        brands = SMALL["brands"]
        text = text.replace(
            "20 brands x 10 metrics = 200", f"{brands} brands x 10 metrics = {10 * brands}"
        )
        text = text.replace("20,000", f"{SMALL['respondents']:,}")
    return text


def copy_models(folder: Path) -> list[Path]:
    """Copy the model files that came with the package."""
    if folder.is_symlink():
        msg = f"{folder} is a link to {folder.readlink()}: remove it, or name another folder"
        raise UsageError(msg)
    folder.mkdir(exist_ok=True)
    sources = sorted(packaged("models").glob("*.py"))
    for source in sources:
        write_whole(folder / source.name, source.read_bytes())
    return [folder / source.name for source in sources]


def ignore(directory: Path) -> Path:
    """Keep the store out of version control: cells of one person are personal data."""
    path = directory / ".gitignore"
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    if IGNORED.strip() not in text.splitlines():
        gap = "" if not text or text.endswith("\n") else "\n"
        write_whole(path, (text + gap + IGNORED).encode())
    return path
