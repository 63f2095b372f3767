"""Main: ``python -m sweep.worker`` is a worker."""

from sweep.worker.serve import main

main()
