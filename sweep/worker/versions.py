"""Versions: a worker does no task whose key promises another program's numbers, or its bytes.

Versions are looked up in files; what a process was found to be, it stays.
"""

from sweep.artifacts.recipes import EstimatesRecipe
from sweep.artifacts.tasks import Task
from sweep.errors import ForeignToolchain
from sweep.model.files import Route
from sweep.toolchain import ESTIMATE, table_writer, toolchain
from sweep.worker.memory import Memory

__all__ = ["check_toolchain", "check_writer"]


def check_toolchain(task: Task, route: Route, memory: Memory) -> None:
    """Refuse to fit under a key that promises another machine's numbers."""
    asked = task.fit["toolchain"]
    which = (route, *sorted(asked.items()))
    if which in memory.agreed:  # versions are looked up in files: once in a process
        return
    known = toolchain(route)
    here = toolchain(route, [name for name in asked if name not in known])
    other = sorted(k for k in {*asked, *here} if asked.get(k) != here.get(k))
    if other:
        shown = "; ".join(f"{k} {asked.get(k)!r}, here {here.get(k)!r}" for k in other)
        msg = (
            f"the recipe names another toolchain: {shown}. Run workers of one image on one "
            "family of machines, and plan the sweep there, or on a machine like them"
        )
        raise ForeignToolchain(msg)
    memory.agreed.add(which)


def check_writer(recipe: EstimatesRecipe, memory: Memory) -> None:
    """Refuse to write a table under a key that promises another program's bytes."""
    which = ("writer", recipe["version"], recipe.get("pyarrow"))
    if which in memory.agreed:
        return
    if recipe["version"] != ESTIMATE:
        msg = (
            f"the recipe names version {recipe['version']} of the estimates, and this "
            f"program makes version {ESTIMATE}: plan the sweep again, with `sweep run`"
        )
        raise ForeignToolchain(msg)
    if recipe.get("pyarrow") != table_writer():
        msg = (
            f"the recipe names tables of pyarrow {recipe.get('pyarrow')}, here is "
            f"{table_writer()}: run workers of one image, and plan the sweep there"
        )
        raise ForeignToolchain(msg)
    memory.agreed.add(which)
