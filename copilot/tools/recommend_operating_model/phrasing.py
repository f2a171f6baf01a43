"""The sentences on the operating model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from copilot.language.formatting import filled, format_value, join_and, says, sentence
from copilot.tools.findings import Wording, named, quantities, quantity, texts
from copilot.types import Finding

_NAMED = 4
FACTS = {
    "specialists": says("{people} data scientists and engineers (full-time equivalents) in {where}"),
    "teams": says("{part:bare} of {whole} with AI staff have at least {scientists} and {engineers}"),
    "vacancies": says("{part:bare} of {whole} ({share}) are vacant"),
    "portfolio": says("{projects} going on in {where}"),
    "maturity": says("{part:bare} of {whole} have a project in production"),
    "maturity_of_unit": says("{projects} of {unit} in production"),
    "jurisdictions": says("{part:bare} of {whole} are used outside the most frequent jurisdiction"),
    "conversion": says("{share} of pilots reached production in the median of {units} with enough pilots"),
    "conversion_of_unit": says("{share} of the pilots of {unit} reached production"),
    "platform": says("{part:bare} of {whole} ({share}) run on the shared platform"),
    "duplicates": says("{part:bare} of {whole} ({share}) appear to do what another unit does"),
    "fields": says("{part:bare} of {whole} ({share}) are in a field that units share"),
    "risk": says("{part:bare} of {whole} ({share}) are of high risk"),
    "control": says("assessed at {score} in {areas}"),
    "judged": says("judged {judgement:bare} on a scale of {lowest} (centre) to {highest} (units)"),
}


def sides(f: Finding) -> str:
    """Which criteria speak for which model."""
    pairs = zip(texts(f, "models"), texts(f, "criteria"), quantities(f, "values"), strict=True)
    parts = []
    for model, speaking in groupby(pairs, lambda pair: pair[0]):
        labels = [f"{criterion} ({format_value(value, bare=True)})" for _, criterion, value in speaking]
        shown = [*labels[:_NAMED], "others (in the table)"] if len(labels) > _NAMED + 1 else labels
        parts.append(f"for {model} {'speaks' if len(labels) == 1 else 'speak'} {join_and(shown)}")
    if undecided := texts(f, "undecided"):
        parts.append(f"for none of them clearly {join_and(undecided)}")
    return sentence("; ".join(parts))


def flips(f: Finding) -> str:
    by_value = filled("[{criterion} at {then:bare} instead of {now:bare} would make it {model}]", f.values)
    way = "{weighed} counting {is_more:more/less} than {factor} times as much"
    way = "leaving out {weighed}" if f.values["is_left_out"] else way
    by_weight = filled(f"[{way} would make it {{weighed_model}}]", f.values)
    if by_value:
        ways = "; ".join(filter(None, (by_value, by_weight)))
        return sentence(f"What would change the advice with the least change of one criterion: {ways}")
    if by_weight:
        return f"No value of a single criterion would change the advice; {by_weight}."
    return "No single criterion, whatever its value or weight, would change the advice."


def questions(f: Finding) -> str:
    return f"Not in the records, and to be asked: {' '.join(texts(f, 'questions'))}"


def fact(f: Finding) -> str:
    """What a criterion was computed from."""
    kind = "judged" if f.kind == "judged" else f"{f.subject}_of_unit" if "unit" in f.values else f.subject
    return FACTS[kind](f).rstrip(".")


def criterion(f: Finding) -> str:
    counts = "" if quantity(f, "weight").value == 1 else f", counted {named(f, 'weight')} times"
    models = join_and(texts(f, "models"), "or") or "none of the models clearly"
    told = fact(f)
    return sentence(f"{f.values['criterion']}: {told[:1].lower()}{told[1:]}; this speaks for {models}{counts}")


def follow_ups(findings: Sequence[Finding]) -> Iterator[str]:
    opening = findings[0]
    if opening.kind == "too_few":
        yield "How many projects are there in each stage?"
    else:
        yield f"When does a {opening.subject} fit?"
        yield "Which projects duplicate each other?"


WORDING = Wording(
    {
        "advice": says(
            "By {criteria} {first} fits {who} best, with a score of {first_score}; the runner-up is {second} with "
            "{second_score:bare}, then {third} with {third_score:bare}. It stays first in {holds} of other weightings "
            "and limits, so on what the records tell the advice is {firmness}"
        ),
        "tie": says(
            "By {criteria} no operating model is ahead for {who}: {first} and {second} tie with {first_score}, before "
            "{third} with {third_score:bare}"
        ),
        "too_few": says(
            "The records tell too little to advise on an operating model for {who}: {criteria} known, at least "
            "{enough} needed[; they tell only {known}]"
        ),
        "sides": sides,
        "flips": flips,
        "questions": questions,
        "criterion": criterion,
        "judged": criterion,
        "certainty": says(
            "If the {unknown} that the records do not tell {unknown:/all }spoke for {model}, the advice "
            "{stays:would stay/could turn}"
        ),
        "no_documents": says("The documents say nothing about operating models, so this rests on the criteria alone"),
        "one_unit": says("The records do not tell several units apart, so nothing can be said of how they differ"),
        "hidden": says("Rows that this viewer may not see are left out, so the figures are partial"),
        "method": says(
            "Each criterion speaks for one or two of the models by its value, and all count alike unless weights are "
            "given. Criteria and anchors are planning values, not measurements; firmness is how often the first model "
            "stays first over {draws} of other weights and of anchors shifted by up to {shift} of their span"
        ),
    },
    follow_ups,
)
