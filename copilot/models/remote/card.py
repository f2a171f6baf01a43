"""What a remote model is told of a workspace, so that it need not guess names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from copilot.gates.rules import gate_order
from copilot.language.calendar import MONTH_NAMES
from copilot.records.aggregating import Measure
from copilot.records.schema import OBSERVATIONS, TableSchema
from copilot.records.store import RecordView
from copilot.records.visibility import LABEL
from copilot.sources import Sources
from copilot.types import Viewer

# Of a table, a column or a catalogue; a call that names another is told the nearest.
_MOST_NAMES = 40
_CATEGORIES = ("unit", "risk_class")


def card(sources: Sources, viewer: Viewer) -> str:
    """The documents, tables, categories, metrics, gates and dates, a line each, as far as this viewer may see them."""
    return "\n".join(f"- {line}" for line in _lines(sources, viewer))


def _lines(sources: Sources, viewer: Viewer) -> Iterator[str]:
    view, config = sources.records.view(viewer), sources.workspace.config
    if sources.retriever is not None:
        folders = Counter(d.id.rpartition("/")[0] or "top" for d in sources.retriever.documents(viewer))
        yield f"Documents: {_some(f'{folder} {count}' for folder, count in folders.items())}."
    for table, schema in view.tables.items():
        rows = view.aggregate(table)[0]["count"]
        columns = "" if table == OBSERVATIONS.name else f": {_some(_columns(schema))}"
        yield f"Table {table}, {rows} rows{columns}."
    if view.has("projects", "stage"):
        yield f"Stages: {_some(config.stages.names)}."
    for column in _CATEGORIES:
        if view.has("projects", column) and (values := view.values("projects", column)):
            yield f"Values of {column}: {_some(values)}."
    if sources.metrics is not None:
        yield f"Metrics: {_some(m.title for m in sources.metrics.metrics.values())}."
    passed = view.values("projects", "gate") if view.has("projects", "gate") else ()
    if gates := gate_order(sources.workspace, passed):
        yield f"Gates, in order: {_some(gates)}."
    yield f"The fiscal year begins in {MONTH_NAMES[config.fiscal_year_start_month - 1]}.{_last_month(sources, view)}"
    if config.labels:
        yield "Some documents and rows may be missing for this viewer."


def _columns(schema: TableSchema) -> Iterator[str]:
    """The names of the columns, without labels and the ends of ranges."""
    names = [column.name for column in schema.columns]
    for name in names:
        base = name.removesuffix("_low").removesuffix("_high")
        if name != LABEL and (base == name or base not in names):
            yield name


def _last_month(sources: Sources, view: RecordView) -> str:
    """The latest month that any metric was observed in."""
    timed = {(m.table, m.time) for m in sources.metrics.metrics.values() if m.time} if sources.metrics else set()
    latest = [
        str(view.aggregate(table, measures=[Measure(name="last", aggregate="max", column=time)])[0]["last"] or "")
        for table, time in timed
        if time is not None and view.has(table, time)
    ]
    return f" Metrics have data up to {max(latest)[:7]}." if any(latest) else ""


def _some(names: Iterable[str]) -> str:
    found: Sequence[str] = list(names)
    more = f" and {len(found) - _MOST_NAMES} more" if len(found) > _MOST_NAMES else ""
    return ", ".join(found[:_MOST_NAMES]) + more
