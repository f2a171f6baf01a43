"""Whether a figure says a result, and which part of the figures of its form would say one too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from copilot.verification.figures import Read, close, same

# A bare number up to so many, or in words, counts things rather than follows from others.
FEW = 12


def is_exact(figure: Read, result: Read) -> bool:
    """Whether a whole figure of several digits is a result to its last digit, zeros too."""
    is_whole = figure.kind in ("number", "money") and not (figure.is_word or figure.hedge or figure.step)
    return is_whole and figure.value >= 100 and abs(figure.value - result.value) < 0.5


def fits(said: Read, result: Read, is_times: bool) -> bool:
    """Whether a figure may be of the kind of a result."""
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
        return said.kind == "number" and not said.is_word and said.value > FEW
    return pair in ({"points", "percent"}, {"fraction", "percent"}, {"number", "points"})


def is_near(figure: Read, result: Read) -> bool:
    """Whether a closer look is worth while."""
    times = figure.kind == "time" or "fraction" in (figure.kind, result.kind)
    return times or any(abs(abs(result.value) - abs(v)) <= 0.2 * abs(v) + _step(figure) for v in figure.values)


def says(figure: Read, result: Read) -> bool:
    """Whether a figure, as far as it is rounded, says a result."""
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


def chance(figure: Read, results: Sequence[Read], is_exact: bool) -> float:
    """Which part of the figures with as many digits are among the results."""
    step = 1.0 if is_exact else _step(figure)
    forms = {_form(figure, result, step) for result in results}
    if figure.kind == "fraction":
        return min(1.0, sum(0 < form * step < 1 for form in forms) * step)
    printed = max(1, round(figure.value / step))
    low = int(10 ** (len(str(printed)) - 1))
    return min(1.0, sum(low <= form < 10 * low for form in forms) / (9 * low))
