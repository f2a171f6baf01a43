"""Markdown split at its headings."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest

from copilot.retrieval.types import Section

_ATX = re.compile(r" {0,3}(#{1,6})(?=[ \t]|$)")
_UNDERLINE = re.compile(r" {0,3}(=+|-+)[ \t]*$")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_NOT_A_PARAGRAPH = re.compile(r"\s*(?:$|[-*+>|#]|\d+[.)]\s)")
# Bounded and without backtracking: a file may hold nothing but brackets or backticks.
_LINK = re.compile(r"!?\[([^\]]{0,500})\]\([^)]{0,2000}\)")
_EMPHASIS = re.compile(r"(\*{1,3}+|(?<!`)`++|~~)(?=\S)(.+?)(?<=\S)\1")
_TAG = re.compile(
    r"</?(a|abbr|article|aside|b|blockquote|body|br|caption|center|code|col|colgroup|dd|details|div|dl|dt|em|figcaption|"
    r"figure|font|footer|h[1-6]|header|hr|html|i|img|ins|kbd|li|main|mark|nav|ol|p|pre|s|section|small|span|strike|"
    r"strong|sub|summary|sup|table|tbody|td|tfoot|th|thead|tr|u|ul)(?:\s[^<>]{0,1000})?/?>",
    re.IGNORECASE,
)
_BREAKS = ("br", "p", "div", "li", "tr", "table", "summary", "details", "td", "th")
_CELL_END = re.compile(r"</t[dh]>\s{0,9}(?=<t[dh][\s>])", re.IGNORECASE)
_COMMENT = re.compile(r"(<!--|-->)")
_ROW_END = re.compile(r"</t[dh]>\s{0,9}</tr>\s{0,9}(?=<tr[\s>])", re.IGNORECASE)
_RAISED = re.compile(r"(\d)<sup>([-−+]?\d+)</sup>", re.IGNORECASE)
_LONGEST_MARKED = 5_000
"""A longer line is data, and stays as it is."""


def plain_inline(text: str) -> str:
    """The words of a line without emphasis, code marks and link targets."""
    if len(text) > _LONGEST_MARKED:
        return " ".join(text.split())
    return " ".join(_EMPHASIS.sub(r"\2", _LINK.sub(r"\1", text)).split())


def _without_closing(heading: str) -> str:
    """Without the hashes that may end a heading, and the blanks around it."""
    text = heading.strip()
    bare = text.rstrip("#")
    return bare.rstrip() if not bare or bare[-1] in " \t" else text


@dataclass(frozen=True)
class _Heading:
    level: int
    text: str
    line: int
    """Of its first line, from 0."""
    body: int
    """First line after it."""


def sections_of_markdown(lines: list[str], start: int) -> tuple[str | None, list[Section]]:
    """The heading that names the whole document, if it opens with one of level 1, and the sections in order.

    Line numbers count from 1 over the whole file. A heading with nothing beneath it is a section by itself.
    """
    headings = list(_headings(lines, start))
    title = headings[0].text if headings and headings[0].level == 1 else None
    sections = []
    if before := _section((), lines, start, headings[0].line if headings else len(lines)):
        sections.append(before)
    above: list[_Heading] = []
    for heading, following in zip_longest(headings, headings[1:]):
        above = [*(h for h in above if h.level < heading.level), heading]
        path = tuple(h.text for h in above if h.text)
        section = _section(path, lines, heading.body, following.line if following else len(lines))
        has_children = following is not None and following.level > heading.level
        if section:
            sections.append(section)
        elif heading.text and not has_children:
            sections.append(Section(path, heading.text, heading.line + 1, heading.body))
    return title, sections


def without_html(lines: list[str], start: int) -> list[str]:
    """The lines, as many as there were, without comments and tags outside of code."""
    kept = lines[:start]
    # A comment that nothing closes is text.
    last_end = max((n for n, line in enumerate(lines) if "-->" in line), default=-1)
    fence, comment = "", False
    for number, line in enumerate(lines[start:], start):
        mark = _FENCE.match(line)
        if fence:
            fence = "" if mark and mark[1].startswith(fence) else fence
        elif mark and not comment:
            fence = mark[1]
        elif comment or "<" in line or "&" in line:
            bare, goes_on = _without_comments(line, comment)
            line = _plain_html(bare if number <= last_end else line)
            comment = goes_on and number < last_end
        kept.append(line)
    return kept


def _without_comments(line: str, inside: bool) -> tuple[str, bool]:
    """What of a line is in no comment, and whether one goes on after it."""
    text = ""
    for piece in _COMMENT.split(line):
        if piece == ("-->" if inside else "<!--"):
            inside = not inside
        elif not inside:
            text += piece
    return text, inside


def _plain_html(line: str) -> str:
    if len(line) > _LONGEST_MARKED:
        return line
    text = _RAISED.sub(r"\1^\2", _ROW_END.sub(" / ", _CELL_END.sub(" | ", line)))
    text = html.unescape(_TAG.sub(lambda tag: " " if tag[1].lower() in _BREAKS else "", text))
    indent = line[: len(line) - len(line.lstrip())]
    return line if text == line else indent + " ".join(text.split())


def _section(path: tuple[str, ...], lines: list[str], start: int, end: int) -> Section | None:
    while start < end and not lines[start].strip():
        start += 1
    while end > start and not lines[end - 1].strip():
        end -= 1
    return Section(path, "\n".join(lines[start:end]), start + 1, end) if start < end else None


def _headings(lines: list[str], start: int) -> Iterator[_Heading]:
    fence = ""
    opens_paragraph = False
    """The line before stands alone so far, so that an underline makes it a heading."""
    for number in range(start, len(lines)):
        line = lines[number]
        mark = _FENCE.match(line)
        if fence:
            if mark and mark[1].startswith(fence) and not line.strip().strip(fence[0]):
                fence = ""
        elif mark:
            fence = mark[1]
        elif match := _ATX.match(line):
            yield _Heading(len(match[1]), plain_inline(_without_closing(line[match.end() :])), number, number + 1)
        elif opens_paragraph and (match := _UNDERLINE.match(line)):
            level = 1 if match[1][0] == "=" else 2
            yield _Heading(level, plain_inline(lines[number - 1]), number - 1, number + 1)
            opens_paragraph = False
            continue
        previous_is_blank = number == start or not lines[number - 1].strip() or _ATX.match(lines[number - 1])
        opens_paragraph = not fence and bool(previous_is_blank) and not _NOT_A_PARAGRAPH.match(line)
