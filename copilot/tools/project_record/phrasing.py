"""The sentences about a project or model on record."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from copilot.language.formatting import (
    column_label,
    format_value,
    humanize,
    join_and,
    lowercase_first,
    magnitude,
    says,
    sentence,
)
from copilot.tools.findings import named, quantity, texts
from copilot.tools.project_record.findings import CONTROLS, FLAGS
from copilot.types import Finding

_NAMES = {
    "business_owner": "owner in the business",
    "scores_people": "whether it scores people",
    "decides_alone": "whether it decides alone",
    "generative": "whether it uses generative AI",
    "personal_data": "whether it processes personal data",
    "special_category_data": "whether it processes special-category data",
    "affects": "whom it affects",
    "dpia_date": "data protection impact assessment",
    "rights_assessment_date": "fundamental rights impact assessment",
    "validated_on": "independent validation",
    "fairness_tested_on": "fairness test",
    "production_budget": "budget to run it in production",
}
_SCALING = {
    "horizontal": "scales by spreading one use across units",
    "vertical": "scales by going deeper in one function",
    "impact": "scales by changing how the business works",
}
_PLATFORMS = {
    "shared": "runs on the shared platform",
    "own": "runs on its own stack",
    "vendor": "runs on a vendor's service",
}
_TRAITS = {
    "personal_data": ("processes personal data", "processes no personal data"),
    "special_category_data": ("processes special-category data", "processes no special-category data"),
    "scores_people": ("scores people", "does not score people"),
    "decides_alone": ("decides with no human in between", "does not decide alone"),
    "generative": ("uses generative AI", "uses no generative AI"),
}


def word(f: Finding, name: str) -> str:
    """A cell in words; empty where nothing is recorded."""
    return "" if f.values[name] is None else humanize(named(f, name))


def cells(f: Finding) -> str:
    """What was asked for: "The owner of Bed Planner is Ana", "No: personal data of Bed Planner is no"."""
    name = str(f.values["name"])
    held = {_label(column): value for column, value in f.values.items() if column != "name"}
    absent = [label for label, value in held.items() if value is None]
    said: list[str] = []
    for column, value in f.values.items():
        if column == "name" or value is None:
            continue
        told = f"{_label(column)} of {name} is {humanize(named(f, column))}"
        said.append(f"{'yes' if value else 'no'}: {told}" if isinstance(value, bool) and not said else f"the {told}")
    if absent:
        said.append(f"the record of {name} holds no {join_and(absent)}")
    return sentence("; ".join(said))


def _label(column: str) -> str:
    return _NAMES.get(column, column_label(column))


def overview(f: Finding) -> str:
    unit = f" of {word(f, 'unit')}" if word(f, "unit") else ""
    stage = f" is {_in_stage(f)}" if word(f, "stage") else " has no recorded stage"
    since = f" since {word(f, 'stage_since')}" if word(f, "stage_since") else ""
    what = f": {lowercase_first(str(f.values['description']))}" if f.values["description"] else ""
    return sentence(f"{f.values['name']} ({f.values['id']}){unit}{stage}{since}{what}")


def _in_stage(f: Finding) -> str:
    stage = word(f, "stage")
    return stage if stage.endswith("ed") else f"in {stage}"


def set_up(f: Finding) -> str:
    parts = [_SCALING.get(word(f, "scaling"), ""), _PLATFORMS.get(word(f, "platform"), "")]
    return sentence(f"It {join_and(part for part in parts if part)}") if any(parts) else ""


def dependencies(f: Finding) -> str:
    return sentence(f"It depends on {join_and(str(f.values['depends_on']).split('; '))}")


def time_in_stage(f: Finding) -> str:
    if f.values["days"] is None:
        return f"{f.values['name']} is {_in_stage(f)}; since when is not recorded."
    return f"{f.values['name']} has been {_in_stage(f)} for {named(f, 'days')}, since {named(f, 'stage_since')}."


def budget(f: Finding) -> str:
    text = f"The budget of {f.values['name']} is {named(f, 'budget')}"
    if f.values["spent_share"] is not None and quantity(f, "spend").value:
        text += f", of which {named(f, 'spend')} ({named(f, 'spent_share')}) is spent"
    return sentence(text)


def budget_split(f: Finding) -> str:
    change = f"{named(f, 'change_budget')}, {named(f, 'change_share')} of the budget"
    text = f"Training, communication and adoption have {change}"
    if f.values["technology_budget"] is not None:
        text += f"; technology and data have {named(f, 'technology_budget')} ({named(f, 'technology_share')})"
    return sentence(text)


def expected_benefit(f: Finding) -> str:
    return f"It is expected to bring {named(f, 'expected_benefit')} a year ({_basis(f, 'expected_basis')})."


def realised_benefit(f: Finding) -> str:
    share = f", {named(f, 'achieved_share')} of what was expected" if f.values["achieved_share"] is not None else ""
    brought = f"{named(f, 'realised_benefit')} ({_basis(f, 'realised_basis')})"
    return f"Over the last twelve months it brought {brought}{share}."


def _basis(f: Finding, name: str) -> str:
    return word(f, name) or "its basis is not recorded"


def adoption_plan(f: Finding) -> str:
    return f"A written plan for training and adoption {'exists' if f.values['adoption_plan'] else 'does not exist'}."


def criteria(f: Finding) -> str:
    cells = zip(texts(f, "labels"), *(_items(f, name) for name in ("likely", "low", "high")), strict=True)
    told = []
    for label, likely, low, high in cells:
        span = f"{low} to {high}" if low else ""
        told.append(f"{label} {likely}{f' ({span})' if span else ''}" if likely else f"{label} between {span}")
    return sentence(f"Criteria of {f.values['name']}, with ranges: {join_and(told)}")


def _items(f: Finding, name: str) -> list[str]:
    held = f.values[name]
    return [format_value(item) for item in held] if isinstance(held, tuple) else []


def people(f: Finding) -> str:
    roles = {"owner": "its owner", "sponsor": "its sponsor", "business_owner": "its owner in the business"}
    return sentence(join_and(f"{role} is {word(f, name)}" for name, role in roles.items() if word(f, name)))


def traits(f: Finding) -> str:
    told = [_TRAITS[name][0 if f.values[name] else 1] for name in FLAGS if f.values[name] is not None]
    if affected := word(f, "affects"):
        told.append(f"affects {'the public' if affected == 'public' else affected}")
    return sentence(f"It {join_and(told)}")


def gate(f: Finding) -> str:
    passed = f"passed gate {word(f, 'gate')}" if word(f, "gate") != "none" else "has passed no gate"
    on = f" on {named(f, 'gate_date')}" if f.values["gate_date"] else ""
    return f"It {passed}{on}."


def controls(f: Finding) -> str:
    done = (f"{_NAMES[name]} on {named(f, name)}" for name in CONTROLS if f.values[name] is not None)
    return sentence(f"Controls on record: {join_and(done)}")


def waiver(f: Finding) -> str:
    until = f", until {named(f, 'waiver_until')}" if f.values["waiver_until"] else ", with no end date"
    return sentence(f"Waived: {word(f, 'waiver')}{until}")


def not_recorded(f: Finding) -> str:
    names = (_NAMES.get(column, column_label(column)) for column in texts(f, "columns"))
    return f"Not recorded for {f.values['name']}: {join_and(names)}."


def stages(f: Finding) -> str:
    steps = zip(texts(f, "stages"), _items(f, "entered"), strict=True)
    return f"{f.values['name']} entered {join_and(f'{stage} on {day}' for stage, day in steps)}."


def stage_notes(f: Finding) -> str:
    notes = zip(texts(f, "stages"), texts(f, "notes"), strict=True)
    return sentence(f"Notes on its stages: {'; '.join(f'{stage}: {note}' for stage, note in notes)}")


def quality_change(f: Finding) -> str:
    change = quantity(f, "change")
    moved = f"{'rose' if change.value > 0 else 'fell'} by {format_value(magnitude(change))}"
    return (
        f"The {f.values['metric']} of {f.values['name']} {moved if change.value else 'stayed the same'}, from "
        f"{named(f, 'first')} in the week of {named(f, 'first_week')} to {named(f, 'latest')} in the week of "
        f"{named(f, 'latest_week')}."
    )


def quality_gap(f: Finding) -> str:
    gap, metric = quantity(f, "gap"), f.values["metric"]
    if not gap.value:
        return f"Its latest {metric} equals the {named(f, 'latest')} of its validation."
    beside = f"{format_value(magnitude(gap))} {'below' if gap.value < 0 else 'above'}"
    return f"Its latest {metric} of {named(f, 'latest')} is {beside} the {named(f, 'validated')} of its validation."


def retraining(f: Finding) -> str:
    agreed = f"was trained on {named(f, 'trained_on')} and is to be retrained every {named(f, 'interval')}"
    if quantity(f, "overdue").value:
        late = f"retraining is {named(f, 'overdue')} overdue as of {named(f, 'today')}"
        return f"{f.values['name']} {agreed}: {late}."
    return f"{f.values['name']} {agreed}: the next retraining is due on {named(f, 'due')}."


def version(f: Finding) -> str:
    running, newest = f.values["deployed_version"], f.values["registry_version"]
    since = f" since {named(f, 'deployed_on')}" if f.values["deployed_on"] else ""
    newer = f", although {newest} is approved in the registry" if newest and newest != running else ""
    return f"{f.values['name']} runs in version {running}{since}{newer}."


def model(f: Finding) -> str:
    kind = f" ({f.values['kind']})" if f.values["kind"] else ""
    status = f" is {word(f, 'status')}" if f.values["status"] else " has no recorded status"
    gives = f"; it gives {lowercase_first(str(f.values['purpose']))}" if f.values["purpose"] else ""
    return sentence(f"Model {f.values['name']} ({f.values['id']}){kind}{status}{gives}")


def about_project(name: str) -> Callable[[Sequence[Finding]], Iterator[str]]:
    """What one asks next: where it ranks, which clauses apply, how it is used."""

    def follow_ups(findings: Sequence[Finding]) -> Iterator[str]:
        yield f"Where does {name} rank among the projects?"
        yield f"Which policy clauses apply to {name}?"
        yield f"What is known of the adoption of {name}?"

    return follow_ups


def about_model(name: str) -> Callable[[Sequence[Finding]], Iterator[str]]:
    return lambda findings: iter([f"What should be done when the quality of {name} falls?"])


PHRASES = {
    "cells": cells,
    "quality_change": quality_change,
    "not_validated": says("No validated {metric} is recorded for {name} to compare with"),
    "quality_gap": quality_gap,
    "quality_below": says(
        "The four-week average has been more than {limit} below the validated {metric} since the week of {since}"
    ),
    "retraining": retraining,
    "version": version,
    "feedback_loop": says("The decisions of {name} shape the data it is trained on next, so it may confirm itself"),
    "model": model,
    "overview": overview,
    "set_up": set_up,
    "blocker": says("What holds it up: {blocker:words}"),
    "dependencies": dependencies,
    "time_in_stage": time_in_stage,
    "budget": budget,
    "spend": says("{name} has spent {spend}; no budget is recorded"),
    "budget_split": budget_split,
    "production_budget": says("Running it in production has a budget of {production_budget} a year"),
    "expected_benefit": expected_benefit,
    "realised_benefit": realised_benefit,
    "integration": says("Integration into the systems people work in: {integration:words}"),
    "adoption_plan": adoption_plan,
    "change_budget": says("The change budget is {change_budget}, {change_share} of the budget"),
    "criteria": criteria,
    "missing_criteria": says("It has no estimate of {criteria:or}"),
    "data_not_ready": says("Its data readiness of {data_readiness} is below the {minimum} that counts as ready"),
    "people": people,
    "headcount": says("Full-time equivalents on it: {headcount:bare}"),
    "risk_class": says("The risk class of {name} is {risk_class:words}"),
    "traits": traits,
    "gate": gate,
    "controls": controls,
    "oversight": says("It may be overridden by {human_oversight:words}"),
    "waiver": waiver,
    "not_recorded": not_recorded,
    "none_recorded": says("No {what} of {name} is recorded"),
    "stages": stages,
    "stage_notes": stage_notes,
}
