"""Claims: somebody is at a fit just now, so that coordinators on one store share the work.

``claims/KEY.json`` saves work and never decides anything: results are immutable, and the first
writer wins with claims or without. A worker claims a fit before it begins, changes the claim now
and then while it is at it, and lets it go once the result is stored. Clocks of two machines are
never compared: whoever waits takes a claim over that has not changed for a while of its own clock,
or whose process is gone, where it can see that.
"""

import os
import platform
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from pathlib import Path

from sweep.artifacts.encoding import seal, unseal
from sweep.artifacts.records import write_record
from sweep.artifacts.tasks import read_task
from sweep.errors import Claimed, CorruptArtifact, StoreError
from sweep.faultpoint import faultpoint
from sweep.keys import sha256
from sweep.store import NotStored, Store

__all__ = ["PACE", "Claim", "Watch", "hold_claim", "let_go", "let_go_of_task", "read_claim"]

PACE = 10.0  # seconds to a claim's first change: most fits are over by then
SLOWEST = 60.0  # seconds: each change waits twice as long as the last, but no longer
MISSED = 3  # paces without a change after which nobody is taken to be at it
TRIES = 5  # to claim what others let go of and claim at the same time


@dataclass(frozen=True)
class Claim:
    """Who is at a fit.

    ``holder`` is one run's workers: among themselves they pass a claim on, as after a worker's
    death. ``machine`` names the kernel and process namespace in which ``process`` and ``born``
    (clock ticks after boot) mean something. ``beat`` counts changes, ``pace`` is the seconds to
    the next.
    """

    holder: str
    host: str
    machine: str
    process: int
    born: int
    pace: float
    beat: int = 0

    def words(self) -> str:
        """Return who it is, for people."""
        return f"process {self.process} on {self.host}"

    def is_abandoned(self) -> bool:
        """Return whether its process is gone for certain: only seen from the same machine."""
        here = self.machine == machine() != ""
        return here and birth_of(self.process) != self.born


def claim_place(fit: str) -> str:
    """Return where the claim of a fit stands."""
    return f"claims/{fit}.json"


@contextmanager
def hold_claim(store: Store, fit: str, holder: str) -> Iterator[None]:
    """Hold the claim of a fit while the block runs.

    After an error it stands until the coordinator has noted why, and lets it go itself.

    Raises
    ------
    Claimed
        If workers of somebody else are at it.
    StoreError
        If the store takes no claim: it would take no result either.
    """
    claim, over = acquire(store, fit, holder), threading.Event()
    faultpoint("claim.after_take")
    keeper = threading.Thread(target=keep, args=(store, fit, claim, over.wait), daemon=True)
    keeper.start()
    try:
        yield
    finally:
        over.set()
    faultpoint("claim.before_let_go")
    try:
        let_go(store, fit)
    except StoreError as error:  # the result is stored; the claim is litter
        sys.stderr.write(f"a claim stays behind: {error}\n")


def acquire(store: Store, fit: str, holder: str) -> Claim:
    """Claim a fit: nobody has it, or our own dead worker, or one that is gone for certain.

    Raises
    ------
    Claimed
        If somebody else has it, or many try at once.
    """
    me = os.getpid()
    mine = Claim(holder, platform.node(), machine(), me, birth_of(me), PACE)
    for _ in range(TRIES):
        if write_record(store, claim_place(fit), asdict(mine)):
            return mine
        found = read_claim(store, fit)
        if found is None:
            continue
        claim, content = found
        if claim.holder != holder and not claim.is_abandoned():
            raise Claimed(claim.words())
        if store.replace(claim_place(fit), seal(asdict(mine)), content):
            return mine
    msg = "many at once"
    raise Claimed(msg)


def read_claim(store: Store, fit: str) -> tuple[Claim, str] | None:
    """Return a claim and the SHA-256 of its content, None if nobody has the fit.

    One that is damaged is removed: all it could do is to keep others waiting.
    """
    try:
        data = store.get(claim_place(fit))
    except NotStored:
        return None
    try:
        return Claim(**unseal(data)), sha256(data)
    except (CorruptArtifact, TypeError):
        store.delete(claim_place(fit), sha256(data))
        return None


def keep(store: Store, fit: str, claim: Claim, wait: Callable[[float], bool]) -> None:
    """Change a claim at its pace until ``wait`` says that it is over, or somebody took it."""
    while not wait(claim.pace):
        after = replace(claim, beat=claim.beat + 1, pace=min(2 * claim.pace, SLOWEST))
        try:
            if not store.replace(
                claim_place(fit), seal(asdict(after)), sha256(seal(asdict(claim)))
            ):
                return
        except StoreError as error:  # it may work next time; if not, others do the fit as well
            sys.stderr.write(f"a claim could not be renewed: {error}\n")
            continue
        claim = after


def let_go(store: Store, fit: str) -> None:
    """Remove the claim of a fit, whoever holds it: what it was for has ended."""
    store.delete(claim_place(fit))


def let_go_of_task(store: Store, key: str) -> None:
    """Remove the claim of a task's fit; a task whose record is gone has none that counts."""
    with suppress(NotStored):
        let_go(store, read_task(store, key).fit_key)


@dataclass
class Watch:
    """The claims that somebody waits for: when each was last seen to change, by our own clock."""

    store: Store
    clock: Callable[[], float] = time.monotonic
    seen: dict[str, tuple[str, float]] = field(default_factory=dict)

    def is_at_work(self, fit: str) -> bool:
        """Return whether somebody is at a fit; a claim that nobody keeps is removed."""
        found = read_claim(self.store, fit)
        if found is None:
            return False
        claim, content = found
        last, since = self.seen.get(fit, ("", 0.0))
        if last != content:
            self.seen[fit] = content, self.clock()
            since = self.clock()
        patience = MISSED * min(claim.pace, SLOWEST)
        if not claim.is_abandoned() and self.clock() - since <= patience:
            return True
        return not self.store.delete(claim_place(fit), content)


@cache
def machine() -> str:
    """Return what tells this kernel and process namespace from all others; empty if unknown."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return f"{boot} {Path('/proc/self/ns/pid').readlink()}"
    except OSError:  # not Linux: claims are then judged by their changes alone
        return ""


def birth_of(process: int) -> int:
    """Return when a process began, in clock ticks after boot; 0 if it has ended or is unknown."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return 0 if fields[0] in "ZX" else int(fields[19])
