"""Damage of every kind of stored file is seen before anything is parsed."""

import json
import random
import sys
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from sweep.artifacts.artifact import read
from sweep.artifacts.blobs import blob_place, get_blob
from sweep.artifacts.contents import design_from, get_draws, get_sums
from sweep.artifacts.manifest import LAYOUT
from sweep.artifacts.tasks import read_task
from sweep.errors import CorruptArtifact
from sweep.estimates.formats import from_parquet
from sweep.journal.failures import PastFailure, failure_of, failure_place, remember_failure
from sweep.journal.runs import plan_of, plan_place
from sweep.keys import sha256
from sweep.store import Store
from tests.client.test_resume import stubs
from tests.project import project_in
from tests.support.here import swept_here

FAILED = "f" * 40


@dataclass(frozen=True)
class Sample:
    """A store with every kind of file, its run, and how each kind is read: (kind, key, reader)."""

    store: Store
    run: str
    readers: dict[str, Callable[[str], object]]
    files: list[tuple[str, str, str]]
    """Kind, key and name of each file that can be damaged."""


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    project = project_in(tmp_path_factory.mktemp("sample") / "project")
    store, run = swept_here(project, stubs(project, 3))
    remember_failure(store, FAILED, PastFailure("model", "m", "q00"))
    remember_failure(store, "e" * 40, PastFailure("data", "n", "q01"))
    plan = plan_of(store, run)
    readers: dict[str, Callable[[str], object]] = {
        "design": lambda key: design_from(read(store, "design", key)),
        "counts": lambda key: get_sums(store, key),
        "fit": lambda key: get_draws(store, key),
        "estimates": lambda key: from_parquet(
            read(store, "estimates", key).payload["estimates.parquet"]
        ),
        "report": lambda key: read(store, "report", key),
        "task": lambda key: read_task(store, key),
        "plan": lambda key: plan_of(store, key),
        "blob": lambda key: get_blob(store, key),
        "failure": lambda key: failure_of(store, key),
    }
    tasks = [entry.key for entry in plan.entries]
    files = [("task", key, f"tasks/{key}.json") for key in tasks]
    files += [("failure", key, failure_place(key)) for key in (FAILED, "e" * 40)]
    files += [("plan", run, plan_place(run))]
    files += [("blob", plan.model_blob, blob_place(plan.model_blob))]
    for kind, folder in LAYOUT.items():
        files += [(kind, name.split("/")[1], name) for name in store.list(f"{folder}/")]
    return Sample(store, run, readers, files)


@dataclass
class Parsers:
    """What every parser was given, while this is watched."""

    given: set[str] = field(default_factory=set)
    calls: Counter[str] = field(default_factory=Counter)

    def note(self, parser: str, data: Any) -> None:
        """Take note of the bytes that a parser was handed, in whatever wrapping."""
        if not isinstance(data, str | bytes):
            file, data = data, data.read()
            file.seek(0)
        self.calls[parser] += 1
        self.given.add(sha256(data.encode() if isinstance(data, str) else data))


@contextmanager
def watched() -> Iterator[Parsers]:
    """Note what JSON, zip and Parquet are given to parse, all through the program."""
    parsers, patch = Parsers(), pytest.MonkeyPatch()
    loads, opened, parquet = json.loads, zipfile.ZipFile.__init__, pq.read_table

    def noted_loads(data: Any, *rest: Any, **options: Any) -> Any:
        parsers.note("json", data)
        return loads(data, *rest, **options)

    def noted_zip(self: Any, file: Any, *rest: Any, **options: Any) -> None:
        parsers.note("zip", file)
        opened(self, file, *rest, **options)

    def noted_parquet(source: Any, *rest: Any, **options: Any) -> Any:
        parsers.note("parquet", source)
        return parquet(source, *rest, **options)

    with patch.context() as context:
        context.setattr(json, "loads", noted_loads)
        context.setattr(zipfile.ZipFile, "__init__", noted_zip)
        context.setattr(pq, "read_table", noted_parquet)
        yield parsers


def damages(whole: bytes, others: list[bytes], chance: random.Random) -> tuple[str, bytes]:
    """Return a kind of damage, and bytes damaged like that."""
    how = chance.choice(["flip", "flip", "truncate", "swap"])
    if how == "flip" and whole:
        at = chance.randrange(len(whole))
        return how, whole[:at] + bytes([whole[at] ^ (1 << chance.randrange(8))]) + whole[at + 1 :]
    if how == "truncate" and whole:
        return how, whole[: chance.randrange(len(whole))]
    return "swap", chance.choice([other for other in others if other != whole])


def told_of(reader: Callable[[str], object], key: str) -> str:
    """Return what a reader says of damage; nothing if it serves what it read."""
    try:
        reader(key)
    except CorruptArtifact as error:
        return str(error)
    return ""


def strike(sample: Sample, times: int, seed: int) -> tuple[Counter[tuple[str, str]], list[str]]:
    """Damage files at random, one at a time; return what was detected, and what was not.

    A parser may be given nothing but bytes that were written as they are: those of a swapped record
    have their own right digest, and its content says that it belongs elsewhere.
    """
    root, chance = Path(sample.store.url), random.Random(seed)
    content = {name: sample.store.get(name) for _, _, name in sample.files}
    kinds = sorted(sample.readers)
    seen: Counter[tuple[str, str]] = Counter()
    served: list[str] = []
    with watched() as parsers:
        for kind, key, _ in sample.files:
            sample.readers[kind](key)
        sound = set(parsers.given)
        assert {"json", "zip", "parquet"} == set(parsers.calls)  # the watch works
        for _ in range(times):
            kind = chance.choice(kinds)
            _, key, name = chance.choice([file for file in sample.files if file[0] == kind])
            how, changed = damages(content[name], list(content.values()), chance)
            (root / name).write_bytes(changed)
            told = told_of(sample.readers[kind], key)
            if name in told:
                seen[kind, how] += 1
            else:
                served.append(f"{how} {name}: {told}")
            (root / name).write_bytes(content[name])
        assert set() == parsers.given - sound
    return seen, served


def test_every_flip_cut_and_swap_is_detected_before_it_is_parsed(sample: Sample) -> None:
    seen, served = strike(sample, 1000, seed=4)
    assert [] == served
    assert 1000 == seen.total()
    assert set(sample.readers) == {kind for kind, _ in seen}


@pytest.mark.slow
def test_ten_thousand_flips_cuts_and_swaps_are_all_detected(sample: Sample) -> None:
    seen, served = strike(sample, 10_000, seed=5)
    sys.stdout.write(
        "".join(f"{kind:10} {how:9} {n:5}\n" for (kind, how), n in sorted(seen.items()))
    )
    assert [] == served
    assert 10_000 == seen.total()
    assert {"flip", "truncate", "swap"} == {how for _, how in seen}
