"""An opt-in test against a real AWS account: a sweep of two small jobs. Costs a few cents.

Set LIVE_AWS=1 and name what `terraform output execution` prints: SWEEP_LIVE_STORE (s3://...),
SWEEP_LIVE_QUEUE and SWEEP_LIVE_DEFINITION, with credentials in AWS's usual places.
"""

import os

import pytest

import sweep
from tests.client.test_resume import stubs
from tests.project import Project

NEEDED = ("SWEEP_LIVE_STORE", "SWEEP_LIVE_QUEUE", "SWEEP_LIVE_DEFINITION")


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.skipif(os.environ.get("LIVE_AWS") != "1", reason="set LIVE_AWS=1 to spend money")
def test_two_jobs_in_a_real_account_give_the_bytes_of_this_machine(project: Project) -> None:
    store, queue, definition = (os.environ[name] for name in NEEDED)
    here = project.sweep(stubs(project, 4))
    batch = {"queue": queue, "job_definition": definition, "pack": 2}
    away = {"backend": "batch", "workers": "auto", "store": store, "batch": batch}
    there = project.sweep(stubs(project, 4, **away))
    runs = [sweep.Run(swept.store, swept.run) for swept in (here, there)]
    assert {"ok": 4} == {k: v for k, v in runs[1].counts().items() if v}
    assert runs[0].estimates().equals(runs[1].estimates())
