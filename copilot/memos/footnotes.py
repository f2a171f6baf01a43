"""Footnotes of a Word document, which python-docx does not write: their part, their styles, and what refers to them.

Each has the number of its source as its own mark, so that a number means the same source here, on the page and in the
PDF, whatever order it is cited in. A later mention of a source is a link to its place in the list of evidence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from copilot.memos import layout
from copilot.memos.links import lead_to
from copilot.memos.plain import printable

_REFERENCE, _TEXT = "footnote reference", "footnote text"
"""Names that Word gives these styles itself, so that it knows them."""
_TEXT_SIZE = 7.5
# The lines above the notes of a page, and above those that go on from the page before, are notes of their own.
_SEPARATORS = {"separator": -1, "continuationSeparator": 0}
# What follows the setting of footnotes in the settings of a document, nearest first.
_AFTER = ("w:endnotePr", "w:compat", "w:docVars", "w:rsids", "m:mathPr", "w:themeFontLang", "w:clrSchemeMapping")


class Footnotes:
    """The notes of one document, one for each source that its text cites."""

    def __init__(self, document: Any, texts: Mapping[int, str]) -> None:
        """`texts` holds what the note of each source says, by its number."""
        self._texts = texts
        self._noted: set[int] = set()
        self._style = _text_style(document)
        self._element = _part(document)

    def cite(self, paragraph: Any, markers: Sequence[int]) -> None:
        """Writes the numbers of sources at the end of a paragraph."""
        for n, run in enumerate(self._runs(markers)):
            if n:
                _superscript(paragraph, ",")
            if run.first in self._noted:
                self._lead(run, _superscript(paragraph, run.text))
            else:
                self._note(paragraph, run.first)

    def refer(self, paragraph: Any, markers: Sequence[int]) -> None:
        """Writes the numbers of sources as links to the list of evidence, without notes."""
        for n, run in enumerate(layout.runs(markers)):
            if n:
                paragraph.add_run(", ")
            self._lead(run, paragraph.add_run(run.text))

    def point(self, paragraph: Any, markers: Sequence[int]) -> None:
        """`refer` at the end of a sentence of the first page, where notes would take the room of what is decided."""
        for n, run in enumerate(layout.runs(markers)):
            if n:
                _superscript(paragraph, ",")
            self._lead(run, _superscript(paragraph, run.text))

    def _runs(self, markers: Sequence[int]) -> list[layout.Run]:
        """Sources that have their notes, those one after the other as one; each of the others by itself."""
        noted = layout.runs([marker for marker in markers if marker in self._noted])
        return sorted([*noted, *(layout.Run(marker, str(marker)) for marker in markers if marker not in self._noted)])

    def _lead(self, run: layout.Run, written: Any) -> None:
        lead_to(place(run.first), written, printable(self._texts[run.first]))

    def _note(self, paragraph: Any, marker: int) -> None:
        """The note of a source and, in the text, the mark that refers to it."""
        self._noted.add(marker)
        # By order, not by source: LibreOffice gives the first mark the first note, whatever its id.
        id = str(len(self._noted))
        _add_note(self._element, id, f"[{marker}] {printable(self._texts[marker])}", self._style)
        run = paragraph.add_run(style=_REFERENCE)
        run._r.append(_made("w:footnoteReference", {"w:customMarkFollows": "1", "w:id": id}))
        for digit in str(marker):
            # LibreOffice prints a mark of several letters twice where they are one text.
            _within(run._r, "w:t").text = digit


def place(marker: int) -> str:
    """The name of the place where a source stands in the list of evidence."""
    return f"source_{marker}"


def _superscript(paragraph: Any, text: str) -> Any:
    """By itself, not by the style of marks: LibreOffice takes a neighbour that has their style for a part of a mark."""
    run = paragraph.add_run(text)
    run.font.superscript = True
    return run


def _text_style(document: Any) -> str:
    """Makes the styles of the mark and of the text; gives the id of that of the text."""
    from docx.enum.style import WD_STYLE_TYPE
    from docx.shared import Pt

    mark = document.styles.add_style(_REFERENCE, WD_STYLE_TYPE.CHARACTER, builtin=True)
    mark.font.superscript = True
    text = document.styles.add_style(_TEXT, WD_STYLE_TYPE.PARAGRAPH, builtin=True)
    text.base_style = document.styles["Normal"]
    text.font.size = Pt(_TEXT_SIZE)
    text.paragraph_format.space_after = Pt(0)
    return str(text.style_id)


def _part(document: Any) -> Any:
    """Adds the part that holds the notes to a document; gives its element."""
    from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
    from docx.opc.packuri import PackURI
    from docx.opc.part import XmlPart

    notes = _made("w:footnotes", {})
    properties = _made("w:footnotePr", {})
    for kind, id in _SEPARATORS.items():
        run = _within(_within(_within(notes, "w:footnote", {"w:type": kind, "w:id": str(id)}), "w:p"), "w:r")
        _within(run, f"w:{kind}")
        _within(properties, "w:footnote", {"w:id": str(id)})
    document.settings.element.insert_element_before(properties, *_AFTER)
    package = document.part.package
    part = XmlPart(PackURI("/word/footnotes.xml"), CONTENT_TYPE.WML_FOOTNOTES, notes, package)
    document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)
    return notes


def _add_note(notes: Any, id: str, text: str, style: str) -> None:
    paragraph = _within(_within(notes, "w:footnote", {"w:id": id}), "w:p")
    _within(_within(paragraph, "w:pPr"), "w:pStyle", {"w:val": style})
    # The number is text: Word writes none beside a mark of ours; LibreOffice does, and "2[2]" does not read as 22.
    _within(_within(paragraph, "w:r"), "w:t", {"xml:space": "preserve"}).text = text


def _within(parent: Any, name: str, attributes: Mapping[str, str] | None = None) -> Any:
    child = _made(name, attributes or {})
    parent.append(child)
    return child


def _made(name: str, attributes: Mapping[str, str]) -> Any:
    from docx.oxml import OxmlElement

    element = OxmlElement(name)
    for key, value in attributes.items():
        element.set(_tag(key), value)
    return element


def _tag(name: str) -> str:
    from docx.oxml.ns import qn

    return qn(name)
