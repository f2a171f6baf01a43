"""One page of a PDF as it looks, with a quote marked on it.

It is drawn in a process of its own, as files are read: `python -m copilot.retrieval.loaders.pdf_page FIRST LAST`, the
file on its stdin and the quote, as JSON, in its environment. The image goes to stdout.
"""

from __future__ import annotations

import ctypes
import json
import math
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from itertools import groupby

import pypdfium2  # type: ignore[import-untyped]  # it has no types
import pypdfium2.raw as pdfium  # type: ignore[import-untyped]  # made from C headers
from PIL import Image, ImageChops, ImageDraw

from copilot.retrieval.loaders.child import limit_this_process
from copilot.retrieval.loaders.links import without_links
from copilot.retrieval.loaders.pdf_direction import as_read, is_right_to_left, is_turned

QUOTE = "QUOTE"
WIDTH_PIXELS = 960
MARK = (255, 221, 120)
# A page may be as narrow and long as a till receipt.
_MOST_HEIGHT_PIXELS = 3000


@dataclass(frozen=True)
class _Letter:
    page: int
    place: int
    """Among the characters of the page, as pdfium counts them."""


def marked_page(data: bytes, first: int, last: int, quote: str) -> bytes:
    """PNG of the first of these pages that holds something of the quote; empty where none does."""
    document = pypdfium2.PdfDocument(data)
    pages = {number: document[number - 1] for number in range(first, min(last, len(document)) + 1)}
    texts = {number: page.get_textpage() for number, page in pages.items()}
    text, letters = "", []
    for number, text_page in texts.items():
        for character, place in _as_read(text_page):
            if character.isalnum():
                text += character
                letters.append(_Letter(number, place))
    found = [letters[start:end] for start, end in _spans(text, without_links(quote))]
    if not found:
        return b""
    shown = found[0][0].page
    spans = [[letter.place for letter in span if letter.page == shown] for span in found]
    return _drawn(pages[shown], texts[shown], [(min(span), max(span)) for span in spans if span])


def _as_read(text_page: pypdfium2.PdfTextPage) -> Iterator[tuple[str, int]]:
    """The characters of the page, each with its place, in the order in which they were indexed."""
    characters = [chr(pdfium.FPDFText_GetUnicode(text_page, place)) for place in range(text_page.count_chars())]
    has_right_to_left = is_right_to_left("".join(characters))
    for is_end, line in groupby(range(len(characters)), key=lambda place: characters[place] in "\r\n"):
        places = list(line)
        words = "".join(characters[place] for place in places)
        if is_end or not has_right_to_left or not is_turned(text_page, words, places, None):
            yield from ((characters[place], place) for place in places)
        else:
            # Blanks do not matter here, so none is sought.
            glyphs = as_read(text_page, places, size=math.inf)
            yield from (
                (character, glyph.place) for glyph in glyphs for character in glyph.text if glyph.place is not None
            )


def _spans(text: str, quote: str) -> Iterator[tuple[int, int]]:
    """Where each paragraph of the quote stands in the text, by its letters and digits, one after the other.

    Where a paragraph is torn apart, by the foot of a page, each of its lines is looked for.
    """
    at = 0
    for paragraph in quote.split("\n\n"):
        for part in [paragraph] if _letters(paragraph) in text[at:] else paragraph.split("\n"):
            wanted = _letters(part)
            start = text.find(wanted, at) if wanted else -1
            if start >= 0:
                at = start + len(wanted)
                yield start, at


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))


def _drawn(page: pypdfium2.PdfPage, text_page: pypdfium2.PdfTextPage, spans: list[tuple[int, int]]) -> bytes:
    width, height = page.get_size()
    image = page.render(scale=min(WIDTH_PIXELS / width, _MOST_HEIGHT_PIXELS / height)).to_pil().convert("RGB")
    marks = Image.new("RGB", image.size, "white")
    draw = ImageDraw.Draw(marks)
    for first, last in spans:
        for n in range(text_page.count_rects(first, last - first + 1)):
            left, bottom, right, top = text_page.get_rect(n)
            corners = [_pixel(page, image, x, y) for x, y in ((left, bottom), (right, top))]
            (x, *_, x2), (y, *_, y2) = map(sorted, zip(*corners, strict=True))
            draw.rectangle((x - 1, y - 2, x2 + 1, y2 + 2), fill=MARK)
    png = BytesIO()
    ImageChops.multiply(image, marks).save(png, "PNG")
    return png.getvalue()


def _pixel(page: pypdfium2.PdfPage, image: Image.Image, x: float, y: float) -> tuple[int, int]:
    """Where a point of the page is on its image, however the page is turned and cut."""
    across, down = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDF_PageToDevice(page, 0, 0, *image.size, 0, x, y, across, down)
    return across.value, down.value


def main() -> None:
    first, last, parent, wall_seconds = map(int, sys.argv[1:5])
    limit_this_process(parent, wall_seconds)
    sys.stdout.buffer.write(marked_page(sys.stdin.buffer.read(), first, last, json.loads(os.environ[QUOTE])))


if __name__ == "__main__":
    main()
