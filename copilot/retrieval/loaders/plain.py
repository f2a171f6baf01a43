"""Markdown and plain text: lines as they stand in the file."""

from __future__ import annotations

from copilot.retrieval.loaders.content import Content
from copilot.retrieval.markdown import sections_of_markdown, without_html
from copilot.retrieval.types import Section


def read_markdown(lines: list[str], start: int = 0) -> Content:
    title, sections = sections_of_markdown(without_html(lines, start), start)
    return Content(tuple(sections), title)


def read_text(lines: list[str], start: int = 0) -> Content:
    filled = [number for number, line in enumerate(lines) if number >= start and line.strip()]
    if not filled:
        return Content(())
    first, last = filled[0], filled[-1]
    return Content((Section((), "\n".join(lines[first : last + 1]), first + 1, last + 1),))
