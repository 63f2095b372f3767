"""Main: ``python -m sweep`` is the command line."""

from sweep.cli import main

main()
