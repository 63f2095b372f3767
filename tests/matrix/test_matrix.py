"""Every kind of what goes wrong, in every format that can hold it, is right or told."""

import re

import pytest

from sweep.errors import ConfigError, DataError, UsageError
from tests.cli.conftest import inside
from tests.matrix.coding import CODING
from tests.matrix.frames import FRAMES
from tests.matrix.kinds import Kind, Refused, clean_keys, keys, write_kind
from tests.matrix.names import NAMES
from tests.matrix.reading import READING
from tests.project import Project

KINDS = (*READING, *CODING, *FRAMES, *NAMES)
REFUSALS = (ConfigError, DataError, UsageError)
"""What ends with exit code 2 and a message."""


def come_as_they_must(kind: Kind, suffix: str, project: Project) -> None:
    study = write_kind(kind, suffix, project)
    if isinstance(kind.comes, Refused):
        with pytest.raises(REFUSALS) as caught:
            keys(project, study)
        message = str(caught.value)
        assert [] == [part for part in kind.comes.told if part not in message], message
        assert re.search(r"study\.|\.(csv|parquet|sav|dta|xlsx)\b", message), message
        return
    found, notices = keys(project, study)
    told = "\n".join(notices)
    assert [] == [part for part in kind.comes.told if part not in told], told
    assert clean_keys(kind) == found, told


def test_there_are_a_hundred_kinds_each_of_its_own_name() -> None:
    assert 100 <= len({kind.name for kind in KINDS}) == len(KINDS)


QUICK = KINDS[::3]
REST = [(kind, suffix) for kind in KINDS for suffix in kind.formats]
REST = [(kind, suffix) for kind, suffix in REST if kind not in QUICK or suffix != kind.formats[0]]


@pytest.mark.parametrize("kind", QUICK, ids=lambda kind: kind.name)
def test_each_kind_is_right_or_told(kind: Kind, project: Project) -> None:
    come_as_they_must(kind, kind.formats[0], project)


@pytest.mark.slow  # a minute
@pytest.mark.parametrize(
    ("kind", "suffix"), REST, ids=[f"{kind.name} {suffix[1:]}" for kind, suffix in REST]
)
def test_so_it_is_in_every_format_that_can_hold_it(
    kind: Kind, suffix: str, project: Project
) -> None:
    come_as_they_must(kind, suffix, project)


@pytest.mark.slow  # 20 seconds
@pytest.mark.parametrize(
    "kind",
    [kind for kind in KINDS if isinstance(kind.comes, Refused)],
    ids=lambda kind: kind.name,
)
def test_what_is_refused_ends_the_command_with_exit_code_2(kind: Kind, project: Project) -> None:
    study = write_kind(kind, kind.formats[0], project)
    text = Project(project.directory, study, project.execution).text()
    (project.directory / "sweep.yaml").write_text(text)
    ended = inside("check", "sweep.yaml", cwd=project.directory)
    assert 2 == ended.code, ended.out
    assert [] == [part for part in kind.comes.told if part not in ended.err], ended.err
    assert "Traceback" not in ended.err
