"""Which characters of a page of a PDF lead to an address."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

import pypdfium2  # type: ignore[import-untyped]  # it has no types
import pypdfium2.raw as pdfium  # type: ignore[import-untyped]  # made from C headers

from copilot.retrieval.loaders.pdf_headings import Link

_MOST = 500
"""Links of a page that are looked at."""


class _Box(NamedTuple):
    """In points from the lower left of the page."""

    left: float
    bottom: float
    right: float
    top: float


class PageLinks:
    """The links of a page by the places of its characters, as pdfium counts them."""

    def __init__(self, page: pypdfium2.PdfPage, text_page: pypdfium2.PdfTextPage) -> None:
        boxes = list(_boxes(page))
        middles = [_middle(text_page, place) for place in range(text_page.count_chars())] if boxes else []
        self._addresses: dict[int | None, str] = {
            place: address
            for box, address in boxes
            for place, (x, y) in enumerate(middles)
            if box.left <= x <= box.right and box.bottom <= y <= box.top
        }

    def __bool__(self) -> bool:
        return bool(self._addresses)

    def among(self, characters: Sequence[tuple[str, int | None]]) -> Iterator[Link]:
        """The links of a line, given in the order in which it is read; blanks part none."""
        inked = [n for n, (text, _) in enumerate(characters) if not text.isspace()]
        for address, group in groupby(inked, key=lambda n: self._addresses.get(characters[n][1], "")):
            if address:
                numbers = list(group)
                yield Link("".join(text for text, _ in characters[numbers[0] : numbers[-1] + 1]), address)


def _boxes(page: pypdfium2.PdfPage) -> Iterator[tuple[_Box, str]]:
    """Where the links stand that lead out of the file; one over several lines has a box on each."""
    position, link = ctypes.c_int(0), pdfium.FPDF_LINK()
    for _ in range(_MOST):
        if not pdfium.FPDFLink_Enumerate(page.raw, ctypes.byref(position), ctypes.byref(link)):
            return
        address = _address(page, link)
        for box in _parts(link) if address else ():
            yield box, address


def _parts(link: pdfium.FPDF_LINK) -> Iterator[_Box]:
    quad = pdfium.FS_QUADPOINTSF()
    count = pdfium.FPDFLink_CountQuadPoints(link)
    for number in range(count):
        if pdfium.FPDFLink_GetQuadPoints(link, number, ctypes.byref(quad)):
            across, up = (quad.x1, quad.x2, quad.x3, quad.x4), (quad.y1, quad.y2, quad.y3, quad.y4)
            yield _Box(min(across), min(up), max(across), max(up))
    rectangle = pdfium.FS_RECTF()
    if not count and pdfium.FPDFLink_GetAnnotRect(link, ctypes.byref(rectangle)):
        yield _Box(rectangle.left, rectangle.bottom, rectangle.right, rectangle.top)


def _address(page: pypdfium2.PdfPage, link: pdfium.FPDF_LINK) -> str:
    action = pdfium.FPDFLink_GetAction(link)
    if not action or pdfium.FPDFAction_GetType(action) != pdfium.PDFACTION_URI:
        return ""
    size = pdfium.FPDFAction_GetURIPath(page.pdf.raw, action, None, 0)
    written = ctypes.create_string_buffer(size)
    pdfium.FPDFAction_GetURIPath(page.pdf.raw, action, written, size)
    return written.value.decode("utf-8", "replace").strip()


def _middle(text_page: pypdfium2.PdfTextPage, place: int) -> tuple[float, float]:
    left, bottom, right, top = text_page.get_charbox(place)
    return (left + right) / 2, (bottom + top) / 2
