"""The XML of Office packages, and which part of a workbook holds which sheet."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator
from typing import IO, Any, TypeAlias

from lxml import etree  # type: ignore[import-untyped]  # it has no types

Element: TypeAlias = Any
BrokenXml = etree.XMLSyntaxError


Place: TypeAlias = tuple[int, int]
"""Row and column of a cell, from 1."""
_PLACE = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})")


def parsed(xml: bytes) -> Element:
    """The XML of a part; entities stay unresolved and nothing is fetched."""
    return etree.fromstring(xml, etree.XMLParser(resolve_entities=False, no_network=True))


def each(file: IO[bytes], *tags: str) -> Iterator[Element]:
    """The elements of those names in a stream; each is forgotten when the next one is asked for."""
    for _, element in etree.iterparse(file, tag=tags, resolve_entities=False, no_network=True):
        yield element
        element.clear()
        while element.getprevious() is not None:
            del element.getparent()[0]


def sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """By name of a sheet the part that holds it; empty where it is no workbook."""
    names = set(archive.namelist())
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
        return {}
    targets = {r.get("Id"): r.get("Target") for r in parsed(archive.read("xl/_rels/workbook.xml.rels"))}
    found: dict[str, str] = {}
    for sheet in parsed(archive.read("xl/workbook.xml")).iter("{*}sheet"):
        target = posixpath.normpath(posixpath.join("xl", targets.get(_relation(sheet)) or "")).lstrip("/")
        path = target.removeprefix("xl/xl/") if target not in names else target
        if path in names:
            found[str(sheet.get("name"))] = path
    return found


def _relation(sheet: Element) -> str | None:
    """Its `r:id`, in the usual form or in the strict one."""
    return next((str(value) for name, value in sheet.attrib.items() if name.endswith("}id")), None)


def place_of(written: str) -> Place | None:
    """Of a cell as `B7` or `$B$7`."""
    match = _PLACE.fullmatch(written)
    if match is None:
        return None
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - 64
    return int(match[2]), column
