"""Figures that follow from others: sums, differences, shares, counts of rows, times between dates."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from copilot.verification.arithmetic import (
    AMOUNTS,
    MOST,
    Result,
    columns_of,
    computed,
    crossed,
    differences,
    named_sum,
    of_column,
    of_columns,
    of_two,
    pairs,
    times_between,
)
from copilot.verification.chance import FEW, chance, fits, is_exact, is_near, says
from copilot.verification.comparing import PART_OF, part_of_whole
from copilot.verification.degrees import called, is_meant
from copilot.verification.figures import IN_DAYS, Read
from copilot.verification.grounds import Grounds, Line
from copilot.verification.labels import groups, named_rows, says_label
from copilot.verification.over_time import earlier_and_later
from copilot.verification.reading import without_hedge
from copilot.verification.sentence import Sentence
from copilot.verification.terms import content, degrees, opposites

# As many figures are combined wherever they stand.
_WIDE = 30
# Which part of all figures of its form may follow from what stands in a place, for one that does to be meant.
_LIMITS = {"said": 1.0, "meant": 0.5, "like": 0.15, "stated": 0.4, "back": 0.25, "before": 0.03, "rows": 0.12,
           "table": 0.25, "lines": 0.06, "wide": 0.02}  # fmt: skip
# A bare number up to so many, or in words, counts things rather than follows from other numbers.
_COUNTED = 0.03
# A figure of so much hardly is another column's sum by chance.
_MANY = 1000


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


def derive(sentence: Sentence, figure: Read, pools: Pools, grounds: Grounds) -> str:
    """How a figure follows from others, in the first place from which others of its form would hardly follow too."""
    if figure.kind in ("date", "id"):
        return ""
    spoken, noun = _spoken(sentence), sentence.noun(figure)
    if noun or figure.is_word:
        spoken.add("count")
    is_times = noun is not None and noun.text.lower() in sentence.language.times
    counts = figure.kind == "number" and not is_times and (figure.value <= FEW or figure.is_word)
    for source, results in _sources(sentence, figure, pools, grounds):
        fitting = [(r, how) for r, how, word in results if r.value and word in spoken and fits(figure, r, is_times)]
        found = next((how for r, how in fitting if is_near(figure, r) and says(figure, r)), "")
        limit = _LIMITS[source]
        if counts and source not in ("said", "meant", "table"):
            # "5 are not" is a difference.
            limit = _LIMITS["rows"] if sentence.words & sentence.language.negation else _COUNTED
        elif source == "lines" and "change" in spoken and figure.kind in ("points", "time"):
            limit = _LIMITS["rows"]
        exact = any(how == found and is_exact(figure, r) for r, how in fitting)
        if found and chance(figure, [r for r, _ in fitting], exact) <= limit:
            return found
    return ""


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
) -> Iterator[tuple[str, Iterator[Result]]]:
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
    yield "stated", ((r, how, "" if word == "less" else word) for r, how, word in pairs(pools.stated))
    yield (
        "back" if sentence.refers_back else "before",
        crossed([*pools.stated, *(h.figure for r in named[:1] for h in r.held)], pools.earlier),
    )
    yield (
        "rows",
        itertools.chain(
            _of_rows(named[:MOST], pools.stated),
            of_columns(here[:MOST]) if len(here) > len(named) else (),
            _over_years(sentence, named, pools.lines),
        ),
    )
    yield "table", _of_tables(sentence, figure, tables, named, [*pools.stated, *pools.earlier])
    yield "wide", _widely(sentence, pools, tables, named)
    of_others = {row.table for row in here}
    yield "lines", _of_lines(pools, [x for x in pools.lines if x in here or x.table not in of_others or not x.cells])


def _of_meant_rows(
    sentence: Sentence, named: Sequence[Line], here: Sequence[Line], tables: Sequence[Sequence[Line]]
) -> Iterator[Result]:
    """Of each row named, what the columns that the sentence speaks of give with the others; with those of another row
    their difference; and the distance between the first and the last of a column."""
    for row in named[:2]:
        for header in _meant_columns(sentence, row):
            (value,) = row.column(header)
            for other in (h for h, _ in row.cells if h != header and row.column(h)):
                (whole,) = row.column(other)
                both = itertools.chain(of_two(value, whole), of_two(whole, value))
                yield from ((r, f"{header}, {other}: {how}", word) for r, how, word in both if r.kind != "money")
                if value.kind == "money" and whole.kind == "number" and is_meant(sentence, other, row) and whole.value:
                    yield (
                        computed("money", value.value / whole.value, value.unit),
                        f"{value.text} / {whole.text}",
                        "per",
                    )
                if value.kind == "number" == whole.kind and value.step == whole.step == 0 and whole.value:
                    yield computed("number", value.value / whole.value), f"{value.text} / {whole.text}", "per"
            own = (rows for rows in tables if rows[0].table == row.table and len(named) == 1)
            for held in (r for rows in own for r in rows if r is not row):
                for other_value in held.column(header):
                    yield from ((r, f"{header}: {how}", "change") for r, how, _ in differences(value, other_value))
    for rows in tables:
        if any(row.table == rows[0].table for row in here) or len(rows) < 3:
            continue
        for header, values in columns_of(rows):
            low, high = min(values, key=lambda v: v.value), max(values, key=lambda v: v.value)
            yield from ((r, f"{header}: {how}", "change") for r, how, _ in differences(high, low))


def _meant_columns(sentence: Sentence, row: Line) -> list[str]:
    return [h for h, _ in row.cells if row.column(h) and is_meant(sentence, h, row)]


def _of_pair(lines: Sequence[Line]) -> Iterator[Result]:
    """From the earlier and the later figure of the line nearest to the sentence; from a part and its whole there."""
    for line in [line for line in lines if not line.cells][:2]:
        own = Sentence(line.text, line.language)
        if line.language.says(line.language.per, line.text):
            amounts = [h.figure for h in line.held]
            for a, b in itertools.permutations([f for f in amounts if f.kind in ("money", "number")], 2):
                if a.kind == "money" and b.kind == "number" and b.step == 0 and b.value > 1:
                    yield computed("money", a.value * b.value, a.unit), f"{b.text} × {a.text}", ""
        for period in (h.figure for h in line.held if h.figure.kind == "time"):
            if IN_DAYS[period.unit] * period.value in _RHYTHMS:
                times = round(365.25 / (IN_DAYS[period.unit] * period.value))
                yield computed("number", times), f"1 year / {period.text}", "year"
        if pair := earlier_and_later(own):
            before, after = pair
            change = 100 * abs(after.value - before.value) / before.value if before.value else 0.0
            yield computed("percent", change), f"({after.text} - {before.text}) / {before.text}", "change"
            yield from ((r, how, "change") for r, how, _ in differences(before, after))
        alike = [h.figure for h in line.held if h.figure.kind in ("money", "points", "percent", "number")]
        if len(alike) == 2 and line.language.says(line.language.difference, line.text):
            yield from differences(*alike)
            if (alike[0].kind, alike[0].unit) == (alike[1].kind, alike[1].unit):
                total = alike[0].value + alike[1].value
                yield computed(alike[0].kind, total, alike[0].unit), f"{alike[0].text} + {alike[1].text}", ""
        if parts := part_of_whole(own):
            part, whole = parts
            yield computed("percent", 100 * part.value / whole.value), f"{part.text} / {whole.text}", ""
            yield computed("number", whole.value - part.value), f"{whole.text} - {part.text}", ""


def _of_like(sentence: Sentence, pools: Pools) -> Iterator[Result]:
    """From two figures in near lines that speak of the same as the sentence, or from one and a figure said before."""
    held = [h for line in pools.lines if not line.cells for h in line.held if h.figure.kind in AMOUNTS]
    about = [h for h in held if not sentence.content.isdisjoint(h.near)][:MOST]
    for a, b in itertools.permutations(about, 2):
        if a.line is not b.line and not (a.near & b.near & sentence.content):
            continue
        if (a.figure.kind, a.figure.unit) == (b.figure.kind, b.figure.unit) and b.figure.value:
            change = 100 * abs(a.figure.value - b.figure.value) / b.figure.value
            yield computed("percent", change), f"({a.figure.text} - {b.figure.text}) / {b.figure.text}", "change"
            yield from ((r, how, "change") for r, how, _ in differences(a.figure, b.figure))
    for h, earlier in itertools.product(about, pools.earlier):
        yield from ((r, how, "change") for r, how, _ in differences(h.figure, earlier))
    for line in [line for line in pools.lines if not line.cells][:2]:
        typed = [h.figure for h in line.held if h.figure.kind in ("time", "percent", "money")]
        bare = [h.figure for h in line.held if h.figure.kind == "number"]
        if len(typed) == len(bare) == 1 and re.match(r"\W*(?:$|[.,;])", line.text[bare[0].end :]):
            # "Eleven weeks late, planned were three."
            other = replace(bare[0], kind=typed[0].kind, unit=typed[0].unit)
            yield from ((r, how, "change") for r, how, _ in differences(typed[0], other))


def _widely(
    sentence: Sentence, pools: Pools, tables: Sequence[Sequence[Line]], named: Sequence[Line]
) -> Iterator[Result]:
    """What two or three figures give wherever they were read: only figures of many digits follow from these alone."""
    prose = [h.figure for line in pools.lines if not line.cells for h in line.held if h.figure.kind in AMOUNTS]
    sums = [
        named_sum(values)
        for rows in tables
        for chosen in (rows, *(held for _, held in groups(sentence, rows)))
        for _, values in columns_of(chosen)
        if len(values) > 1
    ]
    cells = [h.figure for row in named[:2] for h in row.held if h.is_value and h.figure.kind in AMOUNTS]
    own = [*pools.stated, *pools.earlier]
    figures = list({(f.kind, f.unit, f.value): f for f in [*own, *prose, *sums, *cells] if f.value}.values())[:_WIDE]
    for a, b in itertools.permutations(figures, 2):
        if (a.kind, a.unit) == (b.kind, b.unit) and a.kind != "fraction":
            yield computed(a.kind, a.value + b.value, a.unit), f"{a.text} + {b.text}", "sum"
            if a.value > b.value:
                yield computed(a.kind, a.value - b.value, a.unit), f"{a.text} - {b.text}", "less"
        elif a.kind == "money" and b.kind in ("number", "time"):
            product = a.value * b.value
            yield computed("money", product, a.unit), f"{b.text} × {a.text}", ""
            yield computed("money", a.value / b.value, a.unit), f"{a.text} / {b.text}", "per"
            once = (c for c in prose if c.kind == "money" and c.unit == a.unit and c is not a)
            yield from (
                (computed("money", product + c.value, a.unit), f"{c.text} + {b.text} × {a.text}", "") for c in once
            )
        elif a.kind in ("money", "number") and b.kind == "percent":
            yield computed(a.kind, a.value * b.value / 100, a.unit), f"{b.text} × {a.text}", ""
    for line in pools.lines:
        alike = [h.figure for x in pools.lines if x.evidence == line.evidence and not x.cells for h in x.held]
        alike = [f for f in alike if f.kind in ("number", "money")]
        for a, b, c in itertools.permutations(alike[:MOST], 3):
            if a.kind == b.kind == c.kind and a.value > b.value + c.value and b.value >= c.value:
                yield computed(a.kind, a.value - b.value - c.value, a.unit), f"{a.text} - {b.text} - {c.text}", ""


def _over_years(sentence: Sentence, named: Sequence[Line], lines: Sequence[Line]) -> Iterator[Result]:
    """What a row costs over the years that the sentence says, and with a share that a line adds or takes off."""
    years = [f for f in sentence.figures if (f.kind, f.unit) == ("time", "year")][:1]
    shares = [h.figure for line in lines if not line.cells for h in line.held if h.figure.kind == "percent"][:2]
    for row in named[:2]:
        amounts = [f for h, _ in row.cells for f in row.column(h) if f.kind == "money"][:MOST]
        for n, amount in itertools.product(years, amounts):
            yield computed("money", n.value * amount.value, amount.unit), f"{n.text} × {amount.text}", ""
            for once in (a for a in amounts if a is not amount):
                total = once.value + n.value * amount.value
                yield computed("money", total, amount.unit), f"{once.text} + {n.text} × {amount.text}", ""
        for amount, share in itertools.product(amounts, shares):
            yield from of_two(amount, share)


def _of_rows(rows: Sequence[Line], stated: Sequence[Read]) -> Iterator[Result]:
    """From the cells of each row, and from each column over the rows."""
    for row in rows[:MOST]:
        cells = [h.figure for h in row.held if h.is_value][:MOST]
        yield from pairs(cells)
        yield from crossed(stated, cells)
        yield from times_between(row)
    yield from of_columns(rows)


def _of_tables(
    sentence: Sentence, figure: Read, tables: Sequence[Sequence[Line]], named: Sequence[Line], said: Sequence[Read]
) -> Iterator[Result]:
    """From each column over all rows: sums, means, and which part of a sum the rows named or a figure said make."""
    beside = Sentence(sentence.part(figure), sentence.language)
    for rows in tables:
        part = [row for row in named if row.table == rows[0].table]
        columns = list(columns_of(rows))
        meant = [c for c in columns if content(c[0], rows[0].language) & sentence.content]
        is_whole = PART_OF.search(sentence.text[: figure.start]) or figure.value >= _MANY
        columns = columns if is_whole or not meant else meant
        for header, values in columns:
            total = sum(v.value for v in values)
            if not any(says_label(beside, key) for row in part for key in row.keys):
                yield from ((read, f"{header}: {how}", word) for read, how, word in of_column(values))
            parts = [sum(f.value for row in part for f in row.column(header)), *(f.value for f in said)]
            yield from (
                (computed("percent", 100 * p / total), f"{header}: share of the sum", "")
                for p in parts
                if 0 < p < total
            )
        sums = [computed(v[0].kind, sum(f.value for f in v), v[0].unit) for _, v in columns]
        yield from pairs(sums)


def _of_named(sentence: Sentence, tables: Sequence[Sequence[Line]]) -> Iterator[Result]:
    """How many rows there are, how many of them a sentence names, and which part of each column those make."""
    for rows in tables:
        named = named_rows(sentence, rows)
        yield computed("number", len(rows)), f"{len(rows)} rows", "count"
        for count in (len(named), len(rows) - len(named)) if len(named) > 1 else ():
            yield computed("number", count), f"{count} of {len(rows)} rows", ""
        for header, values in columns_of(rows):
            part, total = (sum(f.value for row in chosen for f in row.column(header)) for chosen in (named, rows))
            if 0 < part < total and len(values) > 1:
                yield computed("percent", 100 * part / total), f"{header}: share of the sum", ""


def _of_groups(sentence: Sentence, tables: Sequence[Sequence[Line]]) -> Iterator[Result]:
    """From the rows with each label that the sentence names: how many, and each column over them."""
    for rows in tables:
        totals = {header: sum(v.value for v in values) for header, values in columns_of(rows)}
        for label, held in groups(sentence, rows):
            for count in (len(held), len(rows) - len(held)):
                yield computed("number", count), f"{count} of {len(rows)} rows", ""
                yield computed("percent", 100 * count / len(rows)), f"{count} of {len(rows)} rows", ""
            if len(held) < 2:
                continue
            sums = [named_sum(values) for _, values in columns_of(held)]
            for a, b in itertools.permutations([f for f in sums if f.kind == "money"], 2):
                yield from ((r, f"{label}: {how}", "less") for r, how, _ in differences(a, b) if a.value > b.value)
            for header, values in columns_of(held):
                total = sum(v.value for v in values)
                yield from ((read, f"{label}, {header}: {how}", word) for read, how, word in of_column(values))
                if total < totals[header]:
                    yield computed("percent", 100 * total / totals[header]), f"{label}, {header}: share of the sum", ""


def _of_lines(pools: Pools, lines: Sequence[Line]) -> Iterator[Result]:
    """From the figures of the lines near to the sentence, and those said with them."""
    for line in lines:
        figures = [h.figure for h in line.held if h.figure.kind in AMOUNTS][:MOST]
        yield from pairs(figures)
        yield from crossed(pools.stated, figures)
        yield from times_between(line)
    prose = [h.figure for line in lines[:3] if not line.cells for h in line.held if h.figure.kind in AMOUNTS]
    yield from pairs(prose[:MOST])
