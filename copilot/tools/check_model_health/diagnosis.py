"""The diagnosis of a model that may be failing, step by step: what the records answer, what must be asked."""

from __future__ import annotations

from datetime import date, timedelta
from math import sqrt

from copilot.analysis.drift import ACT, WATCH
from copilot.language.formatting import humanize, join_and, pluralize
from copilot.tools.check_model_health.health import Health, day
from copilot.tools.check_model_health.phrasing import iso, points, share

# A release within this time before the decline is a suspect.
_RELEASE_BEFORE = timedelta(days=42)
# The week of a fall is known to about a week.
_WEEK = timedelta(days=7)


def steps(health: Health, quality_drop: float) -> list[str]:
    """Eight sentences, in the order the work is done."""
    parts = (
        ("confirm", _confirm(health)),
        ("check the pipeline", _pipeline(health)),
        ("segment", _segment(health)),
        ("tell data drift from concept drift", _drift(health)),
        ("decide", _decide(health)),
        ("validate", _validate(health)),
        ("deploy in steps", _deploy(health)),
        ("monitor", _monitor(health, quality_drop)),
    )
    return [f"Step {n}, {name}: {text}." for n, (name, text) in enumerate(parts, 1)]


def _confirm(health: Health) -> str:
    ask = "ask whether all outcomes have arrived and whether the way of measuring changed"
    if health.quality is None:
        return f"the records hold no measured quality, so {ask.removeprefix('ask ')} cannot be judged; ask for it"
    cases = health.quality.latest_cases
    if not cases:
        return f"the number of cases behind the latest weeks is not recorded, so ask for it, and {ask}"
    level = min(max(health.quality.latest, 0.0), 1.0)
    chance = 1.96 * sqrt(level * (1 - level) / cases) * 100
    text = f"the latest weeks rest on {cases:,} cases, so chance alone moves the figure by about {chance:.1f} points"
    if health.points is not None:
        verdict = "more than" if abs(health.points) > chance else "not more than"
        text += f" and the change of {points(health.points)} is {verdict} that"
    return f"{text}; {ask}"


def _pipeline(health: Health) -> str:
    known = []
    decline = health.decline
    if decline is not None and decline.shape == "step":
        known.append(
            f"the fall is a sudden step in about the week of {iso(health.onset)}, as a broken feed or "
            "a release would cause"
        )
    elif decline is not None:
        known.append("the fall is a slow slide, which a single broken feed seldom causes")
    if released := _released_before(health):
        known.append(
            f"the running version was released shortly before, on {iso(released)}, so run its predecessor on like cases"
        )
    if health.runs_another_version:
        known.append("the version in use is not the newest approved one")
    if health.unmeasured_days:
        known.append(f"measurements stopped after the week of {iso(health.quality.last if health.quality else None)}")
    open_ones = [str(i["id"]) for i in health.incidents if i.get("status") and i["status"] != "closed"]
    if open_ones:
        known.append(f"{join_and(open_ones)} {'is' if len(open_ones) == 1 else 'are'} not closed")
    found = f"the records say that {join_and(known)}" if known else "the records show no break"
    return f"{found}; ask for changes to sources, joins, formats and missing values before the first bad week"


def _segment(health: Health) -> str:
    text = "the records hold no quality by segment, so ask for it by customer group, channel, region and product"
    moved = [*health.shifted, *health.watched]
    if moved:
        first = join_and(f"{humanize(i.name)} {i.bins[i.shift.moved_bin]}" for i in moved[:2])
        text += f", first of all for {first}, whose share changed most"
    return text


def _drift(health: Health) -> str:
    if not health.inputs:
        return "no histograms of inputs are recorded, so ask for them to see whether the cases or the outcomes changed"
    if health.shifted:
        names = join_and(humanize(i.name) for i in health.shifted)
        return (
            f"the inputs point to data drift in {names}; ask whether quality also fell within groups "
            "whose share is unchanged, which would mean that the same inputs now lead to other outcomes"
        )
    if health.watched:
        return (
            f"{join_and(humanize(i.name) for i in health.watched)} moved a little, too little to settle it; "
            "ask whether outcomes changed for like cases"
        )
    if health.decline is not None:
        return (
            "the recorded inputs did not shift while quality fell, which speaks for concept drift or a fault "
            "in inputs that are not recorded; ask whether outcomes changed for like cases"
        )
    return "the recorded inputs did not shift; ask again when quality falls"


def _decide(health: Health) -> str:
    options = []
    running, newest = health.row.get("deployed_version"), health.row.get("registry_version")
    if health.runs_another_version:
        options.append(f"release the approved version {newest} in place of {running}")
    if health.decline is not None and health.decline.shape == "step":
        released = _released_before(health)
        if released:
            options.append(f"roll back the release of {released}, which came shortly before the fall")
        options.append("repair the cause of the step before retraining")
    if health.may_feed_itself:
        options.append("retrain on cases that the model did not select itself")
    elif health.decline is not None and (health.shifted or health.watched):
        options.append("retrain on recent cases that hold the new mix")
    elif health.decline is not None and health.decline.shape == "slide":
        options.append("retrain once the cause is known, perhaps with new inputs")
    if health.overdue_days:
        options.append(f"catch up on the retraining that is {pluralize(health.overdue_days, 'day')} overdue")
    if health.decline is not None and health.shifted:
        options.append("restrict the model meanwhile to the groups it was trained for and let people decide the rest")
    if not options:
        return "nothing in the records calls for retraining, rolling back or restricting; ask the owner to confirm"
    owner = health.row.get("owner")
    return (
        f"what the records support is to {join_and(options)}; ask {owner or 'the owner (not recorded)'} which is taken"
    )


def _released_before(health: Health) -> date | None:
    """The day of the release that came shortly before the fall, if one did."""
    deployed = day(health.row.get("deployed_on"))
    if health.onset is None or deployed is None:
        return None
    return deployed if -_WEEK <= health.onset - deployed <= _RELEASE_BEFORE else None


def _validate(health: Health) -> str:
    bar = (
        f"at least the validated {share(health.validated)}"
        if health.validated is not None
        else "a level still to be agreed (none is recorded)"
    )
    moved = " and on the groups that grew" if health.shifted else ""
    return (
        f"a candidate has to reach {bar} on recent cases{moved}; ask for the results by group and for the fairness test"
    )


def _deploy(health: Health) -> str:
    running = health.row.get("deployed_version")
    keep = f"version {running}" if running else "the running version (not recorded)"
    return f"run the candidate beside the old one on part of the cases first and keep {keep} ready; ask who may stop it"


def _monitor(health: Health, quality_drop: float) -> str:
    text = (
        f"alarm at {quality_drop * 100:.1f} points below the validated level, watch inputs from "
        f"{WATCH:.2f} and act from "
        f"{ACT:.2f} of the stability index"
    )
    if not health.inputs:
        text += ", and begin to record histograms of the inputs"
    return f"{text}; ask who reads the alarms and how fast outcomes arrive"
