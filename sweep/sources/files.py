"""Files: those a study names, on disk or in a bucket, found and digested.

A file in a bucket is downloaded once per version to this machine's cache, and then read like any
other. Its identity is the digest of its bytes: where it lies is in no key.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from sweep.config import (
    CovariateTable,
    LookupTable,
    Population,
    PopulationMargin,
    PopulationTable,
    Study,
    Survey,
)
from sweep.data.findings import Findings, KeyPath, MistakeAt
from sweep.data.rules import lookup_tables
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

type TableSpec = Survey | CovariateTable | LookupTable | PopulationSpec
"""A section of a config that names a table."""


@dataclass(frozen=True)
class Sources:
    """The tables of a study, and the digests of their bytes, by key below ``study``.

    The population's are by key below ``study.population``, as `population_tables` has them, those
    in which variables are looked up by key below ``study``.
    """

    survey: Source
    population: Mapping[str, Source]
    covariates: Mapping[str, Source]
    digests: Mapping[str, str]
    lookups: Mapping[str, Source] = field(default_factory=dict)

    def every(self) -> dict[str, Source]:
        """Return all tables, by key below ``study``."""
        found = {"survey": self.survey}
        found |= {below("population", key): own for key, own in self.population.items()}
        found |= {f"covariates.{name}": own for name, own in self.covariates.items()}
        return {**found, **self.lookups}

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


def sources_in(study: Study, directory: Path, findings: Findings | None = None) -> Sources:
    """Find a study's files, relative to its config's directory or in a bucket, and digest them.

    Raises
    ------
    DataError
        If one is missing; of several, the ``findings`` tell all.
    """
    found = Findings() if findings is None else findings
    specs: dict[KeyPath, TableSpec] = {("survey",): study.survey}
    tables = {parts_of_key(k): own for k, own in population_tables(study.population).items()}
    specs |= {("population", *parts): own for parts, own in tables.items()}
    specs |= {("covariates", name): own for name, own in study.covariates.items()}
    specs |= {path[1:]: own for path, own in lookup_tables(study).items()}
    made: dict[KeyPath, Source] = {}
    for path, spec in specs.items():
        with found.at("study", *path):
            made[path] = source_at(path, spec, directory)
    digests = {}
    for path, source in made.items():
        with found.at("study", *path):
            digests[words(path)] = digest_of(words(path), source)
    if found.mistakes and findings is None:
        raise DataError("\n".join(map(str, found.mistakes)))
    found.stop_if_mistaken()
    people = population_tables(study.population)
    return Sources(
        made["survey",],
        {key: made["population", *parts_of_key(key)] for key in people},
        {name: made["covariates", name] for name in study.covariates},
        digests,
        {words(path[1:]): made[path[1:]] for path in lookup_tables(study)},
    )


def words(path: KeyPath) -> str:
    """Return a config key in words."""
    return ".".join(map(str, path))


def parts_of_key(key: str) -> KeyPath:
    """Return the path that a key of a population's table is, such as ``margins.0``."""
    return tuple(int(part) if part.isdigit() else part for part in key.split(".") if part)


def source_at(path: KeyPath, spec: TableSpec, directory: Path) -> Source:
    """Return the table that a section names; ``path`` is its key below ``study``.

    Raises
    ------
    MistakeAt
        If a pattern matches no file, or a file in a bucket is not there.
    """
    if spec.source is None:
        return given_table(path, spec, directory)
    written = spec.source
    try:
        files = [fetch(written)] if "://" in written else glob_paths(written, directory)
        whole = [part for file in files for part in parts_of(file)]
    except DataError as error:
        raise MistakeAt(("study", *path, "source"), str(error)) from error
    except SweepError as error:
        msg = f"study.{words(path)}.source: {error}"
        raise DataError(msg) from error
    source = source_of_file(tuple(files), spec)
    return replace(source, bytes_of=tuple(whole))


def given_table(path: KeyPath, spec: TableSpec, directory: Path) -> Source:
    """Return the table that a query or a data set gives: it is read here, once.

    Raises
    ------
    MistakeAt, UsageError
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
        key = "query" if spec.query is not None else "dataset"
        raise MistakeAt(("study", *path, key), str(error)) from error
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
    MistakeAt
        If it cannot be read.
    """
    if source.given is not None:
        return content_digest(source.given)
    digests: list[str] = []
    for path in source.bytes_of:
        try:
            digests.append(file_digest(path))
        except OSError as error:
            msg = f"cannot read {path}: {error.strerror}"
            raise MistakeAt(("study", *parts_of_key(name), "source"), msg) from error
    refuse_copies(("study", *parts_of_key(name), "source"), source, digests)
    return digests[0] if len(digests) == 1 else digest(digests)


def refuse_copies(path: KeyPath, source: Source, digests: list[str]) -> None:
    """Refuse a file that is another's copy: everybody in it would be there twice.

    Raises
    ------
    MistakeAt
        With both. Tables of several files are alike if all of these are.
    """
    by_path = dict(zip(source.bytes_of, digests, strict=True))
    seen: dict[tuple[str, ...], Path] = {}
    for file in source.files if len(source.files) > 1 else ():
        whole = tuple(by_path[part] for part in parts_of(file))
        if whole in seen:
            msg = (
                f"{file.name} is a copy of {seen[whole].name}, and everybody in it would be counted"
                f" twice: remove one of the two, or write a pattern that leaves it out"
            )
            raise MistakeAt(path, msg)
        seen[whole] = file


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
