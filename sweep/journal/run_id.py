"""Run id: the names of runs, which sort as the runs began, whatever the clocks of machines say.

An id is date, time and four hexadecimal digits of the second's fraction. A machine whose clock is
behind would begin its run in the store's past, where the run is hidden and forgotten first: so an
id is the moment it is made or, if the store has a later one, the next after that.
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from sweep.errors import StoreError

__all__ = ["id_after", "is_run_id", "next_id"]

FORM = "%Y%m%d-%H%M%S"
SHAPE = re.compile(r"[0-9]{8}-[0-9]{6}-[0-9a-f]{4}")
FRACTIONS = 65_536  # ids of one second


def is_run_id(text: str) -> bool:
    """Return whether a text has the form of a run's id, with a date that there is."""
    try:
        return SHAPE.fullmatch(text) is not None and bool(second_of(text))
    except ValueError:  # no such date
        return False


def id_after(known: Iterable[str], now: datetime) -> str:
    """Return the id of a run that begins ``now`` (UTC): later than every id among ``known``.

    Texts that are no ids count for nothing.

    Raises
    ------
    StoreError
        If there is none: see `next_id`.
    """
    here = f"{now:{FORM}}-{now.microsecond * FRACTIONS // 1_000_000:04x}"
    newest = max((run for run in known if is_run_id(run)), default="")
    return here if here > newest else next_id(newest)


def next_id(run: str) -> str:
    """Return the id that follows another.

    Raises
    ------
    StoreError
        If there is none: it is the last one of the year 9999.
    """
    fraction = int(run[16:], 16) + 1
    if fraction < FRACTIONS:
        return f"{run[:16]}{fraction:04x}"
    try:
        return f"{second_of(run) + timedelta(seconds=1):{FORM}}-0000"
    except OverflowError:
        msg = (
            f"no run can come after {run}, which a wrong clock began: "
            f"remove runs/{run} from the store, then run again"
        )
        raise StoreError(msg) from None


def second_of(run: str) -> datetime:
    """Return the second in a run's id."""
    return datetime.strptime(run[:15], FORM).replace(tzinfo=UTC)
