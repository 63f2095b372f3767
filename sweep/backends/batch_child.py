"""Batch child: the command inside job containers, ``python -m sweep.backends.batch_child``."""

from sweep.backends.batch.child import main

if __name__ == "__main__":
    main()
