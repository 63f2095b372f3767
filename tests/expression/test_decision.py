"""A condition is decided where no missing value could make it otherwise."""

import pandas as pd
import pytest

from sweep.expression import decide, evaluate, parse

TABLE = pd.DataFrame(
    {
        "x": ["1", "0", None, "1", "0", None],
        "y": ["1", "0", "1", None, None, "0"],
    }
)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("x == '1'", "TF?TF?"),
        ("x != '1'", "FT?FT?"),
        ("not (x == '1')", "FT?FT?"),
        ("x == '1' or y == '1'", "TFTT??"),
        ("x == '1' and y == '1'", "TF??FF"),
        ("x in ['1', '2'] and not (y == '1')", "FFF?F?"),
        ("x is null", "FFTFFT"),
        ("x is not null and x == '1'", "TFFTFF"),
    ],
)
def test_missing_values_leave_open_only_what_depends_on_them(condition: str, expected: str) -> None:
    true, false = decide(parse(condition), TABLE)
    found = ["T" if t else "F" if f else "?" for t, f in zip(true, false, strict=True)]
    assert list(expected) == found
    assert not (true & false).any()


def test_without_missing_values_it_is_decided_as_it_is_evaluated() -> None:
    whole = TABLE.dropna()
    tree = parse("not (x == '1') or y == '0'")
    true, false = decide(tree, whole)
    assert evaluate(tree, whole).tolist() == true.tolist() == (~false).tolist()
