"""Two lists of words say which answers are none, in many languages, and leave real answers be."""

import pytest

from sweep.data.answers.words import is_dont_know, is_none, is_not_asked, words_in


@pytest.mark.parametrize(
    "answer",
    [
        *("Don't know", "Don’t Know", "DON`T KNOW", "dk", "Not sure", "Refused", "(Refused)"),
        *("Prefer not to say", "Prefer not to answer", "No answer", "No opinion", "don't know."),
        *("keine Angabe", "weiß nicht", "Weiss nicht", "ne sait pas", "NSP", "Refus", "No sabe"),
        *("No contesta", "NS/NC", "Non so", "Não sabe", "Weet niet", "Vet ej", "Ved ikke"),
        *("Nie wiem", "わからない", "Не знаю", "Bilmiyorum", " Don't  know "),
        *("99 - DK", "98 - Refused", "(99) Don't know", "99. Don't know", "-1: Refused"),
        *("DK (spontaneous)", "[DK/Refused]", "Refused (VOL.)", "Refused/No answer", "DK, refused"),
    ],
)
def test_whoever_says_nothing_is_heard_in_any_language(answer: str) -> None:
    assert is_dont_know(answer)
    assert not is_not_asked(answer)


@pytest.mark.parametrize(
    "answer",
    [
        *("Not asked", "Not asked in survey", "Not shown", "Not applicable", "N/A", "n/a", "#N/A"),
        *("Skipped", "Inapplicable", "routing", "System missing", "nicht gefragt", "Non posé"),
        *("no preguntado", "niet gevraagd", "(Not asked)", "Not asked.", "-2 - Not asked"),
    ],
)
def test_whoever_was_not_asked_is_known_in_any_language(answer: str) -> None:
    assert is_not_asked(answer)
    assert not is_dont_know(answer)


@pytest.mark.parametrize(
    "answer",
    [
        *("2 - No", "No (refused)", "5 - Not at all", "Yes / don't know", "7 days", "No/Yes"),
        *("Yes", "No", "None of these", "None", "Neither", "Unknown", "Not seen", "Declined", "NC"),
        *("Does not apply", "trifft nicht zu", "unsicher", "Not at all", "No change", "Never", "0"),
        *("NA", "98", "Other", "I do not know this brand"),
    ],
)
def test_real_answers_are_in_neither_list(answer: str) -> None:
    assert not is_dont_know(answer)
    assert not is_not_asked(answer)


def test_no_word_means_both() -> None:
    assert set() == words_in("dont_know.toml") & words_in("not_asked.toml")


@pytest.mark.parametrize(
    "option",
    ["None of these", "none", "98 - None of the above", "Keine davon", "Aucune", "NINGUNA"],
)
def test_an_option_that_excludes_all_others_is_known(option: str) -> None:
    assert is_none(option)
    assert not is_dont_know(option)
    assert not is_not_asked(option)


@pytest.mark.parametrize("option", ["Nike", "Nonet", "Some of these", "No", "Other", "0"])
def test_an_option_is_an_option(option: str) -> None:
    assert not is_none(option)
