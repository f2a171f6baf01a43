"""Units of measure as names of columns and cells write them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import cache

from babel import Locale
from babel.numbers import get_currency_name

from copilot.language.words import stem

_ISO_4217 = """
AED AFN ALL AMD AOA ARS AUD AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY COP
CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR
IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR
MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK
SGD SHP SLE SOS SSP STN SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XOF
XPF YER ZAR ZMW ZWL
"""
CODES = frozenset(_ISO_4217.split())
CODES_THAT_ARE_WORDS = frozenset(
    ["ALL", "BAM", "COP", "CUP", "GEL", "LAK", "MAD", "MOP", "PEN", "RON", "SOS", "TOP", "TRY"]
)
"""A currency only in capitals or behind a prefix such as k."""
_PREFIXES = ("k", "t", "m", "mn", "mio", "bn", "mrd")
_SCALES = {
    "k": 1e3, "t": 1e3, "tsd": 1e3, "thousand": 1e3, "m": 1e6, "mn": 1e6, "mio": 1e6, "million": 1e6,
    "bn": 1e9, "mrd": 1e9, "billion": 1e9,
}  # fmt: skip
# As English writes them by the data of Unicode, then as others do. A bare $ is of many, and stands for none here.
SIGNS = {
    **{s: code for code, s in Locale("en").currency_symbols.items() if code in CODES and not s.isalpha() and s != "$"},
    "US$": "USD", "AU$": "AUD", "C$": "CAD", "S$": "SGD", "RD$": "DOP", "RMB": "CNY", "₺": "TRY", "₽": "RUB",
    "₴": "UAH", "₦": "NGN", "₸": "KZT", "₡": "CRC", "฿": "THB", "zł": "PLN", "Kč": "CZK",
}  # fmt: skip
"""Signs to the one currency that each of them is written for."""
SIGN = "|".join(
    rf"(?<![^\W\d_]){sign}(?![^\W\d_])" if sign.isalpha() else rf"{'(?<![A-Z])' * sign[0].isalpha()}{re.escape(sign)}"
    for sign in sorted(SIGNS, key=len, reverse=True)
)
"""A pattern that finds one of them."""
_PERCENT = frozenset(["pct", "percent", "percentage", "%"])
_COUNTED = {
    "minutes": "minute", "hours": "hour", "days": "day", "weeks": "week", "months": "month", "years": "year",
    "people": "person", "persons": "person",
}  # fmt: skip
_WORD = re.compile(r"[^\W\d_]+|%")
_SIGNED = re.compile(SIGN)
_THOUSANDS = re.compile(r"\b([A-Z]{3})[ '’]*000s?\b")
_WRITTEN = re.compile(rf"{SIGN}|\b[A-Z]{{3}}\b|[$%]")


@cache
def currency_nouns() -> frozenset[str]:
    """The stems of what English calls the currencies: euros, pounds, kroner."""
    names = (get_currency_name(code, count=count, locale="en") for code in CODES for count in (1, 2))
    return frozenset(stem(name.split()[-1].lower()) for name in names)


def unit_in(name: str) -> str:
    """The unit that a name holds: `cost_keur`, `Spend (NGN m)`, `heeded_pct`, `days_open`, `people_due`; else empty."""
    if amount := _amount(_coded(name)):
        return amount[0]
    words = [word.lower() for word in _WORD.findall(name)]
    if _PERCENT & set(words):
        return "percent"
    return "FTE" if "fte" in words else next((_COUNTED[word] for word in words if word in _COUNTED), "")


def without_unit(name: str) -> str:
    """The name without its currency or per cent: `cost_keur` is the cost."""
    name = _coded(name)
    if amount := _amount(name):
        start, end = amount[1]
    else:
        found = [m for m in _WORD.finditer(name) if m[0].lower() in _PERCENT]
        if not found:
            return name
        start, end = found[-1].span()
    bare = f"{name[:start].rstrip(' _([')} {name[end:].lstrip(' _)]')}".strip(" _")
    return bare if _WORD.search(bare) else name


def _coded(name: str) -> str:
    """The name with codes for the signs of currencies, and with k for thousands: `Cost (HK$ 000)`."""
    return _THOUSANDS.sub(r"\1 k", _SIGNED.sub(lambda found: SIGNS[found[0]], name))


def _amount(name: str) -> tuple[str, tuple[int, int]] | None:
    """A currency with its scale, and where the name has it."""
    words = list(_WORD.finditer(name))
    for at in range(len(words) - 1, -1, -1):
        # "cost_cad" is money, "cad_score" is not.
        if (code := currency_code(words[at][0])) and (at or words[at][0].isupper()):
            beside = [words[n] for n in (at + 1, at - 1) if 0 <= n < len(words)]
            scale = next((word for word in beside if word[0].lower() in _SCALES), None)
            starts, ends = zip(*(word.span() for word in (words[at], scale) if word), strict=True)
            return (f"{code} {scale[0].lower()}" if scale else code), (min(starts), max(ends))
    return None


def currency_in(unit: str) -> str:
    """The currency of a unit, whatever its scale: EUR of kEUR; empty where it is no money."""
    return next((word[-3:] for word in unit.split() if word[-3:] in CODES), "$" if unit == "$" else "")


def scale_of(unit: str) -> float:
    """By what numbers in a unit are multiplied to be in its currency: 1,000 of kEUR; 1 without a scale."""
    found = re.fullmatch(r"(\w*?)[A-Z]{3}(?: (\w+))?", unit)
    return _SCALES.get((found[1] or found[2] or "").lower(), 1.0) if found else 1.0


def currency_code(word: str) -> str:
    """The currency that a word is, with a prefix such as k; empty where it is none."""
    code = word.upper()
    if code in CODES and (word.isupper() or code not in CODES_THAT_ARE_WORDS):
        return code
    prefix, code = word[:-3].lower(), word[-3:].upper()
    is_code = code in CODES and (prefix != "t" or word[-3:].isupper())
    return f"{prefix}{code}" if prefix in _PREFIXES and is_code else ""


def currencies_of(texts: Iterable[str]) -> Counter[str]:
    """How many cells carry the code or the sign of each currency; a bare $ counts for itself."""
    held = Counter(filter(None, texts))
    codes: Counter[str] = Counter()
    for text, count in held.items():
        for code in {SIGNS.get(sign, sign) for sign in _WRITTEN.findall(text)} & (CODES | {"$"}):
            codes[code] += count
    return codes


def unit_of_cells(texts: Iterable[str], currency: str = "") -> str:
    """The unit that most cells carry. Several currencies write $, so the one given is taken for a sign."""
    held = Counter(filter(None, texts))
    # Of most columns no cell has a sign, which is told faster of all of them at once.
    if not _WRITTEN.search("\n".join(held)):
        return ""
    signs: Counter[str] = Counter()
    for text, count in held.items():
        if found := _WRITTEN.search(text):
            signs[found[0]] += count
    if signs.total() <= held.total() / 2:
        return ""
    sign = signs.most_common(1)[0][0]
    if sign == "%":
        return "share"
    if sign == "$":
        return currency or "USD"
    code = SIGNS.get(sign, sign)
    return code if code in CODES else ""
