"""Measure what a bad network costs a sweep whose store is a bucket.

The same sweep of 30 outcomes, each time into an empty prefix of a moto server behind the tests'
proxy: on a quiet network, then at the worst rates of faults. Prints one JSON object: seconds of
each, their ratio (the bar is 2), the faults that fired, outcomes that failed, and whether every
table of estimates has the same bytes. ``store_alone`` is a ratio without any fits to wait for:
artifacts published and read back by four threads.

    python -m benchmarks.s3_faults [--repeats 3] [--limit 30]
"""

import argparse
import json
import os
import statistics
import tempfile
import time
import uuid
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import sweep
from sweep.artifacts.artifact import publish, read, read_done
from sweep.project import make_project
from sweep.store import Store, open_store
from sweep.store.cache import cache_root
from tests.faults.proxy import Proxy, faulty
from tests.faults.servers import BUCKET, aws_settings, moto_server

RATES = {"503": 0.3, "reset": 0.05, "lost": 0.05, "truncate": 0.02, "flip": 0.01, "409": 0.02}
BAR = 2.0
ARTIFACTS, THREADS = 60, 4


def new_store() -> str:
    """Return the URL of an empty store."""
    return f"s3://{BUCKET}/{uuid.uuid4().hex}"


def one_sweep(config: Path, limit: int, proxy: Proxy, rates: Mapping[str, float]) -> dict[str, Any]:
    """Return seconds, faults and results of one sweep."""
    proxy.rates = rates
    proxy.fired.clear()
    proxy.seen.clear()
    started = time.perf_counter()
    store = f"execution.store={new_store()}"
    run = sweep.run(config, set=[store], limit=limit, progress=False)
    seconds = time.perf_counter() - started
    proxy.rates = {}
    keys = [entry.key for entry in run.plan.entries]
    tables = [str(read_done(run.store, "estimates", key).payload) for key in keys]
    return {
        "seconds": round(seconds, 2),
        "requests": len(proxy.seen),
        "fired": dict(proxy.fired),
        "failed": run.counts()["failed"],
        "tables": tables,
    }


def store_alone(proxy: Proxy, rates: Mapping[str, float]) -> float:
    """Return the seconds that publishing and reading artifacts takes."""
    store: Store = open_store(new_store())
    proxy.rates = rates

    def there_and_back(number: int) -> bool:
        data = os.urandom(20_000)
        key = publish(store, "fit", {"kind": "fit", "number": number}, {"draws.npz": data}).key
        return read(store, "fit", key).payload["draws.npz"] == data

    started = time.perf_counter()
    with ThreadPoolExecutor(THREADS) as pool:
        assert all(pool.map(there_and_back, range(ARTIFACTS)))
    proxy.rates = {}
    return time.perf_counter() - started


def measure(config: Path, limit: int, repeats: int, proxy: Proxy) -> dict[str, Any]:
    """Return the comparison; quiet and bad take turns, and the first sweep only warms up."""
    one_sweep(config, limit, proxy, {})
    quiet, bad, alone = [], [], []
    for _ in range(repeats):
        quiet.append(one_sweep(config, limit, proxy, {}))
        bad.append(one_sweep(config, limit, proxy, RATES))
        alone.append((store_alone(proxy, {}), store_alone(proxy, RATES)))
    tables = quiet[0]["tables"]
    calm, rough = (statistics.median(r["seconds"] for r in runs) for runs in (quiet, bad))
    return {
        "outcomes": limit,
        "rates": RATES,
        "quiet_seconds": [r["seconds"] for r in quiet],
        "bad_seconds": [r["seconds"] for r in bad],
        "ratio": round(rough / calm, 2),
        "bar": BAR,
        "fired": [r["fired"] for r in bad],
        "requests_answered": [r["requests"] for r in bad],
        "failed": sum(r["failed"] for r in [*quiet, *bad]),
        "same_bytes": all(r["tables"] == tables for r in [*quiet, *bad]),
        "store_alone": round(statistics.median(slow / fast for fast, slow in alone), 2),
    }


def main() -> None:
    """Print the comparison."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--limit", type=int, default=30)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, moto_server() as moto, faulty(moto) as proxy:
        usual = cache_root() / "numba"  # machine code is not what is measured
        usual.mkdir(parents=True, exist_ok=True)
        cache = Path(name) / "cache"
        cache.mkdir()
        (cache / "numba").symlink_to(usual)
        os.environ |= aws_settings(proxy.url, cache)
        make_project(Path(name) / "project", small=True)
        config = Path(name) / "project" / "sweep.yaml"
        print(json.dumps(measure(config, asked.limit, asked.repeats, proxy), indent=1))


if __name__ == "__main__":
    main()
