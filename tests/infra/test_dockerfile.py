"""The image: pinned, linted, not root, and holding what it is made of and nothing else."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCKERFILE = ROOT / "infra" / "Dockerfile"
SECRETS = re.compile(r"AKIA|ASIA|(?i:password|passwd|secret|token|access_key)\s*[=:]")


@pytest.fixture(scope="module")
def instructions() -> list[tuple[str, str]]:
    """Return each instruction and its arguments, comments and line breaks gone."""
    lines = [x for x in DOCKERFILE.read_text("utf-8").splitlines() if not x.startswith("#")]
    whole = re.sub(r"\\\n\s*", "", "\n".join(lines))
    return [(w, r) for w, _, r in (x.partition(" ") for x in whole.splitlines() if x)]


def of(instructions: list[tuple[str, str]], word: str) -> list[str]:
    return [rest for found, rest in instructions if found == word]


def test_the_dockerfile_has_no_lint() -> None:
    hadolint = shutil.which("hadolint", path=str(ROOT / ".venv/bin")) or shutil.which("hadolint")
    if hadolint is None:
        pytest.skip("hadolint is not here")
    told = subprocess.run([hadolint, DOCKERFILE], capture_output=True, text=True, check=False)
    assert (0, "") == (told.returncode, told.stdout + told.stderr)


def test_every_stage_starts_from_one_digest(instructions: list[tuple[str, str]]) -> None:
    assert ["${BASE} AS build", "${BASE}"] == of(instructions, "FROM")
    (base,) = [a for a in of(instructions, "ARG") if a.startswith("BASE=")]
    assert re.fullmatch(r"BASE=docker\.io/library/python:3\.13\S*@sha256:[0-9a-f]{64}", base)


def test_the_base_has_the_python_of_the_project(instructions: list[tuple[str, str]]) -> None:
    wanted = (ROOT / ".python-version").read_text("utf-8").strip()
    assert f"python:{wanted}." in of(instructions, "ARG")[0]
    assert any(f"/lib/python{wanted}/" in run for run in of(instructions, "RUN"))


def test_packages_come_from_the_lock_without_those_for_development(
    instructions: list[tuple[str, str]],
) -> None:
    syncs = [r for run in of(instructions, "RUN") for r in run.split("&&") if "uv sync" in r]
    assert 2 == len(syncs)
    for sync in syncs:
        assert {"--locked", "--no-dev"} <= set(sync.split())
        assert "--extra aws --extra ray" in sync
    assert "--no-editable" in syncs[-1]


def test_what_installs_is_pinned_by_digest(instructions: list[tuple[str, str]]) -> None:
    (pip,) = [run for run in of(instructions, "RUN") if "pip install" in run]
    assert "--require-hashes" in pip
    lines = (ROOT / "infra" / "uv.txt").read_text("utf-8").splitlines()
    (pin,) = [line for line in lines if not line.startswith("#")]
    assert re.fullmatch(r"uv==[\d.]+ --hash=sha256:[0-9a-f]{64}", pin)


def test_it_does_not_run_as_root_and_the_cache_is_made_by_its_user(
    instructions: list[tuple[str, str]],
) -> None:
    words = [word for word, _ in instructions]
    last = len(words) - 1 - words[::-1].index("FROM")
    users = [(i, rest) for i, (word, rest) in enumerate(instructions) if word == "USER"]
    assert ["1000:1000"] == [rest for i, rest in users if i > last]
    (compiled,) = [i for i, (w, r) in enumerate(instructions) if w == "RUN" and "compile_k" in r]
    assert users[-1][0] < compiled


def test_the_sources_times_are_whole_before_anything_is_compiled(
    instructions: list[tuple[str, str]],
) -> None:
    (run,) = [run for run in of(instructions, "RUN") if "touch" in run]
    order = [run.index(word) for word in ("--no-editable", "touch --date=@", "compileall")]
    assert sorted(order) == order
    assert "-path '*/site-packages/sweep/*'" in run


def test_the_command_is_free_for_batch_and_ray(instructions: list[tuple[str, str]]) -> None:
    assert [] == of(instructions, "ENTRYPOINT")
    assert ['["sweep", "--help"]'] == of(instructions, "CMD")


def test_no_secret_enters_the_image(instructions: list[tuple[str, str]]) -> None:
    assert not [rest for _, rest in instructions if SECRETS.search(rest)]
    assert [] == of(instructions, "ADD")


def test_the_context_holds_what_is_copied_and_nothing_else(
    instructions: list[tuple[str, str]],
) -> None:
    copied = {
        source
        for rest in of(instructions, "COPY")
        if not rest.startswith("--from")
        for source in rest.split()[:-1]
    }
    lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert "*" == rules[0]
    assert copied == {rule[1:] for rule in rules if rule.startswith("!")}
    assert not [source for source in copied if not (ROOT / source).exists()]


def test_all_that_the_package_is_built_from_is_copied(instructions: list[tuple[str, str]]) -> None:
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    hook = (ROOT / "hatch_build.py").read_text("utf-8")
    copied = {s for rest in of(instructions, "COPY") for s in rest.split()[:-1]}
    assert (
        set(re.findall(r'^(?:readme = |license-files = \[)"(\w+(?:\.md)?)"', text, re.M)) <= copied
    )
    assert {"models", "configs", "hatch_build.py"} <= copied
    assert '("models", "configs")' in hook
