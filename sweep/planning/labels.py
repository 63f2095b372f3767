"""Labels: what readers see in place of a variable's name."""

from sweep.config import Study
from sweep.data.derivation import source_of
from sweep.data.design import variables_of
from sweep.sources.source import Source
from sweep.sources.tables import book_of, column_names

__all__ = ["labels_of"]


def labels_of(study: Study, survey: Source) -> dict[str, str]:
    """Return the labels of a study's variables: the config's own, or else the survey file's.

    A derived variable has the label of the column that it is made from. What has none, or has its
    own name for one, is left out.
    """
    columns, book = column_names(survey), book_of(survey)
    found = {
        name: book.of(source_of(column, study, columns)).label
        for name, column in variables_of(study).items()
    }
    labels = {**found, **study.labels}
    return {name: label for name, label in labels.items() if label and label != name}
