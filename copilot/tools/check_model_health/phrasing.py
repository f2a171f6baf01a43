"""The sentences on the health of models."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from copilot.language.formatting import format_change, format_value, join_and, sentence
from copilot.tools.findings import Wording, named, quantity, texts
from copilot.types import Finding, Quantity, Value


def declining_models(f: Finding) -> str:
    kind = f"{f.values['status'] or ''} models{_scope(f)}".strip()
    if not quantity(f, "declining").value:
        return f"None of the {named(f, 'models', bare=True)} {kind} is declining."
    are = "is" if quantity(f, "declining").value == 1 else "are"
    return sentence(
        f"{named(f, 'declining', bare=True)} of {named(f, 'models', bare=True)} {kind} {are} declining: {_listed(f)}"
    )


def beyond_limit(f: Finding) -> str:
    number, has = named(f, "models", bare=True), "has" if quantity(f, "models").value == 1 else "have"
    return f"Of the declining models, {number} {has} fallen more than {named(f, 'limit')} below the validated level."


def decline(f: Finding) -> str:
    began = (
        f"the decline began in about the week of {named(f, 'onset')} ({f.values['detector']}, {f.values['confidence']} "
        f"confidence){_shifted(f)}"
    )
    change = f.values["change"]
    if isinstance(change, Quantity) and change.value < 0:
        fell = f"fell from a validated {named(f, 'validated')} to {_now(f)} ({format_change(change)})"
        return sentence(f"{_title(f)} {fell}; {began}")
    level = f", at or above its validated {named(f, 'validated')}," if f.values["validated"] else ""
    return sentence(f"{_title(f)} is at {_now(f)}{level} yet {named(f, 'fall')} lower than before; {began}")


def no_decline(f: Finding) -> str:
    change, level = f.values["change"], f.values["validated"]
    against = f" against a validated {format_value(level)}" if level else ""
    by = ""
    if isinstance(change, Quantity):
        by = f" ({format_change(change) if change.value else 'unchanged'})"
    series = named(f, "series")
    detectors = {
        "a year before": f"year-over-year CUSUM over {series}",
        "first half": f"CUSUM on the first half and Theil-Sen slope of the last {named(f, 'trend')}, over {series}",
        "none": f"limit and Theil-Sen slope, low confidence with {series} only",
    }[str(f.values["baseline"])]
    return sentence(f"{_title(f)} stands at {_now(f)}{against}{by}; no decline is detected ({detectors}){_shifted(f)}")


def no_measurement(f: Finding) -> str:
    return sentence(f"{_title(f)} has no quality measurements in the records{_shifted(f)}")


def not_live(f: Finding) -> str:
    return f"{_title(f)} is not live but {f.values['status']}."


def detection(f: Finding) -> str:
    """Which detector fired, how far the quality fell and how sure that is."""
    fall = named(f, "fall")
    compared = {
        "year-over-year CUSUM": f"the latest weeks lie {fall} below the same weeks a year before",
        "CUSUM on the first half": f"the latest weeks lie {fall} below the mean of the first half",
        "Theil-Sen slope": f"the trend line fell by {fall}",
        "threshold breach": f"the latest weeks lie {fall} below the validated level",
    }[str(f.values["detector"])]
    why = {
        "strong signal": "two seasons are compared and the signal is far beyond the alarm level",
        "weak signal": "the signal is not far beyond the alarm level",
        "no second season": "a season could still play a part",
        "short series": "the series is too short to tell a fall from a season",
    }[str(f.values["reason"])]
    shape = "a sudden step" if f.values["shape"] == "step" else "a slow slide"
    return sentence(
        f"The detector that fired is the {f.values['detector']}, over {named(f, 'series')}: {compared}, in {shape}, at "
        f"{named(f, 'strength')} times the alarm level; confidence is {f.values['confidence']}, since {why}"
    )


def stale_measurement(f: Finding) -> str:
    return (
        f"The quality of {_title(f)} was last measured in the week of {named(f, 'last')}, {named(f, 'days')} ago, so "
        "its state today is unknown."
    )


def input_shift(f: Finding) -> str:
    level = (
        f"above the {named(f, 'act')} that calls for action"
        if f.values["level"] == "act"
        else f"between the watch level of {named(f, 'watch')} and {named(f, 'act')}"
    )
    return sentence(
        f"The input {f.values['input']} of {_title(f)} has a population stability index of {named(f, 'index')}, "
        f"{level}, and a Kolmogorov-Smirnov distance of {named(f, 'distance')}; the share of “{f.values['bin']}” went "
        f"from {named(f, 'before')} in training to {named(f, 'now')} lately"
    )


def stable_inputs(f: Finding) -> str:
    return (
        f"The {'other ' if f.values['has_others'] else ''}inputs recorded for {_title(f)} ({named(f, 'inputs')}) are "
        f"below the watch level of {named(f, 'watch')} for the population stability index, or within chance."
    )


def no_histograms(f: Finding) -> str:
    return f"No histograms of the inputs of {_title(f)} are recorded, so their drift cannot be judged."


def feedback_loop(f: Finding) -> str:
    lead = f"The decisions of {_title(f)} shape the data it is trained on next"
    state = str(f.values["state"])
    if state != "suspected":
        return {
            "not recorded": f"Whether the decisions of {_title(f)} shape its next training data is not recorded.",
            "no histograms": f"{lead}, and without histograms of its inputs it is unknown whether it feeds on itself.",
            "no sign": f"{lead}, but its inputs show neither a shift nor a rising concentration.",
        }[state]
    signs, concentrating = [], texts(f, "concentrating")
    if concentrating:
        signs.append(
            f"cases gather in fewer bins of {join_and(concentrating)} (concentration of {concentrating[0]} from "
            f"{named(f, 'before')} to {named(f, 'now')})"
        )
    if drifted := texts(f, "drifted"):
        signs.append(f"{join_and(drifted)} shifted")
    return sentence(f"{lead}, and {join_and(signs)}: a feedback loop is suspected")


def retraining(f: Finding) -> str:
    if f.values["due"] is None:
        return f"Whether {_title(f)} is due for retraining cannot be told: day or interval is not recorded."
    due = named(f, "due")
    state = f"overdue by {named(f, 'overdue')} since {due}" if quantity(f, "overdue").value else f"due on {due}"
    return (
        f"{_title(f)} was trained on {named(f, 'trained')}, to be repeated every {named(f, 'interval')}; retraining is "
        f"{state}."
    )


def version(f: Finding) -> str:
    running, newest = f.values["running"], f.values["newest"]
    if not running or not newest:
        return f"The version of {_title(f)} in use cannot be compared with the registry: one is not recorded."
    since = f", deployed on {named(f, 'deployed')}" if f.values["deployed"] else ""
    if running != newest:
        return f"{_title(f)} runs version {running}{since}, while the registry holds version {newest} as approved."
    return f"{_title(f)} runs version {running}{since}, which is the one approved in the registry."


def incident(f: Finding) -> str:
    severity = f"severity {named(f, 'severity')}" if f.values["severity"] else ""
    about = ", ".join(str(fact) for fact in (severity, f.values["status"]) if fact)
    when = f" of {named(f, 'day')}" if f.values["day"] else ""
    to = _label(str(f.values["model"]), str(f.values["model_id"]))
    tail = f" ({about})" if about else ""
    return f"Incident {f.subject}{when}{tail} is linked to {to}: {f.values['title']}."


def no_incident(f: Finding) -> str:
    return f"No incident linked to {_title(f)} is recorded."


def hidden(f: Finding) -> str:
    return "Models that this viewer may not see are left out, so the figures are partial."


def no_models(f: Finding) -> str:
    return f"The records hold no {f.values['status'] or ''} models{_scope(f)}.".replace("  ", " ")


def _trouble(f: Finding, lead: str, before: str = "") -> str:
    """So many models with the same trouble, each with what is told of it."""
    have = "has" if quantity(f, "models").value == 1 else "have"
    return sentence(f"{named(f, 'models')} {have} {lead}: {_listed(f, before)}")


def stale_measurements(f: Finding) -> str:
    return _trouble(f, f"no measurement for more than {named(f, 'limit')}", "last in the week of ")


def diagnosis_step(f: Finding) -> str:
    task = str(f.values["task"])
    return sentence(f"Step {named(f, 'step')}, {task}: {_STEPS[task](f)}")


def _confirm(f: Finding) -> str:
    ask = "whether all outcomes have arrived and whether the way of measuring changed"
    if f.values["cases"] is None:
        if not f.values["is_measured"]:
            return f"the records hold no measured quality, so {ask} cannot be judged; ask for it"
        return f"the number of cases behind the latest weeks is not recorded, so ask for it, and ask {ask}"
    change = f.values["change"]
    verdict = ""
    if isinstance(change, Quantity):
        more = "more than" if f.values["is_beyond_chance"] else "not more than"
        verdict = f" and the change of {format_change(change)} is {more} that"
    return (
        f"the latest weeks rest on {named(f, 'cases')}, so chance alone moves the figure by about {named(f, 'chance')}"
        f"{verdict}; ask {ask}"
    )


def _pipeline(f: Finding) -> str:
    known = []
    if f.values["shape"] == "step":
        known.append(
            f"the fall is a sudden step in about the week of {named(f, 'onset')}, as a broken feed or a release would "
            "cause"
        )
    elif f.values["shape"]:
        known.append("the fall is a slow slide, which a single broken feed seldom causes")
    if f.values["released"]:
        known.append(
            f"the running version was released shortly before, on {named(f, 'released')}, so run its predecessor on "
            "like cases"
        )
    if f.values["runs_another_version"]:
        known.append("the version in use is not the newest approved one")
    if f.values["last"]:
        known.append(f"measurements stopped after the week of {named(f, 'last')}")
    if open_ones := texts(f, "open_incidents"):
        known.append(f"{join_and(open_ones)} {'is' if len(open_ones) == 1 else 'are'} not closed")
    found = f"the records say that {join_and(known)}" if known else "the records show no break"
    return f"{found}; ask for changes to sources, joins, formats and missing values before the first bad week"


def _segment(f: Finding) -> str:
    first = f", first of all for {named(f, 'groups')}, whose share changed most" if f.values["groups"] else ""
    return (
        f"the records hold no quality by segment, so ask for it by customer group, channel, region and product{first}"
    )


def _drift(f: Finding) -> str:
    inputs = named(f, "inputs")
    return {
        "no histograms": "no histograms of inputs are recorded, so ask for them to see whether the cases or the "
        "outcomes changed",
        "shifted": f"the inputs point to data drift in {inputs}; ask whether quality also fell within groups whose "
        "share is unchanged, which would mean that the same inputs now lead to other outcomes",
        "watched": f"{inputs} moved a little, too little to settle it; ask whether outcomes changed for like cases",
        "still and falling": "the recorded inputs did not shift while quality fell, which speaks for concept drift or "
        "a fault in inputs that are not recorded; ask whether outcomes changed for like cases",
        "still": "the recorded inputs did not shift; ask again when quality falls",
    }[str(f.values["state"])]


def _decide(f: Finding) -> str:
    does = {
        "release": f"release the approved version {f.values['newest']} in place of {f.values['running']}",
        "roll back": f"roll back the release of {named(f, 'released')}, which came shortly before the fall",
        "repair": "repair the cause of the step before retraining",
        "retrain on other cases": "retrain on cases that the model did not select itself",
        "retrain on recent cases": "retrain on recent cases that hold the new mix",
        "retrain later": "retrain once the cause is known, perhaps with new inputs",
        "catch up": f"catch up on the retraining that is {named(f, 'overdue')} overdue",
        "restrict": "restrict the model meanwhile to the groups it was trained for and let people decide the rest",
    }
    options = [does[option] for option in texts(f, "options")]
    if not options:
        return "nothing in the records calls for retraining, rolling back or restricting; ask the owner to confirm"
    owner = f.values["owner"] or "the owner (not recorded)"
    return f"what the records support is to {join_and(options)}; ask {owner} which is taken"


def _validate(f: Finding) -> str:
    level = (
        f"at least the validated {named(f, 'validated')}"
        if f.values["validated"]
        else "a level still to be agreed (none is recorded)"
    )
    grown = " and on the groups that grew" if f.values["is_shifted"] else ""
    ask = "ask for the results by group and for the fairness test"
    return f"a candidate has to reach {level} on recent cases{grown}; {ask}"


def _deploy(f: Finding) -> str:
    running = f"version {f.values['running']}" if f.values["running"] else "the running version (not recorded)"
    return (
        f"run the candidate beside the old one on part of the cases first and keep {running} ready; ask who may stop it"
    )


def _monitor(f: Finding) -> str:
    begin = "" if f.values["has_histograms"] else ", and begin to record histograms of the inputs"
    return (
        f"alarm at {named(f, 'limit')} below the validated level, watch inputs from {named(f, 'watch')} and act from "
        f"{named(f, 'act')} of the stability index{begin}; ask who reads the alarms and how fast outcomes arrive"
    )


_STEPS: dict[str, Callable[[Finding], str]] = {
    "confirm": _confirm,
    "check the pipeline": _pipeline,
    "segment": _segment,
    "tell data drift from concept drift": _drift,
    "decide": _decide,
    "validate": _validate,
    "deploy in steps": _deploy,
    "monitor": _monitor,
}


def follow_ups(findings: Sequence[Finding]) -> Iterator[str]:
    """Of one model its incidents and the others, of many the worst; of a decline, what the documents say."""
    worst = next((f for f in findings if f.kind in ("decline", "no_decline", "no_measurement")), None)
    if worst is None:
        return
    model, is_declining = worst.values["model"], worst.kind == "decline"
    if worst is findings[0]:
        yield f"Which incidents are linked to {model}?"
        yield "Which other models are declining?"
    else:
        yield f"Why is {model} declining?" if is_declining else f"How healthy is {model}?"
    if is_declining:
        yield "When must a model be retrained or rolled back?"


WORDING = Wording(
    {
        phrase.__name__: phrase
        for phrase in (
            declining_models, beyond_limit, decline, no_decline, no_measurement, not_live, detection, stale_measurement,
            input_shift, stable_inputs, no_histograms, feedback_loop, retraining, version, incident, no_incident,
            hidden, no_models, stale_measurements, diagnosis_step,
        )
    }
    | {
        kind: partial(_trouble, lead=lead)
        for kind, lead in {
            "shifted_inputs": "shifted inputs",
            "feedback_signs": "signs of a feedback loop",
            "overdue_retraining": "a retraining that is overdue",
            "other_version": "another version running than the newest approved one",
            "unmeasured_models": "no quality measurement at all",
        }.items()
    },
    follow_ups,
)  # fmt: skip


def _label(name: str, id: str) -> str:
    return f"{name} ({id})" if name != id else id


def _title(f: Finding) -> str:
    return _label(str(f.values["model"]), f.subject)


def _now(f: Finding) -> str:
    measured = f" measured, up to that of {named(f, 'last')}," if f.values["last"] else ""
    return f"{named(f, 'latest')} over the last {named(f, 'weeks')}{measured}"


def _shifted(f: Finding) -> str:
    if not (shifted := texts(f, "shifted")):
        return ""
    verb = "has" if len(shifted) == 1 else "have"
    return f", and {named(f, 'shifted_count')} {verb} shifted ({join_and(shifted)})"


def _scope(f: Finding) -> str:
    return f" of {f.values['of']}" if f.values["of"] else ""


def _listed(f: Finding, before: str = "") -> str:
    """The models by name, each with its id and what is told of it."""
    names, ids = texts(f, "names"), texts(f, "ids")
    details = f.values.get("details") or ("",) * len(names)
    assert isinstance(details, tuple), "details are one a model"
    listed = [_with_detail(*entry, before) for entry in zip(names, ids, details, strict=True)]
    more = [f"{named(f, 'more', bare=True)} more"] if quantity(f, "more").value else []
    return join_and([*listed, *more])


def _with_detail(name: str, id: str, detail: Value, before: str) -> str:
    known = ", ".join(text for text in (id if id != name else "", before + format_value(detail)) if text)
    return f"{name} ({known})" if known else name
