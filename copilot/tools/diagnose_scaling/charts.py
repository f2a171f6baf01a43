"""The way from pilot to production as tables and a chart."""

from __future__ import annotations

from collections.abc import Iterator

from copilot.analysis.funnel import conversion
from copilot.drawing.charts import bars
from copilot.language.formatting import column_label, format_quantity, humanize, percent, pluralize, sentence
from copilot.tools.diagnose_scaling.findings import Diagnosis, by_unit, groups
from copilot.tools.findings import share
from copilot.tools.stage_paths import Portfolio, text
from copilot.types import Cell, Chart, Table

# Stalled projects listed at the most.
_ROWS = 30


def funnel_table(portfolio: Portfolio) -> Table:
    known = portfolio.has_history
    rows: list[tuple[Cell, ...]] = [
        (
            humanize(f.stage),
            f.entered if known else None,
            f.now,
            f.moved_on if known else None,
            f.ended if known else None,
            f.median_until_move,
            f.median_so_far,
        )
        for f in portfolio.flows
    ]
    columns = ("Stage", "Entered", "Now in", "Moved on", "Ended", "Median days until moving on", "Median days so far")
    return Table(title="Funnel by stage", columns=columns, rows=tuple(rows))


def unit_table(portfolio: Portfolio) -> Table | None:
    units, stages = by_unit(portfolio), portfolio.stages
    if not portfolio.has_history or not units:
        return None
    rows: list[tuple[Cell, ...]] = []
    for unit, paths in units.items():
        found = conversion(paths, stages)
        whole, low, high = (_percent(v) for v in (found.share, found.interval.low, found.interval.high))
        still = sum(p.now.stage == stages.pilot for p in paths)
        rows.append((unit, found.entered, found.reached, whole, f"{low} to {high}", still))
    pilot, production = humanize(stages.pilot), humanize(stages.production)
    columns = ("Unit", f"Entered {pilot}", f"Reached {production}", "Share", "95% interval", f"Still in {pilot}")
    return Table(title=f"From {pilot} to {production} by unit", columns=columns, rows=tuple(rows))


def group_table(found: Diagnosis) -> Table:
    """The projects in pilot and those stalled, by what is asked for."""
    pilot = humanize(found.portfolio.stages.pilot)
    by = column_label(found.by or "")
    return Table(
        title=f"Projects {found.group} by {by}",
        columns=(sentence(by).removesuffix("."), "Stalled", f"In {pilot}"),
        rows=tuple((group.name, group.stalled, group.in_pilot) for group in groups(found)),
    )


def _percent(value: float) -> str:
    return format_quantity(share(value, 1))


def causes_table(found: Diagnosis) -> Table:
    return Table(
        title=_causes_title(found),
        columns=("Cause", "Projects", "Share", "Not recorded", "In production", "Remedy"),
        rows=tuple(
            (
                f.cause.name,
                len(f.shown),
                percent(f.share),
                f.unknown,
                f"{len(there.shown):,} of {there.total:,}" if there else None,
                sentence(f.cause.remedy),
            )
            for f, there in zip(found.found, found.production, strict=True)
        ),
    )


def stalled_table(found: Diagnosis) -> Table:
    """Each stalled project with its causes, most causes first."""
    portfolio = found.portfolio
    shown: dict[str, list[str]] = {str(row["id"]): [] for row in portfolio.stalled.rows}
    for cause in found.found:
        for row in cause.shown:
            shown[str(row["id"])].append(cause.cause.name.lower())
    paths = {p.project: p for p in portfolio.paths}
    order = sorted(shown, key=lambda id: (-len(shown[id]), -(portfolio.days(paths[id]) or 0), id))
    rows = [
        (
            id,
            text(portfolio.rows[id].get("name")),
            text(portfolio.rows[id].get("unit")),
            humanize(paths[id].now.stage),
            portfolio.days(paths[id]),
            len(shown[id]),
            ", ".join(shown[id]),
            text(portfolio.rows[id].get("blocker")),
        )
        for id in order[:_ROWS]
    ]
    columns = ("Id", "Project", "Unit", "Stage", "Days in stage", "Causes", "Which", "Blocker in the team's words")
    title = f"Projects {found.group}"
    if len(order) > _ROWS:
        title += f", the first {_ROWS} of {len(order):,}"
    return Table(title=title, columns=columns, rows=tuple(rows))


def causes_chart(found: Diagnosis) -> Iterator[Chart]:
    rows = [(f.cause.name, float(len(f.shown))) for f in found.found]
    if any(shown for _, shown in rows):
        yield bars(_causes_title(found), "Cause", "Projects", rows)


def _causes_title(found: Diagnosis) -> str:
    return f"Causes among the {pluralize(found.found[0].total, 'project')} {found.group}"
