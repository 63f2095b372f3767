"""Slips: one thing in a sound study or its files, written as somebody may write it by mistake."""

import copy
import random
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from sweep.data.answers.likeness import same_key
from sweep.words.text import fold
from tests.matrix.places import KEY, LISTS, Path, texts_of_config
from tests.matrix.sound import Sound
from tests.matrix.ways import WAYS, as_another

__all__ = ["Slip", "plant"]


@dataclass(frozen=True)
class Slip:
    """What was changed: where, from what, into what; and the study that it makes."""

    kind: str
    where: str
    before: str
    after: str
    sound: Sound


def plant(sound: Sound, rng: random.Random) -> Slip:
    """Return a random slip in a sound study, none that writes the same or what is there already."""
    places = PLACES
    while True:
        made = rng.choice(places)(copy.deepcopy(sound), rng)
        if made is not None and made.before != made.after:
            return made


# Where it is miswritten: in the config, the survey, the census, the names of their columns.

LITERAL = re.compile(r"'((?:[^']|'')*)'")


def in_config(sound: Sound, rng: random.Random) -> Slip | None:
    """Miswrite an answer, a level, a code or a name of the config."""
    path, text = rng.choice(list(texts_of_config(sound.study)))
    kind = rng.choice(sorted(WAYS))
    literal = LITERAL.search(text) if " " in text and "==" in text else None
    if literal is not None:
        before = literal[1].replace("''", "'")
        after = WAYS[kind](before, rng)
        written = text[: literal.start(1)] + after.replace("'", "''") + text[literal.end(1) :]
    else:
        before, after = text, WAYS[kind](text, rng)
        written = after
    if not fold(after) or is_another_of(sound.study, path, after):
        return None
    put_at(sound.study, path, written)
    return Slip(kind, ".".join(map(str, path)).replace(KEY, "(key)"), before, after, sound)


def is_another_of(study: dict[str, Any], path: Path, after: str) -> bool:
    """Return whether a mapping or list would hold the same twice: that is another mistake."""
    node: Any = study
    above = path[:-2] if path[-1] == KEY else path[:-1]
    for part in above:
        node = node[part]
    others = node if isinstance(node, dict) and path[-1] == KEY else ()
    return after in others


def put_at(study: dict[str, Any], path: Path, text: str) -> None:
    """Write a text, or a number that it is where a number stood, into a config."""
    node: Any = study
    end = path[:-2] if path[-1] == KEY else path[:-1]
    for part in end:
        node = node[part]
    if path[-1] == KEY:
        old = list(node.items())
        node.clear()
        node.update((text if key == path[-2] else key, value) for key, value in old)
    elif isinstance(node, list | dict):
        node[path[-1]] = text  # type: ignore[index]


def in_lists(sound: Sound, rng: random.Random) -> Slip | None:
    """Leave an answer out of a list, or put one in, or leave a whole list out."""
    found = [
        (k, key)
        for k, rule in enumerate(sound.study["outcomes"])
        for key in (*LISTS, "dont_know", "base")
        if rule.get(key)
    ]
    k, key = rng.choice(found)
    rule, where = sound.study["outcomes"][k], f"outcomes.{k}.{key}"
    listed = rule[key]
    if key in {"dont_know", "base"} or (key != "success" and rng.random() < 0.3):
        del rule[key]
        return Slip("dropped list", where, str(listed), "", sound)
    if len(listed) > 1 and rng.random() < 0.5:
        gone = listed.pop(rng.randrange(len(listed)))
        return Slip("missing answer", where, str(gone), "", sound)
    more = surplus(sound, rule, rng)
    if same_key(str(more)) in {same_key(str(v)) for v in listed}:
        return None
    listed.append(more)
    shown = sound.labels.get(str(rule.get("name")), {}).get(str(more), str(more))
    return Slip("surplus answer", where, "", shown, sound)


def surplus(sound: Sound, rule: dict[str, Any], rng: random.Random) -> Any:
    """Return an answer that a list may have too much: another of the question, or of none."""
    column = str(rule.get("column", rule.get("name")))
    own = [v for v in sound.columns.get(column, ()) if v is not None]
    return rng.choice(own) if own and rng.random() < 0.5 else as_another("", rng)


def in_survey(sound: Sound, rng: random.Random) -> Slip | None:
    """Write a value of the survey in another way, in all rows or in some."""
    used = sorted(set(sound.columns) - {"age", "w"})
    return in_table(sound, sound.columns, rng.choice(used), "survey", rng)


def in_census(sound: Sound, rng: random.Random) -> Slip | None:
    """Write a level of the census in another way, in all rows or in some."""
    column = rng.choice(["sex", "band", "region"])
    if "margins" in sound.study["population"] and column == "sex":
        return None
    return in_table(sound, sound.census, column, "census", rng)


def in_table(
    sound: Sound, table: dict[str, list[str | None]], column: str, where: str, rng: random.Random
) -> Slip | None:
    values = table[column]
    before = rng.choice(sorted({v for v in values if v is not None}))
    kind = rng.choice(sorted(WAYS))
    after = WAYS[kind](before, rng)
    others = {same_key(fold(v)) for v in values if v is not None} - {same_key(before)}
    if not fold(after) or same_key(fold(after)) in others:
        return None
    share = rng.choice([0.02, 0.5, 1.0])
    places = [k for k, v in enumerate(values) if v == before]
    for k in rng.sample(places, max(1, round(share * len(places)))):
        values[k] = after
    return Slip(kind, f"{where}.{column}", before, after, sound)


def in_lookup(sound: Sound, rng: random.Random) -> Slip | None:
    """Write a value of the lookup table in another way."""
    if not sound.zips:
        return None
    return in_table(sound, sound.zips, rng.choice(sorted(sound.zips)), "zips", rng)


def in_names(sound: Sound, rng: random.Random) -> Slip | None:
    """Call a column of the survey or the census by another name."""
    of_survey = rng.random() < 0.7
    table = sound.columns if of_survey else sound.census
    before = rng.choice(sorted(table))
    kind = rng.choice(["case", "letter", "blank", "form", "dash"])
    after = WAYS[kind](before, rng)
    if fold(after) in table and fold(after) != before:
        return None
    if sound.suffix in {".sav", ".dta"} and of_survey and not after.isidentifier():
        return None
    renamed = {after if name == before else name: column for name, column in table.items()}
    made = replace(sound, columns=renamed) if of_survey else replace(sound, census=renamed)
    return Slip(kind, f"name in {'survey' if of_survey else 'census'}", before, after, made)


def in_labels(sound: Sound, rng: random.Random) -> Slip | None:
    """Write the label of a code in another way."""
    if not sound.labels:
        return None
    column = rng.choice(sorted(sound.labels))
    if column in sound.missing and rng.random() < 0.3:
        gone = sound.missing.pop(column)[0]
        return Slip("missing code", f"labels.{column}", sound.labels[column][gone], "", sound)
    code = rng.choice(sorted(sound.labels[column]))
    kind = rng.choice(sorted(WAYS))
    before = sound.labels[column][code]
    sound.labels[column][code] = after = WAYS[kind](before, rng)
    return Slip(kind, f"labels.{column}", before, after, sound) if fold(after) else None


PLACES: tuple[Callable[[Sound, random.Random], Slip | None], ...] = (
    in_config,
    in_config,
    in_config,
    in_lists,
    in_survey,
    in_survey,
    in_census,
    in_lookup,
    in_names,
    in_labels,
)
