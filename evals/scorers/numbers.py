"""Whether the expected numbers are stated, whatever their print: scale, percent and unit are read first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from copilot.types import Table
from evals.samples import ExpectedNumber, Sample
from evals.scores import NOT_APPLICABLE, Output, Score
from evals.text import Number, find_numbers, stems
from evals.wording import Weights, sentences

_SMALL = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
)  # fmt: skip


def equals(expected: ExpectedNumber, value: float, unit: str) -> bool:
    """Whether a printed number is the expected one. A unit that is printed must be right; one may be missing.

    The sign is not compared, since prose says "fell by 3".
    """
    wanted = abs(expected.value)
    if unit == "date":
        return False
    if expected.unit == "percent":
        if unit not in ("", "percent", "points"):
            return False
        as_share = unit == "" and abs(value) <= 1
        return _near(abs(value) * (100 if as_share else 1), wanted, expected.tolerance)
    if unit and unit != expected.unit and not (expected.unit == "points" and unit == "percent"):
        return False
    return _near(abs(value), wanted, expected.tolerance)


def _near(value: float, wanted: float, tolerance: float) -> bool:
    return abs(value - wanted) <= tolerance + 1e-9


def finds(expected: ExpectedNumber, text: str, tables: Iterable[Table]) -> bool:
    """Whether the number stands in the text, or in a cell of a table, near one of its words."""
    return any(_in_sentence(expected, s) for s in sentences(text)) or any(
        _in_row(expected, table, row) for table in tables for row in table.rows
    )


def _in_sentence(expected: ExpectedNumber, sentence: str) -> bool:
    if not _is_near(expected.near, sentence):
        return False
    spelled = [float(_SMALL.index(w)) for w in sentence.lower().split() if w in _SMALL]
    return any(equals(expected, n.value, n.unit) for n in find_numbers(sentence)) or any(
        equals(expected, value, "") for value in spelled
    )


def _in_row(expected: ExpectedNumber, table: Table, row: Sequence[object]) -> bool:
    label = " ".join([table.title, *(str(c) for c in row if isinstance(c, str))])
    headings = " ".join(table.columns)
    for cell in row:
        if isinstance(cell, bool) or cell is None:
            continue
        read = [Number("", float(cell), "", 0, 1, 0, 0)] if isinstance(cell, int | float) else find_numbers(str(cell))
        if any(equals(expected, n.value, n.unit) for n in read) and _is_near(expected.near, f"{label} {headings}"):
            return True
    return False


def _is_near(words: tuple[str, ...], text: str) -> bool:
    if not words:
        return True
    held = set(stems(text))
    return any(set(stems(word)) <= held for word in words)


def score(sample: Sample, output: Output, weights: Weights) -> dict[str, Score]:
    if not sample.numbers:
        return {"numbers_exact": NOT_APPLICABLE}
    text = output.answer.text if output.answer else ""
    tables = output.answer.tables if output.answer else ()
    found = [finds(expected, text, tables) for expected in sample.numbers]
    missing = [_shown(e) for e, ok in zip(sample.numbers, found, strict=True) if not ok]
    return {
        "numbers_exact": Score(value=sum(found) / len(found), explanation=f"not stated: {', '.join(missing) or 'none'}")
    }


def _shown(expected: ExpectedNumber) -> str:
    near = f" near {' or '.join(expected.near)}" if expected.near else ""
    return f"{expected.written or f'{expected.value:,.6g} {expected.unit}'.strip()}{near}"
