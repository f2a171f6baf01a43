"""The sentences about a metric."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import takewhile

from copilot.language.calendar import MONTH_NAMES
from copilot.language.formatting import format_quantity, format_value, is_plural, join_and, magnitude, says, sentence
from copilot.language.words import STOP_WORDS
from copilot.tools.findings import Wording, named, quantities, quantity, texts
from copilot.tools.lookup_metric.findings import MOST_PARTS
from copilot.tools.stated_otherwise import STATED_OTHERWISE
from copilot.types import Finding, Quantity


def value(f: Finding) -> str:
    """The value of a period, or as of today, with the one before and the target."""
    opening = f"{subject(f)} {_verb(f)} {named(f, 'value')}"
    if "as_of" in f.values:
        return f"{opening} as of {named(f, 'as_of')}."
    target = f" (target {named(f, 'target')})" if f.values["target"] is not None else ""
    if "is_better" in f.values:
        # A time that was named to compare with: what is asked is the change.
        verdict = "which is better" if f.values["is_better"] else "which is worse"
        then = f"from {named(f, 'before')} {_during(f, 'before_')}"
        return f"{subject(f)} {_went(f)}, {then} to {named(f, 'value')} {_during(f)}{target}, {verdict}."
    change = f", {_moved(f)} {_during(f, 'before_')}" if "before" in f.values else ""
    return f"{opening} {_during(f)}{change}{target}."


def trend(f: Finding) -> str:
    """The units of a longer period, or its total with the first and last of many."""
    opening, now, change = f"{subject(f)} {_verb(f)}", named(f, "value"), _difference(f)
    said = [
        f"{format_value(amount)} {during(label, start, end)}"
        for amount, label, start, end in zip(
            quantities(f, "values"), texts(f, "periods"), _days(f, "starts"), _days(f, "ends"), strict=True
        )
    ]
    if quantity(f, "parts").value <= MOST_PARTS:
        return f"{opening} {join_and(said)}: {change}{f', {now} in all' if f.values['adds_up'] else ''}."
    if f.values["is_stock"]:
        return f"{opening} {said[0]} and {said[-1]}: {change}."
    return f"{opening} {now} {_during(f)}: from {said[0]} to {said[-1]}, {change}."


def course(f: Finding) -> str:
    """What happened within a period of one figure."""
    (first, last), (then, now) = texts(f, "months"), quantities(f, "values")
    return (
        f"In that time it went from {format_value(then)} in {first} to {format_value(now)} in {last}, {_difference(f)}."
    )


def groups(f: Finding) -> str:
    shares = [f" ({format_value(s)})" for s in quantities(f, "shares")] or [""] * len(texts(f, "names"))
    cells = zip(texts(f, "names"), quantities(f, "values"), shares, strict=True)
    extreme = "smallest" if f.values["smallest_first"] else "largest"
    is_part = quantity(f, "named").value < quantity(f, "groups").value
    many = f"{named(f, 'named', bare=True)} " if quantity(f, "named").value > 1 else ""
    some = f"the {many}{extreme} of {named(f, 'groups', bare=True)}: " if is_part else ""
    return f"{_by(f)}: {some}{join_and(f'{name} {format_value(v)}{part}' for name, v, part in cells)}."


def extremes(f: Finding) -> str:
    top, bottom = (f"{f.values[end]} ({named(f, f'{end}_value')})" for end in ("highest", "lowest"))
    return f"{_by(f)} {_verb(f)} highest in {top} and lowest in {bottom}."


def _by(f: Finding) -> str:
    return f"{subject(f)} by {f.values['by']}{f' {_during(f)}' if 'period' in f.values else ''}"


def target(f: Finding) -> str:
    distance, goal = quantity(f, "distance"), f"the target of {named(f, 'target')}"
    way = "above" if distance.value > 0 else "below"
    far = f"{format_value(magnitude(distance))} {way} {goal}" if distance.value else f"equal to {goal}"
    return sentence(f"{_during(f)} {inside(str(f.values['metric']))} {_verb(f)} {far}")


def no_target(f: Finding) -> str:
    return f"{f.values['metric']} {'have' if _verb(f) == 'were' else 'has'} no target."


def no_data(f: Finding) -> str:
    return f"There are no data on {inside(subject(f))}{' that you may read' if f.values['is_hidden'] else ''}."


def no_data_then(f: Finding) -> str:
    first, last = f.values["first"], f.values["last"]
    reach = f"in {first} only" if first == last else f"from {first} to {last}"
    future = "; nothing is extrapolated" if f.values["is_future"] else ""
    return f"There are no data on {inside(subject(f))} for {_when(f)}; there are data {reach}{future}."


def definition(f: Finding) -> str:
    return says(
        "{metric}: [definition?{definition}|computed as {expression}]; [owner?owner {owner}|nobody is named as its "
        "owner][; data up to {data_until}]{is_lower_better:; lower is better/}{is_stock:; a period shows its last "
        "month/}"
    )(f)


def partly_covered(f: Finding) -> str:
    edge = "the latest data are for {latest}" if "latest" in f.values else "the data begin in {first}"
    return says(f"{{period}} is only partly covered: {edge}")(f)


def gaps(f: Finding) -> str:
    more = quantity(f, "more")
    months = [*texts(f, "months"), *([format_value(more)] if more.value else [])]
    return f"There are no data for {join_and(months)}."


def better_metric(f: Finding) -> str:
    reason = f"{f.values['instead_of']} can rise without any result; {inside(subject(f))} says more"
    if not f.values["is_vanity"]:
        reason = f"{subject(f)} is a firmer measure than {inside(str(f.values['instead_of']))}"
    if f.values["value"] is None:
        return f"{reason}, but there are no data on it."
    return f"{reason}: {named(f, 'value')} {_during(f)}."


def subject(f: Finding) -> str:
    """`Adoption rate of Bed Planner (P-017) in Retail`."""
    return f"{f.values['metric']}{f.values['scope']}"


def inside(text: str) -> str:
    """A title inside a sentence: `adoption rate`, `AI spend`."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def _verb(f: Finding) -> str:
    """`Hours saved were`, `False alarms were`, `Adoption rate was`."""
    first, *others = str(f.values["metric"]).split()
    words = [first, *takewhile(lambda word: word.lower() not in STOP_WORDS, others)]
    head = words[1] if len(words) > 1 and words[0].isupper() else words[0]
    return "were" if is_plural(head.lower()) or is_plural(words[-1].lower()) else "was"


def _moved(f: Finding) -> str:
    """`up from 38%`, `down from 12 days`, `unchanged from 41.2%`."""
    change = quantity(f, "change").value
    return f"{'up' if change > 0 else 'down' if change < 0 else 'unchanged'} from {named(f, 'before')}"


def _went(f: Finding) -> str:
    """`rose by 3.2 percentage points`, `fell by 51 hours`."""
    change = quantity(f, "change")
    return f"{'rose' if change.value > 0 else 'fell'} by {format_quantity(magnitude(change))}"


def _difference(f: Finding) -> str:
    """`a rise of 3.2 percentage points`; of amounts with the per cent they changed by."""
    change, relative = quantity(f, "change"), f.values["relative_change"]
    if not change.value:
        return "no change"
    share = f" ({format_quantity(magnitude(relative))})" if isinstance(relative, Quantity) else ""
    return f"{'a rise' if change.value > 0 else 'a fall'} of {format_quantity(magnitude(change))}{share}"


def _during(f: Finding, prefix: str = "") -> str:
    return during(*_period(f, prefix))


def _when(f: Finding) -> str:
    return when(*_period(f))


def _period(f: Finding, prefix: str = "") -> tuple[str, date, date]:
    start, end = f.values[f"{prefix}start"], f.values[f"{prefix}end"]
    assert isinstance(start, date)
    assert isinstance(end, date)
    return str(f.values[f"{prefix}period"]), start, end


def _days(f: Finding, name: str) -> list[date]:
    held = f.values[name]
    return [v for v in held if isinstance(v, date)] if isinstance(held, tuple) else []


def during(label: str, start: date, end: date) -> str:
    """`in 2026 Q3`, `over January 2026 to June 2026`, `until December 2025`, `on 2026-03-15`."""
    if label.startswith("until "):
        return label
    preposition = "over" if " to " in label else "on" if label[-3] == "-" else "in"
    return f"{preposition} {when(label, start, end)}"


def when(label: str, start: date, end: date) -> str:
    """The name of a period; of a fiscal one also its months."""
    if not label.startswith("FY") or " to " in label:
        return label
    first, last = (MONTH_NAMES[day.month - 1] for day in (start, end))
    year = "" if start.year == end.year else f" {start.year}"
    return f"{label} ({first}{year} to {last} {end.year})"


def follow_ups(findings: Sequence[Finding]) -> Iterator[str]:
    """How it developed, what it is by another dimension, whether it is on target."""
    metric = next(f for f in findings if f.kind == "definition")
    verb, name = _verb(metric), inside(subject(metric))
    name = name if verb == "were" else f"the {name}"
    if metric.values["is_one_period"]:
        yield f"How did {name} develop over the last four quarters?"
    if dimension := metric.values["dimension"]:
        yield f"What {verb} {name} by {dimension}?"
    if metric.values["has_target"]:
        yield f"{'Are' if verb == 'were' else 'Is'} {name} on target?"


WORDING = Wording(
    {
        **STATED_OTHERWISE,
        "value": value,
        "trend": trend,
        "course": course,
        "groups": groups,
        "extremes": extremes,
        "target": target,
        "no_target": no_target,
        "no_data": no_data,
        "no_data_then": no_data_then,
        "not_computable": says("{metric}{scope} cannot be computed: the {rows} hold nothing to compute it from"),
        "definition": definition,
        "query": lambda f: f"The query, as {f.values['engine']} reads it: `{f.values['sql']}`",
        "undescribed": says("No metrics.yaml describes {metric}; it is computed as {expression} of its observations"),
        "undated": says("{metric} is known as of {today} only; the period {period} could not be applied"),
        "unfinished": says("{period} is not over: it is counted up to {today}"),
        "partly_covered": partly_covered,
        "gaps": gaps,
        "stale": says(
            "The latest data on {metric}{scope} are for {latest}, {age} before {today}; they should be no older than "
            "{limit}"
        ),
        "hidden": says("Rows that this viewer may not see are left out, so the figures are partial"),
        "better_metric": better_metric,
    },
    follow_ups,
)
