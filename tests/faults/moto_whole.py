"""moto, with conditional writes in one step: on S3 nobody comes between the question and the write.

``python -m tests.faults.moto_whole`` takes the arguments of ``moto.server``.
"""

import threading
from typing import Any

from moto.s3.responses import S3Response
from moto.server import main

LOCK = threading.Lock()
put_object = S3Response.put_object


def put_in_one_step(self: S3Response) -> Any:
    """Ask whether the object is there, and write it, before anybody else does."""
    with LOCK:
        return put_object(self)


if __name__ == "__main__":
    S3Response.put_object = put_in_one_step  # type: ignore[method-assign]
    main()
