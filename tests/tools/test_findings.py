from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from record_sources import EVERYONE, unsupported

from copilot.citations import Verifier, with_markers
from copilot.language.formatting import filled, format_change, format_quantity, inflect
from copilot.language.numbers import find_numbers
from copilot.language.support import is_supported_by
from copilot.tools.findings import (
    Computation,
    Reading,
    Wording,
    amount,
    build_result,
    count,
    listed,
    named,
    quoted,
    share,
)
from copilot.types import Calculation, Finding, Quantity

UNITS = st.sampled_from(["", "share", "EUR", "of 100", "points", "project", "day", "month", "rank"])


@pytest.fixture(scope="module")
def sources(hospital):
    return hospital


def result_of(sources, findings, phrases):
    view = sources.records.view(EVERYONE)
    computation = Computation("records/projects.csv", "Test", "all rows", Calculation(method="count of rows"))
    return build_result(findings, Wording(phrases), computation, Reading(sources, view))


def supported(text, *values):
    return all(is_supported_by(number, values) for number in find_numbers(text))


@given(st.floats(-1e9, 1e9), UNITS, st.integers(0, 2))
def test_what_the_formatter_prints_is_supported_by_the_value_printed(value, unit, precision):
    quantity = Quantity(value=value / 1e9 if unit == "share" else value, unit=unit, precision=precision)
    assert supported(format_quantity(quantity), quantity)


@pytest.mark.parametrize(
    ("value", "text"), [(0.4, "+0.4 percentage points"), (-8.94, "-8.9 percentage points"), (0, "0 percentage points")]
)
def test_a_change_is_printed_with_its_sign(value, text):
    change = amount(value, "points", 1)
    assert format_change(change) == text
    assert supported(text, change)


@given(st.integers(2, 10_000), st.integers(1, 500))
def test_another_number_is_not_supported(value, off):
    assert not supported(f"There are {value + off:,} projects.", count(value, "project"))


@pytest.mark.parametrize(
    ("text", "value", "holds"),
    [
        ("It is 42%.", share(0.423), True),
        ("It is 43%.", share(0.423), False),
        ("It is 42.3%.", share(0.4234), False),
        ("It is 42.3%.", share(0.4234, 1), True),
        ("It is less than 1%.", share(0.003), True),
        ("It costs 504,000 EUR.", count(504_000, "user"), False),
        ("It costs 1.2 million EUR.", amount(1_234_567, "EUR"), True),
        ("It costs 1.3 million EUR.", amount(1_234_567, "EUR"), False),
        ("It costs 1.2 million USD.", amount(1_234_567, "EUR"), False),
        ("It takes 5 days.", share(0.05), False),
        ("It takes 5 days.", count(5, "day"), True),
        ("It fell by 3 points.", amount(-3, "points"), True),
        ("Since 2026-03-31.", datetime.date(2026, 3, 31), True),
        ("Since 2026-03.", datetime.date(2026, 3, 31), True),
        ("Since 2026.", datetime.date(2026, 3, 31), True),
        ("Since 2025.", datetime.date(2026, 3, 31), False),
        ("Route 66 is late.", "Route 66", True),
    ],
)
def test_a_number_is_supported_by_value_and_unit(text, value, holds):
    assert supported(text, value) is holds


def test_a_wording_that_prints_another_figure_than_the_finding_holds_is_caught(sources):
    """The check compares with values, so a sentence cannot vouch for itself."""
    finding = Finding(kind="total", role="headline", values={"total": count(31, "project")})
    right = result_of(sources, [finding], {"total": lambda f: f"{named(f, 'total')} are pilots."})
    wrong = result_of(sources, [finding], {"total": lambda f: "32 projects are pilots."})
    assert unsupported(right) == []
    assert unsupported(wrong) == ["32 projects are pilots."]
    verifier = Verifier("")
    verifier.read(wrong.evidence)
    said = wrong.findings[0]
    assert verifier.feed(with_markers(said.text, said.evidence) + "\n").strip() == ""
    assert "32" in verifier.warnings[0]


def test_a_figure_of_another_finding_does_not_carry_a_sentence(sources):
    findings = [
        Finding(kind="a", values={"n": count(3, "project")}),
        Finding(kind="b", values={"n": count(4, "project")}),
    ]
    swapped = result_of(sources, findings, {"a": lambda f: "There are 4 projects.", "b": lambda f: "There are 3."})
    assert len(unsupported(swapped)) == 2


def test_parts_of_one_computation_share_a_citation_and_show_their_own_values(sources):
    findings = [
        Finding(kind="a", values={"n": count(3, "project")}),
        Finding(kind="b", values={"n": count(4, "model")}),
    ]
    phrase = {kind: (lambda f: f"There are {named(f, 'n')}.") for kind in "ab"}
    result = result_of(sources, findings, phrase)
    verifier = Verifier("")
    verifier.read(result.evidence)
    text = verifier.feed("".join(with_markers(f.text, f.evidence) + "\n" for f in result.findings))
    assert text == "There are 3 projects[1].\nThere are 4 models[1].\n"
    (citation,) = verifier.citations
    assert "3 projects" in citation.quote
    assert "4 models" in citation.quote
    assert [c.method for c in citation.calculations] == ["count of rows"]


def test_a_list_that_is_cut_short_carries_how_many_it_leaves_out(sources):
    names = listed([f"Case {letter}" for letter in "ABCDEFGHI"])
    found = Finding(kind="names", values={"names": names, "titles": listed(["One", "Two"], 1, "more rule")})
    result = result_of(sources, [found], {"names": lambda f: f"{named(f, 'names')}: {quoted(f, 'titles')}."})
    assert result.findings[0].text.endswith("Case F and 3 more: “One” and 1 more rule.")
    assert unsupported(result) == []


def test_words_agree_with_the_number_of_things():
    text = "{is/are} left, as {it costs/they cost} too much"
    assert [inflect(text, n) for n in (1, 2)] == ["is left, as it costs too much", "are left, as they cost too much"]
    assert inflect(text, 0) == inflect(text, 2)


def test_a_template_leaves_out_what_is_not_there_and_agrees_with_its_values():
    template = "{name} has {projects}[ of {unit}][, {titles:or}], {projects:is/are} {is_late:late/in time}"
    values = {"name": "It", "projects": count(1, "project"), "unit": None, "titles": ("A", "B"), "is_late": False}
    assert filled(template, values) == "It has 1 project, A or B, is in time"
    values |= {"projects": count(0, "project"), "unit": "Bank", "titles": (), "is_late": True}
    assert filled(template, values) == "It has 0 projects of Bank, are late"
    assert filled("({note:inside})", {"note": "Nobody knows. At all."}) == "(nobody knows)"
    with pytest.raises(KeyError):
        filled("{nmae}", values)
