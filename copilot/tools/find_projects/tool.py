"""Counts, groups, sums and lists over all rows of a record table."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, Field

from copilot.errors import ToolError
from copilot.language.formatting import NAMED, humanize, join_and, noun, sentence
from copilot.records.schema import OBSERVATIONS
from copilot.records.store import Aggregate, Filter, Measure, RecordView
from copilot.sources import Sources
from copilot.tools.evidence import Row, computed, read_row, row_id
from copilot.tools.filter_phrasing import none_of, predicate, qualified
from copilot.tools.filters import Condition, Selection, linked
from copilot.tools.find_projects import listing
from copilot.tools.find_projects.grouping import Grouped, group
from copilot.tools.linking import link
from copilot.types import Figure, Finding, ToolResult, Viewer


class MeasureArgument(BaseModel):
    """What to compute over a column, besides the count."""

    model_config = ConfigDict(extra="forbid")

    aggregate: Aggregate = Field(description="count, count distinct, sum, mean, median, min or max.")
    column: str | None = Field(
        default=None, description="Column to compute over, such as budget (in the workspace's currency)."
    )


class Arguments(BaseModel):
    """Count, list, group, sum or average AI projects, models, incidents, decisions, assessments or staff.

    Call this for "how many", "which", "list", "total", "average", "largest" and "by unit": it computes over
    every row the asker may see, never a sample. For everything about one project call project_record; for a
    ranking by several criteria call prioritize_projects; for a metric over time call lookup_metric.
    """

    model_config = ConfigDict(extra="forbid")

    table: str = Field(
        default="projects",
        description="Record table: projects, models, incidents, decisions, assessments, roles …",
    )
    filters: list[Condition] = Field(default=[], description="Conditions that all must hold.")
    group_by: list[str] = Field(
        default=[], max_length=2, description="Up to two columns to count by, such as unit and stage."
    )
    measure: MeasureArgument | None = Field(default=None, description="An aggregate over a column.")
    order_by: str | None = Field(
        default=None, description="Column that orders the listed rows; a leading minus: highest first."
    )
    limit: int = Field(default=20, ge=1, le=500, description="Rows to list at the most; counts take all rows.")
    columns: list[str] = Field(default=[], description="Columns to show of the listed rows.")


def find_projects(sources: Sources, viewer: Viewer, arguments: Arguments) -> ToolResult:
    """Counts over all rows that match, groups and measures of them, and the first of the rows."""
    config = sources.workspace.config
    view = sources.records.view(viewer)
    schema = view.tables[_table(view, arguments.table)]
    filters = linked(view, schema.name, arguments.filters, config.stages)
    metrics = sources.metrics.metrics if sources.metrics and schema.name == OBSERVATIONS.name else {}
    titles = {name: metric.title for name, metric in metrics.items()}
    selection = Selection(view, schema, filters, config.currency, titles)
    matching, total = selection.count(), selection.count(())
    rows = _rows(selection, arguments)
    grouped = _grouped(selection, arguments)
    opening = _opening(selection, matching, total)
    ordered = listing.ordering(selection, arguments.order_by, rows, matching) if arguments.order_by else ""
    caveats = [_missing(selection)] if filters else []
    if view.hidden(schema.name):
        caveats.append("Rows that this viewer may not see are left out, so the figures are partial.")
    answers = [opening, *grouped.sentences, *([ordered] if ordered else [])]
    if arguments.measure and not filters:
        # The measure answers; how many rows there are is only its background.
        answers = [*answers[1:], opening]
    x = computed(
        view.sources[schema.name],
        f"{noun(schema.name).capitalize()}, counted over all rows",
        _locator(selection, arguments, matching),
        [
            f"Computed over all {total:,} {noun(schema.name, total)} in {view.sources[schema.name]}; "
            f"{matching:,} match.",
            *answers,
            listing.names(selection, rows, matching),
            *caveats,
        ],
        sources.today,
    )
    ids = [row_id(view, schema.name, row) for row in rows]
    return ToolResult(
        findings=(
            *(
                Finding(text=a, evidence=(x.id, *(ids[:NAMED] if a == ordered else ())), role="headline")
                for a in answers
            ),
            *(() if ordered else listing.details(selection, rows, matching, x) if rows else ()),
            *(Finding(text=c, evidence=(x.id,), role="caveat") for c in caveats if c),
        ),
        evidence=(x, *(read_row(view, schema.name, row, config.currency, sources.today) for row in rows)),
        tables=(
            *grouped.tables,
            *([listing.table(selection, rows, arguments.columns, arguments.order_by)] if rows else []),
        ),
        charts=grouped.charts,
        figures=tuple(
            figure.model_copy(update={"evidence": x.id})
            for figure in (
                Figure(text=f"{matching:,}", value=matching, unit=noun(schema.name, matching)),
                *grouped.figures,
            )
        ),
        follow_ups=_follow_ups(selection, arguments, rows),
        hidden_rows=view.hidden(schema.name, filters),
    )


def _table(view: RecordView, asked: str) -> str:
    found = link(asked, {name: (humanize(name),) for name in view.tables})
    if found.value is None:
        raise ToolError(f"There is no table {asked!r}; there are {join_and(view.tables)}.", found.nearest)
    return found.value


def _rows(selection: Selection, arguments: Arguments) -> list[Row]:
    """The rows to list; none when only groups or a measure were asked for."""
    if (arguments.group_by or arguments.measure) and not arguments.order_by:
        return []
    order = [arguments.order_by] if arguments.order_by else []
    rows = selection.view.select(selection.table, selection.filters, order_by=order, limit=arguments.limit)
    return [selection.titled(row) for row in rows]


def _grouped(selection: Selection, arguments: Arguments) -> Grouped:
    asked = arguments.measure
    measure = Measure(name="measure", aggregate=asked.aggregate, column=asked.column) if asked else None
    return group(selection, arguments.group_by, measure) if arguments.group_by or measure else Grouped()


def _opening(selection: Selection, matching: int, total: int) -> str:
    rows = noun(selection.table, total)
    if not selection.filters:
        return f"There {'is' if total == 1 else 'are'} {total:,} {rows} in the records."
    if not matching:
        return f"{none_of(rows, f'{total:,}', selection.spoken_filters, selection.currency)}."
    what = predicate(selection.spoken_filters, matching, selection.currency)
    if matching == total:
        return f"All {total:,} {rows} {what}."
    return f"{matching:,} of {total:,} {rows} {what}."


def _missing(selection: Selection) -> str:
    """How many rows cannot be judged because the cell that a condition asks for is empty."""
    parts = []
    for asked in selection.filters:
        if asked.op in ("missing", "present", "!=", "not in") or asked.value is None:
            continue
        others = [f for f in selection.filters if f is not asked]
        empty = selection.count([*others, Filter(column=asked.column, op="missing")])
        if empty:
            rows = noun(selection.table, empty)
            parts.append(f"{empty:,} {rows} {'records' if empty == 1 else 'record'} no {humanize(asked.column)}")
    return sentence(f"{join_and(parts)} and cannot be judged") if parts else ""


def _locator(selection: Selection, arguments: Arguments, matching: int) -> str:
    parts = [f"{f.column} {f.op} {_plain(f)}".strip() for f in selection.filters]
    if arguments.group_by:
        parts.append(f"by {' and '.join(arguments.group_by)}")
    if arguments.measure:
        parts.append(f"{arguments.measure.aggregate} of {arguments.measure.column or 'rows'}")
    if arguments.order_by:
        parts.append(f"ordered by {arguments.order_by}")
    return ", ".join([*parts, f"{matching:,} rows"])


def _plain(asked: Filter) -> str:
    values = asked.value if isinstance(asked.value, tuple) else (asked.value,)
    return ", ".join(str(v) for v in values if v is not None)


def _follow_ups(selection: Selection, arguments: Arguments, rows: Sequence[Row]) -> tuple[str, ...]:
    if selection.table != "projects":
        return ()
    which = qualified("projects", selection.spoken_filters, selection.currency)
    asked = []
    fixed = {f.column for f in selection.filters if f.op == "="}
    by = next((c for c in ("unit", "stage") if c not in fixed and selection.view.has("projects", c)), None)
    if by and not arguments.group_by:
        asked.append(f"How many {which} are there, by {by}?")
    asked.append(f"Which {which} should come first?")
    title = selection.schema.title
    if rows and title and rows[0].get(title):
        asked.append(f"What is the state of {rows[0][title]}?")
    return tuple(asked)
