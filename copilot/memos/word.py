"""A memo as a Word document that people can edit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from io import BytesIO
from typing import Any

from copilot.memos import layout
from copilot.memos.drawing import png
from copilot.memos.footnotes import Footnotes, place
from copilot.memos.links import lead_to, mark_place
from copilot.memos.memo import Line, Memo
from copilot.memos.plain import printable
from copilot.types import Chart, Table

_NAVY, _GREY, _INK = "0F2A43", "5B6472", "1F2937"
_Mark = Callable[[Any, Sequence[int]], None]
"""Writes the numbers of sources at the end of a paragraph."""
_STYLES = (
    ("Normal", 9.5, _INK), ("Title", 16, _NAVY), ("Subtitle", 9.5, _GREY), ("Heading 1", 11.5, _NAVY),
    ("TOC Heading", 11.5, _NAVY), ("List Bullet", 9.5, _INK), ("Source", 7.5, _GREY),
)  # fmt: skip
_FIRST, _FIRST_BULLET = "First Page", "First Page Bullet"
# Where a first page holds more letters than this, they are smaller.
_ROOM = 1_500
_SMALLER = 8.5
_BETWEEN, _BEFORE_FIRST_HEADING = 2, 7
"""Points between the paragraphs of the first page, and before its headings."""
_BOX, _STRIPE = "F1F5F9", "F5F7FA"
# On every machine, so that columns keep their widths.
_FONT = "Arial"
_TEXT_WIDTH_CM = 17.0
_CHART_WIDTH_CM = 8.5
_BESIDE_WIDTH_CM = 7.6
_BESIDE_CHART_CM = 7.3
_BEFORE_HEADING, _BELOW_TITLE = 12, 4
"""Points."""
_TABLE_SIZE = 6.8
_SIGNING_HEIGHT_CM = 0.55
_EVIDENCE, _UNSOURCED = "Evidence", "unsourced"
_CELL_MARGIN = 40
"""Twentieths of a point."""


def write(memo: Memo, status: str) -> bytes:
    from docx import Document

    memo = layout.flagged(memo)
    document = Document()
    set_page(document, memo.title, memo.organisation, layout.footer(memo))
    document.core_properties.comments = memo.id
    notes = Footnotes(document, {source.marker: layout.reference(source) for source in memo.sources})
    _set_first_page(document, memo)
    add(document, memo.title, style="Title")
    add(document, "     ".join(layout.subtitle(memo, status)), style="Subtitle")
    _box(document, memo, notes)
    for part in layout.front(memo):
        _part(document, part, notes)
    annexes = layout.annexes(memo)
    _contents(document, memo, [part.heading for part in annexes])
    for n, part in enumerate(annexes):
        _part(document, part, notes, bookmark=_annex(n))
    mark_place(add(document, _EVIDENCE, style="Heading 1"), _EVIDENCE)
    for source in memo.sources:
        said = add(document, f"[{source.marker}] {layout.reference(source)}", style="Source")
        mark_place(said, place(source.marker))
    if memo.unsourced:
        mark_place(add(document, layout.WITHOUT_SOURCE, style="Heading 1"), _UNSOURCED)
        for line in layout.unsourced_lines(memo):
            add(document, line, style="List Bullet")
    add(document, layout.provenance(memo), style="Source")
    file = BytesIO()
    document.save(file)
    return file.getvalue()


def _set_first_page(document: Any, memo: Memo) -> None:
    """The styles of its paragraphs, set so that what is decided from stays on one page."""
    from docx.enum.style import WD_STYLE_TYPE
    from docx.shared import Pt

    lines = [line for section in memo.sections if not section.is_annex for line in section.lines]
    is_full = sum(len(line.text) for line in lines) > _ROOM
    for name, base in ((_FIRST, "Normal"), (_FIRST_BULLET, "List Bullet")):
        style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = document.styles[base]
        style.paragraph_format.space_after = Pt(_BETWEEN)
        style.paragraph_format.line_spacing = 1.0
        if is_full:
            style.font.size = Pt(_SMALLER)


def _annex(number: int) -> str:
    return f"annex_{number}"


def set_page(document: Any, title: str, organisation: str, footer: str) -> None:
    """The paper, the styles that our documents have, and what stands below each page."""
    from docx.enum.style import WD_STYLE_TYPE
    from docx.shared import Cm, Pt, RGBColor

    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2)
    section.top_margin, section.bottom_margin = Cm(1.4), Cm(1.6)
    section.header_distance = section.footer_distance = Cm(0.8)
    source = document.styles.add_style("Source", WD_STYLE_TYPE.PARAGRAPH)
    source.base_style = document.styles["Normal"]
    source.paragraph_format.space_after = Pt(1)
    for name, size, color in _STYLES:
        style = document.styles[name]
        _set_font(style, size)
        style.font.color.rgb = RGBColor.from_string(color)
        style.font.italic = False
    document.styles["Normal"].paragraph_format.space_after = Pt(5)
    for name in ("Title", "Subtitle"):
        document.styles[name].paragraph_format.space_after = Pt(_BELOW_TITLE)
    document.styles["Heading 1"].paragraph_format.space_before = Pt(_BEFORE_HEADING)
    # It has stops for a page of letters, and the first would take what belongs to the right.
    document.styles["Footer"].paragraph_format.tab_stops.clear_all()
    core = document.core_properties
    core.title, core.author = printable(title)[:255], printable(organisation)[:255]
    _footer(section, footer)


def _set_font(style: Any, size: float) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Pt

    style.font.name, style.font.size = _FONT, Pt(size)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        # A font of the theme would win over the one that is named.
        fonts.attrib.pop(qn(f"w:{theme}"), None)


def _footer(section: Any, text: str) -> None:
    from docx.enum.text import WD_TAB_ALIGNMENT
    from docx.shared import Cm

    paragraph = section.footer.paragraphs[0]
    paragraph.paragraph_format.tab_stops.add_tab_stop(Cm(_TEXT_WIDTH_CM), WD_TAB_ALIGNMENT.RIGHT)
    _run(paragraph, f"{text}\t", size=8, color=_GREY)
    _field(paragraph, "PAGE")
    _run(paragraph, " / ", size=8, color=_GREY)
    _field(paragraph, "NUMPAGES")


def _field(paragraph: Any, code: str) -> None:
    """A number that Word fills in."""
    for kind, text in (("begin", ""), ("", code), ("end", "")):
        _part_of_field(paragraph, kind, text)


def _part_of_field(paragraph: Any, kind: str, code: str = "") -> None:
    """The beginning, code, separator or end of a field."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    if kind:
        element = OxmlElement("w:fldChar")
        element.set(qn("w:fldCharType"), kind)
    else:
        element = OxmlElement("w:instrText")
        element.text = code
    _run(paragraph, "", size=8, color=_GREY)._r.append(element)


def _box(document: Any, memo: Memo, notes: Footnotes) -> None:
    cell = document.add_table(1, 1).cell(0, 0)
    _shade(cell, _BOX)
    for n, line in enumerate(memo.section("decision").lines):
        paragraph = cell.paragraphs[0] if n == 0 else cell.add_paragraph()
        paragraph.style = document.styles[_FIRST]
        _say(paragraph, line, notes.point)


def _part(document: Any, part: layout.Part, notes: Footnotes, bookmark: str = "") -> None:
    """A part of the first page, or the annex of that bookmark."""
    from docx.shared import Pt

    section, mark = part.section, notes.cite if bookmark else notes.point
    heading = add(document, part.heading, style="Heading 1")
    if bookmark:
        mark_place(heading, bookmark)
    else:
        heading.paragraph_format.space_before = Pt(_BEFORE_FIRST_HEADING)
    if section.table:
        add_table(document, section.table, blank="" if part.is_form else None)
        if not part.is_form:
            marks = add(document, "Figures of the table: ", style="Source")
            notes.refer(marks, section.table_markers)
    if part.beside:
        _beside(document, section.lines, part.beside, mark)
        return
    if part.chart:
        _draw(document.add_paragraph(), part.chart, _CHART_WIDTH_CM)
    for line in section.lines:
        _say(document.add_paragraph(style="List Bullet" if bookmark else _FIRST_BULLET), line, mark)


def _beside(document: Any, lines: Sequence[Line], chart: Chart, mark: _Mark) -> None:
    """Lines, and to the right of them a chart."""
    from docx.shared import Cm

    table = document.add_table(1, 2, style="Normal Table")
    table.autofit = False
    _narrow(table)
    left, right = table.rows[0].cells
    widths = (_TEXT_WIDTH_CM - _BESIDE_WIDTH_CM, _BESIDE_WIDTH_CM)
    for column, cell, width in zip(table.columns, (left, right), widths, strict=True):
        column.width = cell.width = Cm(width)
    for n, line in enumerate(lines):
        paragraph = left.paragraphs[0] if n == 0 else left.add_paragraph()
        paragraph.style = document.styles[_FIRST_BULLET]
        _say(paragraph, line, mark)
    _draw(right.paragraphs[0], chart, _BESIDE_CHART_CM)


def _draw(paragraph: Any, chart: Chart, width_cm: float) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Cm

    paragraph.add_run().add_picture(BytesIO(png(chart)), width=Cm(width_cm))
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _describe(paragraph, chart.title)


def _contents(document: Any, memo: Memo, annexes: Sequence[str]) -> None:
    """A table of contents that Word may bring up to date; until then its lines lead to what follows the first page."""
    heading = add(document, "Annexes", style="TOC Heading")
    # Of the heading itself: a break in a paragraph of its own makes a page where the one before is full.
    heading.paragraph_format.page_break_before = True
    entries = [(_annex(n), annex) for n, annex in enumerate(annexes)]
    entries.append((_EVIDENCE, _EVIDENCE))
    if memo.unsourced:
        entries.append((_UNSOURCED, layout.WITHOUT_SOURCE))
    paragraph = document.add_paragraph()
    _part_of_field(paragraph, "begin")
    _part_of_field(paragraph, "", 'TOC \\o "1-1" \\h')
    _part_of_field(paragraph, "separate")
    for n, (anchor, title) in enumerate(entries):
        if n:
            paragraph = document.add_paragraph()
        paragraph.paragraph_format.space_after = 0
        lead_to(anchor, _run(paragraph, title, color=_GREY))
    _part_of_field(paragraph, "end")


def _describe(paragraph: Any, text: str) -> None:
    """What a screen reader says of the picture."""
    from docx.oxml.ns import qn

    for properties in paragraph._p.iter(qn("wp:docPr")):
        properties.set("descr", text)


def add_table(document: Any, table: Table, blank: str | None = None) -> None:
    """`blank` stands in a cell that holds nothing, instead of a dash."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Cm

    drawn = document.add_table(1, len(table.columns), style="Normal Table" if blank is None else "Table Grid")
    drawn.autofit = False
    _narrow(drawn)
    _repeat_header(drawn.rows[0])
    size = layout.letters(table, _TABLE_SIZE)
    numeric = [layout.is_numeric(table, j) for j in range(len(table.columns))]
    for cell, title in zip(drawn.rows[0].cells, table.columns, strict=True):
        if blank is None:
            _shade(cell, _NAVY)
        _run(cell.paragraphs[0], title, size=size, color="FFFFFF" if blank is None else _GREY, bold=True)
    for n, row in enumerate(table.rows):
        added = drawn.add_row()
        _keep_together(added)
        if blank is not None:
            added.height = Cm(_SIGNING_HEIGHT_CM)
        for cell, value in zip(added.cells, row, strict=True):
            shown = blank if value is None and blank is not None else layout.shown(value)
            _run(cell.paragraphs[0], shown, size=size)
            if n % 2 and blank is None:
                _shade(cell, _STRIPE)
    widths = layout.widths(table)
    for j, width in enumerate(_TEXT_WIDTH_CM * letters / sum(widths) for letters in widths):
        # Word goes by the grid, LibreOffice by the cells.
        drawn.columns[j].width = Cm(width)
        for cell in drawn.columns[j].cells:
            cell.width = Cm(width)
            cell.paragraphs[0].paragraph_format.space_after = 0
            cell.paragraphs[0].paragraph_format.line_spacing = 1.0
            if numeric[j]:
                cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _narrow(table: Any) -> None:
    """Little room at the sides of a cell, so that no figure is broken."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        element = OxmlElement(f"w:{side}")
        element.set(qn("w:w"), str(_CELL_MARGIN))
        element.set(qn("w:type"), "dxa")
        margins.append(element)
    table._tbl.tblPr.append(margins)


def _repeat_header(row: Any) -> None:
    _mark(row, "w:tblHeader")
    _keep_together(row)


def _keep_together(row: Any) -> None:
    _mark(row, "w:cantSplit")


def _mark(row: Any, name: str) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    element = OxmlElement(name)
    element.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(element)


def _shade(cell: Any, color: str) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    element = OxmlElement("w:shd")
    element.set(qn("w:val"), "clear")
    element.set(qn("w:fill"), color)
    cell._tc.get_or_add_tcPr().append(element)


def _say(paragraph: Any, line: Line, mark: _Mark) -> None:
    if lead := layout.lead(line):
        _run(paragraph, f"{lead} ", bold=True)
    _run(paragraph, line.text, color=_GREY if line.is_caveat else None)
    mark(paragraph, line.markers)


def add(document: Any, text: str, style: str) -> Any:
    """A paragraph in a style."""
    paragraph = document.add_paragraph(style=style)
    _run(paragraph, text)
    return paragraph


def _run(paragraph: Any, text: str, size: float | None = None, color: str | None = None, bold: bool = False) -> Any:
    from docx.shared import Pt, RGBColor

    run = paragraph.add_run(printable(text))
    if size is not None:
        run.font.size = Pt(size)
    if color is not None:
        run.font.color.rgb = RGBColor.from_string(color)
    run.font.bold = bold or None
    return run
