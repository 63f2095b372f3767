"""What is special to a store on S3: its URL, its settings, other people's objects, its errors."""

import subprocess
import sys
from pathlib import Path

import pytest

from sweep.artifacts.artifact import publish, read
from sweep.artifacts.quarantine import quarantine
from sweep.doctor import examine
from sweep.errors import CorruptArtifact, StoreError, UsageError
from sweep.store import open_store
from sweep.store.s3.store import open_s3
from tests.faults.proxy import faulty
from tests.faults.servers import BUCKET, KEY_ID, SECRET, client_of


@pytest.mark.parametrize(
    "url",
    ["s3://", "s3://ab", "s3:///x", "s3://a b c/x", f"s3://{BUCKET}/../x", f"s3://{BUCKET}/a//b"],
)
def test_a_malformed_url_is_refused(url: str) -> None:
    with pytest.raises(UsageError, match="s3://"):
        open_store(url)


@pytest.mark.parametrize("head", ["AKIA:s3cr3t@", "AKIA:s3c/r3t@", "AKIA@"])
def test_credentials_in_a_url_are_refused_and_not_repeated(head: str) -> None:
    with pytest.raises(UsageError, match="Credentials come from the AWS settings") as caught:
        open_store(f"s3://{head}{BUCKET}/x")
    assert "AKIA" not in str(caught.value)
    assert "r3t" not in str(caught.value)


def test_the_url_is_plain_and_ends_without_a_slash(on_s3: str) -> None:
    assert open_store(f"{on_s3}/").url == on_s3
    assert open_store(f"s3://{BUCKET}").url == f"s3://{BUCKET}"


def test_without_boto3_the_extra_is_named(on_s3: str) -> None:
    script = """
import sys
sys.modules["boto3"] = None
from sweep.errors import UsageError
from sweep.artifacts.quarantine import quarantine
from sweep.store import open_store
try:
    open_store("s3://bucket/x")
except UsageError as error:
    print(error)
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    assert 'pip install "modelsweep[aws]"' in done.stdout


def test_without_credentials_the_ways_to_give_them_are_named(
    on_s3: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(UsageError, match="no AWS credentials were found; set AWS_PROFILE"):
        open_store(on_s3).get("a")
    findings = {f.name: f for f in examine(on_s3)}
    assert findings["credentials"].state == "fail"


def test_an_unknown_profile_is_told(on_s3: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    with pytest.raises(UsageError, match="nobody"):
        open_store(on_s3)


def test_an_absent_bucket_is_told_by_reading_listing_and_writing(on_s3: str) -> None:
    store = open_store("s3://no-such-bucket/x")
    for verb in (
        lambda: store.get("a"),
        lambda: list(store.list()),
        lambda: store.put_new("a", b""),
        lambda: store.append("a.log", b""),
    ):
        with pytest.raises(StoreError, match=r"no-such-bucket.*NoSuchBucket.*create the bucket"):
            verb()


@pytest.mark.slow
def test_wrong_credentials_are_told_without_the_secret(
    seaweed: str, on_s3: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", seaweed)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not-the-secret")
    with pytest.raises(StoreError, match="these credentials are wrong") as caught:
        open_store(on_s3).get("a")
    assert "not-the-secret" not in str(caught.value)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a-stranger")
    with pytest.raises(StoreError, match="these credentials are unknown there"):
        open_store(on_s3).put_new("a", b"")


def test_objects_of_others_are_no_names(on_s3: str, moto: str) -> None:
    client, prefix = client_of(moto), on_s3.rpartition("/")[2]
    for key in ("folder/", ".hidden", "tmp/x", "a//b", "fine"):
        client.put_object(Bucket=BUCKET, Key=f"{prefix}/{key}", Body=b"1")
    client.put_object(Bucket=BUCKET, Key=f"{prefix}-other/x", Body=b"1")
    store = open_store(on_s3)
    assert list(store.list()) == ["fine"]
    assert store.get("fine") == b"1"  # without a digest of ours: as copied there by hand


@pytest.mark.slow
def test_a_list_of_many_pages_is_whole(on_s3: str) -> None:
    store = open_s3(on_s3)
    store.put_new("a/0", b"")
    client, prefix = client_of(store.bucket.endpoint), store.prefix
    names = [f"a/{number}" for number in range(1, 1_101)]
    for name in names:
        client.put_object(Bucket=BUCKET, Key=prefix + name, Body=b"")
    assert list(store.list("a/")) == sorted(["a/0", *names])


def test_damage_inside_the_bucket_is_found_and_mended(on_s3: str, moto: str) -> None:
    """The object keeps the digest it was written with, and has other bytes."""
    store, recipe = open_store(on_s3), {"kind": "fit", "x": 1}
    key = publish(store, "fit", recipe, {"draws.npz": b"draws"}).key
    (payload,) = (n for n in store.list(f"fits/{key}/") if not n.endswith("done.json"))
    damage(moto, f"{on_s3.rpartition('/')[2]}/{payload}", b"drawz")
    with pytest.raises(CorruptArtifact):
        read(store, "fit", key)
    assert quarantine(store, "fit", key) is True
    assert publish(store, "fit", recipe, {"draws.npz": b"draws"}).created
    assert read(store, "fit", key).payload["draws.npz"] == b"draws"


def damage(endpoint: str, key: str, data: bytes) -> None:
    client = client_of(endpoint)
    metadata = client.head_object(Bucket=BUCKET, Key=key)["Metadata"]
    client.put_object(Bucket=BUCKET, Key=key, Body=data, Metadata=metadata)


def test_the_doctor_looks_at_a_bucket_and_never_tells_a_secret(on_s3: str) -> None:
    findings = {f.name: f for f in examine(on_s3)}
    for name in ("boto3", "credentials", "bucket", "store"):
        assert findings[name].state == "ok"
    assert findings["credentials"].found == "from env"
    told = " ".join(f.found for f in findings.values())
    assert SECRET not in told
    assert KEY_ID not in told
    assert list(open_store(on_s3).list()) == []


def test_the_doctor_fails_a_server_that_ignores_conditions(
    on_s3: str, moto: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with faulty(moto) as proxy:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", proxy.url)
        proxy.deaf = True
        (finding,) = (f for f in examine(on_s3) if f.state == "fail")
    assert "ignores If-None-Match" in finding.found


def test_opening_is_offline_and_imports_boto3_only_for_s3(tmp_path: Path) -> None:
    script = """
import sys
from sweep.artifacts.quarantine import quarantine
from sweep.store import open_store
open_store(sys.argv[1])
print(sorted({"boto3", "botocore"} & set(sys.modules)))
"""
    command = [sys.executable, "-c", script, str(tmp_path / "s")]
    root = Path(__file__).parents[2]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
