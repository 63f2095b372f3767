"""Store: where artifacts, tasks, runs and logs live; the one thing that workers share.

Names are relative POSIX paths such as ``fits/KEY/done.json``. Three writes, three promises:
``put_new`` creates a file whole or not at all and the first writer wins; ``replace`` changes one
only if it still is what the caller last saw; ``append`` adds lines to a log and promises little.
Nothing here knows what the bytes mean: that is ``sweep.artifacts.artifact``.
"""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import cast
from urllib.parse import unquote, urlsplit

from sweep.errors import UsageError
from sweep.store.protocol import NotStored, Store

__all__ = ["OPENERS", "NotStored", "Store", "open_store"]

OPENERS = {"file": "sweep.store.directory:open_directory", "s3": "sweep.store.s3.store:open_s3"}
"""Scheme of a store URL to the function that opens it: ``module:function``, imported on use."""


def open_store(url: str | Path, base: Path | None = None) -> Store:
    """Open the store at a path or URL; nothing is created before the first write.

    Parameters
    ----------
    url
        A directory (``.sweep``, ``~/sweeps``), a ``file://`` URL, or ``s3://bucket/prefix``.
    base
        The directory that a relative path starts from; the working directory if None.

    Raises
    ------
    UsageError
        If the URL is empty or malformed, or its scheme is unknown.
    StoreError
        If something other than a directory is there.
    """
    text = str(url)
    scheme, separator, _ = text.partition("://")
    if not separator:
        scheme, location = "file", _absolute(text, base)
    elif scheme == "file":
        location = _path_of(text)
    else:
        location = text
    if scheme not in OPENERS:
        known = ", ".join(sorted(OPENERS))
        msg = f"store {text!r}: unknown scheme {scheme!r}; known are a plain path and: {known}"
        raise UsageError(msg)
    module, _, function = OPENERS[scheme].partition(":")
    opener = cast("Callable[[str], Store]", getattr(import_module(module), function))
    return opener(location)


def _absolute(text: str, base: Path | None) -> str:
    if not text or "\0" in text:
        msg = f"store {text!r}: a path must not be empty and must not hold a NUL character"
        raise UsageError(msg)
    path = Path(text).expanduser() if text.startswith("~/") else Path(text)
    return str(((base or Path.cwd()) / path).resolve())


def _path_of(url: str) -> str:
    parts = urlsplit(url)
    path = unquote(parts.path)
    if parts.netloc not in {"", "localhost"} or not path.startswith("/") or parts.query:
        msg = f"store {url!r}: a file URL holds an absolute path, as in file:///srv/sweeps"
        raise UsageError(msg)
    return _absolute(path, None)
