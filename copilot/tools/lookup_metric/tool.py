"""A metric's value by period and group, with what it means, who owns it and how fresh it is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from copilot.errors import ToolError
from copilot.language.calendar import Calendar, Period
from copilot.language.periods import parse_period
from copilot.records.catalogue import Catalogue, Metric
from copilot.records.metric_query import Span, column_of, group_values, hidden_rows
from copilot.records.metric_reading import MetricReading, Request, read
from copilot.records.names import nearest
from copilot.records.store import RecordView
from copilot.sources import Sources
from copilot.tools.findings import Attachments, Computation, Reading, build_result
from copilot.tools.linking import fold, link
from copilot.tools.lookup_metric.charts import charts, tables
from copilot.tools.lookup_metric.findings import found
from copilot.tools.lookup_metric.looking import Look, calculation, locator
from copilot.tools.lookup_metric.phrasing import WORDING
from copilot.tools.stated_otherwise import stated_otherwise
from copilot.types import ToolResult, Viewer

# A shorter name is met by chance inside other words, so it must stand as a word of its own.
_LONGEST_SHORT_NAME = 4
_NEAR_ENOUGH = 85.0
_NAMED_TABLES = ("projects", "models")


class Arguments(BaseModel):
    """Look up a metric of the catalogue: its value, change, target, definition, owner and freshness.

    For "how is adoption developing", "benefit last quarter", "are we on target". For counts, budgets or lists of
    projects call find_projects.
    """

    model_config = ConfigDict(extra="forbid")

    metric: str = Field(description="Name or synonym.", min_length=1, max_length=200)
    by: str | None = Field(default=None, description="Dimension to break down by, such as unit or project.")
    groups: list[str] = Field(
        default=[], max_length=20, description="With `by`: only these values of the dimension, to compare them."
    )
    filters: dict[str, str] = Field(
        default={}, description="Dimension to value; a project by id or name: {'project': 'P-017'}."
    )
    period: str | None = Field(
        default=None,
        description="In business words: last two quarters, 2026 Q3, since March; by default the latest month.",
    )
    grain: Literal["month", "quarter", "year"] | None = Field(default=None, description="Of dates and periods.")
    compare: Literal["previous_period", "previous_year", "target"] | None = Field(
        default=None, description="previous_period by default."
    )
    against: str | None = Field(
        default=None, description="Another period to compare with, in business words: November 2025."
    )
    show_sql: bool = Field(default=False, description="Also give the SQL.")
    top: int | None = Field(default=None, ge=1, le=100, description="How many to tell.")
    bottom: int | None = Field(default=None, ge=1, le=100, description="So many groups, smallest first.")


def lookup_metric(sources: Sources, viewer: Viewer, arguments: Arguments) -> ToolResult:
    """The value in the periods and groups asked for."""
    catalogue = sources.metrics
    if catalogue is None:
        raise ToolError("This workspace observes no metrics: it has neither metrics.yaml nor observations.")
    metric = find_metric(catalogue, arguments.metric)
    view = sources.records.view(viewer)
    calendar = Calendar(sources.today, sources.workspace.config.fiscal_year_start_month)
    names = {key: name for table in _NAMED_TABLES for key, name in _names(view, table).items()}
    request = Request(
        metric=metric,
        by=_dimension(metric, arguments.by) if arguments.by else None,
        filters=_filters(view, metric, arguments.filters, names),
        period=_period(arguments.period, calendar) if arguments.period else None,
        grain=arguments.grain,
        compare=arguments.compare,
        show_sql=arguments.show_sql,
        against=_period(arguments.against, calendar) if arguments.against else None,
    )
    reading = read(view, request, calendar)
    if arguments.groups and not request.by:
        raise ToolError("Name the dimension of the groups in `by`.")
    if request.by and arguments.groups:
        kept = {_value(view, metric, request.by, value, names) for value in arguments.groups}
        reading = replace(reading, groups=tuple(g for g in reading.groups if str(g.group) in kept))
    if arguments.bottom:
        if arguments.top:
            raise ToolError("Ask for the top or for the bottom groups, not for both in one call.")
        reading = replace(reading, groups=reading.groups[::-1])
    look = Look(
        sources,
        catalogue,
        view,
        calendar,
        names,
        reading,
        request,
        hidden=_withheld(view, reading),
        top=arguments.top or arguments.bottom,
        smallest_first=bool(arguments.bottom),
    )
    return _result(look, viewer)


def _withheld(view: RecordView, reading: MetricReading) -> int:
    span = Span(reading.period.start, reading.period.end) if reading.period else None
    return hidden_rows(view, reading.metric, reading.filters, span)


def _result(look: Look, viewer: Viewer) -> ToolResult:
    read = Reading(look.sources, look.view)
    subject = f"{look.metric.title}{look.subject['scope']}"
    own = f"metrics.{look.metric.name}."
    shown = tables(look.reading, subject, look.names, look.top)
    return build_result(
        (*found(look, read), *stated_otherwise(read, viewer, lambda rule: rule.subject.startswith(own))),
        WORDING,
        Computation(look.catalogue.source, look.metric.title, locator(look), calculation(look, shown)),
        read,
        Attachments(
            tables=shown,
            charts=charts(look.reading, subject, look.names, look.top),
            hidden_rows=look.hidden,
        ),
    )


def find_metric(catalogue: Catalogue, asked: str) -> Metric:
    """The metric of that name, label or synonym; a ToolError with the three nearest when there is none."""
    names: dict[str, Metric] = {
        fold(name): metric
        for metric in reversed(list(catalogue.metrics.values()))
        for name in (*metric.synonyms, metric.title, metric.name)
    }
    folded = fold(asked)
    if folded in names:
        return names[folded]
    contained = [name for name in names if re.search(rf"\b{re.escape(name)}\b", folded)]
    if contained:
        return names[max(contained, key=len)]
    if near := _near(folded, [name for name in names if len(name) > _LONGEST_SHORT_NAME]):
        return names[near]
    titles = list(dict.fromkeys(names[name].title for name in nearest(folded, names)))
    titles += [metric.title for metric in catalogue.metrics.values() if metric.title not in titles]
    known = ", ".join(titles[:3])
    message = f"There is no metric {asked!r}; the nearest are {known}."
    raise ToolError(message, tuple(titles[:3]), asked=asked, valid=titles)


def _near(folded: str, names: list[str]) -> str | None:
    from rapidfuzz import fuzz, process

    found = process.extractOne(folded, names, scorer=fuzz.token_sort_ratio, score_cutoff=_NEAR_ENOUGH)
    return found[0] if found else None


def _dimension(metric: Metric, asked: str) -> str:
    options = {name: (column.removesuffix("_id"),) for name, column in metric.dimensions.items()}
    found = link(asked, options) if options else None
    if found is None or found.value is None:
        column_of(metric, asked)  # raises, naming the nearest
    return found.value if found and found.value else asked


def _filters(view: RecordView, metric: Metric, asked: Mapping[str, str], names: Mapping[str, str]) -> dict[str, str]:
    """The filters under their dimensions' names, each with the value that is meant."""
    wanted = {_dimension(metric, name): text for name, text in asked.items()}
    return {dimension: _value(view, metric, dimension, text, names) for dimension, text in wanted.items()}


def _value(view: RecordView, metric: Metric, dimension: str, text: str, names: Mapping[str, str]) -> str:
    """The value of a dimension that is meant; a ToolError with the nearest when there is none."""
    known: dict[str, tuple[str, ...]] = dict.fromkeys(group_values(view, metric, dimension), ())
    if table := _named_rows(view, metric, dimension):
        known = {key: (name,) for key, name in _names(view, table).items()}
    found = link(text, known)
    if found.value is None:
        labels = ", ".join(names.get(value, value) for value in found.nearest)
        problem = "may mean more than one" if found.is_ambiguous else "is not a"
        raise ToolError(f"{text!r} {problem} {dimension} of {metric.title}; the nearest are {labels}.", found.nearest)
    return found.value


def _named_rows(view: RecordView, metric: Metric, dimension: str) -> str | None:
    """The table whose rows the values of a dimension are keys of, where those have names."""
    column = view.engine(metric.table).column(metric.table, column_of(metric, dimension))
    table = metric.table if column.name == "id" else (column.references or "").partition(".")[0]
    return table if table in _NAMED_TABLES and view.has(table, "name") else None


def _names(view: RecordView, table: str) -> dict[str, str]:
    if not view.has(table, "name"):
        return {}
    return {str(row["id"]): str(row["name"]) for row in view.select(table, columns=["id", "name"])}


def _period(text: str, calendar: Calendar) -> Period:
    period = parse_period(text, calendar.today, calendar.fiscal_start)
    if period is None:
        examples = (
            "last two quarters",
            calendar.last(1, "quarter", calendar.has_fiscal_year).label,
            "year to date",
        )
        raise ToolError(f"{text!r} is not a period; write it like {', '.join(examples)}.", examples)
    return period
