"""Model files: where a config's model file lies, and what it defines."""

from pathlib import Path

from sweep.config import SweepConfig
from sweep.config.mistakes import misfit_error
from sweep.errors import UsageError
from sweep.model.files import STUB, ModelFile, load_model
from sweep.words.names import did_you_mean
from sweep.words.values import clip_name, few

__all__ = ["project_folder", "project_models"]


def read_model(config: SweepConfig, directory: Path) -> ModelFile:
    """Read and load the config's model file.

    Raises
    ------
    MistakenConfig
        If there is no such file.
    ModelError
        If it cannot be loaded.
    """
    name = config.study.model
    if name == STUB:
        return load_model(name, b"")
    folder = project_models(directory, config.execution.models_dir)
    path = folder / f"{name}.py"
    if not path.is_file():
        there = sorted(p.stem for p in folder.glob("*.py"))
        guess = did_you_mean(name, there)
        msg = f"there is no {path}.{guess} Models there: {few(there, clip_name)}"
        raise misfit_error(config.origin, [(("study", "model"), msg)])
    return load_model(name, path.read_bytes())


def project_models(directory: Path, chosen: str | None) -> Path:
    """Return the folder of model files that a config in some directory uses.

    The config's own choice; else ``models`` in the nearest parent that has one; else those that
    came with the package.

    Raises
    ------
    UsageError
        If the config's choice is no folder.
    """
    if chosen is not None:
        folder = directory / chosen
        if not folder.is_dir():
            msg = f"execution.models_dir: {folder} is not a folder"
            raise UsageError(msg)
        return folder
    for parent in (directory, *directory.parents):
        if any((parent / "models").glob("*.py")):
            return parent / "models"
    return project_folder("models")


def project_folder(folder: str) -> Path:
    """Return a folder of project files: of the wheel, or of the checkout this runs from."""
    here = Path(__file__).parents[1]
    installed = here / "_project" / folder
    return installed if installed.is_dir() else here.parent / folder
