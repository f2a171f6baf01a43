"""Which cells of an XLSX show a percentage or a currency: calamine gives their bare numbers."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import IO

from copilot.records.office_xml import Element, each, parsed, sheet_parts

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
_MOST_CELLS = 2_000_000


def shown_cells(workbook: bytes) -> Mapping[str, Shown]:
    """Sheet by sheet the cells that show more than their number."""
    with zipfile.ZipFile(io.BytesIO(workbook)) as archive:
        if "xl/styles.xml" not in archive.namelist():
            return {}
        styles = _styles(parsed(archive.read("xl/styles.xml")))
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
            match = re.fullmatch(r"([A-Z]{1,3})(\d+)", cell.get("r", ""))
            if cell.get("s") in styles and match and cell.get("t", "n") == "n":
                yield (int(match[2]), _column(match[1])), styles[cell.get("s")]
        if count > _MOST_CELLS:
            return


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
