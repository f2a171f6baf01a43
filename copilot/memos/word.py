"""A memo as a Word document that people can edit."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from copilot.memos import layout
from copilot.memos.drawing import png
from copilot.memos.memo import Line, Memo, Section
from copilot.memos.plain import printable
from copilot.types import Table

_NAVY, _GREY, _ALARM = "0F2A43", "5B6472", "A4262C"
_BOX, _STRIPE = "F1F5F9", "F5F7FA"
_FONT = "Inter"
_TEXT_WIDTH_CM = 17.0
_CHART_WIDTH_CM = 15.0


def write(memo: Memo) -> bytes:
    from docx import Document

    document = Document()
    _set_page(document, memo)
    _paragraph(document, memo.title, style="Title")
    _paragraph(document, "     ".join(layout.subtitle(memo)), color=_GREY)
    _box(document, memo)
    for heading, section in layout.headed(memo):
        _section(document, heading, section)
    _paragraph(document, "Evidence", style="Heading 2")
    for source in memo.sources:
        _paragraph(document, f"[{source.marker}] {layout.reference(source)}", size=7.5, after=1)
    _paragraph(document, layout.provenance(memo), size=7.5, color=_GREY)
    file = BytesIO()
    document.save(file)
    return file.getvalue()


def _set_page(document: Any, memo: Memo) -> None:
    from docx.shared import Cm, Pt, RGBColor

    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2)
    section.top_margin, section.bottom_margin = Cm(1.8), Cm(2)
    for name, size, color in (("Normal", 9.5, "1F2937"), ("Title", 18, _NAVY), ("Heading 2", 11.5, _NAVY)):
        style = document.styles[name]
        _set_font(style, size)
        style.font.color.rgb = RGBColor.from_string(color)
    document.styles["Normal"].paragraph_format.space_after = Pt(5)
    core = document.core_properties
    core.title, core.author, core.comments = printable(memo.title)[:255], printable(memo.organisation)[:255], memo.id
    _footer(section, memo)


def _set_font(style: Any, size: float) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Pt

    style.font.name, style.font.size = _FONT, Pt(size)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        # A font of the theme would win over the one that is named.
        fonts.attrib.pop(qn(f"w:{theme}"), None)


def _footer(section: Any, memo: Memo) -> None:
    from docx.enum.text import WD_TAB_ALIGNMENT
    from docx.shared import Cm

    paragraph = section.footer.paragraphs[0]
    paragraph.paragraph_format.tab_stops.clear_all()
    paragraph.paragraph_format.tab_stops.add_tab_stop(Cm(_TEXT_WIDTH_CM), WD_TAB_ALIGNMENT.RIGHT)
    _run(paragraph, f"{layout.footer(memo)}\t", size=8, color=_GREY)
    _field(paragraph, "PAGE")
    _run(paragraph, " / ", size=8, color=_GREY)
    _field(paragraph, "NUMPAGES")


def _field(paragraph: Any, code: str) -> None:
    """A number that Word fills in."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    run = _run(paragraph, "", size=8, color=_GREY)
    for kind in ("begin", "", "end"):
        if kind:
            element = OxmlElement("w:fldChar")
            element.set(qn("w:fldCharType"), kind)
        else:
            element = OxmlElement("w:instrText")
            element.text = code
        run._r.append(element)


def _box(document: Any, memo: Memo) -> None:
    cell = document.add_table(1, 1).cell(0, 0)
    _shade(cell, _BOX)
    for n, line in enumerate(memo.section("decision").lines):
        paragraph = cell.paragraphs[0] if n == 0 else cell.add_paragraph()
        _say(paragraph, line)


def _section(document: Any, heading: str, section: Section) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Cm

    _paragraph(document, heading, style="Heading 2")
    if section.table:
        _table(document, section.table)
        marks = f"Figures of the table: {layout.marks(section.table_markers)}"
        _paragraph(document, marks, size=7.5, color=_GREY)
    if section.chart:
        document.add_picture(BytesIO(png(section.chart)), width=Cm(_CHART_WIDTH_CM))
        picture = document.paragraphs[-1]
        picture.alignment = WD_ALIGN_PARAGRAPH.CENTER
        _describe(picture, section.chart.title)
    for line in section.lines:
        _say(document.add_paragraph(style="List Bullet"), line)


def _describe(paragraph: Any, text: str) -> None:
    """What a screen reader says of the picture."""
    from docx.oxml.ns import qn

    for properties in paragraph._p.iter(qn("wp:docPr")):
        properties.set("descr", text)


def _table(document: Any, table: Table) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Cm

    drawn = document.add_table(1, len(table.columns))
    drawn.autofit = False
    _repeat_header(drawn.rows[0])
    numeric = [layout.is_numeric(table, j) for j in range(len(table.columns))]
    for cell, title in zip(drawn.rows[0].cells, table.columns, strict=True):
        _shade(cell, _NAVY)
        _run(cell.paragraphs[0], title, size=8, color="FFFFFF", bold=True)
    for n, row in enumerate(table.rows):
        added = drawn.add_row()
        _keep_together(added)
        for cell, value in zip(added.cells, row, strict=True):
            _run(cell.paragraphs[0], layout.shown(value), size=8)
            if n % 2:
                _shade(cell, _STRIPE)
    letters = layout.widths(table)
    for j, width in enumerate(_TEXT_WIDTH_CM * size / sum(letters) for size in letters):
        # Word goes by the grid, LibreOffice by the cells.
        drawn.columns[j].width = Cm(width)
        for cell in drawn.columns[j].cells:
            cell.width = Cm(width)
            cell.paragraphs[0].paragraph_format.space_after = 0
            if numeric[j]:
                cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT


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


def _say(paragraph: Any, line: Line) -> None:
    if lead := layout.lead(line):
        _run(paragraph, f"{lead} ", bold=True)
    color = _ALARM if layout.is_flag(line) else _GREY if line.is_caveat else None
    _run(paragraph, line.text, color=color)
    marks = _run(paragraph, layout.marks(line.markers), color=_GREY)
    marks.font.superscript = True


def _paragraph(
    document: Any, text: str, style: str | None = None, size: float | None = None, color: str | None = None,
    after: float | None = None,
) -> None:  # fmt: skip
    from docx.shared import Pt

    paragraph = document.add_paragraph(style=style)
    _run(paragraph, text, size=size, color=color)
    if after is not None:
        paragraph.paragraph_format.space_after = Pt(after)


def _run(paragraph: Any, text: str, size: float | None = None, color: str | None = None, bold: bool = False) -> Any:
    from docx.shared import Pt, RGBColor

    run = paragraph.add_run(printable(text))
    if size is not None:
        run.font.size = Pt(size)
    if color is not None:
        run.font.color.rgb = RGBColor.from_string(color)
    run.font.bold = bold or None
    return run
