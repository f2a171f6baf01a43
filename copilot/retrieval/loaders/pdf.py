"""PDF, page by page, by pdfium. Lines stay lines and tables are not rebuilt, so that no number moves."""

from __future__ import annotations

import ctypes
import math
import re
from collections.abc import Iterator
from datetime import date

import pypdfium2  # type: ignore[import-untyped]  # it has no types
import pypdfium2.raw as pdfium  # type: ignore[import-untyped]  # made from C headers

from copilot.errors import KnowledgeError
from copilot.retrieval.loaders.content import Content
from copilot.retrieval.loaders.pdf_direction import as_read, is_right_to_left, is_turned, margin_of
from copilot.retrieval.loaders.pdf_headings import Line, OutlineEntry
from copilot.retrieval.loaders.pdf_layout import HYPHEN, sections_of_pages
from copilot.retrieval.loaders.pdf_links import PageLinks

MOST_PAGES = 5_000
_BOLD_WEIGHT = 600
# pdfium's names for why a file does not open (fpdfview.h).
_REASONS = {
    pdfium.FPDF_ERR_PASSWORD: "it is encrypted and opens only with a password; save it without one",
    pdfium.FPDF_ERR_SECURITY: "it is encrypted in a way that cannot be opened; save it without protection",
}
_DAMAGED = "it is damaged or not a whole PDF; export it again"
_SCANNED = "it holds only images of its text: it needs OCR; make it searchable with a scanning program, then replace it"
_WITHOUT_TEXT = "it holds no text: it is empty, damaged, or drawn as shapes; export it again"
_NUMBER_AFTER = re.compile(r"(?<=\S)\d+")
# In sizes of the line's text; digits are about .7 high.
_DIGIT_HEIGHT = 0.58
_RAISED = 0.15
_PDF_DATE = re.compile(r"D:(\d{4})(\d{2})?(\d{2})?")


def read(data: bytes) -> Content:
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise KnowledgeError(_REASONS.get(error.err_code, _DAMAGED)) from None
    pages, notes = _read_pages(document)
    if not any(pages):
        raise KnowledgeError(_SCANNED if any("OCR" in note for note in notes) else _WITHOUT_TEXT)
    information = document.get_metadata_dict(skip_empty=True)
    sections = sections_of_pages(pages, list(_outline(document)))
    title = information.get("Title", "").strip()
    dated = _date(information.get("ModDate", "")) or _date(information.get("CreationDate", ""))
    return Content(tuple(sections), title if _is_title(title) else None, dated, tuple(notes))


def _read_pages(document: pypdfium2.PdfDocument) -> tuple[list[list[Line]], list[str]]:
    """The lines of each page, and what could not be read."""
    pages: list[list[Line]] = []
    damaged, scanned = [], []
    for number in range(min(len(document), MOST_PAGES)):
        try:
            page = document[number]
        except pypdfium2.PdfiumError:
            damaged.append(number + 1)
            pages.append([])
            continue
        lines = list(_lines(page, number + 1))
        if not lines and _holds_image(page):
            scanned.append(number + 1)
        pages.append(lines)
        page.close()
    if not pages or len(damaged) == len(pages):
        raise KnowledgeError(_DAMAGED)
    notes = []
    if damaged:
        notes.append(f"{_named_pages(damaged)} cannot be read: damaged")
    if scanned:
        notes.append(f"{_named_pages(scanned)} hold only images: OCR is needed to find their text")
    if len(document) > MOST_PAGES:
        notes.append(f"only the first {MOST_PAGES:,} of {len(document):,} pages are used; split the file")
    return pages, notes


def _named_pages(numbers: list[int]) -> str:
    shown = ", ".join(map(str, numbers[:10]))
    return f"page {shown}" if len(numbers) == 1 else f"pages {shown}" + (" and more" if len(numbers) > 10 else "")


def _holds_image(page: pypdfium2.PdfPage) -> bool:
    return next(page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=2), None) is not None


def _lines(page: pypdfium2.PdfPage, number: int) -> Iterator[Line]:
    """The lines with words on them, in pdfium's reading order."""
    text_page = page.get_textpage()
    text = text_page.get_text_range()
    links = PageLinks(page, text_page)
    offset = 0
    has_right_to_left, margin = is_right_to_left(text), None
    # Characters beyond the 16-bit plane count twice in pdfium, once here.
    is_plain = text.isascii() or max(map(ord, text)) < 0x10000
    for printed in re.split(r"\r\n|\r|\n", text):
        # After a broken word pdfium goes on with what comes next on the page, be it the footer.
        for raw in re.split(f"(?<={HYPHEN})", printed):
            if words := raw.strip():
                start = offset + raw.index(words[0])
                size, is_bold = _look(text_page, start, start + len(words) - 1) if is_plain else (0.0, False)
                places = _places(text_page, start, len(words))
                may_turn = size and has_right_to_left
                margin = margin_of(text_page, words, places, size, margin) if may_turn else None
                if may_turn and is_turned(text_page, words, places, margin):
                    glyphs = as_read(text_page, places, size, margin)
                    spelled = "".join(glyph.text for glyph in glyphs).strip()
                    leads = links.among([(glyph.text, glyph.place) for glyph in glyphs])
                else:
                    spelled = _with_raised_numbers(text_page, words, start, size)
                    leads = links.among([*zip(words, places, strict=True)])
                yield Line(spelled, number, size, is_bold, tuple(leads) if is_plain else ())
            offset += len(raw)
        offset += 2
    text_page.close()


def _places(text_page: pypdfium2.PdfTextPage, start: int, count: int) -> list[int]:
    """Of characters of the text among those of the page, which has more, such as breaks within a word."""
    return [pdfium.FPDFText_GetCharIndexFromTextIndex(text_page.raw, start + n) for n in range(count)]


def _with_raised_numbers(text_page: pypdfium2.PdfTextPage, words: str, start: int, size: float) -> str:
    """The line with `^` before raised digits: else 2026 with its footnote 1 would read as 20261."""
    marked, done = "", 0
    for match in _NUMBER_AFTER.finditer(words) if size else ():
        place = match.end()
        while place > match.start() and _is_raised(text_page, start + place - 1, start, size):
            place -= 1
        if place < match.end():
            marked += words[done:place] + "^"
            done = place
    return marked + words[done:]


def _is_raised(text_page: pypdfium2.PdfTextPage, place: int, first: int, size: float) -> bool:
    """Whether a digit is lower than digits of that size are, and stands above the line's first character."""
    handle = text_page.raw
    x, baseline = ctypes.c_double(), ctypes.c_double()
    index, base = (pdfium.FPDFText_GetCharIndexFromTextIndex(handle, at) for at in (place, first))
    if not pdfium.FPDFText_GetCharOrigin(handle, base, ctypes.byref(x), ctypes.byref(baseline)):
        return False
    _, bottom, _, top = text_page.get_charbox(index)
    return bool(0 < top - bottom < _DIGIT_HEIGHT * size and bottom > baseline.value + _RAISED * size)


def _look(text_page: pypdfium2.PdfTextPage, first: int, last: int) -> tuple[float, bool]:
    """Size in points of a line's first character, 0 when it is turned; whether the line is bold from end to end."""
    handle = text_page.raw
    start, end = (pdfium.FPDFText_GetCharIndexFromTextIndex(handle, index) for index in (first, last))
    matrix = pdfium.FS_MATRIX()
    scale = 1.0
    if pdfium.FPDFText_GetMatrix(handle, start, ctypes.byref(matrix)):
        # Text that stands upright in the margin tells nothing about the sizes of the page's text.
        scale = 0.0 if abs(matrix.b) > abs(matrix.a) else math.hypot(matrix.b, matrix.d)
    size = round(pdfium.FPDFText_GetFontSize(handle, start) * scale, 1)
    return size, _is_bold(text_page, start) and _is_bold(text_page, end)


def _is_bold(text_page: pypdfium2.PdfTextPage, index: int) -> bool:
    return bool(pdfium.FPDFText_GetFontWeight(text_page.raw, index) >= _BOLD_WEIGHT)


def _outline(document: pypdfium2.PdfDocument) -> Iterator[OutlineEntry]:
    for entry in document.get_toc(max_depth=6):
        target = entry.get_dest()
        page = target.get_index() if target else None
        if title := " ".join(entry.get_title().split()):
            yield OutlineEntry(title, entry.level + 1, None if page is None else page + 1)


def _is_title(title: str) -> bool:
    """Not the name of the file that it was made from, nor what a program writes there by itself."""
    return bool(re.search(r"[^\W\d_]{3}", title)) and not re.search(
        r"\.\w{2,4}$|^untitled|^\(anonymous\)$|^microsoft |^document\d*$|^slide \d|^powerpoint", title, re.IGNORECASE
    )


def _date(written: str) -> date | None:
    match = _PDF_DATE.match(written)
    try:
        return date(int(match[1]), int(match[2] or 1), int(match[3] or 1)) if match else None
    except ValueError:
        return None
