"""The survey's answers and the population's levels: what is the same, and what is left open."""

from sweep.data.codebook import Codebook, ColumnBook
from sweep.proposal.levels import match_levels
from tests.proposal.surveys import column

SEX = Codebook({"x": ColumnBook(values={"1": "Male", "2": "Female"})})


def test_what_differs_in_form_only_is_recoded() -> None:
    own = column(["North East", "yorkshire and the humber", "London"])
    match = match_levels(["North-East", "Yorkshire & the Humber", "London"], own)
    assert {
        "North East": "North-East",
        "yorkshire and the humber": "Yorkshire & the Humber",
    } == match.recode
    assert ({}, (), 1.0) == (match.open_, match.unmet, match.share)


def test_what_is_merely_near_is_left_open_with_the_nearest_level() -> None:
    match = match_levels(["York", "Leeds"], column(["Cork", "Leeds"]))
    assert {} == match.recode
    assert {"Cork": "York"} == match.open_
    assert ("York",) == match.unmet


def test_words_for_one_thing_are_one_level() -> None:
    match = match_levels(["Men", "Women"], column(["männlich", "weiblich"]))
    assert {"männlich": "Men", "weiblich": "Women"} == match.recode


def test_codes_of_the_population_become_the_surveys_labels() -> None:
    match = match_levels(["1", "2"], column(["1", "2"], SEX))
    assert {"1": "Male", "2": "Female"} == match.recode
    assert 1.0 == match.share


def test_codes_for_no_answer_are_no_levels_either() -> None:
    match = match_levels(["Male", "Female"], column(["1", "2", "99"]))
    assert ["1", "2"] == list(match.open_)


def test_codes_of_a_survey_without_labels_are_left_open() -> None:
    match = match_levels(["Male", "Female"], column(["1", "2"]))
    assert ["1", "2"] == list(match.open_)
    assert {} == match.recode


def test_bands_within_bands_become_these_in_either_direction() -> None:
    finer = match_levels(["18-19", "20-24", "25+"], column(["18-24", "25+"]))
    assert {"18-19": "18-24", "20-24": "18-24"} == finer.recode
    coarser = match_levels(["18-24", "25+"], column(["18-19", "20-24", "25 and over"]))
    assert {"18-19": "18-24", "20-24": "18-24"} | {"25+": "25 and over"} == coarser.recode
    assert 1.0 == finer.share == coarser.share


def test_bands_that_cross_are_left_open() -> None:
    match = match_levels(["16-24", "25-44"], column(["18-29", "30-44"]))
    assert "18-29" in match.open_
    assert "18-29" not in match.recode


def test_answers_that_say_nothing_are_no_levels() -> None:
    match = match_levels(["Male", "Female"], column(["Male", "Female", "Prefer not to say"]))
    assert ("Prefer not to say",) == match.silent
    assert {} == match.open_
