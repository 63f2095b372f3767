"""Names: the nearest is the one that is the same but for how it is written."""

import pytest

from sweep.words.names import nearest_name


@pytest.mark.parametrize(
    ("name", "names", "nearest"),
    [
        ("male", ["Female", "Male"], "Male"),
        ("18-34", ["18-35", "18 \u2013 34"], "18 \u2013 34"),
        ("regoin", ["sex", "region"], "region"),
        ("xyz", ["sex", "region"], None),
    ],
)
def test_what_is_the_same_but_for_case_and_dashes_is_nearest(
    name: str, names: list[str], nearest: str | None
) -> None:
    assert nearest_name(name, names) == nearest
