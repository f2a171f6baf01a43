"""Figures that follow from others: sums, differences, shares, counts of rows, times between dates."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from copilot.verification.comparing import PART_OF, part_of_whole
from copilot.verification.degrees import called, is_meant
from copilot.verification.figures import IN_DAYS, Read, close, same
from copilot.verification.grounds import Grounds, Line
from copilot.verification.labels import groups, named_rows, says_label
from copilot.verification.over_time import earlier_and_later
from copilot.verification.reading import without_hedge
from copilot.verification.sentence import Sentence
from copilot.verification.terms import content, degrees, opposites

_AMOUNTS = ("number", "money", "percent", "points", "time", "fraction")
# As many figures are combined wherever they stand.
_WIDE = 30
# As many figures of a line, and pairs of columns or rows, are combined.
_MOST = 8
# Which part of all figures of its form may follow from what stands in a place, for one that does to be meant.
_LIMITS = {"said": 1.0, "meant": 0.5, "like": 0.15, "stated": 0.4, "back": 0.25, "before": 0.03, "rows": 0.12,
           "table": 0.25, "lines": 0.06, "wide": 0.02}  # fmt: skip
# A bare number up to so many, or in words, counts things rather than follows from other numbers.
_FEW, _COUNTED = 12, 0.03
# A figure of so much hardly is another column's sum by chance.
_MANY = 1000
# Figures of which one is a smaller part of the other than this are not of a kind.
_SMALL = 0.01


@dataclass(frozen=True)
class Pools:
    """The figures from which another may follow."""

    stated: Sequence[Read]
    """In its own sentence."""
    earlier: Sequence[Read]
    """In the sentences before."""
    lines: Sequence[Line]
    """Lines near to the sentence."""


# Behind a share, of what it is one.
_OF = re.compile(r"(?:%|percent|per cent|prozent|pour cent)\s(?:of|von|der|des|dessen|de)\b", re.IGNORECASE)
# Periods, in days, that divide a year.
_RHYTHMS = (7.0, 14.0, 30.4375, 2 * 30.4375, 3 * 30.4375, 4 * 30.4375, 6 * 30.4375, 91.3125)


_Result = tuple[Read, str, str]
"""A figure, how it follows, and what the sentence must speak of for it to be meant: see `_spoken`."""


def derive(sentence: Sentence, figure: Read, pools: Pools, grounds: Grounds) -> str:
    """How a figure follows from others, in the first place from which others of its form would hardly follow too."""
    if figure.kind in ("date", "id"):
        return ""
    spoken, noun = _spoken(sentence), sentence.noun(figure)
    if noun or figure.is_word:
        spoken.add("count")
    is_times = noun is not None and noun.text.lower() in sentence.language.times
    counts = figure.kind == "number" and not is_times and (figure.value <= _FEW or figure.is_word)
    for source, results in _sources(sentence, figure, pools, grounds):
        fitting = [(r, how) for r, how, word in results if r.value and word in spoken and _fits(figure, r, is_times)]
        found = next((how for r, how in fitting if _is_near(figure, r) and _says(figure, r)), "")
        limit = _LIMITS[source]
        if counts and source not in ("said", "meant", "table"):
            # "5 are not" is a difference.
            limit = _LIMITS["rows"] if sentence.words & sentence.language.negation else _COUNTED
        elif source == "lines" and "change" in spoken and figure.kind in ("points", "time"):
            limit = _LIMITS["rows"]
        exact = any(how == found and _is_exact(figure, r) for r, how in fitting)
        if found and _chance(figure, [r for r, _ in fitting], exact) <= limit:
            return found
    return ""


def _is_exact(figure: Read, result: Read) -> bool:
    """Whether a whole figure of several digits is a result to its last digit, zeros too."""
    is_whole = figure.kind in ("number", "money") and not (figure.is_word or figure.hedge or figure.step)
    return is_whole and figure.value >= 100 and abs(figure.value - result.value) < 0.5


def _spoken(sentence: Sentence) -> set[str]:
    """Of what the sentence speaks: a `change` or difference, a `rest`, a `year`, so much `per` unit."""
    language, text = sentence.language, sentence.text
    for figure in reversed(sentence.figures):
        if figure.hedge and figure.kind != "date":
            # "More than" right before a figure is no difference.
            text = without_hedge(text[: figure.start], language) + " " + text[figure.start :]
    words = {"change": language.difference, "rest": language.rest, "per": language.per, "payback": language.payback,
             "sum": language.sum}  # fmt: skip
    found = {name for name, said in words.items() if language.says(said, text)}
    found |= {"as"} if language.says(language.equal, text) or _OF.search(text) else set()
    if degrees("comparative").find(text) or any(o.group == "direction" for o in opposites().find(text)):
        found.add("change")
    if sentence.words & language.negation:
        found.add("less")
    if found & {"change", "rest"}:
        found.add("less")
    years = tuple(word for word, unit in language.units.items() if unit == "year")
    return {"", *found, *(("year",) if language.says(years, text) else ())}


def _sources(
    sentence: Sentence, figure: Read, pools: Pools, grounds: Grounds
) -> Iterator[tuple[str, Iterator[_Result]]]:
    tables = [rows for rows in grounds.tables if len(rows) > 1]
    part = Sentence(sentence.part(figure), sentence.language)
    back = Sentence(sentence.before, sentence.language)
    here = [row for t in grounds.tables for row in called(sentence, t)]
    named = [row for t in grounds.tables for row in called(part, t)] or here
    named = named or [row for t in grounds.tables for row in called(back, t)]
    yield "said", itertools.chain(_of_groups(sentence, tables), _of_named(sentence, tables))
    yield (
        "meant",
        itertools.chain(
            _of_meant_rows(sentence, named, here, tables),
            _of_pair(pools.lines),
            _of_groups(back, tables) if sentence.refers_back else (),
        ),
    )
    yield "like", _of_like(sentence, pools)
    yield "stated", ((r, how, "" if word == "less" else word) for r, how, word in _pairs(pools.stated))
    yield (
        "back" if sentence.refers_back else "before",
        _crossed([*pools.stated, *(h.figure for r in named[:1] for h in r.held)], pools.earlier),
    )
    yield (
        "rows",
        itertools.chain(
            _of_rows(named[:_MOST], pools.stated),
            _of_columns(here[:_MOST]) if len(here) > len(named) else (),
            _over_years(sentence, named, pools.lines),
        ),
    )
    yield "table", _of_tables(sentence, figure, tables, named, [*pools.stated, *pools.earlier])
    yield "wide", _widely(sentence, pools, tables, named)
    of_others = {row.table for row in here}
    yield "lines", _of_lines(pools, [x for x in pools.lines if x in here or x.table not in of_others or not x.cells])


def _of_meant_rows(
    sentence: Sentence, named: Sequence[Line], here: Sequence[Line], tables: Sequence[Sequence[Line]]
) -> Iterator[_Result]:
    """Of each row named, what the columns that the sentence speaks of give with the others; with those of another row
    their difference; and the distance between the first and the last of a column."""
    for row in named[:2]:
        for header in _meant_columns(sentence, row):
            (value,) = row.column(header)
            for other in (h for h, _ in row.cells if h != header and row.column(h)):
                (whole,) = row.column(other)
                both = itertools.chain(_of_two(value, whole), _of_two(whole, value))
                yield from ((r, f"{header}, {other}: {how}", word) for r, how, word in both if r.kind != "money")
                if value.kind == "money" and whole.kind == "number" and is_meant(sentence, other, row) and whole.value:
                    yield _read("money", value.value / whole.value, value.unit), f"{value.text} / {whole.text}", "per"
                if value.kind == "number" == whole.kind and value.step == whole.step == 0 and whole.value:
                    yield _read("number", value.value / whole.value), f"{value.text} / {whole.text}", "per"
            own = (rows for rows in tables if rows[0].table == row.table and len(named) == 1)
            for held in (r for rows in own for r in rows if r is not row):
                for other_value in held.column(header):
                    yield from ((r, f"{header}: {how}", "change") for r, how, _ in _differences(value, other_value))
    for rows in tables:
        if any(row.table == rows[0].table for row in here) or len(rows) < 3:
            continue
        for header, values in _columns(rows):
            low, high = min(values, key=lambda v: v.value), max(values, key=lambda v: v.value)
            yield from ((r, f"{header}: {how}", "change") for r, how, _ in _differences(high, low))


def _meant_columns(sentence: Sentence, row: Line) -> list[str]:
    return [h for h, _ in row.cells if row.column(h) and is_meant(sentence, h, row)]


def _differences(a: Read, b: Read) -> Iterator[_Result]:
    if (a.kind, a.unit) == (b.kind, b.unit) and a.value != b.value and a.kind != "fraction":
        high, low = (a, b) if a.value > b.value else (b, a)
        kind = "points" if a.kind == "percent" else a.kind
        yield _read(kind, high.value - low.value, a.unit), f"{high.text} - {low.text}", ""


def _of_pair(lines: Sequence[Line]) -> Iterator[_Result]:
    """From the earlier and the later figure of the line nearest to the sentence; from a part and its whole there."""
    for line in [line for line in lines if not line.cells][:2]:
        own = Sentence(line.text, line.language)
        if line.language.says(line.language.per, line.text):
            amounts = [h.figure for h in line.held]
            for a, b in itertools.permutations([f for f in amounts if f.kind in ("money", "number")], 2):
                if a.kind == "money" and b.kind == "number" and b.step == 0 and b.value > 1:
                    yield _read("money", a.value * b.value, a.unit), f"{b.text} × {a.text}", ""
        for period in (h.figure for h in line.held if h.figure.kind == "time"):
            if IN_DAYS[period.unit] * period.value in _RHYTHMS:
                times = round(365.25 / (IN_DAYS[period.unit] * period.value))
                yield _read("number", times), f"1 year / {period.text}", "year"
        if pair := earlier_and_later(own):
            before, after = pair
            change = 100 * abs(after.value - before.value) / before.value if before.value else 0.0
            yield _read("percent", change), f"({after.text} - {before.text}) / {before.text}", "change"
            yield from ((r, how, "change") for r, how, _ in _differences(before, after))
        alike = [h.figure for h in line.held if h.figure.kind in ("money", "points", "percent", "number")]
        if len(alike) == 2 and line.language.says(line.language.difference, line.text):
            yield from _differences(*alike)
            if (alike[0].kind, alike[0].unit) == (alike[1].kind, alike[1].unit):
                total = alike[0].value + alike[1].value
                yield _read(alike[0].kind, total, alike[0].unit), f"{alike[0].text} + {alike[1].text}", ""
        if parts := part_of_whole(own):
            part, whole = parts
            yield _read("percent", 100 * part.value / whole.value), f"{part.text} / {whole.text}", ""
            yield _read("number", whole.value - part.value), f"{whole.text} - {part.text}", ""


def _of_like(sentence: Sentence, pools: Pools) -> Iterator[_Result]:
    """From two figures in near lines that speak of the same as the sentence, or from one and a figure said before."""
    held = [h for line in pools.lines if not line.cells for h in line.held if h.figure.kind in _AMOUNTS]
    about = [h for h in held if not sentence.content.isdisjoint(h.near)][:_MOST]
    for a, b in itertools.permutations(about, 2):
        if a.line is not b.line and not (a.near & b.near & sentence.content):
            continue
        if (a.figure.kind, a.figure.unit) == (b.figure.kind, b.figure.unit) and b.figure.value:
            change = 100 * abs(a.figure.value - b.figure.value) / b.figure.value
            yield _read("percent", change), f"({a.figure.text} - {b.figure.text}) / {b.figure.text}", "change"
            yield from ((r, how, "change") for r, how, _ in _differences(a.figure, b.figure))
    for h, earlier in itertools.product(about, pools.earlier):
        yield from ((r, how, "change") for r, how, _ in _differences(h.figure, earlier))
    for line in [line for line in pools.lines if not line.cells][:2]:
        typed = [h.figure for h in line.held if h.figure.kind in ("time", "percent", "money")]
        bare = [h.figure for h in line.held if h.figure.kind == "number"]
        if len(typed) == len(bare) == 1 and re.match(r"\W*(?:$|[.,;])", line.text[bare[0].end :]):
            # "Eleven weeks late, planned were three."
            other = replace(bare[0], kind=typed[0].kind, unit=typed[0].unit)
            yield from ((r, how, "change") for r, how, _ in _differences(typed[0], other))


def _widely(
    sentence: Sentence, pools: Pools, tables: Sequence[Sequence[Line]], named: Sequence[Line]
) -> Iterator[_Result]:
    """What two or three figures give wherever they were read: only figures of many digits follow from these alone."""
    prose = [h.figure for line in pools.lines if not line.cells for h in line.held if h.figure.kind in _AMOUNTS]
    sums = [
        _named_sum(values)
        for rows in tables
        for chosen in (rows, *(held for _, held in groups(sentence, rows)))
        for _, values in _columns(chosen)
        if len(values) > 1
    ]
    cells = [h.figure for row in named[:2] for h in row.held if h.is_value and h.figure.kind in _AMOUNTS]
    own = [*pools.stated, *pools.earlier]
    figures = list({(f.kind, f.unit, f.value): f for f in [*own, *prose, *sums, *cells] if f.value}.values())[:_WIDE]
    for a, b in itertools.permutations(figures, 2):
        if (a.kind, a.unit) == (b.kind, b.unit) and a.kind != "fraction":
            yield _read(a.kind, a.value + b.value, a.unit), f"{a.text} + {b.text}", "sum"
            if a.value > b.value:
                yield _read(a.kind, a.value - b.value, a.unit), f"{a.text} - {b.text}", "less"
        elif a.kind == "money" and b.kind in ("number", "time"):
            product = a.value * b.value
            yield _read("money", product, a.unit), f"{b.text} × {a.text}", ""
            yield _read("money", a.value / b.value, a.unit), f"{a.text} / {b.text}", "per"
            once = (c for c in prose if c.kind == "money" and c.unit == a.unit and c is not a)
            yield from (
                (_read("money", product + c.value, a.unit), f"{c.text} + {b.text} × {a.text}", "") for c in once
            )
        elif a.kind in ("money", "number") and b.kind == "percent":
            yield _read(a.kind, a.value * b.value / 100, a.unit), f"{b.text} × {a.text}", ""
    for line in pools.lines:
        alike = [h.figure for x in pools.lines if x.evidence == line.evidence and not x.cells for h in x.held]
        alike = [f for f in alike if f.kind in ("number", "money")]
        for a, b, c in itertools.permutations(alike[:_MOST], 3):
            if a.kind == b.kind == c.kind and a.value > b.value + c.value and b.value >= c.value:
                yield _read(a.kind, a.value - b.value - c.value, a.unit), f"{a.text} - {b.text} - {c.text}", ""


def _named_sum(values: Sequence[Read]) -> Read:
    total = sum(v.value for v in values)
    return replace(values[0], text=f"{total:,g}", value=total, step=0.0, other=None)


def _over_years(sentence: Sentence, named: Sequence[Line], lines: Sequence[Line]) -> Iterator[_Result]:
    """What a row costs over the years that the sentence says, and with a share that a line adds or takes off."""
    years = [f for f in sentence.figures if (f.kind, f.unit) == ("time", "year")][:1]
    shares = [h.figure for line in lines if not line.cells for h in line.held if h.figure.kind == "percent"][:2]
    for row in named[:2]:
        amounts = [f for h, _ in row.cells for f in row.column(h) if f.kind == "money"][:_MOST]
        for n, amount in itertools.product(years, amounts):
            yield _read("money", n.value * amount.value, amount.unit), f"{n.text} × {amount.text}", ""
            for once in (a for a in amounts if a is not amount):
                total = once.value + n.value * amount.value
                yield _read("money", total, amount.unit), f"{once.text} + {n.text} × {amount.text}", ""
        for amount, share in itertools.product(amounts, shares):
            yield from _of_two(amount, share)


def _pairs(figures: Sequence[Read]) -> Iterator[_Result]:
    """What two figures give, or the sum of more; a time in another unit."""
    amounts = [f for f in figures if f.kind in _AMOUNTS][:_MOST]
    for a, b in itertools.permutations(amounts, 2):
        yield from _of_two(a, b)
    yield from _sum(amounts)
    yield from ((f, f.text, "") for f in amounts if f.kind == "time")
    shares = [f.value * (1 if f.kind == "percent" else 100) for f in amounts if f.kind in ("percent", "fraction")]
    for share in dict.fromkeys([*shares, sum(shares)] if shares else []):
        yield _read("percent", 100 - share), f"100 % - {share:g} %", "rest"
    for f in amounts:
        if f.kind in ("money", "number"):
            yield _read(f.kind, 12 * f.value, f.unit), f"12 × {f.text}", "year"
    for kind, unit in dict.fromkeys((f.kind, f.unit) for f in amounts):
        same_kind = [f.value for f in amounts if (f.kind, f.unit) == (kind, unit)]
        if len(same_kind) > 1:
            yield _read(kind, sum(same_kind) / len(same_kind), unit, rough=True), "mean", "per"


def _crossed(here: Sequence[Read], there: Sequence[Read]) -> Iterator[_Result]:
    for a in [f for f in here if f.kind in _AMOUNTS][:_MOST]:
        for b in there:
            yield from _of_two(a, b)
            yield from _of_two(b, a)
    yield from _pairs(there)


def _of_two(a: Read, b: Read) -> Iterator[_Result]:
    if not a.value or not b.value:
        return
    if a.kind == "money" and b.kind in ("percent", "fraction"):
        share = b.value / (100 if b.kind == "percent" else 1)
        yield _read("money", a.value * share, a.unit), f"{a.text} × {b.text}", ""
        yield _read("money", a.value * (1 + share), a.unit), f"{a.text} × (1 + {b.text})", ""
        yield _read("money", a.value * (1 - share), a.unit), f"{a.text} × (1 - {b.text})", ""
    if a.kind == b.kind == "money" and a.unit == b.unit:
        yield _read("time", a.value / b.value, "year"), f"{a.text} / {b.text}", "payback"
    if a.kind == "money" and b.kind in ("number", "time"):
        yield _read("money", a.value / b.value, a.unit), f"{a.text} / {b.text}", "per"
    # What is so small beside the other is none of its kind.
    if a.kind != b.kind or a.kind == "fraction" or a.unit != b.unit or not _SMALL < a.value / b.value < 1 / _SMALL:
        return
    kind = "points" if a.kind == "percent" else a.kind
    # Numbers in words count things of many sorts, but for "nine of ten".
    is_share = a.kind not in ("percent", "time") and not (a.is_word and b.is_word and 10 not in (a.value, b.value))
    if not is_share and a.kind == "percent":
        yield _read("percent", 100 * b.value / a.value), f"{b.text} / {a.text}", "as"
    if a.value > b.value:
        yield _read(kind, a.value - b.value, a.unit), f"{a.text} - {b.text}", "less"
        yield _read("factor", a.value / b.value), f"{a.text} / {b.text}", ""
        if is_share:
            yield _read("percent", 100 * b.value / a.value), f"{b.text} / {a.text}", ""
    if is_share:
        yield _read("percent", 100 * abs(a.value - b.value) / b.value), f"({a.text} - {b.text}) / {b.text}", "change"
    if a.value != b.value:
        yield _read(a.kind, a.value + b.value, a.unit), f"{a.text} + {b.text}", ""


def _sum(figures: Sequence[Read]) -> Iterator[_Result]:
    for kind, unit in dict.fromkeys((f.kind, f.unit) for f in figures):
        alike = [f for f in figures if (f.kind, f.unit) == (kind, unit)]
        if len(alike) > 2 and min(f.value for f in alike) > _SMALL * max(f.value for f in alike):
            yield _read(kind, sum(f.value for f in alike), unit), " + ".join(f.text for f in alike), ""


def _columns(rows: Sequence[Line]) -> Iterator[tuple[str, list[Read]]]:
    """Each column of figures with its values."""
    for header in dict.fromkeys(h for row in rows for h, _ in row.cells):
        if values := [f for row in rows for f in row.column(header)]:
            yield header, values


def _of_rows(rows: Sequence[Line], stated: Sequence[Read]) -> Iterator[_Result]:
    """From the cells of each row, and from each column over the rows."""
    for row in rows[:_MOST]:
        cells = [h.figure for h in row.held if h.is_value][:_MOST]
        yield from _pairs(cells)
        yield from _crossed(stated, cells)
        yield from _between(row)
    yield from _of_columns(rows)


def _of_columns(rows: Sequence[Line]) -> Iterator[_Result]:
    for header, values in _columns(rows):
        if len(values) > 1:
            yield from ((read, f"{header}: {how}", word) for read, how, word in _totals(values))
            # What part one row's is of another's must be said: "half as many as".
            yield from (
                (read, f"{header}: {how}", word or ("as" if read.kind == "percent" else ""))
                for read, how, word in _pairs(values)
            )


def _totals(values: Sequence[Read]) -> Iterator[_Result]:
    total, first = sum(v.value for v in values), values[0]
    yield _read(first.kind, total, first.unit), "sum", ""
    if first.bare is not None:
        yield _read("number", sum(v.bare or 0.0 for v in values)), "sum", ""
    yield _read(first.kind, total / len(values), first.unit, rough=True), "mean", "per"


def _of_tables(
    sentence: Sentence, figure: Read, tables: Sequence[Sequence[Line]], named: Sequence[Line], said: Sequence[Read]
) -> Iterator[_Result]:
    """From each column over all rows: sums, means, and which part of a sum the rows named or a figure said make."""
    beside = Sentence(sentence.part(figure), sentence.language)
    for rows in tables:
        part = [row for row in named if row.table == rows[0].table]
        columns = list(_columns(rows))
        meant = [c for c in columns if content(c[0], rows[0].language) & sentence.content]
        is_whole = PART_OF.search(sentence.text[: figure.start]) or figure.value >= _MANY
        columns = columns if is_whole or not meant else meant
        for header, values in columns:
            total = sum(v.value for v in values)
            if not any(says_label(beside, key) for row in part for key in row.keys):
                yield from ((read, f"{header}: {how}", word) for read, how, word in _totals(values))
            parts = [sum(f.value for row in part for f in row.column(header)), *(f.value for f in said)]
            yield from (
                (_read("percent", 100 * p / total), f"{header}: share of the sum", "") for p in parts if 0 < p < total
            )
        sums = [_read(v[0].kind, sum(f.value for f in v), v[0].unit) for _, v in columns]
        yield from _pairs(sums)


def _of_named(sentence: Sentence, tables: Sequence[Sequence[Line]]) -> Iterator[_Result]:
    """How many rows there are, how many of them a sentence names, and which part of each column those make."""
    for rows in tables:
        named = named_rows(sentence, rows)
        yield _read("number", len(rows)), f"{len(rows)} rows", "count"
        for count in (len(named), len(rows) - len(named)) if len(named) > 1 else ():
            yield _read("number", count), f"{count} of {len(rows)} rows", ""
        for header, values in _columns(rows):
            part, total = (sum(f.value for row in chosen for f in row.column(header)) for chosen in (named, rows))
            if 0 < part < total and len(values) > 1:
                yield _read("percent", 100 * part / total), f"{header}: share of the sum", ""


def _of_groups(sentence: Sentence, tables: Sequence[Sequence[Line]]) -> Iterator[_Result]:
    """From the rows with each label that the sentence names: how many, and each column over them."""
    for rows in tables:
        totals = {header: sum(v.value for v in values) for header, values in _columns(rows)}
        for label, held in groups(sentence, rows):
            for count in (len(held), len(rows) - len(held)):
                yield _read("number", count), f"{count} of {len(rows)} rows", ""
                yield _read("percent", 100 * count / len(rows)), f"{count} of {len(rows)} rows", ""
            if len(held) < 2:
                continue
            sums = [_named_sum(values) for _, values in _columns(held)]
            for a, b in itertools.permutations([f for f in sums if f.kind == "money"], 2):
                yield from ((r, f"{label}: {how}", "less") for r, how, _ in _differences(a, b) if a.value > b.value)
            for header, values in _columns(held):
                total = sum(v.value for v in values)
                yield from ((read, f"{label}, {header}: {how}", word) for read, how, word in _totals(values))
                if total < totals[header]:
                    yield _read("percent", 100 * total / totals[header]), f"{label}, {header}: share of the sum", ""


def _of_lines(pools: Pools, lines: Sequence[Line]) -> Iterator[_Result]:
    """From the figures of the lines near to the sentence, and those said with them."""
    for line in lines:
        figures = [h.figure for h in line.held if h.figure.kind in _AMOUNTS][:_MOST]
        yield from _pairs(figures)
        yield from _crossed(pools.stated, figures)
        yield from _between(line)
    prose = [h.figure for line in lines[:3] if not line.cells for h in line.held if h.figure.kind in _AMOUNTS]
    yield from _pairs(prose[:_MOST])


def _between(line: Line) -> Iterator[_Result]:
    """The times between the dates of a line."""
    days = [h.figure.day for h in line.held if h.figure.day and h.figure.day[0] and min(h.figure.day[1:]) > 0]
    # Counted on from the first of the month: no text is bound to hold days that exist.
    dates = dict.fromkeys(date(year, month, 1) + timedelta(day - 1) for year, month, day in days[:_MOST])
    for a, b in itertools.combinations(dates, 2):
        yield _read("time", abs((b - a).days), "day"), f"{a} to {b}", ""


def _read(kind: str, value: float, unit: str = "", rough: bool = False) -> Read:
    return Read("", kind, value, unit, 0.5 if rough else 0.0, 0, 0)


def _fits(said: Read, result: Read, is_times: bool) -> bool:
    pair = {said.kind, result.kind}
    if said.kind == result.kind:
        return said.unit == result.unit or said.kind == "time"
    if result.kind == "factor":
        return said.kind == "number" and is_times
    if pair == {"number", "money"}:
        # Cells without a unit hold whole amounts.
        return not 0 < said.step < 1
    if pair == {"number", "time"}:
        # A column of hours is counted: "700 driver hours".
        return said.kind == "number" and not said.is_word and said.value > _FEW
    return pair in ({"points", "percent"}, {"fraction", "percent"}, {"number", "points"})


def _is_near(figure: Read, result: Read) -> bool:
    """Whether a closer look is worth while."""
    times = figure.kind == "time" or "fraction" in (figure.kind, result.kind)
    return times or any(abs(abs(result.value) - abs(v)) <= 0.2 * abs(v) + _step(figure) for v in figure.values)


def _says(figure: Read, result: Read) -> bool:
    if "factor" in (figure.kind, result.kind):
        return abs(result.value - figure.value) < 0.1 * figure.value
    if figure.kind == "time" and figure.unit != result.unit:
        return same(figure, result)
    # Shares and means are rounded to the whole.
    is_rounded = not figure.step and (result.step or figure.kind in ("percent", "points"))
    said = replace(figure, step=1.0) if is_rounded else figure
    return same(said, result) or close(said.value, result.value, said, said)


def _form(figure: Read, result: Read, step: float) -> float:
    """A result as the figure would print it."""
    value = result.value / 100 if figure.kind == "fraction" and result.kind == "percent" else result.value
    return round(value / step)


def _step(figure: Read) -> float:
    if figure.kind in ("fraction", "factor"):
        return 0.05
    digits = len(str(int(abs(figure.value)))) - len(str(int(abs(figure.value))).rstrip("0"))
    step: float = figure.step or (10.0**digits if figure.value >= 100 else 1.0)
    return max(step, 0.01 * abs(figure.value)) if figure.hedge else step


def _chance(figure: Read, results: Sequence[Read], is_exact: bool) -> float:
    """Which part of the figures with as many digits are among the results."""
    step = 1.0 if is_exact else _step(figure)
    forms = {_form(figure, result, step) for result in results}
    if figure.kind == "fraction":
        return min(1.0, sum(0 < form * step < 1 for form in forms) * step)
    printed = max(1, round(figure.value / step))
    low = int(10 ** (len(str(printed)) - 1))
    return min(1.0, sum(low <= form < 10 * low for form in forms) / (9 * low))
