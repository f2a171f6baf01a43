"""Word: headings, lists with their numbers, and tables row by row, in the order of the body.

The parts of the package are read directly: what stands in content controls, insertions and text boxes counts,
deletions and comments do not, and a table whose grid is broken is still read.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass

from copilot.errors import KnowledgeError
from copilot.records import office_xml
from copilot.records.office_xml import Element
from copilot.retrieval.loaders import links, office
from copilot.retrieval.loaders.content import Content
from copilot.retrieval.loaders.table_rows import lines_of_rows
from copilot.retrieval.loaders.word_numbering import MAIN, Numbering, Styles
from copilot.retrieval.types import Section

_MATHS = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_PARAGRAPH, _TABLE, _ROW, _CELL = (f"{MAIN}{name}" for name in ("p", "tbl", "tr", "tc"))
_TEXT_BOX = f"{MAIN}txbxContent"
# Deleted and moved text, field codes, properties; Fallback repeats a drawing for old programs.
_SKIPPED = {f"{MAIN}{name}" for name in ("del", "moveFrom", "instrText", "pPr", "sectPr", "delText")} | {
    _FALLBACK, _TEXT_BOX,
}  # fmt: skip
_CHARACTERS = {
    f"{MAIN}tab": "\t", f"{MAIN}br": "\n", f"{MAIN}cr": "\n", f"{MAIN}noBreakHyphen": "-", f"{MAIN}ptab": "\t",
}  # fmt: skip
# In half points; smaller letters are not read by anyone.
_SMALLEST_SIZE = 5
_LINK, _FIELD, _ADDRESS = f"{MAIN}hyperlink", f"{MAIN}fldSimple", "address"
_RUN, _FIELD_PART, _INSTRUCTION = f"{MAIN}r", f"{MAIN}fldChar", f"{MAIN}instrText"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_LEADS = re.compile(r'\s*HYPERLINK\s+"([^"]+)"(?:\s+\\l\s+"([^"]+)")?')
_WHITE = re.compile(r"F[C-F]F[C-F]F[C-F]", re.IGNORECASE)
# Word writes no wider table.
_MOST_COLUMNS = 63


@dataclass(frozen=True)
class _Block:
    text: str
    level: int | None = None
    """Of a heading."""


def read(data: bytes) -> Content:
    document = _part(data, "document.xml")
    if document is None:
        raise KnowledgeError("it is damaged or not a whole Word document; save it again in Word")
    styles = Styles(_part(data, "styles.xml"))
    reader = _Reader(styles, Numbering(_part(data, "numbering.xml"), styles))
    body = document.find(f"{MAIN}body")
    blocks = list(reader.blocks(body)) if body is not None else []
    blocks += _footnotes(_part(data, "footnotes.xml"), reader)
    title = office.stated_title(data) or next((b.text for b in blocks if b.level == 0), None)
    if not any(block.text for block in blocks):
        raise KnowledgeError("it holds no text, perhaps only pictures of it, which need OCR")
    return Content(tuple(_sections(blocks)), title, office.created(data))


def _part(data: bytes, name: str) -> Element | None:
    path = posixpath.join("word", name)
    xml = office.part(data, path)
    try:
        part = office_xml.parsed(xml) if xml else None
    except office_xml.BrokenXml as error:
        raise KnowledgeError(f"it is damaged ({error.msg}); save it again in Word") from None
    if part is not None:
        _address(part, office.addresses(data, path))
    return part


def _address(part: Element, addresses: Mapping[str, str]) -> None:
    """Notes at each link where it leads, which is said elsewhere in the package."""
    for link in part.iter(_LINK):
        if address := addresses.get(link.get(_RELATION, "")):
            link.set(_ADDRESS, address)
    for field in part.iter(_FIELD):
        if address := _leads(field.get(f"{MAIN}instr", "")):
            field.set(_ADDRESS, address)
    for paragraph in [*part.iter(_PARAGRAPH)]:
        if paragraph.find(f".//{_FIELD_PART}") is not None:
            _gather_fields(paragraph)


def _leads(instruction: str) -> str:
    match = _LEADS.match(instruction)
    return match[1] + (f"#{match[2]}" if match[2] else "") if match else ""


@dataclass
class _Open:
    """A field whose end is still to come."""

    instruction: str = ""
    shown: Element | None = None
    """The run after which it shows its result."""


def _gather_fields(paragraph: Element) -> None:
    """Makes of each link that is written as a field, in runs from its beginning to its end, one element.

    One that ends in another paragraph or in another element stays as it is.
    """
    for run in [*paragraph.iter(_RUN)]:
        _cut(run)
    pending: list[_Open] = []
    for run in [*paragraph.iter(_RUN)]:
        mark = run.find(_FIELD_PART)
        kind = mark.get(f"{MAIN}fldCharType") if mark is not None else None
        if kind == "begin":
            pending.append(_Open())
        elif pending and kind == "separate":
            pending[-1].shown = run
        elif pending and kind == "end":
            field = pending.pop()
            address = _leads(field.instruction)
            if address and field.shown is not None and field.shown.getparent() is run.getparent():
                _wrap(field.shown, run, address)
        elif pending and pending[-1].shown is None:
            pending[-1].instruction += "".join(code.text or "" for code in run.iter(_INSTRUCTION))


def _cut(run: Element) -> None:
    """Gives each mark of a field a run of its own; some programs write a whole field in one."""
    if run.find(_FIELD_PART) is None or len(run) < 2:
        return
    properties = run.find(f"{MAIN}rPr")
    pieces = [child for child in run if child is not properties]
    for piece in pieces[:-1]:
        own = run.makeelement(_RUN)
        if properties is not None:
            own.append(deepcopy(properties))
        own.append(piece)
        run.addprevious(own)


def _wrap(first: Element, last: Element, address: str) -> None:
    """What stands between two neighbours becomes a link."""
    link = first.makeelement(_LINK)
    link.set(_ADDRESS, address)
    first.addnext(link)
    while (following := link.getnext()) is not last:
        link.append(following)


class _Reader:
    def __init__(self, styles: Styles, numbering: Numbering) -> None:
        self._styles = styles
        self._numbering = numbering

    def blocks(self, parent: Element) -> Iterator[_Block]:
        """Paragraphs and tables; what wraps them, such as a content control, is looked into."""
        for element in parent:
            if element.tag == _PARAGRAPH:
                yield from self._paragraph(element)
            elif element.tag == _TABLE:
                yield from self._table(element)
            elif element.tag not in _SKIPPED:
                yield from self.blocks(element)

    def _paragraph(self, element: Element) -> Iterator[_Block]:
        text = _text(element).strip()
        if text:
            level = self._styles.heading_level(element)
            label = self._numbering.label(element)
            if level is None:
                yield _Block(f"{label}{text}")
            else:
                heading = links.without_links(f"{label.lstrip()}{text}")
                yield _Block(" ".join(heading.split()).removeprefix("- "), level)
        for box in element.iter(_TEXT_BOX):
            if not any(ancestor.tag == _FALLBACK for ancestor in box.iterancestors()):
                yield from self.blocks(box)

    def _table(self, table: Element) -> Iterator[_Block]:
        rows: list[list[str]] = []
        for row in _children(table, _ROW):
            spans = [(cell, _span(cell)) for cell in _children(row, _CELL)]
            texts: list[str] = []
            for cell, span in spans:
                text = self._cell(cell)
                if _continues(cell) and rows and len(texts) < len(rows[-1]):
                    text = rows[-1][len(texts)]
                # A cell over several columns speaks for each, one over the whole width for none.
                texts += [text] * span if len(spans) > 1 else [text]
            rows.append(texts)
        yield from map(_Block, lines_of_rows(rows))

    def _cell(self, cell: Element) -> str:
        return " ".join(" ".join(block.text.split()) for block in self.blocks(cell))


def _children(parent: Element, tag: str) -> Iterator[Element]:
    for element in parent:
        if element.tag == tag:
            yield element
        elif element.tag not in _SKIPPED and element.tag not in (_TABLE, _PARAGRAPH):
            yield from _children(element, tag)


def _span(cell: Element) -> int:
    """How many columns it stands over."""
    span = cell.find(f"{MAIN}tcPr/{MAIN}gridSpan")
    written = span.get(f"{MAIN}val", "1") if span is not None else "1"
    return min(int(written), _MOST_COLUMNS) if written.isdigit() else 1


def _continues(cell: Element) -> bool:
    """Whether it is merged with the one above."""
    merge = cell.find(f"{MAIN}tcPr/{MAIN}vMerge")
    return merge is not None and merge.get(f"{MAIN}val", "continue") == "continue"


def _text(element: Element) -> str:
    """What is read in a paragraph; a text box in it is a block of its own."""
    parts = []
    for child in element:
        if child.tag in _SKIPPED:
            continue
        if child.tag == f"{MAIN}r" and _is_hidden(child):
            continue
        if child.tag in (f"{MAIN}t", f"{_MATHS}t"):
            parts.append(child.text or "")
        elif child.tag == f"{_MATHS}f":
            parts.append("/".join(_in_brackets(_text(half)) for half in child if half.tag != f"{_MATHS}fPr"))
        elif child.tag == f"{_MATHS}sup" or _is_raised_number(child):
            # Else ten to the sixth would read as 106.
            parts.append(f"^{_text(child)}")
        elif child.tag in (_LINK, _FIELD):
            parts.append(links.linked(_text(child), child.get(_ADDRESS)))
        else:
            parts.append(_CHARACTERS.get(str(child.tag)) or _text(child))
    return "".join(parts)


def _is_hidden(run: Element) -> bool:
    """Whether nobody sees it: marked so, white on white, or too small to read."""
    properties = run.find(f"{MAIN}rPr")
    if properties is None:
        return False
    if properties.find(f"{MAIN}vanish") is not None:
        return True
    size = properties.find(f"{MAIN}sz")
    if size is not None and size.get(f"{MAIN}val", "").isdigit() and int(size.get(f"{MAIN}val")) < _SMALLEST_SIZE:
        return True
    color = properties.find(f"{MAIN}color")
    if color is None or not _WHITE.fullmatch(color.get(f"{MAIN}val", "")):
        return False
    # The run or its paragraph may have a darker ground, and so may what stands in a table or a box.
    ground = (f"{MAIN}rPr/{MAIN}shd", f"{MAIN}rPr/{MAIN}highlight", f"../{MAIN}pPr/{MAIN}shd")
    is_held = any(holder.tag in (_TABLE, _TEXT_BOX) for holder in run.iterancestors())
    return not is_held and all(run.find(path) is None for path in ground)


def _is_raised_number(run: Element) -> bool:
    raised = run.find(f"{MAIN}rPr/{MAIN}vertAlign")
    if raised is None or raised.get(f"{MAIN}val") != "superscript":
        return False
    return bool(re.fullmatch(r"[-−+]?\d+", _text(run)))


def _in_brackets(term: str) -> str:
    return f"({term})" if re.search(r"\w\W+\w", term) else term


def _footnotes(part: Element | None, reader: _Reader) -> list[_Block]:
    notes = [
        block
        for note in (part if part is not None else ())
        if note.get(f"{MAIN}type") in (None, "normal")
        for block in reader.blocks(note)
    ]
    return [_Block("Footnotes", 1), *notes] if notes else []


def _sections(blocks: list[_Block]) -> Iterator[Section]:
    """The blocks under their headings, counted as paragraphs from 1."""
    path: list[tuple[int, str]] = []
    held: list[str] = []
    first = 1
    for number, block in enumerate([*blocks, _Block("", 0)], 1):
        if block.level is None:
            held.append(block.text)
            continue
        if held or (path and block.level <= path[-1][0]) and first == number:
            yield _section(tuple(text for _, text in path), held, first)
        path = [*(p for p in path if p[0] < block.level), (block.level, block.text)]
        held, first = [], number + 1


def _section(path: tuple[str, ...], held: list[str], first: int) -> Section:
    if not held:
        # A heading with nothing beneath it is a section by itself.
        return Section(path, path[-1], first - 1, first - 1, "paragraph")
    text, breaks = held[0], []
    for before, block in zip(held, held[1:], strict=False):
        text += "\n" if _is_item(before) and _is_item(block) else "\n\n"
        breaks.append(len(text))
        text += block
    return Section(path, text, first, first + len(held) - 1, "paragraph", breaks=tuple(breaks))


def _is_item(block: str) -> bool:
    return block.lstrip().startswith("- ")
