"""Figures that follow from others: sums, differences, shares, counts of rows."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from copilot.verification.figures import Read, close, same
from copilot.verification.grounds import Grounds, Held, Line
from copilot.verification.labels import named_rows, says_label
from copilot.verification.reading import read_figures, without_hedge
from copilot.verification.sentence import Sentence
from copilot.verification.terms import content

_AMOUNTS = ("number", "money", "percent", "points", "time", "fraction")


def derive(
    sentence: Sentence,
    figure: Read,
    stated: Sequence[Read],
    before: Sequence[Read],
    nearest: Sequence[Line],
    grounds: Grounds,
) -> str:
    """How a figure follows from others: stated with it, in the rows it is about, or in the lines nearest to it."""
    if figure.kind in ("date", "id"):
        return ""
    return (
        _converted(figure, stated)
        or _count(sentence, figure, grounds)
        or _from_rows(sentence, figure, grounds)
        or _arithmetic(figure, stated, sums=True, differences=True, per=_says_per(sentence))
        or _with_earlier(sentence, figure, stated, before, grounds)
        or _from_lines(sentence, figure, nearest, stated)
    )


def _converted(figure: Read, stated: Sequence[Read]) -> str:
    """The same time in another unit."""
    return next(
        (s.text for s in stated if figure.kind == s.kind == "time" and figure.unit != s.unit and same(figure, s)), ""
    )


def _count(sentence: Sentence, figure: Read, grounds: Grounds) -> str:
    """The number of rows of a table, of those with a label that the sentence names, or of the rest."""
    if figure.kind not in ("number", "percent", "fraction") or sentence.role == "row":
        return ""
    for rows in grounds.tables:
        if len(rows) < 2:
            continue
        groups = [
            held
            for label, held in grouped(rows).items()
            if says_label(sentence, label) and not (len(held) == 1 and label in held[0].keys)
        ]
        counts = {n for held in groups for n in (len(held), len(rows) - len(held))}
        if figure.kind != "number":
            if any(_is_share(figure, count, len(rows)) for count in counts):
                return f"{figure.text} of {len(rows)} rows"
            continue
        named = len(named_rows(sentence, rows))
        counts |= {len(rows), *((named, len(rows) - named) if named > 1 else ())}
        if figure.value in counts:
            return f"{figure.text} of {len(rows)} rows"
    return ""


def miscounts(sentence: Sentence, figure: Read, grounds: Grounds) -> bool:
    """Whether rows with a label that the sentence names were read, and another number of them."""
    return any(
        len(held) != figure.value
        for rows in grounds.tables
        if len(rows) > 2
        for label, held in grouped(rows).items()
        if says_label(sentence, label)
    )


def grouped(rows: Sequence[Line]) -> dict[str, list[Line]]:
    """The rows by each label that a column of them holds."""
    groups: dict[str, list[Line]] = {}
    for row in rows:
        for _, cell in row.cells:
            if cell and len(cell) < 40 and not cell[0].isdigit():
                groups.setdefault(cell, []).append(row)
    return groups


def _from_rows(sentence: Sentence, figure: Read, grounds: Grounds) -> str:
    """The sum, mean, difference or share of a column over the rows that the sentence names, or over all."""
    for rows in grounds.tables:
        if len(rows) < 2:
            continue
        headers = list(dict.fromkeys(h for row in rows for h, _ in row.cells))
        for chosen in _chosen(sentence, rows):
            for header in headers:
                values, total = ([f for row in picked for f in row.column(header)] for picked in (chosen, rows))
                if how := _aggregate(figure, values, total, _says_per(sentence)):
                    return f"{header}: {how}"
    return ""


def _chosen(sentence: Sentence, rows: Sequence[Line]) -> Iterator[list[Line]]:
    if named := named_rows(sentence, rows):
        yield named
    for label, held in grouped(rows).items():
        if 1 < len(held) < len(rows) and says_label(sentence, label):
            yield held
    if not named:
        yield list(rows)


def _aggregate(figure: Read, values: Sequence[Read], total: Sequence[Read], per: bool) -> str:
    if len(total) < 2 or not values:
        return ""
    numbers, whole = [v.value for v in values], sum(v.value for v in total)
    if figure.kind in ("percent", "fraction"):
        return (
            "share of the sum"
            if whole
            and len(values) < len(total)
            and total[0].kind in ("number", "money")
            and _is_share(figure, sum(numbers), whole)
            else ""
        )
    if len(values) < 2 or not _fits(figure, values[0]):
        return ""
    options = {"sum": sum(numbers)} | ({"mean": sum(numbers) / len(numbers)} if per else {})
    if len(values) == 2:
        options["difference"] = numbers[0] - numbers[1]
    return next((name for name, value in options.items() if _says(figure, value)), "")


def _with_earlier(
    sentence: Sentence, figure: Read, stated: Sequence[Read], before: Sequence[Read], grounds: Grounds
) -> str:
    """From a figure of the sentence before, to which this one refers, and one stated here or in the row it is about."""
    if not sentence.refers_back:
        return ""
    rows = [row for rows in grounds.tables for row in named_rows(sentence, rows)]
    here = [*stated, *(h.figure for row in rows[:1] for h in row.held)]
    return _arithmetic(figure, [*here[:5], *before], False, _says_difference(sentence), _says_per(sentence))


def _says_difference(sentence: Sentence) -> bool:
    """Whether it speaks of a difference; "more than" right before a figure is none."""
    text = sentence.text
    for figure in reversed(sentence.figures):
        if figure.hedge and figure.kind != "date":
            text = without_hedge(text[: figure.start], sentence.language) + " " + text[figure.start :]
    return sentence.language.says(sentence.language.difference, text)


def _says_per(sentence: Sentence) -> bool:
    return sentence.language.says(sentence.language.per, sentence.text)


def _from_lines(sentence: Sentence, figure: Read, nearest: Sequence[Line], stated: Sequence[Read] = ()) -> str:
    """From the figures of the line that fits the sentence best, or of the two that fit it best."""
    language, text = sentence.language, sentence.text
    # "5 are not" is a difference too.
    differences = _says_difference(sentence) or bool(sentence.words & language.negation)
    sums = language.says(language.sum, text)
    for line in nearest:
        values = [h for h in line.held if h.is_value]
        is_small = bool(line.cells) and len(values) <= 3 and line in named_rows(sentence, [line])
        chosen = values if is_small else [h for h in line.held if not line.cells or _is_meant(sentence, h, line)]
        held = [h.figure for h in chosen][:7]
        if figure.kind == "percent" and figure.hedge in ("over", "under"):
            held = [h for h in held if not (h.is_word and h.kind == "number")]
        mixed = [*stated, *held] if figure.kind == "percent" and not line.cells else []
        if (
            how := _arithmetic(figure, held, sums, differences, _says_per(sentence))
            or _arithmetic(figure, mixed, False, False)
            or _rest(sentence, figure, held)
        ):
            return how
    if figure.kind not in ("money", "percent", "points"):
        return ""
    per = _says_per(sentence)
    pool = [h.figure for line in nearest[:3] if not line.cells for h in line.held if per or _fits(figure, h.figure)]
    return _arithmetic(figure, pool[:5], sums, differences, per)


def _is_meant(sentence: Sentence, held: Held, line: Line) -> bool:
    """Whether a sentence speaks of the column of a figure, or of the time that heads it."""
    stems = content(held.header, line.language)
    return (
        not stems.isdisjoint(sentence.content)
        or not stems
        or any(f.kind == "date" for f in read_figures(held.header, line.language))
    )


def _rest(sentence: Sentence, figure: Read, held: Sequence[Read]) -> str:
    if figure.kind != "percent" or not sentence.language.says(sentence.language.rest, sentence.text):
        return ""
    shares = [o.value if o.kind == "percent" else 100 * o.value for o in held if o.kind in ("percent", "fraction")]
    return "100 % less the others" if shares and _says(figure, 100 - sum(shares)) else ""


def _arithmetic(figure: Read, others: Sequence[Read], sums: bool, differences: bool, per: bool = False) -> str:
    """How a figure follows from two others, or is the sum of all."""
    numbers = [o for o in others if o.kind in _AMOUNTS and o.value and not same(figure, o)]
    largest = max((o.value for o in numbers), default=0.0)
    if figure.kind in ("percent", "fraction") and not differences:
        # A share is one of the whole.
        return next(
            (f"{a.text} / {b.text}" for a in numbers for b in numbers if b.value == largest and _of_two(figure, a, b)),
            "",
        )
    for a, b in itertools.permutations(numbers, 2):
        if how := _of_two(figure, a, b, sums, differences, per):
            return how
    alike = [o for o in numbers if _fits(figure, o)]
    if sums and len(alike) > 2 and _says(figure, sum(o.value for o in alike)):
        return " + ".join(o.text for o in alike)
    return ""


def _of_two(figure: Read, a: Read, b: Read, sums: bool = False, differences: bool = False, per: bool = False) -> str:
    if figure.kind in ("percent", "fraction") and _are_alike(a, b):
        if 0 < a.value < b.value and _is_share(figure, a.value, b.value):
            return f"{a.text} / {b.text}"
        if (
            differences
            and a.kind != "percent"
            and a.value != b.value
            and _is_share(figure, abs(a.value - b.value), b.value)
        ):
            return f"({a.text} - {b.text}) / {b.text}"
    if figure.kind == "factor" and _are_alike(a, b) and abs(a.value / b.value - figure.value) < 0.1 * figure.value:
        return f"{a.text} / {b.text}"
    if _fits(figure, a) and _are_alike(a, b):
        is_points = figure.kind != "percent" or "points" in (a.kind, b.kind)
        if differences and is_points and a.value > b.value and _says(figure, a.value - b.value):
            return f"{a.text} - {b.text}"
        if sums and a.start < b.start and _says(figure, a.value + b.value):
            return f"{a.text} + {b.text}"
    if figure.kind == "money" and a.kind == "money":
        if b.kind in ("percent", "fraction") and _says(
            figure, a.value * (b.value / 100 if b.kind == "percent" else b.value)
        ):
            return f"{a.text} × {b.text}"
        if per and b.kind in ("number", "time") and b.value > 1 and _says(figure, a.value / b.value):
            return f"{a.text} / {b.text}"
    return ""


def _says(figure: Read, value: float) -> bool:
    return same(figure, Read("", figure.kind, value, figure.unit, 0, 0, 0)) or close(
        figure.value, value, figure, figure
    )


def _is_share(figure: Read, part: float, whole: float) -> bool:
    share = part / whole
    if figure.kind == "percent":
        return abs(figure.value - 100 * share) <= (figure.step or 1.0) / 2 + 1e-9 or _says(figure, 100 * share)
    bound = {"over": (0.0, 0.12), "under": (-0.12, 0.0)}.get(figure.hedge, (-0.02, 0.02))
    return figure.kind == "fraction" and (
        bound[0] <= share - figure.value <= bound[1] or abs(share - figure.value) < 0.02
    )


def _fits(said: Read, held: Read) -> bool:
    pair = {said.kind, held.kind}
    if said.kind == held.kind:
        return said.unit == held.unit
    return pair == {"points", "percent"} or ("number" in pair and pair <= {"number", "money", "points", "time"})


def _are_alike(a: Read, b: Read) -> bool:
    return (a.kind == b.kind and a.unit == b.unit) or {a.kind, b.kind} == {"number", "money"}
