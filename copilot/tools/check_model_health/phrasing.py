"""What was found of a model's health, in sentences; every figure in the form the evidence prints it."""

from __future__ import annotations

from datetime import date

from copilot.analysis.drift import ACT, LATEST, SEASON, SHORTEST, TREND, WATCH
from copilot.language.formatting import humanize, join_and, number, pluralize, sentence
from copilot.tools.check_model_health.health import Health, Input

_NAMED_INCIDENTS = 3


def share(value: float) -> str:
    return f"{value * 100:.1f}%"


def points(value: float) -> str:
    """`-8.9 points`, `+0.4 points`."""
    return f"{value:+.1f} points"


def iso(value: date | None) -> str:
    return value.isoformat() if value else "an unknown day"


def summary(health: Health) -> str:
    """The state of one model in a sentence."""
    quality, decline = health.quality, health.decline
    inputs = _shifted_clause(health)
    if quality is None:
        return sentence(f"{health.title} has no quality measurements in the records{inputs}")
    now = f"{share(quality.latest)} over the last {pluralize(min(LATEST, len(quality.values)), 'week')}"
    if health.unmeasured_days:
        now += f" measured, the latest being {iso(quality.last)},"
    if decline is None:
        level = f" against a validated {share(health.validated)}" if health.validated is not None else ""
        change = f" ({points(health.points)})" if health.points is not None else ""
        detector = method(health)
        return sentence(f"{health.title} stands at {now}{level}{change}; no decline is detected ({detector}){inputs}")
    began = (
        f"the decline began in about the week of {iso(health.onset)} ({decline.detector}, "
        f"{decline.confidence} confidence)"
    )
    if health.validated is not None and health.points is not None and health.points < 0:
        text = f"{health.title} fell from a validated {share(health.validated)} to {now} ({points(health.points)})"
        return sentence(f"{text}; {began}{inputs}")
    level = f", at or above its validated {share(health.validated)}," if health.validated is not None else ""
    text = f"{health.title} is at {now}{level} yet {decline.fall * 100:.1f} points lower than before"
    return sentence(f"{text}; {began}{inputs}")


def _shifted_clause(health: Health) -> str:
    if not health.shifted:
        return ""
    count = len(health.shifted)
    verb = "has" if count == 1 else "have"
    return f", and {pluralize(count, 'input')} {verb} shifted ({join_and(humanize(i.name) for i in health.shifted)})"


def method(health: Health) -> str:
    """The detector that looked at the series, with its length."""
    weeks = len(health.quality.values) if health.quality else 0
    if weeks >= 2 * SEASON:
        return f"year-over-year CUSUM over {weeks:,} weeks"
    if weeks >= SHORTEST:
        return f"CUSUM on the first half and Theil-Sen slope of the last {TREND} weeks, over {weeks:,} weeks"
    return f"limit and Theil-Sen slope, low confidence with {pluralize(weeks, 'week')} only"


def detection(health: Health) -> str:
    """Which detector fired, how far the quality fell and how sure that is."""
    decline = health.decline
    if decline is None or health.quality is None:
        return ""
    fall = f"{decline.fall * 100:.1f} points"
    compared = {
        "year-over-year CUSUM": f"the latest weeks lie {fall} below the same weeks a year before",
        "CUSUM on the first half": f"the latest weeks lie {fall} below the mean of the first half",
        "Theil-Sen slope": f"the trend line fell by {fall}",
        "threshold breach": f"the latest weeks lie {fall} below the validated level",
    }[decline.detector]
    shape = "a sudden step" if decline.shape == "step" else "a slow slide"
    why = {
        "high": "two seasons are compared and the signal is far beyond the alarm level",
        "medium": "a season could still play a part"
        if len(health.quality.values) < 2 * SEASON
        else "the signal is not far beyond the alarm level",
        "low": "the series is too short to tell a fall from a season",
    }[decline.confidence]
    return sentence(
        f"The detector that fired is the {decline.detector}, over {len(health.quality.values):,} weeks: "
        f"{compared}, in {shape}, at {decline.strength:.1f} times the alarm level; confidence is "
        f"{decline.confidence}, since {why}"
    )


def input_sentences(health: Health) -> list[str]:
    """How each shifted input moved, and what can be said of the others."""
    if not health.inputs:
        return [f"No histograms of the inputs of {health.title} are recorded, so their drift cannot be judged."]
    moved = [*health.shifted, *health.watched]
    texts = [_moved(health, i) for i in moved]
    still = [i for i in health.inputs if i not in moved]
    if still:
        others = "other inputs" if moved else "inputs"
        names = join_and(humanize(i.name) for i in still)
        texts.append(
            f"The {others} recorded for {health.title} ({names}) are below the watch level of "
            f"{WATCH:.2f} for the population stability index, or within chance."
        )
    return texts


def _moved(health: Health, moved: Input) -> str:
    found = moved.shift
    level = (
        f"above the {ACT:.2f} that calls for action"
        if found.level == "act"
        else f"between the watch level of {WATCH:.2f} and {ACT:.2f}"
    )
    before, now = found.moved_share
    return sentence(
        f"The input {humanize(moved.name)} of {health.title} has a population stability index of "
        f"{found.psi:.2f}, {level}, and a Kolmogorov-Smirnov distance of {found.distance:.2f}; the share of "
        f"{moved.bins[found.moved_bin]} went from {share(before)} in training to {share(now)} lately"
    )


def loop(health: Health) -> str:
    uses = health.row.get("uses_own_output")
    if uses is None:
        return f"Whether the decisions of {health.title} shape its next training data is not recorded."
    if not uses:
        return ""
    lead = f"The decisions of {health.title} shape the data it is trained on next"
    if not health.may_feed_itself:
        if not health.inputs:
            return f"{lead}, and without histograms of its inputs it cannot be told whether it feeds on itself."
        return f"{lead}, but its inputs show neither a shift nor a rising concentration."
    signs = []
    if health.concentrating:
        before, now = health.concentrating[0].shift.concentration
        signs.append(
            f"cases gather in fewer bins of {join_and(humanize(i.name) for i in health.concentrating)} "
            f"(concentration of {humanize(health.concentrating[0].name)} from {before:.2f} to {now:.2f})"
        )
    if drifted := [*health.shifted, *health.watched]:
        signs.append(f"{join_and(humanize(i.name) for i in drifted)} shifted")
    return sentence(f"{lead}, and {join_and(signs)}: a feedback loop is suspected")


def retraining(health: Health) -> str:
    due, trained = health.retraining_due, health.row.get("trained_on")
    if due is None:
        return f"Whether {health.title} is due for retraining cannot be told: day or interval is not recorded."
    interval = pluralize(int(float(str(health.row["retrain_every_days"]))), "day")
    state = (
        f"overdue by {pluralize(health.overdue_days, 'day')} since {iso(due)}"
        if health.overdue_days
        else f"due on {iso(due)}"
    )
    return f"{health.title} was trained on {trained}, to be repeated every {interval}; retraining is {state}."


def version(health: Health) -> str:
    row = health.row
    running, newest = row.get("deployed_version"), row.get("registry_version")
    if not running or not newest:
        return f"The version of {health.title} in use cannot be compared with the registry: one is not recorded."
    since = f", deployed on {row['deployed_on']}" if row.get("deployed_on") else ""
    if health.runs_another_version:
        return f"{health.title} runs version {running}{since}, while the registry holds version {newest} as approved."
    return f"{health.title} runs version {running}{since}, which is the one approved in the registry."


def unmeasured(health: Health) -> str:
    if health.quality is None or not health.unmeasured_days:
        return ""
    return (
        f"The quality of {health.title} was last measured in the week of {iso(health.quality.last)}, "
        f"{pluralize(health.unmeasured_days, 'day')} ago, so its state today is unknown."
    )


def incident_sentences(health: Health) -> list[tuple[str, str]]:
    """The latest incidents linked to the model, each as incident id and sentence."""
    found = []
    for row in health.incidents[:_NAMED_INCIDENTS]:
        facts = [
            f"severity {row['severity']}" if row.get("severity") is not None else "",
            humanize(str(row.get("status") or "")),
        ]
        about = ", ".join(f for f in facts if f)
        when = f" of {row['date']}" if row.get("date") else ""
        title = str(row.get("title") or "no title").rstrip(".")
        tail = f" ({about})" if about else ""
        found.append((str(row["id"]), f"Incident {row['id']}{when}{tail} is linked to {health.title}: {title}."))
    return found


def limits(quality_drop: float) -> str:
    """How the figures came about, for the computation's text."""
    drop = number(round(quality_drop * 100, 1))
    return (
        f"Latest quality is the mean of the last {LATEST} weeks; a fall of more than "
        f"{drop} {'point' if drop == '1' else 'points'} below the validated level is worth a warning. From "
        f"{2 * SEASON} weeks on each week is compared with the same week {SEASON} weeks before, "
        f"below that with the first half of the series; under {SHORTEST} weeks only a limit and a slope."
    )
