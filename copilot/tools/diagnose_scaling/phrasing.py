"""What was found of the way from pilot to production, in sentences, tables and a chart."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from copilot.analysis.funnel import Path, conversion
from copilot.language.formatting import humanize, join_and, number, percent, pluralize, sentence
from copilot.tools.diagnose_scaling.paths import Portfolio, text
from copilot.tools.diagnose_scaling.stall_causes import Found
from copilot.tools.evidence import Row

NAMED = 6
"""Projects named in a sentence of a cause."""
_UNITS_NAMED = 10
# Fewer projects in production than this are no measure.
_ENOUGH = 5


def share(value: float) -> str:
    return f"{value * 100:.1f}%"


def named(row: Row) -> str:
    name = row.get("name")
    return f"{name} ({row['id']})" if name and name != row["id"] else str(row["id"])


def whereabouts(stage: str) -> str:
    """`in pilot`, but `stopped`."""
    return humanize(stage) if stage.endswith("ed") else f"in {humanize(stage)}"


def opening(portfolio: Portfolio, scope: str) -> str:
    """How many that entered the pilot reached production, and where the others are."""
    ladder, found = portfolio.ladder, portfolio.conversion
    pilot, production = humanize(ladder.pilot), humanize(ladder.production)
    since = f" since {portfolio.since}" if portfolio.since else ""
    if not portfolio.has_history:
        begun = f" begun{since}" if since else ""
        now = len(portfolio.in_production)
        return (
            f"Of {pluralize(len(portfolio.paths), 'project')}{scope}{begun} with a recorded stage, {now:,} "
            f"{_are(now)} in {production} today and {len(portfolio.in_pilot):,} in {pilot}; without a "
            "history of "
            "stages their conversion cannot be told."
        )
    if not found.entered:
        return f"No project{scope} has entered {pilot}{since}."
    reached = f"{found.reached:,} ({share(found.share)}) {'has' if found.reached == 1 else 'have'} reached {production}"
    others = Counter(p.now.stage for p in portfolio.unconverted)
    rest = [_remaining(portfolio, stage, count) for stage, count in others.most_common()]
    tail = f"; {join_and(rest)}" if rest else ""
    return f"Of {pluralize(found.entered, 'project')}{scope} that entered {pilot}{since}, {reached}{tail}."


def _remaining(portfolio: Portfolio, stage: str, count: int) -> str:
    still = "still " if stage == portfolio.ladder.pilot else ""
    return f"{count:,} {_are(count)} {still}{whereabouts(stage)}"


def certainty(portfolio: Portfolio) -> list[str]:
    """The interval of the conversion, and the conversion of those that are decided."""
    found, ladder = portfolio.conversion, portfolio.ladder
    if not portfolio.has_history or not found.entered:
        return []
    production = humanize(ladder.production)
    texts = [
        f"The conversion from {humanize(ladder.pilot)} to {production} of {share(found.share)} has a 95% "
        f"interval from {share(found.interval.low)} to {share(found.interval.high)} (Wilson score, "
        f"{found.entered:,} cases)."
    ]
    ended = sum(ladder.has_ended(p.now.stage) for p in portfolio.unconverted)
    decided = found.reached + ended
    if decided and decided < found.entered:
        texts.append(
            f"Of the {decided:,} whose outcome is decided, {found.reached:,} reached {production} and "
            f"{ended:,} ended before it, a conversion of {share(found.reached / decided)}."
        )
    return texts


def stalled(portfolio: Portfolio, scope: str) -> str:
    """Who counts as stalled, and why."""
    found, pilot = portfolio.stalled, humanize(portfolio.ladder.pilot)
    count, there = len(found.rows), len(portfolio.in_pilot)
    if portfolio.since is not None and portfolio.has_history:
        return _not_beyond(portfolio)
    if not there:
        return f"No project{scope} is in {pilot} today."
    if not found.is_judged_by_days:
        return (
            f"Since when the {pluralize(there, 'project')} in {pilot} {_are(there)} there is not "
            "recorded, so all of them are looked at as if stalled."
        )
    said = (
        f"{count:,} of the {pluralize(there, 'project')}{scope} in {pilot} {_are(count)} stalled, that "
        f"is, there for more than {number(portfolio.pilot.stalled_after)} days"
    )
    moved = len(portfolio.pilot.days_until_move)
    if portfolio.pilot.median_until_move is not None:
        said += f"; the median of the {moved:,} that moved on is {number(portfolio.pilot.median_until_move)} days"
    if found.without_day:
        said += f"; for {found.without_day:,} the day is not recorded"
    return f"{said}."


def _not_beyond(portfolio: Portfolio) -> str:
    """Of a cohort, those that are still in the pilot or ended there."""
    count, pilot = len(portfolio.stalled.rows), portfolio.ladder.pilot
    if not count:
        return ""
    still = [p for p in portfolio.unconverted if p.now.stage == pilot]
    late = sum((portfolio.days(p) or 0) > portfolio.pilot.stalled_after for p in still)
    return (
        f"{count:,} of them {'has' if count == 1 else 'have'} not got beyond {humanize(pilot)}: "
        f"{len(still):,} "
        f"{_are(len(still))} still there, {late:,} of these for more than "
        f"{number(portfolio.pilot.stalled_after)} days, and {count - len(still):,} ended."
    )


def group_name(portfolio: Portfolio) -> str:
    """What the projects whose causes are counted are called."""
    pilot = humanize(portfolio.ladder.pilot)
    if portfolio.stalled.is_judged_by_days:
        return f"projects stalled in {pilot}"
    if portfolio.has_history and portfolio.since is not None:
        return f"projects that did not get beyond {pilot}"
    return f"projects in {pilot}"


def leading(found: Sequence[Found], group: str) -> str:
    shown = [f for f in found if f.shown]
    if not shown:
        return ""
    parts = [f"{f.cause.name.lower()} ({len(f.shown):,}, {percent(f.share)})" for f in shown]
    verb = "cause that the records show is" if len(parts) == 1 else "causes that the records show most often are"
    return f"Among the {found[0].of:,} {group}, the {verb} {join_and(parts)}."


def contrast(found: Sequence[tuple[Found, Found | None]], production: str) -> str:
    """The cause that sets the stalled projects apart most from those that made it."""
    pairs = [(f, there) for f, there in found if there is not None and there.of >= _ENOUGH]
    if not pairs:
        return ""
    most, there = max(pairs, key=lambda pair: pair[0].share - pair[1].share)
    if most.share <= there.share:
        return ""
    return (
        f"Set against the {there.of:,} projects in {production}, the widest difference is "
        f"{most.cause.name.lower()}: {percent(most.share)} against {percent(there.share)}, which is a "
        "hint and no proof."
    )


def cause_sentence(found: Found, group: str, production: str, there: Found | None) -> str:
    """How many show a cause, who, of which kind, and how it is where scaling succeeded."""
    count = len(found.shown)
    names = [named(row) for row in found.shown[:NAMED]]
    if count > NAMED:
        names.append(f"{count - NAMED:,} more")
    does = found.cause.has if count == 1 else found.cause.have
    parts = [f"{count:,} of the {found.of:,} {group} ({percent(found.share)}) {does}: {join_and(names)}"]
    if found.kinds:
        kinds = join_and(f"{n:,} with {kind}" for kind, n in found.kinds)
        parts.append(f"among them {kinds}")
    if found.unknown:
        parts.append(f"for {found.unknown:,} it is not recorded")
    if there is not None and there.of:
        parts.append(f"of the projects in {production} it is {len(there.shown):,} of {there.of:,}")
    return f"{'; '.join(parts)}."


def remedy(found: Found) -> str:
    return f"Against {found.cause.name.lower()}: {found.cause.remedy}."


def stays(portfolio: Portfolio) -> str:
    """How long projects stay in each stage before they move on."""
    parts = [
        f"{humanize(f.stage)} {number(f.median_until_move)} ({pluralize(len(f.days_until_move), 'project')})"
        for f in portfolio.flows
        if f.median_until_move is not None
    ]
    return f"The median days until a project moves on are: {join_and(parts)}." if parts else ""


def scaling_kinds(rows: Sequence[Row]) -> str:
    kinds = Counter(str(row["scaling"]) for row in rows if row.get("scaling"))
    if not kinds:
        return ""
    without = len(rows) - sum(kinds.values())
    parts = join_and(f"{count:,} by {kind} scaling" for kind, count in kinds.most_common())
    return sentence(
        f"Of {pluralize(len(rows), 'project')}, {sum(kinds.values()):,} record how they scale: {parts}; "
        f"{without:,} record nothing"
    )


def by_unit(portfolio: Portfolio) -> dict[str, list[Path]]:
    """The projects that entered the pilot, by unit, most first; nothing when the units are not known."""
    groups: dict[str, list[Path]] = defaultdict(list)
    for path in portfolio.piloted:
        groups[text(portfolio.rows[path.project].get("unit")) or ""].append(path)
    named = {unit: paths for unit, paths in groups.items() if unit}
    return dict(sorted(named.items(), key=lambda item: (-len(item[1]), item[0])))


def unit_sentence(portfolio: Portfolio) -> str:
    units = by_unit(portfolio)
    if not portfolio.has_history or len(units) < 2:
        return ""
    ladder = portfolio.ladder
    parts = []
    for unit, paths in list(units.items())[:_UNITS_NAMED]:
        found = conversion(paths, ladder.pilot, ladder.production)
        parts.append(f"{unit} {found.reached:,} of {found.entered:,}")
    more = len(units) - len(parts)
    tail = f"; {more:,} further units are in the table" if more > 0 else ""
    return (
        f"By unit, of those that entered {humanize(ladder.pilot)} these reached "
        f"{humanize(ladder.production)}: {join_and(parts)}{tail}."
    )


def _are(count: int) -> str:
    return "is" if count == 1 else "are"
