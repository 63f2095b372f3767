"""Files: those a study names, on disk or in a bucket, found and digested.

A file in a bucket is downloaded once per version to this machine's cache, and then read like any
other. Its identity is the digest of its bytes: where it lies is in no key.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from sweep.config import Population, PopulationTable, Study
from sweep.errors import DataError, SweepError
from sweep.keys import bytes_digest, digest, sha256
from sweep.store.cache import file_kept, keep

__all__ = ["Sources", "sources_in"]

NAME_DIGITS = 12


@dataclass(frozen=True)
class Sources:
    """The files of a study, and the digests of their bytes.

    The population's are by key below ``study.population``, as `population_files` has them.
    """

    survey: Path
    population: Mapping[str, Path]
    covariates: Mapping[str, Path]
    digests: Mapping[str, str]

    def check_unchanged(self) -> None:
        """Check that what was read of these files is what was digested: to call after a read.

        Raises
        ------
        DataError
            If one has changed since: what was read would be kept under the key of other bytes.
        """
        paths = {"survey": self.survey}
        paths |= {below("population", key): path for key, path in self.population.items()}
        paths |= {f"covariates.{name}": path for name, path in self.covariates.items()}
        for name, path in paths.items():
            if digest_of(name, path) != self.digests[name]:
                msg = f"study.{name}.source: {path} changed while it was read: run again"
                raise DataError(msg)


def sources_in(study: Study, directory: Path) -> Sources:
    """Find a study's files, relative to its config's directory or in a bucket, and digest them.

    Raises
    ------
    DataError
        If one is missing.
    """
    population = population_files(study.population)
    names = {"survey": study.survey.source}
    names |= {below("population", key): source for key, source in population.items()}
    names |= {f"covariates.{name}": c.source for name, c in study.covariates.items()}
    paths: dict[str, Path] = {}
    digests: dict[str, str] = {}
    for name, source in names.items():
        try:
            paths[name] = fetch(source) if "://" in source else directory / source
        except SweepError as error:
            msg = f"study.{name}.source: {error}"
            raise DataError(msg) from error
        digests[name] = digest_of(name, paths[name])
    covariates = {name: paths[f"covariates.{name}"] for name in study.covariates}
    tables = {key: paths[below("population", key)] for key in population}
    return Sources(paths["survey"], tables, covariates, digests)


def below(section: str, key: str) -> str:
    """Return the key of something in a section, or the section's own."""
    return f"{section}.{key}" if key else section


def population_files(spec: Population) -> dict[str, str]:
    """Return the files that say who the population is, by key: ``margins.0``, ``seed``.

    The joint table's key is empty.
    """
    found = {"": spec.source, **{f"margins.{k}": m.source for k, m in enumerate(spec.margins)}}
    if isinstance(spec.seed, PopulationTable):
        found["seed"] = spec.seed.source
    return {key: source for key, source in found.items() if source is not None}


def digest_of(name: str, path: Path) -> str:
    """Return the digest of a source's bytes.

    Raises
    ------
    DataError
        If it cannot be read.
    """
    try:
        return bytes_digest(path.read_bytes())
    except OSError as error:
        msg = f"study.{name}.source: cannot read {path}: {error.strerror}"
        raise DataError(msg) from error


def fetch(url: str) -> Path:
    """Return the local copy of a file in a bucket, downloaded unless this version is here.

    Raises
    ------
    DataError
        If the bucket has no such file, or the URL's scheme is not ``s3``.
    StoreError, UsageError
        If the bucket cannot be read.
    """
    if not url.startswith("s3://"):
        msg = f"{url!r}: a source is a path, or s3://bucket/key"
        raise DataError(msg)
    from sweep.store.s3.client import Bucket
    from sweep.store.s3.store import split_url

    name, key = split_url(url)
    bucket = Bucket(name)
    head = bucket.head(key)
    stored = None
    if head is not None:
        version = digest([bucket.endpoint, name, key, head["ETag"], head["ContentLength"]])[:16]
        if (copy := file_kept(f"{version}-")) is not None:
            return copy
        stored = bucket.get(key, head["ETag"])
    if stored is None:
        msg = f"there is no {url} at {bucket.endpoint}, or it changed while it was read"
        raise DataError(msg)
    path = PurePosixPath(key)
    content = sha256(stored.data)[:NAME_DIGITS]
    return keep(f"{version}-{path.stem}-{content}{path.suffix}", stored.data)
