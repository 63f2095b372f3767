"""Machine code is run from a folder of one's own, into which nobody else can put any."""

import os
import stat
from pathlib import Path

import pytest

from sweep.doctor import kernels
from sweep.errors import UsageError
from sweep.worker import private
from sweep.worker.environment import cache_directory, warm_environment
from sweep.worker.private import make_private, possible_writers, refuse_shared


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "cache" / "numba" / "key"
    make_private(made)
    (made / "kernels").mkdir(mode=0o755)
    (made / "kernels" / "code.nbc").write_bytes(b"")
    return made


def test_a_new_cache_is_the_users_alone(folder: Path) -> None:
    assert [0o700, 0o700] == [stat.S_IMODE(p.stat().st_mode) for p in (folder, folder.parent)]
    refuse_shared(folder)


@pytest.mark.parametrize("name", [".", "..", "../..", "kernels", "kernels/code.nbc"])
def test_a_cache_that_others_may_write_to_is_refused(folder: Path, name: str) -> None:
    place = (folder / name).resolve()
    place.chmod(place.stat().st_mode | stat.S_IWOTH)
    with pytest.raises(UsageError, match=r"others may write to .* SWEEP_CACHE"):
        refuse_shared(folder)
    assert str(place) in str(possible_writers(folder))


def test_a_group_may_write_only_if_it_is_the_users_own(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.chmod(0o770)
    monkeypatch.setattr(private, "is_own_group", lambda gid: True)
    refuse_shared(folder)
    monkeypatch.setattr(private, "is_own_group", lambda gid: False)
    with pytest.raises(UsageError, match="mode 770"):
        refuse_shared(folder)


@pytest.mark.parametrize("name", ["..", "../..", "../../.."])
def test_a_group_that_may_write_on_the_way_could_put_another_folder_there(
    folder: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    place = (folder / name).resolve()
    place.chmod(0o770)
    monkeypatch.setattr(private, "is_own_group", lambda gid: True)
    refuse_shared(folder)
    monkeypatch.setattr(private, "is_own_group", lambda gid: False)
    with pytest.raises(UsageError, match=rf"others may write to {place} \(mode 770\)"):
        refuse_shared(folder)
    place.chmod(0o1770)  # sticky: what is there stays there
    refuse_shared(folder)


def test_a_cache_of_another_user_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    if os.getuid() == 0:
        os.chown(folder, 54321, 54321)
    with pytest.raises(UsageError, match="belongs to another user"):
        refuse_shared(folder)


def test_no_worker_starts_from_a_cache_of_others_and_the_doctor_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SWEEP_CACHE", str(tmp_path / "cache"))
    make_private(cache_directory())
    (cache_directory() / "ready").touch()
    warm_environment()
    assert "ok" == kernels().state
    cache_directory().chmod(0o777)
    with pytest.raises(UsageError, match="would run as yours"):
        warm_environment()
    assert "fail" == kernels().state
