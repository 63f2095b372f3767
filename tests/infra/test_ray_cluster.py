"""The Ray cluster: valid for Ray's launcher, and saying what the documentation says."""

import copy
import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from sweep.config.execution import Ray
from tests.infra.families import CLASSES
from tests.support import sites

ROOT = Path(__file__).parents[2]
HEALTH = {f"RAY_{name}": str(value) for name, value in sites.HEALTH.items()}


@pytest.fixture(scope="module")
def cluster() -> dict[str, Any]:
    loaded: dict[str, Any] = YAML(typ="safe").load(ROOT / "infra" / "ray" / "cluster.yaml")
    return loaded


@pytest.fixture(scope="module")
def page() -> str:
    return (ROOT / "docs" / "ray.md").read_text("utf-8")


def variables(cluster: dict[str, Any]) -> dict[str, str]:
    options = [o.removeprefix("--env ") for o in cluster["docker"]["run_options"]]
    return dict(o.split("=", 1) for o in options if "=" in o)


def test_the_launcher_of_ray_takes_it(cluster: dict[str, Any]) -> None:
    util = pytest.importorskip("ray.autoscaler._private.util")
    prepared = util.prepare_config(copy.deepcopy(cluster))
    util.validate_config(prepared)
    assert [] == prepared["setup_commands"] == prepared["worker_setup_commands"]


def test_a_lost_node_is_noticed_in_seconds_as_documented(
    cluster: dict[str, Any], page: str
) -> None:
    given = variables(cluster)
    assert HEALTH == {k: v for k, v in given.items() if "health" in k}
    assert HEALTH == dict(re.findall(r"^(RAY_health\w+)=(\d+)$", page, re.M))


def test_a_token_is_asked_for_and_none_stands_in_the_file(cluster: dict[str, Any]) -> None:
    assert "token" == variables(cluster)["RAY_AUTH_MODE"]
    assert "RAY_AUTH_TOKEN" not in variables(cluster)
    assert "~/.ray/auth_token" in cluster["file_mounts"].values()


def test_the_token_lies_in_the_home_of_the_images_user(cluster: dict[str, Any]) -> None:
    text = (ROOT / "infra" / "Dockerfile").read_text("utf-8")
    assert "WORKDIR /home/sweep" in text
    assert ["/home/sweep/.ray/auth_token"] == list(cluster["file_mounts"])


def test_all_nodes_are_of_one_class_of_processor(cluster: dict[str, Any]) -> None:
    kinds = {n["node_config"]["InstanceType"] for n in cluster["available_node_types"].values()}
    families = {kind.partition(".")[0] for kind in kinds}
    assert any(families <= known for known in CLASSES.values())


def test_the_head_takes_no_fits_and_its_doors_stay_shut(cluster: dict[str, Any]) -> None:
    assert {"CPU": 0} == cluster["available_node_types"]["head"]["resources"]
    started = " ".join(cluster["head_start_ray_commands"])
    assert "--include-dashboard=false" in started
    assert "0.0.0.0" not in started


def test_the_page_names_every_key_with_its_default(page: str) -> None:
    rows = dict(re.findall(r"^\| `ray\.(\w+)` \| `?([\w.]+)`? \|", page, re.M))
    defaults = {name: field.default for name, field in Ray.model_fields.items()}
    assert {k: "none" if v is None else str(v) for k, v in defaults.items()} == rows
