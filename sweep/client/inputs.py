"""Inputs: the files that a run was made from, so that nothing written for people replaces one."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from sweep.errors import DataError, UsageError
from sweep.journal.run_plan import RunPlan
from sweep.keys import Json
from sweep.planning.model_files import project_models
from sweep.sources.files import parts_of
from sweep.sources.several import glob_paths
from sweep.store import Store

__all__ = ["refuse_inputs"]


def refuse_inputs(path: Path, plan: RunPlan, store: Store) -> None:
    """Refuse to write to a file that the run of a plan was made from, or into its store.

    Files are compared by where their names lead, and by what they are: another name of the same
    file, or another way to it, changes nothing.

    Raises
    ------
    UsageError
        With what the file is to the run.
    """
    for what, file in inputs(plan):
        if is_same(path, file):
            msg = f"cannot write {path}: it is {what} ({file}); choose another name"
            raise UsageError(msg)
    if "://" not in store.url and any(is_same(p, Path(store.url)) for p in path.resolve().parents):
        msg = f"cannot write {path}: it lies in the store {store.url}; choose another place"
        raise UsageError(msg)


def inputs(plan: RunPlan) -> Iterator[tuple[str, Path]]:
    """Yield what a plan was made from: what it is, and its path on the machine that made it."""
    directory, study = Path(plan.directory), plan.study
    population = study["population"]
    sources = {"survey": study["survey"], "population": population}
    sources |= {f"population.margins.{k}": m for k, m in enumerate(population.get("margins", ()))}
    if isinstance(population.get("seed"), dict):
        sources["population.seed"] = population["seed"]
    sources |= {f"covariates.{name}": c for name, c in study["covariates"].items()}
    sources |= lookups_in(study["derive"], "derive")
    for name, section in sources.items():
        for path in files_of(section, directory):
            yield f"study.{name}.source", path
    if plan.config_file is not None:
        yield "its config", Path(plan.config_file)
    yield from (("a config", file) for file in configs_in(directory))
    with suppress(UsageError):  # the run was made on another machine, whose models are there
        folder = project_models(directory, plan.execution.models_dir)
        for file in sorted(folder.glob("*.py")):
            yield "a model file", file


def lookups_in(derived: Json, key: str) -> dict[str, Json]:
    """Return the tables in which some variables are looked up, by their keys."""
    found = {
        f"{key}.{name}.lookup": own["lookup"] for name, own in derived.items() if "lookup" in own
    }
    for name, own in derived.items():
        parts = {k: own[k] for k in ("survey", "population") if own.get(k) is not None}
        found |= lookups_in(parts, f"{key}.{name}") if parts else {}
    return found


def files_of(section: Json, directory: Path) -> list[Path]:
    """Return the files on this machine that a section of a config reads, of a glob all."""
    source, query = section["source"], section.get("query")
    if query is not None and str(query["database"]).startswith("sqlite:///"):
        return [directory / query["database"].removeprefix("sqlite:///")]
    if source is None or "://" in source:
        return []
    with suppress(DataError):  # the files are gone, or somewhere else
        return [part for file in glob_paths(source, directory) for part in parts_of(file)]
    return [directory / source]


def configs_in(directory: Path) -> list[Path]:
    """Return the files of a folder that are named as configs; none if it cannot be listed."""
    try:
        return sorted(f for f in directory.iterdir() if f.suffix.lower() in (".yaml", ".yml"))
    except OSError:  # the run was made on another machine, or its project has gone since
        return []


def is_same(one: Path, other: Path) -> bool:
    """Return whether two paths lead to one file, which need not be there."""
    try:
        return one.samefile(other)
    except OSError:
        return one.resolve() == other.resolve()
