"""What is told together: the findings and tables of one kind of change, and the rows that a question is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from copilot.language.formatting import humanize, noun
from copilot.records.schema import TableSchema
from copilot.tools.evidence import Row
from copilot.tools.what_changed.baseline import Baseline
from copilot.types import Calculation, Finding, Table


@dataclass(frozen=True)
class Section:
    """One kind of change."""

    findings: tuple[Finding, ...]
    tables: tuple[Table, ...] = ()

    @property
    def has_changes(self) -> bool:
        return bool(self.tables) or len(self.findings) > 1


@dataclass(frozen=True)
class Scope:
    """The projects a question is about; everything when `projects` is None."""

    projects: frozenset[str] | None = None
    dimensions: Mapping[str, str] = field(default_factory=dict)
    """The same as dimensions of a metric: the unit or the project."""

    def covers(self, table: str, row: Row) -> bool:
        if self.projects is None:
            return True
        key = row.get("id") if table == "projects" else row.get("project_id")
        if key in self.projects:
            return True
        unit = self.dimensions.get("unit")
        return unit is not None and str(row.get("unit") or "").casefold() == unit.casefold()


def section(
    first: Finding, rest: Sequence[Finding], method: str, baseline: Baseline, tables: Sequence[Table] = ()
) -> Section:
    """The first finding as an answer, with how the change was found."""
    calculation = Calculation(method=method, query=compared(baseline), inputs=tuple(tables))
    headline = first.model_copy(update={"role": "headline", "calculation": calculation})
    return Section((headline, *rest), tuple(tables))


def compared(baseline: Baseline) -> str:
    """Since when, and with what."""
    if baseline.state is None:
        return f"{baseline.words}, without a snapshot"
    return f"{baseline.words}, compared with the snapshot of {baseline.state.snapshot.day.isoformat()}"


def row_name(schema: TableSchema, row: Row) -> str:
    """Search ranking (P-018); of a row without a key what tells it from others."""
    if schema.key:
        key, title = str(row.get(schema.key)), str(row.get(schema.title) or "").rstrip(".") if schema.title else ""
        return f"{title} ({key})" if title and title != key else f"{noun(schema.name, 1)} {key}"
    telling = [humanize(str(row[name])) for name in identity(schema)[:5] if row.get(name) is not None]
    return f"{noun(schema.name, 1)} {', '.join(telling)}"


def identity(schema: TableSchema) -> list[str]:
    """Identity columns: the primary key, else the required columns without numbers, else every column."""
    if schema.key:
        return [schema.key]
    telling = [
        c.name
        for c in schema.columns
        if (c.required or c.references or c.name == "unit") and c.type not in ("number", "integer", "list")
    ]
    return telling or [c.name for c in schema.columns]
