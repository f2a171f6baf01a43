"""What the Office formats share: parts of a package, and the day that it states about itself."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import date
from typing import IO, Any, TypeAlias

from lxml import etree  # type: ignore[import-untyped]  # it has no types

Element: TypeAlias = Any
BrokenXml = etree.XMLSyntaxError

_CORE = "docProps/core.xml"
_TERMS = "{http://purl.org/dc/terms/}"
_TITLE = "{http://purl.org/dc/elements/1.1/}title"
_PROGRAM_TITLES = ("powerpoint presentation", "word document", "document", "presentation", "untitled", "microsoft word")


def parsed(xml: bytes) -> Element:
    """The XML of a part; entities stay unresolved and nothing is fetched."""
    return etree.fromstring(xml, etree.XMLParser(resolve_entities=False, no_network=True))


def each(file: IO[bytes], tag: str) -> Iterator[Element]:
    """The elements of that name in a stream; each is forgotten when the next one is asked for."""
    for _, element in etree.iterparse(file, tag=tag, resolve_entities=False, no_network=True):
        yield element
        element.clear()
        while element.getprevious() is not None:
            del element.getparent()[0]


def part(package: bytes, name: str) -> bytes | None:
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        return archive.read(name) if name in archive.namelist() else None


def created(package: bytes) -> date | None:
    """When it was last changed, or made, by its own properties."""
    for name in ("modified", "created"):
        if found := _property(package, f"{_TERMS}{name}"):
            try:
                return date.fromisoformat(found[:10])
            except ValueError:
                continue
    return None


def stated_title(package: bytes) -> str | None:
    title = _property(package, _TITLE)
    return title if title and title.casefold() not in _PROGRAM_TITLES else None


def _property(package: bytes, tag: str) -> str | None:
    core = part(package, _CORE)
    try:
        found = parsed(core).findtext(tag) if core else None
    except BrokenXml:
        return None
    return " ".join(found.split()) or None if found else None
