"""The arithmetic of a remote model: over figures that were found, and over nothing else."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.errors import ToolError
from copilot.models.remote.calculating import Arguments, calculate
from copilot.types import Evidence, Quantity, ToolResult


def evidence(id: str, *values: Quantity) -> Evidence:
    return Evidence(id=id, kind="computation", source="records/projects.csv", locator="", title="Sums", text="",
                    values=values)  # fmt: skip


FOUND = {
    "x-1": evidence("x-1", Quantity(value=6_000_000, unit="EUR"), Quantity(value=4_800_000, unit="EUR")),
    "x-2": evidence("x-2", Quantity(value=0.72, unit="share"), Quantity(value=8, unit="project")),
    "p-1": Evidence(id="p-1", kind="passage", source="a.md", locator="", title="A", text="It costs 350,000 EUR."),
}
FIGURES = {
    "budget": ("6,000,000 EUR", "x-1"), "spend": ("4.8 million EUR", "#x-1"), "part": ("72%", "x-2"),
    "projects": ("8 projects", "x-2"), "cost": ("350,000 EUR", "[#p-1]"),
}  # fmt: skip


def compute(expression: str, is_share: bool = False, **changed: tuple[str, str]) -> ToolResult:
    figures = [{"name": n, "figure": f, "evidence": e} for n, (f, e) in {**FIGURES, **changed}.items()]
    asked = {"expression": expression, "figures": figures, "is_share": is_share}
    return calculate(Arguments.model_validate(asked), FOUND)


def result(computed: ToolResult) -> tuple[float, str]:
    found = computed.findings[0].values["result"]
    assert isinstance(found, Quantity)
    return found.value, found.unit


@pytest.mark.parametrize(
    ("expression", "is_share", "expected"),
    [
        ("budget - spend", False, (1_200_000, "EUR")),
        ("budget + cost", False, (6_350_000, "EUR")),
        ("spend / budget", True, (0.8, "share")),
        ("1 - part", False, (0.28, "share")),
        ("budget * part", False, (4_320_000, "EUR")),
        ("(budget - spend) / projects", False, (150_000, "EUR")),
        ("-(budget - spend) * 1.1", False, (-1_320_000, "EUR")),
    ],
)
def test_an_expression_is_computed_in_its_unit(expression: str, is_share: bool, expected: tuple[float, str]) -> None:
    value, unit = result(compute(expression, is_share))
    assert (pytest.approx(value), unit) == expected


def test_what_is_computed_can_be_cited_and_opened() -> None:
    computed = compute("spend / budget", is_share=True)
    (item,) = computed.evidence
    assert item.id in computed.findings[0].evidence
    assert item.calculation is not None
    assert item.calculation.formula == "spend / budget = 80%"
    assert ("spend", "4.8 million EUR", "Sums") in item.calculation.inputs[0].rows


@pytest.mark.parametrize(
    ("expression", "changed"),
    [
        ("budget + bonus", {}),
        ("budget + 1000", {}),
        ("budget + part", {}),
        ("budget * cost", {}),
        ("budget / (spend - spend)", {}),
        ("budget ** 2", {}),
        ("abs(budget)", {}),
        ("budget.real", {}),
        ("__import__('os')", {}),
        ("budget if spend else cost", {}),
        ("(" * 150, {}),
        ("budget - spend", {"budget": ("7,000,000 EUR", "x-1")}),
        ("budget - spend", {"budget": ("6,000,000 EUR", "x-9")}),
        ("budget - spend", {"budget": ("6,000,000 USD", "x-1")}),
        ("budget - spend", {"budget": ("between 5 and 6", "x-1")}),
        ("budget - spend", {"budget": ("6,000,000 EUR", "x-2")}),
    ],
)
def test_what_was_not_found_or_makes_no_sense_is_refused(expression: str, changed: dict[str, tuple[str, str]]) -> None:
    with pytest.raises(ToolError):
        compute(expression, **changed)


@given(st.text(alphabet="budgetspn e+-*/() 0123456789.,_'\"[]{}:=<>&|~^%@!\\\n", max_size=200))
def test_any_text_is_computed_or_refused(expression: str) -> None:
    with suppress(ToolError):
        assert compute(expression).evidence
