"""Generation: what tells a planner that `sweep gc` deleted something while it planned.

``gc.json`` names the last collection, and says whether it still deletes. A planner reads it before
it takes anything from the store, and again when its plan is stored: from then on a collection finds
the plan and spares what it refers to. If the name has changed, what was taken may be gone, and the
planner looks again. So no run needs a lock, and a collection that dies keeps nobody waiting: its
beat stands still on the clock of whoever waits.
"""

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace

from sweep.artifacts.encoding import seal, unseal
from sweep.artifacts.quarantine import move_aside
from sweep.errors import CorruptArtifact, StoreError
from sweep.keys import sha256
from sweep.store import NotStored, Store

__all__ = ["collection", "generation"]

PLACE = "gc.json"
BEAT = 5.0  # seconds between two signs of life
DEAD = 60.0  # seconds without one after which a collection is taken for dead
LOOK = 0.2  # seconds between two looks


@dataclass(frozen=True)
class Collection:
    """The last collection: its name, whether it still deletes, its signs of life."""

    name: str
    deletes: bool
    beat: int = 0

    def packed(self) -> bytes:
        """Return its bytes."""
        return seal(asdict(self))


def generation(store: Store) -> str:
    """Return the name of the last collection, empty if there was none; wait while one deletes."""
    seen, since = b"", 0.0
    while True:
        data = read_last(store)
        found = last_collection(store, data)
        if found is None or not found.deletes:
            return "" if found is None else found.name
        if data != seen:
            seen, since = data, time.monotonic()
        elif time.monotonic() - since > DEAD:
            store.replace(PLACE, replace(found, deletes=False).packed(), sha256(data))
        time.sleep(LOOK)


@contextmanager
def collection(store: Store) -> Iterator[Callable[[], None]]:
    """Collect while the block runs: plans made meanwhile are made again.

    Yields what must be called between deletions: it gives a sign of life.

    Raises
    ------
    StoreError
        By that call, if others took this collection for dead: it must not go on.
    """
    generation(store)  # one at a time
    data = read_last(store)
    found, mine = last_collection(store, data), Collection(uuid.uuid4().hex, deletes=True)
    begun = None if found is None else sha256(data)
    busy = found is not None and found.deletes
    if busy or not store.replace(PLACE, mine.packed(), begun):
        msg = f"another `sweep gc` has just begun in {store.url}: wait for it, then try again"
        raise StoreError(msg)
    beaten = time.monotonic()

    def change(after: Collection) -> None:
        nonlocal mine, beaten
        if not store.replace(PLACE, after.packed(), sha256(mine.packed())):
            msg = f"this `sweep gc` stood still and was taken for dead in {store.url}: try again"
            raise StoreError(msg)
        mine, beaten = after, time.monotonic()

    def alive() -> None:
        if time.monotonic() - beaten > BEAT:
            change(replace(mine, beat=mine.beat + 1))

    try:
        yield alive
    finally:
        change(replace(mine, deletes=False))


def read_last(store: Store) -> bytes:
    """Return the bytes of the last collection, none if there was none."""
    try:
        return store.get(PLACE)
    except NotStored:
        return b""


def last_collection(store: Store, data: bytes) -> Collection | None:
    """Return the last collection; what is damaged is moved aside and counts as none."""
    if not data:
        return None
    try:
        return Collection(**unseal(data))
    except (CorruptArtifact, TypeError):  # the digest proves nothing about the fields
        move_aside(store, PLACE)
        return None
