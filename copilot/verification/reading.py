"""The figures of a text: numbers in digits and words, amounts, shares, dates and ids, in the language of the text."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from copilot.language.units import CODES
from copilot.verification.figures import Read
from copilot.verification.languages import Language, languages

_SIGNS = {"€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY"}
_CODE = "|".join(sorted(CODES))
_SPACE = "[ \u00a0\u202f\u2009]"
_DIGITS = (
    rf"\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?(?![\d])|\d{{1,3}}(?:\.\d{{3}})+(?:,\d+)?(?![\d])"
    rf"|\d{{1,3}}(?:{_SPACE}\d{{3}})+(?:[.,]\d+)?(?![\d])|\d{{1,3}}(?:['’]\d{{3}})+(?![\d])|\d+(?:[.,]\d+)?"
)
_ISO = re.compile(r"(?<![\w-])(\d{4})-(\d{2})(?:-(\d{2}))?(?![\w-]|\.\d)")
_NUMERIC = re.compile(r"(?<![\w./])(\d{1,2})([./])(\d{1,2})\2(\d{4})(?!\w)")
_MONTH = re.compile(r"(?<![\w./])(\d{1,2})/(\d{4})(?!\w)")
_QUARTER = re.compile(r"(?<!\w)(?:(?:FY ?)?(\d{4})[ -]?[QT]([1-4])|[QT]([1-4])[ /-]?(?:FY ?)?(\d{4}))(?!\w)")
_ID = re.compile(
    r"(?<![\w/.-])(?:[A-Za-z]{1,6}[-_]?\d[\w]*(?:[-_.]\w+)*|#\d+|(?:[A-Z][A-Za-z]*-)+[A-Za-z]*\d[\w-]*|[a-z]+-\d+[\w-]*)(?![\w])"
)
_AMOUNT = re.compile(
    rf"(?<![\w.,#/])(?P<before>[€$£¥]|(?:{_CODE}){_SPACE}?)?(?P<sign>[-−](?=\d))?(?P<digits>{_DIGITS})"
)
_FRACTION = re.compile(r"(?<![\w./,-])([1-9])/([2-9]|10)(?![\w/]|[.,]\d)")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*|%|[€$£¥]|\d+(?:[.,]\d+)*")
BETWEEN = re.compile(
    r"\s*(?:of|out of|to|and|or|against|instead of|from|the|von|bis|auf|und|statt|sur|à|et|ou|contre|au lieu de|"
    r"-|–|—|/|\s)+\s*",
    re.I,
)
"""What stands between two figures that share a unit."""
# "2 and six months" are two things.
_JOINS = re.compile(r"\s+(?:and|und|et)\s+", re.I)
# "A quarter" is a part, "last quarter" a time.
_ARTICLES = frozenset(["a", "one", "ein", "eine", "einem", "einen", "un", "une"])
_TIMES = ("second", "minute", "hour", "day", "week", "month", "quarter", "year")


@lru_cache(maxsize=50_000)
def read_figures(text: str, language: Language) -> tuple[Read, ...]:
    """The figures of a text, left to right."""
    found: list[Read] = []
    taken = [False] * (len(text) + 1)
    for reader in (_dates, _ids, _amounts, _spoken):
        for figure in reader(text, language):
            if not any(taken[figure.start : figure.end]):
                taken[figure.start : figure.end] = [True] * (figure.end - figure.start)
                found.append(figure)
    found = _scored(sorted(found, key=lambda f: f.start), text)
    found = _shared(sorted(found, key=lambda f: f.start), text)
    return tuple(replace(f, hedge=_hedge(text[max(0, f.start - 25) : f.start], language)) for f in found)


def _scored(figures: list[Read], text: str) -> list[Read]:
    """A score with the hundred that it is of: in "68.3 of 100" there is one figure."""
    result: list[Read] = []
    for figure in figures:
        if result and figure.text == "100" and result[-1].kind == "number" and re.fullmatch(
            r"\s(?:of|out of|von|sur)\s", text[result[-1].end : figure.start]
        ):  # fmt: skip
            result[-1] = replace(result[-1], text=text[result[-1].start : figure.end], end=figure.end)
        else:
            result.append(figure)
    return result


def _shared(figures: list[Read], text: str) -> list[Read]:
    """Each bare number with the unit of the one it stands with: in "3.4 of 11.8 million USD" both are millions."""
    result = list(figures)
    for n in range(len(figures) - 2, -1, -1):
        bare, typed = result[n], result[n + 1]
        if bare.kind != "number" or bare.step >= 1 or typed.kind not in ("money", "percent", "points", "time"):
            continue
        between = text[bare.end : typed.start]
        are_two = bare.is_word != typed.is_word and _JOINS.fullmatch(between)
        if BETWEEN.fullmatch(between) and not are_two:
            scale = _scale_of(typed)
            step = bare.step * scale or (scale if scale > 1 else 0)
            other = bare.value if scale > 1 else bare.other
            value = bare.value * scale
            result[n] = replace(bare, kind=typed.kind, unit=typed.unit, value=value, step=step, other=other)
    return result


def _scale_of(figure: Read) -> float:
    printed = re.match(r"[^\d]*([\d.,\u00a0\u202f ]*\d)", figure.text)
    if not printed or figure.is_word or figure.step == 0:
        return 1.0
    value = _value(printed[1], ".")[0]
    ratio = figure.value / value if value else 1.0
    return next((s for s in (1e3, 1e6, 1e9) if abs(ratio - s) < 1e-6 * s), 1.0)


def without_hedge(before: str, language: Language) -> str:
    """A text without the words at its end that say that a figure is not meant exactly."""
    words = sorted((w for kind in language.hedges.values() for w in kind), key=len, reverse=True)
    return re.sub(rf"(?i)(?:{'|'.join(map(re.escape, words))})\W*(?:\w{{1,3}}\W+)?$", "", before)


def _hedge(before: str, language: Language) -> str:
    """What the words right before a figure make of it."""
    bare = before.lower().rstrip(" \u00a0€$£*(")
    for kind in ("over", "under", "about"):
        if any(
            re.search(rf"(?<!\w){re.escape(word)}(?:['’]| the| a| an| die| der| das| la| le| les| l['’])?$", bare)
            for word in language.hedges[kind]
        ):
            return kind
    return ""


def _date(text: str, start: int, end: int, year: int, month: int = 0, day: int = 0) -> Read | None:
    if not -4 <= month <= 12 or not 0 <= day <= 31 or not (year == 0 or 1900 <= year <= 2100):
        return None
    return Read(text[start:end], "date", year * 10000 + month * 100 + day, "", 0, start, end, day=(year, month, day))


def _dates(text: str, language: Language) -> list[Read]:
    found: list[Read | None] = []
    for m in _ISO.finditer(text):
        found.append(_date(text, *m.span(), int(m[1]), int(m[2]), int(m[3] or 0)))
    for m in _NUMERIC.finditer(text):
        first, second = int(m[1]), int(m[3])
        day, month = (second, first) if second > 12 else (first, second)
        found.append(_date(text, *m.span(), int(m[4]), month, day))
    for m in _MONTH.finditer(text):
        found.append(_date(text, *m.span(), int(m[2]), int(m[1])))
    for m in _QUARTER.finditer(text):
        found.append(_date(text, *m.span(), int(m[1] or m[4]), -int(m[2] or m[3])))
    for m in _quarter(language).finditer(text):
        found.append(_date(text, *m.span(), int(m[2]), -language.ordinals[m[1].lower()]))
    for m in _written(language).finditer(text):
        groups = m.groupdict()
        month = language.months[groups["month"].lower().rstrip(".")]
        year = int(groups["year"] or 0)
        spoken = language.ordinals.get((groups["spoken"] or "").lower().replace(" ", "-"), 0)
        day = int(groups["before"] or groups["after"] or spoken)
        if groups["month"].lower() == "may" and not (year or day) and groups["month"] != "May":
            continue
        if groups["month"].lower() == "sept" and language.code == "fr" and not (year or day):
            continue
        if year or day or groups["month"][0].isupper() or language.code == "fr":
            found.append(_date(text, *m.span(), year, month, day))
    for m in re.finditer(r"(?<![\w.,/#-])(?:19|20)\d{2}(?![\w/]|[.,]\d|-\d)", text):
        found.append(_date(text, *m.span(), int(m[0])))
    dates = [f for f in found if f is not None]
    return [d for d in dates if not any(_is_within(d, other) for other in dates)]


def _is_within(part: Read, whole: Read) -> bool:
    return whole.start <= part.start and part.end <= whole.end and len(part.text) < len(whole.text)


_PATTERNS: dict[str, re.Pattern[str]] = {}


def _written(language: Language) -> re.Pattern[str]:
    """Dates in words of a language, and of English, from which names of months are often copied."""
    if language.code not in _PATTERNS:
        months = "|".join(sorted(map(re.escape, language.months), key=len, reverse=True))
        spoken = "|".join(
            sorted((re.escape(o).replace("\\-", "[- ]") for o in language.ordinals), key=len, reverse=True)
        )
        _PATTERNS[language.code] = re.compile(
            rf"(?<!\w)(?:(?P<before>\d{{1,2}})(?:\.|st|nd|rd|th|er)?{_SPACE}(?:of{_SPACE})?|(?P<spoken>{spoken}){_SPACE}(?:of{_SPACE})?)?"
            rf"(?P<month>{months})(?:\.(?={_SPACE}\d))?(?!\w)"
            rf"(?:{_SPACE}(?P<after>\d{{1,2}})(?:st|nd|rd|th)?(?![\d.%]))?(?:,?{_SPACE}(?:of{_SPACE})?(?P<year>(?:19|20)\d{{2}})(?!\d))?",
            re.IGNORECASE,
        )
    return _PATTERNS[language.code]


def _quarter(language: Language) -> re.Pattern[str]:
    """The third quarter of 2026, in words."""
    ordinals = "|".join(o for o, n in language.ordinals.items() if n <= 4)
    return re.compile(rf"(?<!\w)({ordinals})\s(?:quarter|quartal|trimestre)\s(?:of\s|de\s)?(\d{{4}})", re.IGNORECASE)


def _ids(text: str, language: Language) -> list[Read]:
    found = []
    for m in _ID.finditer(text):
        word = m[0]
        if re.fullmatch(rf"(?:{_CODE})\d+(?:[km]|mn|bn)?|\d+", word) or re.fullmatch(r"[QTH][1-4]", word):
            continue
        found.append(Read(word, "id", 0, word.upper(), 0, *m.span()))
    return found


def _amounts(text: str, language: Language) -> list[Read]:
    found = [
        Read(m[0], "fraction", int(m[1]) / int(m[2]), "", 0, *m.span()) for m in _FRACTION.finditer(text)
    ]  # fmt: skip
    for m in _AMOUNT.finditer(text):
        value, other, decimals = _value(m["digits"], language.decimal)
        end = m.end()
        if text[end : end + 1].isalpha() and not re.match(
            r"(?:k|K|m|M|mn|bn|Mio|Mrd|x|th|st|nd|rd|er|e|h|kWh|GWh|MWh)(?!\w)", text[end:]
        ):
            continue
        scale, end = _scale(text, end, language)
        unit, end = _unit(text, end, language)
        before = (m["before"] or "").strip()
        kind = _kind(unit)
        if before:
            kind, unit = "money", _SIGNS.get(before, before)
        number = Read(
            text=text[m.start() : end].strip(),
            kind=kind,
            value=(-1 if m["sign"] else 1) * value * scale,
            unit=unit if kind in ("money", "time") else "",
            step=10.0**-decimals * scale if decimals or scale > 1 else 0.0,
            start=m.start(),
            end=end,
            other=None if other is None else other * scale,
        )
        found.append(number)
    return found


def _value(digits: str, decimal: str) -> tuple[float, float | None, int]:
    """The value, the other value it may have, and how many digits follow the point."""
    bare = re.sub(rf"{_SPACE}|['’]", "", digits)
    last = max(bare.rfind("."), bare.rfind(","))
    if last < 0:
        return float(bare), None, 0
    separators = {c for c in bare if c in ".,"}
    groups = bare.replace(bare[last], "").isdigit() and re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", bare)
    as_whole = float(re.sub("[.,]", "", bare))
    if len(separators) == 2 or not groups:
        whole, part = bare[:last], bare[last + 1 :]
        return float(f"{re.sub('[.,]', '', whole)}.{part}"), None, len(part)
    if bare.count(bare[last]) > 1 or bare[last] != decimal:
        # One separator with three digits: by the language a thousand; the other reading is kept.
        other = float(bare.replace(",", ".")) if bare.count(bare[last]) == 1 and bare[last] == "." else None
        return as_whole, other, 0
    return float(bare.replace(",", ".")), as_whole, 3


def _scale(text: str, at: int, language: Language) -> tuple[float, int]:
    prefix = re.compile(rf"{_SPACE}?(k|K|m|M|T)(?=(?:{_CODE})(?!\w))").match(text, at)
    if prefix:
        # "640 kDKK", "640 TEUR"
        return 1e6 if prefix[1] in "mM" else 1e3, prefix.end()
    m = re.compile(rf"{_SPACE}?([^\W\d_]+)\.?(?!\w)|([kKmM])(?!\w)").match(text, at)
    if not m:
        return 1.0, at
    word = (m[1] or m[2]).lower()
    scales = language.scales if word in language.scales else languages()["en"].scales
    if word in ("cent", "cents", "hundert") and text[m.start() : m.start() + 1] in " \u00a0\u202f":
        return 1.0, at
    if word in scales and scales[word] > 100:
        end = m.end() if not (m.group().endswith(".") and len(word) > 4) else m.end() - 1
        return scales[word], end
    return 1.0, at


def _unit(text: str, at: int, language: Language) -> tuple[str, int]:
    m = re.compile(rf"{_SPACE}?([€$£¥%]|(?:{_CODE})(?!\w))").match(text, at)
    if m:
        return ("percent" if m[1] == "%" else _SIGNS.get(m[1], m[1])), m.end()
    rest = re.compile(rf"(?:{_SPACE}|-)?(?:(?:d['’]|de |of |full |person |working |calendar |volle |vollen )*)").match(
        text, at
    )
    begin = rest.end() if rest else at
    for known in (language, languages()["en"]):
        for words in sorted(known.units, key=len, reverse=True):
            if (
                text[begin : begin + len(words)].lower() == words
                and not text[begin + len(words) : begin + len(words) + 1].isalpha()
            ):
                return known.units[words], begin + len(words)
    return "", at


def _kind(unit: str) -> str:
    if unit in ("percent", "points"):
        return unit
    if unit in _TIMES:
        return "time"
    return "money" if unit else "number"


def _spoken(text: str, language: Language) -> list[Read]:
    """Numbers in words: twenty-one, einhundertfünfzig, quatre-vingt-onze, two thirds, twice."""
    tokens = list(_WORD.finditer(text))
    found = []
    i = 0
    while i < len(tokens):
        value, used, kind = _number(tokens, i, language)
        if not used:
            i += 1
            continue
        start, end = tokens[i].start(), tokens[i + used - 1].end()
        unit, end = ("month", end) if kind == "months" else ("", end) if kind else _unit(text, end, language)
        kind = "time" if kind == "months" else kind or _kind(unit)
        # A word such as "thousand" alone, or "half a million", is round.
        step = 0.1 * value if value >= 1000 and used <= 3 else 0.0
        read = Read(
            text[start:end], kind, value, unit if kind in ("money", "time") else "", step, start, end, is_word=True
        )
        found.append(read)
        i += used
    return found


def _number(tokens: list[re.Match[str]], i: int, language: Language) -> tuple[float, int, str]:
    word = tokens[i][0].lower()
    if word in language.factors and word != "once":
        return language.factors[word], 1, "factor"
    before = tokens[i - 1][0].lower() if i else ""
    is_part = before in _ARTICLES or _is_of_something(tokens, i)
    if word in language.fractions and word in _TIMES and not is_part:
        return 0.0, 0, ""
    if word in language.fractions and word not in language.ordinals:
        return _part(tokens, i, language)
    if word in language.fractions and i and tokens[i - 1][0].lower() in ("a", "one") and not _is_ordinal(tokens, i):
        return language.fractions[word], 1, "fraction"
    parts = _parts(word, language)
    if parts is None:
        return 0.0, 0, ""
    values, used = parts, 1
    while i + used < len(tokens) and tokens[i + used].start() - tokens[i + used - 1].end() == 1:
        following = tokens[i + used][0].lower()
        is_part = following not in language.units or _is_of_something(tokens, i + used)
        if following in language.fractions and is_part and len(values) == 1:
            return values[0] * language.fractions[following], used + 1, "fraction"
        more = (
            [language.scales[following]]
            if following in language.scales and len(following) > 2
            else _parts(following, language)
        )
        if following in language.joins and i + used + 1 < len(tokens):
            after = tokens[i + used + 1][0].lower()
            if after in ("a", "une", "demi", "demie") and _halves(tokens, i + used + 1):
                return _compose(values) + 0.5, used + 2 + (after == "a"), ""
            if values[-1] >= 100 and (more := _parts(after, language)):
                values, used = [*values, *more], used + 2
                continue
            break
        if more is None or not (more[0] >= 100 or (values[-1] >= 20 and more[0] < 20 and values[-1] % 10 == 0)):
            break
        values, used = [*values, *more], used + 1
    return _compose(values), used, ""


def _is_of_something(tokens: list[re.Match[str]], i: int) -> bool:
    """ "Three quarters of the budget" are a part of it; three quarters in a row are times."""
    following = tokens[i + 1][0].lower() if i + 1 < len(tokens) else ""
    return following in ("of", "der", "des", "de") or following.isdigit()


def _part(tokens: list[re.Match[str]], i: int, language: Language) -> tuple[float, int, str]:
    """A part of a number, "half a million", of a period, "the first half", or of a whole."""
    value = language.fractions[tokens[i][0].lower()]
    if i and tokens[i - 1][0].lower() in language.ordinals:
        return value * 12, 1, "months"
    following = [t[0].lower() for t in tokens[i + 1 : i + 3]]
    at = next((n for n, word in enumerate(following) if language.scales.get(word, 0) > 100), None)
    year = next((n for n, word in enumerate(following) if language.units.get(word) == "year"), None)
    if year is not None and all(word in language.function for word in following[:year]):
        return value * 12, year + 2, "months"
    if at is not None and all(word in language.function for word in following[:at]):
        return value * language.scales[following[at]], at + 2, ""
    return value, 1, "fraction"


def _halves(tokens: list[re.Match[str]], i: int) -> bool:
    words = [t[0].lower() for t in tokens[i : i + 2]]
    return words[0] in ("demi", "demie") or words == ["a", "half"]


def _is_ordinal(tokens: list[re.Match[str]], i: int) -> bool:
    """ "a third vendor" counts; "a third of them" and "a third shorter" divide."""
    following = tokens[i + 1][0].lower() if i + 1 < len(tokens) else "of"
    return following not in ("of", "the", "less", "more") and not following.endswith("er")


@lru_cache(maxsize=50_000)
def _parts(word: str, language: Language) -> list[float] | None:
    """The number words that a word is made of, in order, or None."""
    if word in language.numbers:
        return [language.numbers[word]]
    if word in ("mille", "hundert", "tausend", "hundred", "thousand"):
        return [language.scales[word]] if word in language.scales else None
    if word in language.scales and language.scales[word] != 1000:
        return None
    known = (
        language.numbers | {w: s for w, s in language.scales.items() if len(w) > 3} | dict.fromkeys(language.ones, 1)
    )
    values: list[float] = []
    rest = word
    while rest:
        rest = rest.lstrip("-")
        match = max((w for w in known if rest.startswith(w)), key=len, default="")
        if match:
            values.append(known[match])
            rest = rest[len(match) :]
        elif values and (
            join := next((j for j in language.joins if rest.startswith(j) or rest.startswith(f"-{j}")), "")
        ):
            rest = rest[len(join) :]
        else:
            return None
    return values if len(values) > 1 and (values[0] != 1 or len(word) > 6) else None


def _compose(values: list[float]) -> float:
    total, part = 0.0, 0.0
    for value in values:
        if value >= 1000:
            total, part = total + (part or 1) * value, 0.0
        elif value == 100:
            part = (part or 1) * 100
        else:
            part += value
    return total + part
