from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.records.cells import date_order, guess_type, normalise, parse_date, parse_number, typed


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1,250,000", 1_250_000), ("1.250.000,5", 1_250_000.5), ("1 250 000", 1_250_000),
        ("1'250", 1250),
        ("EUR 1,200", 1200), ("1200 NOK", 1200), ("€3.5", 3.5), ("45%", 0.45), ("(300)", -300),
        ("-2,5", -2.5),
        ("0,500", 0.5), ("1,234", 1234), ("1e3", 1000), (".5", 0.5),
    ],
)  # fmt: skip
def test_a_number_is_read_as_people_write_it(text: str, number: float) -> None:
    assert parse_number(text) == pytest.approx(number)


@pytest.mark.parametrize("text", ["", "abc", "1-2", "12 months", "nan", "inf", "1_000", "1,2,3", "--1", "3/4"])
def test_what_is_no_number_is_not_read_as_one(text: str) -> None:
    assert parse_number(text) is None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-03-31", date(2026, 3, 31)), ("2026-03", date(2026, 3, 1)),
        ("2026-03-31T10:00", date(2026, 3, 31)),
        ("31.3.2026", date(2026, 3, 31)), ("4.3.2026", date(2026, 3, 4)), ("31/03/2026", date(2026, 3, 31)),
        ("3/31/2026", date(2026, 3, 31)), ("5/5/2026", date(2026, 5, 5)),
        ("31 March 2026", date(2026, 3, 31)),
        ("Mar 31, 2026", date(2026, 3, 31)), ("March 2026", date(2026, 3, 1)),
    ],
)  # fmt: skip
def test_a_date_is_read_as_people_write_it(text: str, day: date) -> None:
    assert parse_date(text) == day


@pytest.mark.parametrize("text", ["", "3/4/2026", "2026-02-30", "31/31/2026", "soon", "Q3 2026", "2026", "12345678"])
def test_what_is_no_date_or_could_be_two_is_not_read_as_one(text: str) -> None:
    assert parse_date(text) is None


def test_one_clear_date_tells_the_order_of_its_column() -> None:
    assert date_order(["3/4/2026", "3/25/2026"]) == "month first"
    assert date_order(["3/4/2026", "25/3/2026"]) == "day first"
    assert date_order(["25/3/2026", "3/25/2026"]) == "mixed"
    read = typed("day", "date", ["3/4/2026", "25/3/2026"], [2, 3])
    assert read.values == [date(2026, 4, 3), date(2026, 3, 25)]


def test_a_bad_cell_is_missing_and_reported_with_its_row() -> None:
    read = typed("n", "integer", ["1", "1.5", "n/a", "", "x"], [2, 3, 4, 5, 6])
    assert read.values == [1, None, None, None, None]
    assert [(bad.row, bad.text) for bad in read.bad] == [(3, "1.5"), (6, "x")]


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["1", "2"], "integer"), (["1", "2.5"], "number"), (["1", ""], "integer"), (["1", "n/a"], "integer"),
        (["0150", "1"], "text"), (["", ""], "text"), (["1", "two"], "text"),
    ],
)  # fmt: skip
def test_the_type_of_an_unknown_column_is_told_by_its_cells(cells: list[str], kind: str) -> None:
    assert guess_type(cells) == kind


@given(st.floats(allow_nan=False, allow_infinity=False, width=32))
def test_a_printed_number_is_read_back(number: float) -> None:
    assert parse_number(repr(number)) == number
    assert parse_number(f"{number:,.2f}") == pytest.approx(float(f"{number:.2f}"))


@given(st.dates())
def test_a_printed_date_is_read_back(day: date) -> None:
    assert parse_date(day.isoformat()) == day
    assert parse_date(f"{day.day}.{day.month}.{day.year:04}") == day


@given(st.text())
def test_any_cell_is_read_without_an_error(text: str) -> None:
    cell = normalise(text)
    for kind in ("text", "number", "integer", "date", "boolean", "list"):
        typed("c", kind, [cell], [2])  # type: ignore[arg-type]
