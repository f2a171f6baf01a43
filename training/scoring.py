"""How well a reader reads: numbers over examples and what was read of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from examples import ROLES, TOOLS, Example

from copilot.reading.question import ABOUT_BEARING, CLARIFY, LABELS, OUT_OF_SCOPE, Links, Reading
from copilot.reading.reader import Reader, trimmed

FALSE_ALARMS = {ABOUT_BEARING: 0.01, CLARIFY: 0.03, OUT_OF_SCOPE: 0.01}
"""Of the questions that mean something else, at most this share may be taken for the label."""
_CANDIDATES = [n / 100 for n in range(10, 96)]


@dataclass(frozen=True)
class Read:
    example: Example
    reading: Reading


def read_all(reader: Reader, examples: Iterable[Example], masked: bool = True) -> list[Read]:
    return [Read(x, reader.read(x.text, x.links if masked else Links(), x.earlier)) for x in examples]


def thresholds(reads: Sequence[Read]) -> dict[str, float]:
    """For each label the threshold of the best F2 among those that keep to its share of false alarms.

    F2, because a question that had to be asked back and was answered does more harm than one asked back in vain.
    """
    chosen = {}
    for label in LABELS:
        own = [r.reading.tools[label] for r in reads if r.example.tools[0] == label]
        others = [r.reading.tools[label] for r in reads if not means(r.example, label)]
        best = (-1.0, _CANDIDATES[-1])
        for limit in _CANDIDATES:
            hits, alarms = sum(x >= limit for x in own), sum(x >= limit for x in others)
            f2 = 5 * hits / max(1, hits + alarms + 4 * len(own))
            if alarms <= FALSE_ALARMS[label] * len(others):
                best = max(best, (f2, limit))
        chosen[label] = best[1]
    return chosen


def follow_threshold(reads: Sequence[Read]) -> float:
    """The threshold with the best F1 for whether a question follows another."""
    return max(_CANDIDATES, key=lambda limit: _f1(reads, limit))


def _f1(reads: Sequence[Read], limit: float) -> float:
    scores = follow_scores(reads, limit)
    recall, precision = scores["follows: recognised"], scores["follows: precision"]
    return 2 * recall * precision / (recall + precision) if recall + precision else 0.0


def follow_scores(reads: Sequence[Read], limit: float) -> dict[str, float]:
    """How well it is told whether a question follows another."""
    own = [r for r in reads if r.example.kind == "follow-up"]
    others = [r for r in reads if r.example.kind in ("line", "alone", "beside")]
    hits, alarms = sum(r.reading.follows >= limit for r in own), sum(r.reading.follows >= limit for r in others)
    return {
        "follows: recognised": hits / max(1, len(own)),
        "follows: precision": hits / max(1, hits + alarms),
        "follows: false alarms": alarms / max(1, len(others)),
    }


def means(example: Example, label: str) -> bool:
    return label in example.tools or label in example.acceptable


def scores(reads: Sequence[Read], limits: Mapping[str, float]) -> dict[str, float]:
    """Each share by its name; one that nothing here can show is left out."""
    two = [r for r in reads if len(r.example.tools) > 1]
    found = {
        "lines": float(len(reads)),
        "acceptable tool first": _share(reads, lambda r: r.reading.ranked[0] in _right(r.example)),
        "acceptable among three": _share(reads, lambda r: bool(_right(r.example) & set(r.reading.ranked[:3]))),
        "main tool first": _share(reads, lambda r: r.reading.ranked[0] == r.example.tools[0]),
        "both tools among three": _share(two, lambda r: set(r.example.tools) <= set(r.reading.ranked[:3])),
        "shape": _share(reads, lambda r: r.reading.shape == r.example.shape),
        "measure": _share(reads, lambda r: r.reading.measure == r.example.measure),
        "measure, of lines with one": _share(
            [r for r in reads if r.example.measure != "none"], lambda r: r.reading.measure == r.example.measure
        ),
        "direction": _share(reads, lambda r: r.reading.direction == r.example.direction),
        "direction, of lines with one": _share(
            [r for r in reads if r.example.direction != "none"], lambda r: r.reading.direction == r.example.direction
        ),
    }
    for label in LABELS:
        own = [r for r in reads if r.example.tools[0] == label]
        others = [r for r in reads if not means(r.example, label)]
        found[f"{label}: recognised"] = _share(own, lambda r: r.reading.tools[label] >= limits[label])  # noqa: B023
        found[f"{label}: false alarms"] = _share(others, lambda r: r.reading.tools[label] >= limits[label])  # noqa: B023
    found |= {f"spans, {name}": score for name, score in span_scores(reads).items()}
    return {name: score for name, score in found.items() if score == score}


def _right(example: Example) -> set[str]:
    return {*example.tools, *example.acceptable}


def _share(reads: Sequence[Read], is_right: Callable[[Read], bool]) -> float:
    return sum(map(is_right, reads)) / len(reads) if reads else float("nan")


def span_scores(reads: Sequence[Read], role: str = "") -> dict[str, float]:
    """F1 of the spans, of one role or of all: with the same borders, and with any letter in common."""
    exact, overlap, expected, given = 0, 0, 0, 0
    for r in reads:
        if r.example.spans is None:
            continue
        right = [(x, *trimmed(r.example.text, s, e)) for s, e, x in r.example.spans if role in ("", x)]
        found = [(x.role, x.start, x.end) for x in r.reading.spans if role in ("", x.role)]
        expected, given = expected + len(right), given + len(found)
        exact += len(set(right) & set(found))
        free = list(right)
        for x, start, end in found:
            met = next((f for f in free if f[0] == x and f[1] < end and start < f[2]), None)
            if met:
                free.remove(met)
                overlap += 1
    total = expected + given
    return {"exact": 2 * exact / total, "overlap": 2 * overlap / total} if total else {}


def by_role(reads: Sequence[Read]) -> dict[str, dict[str, float]]:
    counts = Counter(role for r in reads for _, _, role in r.example.spans or ())
    return {role: {"spans": float(counts[role])} | span_scores(reads, role) for role in ROLES if counts[role]}


def by_tool(reads: Sequence[Read]) -> dict[str, dict[str, float]]:
    table = {}
    for tool in TOOLS:
        own = [r for r in reads if r.example.tools[0] == tool]
        if own:
            table[tool] = {
                "lines": float(len(own)),
                "first": _share(own, lambda r: r.reading.ranked[0] == r.example.tools[0]),
                "acceptable first": _share(own, lambda r: r.reading.ranked[0] in _right(r.example)),
                "among three": _share(own, lambda r: r.example.tools[0] in r.reading.ranked[:3]),
            }
    return table


def confusions(reads: Sequence[Read]) -> list[tuple[str, str, int]]:
    """Main tool, tool that came first and is not acceptable, how often; most often first."""
    wrong = Counter(
        (r.example.tools[0], r.reading.ranked[0]) for r in reads if r.reading.ranked[0] not in _right(r.example)
    )
    return [(main, first, count) for (main, first), count in wrong.most_common()]


def shape_confusions(reads: Sequence[Read]) -> list[tuple[str, str, int]]:
    wrong = Counter((str(r.example.shape), r.reading.shape) for r in reads if r.reading.shape != r.example.shape)
    return [(right, read, count) for (right, read), count in wrong.most_common()]
