"""Labels: what readers see in place of a variable's name."""

from sweep.config import Study
from sweep.data.design import variables_of
from sweep.data.rules import columns_in, resolve, rules_of
from sweep.sources.source import Source
from sweep.sources.tables import book_of, column_names

__all__ = ["labels_of"]


def labels_of(study: Study, survey: Source) -> dict[str, str]:
    """Return the labels of a study's variables: the config's own, or else the survey file's.

    A derived variable has the label of the column that it is made from, if that is one. What has
    none, or has its own name for one, is left out.
    """
    columns, book = column_names(survey), book_of(survey)
    rules, found = rules_of(study, "survey"), dict[str, str | None]()
    for name, column in variables_of(study).items():
        made = resolve(column, rules, columns)
        sources = [] if made is None else columns_in(made)
        found[name] = book.of(sources[0]).label if len(sources) == 1 else None
    labels = {**found, **study.labels}
    return {name: label for name, label in labels.items() if label and label != name}
