"""Answers as a document to hand on: question, answer, tables and numbered sources, as Markdown, Word or PDF."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from itertools import groupby
from pathlib import Path
from typing import Any

from copilot.memos import layout, markdown
from copilot.memos.drawing import FONTS
from copilot.memos.plain import on_one_line
from copilot.types import Answer, Citation

_TEMPLATE = Path(__file__).with_name("transcript.typ")
_BULLET = re.compile(r"^\s*(?:[-*+]|\d+[.)])\s+")
# Marks of Markdown that a document shows by its style, not by its letters.
_MARKUP = re.compile(r"^#{1,6}\s+|^>\s?|\*\*|`", re.M)


@dataclass(frozen=True)
class Transcript:
    title: str
    organisation: str
    answers: tuple[Answer, ...]


@dataclass(frozen=True)
class _Line:
    text: str
    is_bullet: bool


def write_markdown(transcript: Transcript) -> bytes:
    return ("\n\n".join(_markdown(transcript)).rstrip() + "\n").encode()


def _markdown(transcript: Transcript) -> Iterator[str]:
    yield f"# {markdown.escape(transcript.title)}"
    for answer in transcript.answers:
        yield f"## {markdown.escape(answer.question)}"
        yield answer.text
        for table in answer.tables:
            yield f"**{markdown.escape(table.title)}**"
            yield "\n".join(markdown.table_lines(table))
        if sources := _sources(answer):
            yield "\n".join(["Sources", "", *(f"- {markdown.escape(source)}" for source in sources)])


def write_word(transcript: Transcript) -> bytes:
    from docx import Document

    from copilot.memos import word

    document = Document()
    word.set_page(document, transcript.title, transcript.organisation, transcript.organisation)
    word.add(document, transcript.title, "Title")
    for answer in transcript.answers:
        word.add(document, answer.question, "Heading 1")
        for line in _lines(answer):
            word.add(document, line.text, "List Bullet" if line.is_bullet else "Normal")
        for table in answer.tables:
            word.add(document, table.title, "Source")
            word.add_table(document, table)
        for source in _sources(answer):
            word.add(document, source, "Source")
    file = BytesIO()
    document.save(file)
    return file.getvalue()


def write_pdf(transcript: Transcript) -> bytes:
    import typst

    data = json.dumps(_data(transcript), ensure_ascii=False)
    document: bytes = typst.compile(
        str(_TEMPLATE), format="pdf", font_paths=[str(FONTS)], sys_inputs={"transcript": data}
    )
    return document


def _data(transcript: Transcript) -> dict[str, Any]:
    return {
        "title": layout.breakable(on_one_line(transcript.title)),
        "organisation": transcript.organisation,
        "answers": [
            {
                "question": layout.breakable(on_one_line(answer.question)),
                "lines": [{"text": layout.breakable(line.text), "bullet": line.is_bullet} for line in _lines(answer)],
                "tables": [
                    {
                        "title": table.title,
                        "columns": [layout.breakable(column) for column in table.columns],
                        "widths": layout.widths(table),
                        "rows": [[layout.breakable(layout.shown(cell)) for cell in row] for row in table.rows],
                    }
                    for table in answer.tables
                ],
                "sources": [layout.breakable(source) for source in _sources(answer)],
            }
            for answer in transcript.answers
        ],
    }


def _lines(answer: Answer) -> Iterator[_Line]:
    for line in answer.text.splitlines():
        if text := on_one_line(_MARKUP.sub("", _BULLET.sub("", line))):
            yield _Line(text, bool(_BULLET.match(line)))


def _sources(answer: Answer) -> list[str]:
    """The numbered sources, then in one line what was also read."""
    read = [
        f"{source} ({', '.join(citation.locator for citation in citations)})"
        for source, citations in groupby(answer.also_read, key=lambda citation: citation.source)
    ]
    beside = [on_one_line(f"Also read, not cited: {'; '.join(read)}")] if read else []
    return [*map(_source, answer.citations), *beside]


def _source(citation: Citation) -> str:
    dated = f", {citation.as_of.isoformat()}" if citation.as_of else ""
    return on_one_line(f"[{citation.marker}] {citation.title} ({citation.source}, {citation.locator}{dated})")
