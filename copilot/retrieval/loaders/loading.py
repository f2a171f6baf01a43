"""A file of the workspace turned into a Document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

from copilot.errors import KnowledgeError
from copilot.retrieval.loaders import plain
from copilot.retrieval.loaders.addressed import without_orders
from copilot.retrieval.loaders.content import Content
from copilot.retrieval.loaders.delimited import read_csv
from copilot.retrieval.loaders.encoding import decode
from copilot.retrieval.loaders.files import SourceFile, Unsettled, content_of
from copilot.retrieval.loaders.formats import BY_SUFFIX, NAMES, Format, format_of
from copilot.retrieval.loaders.isolated import read_isolated
from copilot.retrieval.loaders.metadata import KEYS, Metadata, front_matter, further_fields, title_of_name, yaml_mapping
from copilot.retrieval.markdown import plain_inline
from copilot.retrieval.types import Document, Section

_LARGEST_TEXT = 20_000_000
# Read here: their readers are ours, take a time and a memory that grow with the file, and the file is limited.
_OURS = ("markdown", "text", "csv")


def load(source: SourceFile, sha256: str) -> Document:
    """The document, or a KnowledgeError that says why the file cannot be one and what to do."""
    data = content_of(source.path)
    format = format_of(source.path.name, data)
    written: Mapping[str, Any] = {}
    if format in _OURS:
        content, written = _read_ours(format, data)
    else:
        content = _read_foreign(format, source)
    # Nearest to the document counts; an empty cell there says nothing.
    written = {
        **source.stated,
        **{key: value for key, value in {**written, **_beside(source)}.items() if value is not None},
    }
    if not content.sections:
        raise KnowledgeError("it holds no text")
    return _document(source, sha256, content, Metadata.of(written), _misnamed(source.path.name, format))


def _read_foreign(format: Format, source: SourceFile) -> Content:
    try:
        with source.path.open("rb") as file:
            return read_isolated(format, file)
    except OSError as error:
        raise Unsettled(f"it cannot be read: {error.strerror}") from None


def _beside(source: SourceFile) -> Mapping[str, Any]:
    """What its sidecar says."""
    name = source.sidecar.name
    if not source.sidecar.is_file():
        return {}
    try:
        text = decode(content_of(source.sidecar))
    except KnowledgeError as error:
        raise type(error)(f"{name} cannot be used: {error}") from None
    written = yaml_mapping(text, name)
    # The file is ours alone, and a word that is not known may be a label written wrong.
    if unknown := sorted(map(str, written.keys() - KEYS)):
        raise KnowledgeError(f"{name} names {', '.join(unknown)}, which is not known; known are {', '.join(KEYS)}")
    return written


def _read_ours(format: Format, data: bytes) -> tuple[Content, Mapping[str, Any]]:
    if len(data) > _LARGEST_TEXT:
        raise KnowledgeError(f"it is text of more than {_LARGEST_TEXT // 1_000_000} MB; split it")
    text = decode(data)
    if format == "csv":
        return read_csv(text), {}
    lines = text.split("\n")
    start, written = front_matter(lines)
    content = (plain.read_markdown if format == "markdown" else plain.read_text)(lines, start)
    return replace(content, sections=(*content.sections, *further_fields(lines, start))), written


def _document(
    source: SourceFile, sha256: str, content: Content, about: Metadata, misnamed: tuple[str, ...]
) -> Document:
    title = about.title or content.title or title_of_name(source.path.stem)
    sections, orders = _without_orders(content.sections)
    return Document(
        id=source.id,
        title=title,
        sections=tuple(_without_title(section, title) for section in sections),
        sha256=sha256,
        owner=about.owner,
        effective=about.effective,
        dated=None if about.effective else about.dated or content.dated,
        superseded_by=about.superseded_by,
        label=about.label,
        tags=about.tags,
        note="; ".join((*misnamed, *content.notes, *orders)),
    )


def _without_orders(sections: Sequence[Section]) -> tuple[list[Section], tuple[str, ...]]:
    """The sections without what they order AI systems to do, and a note where there is such a thing."""
    read = [without_orders(section.text) for section in sections]
    count = sum(orders for _, orders in read)
    note = "a sentence addresses AI systems and is not told"
    if count > 1:
        note = f"{count} sentences address AI systems and are not told"
    return (
        [replace(section, text=text) for section, (text, _) in zip(sections, read, strict=True)],
        (note,) if count else (),
    )


def _misnamed(name: str, format: Format) -> tuple[str, ...]:
    suffix = PurePosixPath(name).suffix.lower()
    if BY_SUFFIX.get(suffix) == format:
        return ()
    return (f"it is read as {NAMES[format]}, which it is, whatever its name says; rename it",)


def _without_title(section: Section, title: str) -> Section:
    """The heading path without the document's title, which every chunk carries anyway."""
    if section.heading_path and section.heading_path[0].casefold() == plain_inline(title).casefold():
        return replace(section, heading_path=section.heading_path[1:])
    return section
