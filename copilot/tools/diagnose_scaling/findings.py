"""What the way from pilot to production shows, as findings: conversion, who is stalled, by which causes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from copilot.analysis.funnel import STALLED_DAYS, Path, conversion
from copilot.gates.conditions import as_text
from copilot.language.formatting import column_label, humanize
from copilot.tools.diagnose_scaling.stall_causes import Cause, Found
from copilot.tools.evidence import Row, name_of
from copilot.tools.findings import Reading, amount, count, share
from copilot.tools.stage_paths import Portfolio, text
from copilot.types import Calculation, Finding, Table, Value

NAMED = 6
"""Projects named in a sentence of a cause."""
_UNITS_NAMED = 10
# Fewer projects in production than this are no measure.
_ENOUGH = 5
# Rows of a calculation.
_MOST_ROWS = 50


@dataclass(frozen=True)
class Diagnosis:
    """The portfolio, and the causes of its stalled projects, most frequent first."""

    portfolio: Portfolio
    scope: str
    """What follows "projects": " of Retail Stores", or nothing."""
    found: tuple[Found, ...]
    production: tuple[Found | None, ...]
    """How each cause is among the projects in production."""
    untold: tuple[str, ...]
    """Names of causes that the records hold nothing on."""
    top: int
    """Causes told one by one."""
    by: str | None = None
    """Column of the projects whose values are set side by side."""

    @property
    def group(self) -> str:
        """What follows "projects" for those whose causes are counted."""
        portfolio, pilot = self.portfolio, humanize(self.portfolio.stages.pilot)
        if portfolio.stalled.is_judged_by_days:
            return f"stalled in {pilot}"
        if portfolio.has_history and portfolio.since is not None:
            return f"that did not get beyond {pilot}"
        return f"in {pilot}"

    @property
    def told(self) -> list[tuple[Found, Found | None]]:
        pairs = zip(self.found, self.production, strict=True)
        return [(found, there) for found, there in pairs if found.shown][: self.top]

    @property
    def stages(self) -> dict[str, Value]:
        portfolio = self.portfolio
        return {
            "scope": self.scope,
            "pilot": humanize(portfolio.stages.pilot),
            "production": humanize(portfolio.stages.production),
            "since": portfolio.since,
        }


def no_stages(found: Diagnosis) -> Finding:
    projects = count(len(found.portfolio.rows), "project")
    return Finding(kind="no_stages", role="headline", values={**found.stages, "projects": projects})


def opening(found: Diagnosis) -> Finding:
    """How many that entered the pilot reached production, and where the others are."""
    portfolio, reached = found.portfolio, found.portfolio.conversion
    if not portfolio.has_history:
        values: dict[str, Value] = {
            "projects": count(len(portfolio.paths), "project"),
            "in_production": count(len(portfolio.in_production), "project"),
            "in_pilot": count(len(portfolio.in_pilot), "project"),
        }
        return Finding(kind="stages_today", role="headline", values=found.stages | values)
    if not reached.entered:
        return Finding(kind="no_pilots", role="headline", values=found.stages)
    others = Counter(path.now.stage for path in portfolio.unconverted).most_common()
    return Finding(
        kind="conversion",
        role="headline",
        values={
            **found.stages,
            "entered": count(reached.entered, "project"),
            "reached": count(reached.reached, "project"),
            "share": share(reached.share, 1),
            "stages": tuple(humanize(stage) for stage, _ in others),
            "remaining": tuple(count(number, "project") for _, number in others),
        },
        figures=("entered", "reached", "share"),
        calculation=_conversions("Conversion from pilot to production", found),
    )


def stalled(found: Diagnosis) -> Finding | None:
    """Who counts as stalled, and why; of a cohort, who has not got beyond the pilot."""
    portfolio, pilot = found.portfolio, found.portfolio.pilot
    stalled = portfolio.stalled
    still = [path for path in portfolio.unconverted if path.now.stage == portfolio.stages.pilot]
    if portfolio.since is not None and portfolio.has_history:
        kind = "not_beyond_pilot"
        if not stalled.rows:
            return None
    elif not portfolio.in_pilot:
        kind = "no_project_in_pilot"
    else:
        kind = "stalled" if stalled.is_judged_by_days else "undated_pilots"
    median = pilot.median_until_move
    return Finding(
        kind=kind,
        role="headline",
        values={
            **found.stages,
            "stalled": count(len(stalled.rows), "project"),
            "in_pilot": count(len(portfolio.in_pilot), "project"),
            "limit": amount(pilot.stalled_after, "day", 1),
            "moved": count(len(pilot.days_until_move), "project"),
            "median": None if median is None else amount(median, "day", 1),
            "undated": count(stalled.without_day, "project"),
            "still": count(len(still), "project"),
            "late": count(sum((portfolio.days(path) or 0) > pilot.stalled_after for path in still), "project"),
            "ended": count(_ended(portfolio), "project"),
        },
        figures=("stalled",) if stalled.rows else (),
        calculation=_stays_in_pilot(found),
    )


@dataclass(frozen=True)
class Group:
    """The projects of one value of a column."""

    name: str
    stalled: int
    in_pilot: int


def groups(found: Diagnosis) -> list[Group]:
    """By the column that is asked for, those with the most stalled projects first; what has no project in pilot is
    left out."""
    portfolio, by = found.portfolio, found.by or ""
    stalled = Counter(text(row.get(by)) or "" for row in portfolio.stalled.rows)
    in_pilot = Counter(text(portfolio.rows[path.project].get(by)) or "" for path in portfolio.in_pilot)
    names = [name for name in {*stalled, *in_pilot} if name]
    return sorted((Group(n, stalled[n], in_pilot[n]) for n in names), key=lambda g: (-g.stalled, -g.in_pilot, g.name))


def stalled_by_group(found: Diagnosis) -> Finding | None:
    """Which of the values of a column has the most stalled projects; None where none is asked for, or has any."""
    told = [group for group in groups(found) if group.stalled] if found.by else []
    if not told:
        return None
    most = [group.name for group in told if group.stalled == told[0].stalled]
    rest = told[len(most) :][: max(0, _UNITS_NAMED - len(most))]
    return Finding(
        kind="stalled_by_group",
        role="headline",
        values={
            **found.stages,
            "group": found.group,
            "by": column_label(found.by or ""),
            "most": tuple(most),
            "is_tied": len(most) > 1,
            "number": count(told[0].stalled, "project"),
            "total": count(len(found.portfolio.stalled.rows), "project"),
            "others": tuple(group.name for group in rest),
            "counts": tuple(count(group.stalled, "project") for group in rest),
            "more": count(len(told) - len(most) - len(rest), "more"),
        },
        figures=("number",),
        calculation=Calculation(
            method=f"count of the projects {found.group}, by {column_label(found.by or '')}",
            inputs=(
                Table(
                    title=f"Projects {found.group}",
                    columns=("Group", "Stalled", "In pilot"),
                    rows=tuple((g.name, g.stalled, g.in_pilot) for g in groups(found))[:_MOST_ROWS],
                ),
            ),
        ),
    )


def leading_causes(found: Diagnosis) -> Finding | None:
    told = [cause for cause, _ in found.told]
    if not told:
        return None
    return Finding(
        kind="leading_causes",
        role="headline",
        values={
            "total": count(told[0].total, "project"),
            "group": found.group,
            "causes": tuple(f.cause.name.lower() for f in told),
            "counts": tuple(count(len(f.shown), "project") for f in told),
            "shares": tuple(share(f.share) for f in told),
        },
        calculation=Calculation(
            method="count of the stalled projects that meet the condition of each cause",
            query="; ".join(f"{f.cause.name}: {as_text(f.cause.when)}" for f in found.found),
            inputs=(_counts(found),),
        ),
    )


def contrast(found: Diagnosis) -> Finding | None:
    """The cause that sets the stalled projects apart most from those that made it."""
    pairs = [(f, there) for f, there in found.told if there is not None and there.total >= _ENOUGH]
    if not pairs:
        return None
    most, there = max(pairs, key=lambda pair: pair[0].share - pair[1].share)
    if most.share <= there.share:
        return None
    return Finding(
        kind="contrast",
        subject=most.cause.name,
        values={
            "there": count(there.total, "project"),
            "production": found.stages["production"],
            "cause": most.cause.name.lower(),
            "share": share(most.share),
            "share_there": share(there.share),
        },
    )


def certainty(found: Diagnosis) -> Iterator[Finding]:
    """The interval of the conversion, and the conversion of those that are decided."""
    portfolio, reached = found.portfolio, found.portfolio.conversion
    if not portfolio.has_history or not reached.entered:
        return
    yield Finding(
        kind="interval",
        values={
            **found.stages,
            "share": share(reached.share, 1),
            "low": share(reached.interval.low, 1),
            "high": share(reached.interval.high, 1),
            "confidence": share(0.95),
            "entered": count(reached.entered, "case"),
        },
        calculation=Calculation(
            method="Wilson's score interval of a share, 95%",
            formula="(p + z²/2n ± z·√(p(1−p)/n + z²/4n²)) / (1 + z²/n), z = 1.96",
            inputs=(Table(title="Cases", columns=("n", "reached"), rows=((reached.entered, reached.reached),)),),
        ),
    )
    ended = _ended(portfolio)
    decided = reached.reached + ended
    if decided and decided < reached.entered:
        yield Finding(
            kind="decided",
            values={
                **found.stages,
                "decided": count(decided, "project"),
                "reached": count(reached.reached, "project"),
                "ended": count(ended, "project"),
                "share": share(reached.reached / decided, 1),
            },
        )


def _ended(portfolio: Portfolio) -> int:
    """Projects that ended before production."""
    return sum(portfolio.stages.has_ended(path.now.stage) for path in portfolio.unconverted)


def units(found: Diagnosis) -> Finding | None:
    by = by_unit(found.portfolio)
    if not found.portfolio.has_history or len(by) < 2:
        return None
    stages = found.portfolio.stages
    told = {u: conversion(paths, stages) for u, paths in list(by.items())[:_UNITS_NAMED]}
    return Finding(
        kind="conversion_by_unit",
        values={
            **found.stages,
            "units": tuple(told),
            "reached": tuple(count(c.reached, "project") for c in told.values()),
            "entered": tuple(count(c.entered, "project") for c in told.values()),
            "more": count(len(by) - len(told), "further unit"),
        },
        calculation=_conversions("Conversion by unit", found),
    )


def by_unit(portfolio: Portfolio) -> dict[str, list[Path]]:
    """The projects that entered the pilot, by unit, most first; nothing when the units are not known."""
    groups: dict[str, list[Path]] = defaultdict(list)
    for path in portfolio.piloted:
        groups[text(portfolio.rows[path.project].get("unit")) or ""].append(path)
    named = {unit: paths for unit, paths in groups.items() if unit}
    return dict(sorted(named.items(), key=lambda item: (-len(item[1]), item[0])))


def stays(portfolio: Portfolio) -> Finding | None:
    """How long projects stay in each stage before they move on."""
    known = [(f, f.median_until_move) for f in portfolio.flows if f.median_until_move is not None]
    if not known:
        return None
    return Finding(
        kind="stays",
        values={
            "stages": tuple(humanize(flow.stage) for flow, _ in known),
            "medians": tuple(amount(median, "day", 1) for _, median in known),
            "moved": tuple(count(len(flow.days_until_move), "project") for flow, _ in known),
        },
    )


def cause(found: Diagnosis, own: Found, there: Found | None, reading: Reading) -> Iterator[Finding]:
    """How many show a cause, who, of which kind, how it is where scaling succeeded; then the remedy."""
    shown = own.shown[:NAMED]
    yield Finding(
        kind="cause",
        subject=own.cause.name,
        values={
            "projects": count(len(own.shown), "project"),
            "total": count(own.total, "project"),
            "group": found.group,
            "share": share(own.share),
            "does": own.does,
            "names": tuple(name_of(row) for row in shown),
            "more": count(len(own.shown) - len(shown), "project"),
            "kinds": tuple(kind for kind, _ in own.kinds),
            "of_kind": tuple(count(number, "project") for _, number in own.kinds),
            "unknown": count(own.unknown, "project"),
            "production": found.stages["production"],
            "in_production": count(there.total, "project") if there and there.total else None,
            "shown_there": count(len(there.shown), "project") if there and there.total else None,
        },
        evidence=reading.rows("projects", shown),
        calculation=Calculation(
            method="count of projects that meet a condition; what records none of its columns is unknown",
            query=as_text(own.cause.when),
            inputs=(_rows(own),),
        ),
    )
    values: dict[str, Value] = {"cause": own.cause.name.lower(), "remedy": own.cause.remedy}
    yield Finding(kind="remedy", subject=own.cause.name, values=values)


def scaling_kinds(rows: Sequence[Row]) -> Finding | None:
    kinds = Counter(str(row["scaling"]) for row in rows if row.get("scaling"))
    if not kinds:
        return None
    return Finding(
        kind="scaling_kinds",
        values={
            "projects": count(len(rows), "project"),
            "recorded": count(kinds.total(), "project"),
            "kinds": tuple(kind for kind, _ in kinds.most_common()),
            "counts": tuple(count(number, "project") for _, number in kinds.most_common()),
            "unrecorded": count(len(rows) - kinds.total(), "project"),
        },
    )


def caveats(found: Diagnosis, hidden: int) -> Iterator[Finding]:
    portfolio = found.portfolio
    empty = tuple(humanize(f.cause.facts[0]) for f in found.found if f.shown and f.cause.empty_means_none)
    if empty:
        yield Finding(kind="empty_means_none", role="caveat", values={"columns": empty})
    if found.untold:
        yield Finding(kind="untold_causes", role="caveat", values={"causes": found.untold})
    if portfolio.has_history and portfolio.since is None and (skipped := portfolio.skipped_pilot):
        values: dict[str, Value] = {"projects": count(skipped, "project"), "pilot": found.stages["pilot"]}
        yield Finding(kind="skipped_pilot", role="caveat", values=values)
    if portfolio.unstaged:
        yield Finding(kind="unstaged", role="caveat", values={"projects": count(portfolio.unstaged, "project")})
    if hidden:
        yield Finding(kind="hidden", role="caveat")


def note(cause: Cause) -> Finding:
    return Finding(kind="cause_note", subject=cause.name, role="method", values={"note": cause.note})


def whole_calculation(portfolio: Portfolio, filters: str, tables: tuple[Table, ...]) -> Calculation:
    history = f"{portfolio.stage_changes:,} stage changes" if portfolio.has_history else "the stage of today alone"
    return Calculation(
        method=f"count of projects by stage, from {history}, as of {portfolio.today}",
        formula="conversion = projects that reached production after a pilot ÷ projects that entered a pilot",
        query=filters,
        inputs=tables,
    )


def _conversions(title: str, found: Diagnosis) -> Calculation:
    stages = found.portfolio.stages
    groups = {"All": found.portfolio.piloted, **by_unit(found.portfolio)}
    counted = {unit: conversion(paths, stages) for unit, paths in groups.items()}
    return Calculation(
        method="count of projects that reached production after they had entered the pilot",
        formula="share = reached ÷ entered",
        inputs=(
            Table(
                title=title,
                columns=("Unit", "Entered", "Reached", "Share"),
                rows=tuple((u, c.entered, c.reached, round(c.share, 4)) for u, c in counted.items())[:_MOST_ROWS],
            ),
        ),
    )


def _stays_in_pilot(found: Diagnosis) -> Calculation:
    """The stalled projects with their days, and how the limit came about."""
    portfolio, paths = found.portfolio, {path.project: path for path in found.portfolio.paths}
    rows = [(str(row["id"]), text(row.get("name")), portfolio.days(paths[str(row["id"])])) for row in
            portfolio.stalled.rows]  # fmt: skip
    return Calculation(
        method="days in the pilot until today, or until it was left",
        formula=f"limit = {STALLED_DAYS} days, or the median of those that moved on where that is less and enough did",
        inputs=(
            Table(title=f"Projects {found.group}", columns=("Id", "Project", "Days"), rows=tuple(rows[:_MOST_ROWS])),
        ),
    )


def _counts(found: Diagnosis) -> Table:
    return Table(
        title=f"Causes among the projects {found.group}",
        columns=("Cause", "Projects", "Not recorded", "Of"),
        rows=tuple((f.cause.name, len(f.shown), f.unknown, f.total) for f in found.found),
    )


def _rows(own: Found) -> Table:
    pairs = list(zip(own.shown, own.judged_by, strict=True))[:_MOST_ROWS]
    return Table(
        title="Projects that meet it",
        columns=("Project", *map(humanize, own.cause.facts)),
        rows=tuple((name_of(row), *cells) for row, cells in pairs),
    )
