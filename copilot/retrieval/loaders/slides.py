"""PowerPoint: a slide is a section, with its title, bullets, tables and notes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator

from pptx import Presentation
from pptx.exc import PackageNotFoundError
from pptx.presentation import Presentation as Slides
from pptx.shapes.base import BaseShape
from pptx.slide import Slide
from pptx.text.text import _Paragraph as Paragraph

from copilot.errors import KnowledgeError
from copilot.language.formatting import pluralize
from copilot.retrieval.loaders.content import Content
from copilot.retrieval.loaders.links import linked
from copilot.retrieval.loaders.office import created, stated_title
from copilot.retrieval.loaders.table_rows import lines_of_rows
from copilot.retrieval.types import Section

# Placeholders of the master, the same on every slide (ECMA-376 part 1, 19.7.10).
_FURNITURE = ("dt", "ftr", "sldNum", "hdr")


def read(data: bytes) -> Content:
    try:
        presentation: Slides = Presentation(io.BytesIO(data))
    except (PackageNotFoundError, KeyError, zipfile.BadZipFile):
        raise KnowledgeError("it is damaged or not a whole presentation; save it again") from None
    sections = []
    hidden = 0
    pictures = []
    for number, slide in enumerate(presentation.slides, 1):
        if slide._element.get("show") == "0":
            hidden += 1
            continue
        title = slide.shapes.title
        heading = " ".join(title.text_frame.text.split()) if title is not None else ""
        text = "\n".join(_lines(slide.shapes, title)).strip()
        if notes := _notes(slide):
            text = f"{text}\n\nNotes: {notes}".strip()
        if heading or text:
            sections.append(Section((heading,) if heading else (), text or heading, number, number, "slide"))
        elif len(slide.shapes):
            pictures.append(str(number))
    if not sections and pictures:
        raise KnowledgeError("its slides hold only pictures: it needs OCR; export it as a searchable PDF")
    left_out = []
    if pictures:
        left_out.append(f"slides {', '.join(pictures[:10])} hold only pictures: OCR is needed to find their text")
    if hidden:
        left_out.append(f"{pluralize(hidden, 'hidden slide')} not read; show what should be")
    return Content(tuple(sections), stated_title(data), created(data), tuple(left_out))


def _lines(shapes: Iterable[BaseShape], title: BaseShape | None) -> Iterator[str]:
    for shape in shapes:
        if (title is not None and shape.shape_id == title.shape_id) or _is_furniture(shape):
            continue
        if hasattr(shape, "shapes"):
            yield from _lines(shape.shapes, None)
        elif getattr(shape, "has_table", False):
            yield from _table(shape)
        elif shape.has_text_frame:
            address = _address(shape)
            for paragraph in shape.text_frame.paragraphs:  # type: ignore[attr-defined]
                if text := linked(_text(paragraph), address):
                    # A text box of one line is a label; the body's paragraphs are its bullets.
                    yield f"{'  ' * paragraph.level}- {text}" if shape.is_placeholder else text
        elif (address := _address(shape)) and (text := _described(shape)) != (written := linked(text, address)):
            # A picture has no words but those that describe it, which are read for the sake of its link.
            yield written


def _address(shape: BaseShape) -> str | None:
    """Where a click on a shape leads out of the file."""
    ids = shape._element.xpath("./*/p:cNvPr/a:hlinkClick/@r:id")
    relation = shape.part.rels.get(ids[0]) if ids else None
    return relation.target_ref if relation is not None and relation.is_external else None


def _described(shape: BaseShape) -> str:
    return " ".join("".join(shape._element.xpath("./*/p:cNvPr/@descr")).split())


def _text(paragraph: Paragraph) -> str:
    """On one line, each link with its address."""
    text, at = paragraph.text, 0
    for run in paragraph.runs:
        at = text.index(run.text, at)
        written = linked(run.text, run.hyperlink.address)
        text = text[:at] + written + text[at + len(run.text) :]
        at += len(written)
    return " ".join(text.replace("\v", " ").split())


def _is_furniture(shape: BaseShape) -> bool:
    marks = shape._element.xpath(".//p:nvPr/p:ph/@type")
    return bool(marks) and marks[0] in _FURNITURE


def _table(shape: BaseShape) -> Iterator[str]:
    rows: list[list[str]] = []
    for row in shape.table.rows:  # type: ignore[attr-defined]
        texts: list[str] = []
        for cell in row.cells:
            text = " ".join(filter(None, map(_text, cell.text_frame.paragraphs)))
            # What is merged reads as the cell that it is merged into.
            if cell._tc.hMerge and texts:
                text = texts[-1]
            elif cell._tc.vMerge and rows:
                text = rows[-1][len(texts)]
            texts.append(text)
        rows.append(texts)
    yield from lines_of_rows(rows)


def _notes(slide: Slide) -> str:
    if not slide.has_notes_slide or slide.notes_slide.notes_text_frame is None:
        return ""
    return "\n".join(map(_text, slide.notes_slide.notes_text_frame.paragraphs)).strip()
