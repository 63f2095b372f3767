"""Triple-S definition: what the XML file says of variables and of where they stand in the data.

Triple-S XML 1.1, 1.2 and 2.0 (www.triple-s.org). The XML is read without a document type: nothing
that it names is fetched, and an entity that it defines is refused.
"""

import html
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from sweep.errors import DataError
from sweep.words.text import fold, text_of
from sweep.words.values import brief

__all__ = ["Definition", "Variable", "definition_of"]

VERSIONS = ("1.1", "1.2", "2.0")
TYPES = ("single", "multiple", "quantity", "character", "logical", "date", "time")


@dataclass(frozen=True)
class Variable:
    """A variable: its place, counted from 1, in columns of text or in fields, ends included.

    ``values`` are labels by code; the codes of a range have none. ``subfields`` is how many answers
    of a multiple are written one behind the other, each ``width`` wide (0: as the longest code); 0
    subfields if it has a 0 or 1 for every code.
    """

    name: str
    kind: str
    label: str | None
    start: int
    finish: int
    values: Mapping[str, str] = field(default_factory=dict)
    unlabelled: tuple[str, ...] = ()
    literal: bool = False
    subfields: int = 0
    width: int = 0
    use: str | None = None
    filter: str | None = None

    def codes(self) -> list[str]:
        """Return the codes that an answer may have, in order."""
        return sorted(
            dict.fromkeys((*self.values, *self.unlabelled)), key=lambda code: (len(code), code)
        )


@dataclass(frozen=True)
class Definition:
    """The variables of a survey, and how its data file is written."""

    variables: tuple[Variable, ...]
    encoding: str
    csv: bool = False
    skip: int = 0
    href: str | None = None


def definition_of(path: Path) -> Definition:
    """Return what a definition file says.

    Raises
    ------
    DataError
        If it cannot be read, is no Triple-S XML of a known version, or contradicts itself.
    """
    try:
        root, encoding = parsed(path.read_bytes())
        return definition(root, encoding)
    except OSError as error:
        msg = f"{path}: cannot be read: {error.strerror}"
        raise DataError(msg) from error
    except (expat.ExpatError, LookupError, ValueError) as error:
        msg = f"{path}: {error}"
        raise DataError(msg) from error


def parsed(data: bytes) -> tuple[Element, str]:
    """Return the root of an XML document, and the encoding that it says it has.

    Raises
    ------
    ValueError
        If it defines an entity, or uses one that HTML does not know.
    """
    if data.lstrip()[:3].upper() == b"SSS":
        msg = "it is Triple-S before XML; export it as Triple-S XML 2.0"
        raise ValueError(msg)
    builder = TreeBuilder()
    parser = expat.ParserCreate()
    encodings = ["utf-8"]

    def declare(_version: str, encoding: str | None, _standalone: int) -> None:
        encodings.append(encoding or "utf-8")

    def refuse(*_entity: Any) -> None:
        msg = "it defines entities (<!ENTITY ...>), which are not read: write out what they are for"
        raise ValueError(msg)

    def skip(name: str, _parameter: bool) -> None:
        text = html.unescape(f"&{name};")
        if text == f"&{name};":
            msg = f"it uses the entity &{name};, which nothing defines"
            raise ValueError(msg)
        builder.data(text)

    parser.XmlDeclHandler = declare
    parser.EntityDeclHandler = refuse
    parser.SkippedEntityHandler = skip
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.data
    parser.Parse(data, True)
    return builder.close(), encodings[-1]


def definition(root: Element, encoding: str) -> Definition:
    """Return what the elements say."""
    version = root.get("version", "")
    if root.tag != "sss" or version not in VERSIONS:
        msg = f"<{root.tag} version={version!r}> is not Triple-S XML {', '.join(VERSIONS)}"
        raise ValueError(msg)
    records = root.findall("survey/record")
    if len(records) != 1:
        msg = f"it has {len(records)} records; a survey of one level has one"
        raise ValueError(msg)
    record = records[0]
    csv = record.get("format", "fixed") == "csv"
    variables = tuple(variable(element) for element in record.findall("variable"))
    names = [name.casefold() for name in (v.name for v in variables)]
    if twice := sorted({v.name for v in variables if names.count(v.name.casefold()) > 1}):
        msg = f"it has the variable {brief(twice[0])} twice"
        raise ValueError(msg)
    return Definition(variables, encoding, csv, int(record.get("skip", "0")), record.get("href"))


def variable(element: Element) -> Variable:
    """Return what an element says of a variable."""
    name = fold(element.findtext("name") or "")
    kind = element.get("type", "")
    position = element.find("position")
    if not name or kind not in TYPES or position is None:
        msg = f"variable {brief(name)} of type {brief(kind)}: its name, type or position is wrong"
        raise ValueError(msg)
    start = int(position.get("start", "0"))
    finish = int(position.get("finish") or start)
    if not 1 <= start <= finish:
        msg = f"variable {brief(name)}: its position is {start} to {finish}"
        raise ValueError(msg)
    literal = element.get("format") == "literal"
    subfields, width = spread_of(element, name)
    label = element.find("label")
    return Variable(
        name=name,
        kind=kind,
        label=None if label is None else text_in(label) or None,
        start=start,
        finish=finish,
        values=dict(labelled(element, kind, literal)),
        unlabelled=tuple(ranged(element, kind)),
        literal=literal,
        subfields=subfields,
        width=width,
        use=element.get("use"),
        filter=element.get("filter") or element.findtext("filter"),
    )


def spread_of(element: Element, name: str) -> tuple[int, int]:
    """Return over how many subfields a multiple is spread, and how wide each is; 0 if not said."""
    spread = element.find("spread")
    if spread is None:
        return 0, 0
    subfields = int(spread.get("subfields", "0"))
    if subfields < 1:
        msg = f"variable {brief(name)}: it is spread over {subfields} subfields"
        raise ValueError(msg)
    return subfields, int(spread.get("width", "0"))


def labelled(element: Element, kind: str, literal: bool) -> Iterator[tuple[str, str]]:
    """Yield the codes that have a label, as the data's are written, and their labels."""
    for value in element.findall("values/value"):
        code = value.get("code", "").strip()
        if kind == "quantity":
            code = text_of(float(code)) or code
        yield (code if literal else plain_code(code)), text_in(value)


def ranged(element: Element, kind: str) -> Iterator[str]:
    """Yield the codes of the ranges of a single or a multiple; of a quantity they are limits."""
    if kind in {"single", "multiple"}:
        for span in element.findall("values/range"):
            low, high = int(span.get("from", "")), int(span.get("to", ""))
            if high - low > 100_000:
                msg = f"a range of codes from {low} to {high}"
                raise ValueError(msg)
            yield from map(str, range(low, high + 1))


def plain_code(code: str) -> str:
    """Return a code without zeros before it: 007 and 7 are one."""
    whole, point, rest = code.partition(".")
    return (str(int(whole)) if whole.lstrip("-").isdigit() else whole) + point + rest


def text_in(element: Element) -> str:
    """Return the text of an element; what is only for one mode or language if there is no other."""
    own = [element.text or ""]
    for child in element:
        own += [" " if child.tag == "br" else "", child.tail or ""]
    text = fold("".join(own))
    special = element.find("text")
    return text or ("" if special is None else text_in(special))
