"""The words of which periods are made, as patterns: days, months, parts of years, and what stands between two."""

from __future__ import annotations

import re
from collections.abc import Iterator

from copilot.language.calendar import MONTH_NAMES

COUNTS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9}
COUNTS |= {"ten": 10, "eleven": 11, "twelve": 12, "eighteen": 18, "twenty-four": 24}
COUNTS |= {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "ninety": 90, "hundred": 100}
COUNTS |= {"couple of": 2, "a couple of": 2, "few": 3, "a few": 3}
ORDINALS = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4}

_COUNT = rf"(?:\d{{1,3}}|{'|'.join(sorted(COUNTS, key=len, reverse=True))})"
_UNIT = r"(?:day|week|fortnight|month|quarter|qtr|half-year|half year|year)s?"
FISCAL = r"(?:fiscal|financial)"
_MONTH = "(?:" + "|".join(f"{name}|{name[:3]}\\.?" for name in MONTH_NAMES) + r"|Sept\.?)(?![A-Za-z])"
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_PLAIN_YEAR = r"(?:19|20)\d\d(?!\d)"
_FISCAL_YEAR = rf"(?:FY|{FISCAL}(?: years?)?)\s?'?(?:\d{{4}}|\d\d)(?:/\d{{2,4}})?(?!\d)"
_RELATIVE_YEAR = rf"(?:this|last|the current|the previous) (?:{FISCAL} )?year"
_THIS_YEAR = r"(?:this|last|next) year\b"
A_YEAR = rf"(?:{_FISCAL_YEAR}|(?:calendar |calendar year |CY ?)?{_PLAIN_YEAR}|{_RELATIVE_YEAR})"
_ORDINAL = rf"(?:{'|'.join(ORDINALS)}|last)"
PART = rf"(?:[QH][1-4]\b|(?:the )?{_ORDINAL} (?:(?:calendar|fiscal|financial) )?(?:quarter|half))"
_SEASON = r"(?:spring|summer|autumn|winter)"

_TAIL = rf"(?:,? (?:of |in )?(?P<year>{A_YEAR}|the year\b))"
POINTS = {
    "day": r"(?P<iso>\d{4}-\d\d-\d\d)(?!\d)",
    "dotted": r"(?P<dotted>\d{1,2}\.\d{1,2}\.(?:19|20)\d\d)(?!\d)",
    "iso_month": r"(?P<y>\d{4})-(?P<m>\d\d)(?![\d-]\d)",
    "day_month": rf"(?:the )?(?P<d>{_DAY})(?: of)? (?P<m>{_MONTH})(?:,? (?:of )?(?P<y>{_PLAIN_YEAR}|{_THIS_YEAR}))?",
    "month_day": rf"(?P<m>{_MONTH}) (?:the )?(?P<d>{_DAY})(?!\d)(?:,? (?:of )?(?P<y>{_PLAIN_YEAR}|{_THIS_YEAR}))?",
    "week_of": rf"(?:the )?week (?:of|from|beginning) (?:the )?(?:(?P<d>{_DAY})(?: of)? (?P<m>{_MONTH})"
    rf"|(?P<m2>{_MONTH}) (?:the )?(?P<d2>{_DAY})(?!\d))(?:,? (?P<y>{_PLAIN_YEAR}))?",
    "edge_months": rf"(?:the )?(?P<side>first|last) (?P<count>{_COUNT}) months of (?P<year>{A_YEAR})",
    "months_to": rf"(?:the )?(?:(?P<count>{_COUNT}) months|(?:{FISCAL} )?year) "
    rf"(?:to|(?:that |which )?(?:ending|ended|ends|closing|closed|closes)|up to|until)(?: in)?(?: this| last)? "
    rf"(?P<m>{_MONTH}){_TAIL}?",
    "season": rf"(?:the )?(?P<season>{_SEASON})(?: of)? (?P<y>{A_YEAR})",
    "last_season": rf"(?P<which>last|this|past) (?P<season>{_SEASON})",
    "feast": r"(?:the )?(?P<feast>christmas|new year(?:'s(?: day| eve)?)?)(?! to)(?: (?P<y>(?:19|20)\d\d))?\b",
    "month": rf"(?:(?:early|mid|late)[- ])?(?P<m>{_MONTH}){_TAIL}?",
    "last_month": rf"(?:last|this) (?P<m>{_MONTH})",
    "part": rf"(?P<part>{PART}){_TAIL}?",
    "year_part": rf"(?P<year>{A_YEAR})(?:'s)?[ ,-]*(?P<part>[QH][1-4])\b",
    "short_part": r"(?P<part>[QH][1-4]),? '(?P<short>\d\d)(?!\d)",
    "year": rf"(?P<year>{A_YEAR})",
    "relative": rf"(?P<lead>(?:over|during|in|within|for) )?(?:the )?"
    rf"(?P<which>last|latest|newest|past|previous|prior|preceding|recent|trailing|rolling|next|coming|following)"
    rf"(?P<count> {_COUNT})?(?P<full> (?:full|whole|completed?|entire))? (?P<kind>fiscal |financial |calendar )?"
    rf"(?P<unit>{_UNIT})\b(?! of (?:the year\b|{A_YEAR}))",
    "this": rf"(?:this|the current|current) (?P<kind>fiscal |financial |calendar )?(?P<unit>{_UNIT})\b",
    "ago": rf"(?P<count>{_COUNT}|an?) (?P<unit>{_UNIT}) ago\b",
    "shifted": rf"(?:the )?(?:(?P<count>{_COUNT}) )?(?P<unit>{_UNIT}) (?:before|earlier|prior)\b(?: that\b)?(?! \w)",
    "before_last": rf"(?:the )?(?P<kind>fiscal |financial |calendar )?(?P<unit>{_UNIT}) before last\b",
    "to_date": r"(?:the )?(?P<kind>fiscal |financial )?(?P<unit>year|quarter|month)[- ]to[- ]date\b"
    r"|(?P<short>F?YTD|QTD|MTD)\b|so far this (?P<so_far>year|quarter|month)\b"
    r"|this (?P<this>year|quarter|month) so far\b",
    "twelve": r"(?P<ttm>TTM|LTM)\b",
    "fiscal": rf"(?:the )?{FISCAL} year(?! ?'?\d)\b",
    "edge": rf"(?P<edge>(?:the )?(?:end|start|beginning) of )(?:the )?(?:(?P<year>{A_YEAR})"
    rf"|(?P<m>{_MONTH})(?:,? (?P<y>{_PLAIN_YEAR}))?"
    rf"|(?:(?P<which>next|last) )?(?P<this>month|quarter|{FISCAL} year|year))\b",
}  # fmt: skip
ANY_POINT = "(?:" + "|".join(re.sub(r"\?P<\w+>", "?:", pattern) for pattern in POINTS.values()) + ")"
_SPANS = {
    "both": rf"(?P<a>{_MONTH}|[QH][1-4]) and (?P<b>(?:{_MONTH}|[QH][1-4]\b)(?: {_PLAIN_YEAR})?)",
    "years": rf"(?P<a>{_PLAIN_YEAR}) and (?P<b>{_PLAIN_YEAR})",
    "days": rf"(?:from |between )?(?:the )?(?P<a>{_DAY}) ?(?:to|until|till|and|-|–) ?(?:the )?"
    rf"(?P<b>{_DAY}(?: of)? {_MONTH}(?:,? {_PLAIN_YEAR})?)",
    "between": rf"between (?P<a>{ANY_POINT}) and (?P<b>{ANY_POINT}|now|today)",
    "rest": rf"(?:the )?(?:rest|remainder) of (?:the |this )?(?P<kind>fiscal |financial |calendar )?(?P<unit>{_UNIT})\b"
    rf"|before (?:the |this )?(?P<own>fiscal |financial |calendar )?(?P<over>{_UNIT}) "
    r"(?:is (?:over|out|done)|ends|closes)\b",
    "ahead": rf"between (?:now|today) and (?:the )?(?P<b>{ANY_POINT})",
    "range": rf"(?:from )?(?P<a>{ANY_POINT}) ?(?:to|until|till|through|-|–|—) ?"
    rf"(?P<b>{ANY_POINT}|now\b|today\b|date\b)",
    "since": rf"(?:ever )?(?:since (?P<a>{ANY_POINT})|from (?P<from>{ANY_POINT}),? on(?:wards?)?\b"
    rf"|starting (?:in |with )?(?P<starting>{ANY_POINT}))",
    "after": rf"after (?P<a>{ANY_POINT})",
    "until": rf"(?:until|till|up to and including|up to|up until|through|by|as of) (?P<a>{ANY_POINT})",
    "before": rf"(?:before|prior to) (?P<a>{ANY_POINT})",
}  # fmt: skip
PATTERNS = {
    name: re.compile(rf"(?<![\w/.-])(?:{pattern})", re.IGNORECASE) for name, pattern in {**_SPANS, **POINTS}.items()
}

_TEENS = {"thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19}
_TENS = ("twenty", "thirty", "forty")
YEAR_IN_WORDS = re.compile(
    rf"\btwenty (?P<tens>{'|'.join(_TENS)}|{'|'.join(_TEENS)}|ten|eleven|twelve)"
    rf"(?:[ -](?P<ones>one|two|three|four|five|six|seven|eight|nine))?\b",
    re.IGNORECASE,
)
# A time, or all from one to another.
POINT_OR_RANGE = rf"{ANY_POINT}(?: ?(?:to|until|till|through|-|–) ?{ANY_POINT})?"
# A comparison names what to compare with, not the period that is asked about.
COMPARED = re.compile(
    r"\b(?:compared (?:to|with)|relative to|versus|vs\.?|than|against)"
    rf"(?: (?:in|the|for|of|that|it was))* {POINT_OR_RANGE}"
    rf"|\bsame (?:month|quarter|half|period|time)(?: (?:of|in|the))* {ANY_POINT}",
    re.IGNORECASE,
)
WITHOUT_A_YEAR = re.compile(
    rf"{_MONTH}|{PART}|(?:the )?{_DAY}(?: of)? {_MONTH}|{_MONTH} (?:the )?{_DAY}", re.IGNORECASE
)
_MONTH_LIKE_WORD = re.compile(r"(?:may|march|mar|jan|dec|sep|sept|oct|nov|jun|jul|aug|apr|feb)\.?$", re.IGNORECASE)
_BEFORE_A_MONTH = re.compile(
    r"\b(?:in|during|since|until|till|of|for|last|this|before|after|early|late|mid)[ -]$", re.I
)
_BEFORE_A_QUANTITY = re.compile(
    r"(?:[€$£¥#]\s?|[.,]|\b(?:EUR|USD|GBP|top|exactly|about|around|nearly|least|most)\s?)$", re.IGNORECASE
)
_AFTER_A_QUANTITY = re.compile(
    r"[ -]?(?:%|per ?cent|projects?|people|employees|staff|users?|customers?|stores?|hours?|days?|weeks?"
    r"|models?|cases?|rows?|pilots?|units?|times|words|characters|EUR|USD|GBP|euros?|dollars?|million|thousand|k\b)"
    r"|[.,:/-]\d|/",
    re.IGNORECASE,
)  # fmt: skip


def in_digits(year: re.Match[str]) -> str:
    """A year in digits, as long as it was in words."""
    tens, ones = year["tens"].lower(), (year["ones"] or "").lower()
    number = 2000 + (COUNTS.get(tens) or _TEENS.get(tens) or 10 * (2 + _TENS.index(tens))) + COUNTS.get(ones, 0)
    return str(number).ljust(len(year[0]))


def matches(pattern: re.Pattern[str], text: str, name: str) -> Iterator[re.Match[str]]:
    for match in pattern.finditer(text):
        before, after = text[: match.start()], text[match.end() :]
        if name == "month" and _MONTH_LIKE_WORD.match(match[0]) and not _BEFORE_A_MONTH.search(before):
            continue
        is_amount = _BEFORE_A_QUANTITY.search(before) or _AFTER_A_QUANTITY.match(after)
        if name == "year" and match[0].isdigit() and is_amount:
            continue
        yield match
