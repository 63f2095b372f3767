"""Compile the kernels into an image, for every class of processor that has a target for them.

The machine that builds an image and the one that runs it may be of different classes, and each has
its place in the cache (`sweep.toolchain.MACHINE_CODE` has their target). Numba keeps what it
compiled by the features of the CPU as well, and compiles again where they differ. Run as the user
who will run the workers.
"""

import platform
import sys

import sweep.toolchain
from sweep.worker.environment import cache_directory, warm_environment


def main() -> None:
    """Compile, and print where to."""
    if platform.machine() != "x86_64":
        sys.exit(
            f"this machine is {platform.machine()}: build the image on x86-64 (or with "
            "`docker build --platform linux/amd64`), the class of the fits' keys"
        )
    for kind in sweep.toolchain.MACHINE_CODE:
        sweep.toolchain.cpu_class = lambda kind=kind: kind  # type: ignore[misc,assignment]
        warm_environment()
        sys.stdout.write(f"{kind}: {cache_directory()}\n")


if __name__ == "__main__":
    main()
