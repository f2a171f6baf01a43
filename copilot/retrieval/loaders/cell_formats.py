"""What cells of an XLSX show: a percentage or a currency, of which calamine gives the number alone, or nothing."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import IO

from copilot.records.office_xml import Element, each, parsed, place_of, sheet_parts

Show = Callable[[str], str]
"""Makes of a bare number what the sheet shows."""
Shown = Mapping[tuple[int, int], Show]
"""By row and column, from 1."""

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_BUILT_IN = {9: "0%", 10: "0.00%", 5: "$0", 6: "$0", 7: "$0.00", 8: "$0.00", 42: "$0", 44: "$0.00"}
"""Of ECMA-376 part 1, 18.8.30, those with a percent or a currency."""
_QUOTED = re.compile(r'"([^"]*)"')
_CURRENCY = re.compile(r"\[\$([^\]-]+)[^\]]*\]|([$€£¥₹₩₽₺])")
_CODE = re.compile(r"[A-Z]{3}|kr\.?|Fr\.?|zł|Kč")
_WHITE, _NONE = "FFFFFF", "none"
_MOST_CELLS = 2_000_000


def shown_cells(workbook: bytes) -> Mapping[str, Shown]:
    """Sheet by sheet the cells that show more than their number."""
    with zipfile.ZipFile(io.BytesIO(workbook)) as archive:
        if "xl/styles.xml" not in archive.namelist():
            return {}
        root = parsed(archive.read("xl/styles.xml"))
        # A table's own style may lay a ground under cells that have none.
        is_plain = not any(name.startswith("xl/tables/") for name in archive.namelist())
        styles = {**_styles(root), **dict.fromkeys(_concealed(root, is_plain), conceal)}
        if not styles:
            return {}
        found = {}
        for name, path in sheet_parts(archive).items():
            with archive.open(path) as file:
                found[name] = dict(_cells(file, styles))
        return found


def _styles(root: Element) -> Mapping[str, Show]:
    codes = dict(_BUILT_IN)
    for custom in root.iter(f"{_MAIN}numFmt"):
        codes[int(custom.get("numFmtId", "0"))] = custom.get("formatCode", "")
    formats = root.find(f"{_MAIN}cellXfs")
    found = {}
    for index, style in enumerate(formats if formats is not None else ()):
        if show := _shower(codes.get(int(style.get("numFmtId", "0")), "")):
            found[str(index)] = show
    return found


def conceal(text: str) -> str:
    """Of a cell whose letters nobody sees: nothing."""
    return ""


def _concealed(root: Element, is_plain: bool) -> Iterator[str]:
    """The styles whose letters have the colour of their ground, or white on none, or whose format shows nothing."""
    nothing = {f.get("numFmtId") for f in root.iter(f"{_MAIN}numFmt") if f.get("formatCode", "").strip() == ";;;"}
    fonts = [_colour(font.find(f"{_MAIN}color")) for font in root.iterfind(f"{_MAIN}fonts/{_MAIN}font")]
    grounds = [_ground(fill) for fill in root.iterfind(f"{_MAIN}fills/{_MAIN}fill")]
    for index, style in enumerate(root.iterfind(f"{_MAIN}cellXfs/{_MAIN}xf")):
        letters = _at(fonts, style.get("fontId"))
        ground = _at(grounds, style.get("fillId"))
        is_unseen = letters == ground or (ground == _NONE and letters == _WHITE and is_plain)
        if style.get("numFmtId") in nothing or (letters and is_unseen):
            yield str(index)


def _at(values: Sequence[str], place: str | None) -> str:
    number = int(place or 0)
    return values[number] if number < len(values) else ""


def _ground(fill: Element) -> str:
    """The colour of a ground of one colour, `none`, or nothing where it is of several."""
    pattern = fill.find(f"{_MAIN}patternFill")
    if pattern is None:
        return ""
    kind = pattern.get("patternType", "none")
    return _NONE if kind == "none" else _colour(pattern.find(f"{_MAIN}fgColor")) if kind == "solid" else ""


def _colour(element: Element | None) -> str:
    """A colour as six digits; of a theme only its white is known, any other reads as its number and shade."""
    if element is None or element.get("auto") or element.get("indexed") == "64":
        return ""
    if rgb := element.get("rgb"):
        return str(rgb)[-6:].upper()
    if element.get("theme") == "0" and not element.get("tint") or element.get("indexed") in ("1", "9"):
        return _WHITE
    return f"{element.get('theme')} {element.get('indexed')} {element.get('tint')}"


def _shower(code: str) -> Show | None:
    positive = code.split(";")[0]
    bare = _QUOTED.sub("", positive).replace("\\", "")
    if "%" in bare:
        return _percent
    symbol = next((m[1] or m[2] for m in [_CURRENCY.search(bare)] if m), "").strip()
    word = next(
        (q.strip() for q in _QUOTED.findall(positive) if _CURRENCY.fullmatch(q.strip()) or _CODE.fullmatch(q.strip())),
        "",
    )
    unit = symbol or word
    return (lambda text: f"{unit} {text}" if _is_number(text) else text) if unit else None


def _percent(text: str) -> str:
    if not _is_number(text):
        return text
    number = Decimal(text) * 100
    return f"{number.quantize(Decimal(1)) if number == number.to_integral_value() else number.normalize():f}%"


def _is_number(text: str) -> bool:
    try:
        return Decimal(text).is_finite()
    except InvalidOperation:
        return False


def _cells(file: IO[bytes], styles: Mapping[str, Show]) -> Iterator[tuple[tuple[int, int], Show]]:
    """The cells of a sheet in one of the styles, read in a stream."""
    count = 0
    for row in each(file, f"{_MAIN}row"):
        for cell in row:
            count += 1
            place = place_of(cell.get("r", ""))
            show = styles.get(cell.get("s", "0"))
            if show and place and (show is conceal or cell.get("t", "n") == "n"):
                yield place, show
        if count > _MOST_CELLS:
            return
