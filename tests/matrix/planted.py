"""Planted: what comes of a slip in a sound study: refused, shown, harmless, or silence."""

import random
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sweep.data.answers.likeness import same_key
from sweep.errors import ConfigError, DataError, UsageError
from sweep.words.text import fold
from tests.matrix.slips import Slip, plant
from tests.matrix.sound import Sound, make_sound, write_sound
from tests.project import Project

__all__ = ["End", "Outcome", "ends_of_slips", "plans_of_sound"]

type End = Literal["refused", "shown", "harmless", "silent"]

REFUSALS = (ConfigError, DataError, UsageError)
"""What ends with exit code 2 and a message."""


@dataclass(frozen=True)
class Planned:
    """What planning a study shows: its keys by outcome, what is told, and why it is refused."""

    keys: dict[str, tuple[str, str]]
    notices: list[str]
    refused: str | None = None


@dataclass(frozen=True)
class Outcome:
    """What came of one slip."""

    slip: Slip
    end: End
    told: list[str]


def planned(sound: Sound) -> Planned:
    """Plan a study in a folder of its own."""
    folder = Path(tempfile.mkdtemp(prefix="sound-"))
    try:
        project = Project(folder, {}, {"workers": 1})
        study = write_sound(sound, project)
        plan = Project(folder, study, {"workers": 1}).plan()[1]
        if plan.mistakes is not None:
            return Planned({}, [], str(plan.mistakes))
        keys = {e.name: (e.fit_key, e.key) for e in plan.entries if e.failure is None}
        notices = [str(n) for n in plan.record.notices]
        notices += [f"{e.name}: {e.failure}" for e in plan.entries if e.failure is not None]
        return Planned(keys, notices)
    except REFUSALS as error:
        return Planned({}, [], str(error))
    finally:
        shutil.rmtree(folder)


def plans_of_sound(count: int, seed: int) -> Iterator[tuple[Sound, Planned]]:
    """Yield random sound studies with their plans."""
    rng = random.Random(seed)
    for _ in range(count):
        sound = make_sound(rng)
        yield sound, planned(sound)


def ends_of_slips(count: int, seed: int, each: int = 4) -> Iterator[Outcome]:
    """Yield what comes of random slips, so many in each of some random sound studies."""
    rng = random.Random(seed)
    done = 0
    while done < count:
        sound = make_sound(rng)
        before = planned(sound)
        for _ in range(min(each, count - done)):
            slip = plant(sound, rng)
            yield judged(slip, before, planned(slip.sound))
            done += 1


def judged(slip: Slip, before: Planned, after: Planned) -> Outcome:
    """Return how a slip ended, by the plans without and with it."""
    if after.refused is not None:
        return Outcome(slip, "refused", [after.refused])
    if after.keys == before.keys:
        return Outcome(slip, "harmless", [])
    told = [line for line in after.notices if line not in before.notices]
    if slip.where == "name in survey":  # a question of another name is an outcome of another name
        told += [name for name in after.keys if name not in before.keys]
    return Outcome(slip, "shown" if any(names(line, slip) for line in told) else "silent", told)


def names(line: str, slip: Slip) -> bool:
    """Return whether a line names what was written, or what was to be written."""
    before, after = (set(map(fold, text.split("|"))) for text in (slip.before, slip.after))
    words = {same_key(word) for word in before ^ after if word}
    return any(word in line or repr(word)[1:-1] in line for word in words)
