"""Which table a question means: a conditional logit over what each table holds of it and how the question speaks of it.

Its weights are in `tables.json`; `training/fit_tables.py` fits them on lines and on sayings that no other model of the
reading was trained on.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from copilot.reading.logistic import log_odds
from copilot.reading.reranking import Known, said, scores
from copilot.reading.rows import Restriction
from copilot.records.differences import is_time
from copilot.records.related import counted

FILE = Path(__file__).parent / "model" / "tables.json"
PART = 4.0
"""What a table loses, as log odds, whose rows have no key or no name of their own: they are parts of something else,
such as the months of a series. No workspace that the weights were fitted on has one."""


@dataclass(frozen=True)
class TableSignals:
    """What tells whether one table is meant."""

    support: float
    """How much of what the question names it holds."""
    main: float
    """1 for the table that most questions are about."""
    left: float
    """How many parts of the question it has nothing for."""
    judged: float
    """How sure the chooser is of it beside its columns and values."""
    called: float
    """How surely the question speaks of its rows, by their name alone, as log odds."""
    whole: float
    """How surely what is read of it says what was asked, as log odds."""
    counts: float
    """1 where it takes part of the question for how many rows of another of these tables refer to a row."""
    times: float
    """1 where it takes part of it for the days between two dates."""


def signals(text: str, found: Sequence[Restriction], known: Known, main: str) -> list[TableSignals]:
    """Those of each reading's table."""
    judged = scores(text, [said(r, known) for r in (*(Restriction(r.table) for r in found), *found)])
    tables = {r.table for r in found}
    rows = []
    for reading, called, whole in zip(found, judged[: len(found)], judged[len(found) :], strict=True):
        used = {c.column for c in (*reading.conditions, *reading.among)} | {reading.measured, *reading.shown}
        used.add((reading.order or "").lstrip("-"))
        rows.append(
            TableSignals(
                support=reading.support,
                main=float(reading.table == main),
                left=len(reading.unresolved),
                judged=reading.signals.table if reading.signals else 0.0,
                called=called,
                whole=whole,
                counts=float(any(counted(name or "") in tables for name in used)),
                times=float(any(is_time(name or "") for name in used)),
            )
        )
    return rows


def by_table(
    text: str, found: Sequence[Restriction], known: Known, main: str = "", parts: Collection[str] = ()
) -> list[tuple[Restriction, float]]:
    """The readings with how probable their tables are, as log odds, that of the most probable first; `parts` are tables
    of parts of something."""
    if len(found) < 2:
        return [(r, 0.0) for r in found]
    worth = [
        log_odds(FILE, s) - PART * (r.table in parts)
        for r, s in zip(found, signals(text, found, known, main), strict=True)
    ]
    return sorted(zip(found, worth, strict=True), key=lambda x: -x[1])
