"""Project: what `sweep init` makes: a config, its data, model files, the editor's schema.

The config is an example's, or one proposed of somebody's own survey.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from sweep.client.files import write_whole
from sweep.config import json_schema
from sweep.errors import UsageError
from sweep.planning.model_files import project_folder

__all__ = ["EXAMPLES", "RAW", "make_project", "propose_project"]

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
    """Write what configs/gss.yaml reads: a real survey and its own weighted cells."""
    from sweep.simulate import write_gss

    refuse_small(small, "the GSS example has one size, 7 outcomes")
    return write_gss(directory)


def write_raw_data(directory: Path, small: bool) -> tuple[Path, ...]:
    """Write a raw survey, the margins of its population, and the truth."""
    from sweep.simulate import write_raw

    refuse_small(small, "the raw example has one size, 1,600 people")
    return write_raw(directory)


def refuse_small(small: bool, why: str) -> None:
    """Refuse to make an example smaller that has one size.

    Raises
    ------
    UsageError
        If ``small`` is asked for.
    """
    if small:
        msg = f"--small is for the simulated tracker: {why}"
        raise UsageError(msg)


EXAMPLES: Mapping[str, Callable[[Path, bool], tuple[Path, ...]]] = {
    "tracker": write_tracker_data,
    "gss": write_gss_data,
}
"""What writes the data of a config of ``configs/``, by the config's name."""

RAW = "raw"
"""The example that is files as they come from the field, without a config: docs/tutorial.md."""


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
        One of `EXAMPLES`: ``tracker``, simulated, or ``gss``, a real survey; or ``raw``: only an
        SPSS file and a workbook of margins, to propose a config for.

    Raises
    ------
    UsageError
        If the directory holds files and ``force`` is not given, it is no directory, there is no
        such example, or what its data come from is not installed.
    """
    if example not in (*EXAMPLES, RAW):
        msg = f"there is no example {example!r}: choose one of {', '.join((*EXAMPLES, RAW))}"
        raise UsageError(msg)
    refuse_files(directory, force)
    if example == RAW:
        return list(write_raw_data(directory, small))
    data = EXAMPLES[example](directory, small)
    config = directory / "sweep.yaml"
    write_whole(config, (EDITOR + config_text(small, example)).encode())
    schema = directory / "schema.json"
    write_whole(schema, schema_bytes())
    return [config, *data, *copy_models(directory / "models"), ignore(directory), schema]


def propose_project(
    directory: Path, survey: str, population: Sequence[str] = (), force: bool = False
) -> list[Path]:
    """Write a config proposed for a survey, and what it needs beside it; return the files.

    Files that are there already and would be the same stay as they are. The survey's and the
    population's are only read.

    Parameters
    ----------
    directory
        Where the config goes; made when absent. The survey may lie in it.
    survey, population
        As `sweep.proposal.propose.propose` takes them.
    force
        Replace files that are there.

    Raises
    ------
    DataError, UsageError
        If a source cannot be read, or other files of the project's names are there.
    """
    from sweep.proposal.propose import propose

    refuse_files(directory, force=True)
    files = {directory / "sweep.yaml": b"", **beside(directory)}
    if not force:
        refuse_others(files)
    files[directory / "sweep.yaml"] = (EDITOR + propose(directory, survey, population)).encode()
    directory.mkdir(parents=True, exist_ok=True)
    refuse_link(directory / "models")
    (directory / "models").mkdir(exist_ok=True)
    for path, data in files.items():
        if not path.is_file() or path.read_bytes() != data:
            write_whole(path, data)
    return [*files, ignore(directory)]


def beside(directory: Path) -> dict[Path, bytes]:
    """Return what belongs beside a config: the editor's schema, and the model files."""
    sources = sorted(project_folder("models").glob("*.py"))
    models = {directory / "models" / path.name: path.read_bytes() for path in sources}
    return {directory / "schema.json": schema_bytes(), **models}


def schema_bytes() -> bytes:
    """Return the editor's schema."""
    return (json.dumps(json_schema(), indent=1) + "\n").encode()


def refuse_others(files: Mapping[Path, bytes]) -> None:
    """Refuse to replace files that say something else.

    Raises
    ------
    UsageError
        With those that are there.
    """
    there = [p for p, data in files.items() if p.exists() and p.read_bytes() != data]
    if there:
        shown = ", ".join(map(str, there[:5]))
        msg = f"already there: {shown}: name another folder, or replace them with --force"
        raise UsageError(msg)


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
    refuse_link(folder)
    folder.mkdir(exist_ok=True)
    sources = sorted(project_folder("models").glob("*.py"))
    for source in sources:
        write_whole(folder / source.name, source.read_bytes())
    return [folder / source.name for source in sources]


def refuse_link(folder: Path) -> None:
    """Refuse a folder that is a link: files would go wherever it leads.

    Raises
    ------
    UsageError
        With where it leads.
    """
    if folder.is_symlink():
        msg = f"{folder} is a link to {folder.readlink()}: remove it, or name another folder"
        raise UsageError(msg)


def ignore(directory: Path) -> Path:
    """Keep the store out of version control: cells of one person are personal data."""
    path = directory / ".gitignore"
    there = path.read_bytes() if path.exists() else b""  # of any encoding: git reads bytes too
    if IGNORED.strip().encode() not in there.splitlines():
        gap = b"" if not there or there.endswith(b"\n") else b"\n"
        write_whole(path, there + gap + IGNORED.encode())
    return path
