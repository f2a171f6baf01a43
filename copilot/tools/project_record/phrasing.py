"""The sentences about a project or model on record."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date

from copilot.language.formatting import (
    column_label,
    format_value,
    humanize,
    join_and,
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
    """What was asked for: "The owner of Bed Planner is Ana", "No: Bed Planner processes no personal data"."""
    name = str(f.values["name"])
    held = {_label(column): value for column, value in f.values.items() if column != "name"}
    absent = [label for label, value in held.items() if value is None]
    said: list[str] = []
    for column, value in f.values.items():
        if column == "name" or value is None:
            continue
        told = _done(f, column) or f"the {_label(column)} of {name} is {humanize(named(f, column))}"
        said.append(f"{'yes' if value else 'no'}: {told}" if isinstance(value, bool) and not said else told)
    if absent:
        said.append(f"the record of {name} holds no {join_and(absent)}")
    return sentence("; ".join(said))


def _done(f: Finding, column: str) -> str:
    """What a project does, or what happened to it on a day: "it processes personal data", "it started on 2026-03-01";
    empty where the column is called by a noun."""
    value, name, label = f.values[column], f.values["name"], column_label(column)
    if isinstance(value, bool) and column in _TRAITS:
        return f"{name} {_TRAITS[column][0 if value else 1]}"
    if not isinstance(value, date) or column in _NAMES:
        return ""
    if label.endswith("ed on"):
        return f"{name} was {label} {named(f, column)}"
    return f"{name} {label} on {named(f, column)}" if label.endswith("ed") and " " not in label else ""


def _label(column: str) -> str:
    return _NAMES.get(column, column_label(column))


def overview(f: Finding) -> str:
    stage = "is {in_stage}" if word(f, "stage") else "has no recorded stage"
    return says(
        f"{{name}} ({{id}})[ of {{unit:words}}] {stage}[ since {{stage_since}}][: {{description:inside}}]",
        in_stage=_in_stage,
    )(f)


def _in_stage(f: Finding) -> str:
    stage = word(f, "stage")
    return stage if stage.endswith("ed") else f"in {stage}"


def set_up(f: Finding) -> str:
    parts = [_SCALING.get(word(f, "scaling"), ""), _PLATFORMS.get(word(f, "platform"), "")]
    return sentence(f"It {join_and(part for part in parts if part)}") if any(parts) else ""


def time_in_stage(f: Finding) -> str:
    if f.values["days"] is None:
        return says("{name} is {in_stage}; since when is not recorded", in_stage=_in_stage)(f)
    return says("{name} has been {in_stage} for {days}, since {stage_since}", in_stage=_in_stage)(f)


def budget(f: Finding) -> str:
    spent = "[spend?, of which {spend} ({spent_share}) is spent]" if f.values["spent_share"] is not None else ""
    return says(f"The budget of {{name}} is {{budget}}{spent}")(f)


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


def quality_change(f: Finding) -> str:
    moved = "rose" if quantity(f, "change").value > 0 else "fell"
    return says(
        f"The {{metric}} of {{name}} [change?{moved} by {{change:size}}|stayed the same], from {{first}} in the week "
        "of {first_week} to {latest} in the week of {latest_week}"
    )(f)


def quality_gap(f: Finding) -> str:
    gap = quantity(f, "gap").value
    if not gap:
        return says("Its latest {metric} equals the {latest} of its validation")(f)
    beside = "below" if gap < 0 else "above"
    return says(f"Its latest {{metric}} of {{latest}} is {{gap:size}} {beside} the {{validated}} of its validation")(f)


def version(f: Finding) -> str:
    is_newest = f.values["registry_version"] == f.values["deployed_version"]
    newer = "" if is_newest else "[, although {registry_version} is approved in the registry]"
    return says(f"{{name}} runs in version {{deployed_version}}[ since {{deployed_on}}]{newer}")(f)


def stage_notes(f: Finding) -> str:
    notes = zip(texts(f, "stages"), texts(f, "notes"), strict=True)
    return sentence(f"Notes on its stages: {'; '.join(f'{stage}: {note}' for stage, note in notes)}")


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
    "retraining": says(
        "{name} was trained on {trained_on} and is to be retrained every {interval}: [overdue?retraining is {overdue} "
        "overdue as of {today}|the next retraining is due on {due}]"
    ),
    "version": version,
    "feedback_loop": says("The decisions of {name} shape the data it is trained on next, so it may confirm itself"),
    "model": says(
        "Model {name} ({id})[ ({kind})][status? is {status:words}| has no recorded status][; it gives {purpose:inside}]"
    ),
    "overview": overview,
    "set_up": set_up,
    "blocker": says("What holds it up: {blocker:words}"),
    "dependencies": says("It depends on {needed}", needed=lambda f: join_and(str(f.values["depends_on"]).split("; "))),
    "time_in_stage": time_in_stage,
    "budget": budget,
    "spend": says("{name} has spent {spend}; no budget is recorded"),
    "budget_split": says(
        "Training, communication and adoption have {change_budget}, {change_share} of the budget[; technology and data "
        "have {technology_budget} ({technology_share})]"
    ),
    "production_budget": says("Running it in production has a budget of {production_budget} a year"),
    "expected_benefit": says(
        "It is expected to bring {expected_benefit} a year ([expected_basis?{expected_basis:words}|its basis is not "
        "recorded])"
    ),
    "realised_benefit": says(
        "Over the last twelve months it brought {realised_benefit} ([realised_basis?{realised_basis:words}|its basis "
        "is not recorded])[, {achieved_share} of what was expected]"
    ),
    "integration": says("Integration into the systems people work in: {integration:words}"),
    "adoption_plan": says("A written plan for training and adoption {adoption_plan:exists/does not exist}"),
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
    "waiver": says("Waived: {waiver:words}[waiver_until?, until {waiver_until}|, with no end date]"),
    "not_recorded": says(
        "Not recorded for {name}: {labels}", labels=lambda f: join_and(map(_label, texts(f, "columns")))
    ),
    "none_recorded": says("No {what} of {name} is recorded"),
    "stages": says("{name} entered <{stages} on {entered}>"),
    "stage_notes": stage_notes,
}
