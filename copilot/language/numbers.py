"""Numbers as business text writes them: found, read and compared."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from copilot.language.units import CODES, CODES_THAT_ARE_WORDS

_SCALES = {
    "k": 1e3, "thousand": 1e3,
    "m": 1e6, "mn": 1e6, "mio": 1e6, "million": 1e6,
    "bn": 1e9, "b": 1e9, "billion": 1e9,
    "tn": 1e12, "trillion": 1e12,
}  # fmt: skip
_CURRENCIES = {"€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY", "₹": "INR"}
_CODES = sorted(CODES - CODES_THAT_ARE_WORDS)
_UNITS = {
    "%": "percent", "percent": "percent", "per cent": "percent",
    "percentage points": "points", "percentage point": "points", "points": "points", "pp": "points",
    "days": "days", "day": "days", "weeks": "weeks", "week": "weeks", "months": "months", "month": "months",
    "years": "years", "year": "years", "hours": "hours", "hour": "hours",
}  # fmt: skip

_DATE = r"\d{4}-\d{2}(?:-\d{2})?"
_THOUSANDS = r"\d{1,3}(?:,\d{2,3})*,\d{3}(?!\d|,\d)"
"""Groups of three, or of two before the last three: 5,00,000."""
_SPACED = r"\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?!\d)"
# "R1.1 million", "R32,000", "KSh3 million": letters before an amount are the sign of a currency, before "1.2" a code.
_LETTERS = (
    rf"(?![QH]\d)[A-Za-z]{{1,3}}[$.]?(?={_THOUSANDS}|{_SPACED}"
    r"|\d+(?:\.\d+)?\s?(?:thousand|million|billion|trillion|lakh|crore|mio|mn|bn)(?!\w))"
)
_NUMBER = re.compile(
    rf"""(?<![\w#./-])                                   # not inside P-017, G3, v1.2, 3/4
    (?:(?P<date>{_DATE})(?![\w-])
     | (?P<currency>[€$£¥₹]|(?:{"|".join(_CODES)})\s|{_LETTERS})?\s?
       (?P<sign>[-+−–](?=\d))?
       (?P<digits>(?(currency){_SPACED}|(?!))|{_THOUSANDS}(?:\.\d+)?|\d+(?:\.\d+)?)
       (?:\s?(?P<scale>thousand|million|billion|trillion|mio|mn|bn|tn|[kKmMbB])(?![\w]))?
       (?:\s?(?P<code>{"|".join(_CODES)})\b)?
       (?:\s?(?P<unit>%|per\ cent|percent(?:age\ points?)?|points?\b|pp\b
                      |days?\b|weeks?\b|months?\b|years?\b|hours?\b))?
       (?![\w]|-[A-Za-z]{{0,1}}\d|[./]\d)
    )""",
    re.VERBOSE,
)

_GROUPING = re.compile(r"[,\s]")


@dataclass(frozen=True)
class Number:
    text: str
    value: float
    unit: str
    """`percent`, `points`, an ISO currency, a time unit, `date`, or empty for a plain number."""
    decimals: int
    """Digits after the point as printed, before scaling."""
    scale: float
    start: int
    end: int


def find_numbers(text: str) -> list[Number]:
    """The numbers and ISO dates of a text, left to right. Codes such as P-017 and v1.2 are not numbers."""
    found = []
    for match in _NUMBER.finditer(text):
        if match["date"]:
            found.append(_date(match))
            continue
        digits = _GROUPING.sub("", match["digits"])
        scale = _SCALES.get((match["scale"] or "").lower(), 1.0)
        sign = -1.0 if match["sign"] in ("-", "−") else 1.0
        currency = (match["currency"] or match["code"] or "").strip()
        unit = _CURRENCIES.get(currency, currency if currency in _CODES else "") or _UNITS.get(match["unit"] or "", "")
        found.append(
            Number(
                text=match.group().strip(),
                value=sign * float(digits) * scale,
                unit=unit,
                decimals=len(digits.partition(".")[2]),
                scale=scale,
                start=match.start() + len(match.group()) - len(match.group().lstrip()),
                end=match.end(),
            )
        )
    return found


def _date(match: re.Match[str]) -> Number:
    value = float(match["date"].replace("-", ""))
    return Number(match["date"], value, "date", 0, 1.0, match.start("date"), match.end("date"))


def is_supported(number: Number, evidence: list[Number]) -> bool:
    """Whether a printed number equals one of the evidence's, to the precision it is printed with.

    A percentage also equals the share it stands for (79% and 0.79); a date equals itself or the month it lies
    in; the sign is not compared, since prose says "fell by 3".
    """
    return any(_equal(number, other) for other in evidence)


def _equal(number: Number, other: Number) -> bool:
    if "date" in (number.unit, other.unit):
        return number.unit == other.unit and (number.text == other.text or other.text.startswith(number.text + "-"))
    step = 0.5 * 10.0**-number.decimals * number.scale
    candidates = [abs(other.value)]
    if number.unit in ("percent", "points") and other.unit == "":
        candidates.append(abs(other.value) * 100)
    if other.unit in ("percent", "points") and number.unit == "" and number.decimals:
        candidates.append(abs(other.value) / 100)
    # Rounding is allowed only when digits were dropped; "about 80" does not stand for 79.6 in an integer text.
    tolerance = step if number.decimals or number.scale > 1 else 1e-9
    return any(math.isclose(abs(number.value), c, rel_tol=1e-9, abs_tol=tolerance) for c in candidates)
