from __future__ import annotations

from datetime import date, timedelta
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.language.periods import BEGINNING, find_period, parse_period, sets_beside_a_year_ago

TODAY = date(2026, 8, 20)

days = st.dates(min_value=date(2001, 1, 1), max_value=date(2089, 12, 31))
fiscal_starts = st.integers(1, 12)


def span(text: str, today: date = TODAY, fiscal_start: int = 1) -> tuple[str, str] | None:
    """First and last day of what a text names."""
    period = parse_period(text, today, fiscal_start)
    return (period.start.isoformat(), period.last_day.isoformat()) if period else None


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("last quarter", "2026-04-01", "2026-06-30"),
        ("between 1 January and 30 June 2025", "2025-01-01", "2025-06-30"),
        ("from 5 May to 12 June 2026", "2026-05-05", "2026-06-12"),
        ("1 to 15 May 2026", "2026-05-01", "2026-05-15"),
        ("between 1 June and 31 August this year", "2026-06-01", "2026-08-31"),
        ("from 1 November to 31 December last year", "2025-11-01", "2025-12-31"),
        ("the year to March 2026", "2025-04-01", "2026-03-31"),
        ("the last quarter of 2025", "2025-10-01", "2025-12-31"),
        ("last winter", "2025-12-01", "2026-02-28"),
        ("since last winter", "2025-12-01", "2026-08-20"),
        ("the end of next month", "2026-09-01", "2026-09-30"),
        ("the last two quarters", "2026-01-01", "2026-06-30"),
        ("past three months", "2026-05-01", "2026-07-31"),
        ("last 6 months", "2026-02-01", "2026-07-31"),
        ("trailing twelve months", "2025-08-01", "2026-07-31"),
        ("TTM", "2025-08-01", "2026-07-31"),
        ("over the past two years", "2024-08-01", "2026-07-31"),
        ("over the last year", "2025-08-01", "2026-07-31"),
        ("last year", "2025-01-01", "2025-12-31"),
        ("this year", "2026-01-01", "2026-12-31"),
        ("the rest of the year", "2026-08-20", "2026-12-31"),
        ("the remainder of this quarter", "2026-08-20", "2026-09-30"),
        ("before the year is over", "2026-08-20", "2026-12-31"),
        ("2025-Q3", "2025-07-01", "2025-09-30"),
        ("this quarter", "2026-07-01", "2026-09-30"),
        ("next quarter", "2026-10-01", "2026-12-31"),
        ("two quarters ago", "2026-01-01", "2026-03-31"),
        ("year to date", "2026-01-01", "2026-08-20"),
        ("so far this quarter", "2026-07-01", "2026-08-20"),
        ("since March", "2026-03-01", "2026-08-20"),
        ("from October onwards", "2025-10-01", "2026-08-20"),
        ("after June 2026", "2026-07-01", "2026-08-20"),
        ("between January and June 2026", "2026-01-01", "2026-06-30"),
        ("from November to February", "2025-11-01", "2026-02-28"),
        ("between November and February 2024", "2023-11-01", "2024-02-29"),
        ("from Q1 to Q3 2025", "2025-01-01", "2025-09-30"),
        ("2023-2025", "2023-01-01", "2025-12-31"),
        ("Q3 2025", "2025-07-01", "2025-09-30"),
        ("2025 Q3", "2025-07-01", "2025-09-30"),
        ("Q3 '25", "2025-07-01", "2025-09-30"),
        ("third quarter of 2025", "2025-07-01", "2025-09-30"),
        ("last quarter of 2025", "2025-10-01", "2025-12-31"),
        ("the first half of the year", "2026-01-01", "2026-06-30"),
        ("April and May", "2026-04-01", "2026-05-31"),
        ("2024 and 2025", "2024-01-01", "2025-12-31"),
        ("third calendar quarter 2025", "2025-07-01", "2025-09-30"),
        ("the first six months of this year", "2026-01-01", "2026-06-30"),
        ("the last two months of 2025", "2025-11-01", "2025-12-31"),
        ("the three months to June", "2026-04-01", "2026-06-30"),
        ("the week of 12 August", "2026-08-10", "2026-08-16"),
        ("week beginning August 3, 2026", "2026-08-03", "2026-08-09"),
        ("autumn of 2025", "2025-09-01", "2025-11-30"),
        ("winter 2024", "2024-12-01", "2025-02-28"),
        ("01.07.2026 - 30.09.2026", "2026-07-01", "2026-09-30"),
        ("up to and including June", BEGINNING.isoformat(), "2026-06-30"),
        ("Q2 and Q3 2025", "2025-04-01", "2025-09-30"),
        ("Q4", "2025-10-01", "2025-12-31"),
        ("H1 2026", "2026-01-01", "2026-06-30"),
        ("second half of last year", "2025-07-01", "2025-12-31"),
        ("the last full year", "2025-01-01", "2025-12-31"),
        ("the past complete quarter", "2026-04-01", "2026-06-30"),
        ("the latest whole month", "2026-07-01", "2026-07-31"),
        ("the year before last", "2024-01-01", "2024-12-31"),
        ("2025", "2025-01-01", "2025-12-31"),
        ("in July", "2026-07-01", "2026-07-31"),
        ("in September", "2025-09-01", "2025-09-30"),
        ("March 2025", "2025-03-01", "2025-03-31"),
        ("2025-03", "2025-03-01", "2025-03-31"),
        ("15 March 2026", "2026-03-15", "2026-03-15"),
        ("March 15, 2026", "2026-03-15", "2026-03-15"),
        ("last week", "2026-08-10", "2026-08-16"),
        ("the end of 2025", "2025-12-01", "2025-12-31"),
        ("by the end of 2025", BEGINNING.isoformat(), "2025-12-31"),
        ("before 2025", BEGINNING.isoformat(), "2024-12-31"),
    ],
)
def test_a_business_period_is_read_as_the_days_it_means(text: str, first: str, last: str) -> None:
    assert span(text) == (first, last)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("FY2026 Q2", "2026-01-01", "2026-03-31"),
        ("Q2 FY26", "2026-01-01", "2026-03-31"),
        ("second quarter of fiscal 2026", "2026-01-01", "2026-03-31"),
        ("FY2025/26", "2025-10-01", "2026-09-30"),
        ("fiscal year", "2025-10-01", "2026-09-30"),
        ("last fiscal year", "2024-10-01", "2025-09-30"),
        ("last two fiscal years", "2023-10-01", "2025-09-30"),
        ("last calendar quarter", "2026-04-01", "2026-06-30"),
        ("Q1", "2025-10-01", "2025-12-31"),
        ("Q1 2026", "2026-01-01", "2026-03-31"),
        ("October FY2026", "2025-10-01", "2025-10-31"),
    ],
)
def test_a_fiscal_year_that_begins_in_october_is_followed(text: str, first: str, last: str) -> None:
    assert span(text, fiscal_start=10) == (first, last)


def test_quarters_of_a_fiscal_year_that_begins_in_february_do_not_follow_the_calendar() -> None:
    assert span("last quarter", fiscal_start=2) == ("2026-05-01", "2026-07-31")


def test_a_quarter_is_complete_on_its_last_day() -> None:
    assert span("last quarter", today=date(2026, 6, 29)) == ("2026-01-01", "2026-03-31")
    assert span("last quarter", today=date(2026, 6, 30)) == ("2026-04-01", "2026-06-30")


@pytest.mark.parametrize("text", ["", "soon", "the first half", "Q5 2025", "31 June 2026", "last 0 quarters", "May we"])
def test_what_is_no_period_is_not_read_as_one(text: str) -> None:
    assert parse_period(text, TODAY) is None


@pytest.mark.parametrize(
    "question",
    [
        "We may stop 88% of the top 5 pilots.",
        "May we march on with the pilots?",
        "Which 2000 employees are trained?",
        "Is spend above 2000 EUR or € 2025?",
        "Does Regulation (EU) 2024/1689 apply to P-2025?",
        "Rank the top 10 projects by value.",
        "Did adoption rise compared with last year?",
        "How does it compare to the same quarter last year?",
        "Mark the record second to last.",
    ],
)
def test_verbs_amounts_codes_and_comparisons_in_a_question_are_not_its_period(question: str) -> None:
    assert find_period(question, TODAY) is None


@pytest.mark.parametrize(
    ("question", "text", "label"),
    [
        ("How did use of Bed Planner develop over the last two quarters?", "over the last two quarters",
         "2026 Q1 to 2026 Q2"),
        ("What was adoption in May, by unit?", "May", "May 2026"),
        ("Was use in 2025 higher than in 2024?", "2025", "2025"),
        ("Which projects were stopped since March 2026?", "since March 2026", "2026-03-01 to 2026-08-20"),
        ("Was use higher this quarter than last quarter?", "this quarter", "2026 Q3"),
        ("hours saved between January and June 2026 in retail", "between January and June 2026",
         "January 2026 to June 2026"),
        ("What happens by Q2 2027?", "by Q2 2027", "until June 2027"),
    ],
)  # fmt: skip
def test_a_period_is_found_inside_a_question_with_its_place(question: str, text: str, label: str) -> None:
    period = find_period(question, TODAY)
    assert period is not None
    assert (question[slice(*period.span)], period.label) == (text, label)


def test_a_year_in_words_is_found_where_it_stands() -> None:
    period = find_period("since twenty twenty-four, please", date(2026, 8, 20))
    assert period is not None
    assert (period.start, period.is_open) == (date(2024, 1, 1), True)


def test_the_year_before_counts_from_the_period_that_was_spoken_of() -> None:
    period = find_period("and the year before?", date(2026, 8, 20), spoken=date(2025, 1, 1))
    assert period is not None
    assert (period.start, period.end) == (date(2024, 1, 1), date(2025, 1, 1))


def test_a_long_text_is_searched_quickly() -> None:
    started = process_time()
    find_period("between the last two and the first half of may from " * 400, TODAY)
    assert process_time() - started < 10, "backtracking takes minutes"


@given(
    days,
    fiscal_starts,
    st.integers(1, 20),
    st.sampled_from(["month", "quarter", "fiscal year", "calendar quarter"]),
)
def test_the_last_complete_units_end_by_today_and_leave_out_no_complete_one(
    today: date, fiscal_start: int, count: int, unit: str
) -> None:
    period = parse_period(f"last {count} {unit}s", today, fiscal_start)
    one = parse_period(f"last {unit}", today, fiscal_start)
    assert period is not None
    assert one is not None
    assert period.end <= today + timedelta(days=1)
    # On its last day a year is complete, but "last year" still means the one before it.
    is_last_day = unit == "fiscal year" and period.end == today + timedelta(days=1)
    assert one.end == period.end or is_last_day
    assert period.start <= one.start or is_last_day
    following = parse_period(f"this {unit}", period.end, fiscal_start)
    assert following is not None
    assert following.start == period.end
    assert following.last_day > today


@given(
    days,
    fiscal_starts,
    st.sampled_from(
        ["last quarter", "last two quarters", "this year", "year to date", "last 7 months", "since March",
         "FY2026 Q2", "H2 2025", "last fiscal year", "last 10 days", "last week", "until June 2025", "Q3",
         "next two quarters", "past two years", "from March to Q2 2026", "15 March 2026",
         "between 2024 and FY2026", "two quarters ago"]
    ),
)  # fmt: skip
def test_the_label_of_a_period_reads_as_the_same_period(today: date, fiscal_start: int, text: str) -> None:
    period = parse_period(text, today, fiscal_start)
    if period is not None:
        again = parse_period(period.label, today, fiscal_start)
        assert again is not None, period.label
        assert (again.start, again.end) == (period.start, period.end)


@given(st.text(max_size=60), days, fiscal_starts)
def test_any_text_is_read_without_an_error_and_its_place_lies_inside(text: str, today: date, fiscal_start: int) -> None:
    period = find_period(text, today, fiscal_start)
    if period is not None:
        assert 0 <= period.span[0] < period.span[1] <= len(text)
        assert period.start < period.end


WORDS = """last next two 12 quarter years of Q3 2025 FY26 March may 5 since between and to until the end"""
words = st.lists(st.sampled_from(WORDS.split()), max_size=9)


@given(words, days, fiscal_starts)
def test_any_words_of_time_in_any_order_give_a_period_with_a_beginning_before_its_end(
    parts: list[str], today: date, fiscal_start: int
) -> None:
    period = find_period(" ".join(parts), today, fiscal_start)
    if period is not None:
        assert period.start < period.end


@pytest.mark.parametrize(
    ("asked", "is_so"),
    [
        ("Is sentiment better than a year ago?", True),
        ("How was adoption one year ago?", True),
        ("Is it higher than last year?", True),
        ("Is it higher than three years ago?", False),
        ("What was it last year?", False),
        ("Is it higher than last month?", False),
    ],
)
def test_what_was_a_year_ago_is_set_beside_what_is(asked: str, is_so: bool) -> None:
    assert sets_beside_a_year_ago(asked, date(2026, 10, 31)) is is_so
