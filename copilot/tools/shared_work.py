"""The projects that appear to do the same thing, read from the records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from copilot.analysis.overlap import Floats, Limits, groups, similarity
from copilot.language.words import content_stems
from copilot.records.schema import PROJECTS
from copilot.records.store import RecordView
from copilot.sources import Sources
from copilot.tools.candidates import active_projects
from copilot.tools.embedding import embed
from copilot.tools.evidence import Row
from copilot.tools.linking import fold
from copilot.types import Cell

MANY_TO_COMPARE = 500
"""Beyond so many projects only the beginning of each text is compared, which takes a few seconds for 2,000."""
_OPENING = 200
# What a column that says the field of use is called where the workspace has one of its own.
_FIELD_WORDS = frozenset({"domain", "topic", "field", "category", "technique", "theme", "task"})


@dataclass(frozen=True)
class Overlap:
    """Projects that appear to do the same thing."""

    rows: tuple[Row, ...]
    similarity: float

    @property
    def units(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(str(row["unit"]) for row in self.rows if row.get("unit")))

    @property
    def is_across_units(self) -> bool:
        return len(self.units) > 1

    @property
    def budgets(self) -> list[float]:
        return amounts(self.rows)

    @property
    def at_stake(self) -> float:
        return sum(self.budgets)

    def one(self, column: str) -> str | None:
        """The value that all of them record."""
        found = {str(row[column]) for row in self.rows if row.get(column) is not None}
        return found.pop() if len(found) == 1 and all(row.get(column) is not None for row in self.rows) else None

    def each(self, column: str) -> dict[str, int]:
        """The values recorded, with how many record them."""
        return dict(Counter(str(row[column]) for row in self.rows if row.get(column) is not None).most_common())


@dataclass(frozen=True)
class SharedWork:
    rows: tuple[Row, ...]
    """Projects that go on and that say what they do, in the order of their ids."""
    alike: Floats
    overlaps: tuple[Overlap, ...]
    field: str | None
    """The column that names the field of use."""

    @property
    def limits(self) -> Limits:
        return Limits.of(len(self.rows))

    def between(self, one: Row, other: Row) -> float:
        """The similarity of two projects."""
        return float(self.alike[self.rows.index(one), self.rows.index(other)])

    @property
    def across(self) -> tuple[Overlap, ...]:
        """Those across units, the largest budgets first."""
        return tuple(
            sorted((o for o in self.overlaps if o.is_across_units), key=lambda o: (-o.at_stake, -o.similarity))
        )

    @property
    def within(self) -> tuple[Overlap, ...]:
        return tuple(o for o in self.overlaps if not o.is_across_units)


def amounts(rows: Sequence[Row]) -> list[float]:
    """The budgets on record."""
    return [float(v) for row in rows if isinstance(v := row.get("budget"), int | float)]


def read_shared_work(sources: Sources, view: RecordView) -> SharedWork:
    """Of the projects that have not ended, those that are alike by name, description and field of use."""
    rows = sorted(active_projects(sources, view.select("projects")), key=lambda row: str(row["id"]))
    field = field_of(view)
    texts = [_text(row)[: _OPENING if len(rows) > MANY_TO_COMPARE else None] for row in rows]
    words = [words_of(row) for row in rows]
    fields = [fold(str(row[field])) if field and row.get(field) else None for row in rows]
    alike = similarity(embed(sources, texts), words, fields) if rows else np.zeros((0, 0))
    units = [_unit(row.get("unit")) for row in rows]
    found = tuple(Overlap(tuple(rows[i] for i in g.members), g.similarity) for g in groups(alike, units))
    return SharedWork(tuple(rows), alike, found, field)


def words_of(row: Row) -> frozenset[str]:
    """The stems of what a project is called and does, function words left out."""
    return frozenset(content_stems(_text(row)))


def _text(row: Row) -> str:
    return ". ".join(str(row[c]) for c in ("name", "description") if row.get(c))


def _unit(value: Cell) -> str | None:
    return fold(str(value)) if value else None


def field_of(view: RecordView) -> str | None:
    """The column of the field of use: the schema's own, else one of the workspace that is called so."""
    if view.has("projects", "domain"):
        return "domain"
    known = {column.name for column in PROJECTS.columns}
    own = [c.name for c in view.tables["projects"].columns if c.name not in known and c.type == "text"]
    return next((name for name in own if _FIELD_WORDS & set(fold(name).split())), None)
