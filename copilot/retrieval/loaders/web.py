"""Web pages: the main text by trafilatura, without menus and advertisements."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from itertools import groupby

import trafilatura
from lxml import etree, html  # type: ignore[import-untyped]  # it has no types

from copilot.errors import KnowledgeError
from copilot.records.office_xml import Element
from copilot.retrieval.loaders.content import Content
from copilot.retrieval.loaders.encoding import decode
from copilot.retrieval.loaders.hidden import drop_hidden
from copilot.retrieval.loaders.paragraphs import sections_of_blocks
from copilot.retrieval.loaders.table_rows import lines_of_rows
from copilot.retrieval.loaders.web_links import Links
from copilot.retrieval.markdown import sections_of_markdown

_CHARSET = re.compile(rb"charset\s*=\s*[\"']?([\w-]+)", re.IGNORECASE)
# Deeper than any page that people write; trees beyond it exhaust the stack of what walks them.
_DEEPEST = 250
_DATES = (
    "article:modified_time", "article:published_time", "og:updated_time", "last-modified", "dcterms.modified",
    "dcterms.date", "dc.date", "dc.date.issued", "date", "datemodified", "datepublished",
)  # fmt: skip
_MARKED = re.compile(r"^\s*(?:#|[-*+] |\d+\. |\|)", re.MULTILINE)
_MOST_COLUMNS = 100
_NOT_TEXT = "head|script|style|noscript|template|nav|header|footer|aside|form|iframe|svg"
_BLOCKS = "p|div|section|article|li|tr|h1|h2|h3|h4|h5|h6|br|dt|dd|blockquote|pre|table|ul|ol"


def read(data: bytes) -> Content:
    text = _decoded(data)
    try:
        tree = html.document_fromstring(text)
    except (etree.ParserError, ValueError) as error:
        raise KnowledgeError(f"it holds no text ({error})") from None
    if _is_too_deep(tree):
        raise KnowledgeError(f"its elements are nested more than {_DEEPEST} deep; save the page again, or as PDF")
    notes: tuple[str, ...] = ()
    if hidden := drop_hidden(tree):
        text = html.tostring(tree, encoding="unicode")
        notes = (f"{hidden:,} characters that the page does not show are not read",)
    links = Links(tree)
    main = trafilatura.extract(
        text, output_format="markdown", include_tables=True, include_comments=False, include_formatting=True,
        include_links=False, include_images=False, favor_recall=True, deduplicate=False,
    )  # fmt: skip
    title, dated = _title(tree), _date(tree)
    if not main or not main.strip():
        main = _all_text(tree)
        notes += ("no main text was recognised, so all of the page's text is used",)
    elif _is_flat(main, tree):
        main = _all_text(tree)
    heading, sections = sections_of_markdown(list(_plain_lines(links.written(main))), 0)
    return Content(sections_of_blocks(sections), title or heading, dated, notes if main.strip() else ())


def _plain_lines(markdown: str) -> Iterator[str]:
    """The lines with their tables as lines that name their columns, without marks that only a browser shows."""
    powers = re.sub(r"(\d)<sup>([-−+]?\d+)</sup>", r"\1^\2", markdown)
    text = re.sub(r"</?su[bp]>", "", re.sub(r"\\([\[\]_*])", r"\1", powers))
    for is_table, lines in groupby(text.split("\n"), lambda line: line.lstrip().startswith("|")):
        if is_table:
            cells = ([cell.strip() for cell in line.strip().strip("|").split("|")] for line in lines)
            rows = [row for row in cells if not all(re.fullmatch(r":?-*:?", cell) for cell in row)]
            yield from ("", *lines_of_rows(rows), "")
        else:
            yield from lines


def _decoded(data: bytes) -> str:
    declared = _CHARSET.search(data[:4096])
    if declared and not data.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")):
        try:
            text = data.decode(declared[1].decode("ascii"))
        except (LookupError, UnicodeDecodeError):
            text = decode(data)
    else:
        text = decode(data)
    # lxml refuses text that declares an encoding.
    return re.sub(r"^\s*<\?xml[^>]*\?>", "", text).replace("\0", "")


def _is_too_deep(tree: Element) -> bool:
    depth = 0
    for event, _ in etree.iterwalk(tree, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > _DEEPEST:
            return True
    return False


def _title(tree: Element) -> str | None:
    for path in ("//meta[@property='og:title']/@content", "//title/text()"):
        for found in tree.xpath(path):
            if words := " ".join(found.split()):
                return str(words)
    return None


def _date(tree: Element) -> date | None:
    """From what the page states about itself, never from its text."""
    stated = {
        str(meta.get("property") or meta.get("name") or meta.get("itemprop") or "").lower(): str(meta.get("content"))
        for meta in tree.xpath("//meta[@content]")
    }
    for name in _DATES:
        match = re.match(r"\d{4}-\d\d-\d\d", stated.get(name, "").strip())
        if match:
            try:
                return date.fromisoformat(match[0])
            except ValueError:
                continue
    return None


def _is_flat(main: str, tree: Element) -> bool:
    """Whether the headings, lists and tables of a page are gone: of a short one trafilatura gives the bare words."""
    return not _MARKED.search(main) and bool(tree.xpath("//h1 | //h2 | //h3 | //h4 | //li | //table"))


def _all_text(tree: Element) -> str:
    """The text as Markdown, menus left out."""
    for name in _NOT_TEXT.split("|"):
        for element in tree.xpath(f"//{name}"):
            element.drop_tree()
    for table in tree.xpath("//table[not(.//table)]"):
        _write(table, _table_lines(table))
    for item in tree.xpath("//li[not(.//li)]"):
        _write(item, [f"- {' '.join(item.text_content().split())}"])
    for name in _BLOCKS.split("|"):
        for element in tree.xpath(f"//{name}"):
            element.tail = "\n" + (element.tail or "")
            if name[0] == "h" and len(name) == 2:
                _write(element, [f"{'#' * int(name[1])} {' '.join(element.text_content().split())}"])
    lines = (" ".join(line.split()) for line in str(tree.text_content()).split("\n"))
    text, before = "", ""
    for line in lines:
        if line.strip("#- "):
            # Rows and points stay together.
            text += ("\n" if line[0] in "-|" and before[:1] == line[0] else "\n\n") + line
            before = line
    return text.strip()


def _write(element: Element, lines: list[str]) -> None:
    """In place of all that it holds; none leave it as it is."""
    if lines:
        tail = element.tail
        element.clear()
        element.text, element.tail = "\n" + "\n".join(lines) + "\n", tail


def _table_lines(table: Element) -> list[str]:
    """Its rows; none of a table that only lays out a page."""
    rows: list[list[str]] = []
    for row in table.iter("tr"):
        cells: list[str] = []
        for cell in row.xpath("./td | ./th"):
            span = min(int(match[0]), _MOST_COLUMNS) if (match := re.match(r"\d+", cell.get("colspan", ""))) else 1
            cells += [" ".join(cell.text_content().split()).replace("|", "/")] * max(span, 1)
        rows.append(cells)
    widths = [len(row) for row in rows]
    is_data = len(rows) > 1 and max(widths) > 1 and widths.count(max(widths)) > len(rows) / 2
    return [f"| {' | '.join(row)} |" for row in rows] if is_data else []
