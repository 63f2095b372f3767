"""Whatever slips into a sound question is refused, or the line that is printed names it."""

import random
from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from sweep.data.answers.likeness import same_key
from sweep.data.answers.meaning import Meaning, Tally
from tests.data.answers.asking import ask

SCALES = (
    ["Yes", "No"],
    ["Very likely", "Likely", "Unlikely", "Very unlikely"],
    ["1", "2", "3", "4", "5"],
    [str(k) for k in range(11)],
    ["Nike", "Adidas", "Puma", "None of these"],
    ["18–24", "25–34", "35+"],
    ["Sehr gut", "Gut", "Weder noch", "Schlecht"],
    ["Ja", "Nein", "Weiß nicht"],
    ["Yes, definitely", "Yes, probably", "No, probably not", "No, definitely not"],
)


def letter(text: str, rng: random.Random) -> str:
    at = rng.randrange(len(text))
    return text[:at] + rng.choice("abcdefghij") + text[at + rng.randint(0, 1) :]


SLIPS: tuple[Callable[[str, random.Random], str], ...] = (
    lambda text, _: text.swapcase(),
    lambda text, _: text.replace(" ", ""),
    lambda text, _: text.replace("–", "-"),
    lambda text, _: text.replace(",", ";"),
    lambda text, _: text.replace("ß", "ss").replace("ü", "ue"),
    letter,
    lambda text, _: f"{text}.",
    lambda *_: "Oui",
    lambda *_: "Surplus",
    lambda *_: "77",
    lambda *_: "98",
    lambda *_: "Not asked",
    lambda *_: "Refused",
)


def sound(scale: list[str], rng: random.Random) -> dict[str, int]:
    return {answer: rng.randint(20, 200) for answer in scale}


def test_a_slip_in_the_data_is_refused_or_named() -> None:
    rng = random.Random(1)
    tried = 0
    while tried < 1000:
        scale = rng.choice(SCALES)
        wrong, told = rng.choice(scale), sound(scale, rng)
        slip = rng.choice(SLIPS)(wrong, rng)
        if same_key(slip) in told:
            continue
        tried += 1
        moved = rng.choice([told[wrong], told[wrong] // 2])
        told |= {wrong: told[wrong] - moved, slip: moved}
        told = {answer: n for answer, n in told.items() if n}
        asked = ask({"q": told}, success=scale[:1], dont_know="in_base")
        lines = [message for _, message in asked.mistakes] + asked.notices
        assert any(slip in line for line in lines), (scale, wrong, slip, lines)


def test_a_slip_in_the_config_is_refused() -> None:
    rng = random.Random(2)
    tried = 0
    while tried < 1000:
        scale = rng.choice(SCALES)
        wrong = rng.choice(scale[:2])
        slip = rng.choice(SLIPS)(wrong, rng)
        if same_key(slip) in scale:
            continue
        tried += 1
        asked = ask({"q": sound(scale, rng)}, success=[slip], dont_know="in_base")
        assert [("success", 0)] == [path for path, _ in asked.mistakes], (scale, slip)


def test_a_sound_question_is_coded_in_one_line() -> None:
    rng = random.Random(3)
    for _ in range(1000):
        scale = rng.choice(SCALES)
        columns = {f"c{k}": sound(scale, rng) for k in range(rng.randint(1, 5))}
        asked = ask(columns, match="*", success=scale[:1], dont_know="out_of_base")
        assert [] == asked.mistakes
        assert 1 == len(asked.notices)


ANSWERS = st.one_of(
    st.sampled_from([answer for scale in SCALES for answer in scale]),
    st.sampled_from(["Refused", "Don't know", "Not asked", "98", "-1", "A | B", "yes"]),
    st.text(min_size=1, max_size=6).map(lambda text: "".join(text.split()) or "x"),
)


@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(ANSWERS, st.integers(1, 500), max_size=12),
    st.integers(0, 50),
    st.integers(0, 50),
    st.sampled_from(["in_base", "out_of_base", None]),
)
def test_every_respondent_has_exactly_one_meaning_and_the_sums_agree(
    there: dict[str, int], missing: int, outside: int, dont_know: str | None
) -> None:
    told = Tally(there, missing, outside)
    coding = ask({"q": told}, success=["Yes"], dont_know=dont_know).codings["q"]
    by_meaning = {m: sum(a.count for a in coding.answers if a.meaning is m) for m in Meaning}
    kept = by_meaning[Meaning.DONT_KNOW] if dont_know == "in_base" else 0
    assert there == coding.tally().answers
    assert sum(there.values()) + missing + outside == coding.respondents
    assert sum(there.values()) == sum(by_meaning.values())
    assert by_meaning[Meaning.YES] + by_meaning[Meaning.NO] + kept == coding.n
    assert by_meaning[Meaning.YES] == coding.y == there.get("Yes", 0)
    assert coding == type(coding).from_json(coding.as_json())
