"""The worker as a command: ``python -m sweep.worker``."""

from sweep.worker.serve import main

main()
