"""Footnotes of a Word document, which python-docx does not write: their part, their styles, and what refers to them.

Each has the number of its source as its own mark, so that a number means the same source here, on the page and in the
PDF, whatever order it is cited in. A later mention of a source is a cross-reference to the note of the first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from copilot.memos import layout
from copilot.memos.plain import printable

_REFERENCE, _TEXT = "footnote reference", "footnote text"
"""Names that Word gives these styles itself, so that it knows them."""
_TEXT_SIZE = 7.5
# The lines above the notes of a page, and above those that go on from the page before, are notes of their own.
_SEPARATORS = {"separator": -1, "continuationSeparator": 0}
# What follows the setting of footnotes in the settings of a document, nearest first.
_AFTER = ("w:endnotePr", "w:compat", "w:docVars", "w:rsids", "m:mathPr", "w:themeFontLang", "w:clrSchemeMapping")


class Footnotes:
    """The notes of one document, one for each source that is cited."""

    def __init__(self, document: Any, texts: Mapping[int, str]) -> None:
        """`texts` holds what the note of each source says, by its number."""
        self._texts = texts
        self._noted: set[int] = set()
        self._styles = _styles(document)
        self._element = _part(document)

    def cite(self, paragraph: Any, markers: Sequence[int]) -> None:
        """Writes the numbers of sources at the end of a paragraph."""
        for n, (first, last) in enumerate(self._parts(markers)):
            if n:
                self._run(paragraph, ",")
            if first not in self._noted:
                self._note(paragraph, first)
                continue
            self._refer(paragraph, first)
            if last != first:
                self._run(paragraph, "–")
                self._refer(paragraph, last)

    def _parts(self, markers: Sequence[int]) -> list[tuple[int, int]]:
        """First and last of each run of sources that have their notes; each of the others by itself."""
        found: list[tuple[int, int]] = []
        noted = [marker for marker in markers if marker in self._noted]
        for run in layout.runs(noted):
            last = int(run.text.rpartition("–")[2])
            found.append((run.first, last))
        found += ((marker, marker) for marker in markers if marker not in self._noted)
        return sorted(found)

    def _note(self, paragraph: Any, marker: int) -> None:
        """The note of a source and, in the text, the mark that refers to it."""
        self._noted.add(marker)
        _add_note(self._element, marker, self._texts[marker], self._styles)
        name = _bookmark(marker)
        # Word keeps the numbers of bookmarks apart from their names; these follow those of the annexes and sources.
        number = str(len(paragraph._p.getroottree().findall(f".//{_tag('w:bookmarkStart')}")))
        paragraph._p.append(_made("w:bookmarkStart", {"w:id": number, "w:name": name}))
        run = self._run(paragraph, "")
        run._r.append(_made("w:footnoteReference", {"w:customMarkFollows": "1", "w:id": str(marker)}))
        run.add_text(str(marker))
        paragraph._p.append(_made("w:bookmarkEnd", {"w:id": number}))

    def _refer(self, paragraph: Any, marker: int) -> None:
        """A cross-reference to the mark of a note, as Word itself writes one."""
        for kind in ("begin", "code", "separate", "text", "end"):
            run = self._run(paragraph, str(marker) if kind == "text" else "")
            if kind == "code":
                code = _made("w:instrText", {"xml:space": "preserve"})
                code.text = f" NOTEREF {_bookmark(marker)} \\f \\h "
                run._r.append(code)
            elif kind != "text":
                run._r.append(_made("w:fldChar", {"w:fldCharType": kind}))

    def _run(self, paragraph: Any, text: str) -> Any:
        return paragraph.add_run(text, style=_REFERENCE)


def _bookmark(marker: int) -> str:
    return f"note_{marker}"


def _styles(document: Any) -> tuple[str, str]:
    """Makes the styles of the mark and of the text; gives their ids."""
    from docx.enum.style import WD_STYLE_TYPE
    from docx.shared import Pt

    mark = document.styles.add_style(_REFERENCE, WD_STYLE_TYPE.CHARACTER, builtin=True)
    mark.font.superscript = True
    text = document.styles.add_style(_TEXT, WD_STYLE_TYPE.PARAGRAPH, builtin=True)
    text.base_style = document.styles["Normal"]
    text.font.size = Pt(_TEXT_SIZE)
    text.paragraph_format.space_after = Pt(0)
    return mark.style_id, text.style_id


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


def _add_note(notes: Any, marker: int, text: str, styles: tuple[str, str]) -> None:
    mark_style, text_style = styles
    paragraph = _within(_within(notes, "w:footnote", {"w:id": str(marker)}), "w:p")
    _within(_within(paragraph, "w:pPr"), "w:pStyle", {"w:val": text_style})
    mark = _within(paragraph, "w:r")
    _within(_within(mark, "w:rPr"), "w:rStyle", {"w:val": mark_style})
    _within(mark, "w:t").text = str(marker)
    said = _within(_within(paragraph, "w:r"), "w:t", {"xml:space": "preserve"})
    said.text = f" {printable(text)}"


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
