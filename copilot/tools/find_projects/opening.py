"""From what a caller wrote to a query with real names and values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from copilot.errors import ToolError
from copilot.language.calendar import Calendar, Period
from copilot.language.formatting import humanize, join_and, noun
from copilot.language.periods import parse_period
from copilot.records.names import nearest
from copilot.records.schema import OBSERVATIONS, Column
from copilot.records.store import RecordView
from copilot.sources import Sources
from copilot.tools.filters import Condition, linked, resolved
from copilot.tools.find_projects.arguments import Arguments, MeasureArgument
from copilot.tools.find_projects.query import METRIC, Measured, Order, Query, row_names
from copilot.tools.linking import fold, link, resolve_column
from copilot.types import Viewer


def open_query(sources: Sources, viewer: Viewer, arguments: Arguments) -> Query:
    """The call as it is meant; a ToolError names the nearest where nothing is."""
    config, view = sources.workspace.config, sources.records.view(viewer)
    calendar = Calendar(sources.today, config.fiscal_year_start_month)
    table = table_named(view, arguments.table)
    known = sources.metrics.metrics if sources.metrics and table == OBSERVATIONS.name else {}
    titles = {name: metric.title for name, metric in known.items()}
    measures = measured_of(view, table, arguments.measures)
    groups = tuple(dict.fromkeys(resolve_column(view, table, name) for name in arguments.group_by))
    shown = tuple(resolve_column(view, table, name) for name in arguments.columns)
    filters = resolved(view, table, arguments.filters, calendar)
    among = resolved(view, table, arguments.among, calendar)
    return Query(
        view=view,
        schema=view.tables[table],
        meant=arguments.model_copy(
            update={
                "table": table,
                "filters": [_told(view, table, condition, titles) for condition in filters],
                "among": [_told(view, table, condition, titles) for condition in among],
            }
        ),
        filters=tuple(linked(view, table, filters, calendar)),
        among=tuple(linked(view, table, among, calendar)),
        measures=measures,
        groups=groups,
        grain=arguments.grain or "month",
        order=order_of(view, table, arguments, measures, groups) if arguments.order_by else None,
        limit=arguments.limit,
        shown=shown,
        calendar=calendar,
        times=_times(arguments.times, groups, measures, calendar),
        titles=titles,
    )


def _times(
    asked: Sequence[str], groups: Sequence[Column], measures: Sequence[Measured], calendar: Calendar
) -> tuple[Period, ...]:
    if not asked:
        return ()
    if len(groups) != 1 or groups[0].type != "date" or any(m.aggregate == "share" for m in measures):
        raise ToolError("`times` needs one column of dates to group by, and no share.")
    found = {text: parse_period(text, calendar.today, calendar.fiscal_start) for text in asked}
    if unknown := [text for text, period in found.items() if period is None]:
        raise ToolError(f"{unknown[0]!r} is no time; such as 2025, Q1 2026 or March 2026 are.")
    return tuple(period for period in found.values() if period is not None)


def table_named(view: RecordView, asked: str) -> str:
    found = link(asked, {name: (humanize(name),) for name in view.tables})
    if found.value is None:
        raise ToolError(f"There is no table {asked!r}; there are {join_and(view.tables)}.", found.nearest)
    return found.value


def measured_of(view: RecordView, table: str, asked: Sequence[MeasureArgument]) -> tuple[Measured, ...]:
    def column(name: str | None) -> Column | None:
        return resolve_column(view, table, name) if name else None

    found = tuple(Measured(m.aggregate, column(m.column), column(m.of)) for m in asked)
    for measure in found:
        if measure.of is None:
            continue
        if measure.aggregate != "share" or measure.column is None:
            raise ToolError("`of` belongs to a share of `column` in another column.")
        if (
            not {measure.column.type, measure.of.type} <= {"number", "integer"}
            or measure.column.unit != measure.of.unit
        ):
            raise ToolError(
                f"{measure.column.name} is no share of {measure.of.name}; of numbers in one unit it may be."
            )
    return found


def order_of(
    view: RecordView, table: str, arguments: Arguments, measures: Sequence[Measured], groups: Sequence[Column]
) -> Order:
    """What an order is by: of groups a measure, the count or their own column, else a column of the rows."""
    asked = str(arguments.order_by)
    descending, name = asked.startswith("-"), asked.removeprefix("-")
    if not groups or arguments.per_group:
        return Order(descending, column=resolve_column(view, table, name))
    for position, measure in enumerate(measures or (Measured("count"),)):
        called = [measure.label, measure.aggregate, *([measure.column.name] if measure.column else [])]
        if fold(name) in map(fold, [*called, *(["value"] if position == 0 else [])]):
            return Order(descending, measure=position)
    if fold(name) in map(fold, ("count", "rows", noun(table))):
        return Order(descending)
    for position, column in enumerate(groups):
        if fold(name) == fold(column.name):
            return Order(descending, group=position)
    try:
        return Order(descending, column=resolve_column(view, table, name))
    except ToolError:
        options = [*(m.label for m in measures), "count", *(c.name for c in groups)]
        raise ToolError(f"The groups have no {name!r} to order by.", nearest(name, options)) from None


def _told(view: RecordView, table: str, condition: Condition, titles: Mapping[str, str]) -> Condition:
    """The condition with metrics by their titles, and rows of other tables by their names."""
    names = dict(titles) if condition.column == METRIC else row_names(view, table, condition.column)
    values = condition.value if isinstance(condition.value, tuple) else (condition.value,)
    told = tuple(names.get(str(v), v) for v in values)
    return condition.model_copy(update={"value": told if isinstance(condition.value, tuple) else told[0]})
