"""Files: those a study names, on disk or in a bucket, found and digested.

A file in a bucket is downloaded once per version to this machine's cache, and then read like any
other. Its identity is the digest of its bytes: where it lies is in no key.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from sweep.config import (
    CovariateTable,
    Population,
    PopulationMargin,
    PopulationTable,
    Study,
    Survey,
)
from sweep.errors import DataError, SweepError
from sweep.keys import digest, file_digest, sha256
from sweep.sources.contents import content_digest
from sweep.sources.several import glob_paths
from sweep.sources.source import Source, source_of_file
from sweep.store.cache import file_kept, keep

__all__ = ["PopulationSpec", "Sources", "parts_of", "population_tables", "sources_in"]

NAME_DIGITS = 12

type PopulationSpec = Population | PopulationMargin | PopulationTable
"""A section that says who the population is, by a table."""

type TableSpec = Survey | CovariateTable | PopulationSpec
"""A section of a config that names a table."""


@dataclass(frozen=True)
class Sources:
    """The tables of a study, and the digests of their bytes, by key below ``study``.

    The population's are by key below ``study.population``, as `population_tables` has them.
    """

    survey: Source
    population: Mapping[str, Source]
    covariates: Mapping[str, Source]
    digests: Mapping[str, str]

    def every(self) -> dict[str, Source]:
        """Return all tables, by key below ``study``."""
        found = {"survey": self.survey}
        found |= {below("population", key): own for key, own in self.population.items()}
        return found | {f"covariates.{name}": own for name, own in self.covariates.items()}

    def check_unchanged(self) -> None:
        """Check that what was read of these files is what was digested: to call after a read.

        Raises
        ------
        DataError
            If one has changed since: what was read would be kept under the key of other bytes.
        """
        for name, source in self.every().items():
            # what a query gave is in memory: it was asked once
            if source.given is None and digest_of(name, source) != self.digests[name]:
                msg = f"study.{name}.source: {source} changed while it was read: run again"
                raise DataError(msg)


def sources_in(study: Study, directory: Path) -> Sources:
    """Find a study's files, relative to its config's directory or in a bucket, and digest them.

    Raises
    ------
    DataError
        If one is missing.
    """
    population = {
        key: source_at(below("population", key), spec, directory)
        for key, spec in population_tables(study.population).items()
    }
    covariates = {
        name: source_at(f"covariates.{name}", spec, directory)
        for name, spec in study.covariates.items()
    }
    found = Sources(source_at("survey", study.survey, directory), population, covariates, {})
    digests = {name: digest_of(name, source) for name, source in found.every().items()}
    return replace(found, digests=digests)


def source_at(name: str, spec: TableSpec, directory: Path) -> Source:
    """Return the table that a section names.

    Raises
    ------
    DataError
        If a pattern matches no file, or a file in a bucket is not there.
    """
    if spec.source is None:
        return given_table(name, spec, directory)
    written = spec.source
    try:
        files = [fetch(written)] if "://" in written else glob_paths(written, directory)
        whole = [part for file in files for part in parts_of(file)]
    except SweepError as error:
        msg = f"study.{name}.source: {error}"
        raise DataError(msg) from error
    source = source_of_file(tuple(files), spec)
    return replace(source, bytes_of=tuple(whole))


def given_table(name: str, spec: TableSpec, directory: Path) -> Source:
    """Return the table that a query or a data set gives: it is read here, once.

    Raises
    ------
    DataError, UsageError
        If it cannot be read, or the package that reads it is not there.
    """
    from sweep.sources.rdatasets import read as read_dataset
    from sweep.sources.sql import query_of
    from sweep.sources.sql import read as read_query

    try:
        if spec.query is None:
            reading = read_dataset(str(spec.dataset), None)
        else:
            asked = spec.query
            query = query_of(asked.sql, asked.database, asked.database_env, directory, os.environ)
            reading = read_query(query, None)
    except DataError as error:
        msg = f"study.{name}: {error}"
        raise DataError(msg) from error
    return replace(source_of_file((), spec), given=reading)


def parts_of(file: Path) -> tuple[Path, ...]:
    """Return the files that make one table: of Triple-S, the definitions and the data."""
    if file.suffix.lower() not in {".xml", ".sss"}:
        return (file,)
    from sweep.sources.triple_s import files

    return files(file)


def below(section: str, key: str) -> str:
    """Return the key of something in a section, or the section's own."""
    return f"{section}.{key}" if key else section


def population_tables(spec: Population) -> dict[str, PopulationSpec]:
    """Return the sections that say by a file who the population is, by key: ``margins.0``.

    The joint table's key is empty.
    """
    found: dict[str, PopulationSpec] = {} if spec.estimated else {"": spec}
    found |= {f"margins.{k}": m for k, m in enumerate(spec.margins) if m.table_name is not None}
    return found | ({"seed": spec.seed} if isinstance(spec.seed, PopulationTable) else {})


def digest_of(name: str, source: Source) -> str:
    """Return the digest of a source's bytes; of several files, that of their digests in order.

    Raises
    ------
    DataError
        If it cannot be read.
    """
    if source.given is not None:
        return content_digest(source.given)
    digests = []
    for path in source.bytes_of:
        try:
            digests.append(file_digest(path))
        except OSError as error:
            msg = f"study.{name}.source: cannot read {path}: {error.strerror}"
            raise DataError(msg) from error
    return digests[0] if len(digests) == 1 else digest(digests)


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
