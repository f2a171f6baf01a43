"""An answer in the parts that a reader takes in one after the other."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from copilot.types import Answer, Finding, Table

POINTS = 3
# What would make the answer another one.
_CHANGES = frozenset({"flip", "next_best", "more_budget", "forced_in", "unblock", "changes", "dissent"})
_MARKERS = re.compile(r"(?:\s*\[\d{1,3}\])+")
_BULLET = re.compile(r"^[-*]\s+")


@dataclass(frozen=True)
class Parts:
    """Lines of Markdown with their markers."""

    lead: str
    points: tuple[str, ...]
    """At most `POINTS` that carry the lead and are in no table."""
    more: tuple[str, ...]
    """Further ones, and those that a table holds too."""
    changes: tuple[str, ...]
    limits: tuple[str, ...]
    """How it was computed, and what limits it."""


def parts(answer: Answer, findings: Iterable[Finding]) -> Parts | None:
    """The parts of an answer by what its findings are; None for one that is not made of findings, to be shown whole."""
    known = {_plain(finding.text): finding for finding in findings if finding.text}
    lines = [line.strip() for line in answer.text.splitlines() if line.strip()]
    found = [(line, known.get(_plain(line))) for line in lines]
    if len(lines) < 2 or sum(finding is not None for _, finding in found) < len(lines) - 1:
        return None
    points: list[str] = []
    more: list[str] = []
    changes: list[str] = []
    limits: list[str] = []
    for line, finding in found[1:]:
        text = _BULLET.sub("", line)
        if finding is None or finding.role in ("caveat", "method"):
            limits.append(text)
        elif finding.kind in _CHANGES:
            changes.append(text)
        elif len(points) < POINTS and not _is_in(answer.tables, finding):
            points.append(text)
        else:
            more.append(text)
    return Parts(_BULLET.sub("", lines[0]), tuple(points), tuple(more), tuple(changes), tuple(limits))


def _plain(line: str) -> str:
    return _MARKERS.sub("", _BULLET.sub("", line)).strip()


def _is_in(tables: Iterable[Table], finding: Finding) -> bool:
    """Whether a table has a row on the subject."""
    return bool(finding.subject) and any(finding.subject in row for table in tables for row in table.rows)
