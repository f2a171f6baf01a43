"""The sentences of a memo on stopping."""

from __future__ import annotations

from copilot.language.formatting import format_value, join_and, says, sentence
from copilot.tools.draft_memo.phrasing import WORDING as FUNDING
from copilot.tools.draft_memo.phrasing import expected
from copilot.tools.findings import Wording, named, quantities, quantity, texts
from copilot.types import Finding

_PLACE = (
    "it ranks {rank} of {candidates:bare} with {score} and is among the last {last} in {share} of plausible weights "
    "and estimates"
)


def side_firmness(f: Finding) -> str:
    parts = [
        f"that {name} {side} among the last {named(f, 'last')} holds in {format_value(part)}"
        for name, side, part in zip(texts(f, "names"), texts(f, "sides"), quantities(f, "shares"), strict=True)
    ]
    return sentence(f"{'; '.join(parts)} of plausible weights and estimates")


def last_firmness(f: Finding) -> str:
    """How many of those to be stopped are so under other plausible weights and estimates."""
    safe, stops = quantity(f, "safe").value, quantity(f, "stops").value
    some = "Of the {stops} to stop, [safe?{safe:bare} {safe:is/are}|none is]"
    who = "All {stops} to stop are" if safe == stops else some
    names = " ({safe_names})" if 0 < safe < stops else ""
    return says(
        f"{who} among the last {{last}} in at least {{threshold}} of plausible weights and estimates{names}; the least "
        "sure is {least} with {least_share}"
    )(f)


def frees(f: Finding) -> str:
    """What is no longer needed, of what the records hold of it."""
    words = (
        ("left", "{} of approved budget not yet spent"),
        ("running", "{} a year set aside for running it"),
        ("hands", "the work of {}"),
    )
    return sentence(f"Freed: {join_and(text.format(named(f, name)) for name, text in words if f.values[name])}")


_OWN = {
    "stop_these": says("Stop {projects}: {names}[, which frees {frees} of approved budget not yet spent]"),
    "stop_none": says("Stop none of them"),
    "continue_on_conditions": says("Continue {names} on the conditions below"),
    "continue_these": says("Continue {names}: nothing but {names:its/their} place speaks against {names:it/them}"),
    "stop_named": says(f"Stop {{name}}: {_PLACE}, and the records show {{grounds}}"),
    "conditional_named": says(f"Continue {{name}} on the conditions below: {_PLACE}, but the records show {{grounds}}"),
    "continue_named": says(f"Continue {{name}}: {_PLACE}, and the records show nothing {{is_low:else /}}against it"),
    "ended_already": says("{name} is {stage} already[, since {since}], so there is nothing to stop"),
    "of_the_last": says("The weakest {last} of {candidates}{scope}; a weak place alone stops none of them"),
    "stop_asked": says("The question is whether to stop or to continue {names}"),
    "stop_open": says("The question is which projects to stop and which to continue"),
    "last_firmness": last_firmness,
    "side_firmness": side_firmness,
    "none_to_stop": says(
        "[has_low?Whoever is among the last {last} in most plausible weights and estimates has nothing else on record "
        "against it|No project is among the last {last} in most plausible weights and estimates]"
    ),
    "in_use": says("{name} is in the stage {stage}: to stop it is to switch off what is in use"),
    "frees": frees,
    "sunk": says("Spent already: {spent}, which no choice brings back and which does not count here"),
    "given_up": expected("Given up: an expected benefit of"),
    "brought_in": expected("Recorded as realised:"),
    "going_on": says(
        "If {projects:it/they} went on: at the full expected benefit what is left to spend would come back in {months}"
        "[, {cautious} if benefits that are only assumed do not count]"
        "[is_assumed?, and not at all if benefits that are only assumed do not count]"
        "[ (of {of} that {of:records/record} both)]"
    ),
    "needed_by": says("{name} is needed by {by}, which would have to do without it"),
    "not_needed": says("No project on record{is_partial: that this viewer may see/} depends on {names:it/any of them}"),
    "live_models": says("Of {name} {models} {models:is/are} live and to be switched off"),
    "personal_data": says("Personal data is used by {names}; what of it is kept or deleted has to be settled"),
    "supplied": says("Supplied by a vendor: <{names} ({vendors})>; what the contracts bind to is not in the records"),
    "condition": says(
        "{name} continues if {terms}, by a day that is set with this decision[; {owner} answers for it]"
    ),
    "further_conditions": says("The conditions of {further} stand in the annex"),
    "spared": says(
        "The {is_asked:weakest that is not asked about/nearest that is not proposed for stopping} is {name}, among the "
        "last {last} in {share} of plausible weights and estimates"
    ),
    "others": says(
        "Of the other {others:bare}, {blocked:bare} {blocked:is/are} blocked by a rule and {late:bare} {late:is/are} "
        "late in their stage; this memo leaves them as they are"
    ),
    "spared_by_weight": says("If {criterion} counted double, {names} would not be among the last {last}"),
    "could_leave": says(
        "{name} has no {criteria:or} on record; at its best it would score {highest:bare} and leave the last {last}"
    ),
    "returns_soon": says(
        "{name} would bring back in {months} what is left to spend on it, at {benefit} a year ({basis})"
    ),
    "lives": says(
        "In the field of {field}, that of {names}, {live} of {recorded:bare} on record {live:is/are} in use"
    ),
    "stop_rule": says(
        "A project is proposed for stopping when it is among the last {last} in at least {likely} of plausible weights "
        "and estimates and the records show {grounds:or}; with one of these but a better place, or with {light:or}, it "
        "continues on conditions"
    ),
}  # fmt: skip

WORDING = Wording({**FUNDING.phrases, **_OWN})
