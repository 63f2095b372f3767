"""The compiled kernels survive the way into a layer of an image and out of it."""

import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SECOND = 1_700_000_000
LOAD = """
import sys
import sweep.toolchain
sweep.toolchain.cpu_class = lambda: sys.argv[1]
from sweep.worker.environment import warm_environment
import os, subprocess
environment = warm_environment()
done = subprocess.run([sys.executable, "-m", "sweep.worker", "--compile"], env=environment)
sys.exit(done.returncode)
"""


def run(home: Path, source: Path, *command: str) -> str:
    """Run Python with the package and the cache of the image; return what it prints."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("NUMBA", "XDG"))}
    environment |= {"HOME": str(home), "PYTHONPATH": str(source), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, *command],
        env=environment,
        cwd=home,
        capture_output=True,
        text=True,
        check=False,
    )
    assert 0 == done.returncode, done.stderr
    return done.stdout


def files(cache: Path) -> dict[str, bytes]:
    return {str(p.relative_to(cache)): p.read_bytes() for p in cache.rglob("*") if p.is_file()}


@pytest.mark.slow
def test_a_job_compiles_nothing_that_the_image_has(tmp_path: Path) -> None:
    if "x86_64" != os.uname().machine:
        pytest.skip("the image is for x86-64")
    image, home = tmp_path / "opt", tmp_path / "home"
    home.mkdir()
    shutil.copytree(ROOT / "sweep", image / "sweep", ignore=shutil.ignore_patterns("__pycache__"))
    for path in image.rglob("*.py"):
        os.utime(path, (SECOND, SECOND))  # as the Dockerfile does
    told = run(home, image, str(ROOT / "infra" / "compile_kernels.py"))
    cache = home / ".cache" / "modelsweep" / "numba"
    places = {Path(line.partition(": ")[2]) for line in told.splitlines()}
    assert {"x86-64-v3", "x86-64-v4"} == {x.partition(":")[0] for x in told.splitlines()}
    assert places == {p.parent for p in cache.rglob("ready")}
    built = files(cache)

    archive = tmp_path / "layer.tar"  # times in whole seconds, as in a layer
    with tarfile.open(archive, "w", format=tarfile.USTAR_FORMAT) as layer:
        layer.add(image, "opt")
        layer.add(home, "home")
    shutil.rmtree(image)
    shutil.rmtree(home)
    with tarfile.open(archive) as layer:
        layer.extractall(tmp_path, filter="fully_trusted")

    for kind in ("x86-64-v3", "x86-64-v4"):
        run(home, image, "-c", LOAD, kind)
    assert built == files(cache)


@pytest.mark.slow
def test_times_with_fractions_would_compile_again(tmp_path: Path) -> None:
    image = tmp_path / "opt"
    shutil.copytree(ROOT / "sweep", image / "sweep", ignore=shutil.ignore_patterns("__pycache__"))
    ask = "from sweep.worker.environment import cache_directory; print(cache_directory())"
    found = []
    for nanoseconds in (SECOND * 10**9 + 1, SECOND * 10**9):
        for path in image.rglob("*.py"):
            os.utime(path, ns=(nanoseconds, nanoseconds))
        found.append(run(tmp_path, image, "-c", ask))
    assert found[0] != found[1]
