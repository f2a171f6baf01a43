from __future__ import annotations

from datetime import date

import pytest

from copilot.language.formatting import (
    column_label,
    filled,
    format_cell,
    format_quantity,
    nothing_of,
    noun,
    plural,
    says,
    singular,
)
from copilot.types import Finding, Quantity, Value


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (1234567.0, "EUR", "1,234,567 EUR"),
        (620.0, "kCHF", "620 kCHF"),
        (3.0, "NGN m", "3 NGN m"),
        (2.0, "AI project", "2 AI projects"),
        (4.5, "FTE", "4.5 FTE"),
        (1.0, "day", "1 day"),
    ],
)
def test_a_symbol_is_written_the_same_for_one_and_for_many(value: float, unit: str, text: str) -> None:
    assert format_quantity(Quantity(value=value, unit=unit, precision=2)) == text


@pytest.mark.parametrize("noun", ["project", "category", "class", "person", "criterion", "box", "use case"])
def test_the_singular_of_a_plural_is_the_noun(noun: str) -> None:
    assert singular(plural(noun)) == noun


@pytest.mark.parametrize(
    ("table", "one", "many"),
    [
        ("projects", "project", "projects"),
        ("use_cases", "use case", "use cases"),
        ("inquiries", "inquiry", "inquiries"),
        ("model_inventory", "model inventory row", "model inventory rows"),
        ("status", "status row", "status rows"),
        ("stage_history", "stage change", "stage changes"),
    ],
)
def test_rows_are_called_after_their_table(table: str, one: str, many: str) -> None:
    assert (noun(table, 1), noun(table)) == (one, many)


@pytest.mark.parametrize(
    ("name", "label"),
    [("project_id", "project"), ("Working title", "working title"), ("AI act class", "AI act class"), ("id", "id")],
)
def test_a_column_is_called_as_in_a_sentence(name: str, label: str) -> None:
    assert column_label(name) == label


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (88.0, "percent", "88%"),
        (5.0, "EUR", "5 EUR"),
        (5.0, "month", "5"),
        (True, "", "yes"),
        (None, "EUR", "not recorded"),
    ],
)
def test_a_cell_is_printed_as_recorded(value: float | bool | None, unit: str, text: str) -> None:
    assert format_cell(value, unit) == text


def test_a_phrase_that_only_names_values_prints_them_as_asked() -> None:
    finding = Finding(
        values={
            "name": "Bed Planner",
            "budget": Quantity(value=5.0, unit="EUR"),
            "stage": "proof_of_concept",
            "criteria": ("risk", "value"),
            "day": date(2026, 3, 1),
        }
    )
    phrase = says("{name} in {stage:words} has {budget} ({budget:bare}), no {criteria:or}, since {day}")
    assert phrase(finding) == "Bed Planner in proof of concept has 5 EUR (5), no risk or value, since 2026-03-01."


PROJECTS = Quantity(value=2, unit="project")
ONE, NONE = Quantity(value=1, unit="rule"), Quantity(value=0, unit="rule")


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{projects}[ of {unit}][, since {day}]", "2 projects, since 2026-03-01"),
        ("[rules?by {rules}|in time], [unmet?late|not late]", "by 1 rule, not late"),
        ("<{names} with {scores:bare}>", "Beds with 3 and Wards with 4"),
        ("<{names}[ (“{notes}”)]>", "Beds (“late”) and Wards"),
        ("[names?; <{names}>][unit?; <{unit}>]", "; Beds and Wards"),
        ("{rules:is/are}, {projects:is/are}, {names:is/are}, {is_late:late/in time}", "is, are, are, late"),
        ("{names:or}, {names:quoted}", "Beds or Wards, “Beds” and “Wards”"),
        ("{change:signed}, {change:size}", "+3 percentage points, 3 percentage points"),
        ("{note:inside}, {brace}", "a late start, {name}"),
    ],
)
def test_a_template_leaves_out_chooses_and_repeats(template: str, text: str) -> None:
    values: dict[str, Value] = {
        "projects": PROJECTS, "rules": ONE, "unmet": NONE, "unit": None, "day": date(2026, 3, 1), "is_late": True,
        "names": ("Beds", "Wards"), "notes": ("late", ""), "scores": (Quantity(value=3), Quantity(value=4)),
        "change": Quantity(value=3, unit="points"), "note": "A late start.", "brace": "{name}",
    }  # fmt: skip
    assert filled(template, values) == text


def test_a_phrase_may_use_words_made_of_its_finding_and_its_subject() -> None:
    phrase = says("{subject} is {whose}", whose=lambda finding: f"of {finding.role}", unused=lambda finding: 1 / 0)
    assert phrase(Finding(subject="P-1", role="caveat")) == "P-1 is of caveat."


@pytest.mark.parametrize(
    ("label", "nothing", "several"),
    [
        ("remarks", "no remarks", "remarks"),
        ("status", "no status", "statuses"),
        ("does it bite?", "nothing for “does it bite?”", ""),
    ],
)
def test_a_column_without_a_value_and_several_of_it_are_told_in_its_words(
    label: str, nothing: str, several: str
) -> None:
    assert nothing_of(label) == nothing
    assert not several or plural(label) == several
