"""Which answers are plainly a yes; numbers without words never are."""

import pytest

from sweep.proposal.success import meant_by


@pytest.mark.parametrize(
    ("answers", "success"),
    [
        (["Yes", "No", "Don't know"], ("Yes",)),
        (["Yes, definitely", "Yes, probably", "No, probably not", "No"],
         ("Yes, definitely", "Yes, probably")),
        (["Ja", "Nein", "Weiß nicht"], ("Ja",)),
        (["0", "1"], ("1",)),
        (["true", "false"], ("true",)),
        (["Selected", "Not selected"], ("Selected",)),
        (["Very likely", "Fairly likely", "Fairly unlikely", "Very unlikely"],
         ("Very likely", "Fairly likely")),
        (["Strongly agree", "Agree", "Neither agree nor disagree", "Disagree"],
         ("Strongly agree", "Agree")),
        (["Very important", "Fairly important", "Not very important", "Not at all important"],
         ("Very important", "Fairly important")),
        (["Not interested", "A little interested", "Very interested"], ("Very interested",)),
        (["sehr zufrieden", "eher zufrieden", "teils/teils", "eher unzufrieden"],
         ("sehr zufrieden", "eher zufrieden")),
        (["stimme zu", "stimme eher nicht zu"], ("stimme zu",)),
        (["Plutôt d'accord", "Pas d'accord"], ("Plutôt d'accord",)),
    ],
)  # fmt: skip
def test_what_is_said_to_approve_counts_as_yes(
    answers: list[str], success: tuple[str, ...]
) -> None:
    meant = meant_by(answers)
    assert meant is not None
    assert success == meant.success


@pytest.mark.parametrize(
    "answers",
    [
        ["1", "2"],
        ["1", "2", "3", "4", "5"],
        ["Labour", "Conservative", "Liberal Democrat"],
        ["Always", "Sometimes", "Never"],
        ["Too little", "About right", "Too much"],
        ["Male", "Female"],
        ["Don't know", "Refused"],
        ["Not at all", "2", "3", "4", "Extremely likely"],
        [],
    ],
)
def test_where_no_answer_is_plainly_a_yes_nothing_is_proposed(answers: list[str]) -> None:
    assert meant_by(answers) is None
