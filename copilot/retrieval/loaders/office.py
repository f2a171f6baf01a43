"""What the Office formats share: parts of a package, where their relations lead, and what it states about itself."""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Mapping
from datetime import date

from copilot.records.office_xml import BrokenXml, parsed

_CORE = "docProps/core.xml"
_TERMS = "{http://purl.org/dc/terms/}"
_TITLE = "{http://purl.org/dc/elements/1.1/}title"
_PROGRAM_TITLES = ("powerpoint presentation", "word document", "document", "presentation", "untitled", "microsoft word")


def part(package: bytes, name: str) -> bytes | None:
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        return archive.read(name) if name in archive.namelist() else None


def addresses(package: bytes, name: str) -> Mapping[str, str]:
    """Where the links of a part lead out of the file, by the ids of its relations."""
    folder, file = posixpath.split(name)
    relations = part(package, f"{folder}/_rels/{file}.rels")
    try:
        found = parsed(relations) if relations else ()
    except BrokenXml:
        return {}
    return {
        str(relation.get("Id")): str(relation.get("Target"))
        for relation in found
        if relation.get("TargetMode") == "External" and str(relation.get("Type")).endswith("/hyperlink")
    }


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
