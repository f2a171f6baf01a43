"""Where the cells of an XLSX lead: their links, and the formula HYPERLINK, of which calamine gives the words alone."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import IO, TypeAlias

from copilot.records.office_xml import BrokenXml, Element, Place, each, place_of, sheet_parts
from copilot.retrieval.loaders.office import addresses

Target: TypeAlias = tuple[str | Place, ...]
"""An address in parts; a cell stands for what it holds."""

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_FORMULA = b"HYPERLINK("
_CALL = re.compile(r"\s*(?:_xlfn\.)?HYPERLINK\(\s*", re.IGNORECASE)
# A text in quotation marks, which are doubled within, or a cell of the same sheet; then what follows it.
_PART = re.compile(
    r'(?:"(?P<text>(?:[^"]|"")*)"|(?P<cell>(?P<column>\$)?[A-Z]{1,3}(?P<row>\$)?\d{1,7}))'
    r"\s*(?P<next>[&,)])\s*"
)
_PIECE_BYTES = 1_000_000


def cell_links(workbook: bytes) -> Mapping[str, Mapping[Place, Target]]:
    """Sheet by sheet where cells lead out of the file."""
    with zipfile.ZipFile(io.BytesIO(workbook)) as archive:
        found: dict[str, Mapping[Place, Target]] = {}
        for name, path in sheet_parts(archive).items():
            leads = addresses(workbook, path)
            has_formulas = _holds(archive, path, _FORMULA)
            if (leads or has_formulas) and path.endswith(".xml"):
                with archive.open(path) as file, suppress(BrokenXml):
                    found[name] = dict(_links(file, leads, has_formulas))
        return found


def _holds(archive: zipfile.ZipFile, path: str, wanted: bytes) -> bool:
    with archive.open(path) as file:
        end = b""
        while piece := file.read(_PIECE_BYTES):
            if wanted in end + piece:
                return True
            end = piece[-len(wanted) :]
    return False


def _links(file: IO[bytes], leads: Mapping[str, str], has_formulas: bool) -> Iterator[tuple[Place, Target]]:
    # Rows are asked for in any case, so that they are forgotten one by one.
    shared: dict[str, tuple[Place, str]] = {}
    for element in each(file, f"{_MAIN}hyperlink", f"{_MAIN}row"):
        if element.tag == f"{_MAIN}row":
            for cell in element if has_formulas else ():
                formula, place = cell.find(f"{_MAIN}f"), place_of(cell.get("r", ""))
                if formula is not None and place and (target := _target(formula, place, shared)):
                    yield place, target
            continue
        place = place_of(element.get("ref", "").partition(":")[0])
        address = next((leads.get(str(v)) for name, v in element.attrib.items() if name.endswith("}id")), None)
        if place and address:
            # What follows a # stands by itself.
            yield place, (address + (f"#{element.get('location')}" if element.get("location") else ""),)


def _target(formula: Element, place: Place, shared: dict[str, tuple[Place, str]]) -> Target:
    """Where a formula leads. One that several cells share is written once, as it holds for the first of them."""
    group = formula.get("si") if formula.get("t") == "shared" else None
    if group is not None and formula.text:
        shared[group] = place, formula.text
    first, written = shared.get(group or "", (place, "")) if not formula.text else (place, formula.text)
    return tuple(_parts(written, place[0] - first[0], place[1] - first[1]))


def _parts(formula: str, down: int, right: int) -> list[str | Place]:
    """The first argument where it joins texts and cells of the sheet; nothing where it says more.

    Cells are so many rows and columns further on than they are written, unless a `$` holds them.
    """
    call = _CALL.match(formula)
    parts: list[str | Place] = []
    at = call.end() if call else len(formula)
    while match := _PART.match(formula, at):
        if cell := place_of(match["cell"] or ""):
            row, column = (bool(match[name]) for name in ("row", "column"))
            parts.append((cell[0] + (0 if row else down), cell[1] + (0 if column else right)))
        else:
            parts.append((match["text"] or "").replace('""', '"'))
        at = match.end()
        if match["next"] != "&":
            return parts
    return []
