"""Sweeps whose store is a bucket: the same results, on a bad network as well, for few bytes."""

import re
from collections.abc import Iterator

import pytest

from sweep.artifacts.artifact import read_done
from sweep.backends.events import Done
from sweep.backends.local import Local
from sweep.errors import DataError
from sweep.journal.runs import read_plan
from sweep.journal.states import outcome_states
from sweep.planning.plan import write_tasks
from sweep.results.table import estimates_of
from sweep.sources.files import sources_in
from tests.faults.proxy import Proxy, Seen, faulty
from tests.faults.servers import BUCKET, client_of
from tests.project import OUTCOMES, Project, Swept, keys_by_kind

pytestmark = pytest.mark.sampling

RATES = {"503": 0.3, "reset": 0.05, "lost": 0.05, "truncate": 0.02, "flip": 0.01, "409": 0.02}


@pytest.fixture
def proxy(bucket: str, moto: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    with faulty(moto, seed=5) as made:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", made.url)
        yield made


def on(project: Project, url: str, workers: int = 1) -> Swept:
    return project.sweep(project.config(execution={"store": url, "workers": workers}))


@pytest.mark.slow
def test_a_bucket_and_a_directory_end_up_with_the_same_bytes(
    bucket: str, swept: tuple[Project, Swept]
) -> None:
    project, local = swept
    run = on(project, bucket)
    assert [] == run.happened("failed")
    for entry in local.plan.entries:
        for kind, key in keys_by_kind(entry).items():
            first = read_done(local.store, kind, key)
            assert first.payload == read_done(run.store, kind, key).payload
    again = on(project, bucket)
    assert [] == again.happened("started")


def got(seen: list[Seen]) -> list[str]:
    """Return what was downloaded: paths in the store, keys and digests left out."""
    found = [s for s in seen if s.method == "GET" and s.status == 200]  # 404: it is not there yet
    whole = [s for s in found if "list-type" not in s.path]
    short = [s.path.split("/", 3)[3] for s in whole]
    return sorted({re.sub(r"[0-9a-f]{40}/|[0-9a-f]{40}|-[0-9a-f]{12}", "", s) for s in short})


@pytest.mark.slow
def test_a_task_downloads_its_own_cells_and_recipe_and_the_design_once_per_machine(
    project: Project, proxy: Proxy, bucket: str
) -> None:
    """The bytes of a task do not grow with the number of outcomes; nobody gets respondents."""
    config = project.config(execution={"store": bucket})
    store, plan = project.plan(config)
    write_tasks(store, plan, plan.to_do())
    downloads: list[list[str]] = []
    sizes: list[int] = []
    for keys in (plan.to_do()[:2], plan.to_do()[2:]):  # a worker for two tasks, then a new one
        proxy.seen.clear()
        for event in Local(workers=1).run(keys, bucket, lambda: False):
            if isinstance(event, Done):
                assert event.failure is None
                downloads.append(got(proxy.seen))
                sizes.append(sum(s.reply for s in proxy.seen if s.method == "GET"))
                proxy.seen.clear()
    own = ["counts/done.json", "counts/sums.npz", "tasks/.json"]
    payload = ["designs/design.json", "designs/done.json", "designs/frame.npz"]
    # The first task of the second worker runs while the first reads what it needs.
    assert downloads == [
        own[:2] + payload + own[2:],
        own,
        [*own[:2], "designs/done.json", *own[2:]],
    ]
    assert sizes[1] < 30_000


@pytest.mark.slow
def test_a_sweep_completes_at_the_worst_rates_of_faults(
    project: Project, proxy: Proxy, bucket: str, swept: tuple[Project, Swept]
) -> None:
    """30 % slow-downs, 5 % resets, 5 % lost replies, 2 % cut, 1 % flipped, 2 % conflicts.

    No outcome fails or is tried twice, and every number is that of a quiet network.
    """
    proxy.rates = RATES
    run = on(project, bucket, workers=2)
    assert {"503", "reset", "lost"} <= set(proxy.fired)
    assert sum(proxy.fired.values()) > 50
    assert [] == run.happened("failed")
    assert {1} == {e["attempt"] for e in run.events if e["event"] == "started"}
    assert sorted(OUTCOMES) == sorted(run.happened("done"))
    plan = read_plan(run.store, run.run)
    assert {"ok", "flagged"} >= {s.status for s in outcome_states(run.store, plan)}
    _, local = swept
    for entry in local.plan.entries:
        first = read_done(local.store, "estimates", entry.key)
        assert first.payload == read_done(run.store, "estimates", entry.key).payload
    assert 3 * (1 + 4) == len(estimates_of(run.store, plan))


def test_sources_in_a_bucket_are_downloaded_once_per_version(
    project: Project, proxy: Proxy, bucket: str, moto: str
) -> None:
    client = client_of(moto)
    base = f"s3://{BUCKET}/sources"
    for name in ("survey.csv", "population.csv"):
        client.put_object(
            Bucket=BUCKET, Key=f"sources/{name}", Body=(project.directory / name).read_bytes()
        )
    study = {
        "survey": {"source": f"{base}/survey.csv"},
        "population": {"source": f"{base}/population.csv"},
    }
    config, local = project.config(study), project.config()
    _, plan = project.plan(config)
    _, same = project.plan(local)
    assert plan.record.design == same.record.design
    assert len(got(proxy.seen)) == 2
    proxy.seen.clear()
    first = sources_in(config.study, project.directory)
    assert got(proxy.seen) == []
    assert first.digests == sources_in(local.study, project.directory).digests
    first.survey.files[0].write_bytes(b"damaged")
    assert sources_in(config.study, project.directory).digests == first.digests
    client.put_object(Bucket=BUCKET, Key="sources/survey.csv", Body=b"sex\nMale\n")
    changed = sources_in(config.study, project.directory).digests
    assert changed["population"] == first.digests["population"]
    assert changed["survey"] != first.digests["survey"]


def test_an_absent_source_in_a_bucket_is_told_with_its_place(project: Project, bucket: str) -> None:
    for source, said in (
        (f"s3://{BUCKET}/none.csv", r"study.survey.source: there is no s3://sweeps/none.csv at"),
        ("s3://no-such-bucket/x.csv", r"there is no s3://no-such-bucket/x.csv"),
        ("https://x.org/x.csv", r"a source is a path, or s3://bucket/key"),
    ):
        with pytest.raises(DataError, match=said):
            project.plan(project.config({"survey": {"source": source}}))
