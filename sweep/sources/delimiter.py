"""Delimiter: what stands between the values of a delimited file.

Each candidate is tried on the first rows. It must split the header; the one with which most rows
have as many values as the header wins, of several the one that splits into more. A tie is an error.
A file of one column is legal where no candidate occurs in its header.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from sweep.errors import DataError
from sweep.sources.records import Record, first_lines, records
from sweep.sources.text_encoding import Encoding
from sweep.words.values import brief

__all__ = ["CANDIDATES", "check_split", "delimiter_in"]

CANDIDATES = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}
LOOKED_AT = 100  # rows


@dataclass(frozen=True)
class Trial:
    """How a file reads with one delimiter: the header's width, and each row's."""

    delimiter: str
    header: int
    rows: tuple[int, ...]

    def fit(self) -> tuple[float, int]:
        """Return the share of rows as wide as the header, and that width."""
        alike = sum(width == self.header for width in self.rows)
        return alike / len(self.rows) if self.rows else 1.0, self.header


def delimiter_in(path: Path, encoding: Encoding, skip: int) -> str:
    """Return the delimiter of a file whose header stands after so many lines.

    Raises
    ------
    DataError
        If two fit as well, the header is not in that line, or the file is empty.
    """
    trials = [t for d in CANDIDATES if (t := trial_of(path, encoding, skip, d)) is not None]
    if not trials:
        msg = f"{path}: is empty, or has no header after {skip} lines"
        raise DataError(msg)
    splitting = [trial for trial in trials if trial.header > 1]
    if not splitting:
        check_header(path, encoding, skip, max(trials, key=lambda t: max(t.rows, default=1)))
        return ","
    best = max(splitting, key=Trial.fit)
    twins = [trial.delimiter for trial in splitting if trial.fit() == best.fit()]
    if len(twins) > 1:
        msg = (
            f"{path}: {' and '.join(map(repr, twins))} fit as delimiters alike, in its header"
            f" {shown(path, encoding, skip)}: say format: {{delimiter: ...}}"
        )
        raise DataError(msg)
    check_header(path, encoding, skip, best)
    return best.delimiter


def trial_of(path: Path, encoding: Encoding, skip: int, delimiter: str) -> Trial | None:
    """Return how a file's first rows read with a delimiter, None if it has no row."""
    rows: list[Record] = []
    try:
        for record in islice(records(path, encoding, delimiter, skip), LOOKED_AT):
            rows.append(record)
    except DataError:
        if not rows:
            raise
    if not rows:
        return None
    return Trial(delimiter, len(rows[0].values), tuple(len(row.values) for row in rows[1:]))


def check_header(path: Path, encoding: Encoding, skip: int, trial: Trial) -> None:
    """Check that the header is as wide as the rows: a title above it is narrower.

    Raises
    ------
    DataError
        If hardly a row is as wide as it, and a later line may be the header.
    """
    usual, count = Counter(trial.rows).most_common(1)[0] if trial.rows else (0, 0)
    if usual <= trial.header or count < max(2, len(trial.rows) / 2):
        return
    rows = islice(records(path, encoding, trial.delimiter, skip), LOOKED_AT)
    line = next(row.line for row in rows if len(row.values) == usual)
    msg = (
        f"{path}: its header {shown(path, encoding, skip)} is {named(trial.header)}, and"
        f" {count} of the first {len(trial.rows)} rows have {usual} values: if line {line} is the"
        f" header, say format: {{skip_rows: {line - 1}}}"
    )
    raise DataError(msg)


def check_split(path: Path, encoding: Encoding, skip: int, header: Sequence[str]) -> None:
    """Check that a file which reads as one column is one.

    Raises
    ------
    DataError
        If a delimiter occurs in its header.
    """
    others = [name for sign, name in CANDIDATES.items() if sign in header[0]]
    if len(header) == 1 and others:
        msg = (
            f"{path}: reads as one column, with {others[0]} in its header"
            f" {shown(path, encoding, skip)}: say format: {{delimiter: ...}}"
        )
        raise DataError(msg)


def named(width: int) -> str:
    """Return how wide a header is, in words."""
    return "one name" if width == 1 else f"{width} names"


def shown(path: Path, encoding: Encoding, skip: int) -> str:
    """Return the header's line as it is written, cut short."""
    lines = first_lines(path, encoding, skip + 1)
    return brief(lines[-1] if lines else "")
