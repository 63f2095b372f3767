"""The verb refuses what would change nothing, before it measures anything."""

from pathlib import Path

import pytest

from tests.cli.conftest import inside


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("one", "--workers", "2"), "--workers is for `sweep bench` with sweep or growth"),
        (("one", "--outcomes", "2"), "--outcomes is for `sweep bench` with sweep or growth"),
        (("sweep", "--engines", "ours"), "--engines is for `sweep bench` with one or a CONFIG"),
        (
            ("growth", "--repeats", "2"),
            "--repeats is for `sweep bench` with one, sweep or a CONFIG",
        ),
        (("own.yaml", "--respondents", "9"), "--respondents is for `sweep bench` with one, sweep"),
        (("one", "--engines", "zzz"), "there is no 'zzz'. There are ours, nuts, pymc"),
        (("one", "--json", "nowhere/x.json"), "there is no folder nowhere"),
        (("own.yaml",), "own.yaml"),
    ],
)
def test_what_does_not_fit_is_refused(
    arguments: tuple[str, ...], message: str, tmp_path: Path
) -> None:
    ended = inside("bench", *arguments, cwd=tmp_path)
    assert ended.code == 2
    assert message in ended.err
    assert not list(tmp_path.iterdir())
