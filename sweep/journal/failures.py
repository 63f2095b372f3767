"""Failures: those that would happen again are remembered under the fit's key."""

from dataclasses import asdict, dataclass

from sweep.artifacts.quarantine import read_file_if_sound
from sweep.artifacts.records import damage_error, read_record, write_record
from sweep.config import Execution
from sweep.faultpoint import faultpoint
from sweep.keys import Json
from sweep.store import NotStored, Store
from sweep.words.telling import Tell, tell_nobody

__all__ = [
    "FAILED_KINDS",
    "PastFailure",
    "failure_from",
    "failure_if_sound",
    "failure_of",
    "failure_place",
    "forget_failure",
    "remember_failure",
    "would_recur",
]

FAILED_KINDS = ("data", "model", "timeout")
"""Kinds of failure that would happen again, and are remembered."""


@dataclass(frozen=True)
class PastFailure:
    """Why an outcome has no estimates: the kind, and what people read.

    ``limit`` names the key of the config's execution that ended it after ``deadline`` seconds.
    """

    kind: str
    message: str
    outcome: str | None = None
    limit: str | None = None
    deadline: float | None = None

    def as_json(self) -> Json:
        """Return it as it is stored: what is not known is left out."""
        return {name: value for name, value in asdict(self).items() if value is not None}


def failure_from(record: Json) -> PastFailure:
    """Return a failure from its record."""
    known = ("kind", "message", "outcome", "limit", "deadline")
    return PastFailure(**{name: record[name] for name in known if name in record})


def remember_failure(store: Store, fit_key: str, failure: PastFailure) -> None:
    """Remember a failure that would happen again, in place of an earlier one."""
    forget_failure(store, fit_key)
    write_record(store, failure_place(fit_key), {**failure.as_json(), "fit": fit_key})
    faultpoint("failure.after_remember")


def failure_place(fit_key: str) -> str:
    """Return where the failure of a fit is remembered."""
    return f"failures/{fit_key}.json"


def failure_of(store: Store, fit_key: str) -> PastFailure | None:
    """Return the remembered failure of a fit, None if there is none.

    Raises
    ------
    CorruptArtifact
        If it is damaged, or another fit's.
    """
    place = failure_place(fit_key)
    try:
        record = read_record(store, place)
    except NotStored:
        return None
    if (found := record.get("fit")) != fit_key:
        raise damage_error(
            store, place, f"expected the failure of fit {fit_key}, found that of {found}"
        )
    return failure_from(record)


def failure_if_sound(store: Store, fit_key: str, tell: Tell = tell_nobody) -> PastFailure | None:
    """Return what `failure_of` does; what is damaged is moved aside, and the fit tried again."""
    place = failure_place(fit_key)
    return read_file_if_sound(store, place, lambda: failure_of(store, fit_key), tell)


def forget_failure(store: Store, fit_key: str) -> None:
    """Forget a remembered failure, to try again."""
    faultpoint("failure.before_forget")
    store.delete(failure_place(fit_key))


def would_recur(failure: PastFailure | None, execution: Execution) -> bool:
    """Return whether a remembered failure would happen again; more time may mend a timeout."""
    if failure is None or failure.limit is None or failure.deadline is None:
        return failure is not None
    now = getattr(execution, failure.limit)
    return now is not None and now <= failure.deadline
