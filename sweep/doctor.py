"""Doctor: whether this machine can run sweeps, and what would decide its speed and its numbers."""

import shutil
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from sweep.errors import StoreError, SweepError
from sweep.store import Store, open_store
from sweep.store.cache import cache_root
from sweep.store.directory_root import exposure
from sweep.words.numbers import count_of

if TYPE_CHECKING:
    from sweep.config.batch import Batch

__all__ = ["CheckResult", "examine"]

OLDEST, NEWEST = (3, 12), (3, 14)
NEEDED = ("arviz", "numba", "numpy", "nutpie", "pandas", "pyarrow", "pydantic", "pymc", "xarray")
SCARCE = 1e9  # bytes of free disk below which a sweep with draws may not fit


@dataclass(frozen=True)
class CheckResult:
    """One thing looked at: ``state`` is ok, warn (it runs, but) or fail (it does not)."""

    name: str
    state: str
    found: str


def examine(store: str | Path | None, batch: "Batch | None" = None) -> list[CheckResult]:
    """Look at everything; ``store`` is the one to look at, None for the working directory.

    With ``batch``, the config's section of that name, also at every step to a job of AWS Batch.
    """
    on_s3 = str(store).startswith("s3://")
    needed = (*NEEDED, "boto3") if on_s3 or batch is not None else NEEDED
    found = [python(), *(package(name) for name in needed), processor(), kernels()]
    if on_s3:
        found += [*bucket(str(store)), disk(cache_root())]
    with place_for(store) as opened:
        if not on_s3:
            found += [conditional_writes(opened), privacy(opened), disk(Path(store or Path.cwd()))]
        if batch is not None:
            found += steps_to_batch(batch, opened)
    return found


def steps_to_batch(batch: "Batch", store: Store) -> list[CheckResult]:
    """Look at credentials, queues, compute environments, job definition and logs."""
    from sweep.backends.batch.checks import checks

    return [CheckResult(*found) for found in checks(batch, store.url)]


@contextmanager
def place_for(store: str | Path | None) -> Iterator[Store]:
    """Open the store, or one in the working directory that is gone afterwards."""
    if store is not None:
        yield open_store(store)
        return
    with tempfile.TemporaryDirectory(dir=Path.cwd(), prefix=".sweep-doctor-") as folder:
        yield open_store(folder)


def python() -> CheckResult:
    """Look at the interpreter."""
    fits = OLDEST <= sys.version_info[:2] <= NEWEST
    found = f"{sys.version.split()[0]} ({sys.executable})"
    return CheckResult(
        "python", "ok" if fits else "fail", found if fits else f"{found}: need 3.12-3.14"
    )


def package(name: str) -> CheckResult:
    """Look for a package."""
    try:
        return CheckResult(name, "ok", version(name))
    except PackageNotFoundError:
        return CheckResult(name, "fail", "not installed: install modelsweep again")


def processor() -> CheckResult:
    """Look at the processor: its class enters the keys of fits."""
    from sweep.backends.pool import cores
    from sweep.toolchain import BLAS, cpu_class

    kind, count = cpu_class(), cores()
    found = f"{kind}, {count_of(count, 'core')} for this process"
    if kind in BLAS:
        return CheckResult("processor", "ok", found)
    return CheckResult("processor", "warn", f"{found}; bytes are only promised on x86-64-v3 and v4")


def kernels() -> CheckResult:
    """Look for the compiled kernels."""
    from sweep.worker.environment import cache_directory
    from sweep.worker.private import possible_writers

    directory = cache_directory()
    if directory.exists() and (why := possible_writers(directory)) is not None:
        return CheckResult("compiled kernels", "fail", f"{why}: chmod go-w, or set SWEEP_CACHE")
    if (directory / "ready").exists():
        return CheckResult("compiled kernels", "ok", str(directory))
    return CheckResult("compiled kernels", "ok", f"none yet: the first run compiles to {directory}")


def conditional_writes(store: Store) -> CheckResult:
    """Look whether the store keeps its one promise: the first writer wins."""
    name = f"doctor/{uuid.uuid4().hex}"
    try:
        first, second = store.put_new(name, b"1"), store.put_new(name, b"2")
        kept = store.get(name) == b"1"
        store.delete(name)
    except StoreError as error:
        return CheckResult("store", "fail", str(error))
    if first and not second and kept:
        return CheckResult("store", "ok", f"{store.url}: the first writer wins")
    return CheckResult("store", "fail", f"{store.url}: a second writer replaced the first")


def privacy(store: Store) -> CheckResult:
    """Look who else can come at a store in a directory: it holds cells of single persons."""
    found = exposure(store.url)
    if found is None:
        return CheckResult("privacy", "ok", f"{store.url}: yours alone")
    return CheckResult("privacy", "warn", found.words)


def bucket(url: str) -> list[CheckResult]:
    """Look at a store on S3: whose credentials, whether it can be reached, what it promises."""
    try:
        from sweep.store.s3.connection import credentials_source
        from sweep.store.s3.probe import probe
        from sweep.store.s3.store import open_s3

        store = open_s3(url)
        source = credentials_source()
        if source is None:
            found = "none: set AWS_PROFILE or AWS_ACCESS_KEY_ID, or use a role"
            return [CheckResult("credentials", "fail", found)]
        told = [CheckResult("credentials", "ok", f"from {source}")]
        next(store.bucket.objects(f"{store.prefix}runs/"), None)
        told.append(CheckResult("bucket", "ok", f"{store.url} at {store.bucket.endpoint}"))
        probe(store.bucket, store.prefix)  # anew, whatever is remembered
    except SweepError as error:
        return [CheckResult("store", "fail", str(error))]
    return [*told, conditional_writes(store)]


def disk(path: Path) -> CheckResult:
    """Look at the free disk space."""
    there = next(p for p in (path.resolve(), *path.resolve().parents) if p.exists())
    free = shutil.disk_usage(there).free
    found = f"{free / 1e9:.1f} GB free at {there}"
    return CheckResult("disk", "ok" if free > SCARCE else "warn", found)
