"""The sentences on the health of models."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

from copilot.language.formatting import filled, format_value, join_and, says, sentence
from copilot.tools.findings import Phrase, Wording, named, quantity, texts
from copilot.tools.stated_otherwise import STATED_OTHERWISE
from copilot.types import Finding, Quantity, Value

_SCOPE = "[status?{status} |]models[ of {of}]"
_NOW = "{latest} over the last {weeks}[ measured, up to that of {last},]"
_SHIFTED = "[, and {shifted_count} {shifted:has/have} shifted ({shifted})]"
_LOOKED_FOR = {
    "a year before": "{series}, each against the same week a year before",
    "first half": "{series}, against their first half and by the trend of the last {trend}",
    "none": "by limit and trend, low confidence with {series} only",
}
FOUND = {
    "year-over-year CUSUM": "against the same weeks a year before",
    "CUSUM on the first half": "against the first half of the weeks on record",
    "Theil-Sen slope": "by the trend",
    "threshold breach": "by the limit",
}
_DETECTORS = {
    "a year before": "the year-over-year CUSUM",
    "first half": "the CUSUM on the first half and the Theil-Sen slope",
    "none": "a limit and the Theil-Sen slope",
}
_COMPARED = {
    "year-over-year CUSUM": "the latest weeks lie {fall} below the same weeks a year before",
    "CUSUM on the first half": "the latest weeks lie {fall} below the mean of the first half",
    "Theil-Sen slope": "the trend line fell by {fall}",
    "threshold breach": "the latest weeks lie {fall} below the validated level",
}
_CONFIDENCE_REASONS = {
    "strong signal": "two seasons are compared and the signal is far beyond the alarm level",
    "weak signal": "the signal is not far beyond the alarm level",
    "no second season": "a season could still play a part",
    "short series": "the series is too short to tell a fall from a season",
}
_DRIFT = {
    "no histograms": "no histograms of inputs are recorded, so ask for them to see whether the cases or the outcomes "
    "changed",
    "shifted": "the inputs point to data drift in {inputs}; ask whether quality also fell within groups whose share is "
    "unchanged, which would mean that the same inputs now lead to other outcomes",
    "watched": "{inputs} moved a little, too little to settle it; ask whether outcomes changed for like cases",
    "still and falling": "the recorded inputs did not shift while quality fell, which speaks for concept drift or a "
    "fault in inputs that are not recorded; ask whether outcomes changed for like cases",
    "still": "the recorded inputs did not shift; ask again when quality falls",
}
_OPTIONS = {
    "release": "release the approved version {newest} in place of {running}",
    "roll back": "roll back the release of {released}, which came shortly before the fall",
    "repair": "repair the cause of the step before retraining",
    "retrain on other cases": "retrain on cases that the model did not select itself",
    "retrain on recent cases": "retrain on recent cases that hold the new mix",
    "retrain later": "retrain once the cause is known, perhaps with new inputs",
    "catch up": "catch up on the retraining that is {overdue} overdue",
    "restrict": "restrict the model meanwhile to the groups it was trained for and let people decide the rest",
}


def _confirm(f: Finding) -> str:
    ask = "whether all outcomes have arrived and whether the way of measuring changed"
    if f.values["cases"] is None:
        if not f.values["is_measured"]:
            return f"the records hold no measured quality, so {ask} cannot be judged; ask for it"
        return f"the number of cases behind the latest weeks is not recorded, so ask for it, and ask {ask}"
    return (
        "the latest weeks rest on {cases}, so chance alone moves the figure by about {chance}"
        f"[ and the change of {{change:signed}} is {{is_beyond_chance:more/not more}} than that]; ask {ask}"
    )


def _pipeline(f: Finding) -> str:
    shape = {
        "step": "the fall is a sudden step in about the week of {onset}, as a broken feed or a release would cause",
        "slide": "the fall is a slow slide, which a single broken feed seldom causes",
    }
    facts = {
        "shape": shape.get(str(f.values["shape"]), ""),
        "released": "the running version was released shortly before, on {released}, so run its predecessor on like "
        "cases",
        "runs_another_version": "the version in use is not the newest approved one",
        "last": "measurements stopped after the week of {last}",
        "open_incidents": "{open_incidents} {open_incidents:is/are} not closed",
    }
    found = join_and(told for name, told in facts.items() if f.values[name])
    found = f"the records say that {found}" if found else "the records show no break"
    return f"{found}; ask for changes to sources, joins, formats and missing values before the first bad week"


def _decide(f: Finding) -> str:
    if not (options := texts(f, "options")):
        return "nothing in the records calls for retraining, rolling back or restricting; ask the owner to confirm"
    does = join_and(_OPTIONS[option] for option in options)
    return f"what the records support is to {does}; ask [owner?{{owner}}|the owner (not recorded)] which is taken"


# Templates of what a step says, by its task.
_STEPS: Mapping[str, Callable[[Finding], str]] = {
    "confirm": _confirm,
    "check the pipeline": _pipeline,
    "segment": lambda f: (
        "the records hold no quality by segment, so ask for it by customer group, channel, region and product"
        "[, first of all for {groups}, whose share changed most]"
    ),
    "tell data drift from concept drift": lambda f: _DRIFT[str(f.values["state"])],
    "decide": _decide,
    "validate": lambda f: (
        "a candidate has to reach [validated?at least the validated {validated}|a level still to be agreed (none is "
        "recorded)] on recent cases[is_shifted? and on the groups that grew]; ask for the results by group and for the "
        "fairness test"
    ),
    "deploy in steps": lambda f: (
        "run the candidate beside the old one on part of the cases first and keep [running?version {running}|the "
        "running version (not recorded)] ready; ask who may stop it"
    ),
    "monitor": lambda f: (
        "alarm at {limit} below the validated level, watch inputs from a shift of {watch} and act from one of "
        "{act}[has_histograms?|, and begin to record histograms of the inputs]; ask who reads the alarms and how fast "
        "outcomes arrive"
    ),
}


def diagnosis_step(f: Finding) -> str:
    return sentence(filled(f"Step {{step}}, {{task}}: {_STEPS[str(f.values['task'])](f)}", f.values))


def decline(f: Finding) -> str:
    change = f.values["change"]
    if isinstance(change, Quantity) and change.value < 0:
        state = f"fell from a validated {{validated}} to {_NOW} ({{change:signed}})"
    else:
        state = f"is at {_NOW}[, at or above its validated {{validated}},] yet {{fall}} lower than before"
    found = FOUND[str(f.values["detector"])]
    began = f"the decline began in about the week of {{onset}} (found {found}, {{confidence}} confidence){_SHIFTED}"
    return _says(f"{{title}} {state}; {began}")(f)


def no_decline(f: Finding) -> str:
    by = "" if f.values["change"] is None else " ([change?{change:signed}|unchanged])"
    looked_for = _LOOKED_FOR[str(f.values["baseline"])]
    return _says(
        f"{{title}} stands at {_NOW}[ against a validated {{validated}}]{by}; no decline is detected ({looked_for})"
        f"{_SHIFTED}"
    )(f)


def detection(f: Finding) -> str:
    """How far the quality fell and how sure that is."""
    compared, why = _COMPARED[str(f.values["detector"])], _CONFIDENCE_REASONS[str(f.values["reason"])]
    shape = "a sudden step" if f.values["shape"] == "step" else "a slow slide"
    return _says(
        f"Over {{series}}, {compared}, in {shape}, at {{strength}} times the alarm level; confidence is "
        f"{{confidence}}, since {why}"
    )(f)


def measures(f: Finding) -> str:
    """By which measures the quality and the inputs of a model are judged."""
    told = []
    if f.values["detector"]:
        told.append("the decline was found by the {detector}")
    elif f.values["baseline"]:
        told.append(f"declines are looked for by {_DETECTORS[str(f.values['baseline'])]}")
    if f.values["inputs"]:
        told.append(
            "inputs are measured by the population stability index, watched from {watch} and acted on from {act}, and "
            "by the Kolmogorov-Smirnov distance: <{inputs} {indices} and {distances}>"
        )
    return says("; ".join(told))(f) if told else ""


def input_shift(f: Finding) -> str:
    level = "so far that it calls for action" if f.values["level"] == "act" else "so far that it is to be watched"
    return _says(
        f"The input {{input}} of {{title}} has moved {level}: the share of “{{bin}}” went from {{before}} in training "
        "to {now} lately"
    )(f)


def feedback_loop(f: Finding) -> str:
    """A suspicion with its signs, or why there is none."""
    shapes = "The decisions of {title} shape the data it is trained on next"
    signs = [
        "cases gather in fewer bins of {concentrating} (concentration of {first} from {before} to {now})"
        if f.values.get("concentrating")
        else "",
        "{drifted} shifted" if f.values.get("drifted") else "",
    ]
    template = {
        "not recorded": "Whether the decisions of {title} shape its next training data is not recorded",
        "no histograms": f"{shapes}, and without histograms of its inputs it is unknown whether it feeds on itself",
        "no sign": f"{shapes}, but its inputs show neither a shift nor a rising concentration",
        "suspected": f"{shapes}, and {join_and(filter(None, signs))}: a feedback loop is suspected",
    }[str(f.values["state"])]
    return says(template, title=_title, first=lambda f: texts(f, "concentrating")[0])(f)


def retraining(f: Finding) -> str:
    if f.values["due"] is None:
        return _says("Whether {title} is due for retraining cannot be told: day or interval is not recorded")(f)
    return _says(
        "{title} was trained on {trained}, to be repeated every {interval}; retraining is "
        "[overdue?overdue by {overdue} since {due}|due on {due}]"
    )(f)


def version(f: Finding) -> str:
    running, newest = f.values["running"], f.values["newest"]
    if not running or not newest:
        return _says("The version of {title} in use cannot be compared with the registry: one is not recorded")(f)
    registry = "which is the one approved in the registry"
    if running != newest:
        registry = "while the registry holds version {newest} as approved"
    return _says(f"{{title}} runs version {{running}}[, deployed on {{deployed}}], {registry}")(f)


def incident(f: Finding) -> str:
    severity = "severity {severity}" if f.values["severity"] else ""
    about = ", ".join(text for text in (severity, "{status}" if f.values["status"] else "") if text)
    template = f"Incident {{subject}}[ of {{day}}]{f' ({about})' if about else ''} is linked to {{to}}: {{title}}"
    return says(template, to=lambda f: _label(str(f.values["model"]), str(f.values["model_id"])))(f)


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


def _label(name: str, id: str) -> str:
    return f"{name} ({id})" if name != id else id


def _title(f: Finding) -> str:
    return _label(str(f.values["model"]), f.subject)


_says = partial(says, title=_title)


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


def _trouble(trouble: str, before: str = "") -> Phrase:
    """So many models with the same trouble, each with what is told of it."""
    told = (
        f"{{models}}[ of {{of}}] {{models:has/have}} {trouble}: {{listed}}[unknown?; of {{unknown}} it is not known|]"
    )
    return says(told, listed=partial(_listed, before=before))


def _none(trouble: str, needed: str) -> Phrase:
    """That of those that could be checked none has a trouble, and how many could not."""

    def told(f: Finding) -> str:
        if not quantity(f, "checked").value:
            return says(f"The records say of none of the {_SCOPE} {needed}")(f)
        unknown = f", and of {{unknown}} the records do not say {needed}" if quantity(f, "unknown").value else ""
        return says(f"None of {{checked}} {trouble}{unknown}")(f)

    return told


def declining_models(f: Finding) -> str:
    if not quantity(f, "declining").value:
        return says(f"None of the {{models:bare}} {_SCOPE} is declining")(f)
    told = f"{{declining:bare}} of {{models:bare}} {_SCOPE} {{declining:is/are}} declining: {{listed}}"
    return says(told, listed=_listed)(f)


WORDING = Wording(
    {
        **STATED_OTHERWISE,
        "declining_models": declining_models,
        "nothing_measured": says(f"The records hold no quality measurements of the {{models:bare}} {_SCOPE}"),
        "beyond_limit": says(
            "Of the declining models, {models:bare} {models:has/have} fallen more than {limit} below the validated "
            "level"
        ),
        "decline": decline,
        "no_decline": no_decline,
        "no_measurement": _says(f"{{title}} has no quality measurements in the records{_SHIFTED}"),
        "not_live": _says("{title} is not live but {status}"),
        "detection": detection,
        "stale_measurement": _says(
            "The quality of {title} was last measured in the week of {last}, {days} ago, so its state today is unknown"
        ),
        "input_shift": input_shift,
        "measures": measures,
        "measures_of_all": says(
            "Declines are looked for by the year-over-year CUSUM, and where less than two years are on record by the "
            "CUSUM on the first half and the Theil-Sen slope; inputs are measured by the population stability index"
        ),
        "stable_inputs": _says(
            "The {has_others:other /}inputs recorded for {title} ({inputs}) have not moved so far that they are to be "
            "watched, or no further than chance moves them"
        ),
        "no_histograms": _says("No histograms of the inputs of {title} are recorded, so their drift cannot be judged"),
        "feedback_loop": feedback_loop,
        "retraining": retraining,
        "version": version,
        "incident": incident,
        "no_incident": _says("No incident linked to {title} is recorded"),
        "hidden": says("Models that this viewer may not see are left out, so the figures are partial"),
        "no_models": says(f"The records hold no {_SCOPE}"),
        "stale_measurements": _trouble("no measurement for more than {limit}", "last in the week of "),
        "shifted_inputs": _trouble("shifted inputs"),
        "feedback_signs": _trouble("signs of a feedback loop"),
        "overdue_retraining": _trouble("a retraining that is overdue"),
        "other_version": _trouble("another version running than the newest approved one"),
        "no_overdue_retraining": _none(
            "is overdue for retraining[; the first is due on {next}]", "when it is to be trained again"
        ),
        "no_other_version": _none(
            "runs another version than the newest approved one", "which version runs and which is approved"
        ),
        "unmeasured_models": _trouble("no quality measurement at all"),
        "diagnosis_step": diagnosis_step,
    },
    follow_ups,
)
