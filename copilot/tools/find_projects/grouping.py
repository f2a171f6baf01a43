"""Groups and measures over all matching rows, as sentences, a table and a chart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from copilot.drawing.charts import bars, stacked_bars
from copilot.language.formatting import MONEY, format_cell, humanize, join_and, noun, percent, sentence
from copilot.records.store import Measure
from copilot.tools.evidence import Row
from copilot.tools.filters import Selection
from copilot.types import Cell, Chart, Figure, Table

# Groups named in the sentence; the table has them all.
_NAMED = 12
_DRAWN = 24
_BASES = ("measured", "estimated", "assumed")
_AVERAGES = {"mean": "average", "median": "median", "min": "lowest", "max": "highest"}


@dataclass(frozen=True)
class Grouped:
    sentences: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    charts: tuple[Chart, ...] = ()
    figures: tuple[Figure, ...] = ()


@dataclass(frozen=True)
class _Asked:
    selection: Selection
    columns: Sequence[str]
    measure: Measure | None

    @property
    def table(self) -> str:
        return self.selection.table

    @property
    def measured(self) -> str:
        return self.measure.column or "" if self.measure else ""

    @property
    def unit(self) -> str:
        return self.selection.currency if self.measured in MONEY else ""

    def said(self, value: Cell) -> str:
        counts = self.measure is not None and self.measure.aggregate in ("count", "count distinct")
        return format_cell(value, "" if counts else self.measured, self.selection.currency)


def group(selection: Selection, columns: Sequence[str], measure: Measure | None) -> Grouped:
    """The count of rows in each group, and the measure over each."""
    view = selection.view
    if measure is not None and measure.column is not None:
        measure = measure.model_copy(update={"column": view.column(selection.table, measure.column).name})
    asked = _Asked(selection, [view.column(selection.table, c).name for c in columns], measure)
    whole, figures = _whole(asked), _figures(asked)
    if not columns:
        return Grouped(tuple(whole), figures=figures)
    rows = _aggregated(asked, asked.columns)
    return Grouped((*whole, *_by_group(asked, rows)), (_table(asked, rows),), _chart(asked, rows), figures)


def _aggregated(asked: _Asked, columns: Sequence[str]) -> list[Row]:
    measures = [Measure(name="rows")]
    if asked.measure is not None:
        measures = [asked.measure, *measures]
        if asked.measured:
            measures.append(Measure(name="recorded", aggregate="count", column=asked.measured))
    rows = asked.selection.view.aggregate(asked.table, columns, measures, asked.selection.filters)
    return [asked.selection.titled(row) for row in rows]


def _whole(asked: _Asked) -> list[str]:
    """The measure over all matching rows, how many record it, and what it rests on."""
    measure = asked.measure
    if measure is None or measure.column is None:
        return []
    row = _aggregated(asked, ())[0]
    count, recorded = int(str(row["rows"])), int(str(row["recorded"]))
    what, rows = humanize(measure.column), noun(asked.table, recorded)
    if not recorded:
        return [f"None of the {count:,} {noun(asked.table, count)} records the {what}."]
    value = asked.said(row["measure"])
    over = f"{recorded:,} {rows} that record{'s' if recorded == 1 else ''} it"
    if measure.aggregate == "sum":
        text = f"The {what} adds up to {value} over the {over}"
    elif measure.aggregate in ("count", "count distinct"):
        values = "different values of " if measure.aggregate == "count distinct" else "values of "
        text = f"There are {value} {values}the {what} among the {count:,} {noun(asked.table, count)}"
    else:
        text = f"The {_AVERAGES[measure.aggregate]} {what} of the {over} is {value}"
    if count > recorded and measure.aggregate not in ("count", "count distinct"):
        text += f"; {count - recorded:,} {'records' if count - recorded == 1 else 'record'} none"
    return [sentence(text), *_by_basis(asked)]


def _by_basis(asked: _Asked) -> list[str]:
    """Benefits are split by whether they are assumed, estimated or measured."""
    basis = f"{asked.measured.removesuffix('_benefit')}_basis"
    if (
        asked.measure is None
        or asked.measure.aggregate != "sum"
        or not asked.measured.endswith("_benefit")
        or not asked.selection.view.has(asked.table, basis)
    ):
        return []
    split = {row[basis]: row for row in _aggregated(asked, [basis]) if row["recorded"]}
    order = [*(b for b in _BASES if b in split), *(b for b in split if b not in _BASES)]
    parts = [
        f"{asked.said(split[b]['measure'])} is {b if b else 'of unknown basis'} "
        f"({int(str(split[b]['recorded'])):,} {noun(asked.table, int(str(split[b]['recorded'])))})"
        for b in order
    ]
    return [sentence(f"Of this {humanize(asked.measured)}, {join_and(parts)}")] if parts else []


def _by_group(asked: _Asked, rows: Sequence[Row]) -> list[str]:
    by = join_and(humanize(c) for c in asked.columns)
    known = [row for row in rows if any(row[c] is not None for c in asked.columns)]
    unknown = sum(_rows(row) for row in rows) - sum(_rows(row) for row in known)
    parts = _parts(asked, rows, known)
    texts = []
    if parts:
        kind = _AVERAGES.get(asked.measure.aggregate, "") if asked.measure else ""
        lead = f"{kind} {humanize(asked.measured)} by {by}" if asked.measured else f"by {by}"
        texts.append(sentence(f"{lead.strip()}: {join_and(parts[:_NAMED])}"))
    if rest := parts[_NAMED:]:
        texts.append(f"{len(rest):,} more groups are in the table.")
    if unknown:
        record = "records" if unknown == 1 else "record"
        texts.append(f"{unknown:,} {noun(asked.table, unknown)} {record} no {by}.")
    return texts


def _parts(asked: _Asked, rows: Sequence[Row], known: Sequence[Row]) -> list[str]:
    """What is said of each group; with two columns the counts of the second stand under the first."""
    total = sum(_rows(row) for row in rows)
    if asked.measured:
        return [f"{_label(asked, r)} {asked.said(r['measure'])}" for r in known if r["measure"] is not None]
    if len(asked.columns) == 1:
        return [f"{_label(asked, r)} has {_rows(r):,} ({percent(_rows(r) / total)})" for r in known]
    first, second = asked.columns
    inner: dict[str, list[Row]] = {}
    for row in known:
        inner.setdefault(_cell(row, first), []).append(row)
    held = {name: sum(_rows(r) for r in group) for name, group in inner.items()}
    return [
        f"{name} has {held[name]:,} ({join_and(f'{_rows(r):,} {_cell(r, second)}' for r in inner[name])})"
        for name in sorted(inner, key=lambda name: (-held[name], name))
    ]


def _rows(row: Row) -> int:
    return int(str(row["rows"]))


def _cell(row: Row, column: str) -> str:
    return humanize(format_cell(row[column])) if row[column] is not None else f"no {humanize(column)}"


def _label(asked: _Asked, row: Row) -> str:
    return " / ".join(_cell(row, column) for column in asked.columns)


def _table(asked: _Asked, rows: Sequence[Row]) -> Table:
    total = sum(_rows(row) for row in rows) or 1
    unit = f" ({asked.unit})" if asked.unit else ""
    measured = (
        [f"{asked.measure.aggregate.capitalize()} of {humanize(asked.measured)}{unit}"]
        if asked.measure and asked.measured
        else []
    )
    return Table(
        title=f"{noun(asked.table).capitalize()} by {join_and(humanize(c) for c in asked.columns)}",
        columns=(
            *(humanize(c).capitalize() for c in asked.columns),
            noun(asked.table).capitalize(),
            "Share",
            *measured,
        ),
        rows=tuple(
            (
                *(_shown(row[c]) for c in asked.columns),
                _rows(row),
                percent(_rows(row) / total),
                *([_rounded(row["measure"])] if measured else []),
            )
            for row in rows
        ),
    )


def _shown(value: Cell) -> Cell:
    return humanize(value) if isinstance(value, str) else value


def _rounded(value: Cell) -> Cell:
    if not isinstance(value, float):
        return value
    return int(value) if value.is_integer() else round(value, 2)


def _chart(asked: _Asked, rows: Sequence[Row]) -> tuple[Chart, ...]:
    field = "measure" if asked.measured else "rows"
    drawn = [row for row in rows if isinstance(row[field], int | float)][:_DRAWN]
    if len(drawn) < 2:
        return ()
    what = humanize(asked.measured).capitalize() if asked.measured else noun(asked.table).capitalize()
    title = f"{what} by {join_and(humanize(c) for c in asked.columns)}"
    unit = f"{what} ({asked.unit})" if asked.unit else what
    if len(asked.columns) == 1:
        sizes = [(_label(asked, r), _float(r[field])) for r in drawn]
        return (bars(title, humanize(asked.columns[0]).capitalize(), unit, sizes),)
    first, second = asked.columns
    parts = [
        (humanize(format_cell(r[first])), humanize(format_cell(r[second])), _float(r[field]))
        for r in rows
        if isinstance(r[field], int | float)
    ]
    return (stacked_bars(title, humanize(first).capitalize(), unit, humanize(second).capitalize(), parts),)


def _float(value: Cell) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _figures(asked: _Asked) -> tuple[Figure, ...]:
    if asked.measure is None or asked.measure.column is None:
        return ()
    value = _aggregated(asked, ())[0]["measure"]
    if not isinstance(value, int | float):
        return ()
    return (Figure(text=asked.said(value), value=float(value), unit=asked.unit or humanize(asked.measured)),)
