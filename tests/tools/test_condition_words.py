from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.records.store import Filter
from copilot.tools.filter_phrasing import of_all, of_none, predicate, qualified


def where(column, op, value=None, **more):
    return Filter(column=column, op=op, value=value, **more)


def amount(op, value):
    return where("budget", op, value, unit="EUR")


YEAR = [where("started", ">=", "2025-01-01"), where("started", "<", "2026-01-01")]
SPONSOR = where("sponsor", "missing")
PILOT = where("stage", "=", "pilot")


@pytest.mark.parametrize(
    ("filters", "holds", "called"),
    [
        (YEAR, "started between 2025-01-01 and 2025-12-31", "started between 2025-01-01 and 2025-12-31"),
        (YEAR[:1], "started from 2025-01-01", "started from 2025-01-01"),
        ([where("started", "=", "2025")], "started in 2025", "started in 2025"),
        ([where("stage", "!=", "production")], "are not in production", "not in production"),
        ([where("stage", "not in", ("stopped", "retired"))],) + 2 * ("are not stopped or retired",),
        ([where("affects", "=", "customers")], "affect customers", "that affect customers"),
        ([where("affects", "!=", "customers")], "do not affect customers", "that do not affect customers"),
        ([where("depends_on", "=", "P-1")], "depend on P-1", "that depend on P-1"),
        ([where("risk_class", "=", "high")], "have the risk class high", "with risk class high"),
        ([where("inputs", "=", "images")], "have the inputs images", "with inputs images"),
        ([where("scores_people", "=", True)], "score people", "that score people"),
        ([where("decides_alone", "=", False)], "do not decide alone", "that do not decide alone"),
        ([where("personal_data", "=", True)],) + 2 * ("are marked yes for personal data",),
        ([where("unit", "=", "Retail")], "belong to Retail", "of Retail"),
        ([where("project_id", "=", "Bed Planner")], "belong to Bed Planner", "of Bed Planner"),
        ([where("stage", "=", "retired")],) + 2 * ("are retired",),
        (
            [where("due", ">=", "2026-01-01", period="2026 Q1"), where("due", "<", "2026-04-01", period="2026 Q1")],
            "have a due in 2026 Q1",
            "with a due in 2026 Q1",
        ),
        ([where("started", ">=", "2026-04-01", period="2026 Q1")],) + 2 * ("started after 2026 Q1",),
        ([where("validated_on", "<", "2025")], "were validated before 2025", "validated before 2025"),
        ([where("stage_since", "<", "2025")],) + 2 * ("entered the stage before 2025",),
        ([SPONSOR], "record no sponsor", "that record no sponsor"),
        (
            [amount(">=", 5.0), amount("<=", 9.0)],
            "have a budget between 5 EUR and 9 EUR",
            "with a budget between 5 EUR and 9 EUR",
        ),
        (
            [amount(">", 5.0), amount("<", 9.0)],
            "have a budget above 5 EUR and below 9 EUR",
            "with a budget above 5 EUR and below 9 EUR",
        ),
    ],
)
def test_conditions_read_as_a_person_would_say_them(filters, holds, called):
    assert predicate(filters) == holds
    said = qualified("projects", filters)
    assert said in (f"projects {called}", f"projects that {called}", f"projects {called.removeprefix('are ')}")


def test_several_conditions_share_one_with_and_one_that():
    filters = [where("unit", "=", "Retail"), where("risk_class", "=", "high"), PILOT, SPONSOR, *YEAR]
    filters.append(amount(">", 10.0))
    assert qualified("projects", filters) == (
        "projects of Retail in pilot started between 2025-01-01 and 2025-12-31 with risk class high and a budget "
        "above 10 EUR that record no sponsor"
    )


@pytest.mark.parametrize(
    ("filters", "one", "every"),
    [
        ([PILOT], "is in pilot", ""),
        ([SPONSOR], "lacks a recorded sponsor", "record their sponsor"),
        (
            [SPONSOR.model_copy(update={"or_else": (where("unit", "=", "Retail"),)}), PILOT],
            "is in pilot and either lacks a recorded sponsor or belongs to Retail",
            "",
        ),
        ([where("sponsor", "present")], "records its sponsor", ""),
        ([PILOT, SPONSOR], "is in pilot and lacks a recorded sponsor", ""),
        ([where("stage", "!=", "pilot")], "is not in pilot", "are in pilot"),
        ([where("sponsor", "in", ("Ann", None))], "has the sponsor Ann or none recorded", ""),
        ([where("decides_alone", "=", False)], "is marked no for decides alone", ""),
    ],
)
def test_that_nothing_matches_is_said_without_a_double_negative(filters, one, every):
    assert (of_none(filters), of_all(filters)) == (one, every)


@given(
    st.lists(
        st.builds(
            Filter,
            column=st.sampled_from(["started", "budget", "stage", "affects", "gate_date", "unit"]),
            op=st.sampled_from(["=", "!=", "<", "<=", ">", ">=", "missing", "present", "contains"]),
            value=st.sampled_from(["2025", "2025-03", "2025-03-09", "pilot", 7.0]),
        ),
        min_size=1,
        max_size=4,
    )
)
def test_any_conditions_have_words_for_one_for_several_and_for_none(filters):
    said = [predicate(filters, 1), predicate(filters, 2), of_none(filters), qualified("rows", filters)]
    assert all(said)
    assert all("  " not in text and "None" not in text for text in said)
