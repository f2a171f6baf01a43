"""A metric that was read: how the catalogue describes it, the query behind it, how its value is computed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlglot import exp

from copilot.language.calendar import Calendar
from copilot.records.catalogue import Catalogue, Metric
from copilot.records.metric_query import Span, column_of, query
from copilot.records.metric_reading import MetricReading, Request
from copilot.records.metric_values import amount_of, printed
from copilot.records.store import RecordView
from copilot.sources import Sources
from copilot.types import Calculation, Evidence, Quantity, Table, Value


@dataclass(frozen=True)
class Look:
    """A metric that was read, for a caller."""

    sources: Sources
    catalogue: Catalogue
    view: RecordView
    calendar: Calendar
    names: Mapping[str, str]
    """Id of a project or model to its name."""
    reading: MetricReading
    request: Request
    hidden: int
    """Rows withheld from the viewer."""
    top: int | None = None
    """How many groups to show."""
    smallest_first: bool = False

    @property
    def metric(self) -> Metric:
        return self.reading.metric

    def amount(self, value: float) -> Quantity:
        return amount_of(value, self.metric.unit)

    @property
    def subject(self) -> dict[str, Value]:
        """The metric and what it is looked at for: " of Bed Planner (P-017)", " in Retail"."""
        scope = "".join(_scope(self.metric, name, value, self.names) for name, value in self.reading.filters.items())
        return {"metric": self.metric.title, "scope": scope}


def _scope(metric: Metric, dimension: str, value: str, names: Mapping[str, str]) -> str:
    if value in names:
        return f" of {names[value]} ({value})"
    if metric.dimensions[dimension] == "unit":
        return f" in {value}"
    return f" for {dimension.replace('_', ' ')} {value.replace('_', ' ')}"


def described(look: Look, metric: Metric) -> Evidence:
    """A metric as the catalogue describes it."""
    conditions = "".join(f", {column} = {value}" for column, value in metric.where.items())
    facts = [
        metric.definition,
        f"Unit: {metric.unit}.",
        f"Owner: {metric.owner}." if metric.owner else "No owner is named.",
        f"Data should be no older than {metric.freshness_days} days." if metric.freshness_days else "",
    ]
    return Evidence(
        id=f"m-{hashlib.sha256(metric.name.encode()).hexdigest()[:8]}",
        kind="metric",
        source=look.catalogue.source,
        locator=f"{metric.name}: {metric.expression} over {_table(look, metric)}{conditions}",
        title=metric.title,
        text="\n".join(fact for fact in facts if fact),
    )


def _table(look: Look, metric: Metric) -> str:
    return look.view.engine(metric.table).source(metric.table)


def sql(look: Look) -> str:
    """The query of the whole period, in the SQL of the engine that it runs on."""
    reading = look.reading
    spans = [Span(reading.period.start, reading.period.end)] if reading.period else []
    asked, engine = (
        query(look.view, look.metric, spans, reading.by, reading.filters),
        look.view.engine(look.metric.table),
    )
    if engine is look.view:
        # A table is read here through what the viewer may see of it, which has no name that means anything.
        for table in asked.find_all(exp.Table):
            table.set("db", None)
    return str(asked.sql(dialect=engine.dialect()))


def locator(look: Look) -> str:
    """The expression, the table and the conditions."""
    metric, reading = look.metric, look.reading
    conditions = [f"{column} = {value}" for column, value in metric.where.items()]
    conditions += [f"{column_of(metric, name)} = {value}" for name, value in reading.filters.items()]
    if reading.period is not None:
        conditions.append(f"{metric.time} in {reading.period.label}")
    if reading.by:
        conditions.append(f"by {column_of(metric, reading.by)}")
    return f"{metric.name}: {metric.expression} over {_table(look, metric)}" + "".join(f", {c}" for c in conditions)


def calculation(look: Look, tables: Sequence[Table]) -> Calculation:
    """The expression, the query, and the value of every period and group that was read."""
    reading, metric = look.reading, look.metric
    points = [(v.period.label, v.point) for v in (*reading.parts, *reading.months)]
    points += [(reading.before.period.label, reading.before.point)] if reading.before else []
    if reading.total is not None:
        points.append((reading.period.label if reading.period else "As of today", reading.total))
    rows = tuple(
        (label, None if p.value is None else printed(look.amount(p.value)), p.rows)
        for label, p in dict.fromkeys(points)
    )
    read = Table(title="Read", columns=("Period", metric.title, "Rows"), rows=rows)
    return Calculation(
        method=metric.definition.rstrip(".") or f"{metric.expression} of the rows",
        formula=metric.expression,
        query=sql(look),
        inputs=(read, *tables),
    )
