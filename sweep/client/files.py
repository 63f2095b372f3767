"""Writing: files for people, put in place whole, or refused before any work is done."""

from pathlib import Path

from sweep.errors import UsageError

__all__ = ["check_report_path", "check_writable", "write_whole"]

FORMATS = {".html": "report.html", ".parquet": "estimates.parquet", ".csv": "estimates.csv"}


def check_report_path(path: Path) -> str:
    """Return which of the report's files a path asks for; refuse what cannot be written."""
    if path.suffix.lower() not in FORMATS:
        msg = f"cannot write {path.name!r}: a report's name ends in {', '.join(FORMATS)}"
        raise UsageError(msg)
    check_writable(path)
    return FORMATS[path.suffix.lower()]


def check_writable(path: Path) -> None:
    """Refuse a path that is a folder, or lies in none."""
    if not path.parent.is_dir():
        msg = f"cannot write {path}: there is no folder {path.parent}"
        raise UsageError(msg)
    if path.is_dir():
        msg = f"cannot write {path}: it is a folder"
        raise UsageError(msg)


def write_whole(path: Path, data: bytes) -> None:
    """Write a file aside and put it in place whole.

    Raises
    ------
    UsageError
        If it cannot be written, as on a full disk; nothing is left of it then.
    """
    check_writable(path)
    aside = path.with_name(f".{path.name}.partial")
    try:
        try:
            aside.write_bytes(data)
            aside.replace(path)
        finally:
            aside.unlink(missing_ok=True)
    except OSError as error:
        msg = f"cannot write {path}: {error.strerror}; choose another place"
        raise UsageError(msg) from error
