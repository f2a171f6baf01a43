"""Styles of a Word document and the numbers that Word writes before paragraphs: `4.2`, `(a)`, a bullet."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from copilot.records.office_xml import Element

MAIN = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_VALUE = f"{MAIN}val"
_HEADING = re.compile(r"heading (\d)", re.IGNORECASE)
_DEEPEST_STYLE = 20


class Styles:
    """Paragraph styles, by id; what one does not say comes from the one it is based on."""

    def __init__(self, part: Element | None) -> None:
        found = part.iter(f"{MAIN}style") if part is not None else ()
        self._styles: Mapping[str, Element] = {style.get(f"{MAIN}styleId", ""): style for style in found}

    def chain(self, paragraph: Element) -> list[Element]:
        """The paragraph itself, its style, and the styles that one is based on."""
        found = [paragraph]
        id = _value(paragraph, "pPr/pStyle")
        while id is not None and id in self._styles and len(found) < _DEEPEST_STYLE:
            found.append(self._styles[id])
            id = _value(self._styles[id], "basedOn")
        return found

    def heading_level(self, paragraph: Element) -> int | None:
        """1 to 9 of a heading, 0 of the document's title, None of any other paragraph."""
        for element in self.chain(paragraph):
            outline = _value(element, "pPr/outlineLvl")
            if outline is not None and outline.isdigit():
                return int(outline) + 1 if int(outline) < 9 else None
            name = _value(element, "name") or ""
            if match := _HEADING.fullmatch(name):
                return int(match[1])
            if name.casefold() == "title":
                return 0
        return None


@dataclass
class _List:
    levels: Mapping[int, Element]
    counts: dict[int, int] = field(default_factory=dict)


class Numbering:
    """Counts the numbered paragraphs in the order in which `label` is asked for them."""

    def __init__(self, part: Element | None, styles: Styles) -> None:
        self._styles = styles
        self._lists: dict[str, _List] = {}
        if part is None:
            return
        abstract = {
            a.get(f"{MAIN}abstractNumId"): _List(
                {int(lvl.get(f"{MAIN}ilvl", "0")): lvl for lvl in a.iter(f"{MAIN}lvl")}
            )
            for a in part.iter(f"{MAIN}abstractNum")
        }
        # Lists of one abstract list count on together unless they state where they start.
        for number in part.iter(f"{MAIN}num"):
            shared = abstract.get(_value(number, "abstractNumId"))
            if shared:
                restarts = number.find(f"{MAIN}lvlOverride/{MAIN}startOverride") is not None
                self._lists[number.get(f"{MAIN}numId", "")] = _List(shared.levels) if restarts else shared

    def label(self, paragraph: Element) -> str:
        """What stands before its text, with a blank; empty when it is in no list."""
        number, level = self._place(paragraph)
        numbered = self._lists.get(number or "")
        if numbered is None or level not in numbered.levels:
            return ""
        definition = numbered.levels[level]
        if _value(definition, "numFmt") in ("bullet", "none", None):
            return "  " * level + "- " if _value(definition, "numFmt") == "bullet" else ""
        counts = numbered.counts
        counts[level] = counts.get(level, _start(definition) - 1) + 1
        for deeper in [d for d in counts if d > level]:
            del counts[deeper]
        for upper in range(level):
            counts.setdefault(upper, _start(numbered.levels.get(upper)))
        pattern = _value(definition, "lvlText") or ""
        return re.sub(r"%(\d)", lambda m: _written(counts, numbered.levels, int(m[1]) - 1, definition), pattern) + " "

    def _place(self, paragraph: Element) -> tuple[str | None, int]:
        number: str | None = None
        level: int | None = None
        for element in self._styles.chain(paragraph):
            number = number or _value(element, "pPr/numPr/numId")
            written = _value(element, "pPr/numPr/ilvl")
            level = int(written) if level is None and written and written.isdigit() else level
        return (None if number == "0" else number), level or 0


def _start(definition: Element | None) -> int:
    written = _value(definition, "start") if definition is not None else None
    return int(written) if written and written.isdigit() else 1


def _written(counts: Mapping[int, int], levels: Mapping[int, Element], level: int, definition: Element) -> str:
    count = counts.get(level, 1)
    is_legal = definition.find(f"{MAIN}isLgl") is not None
    format = _value(levels[level], "numFmt") if level in levels and not is_legal else "decimal"
    if format in ("lowerLetter", "upperLetter"):
        letters = chr(ord("a") + (count - 1) % 26) * ((count - 1) // 26 + 1)
        return letters if format == "lowerLetter" else letters.upper()
    if format in ("lowerRoman", "upperRoman"):
        return _roman(count).lower() if format == "lowerRoman" else _roman(count)
    return f"{count:02d}" if format == "decimalZero" else str(count)


def _roman(number: int) -> str:
    text = ""
    for value, letters in ((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"),
                           (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")):  # fmt: skip
        text += letters * (number // value)
        number %= value
    return text


def _value(element: Element, path: str) -> str | None:
    found = element.find("/".join(f"{MAIN}{step}" for step in path.split("/")))
    return None if found is None else found.get(_VALUE)
