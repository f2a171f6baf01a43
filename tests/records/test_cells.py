from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.records.amounts import decimal_mark, parse_number
from copilot.records.cells import Hints, guess_type, normalise, typed
from copilot.records.dates import date_order, days_of, parse_date


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1,250,000", 1_250_000), ("1.250.000,5", 1_250_000.5), ("1 250 000", 1_250_000), ("1'250", 1250),
        ("12,50,000", 1_250_000), ("1 250 000,75", 1_250_000.75), ("1’250.50", 1250.5),
        ("EUR 1,200", 1200), ("1200 NOK", 1200), ("€3.5", 3.5), ("$ 12.40", 12.4), ("US$ 5", 5), ("Fr. 250", 250),
        ("kr 1 200,-", 1200), ("1'250.-", 1250), ("Rs.500", 500),
        ("R3,200,000", 3_200_000), ("R 145k", 145_000), ("R 1 200,50", 1200.5), ("RM 5,000", 5000),
        ("Rp 1.000.000", 1_000_000),
        ("1.2m", 1_200_000), ("€450k", 450_000), ("3 bn", 3e9), ("$2.5B", 2.5e9), ("1.5 million", 1_500_000),
        ("kEUR 450", 450_000), ("TEUR 450", 450_000), ("12 MNOK", 12_000_000), ("450 k€", 450_000),
        ("3,5 mio", 3_500_000), ("2 crore", 2e7), ("5 lakh", 5e5),
        ("45%", 0.45), ("45 %", 0.45), ("7,5 %", 0.075), ("12 pct", 0.12), ("-3%", -0.03),
        ("(300)", -300), ("(€1.2k)", -1200), ("300-", -300), ("−300", -300), ("-€300", -300), ("€-300", -300),
        ("-2,5", -2.5), ("+4", 4), ("0,500", 0.5), ("1,234", 1234), ("1.234", 1.234), ("1e3", 1000), (".5", 0.5),
    ],
)  # fmt: skip
def test_a_number_is_read_as_people_write_it(text: str, number: float) -> None:
    assert parse_number(text) == pytest.approx(number)


@pytest.mark.parametrize(
    "text",
    [
        "", "abc", "1-2", "12 months", "nan", "inf", "1_000", "1,2,3", "--1", "3/4", "1,23.4", "1 23", "12.34.56",
        "1,450000", "5 k m", "EUR 5 USD", "5% k", "G3", "v1.2", "1.2.3", "(5", "5)", "3 t", "10 ABC", "~5", "#5",
        "R12", "R 1.2",
    ],
)  # fmt: skip
def test_what_is_no_number_or_does_not_fit_together_is_not_read_as_one(text: str) -> None:
    assert parse_number(text) is None


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["1.450", "3,5"], [1450, 3.5]),
        (["1,450", "3.5"], [1450, 3.5]),
        (["1,450", "3,5"], [1.45, 3.5]),
        (["1.450", "1.234.567"], [1450, 1_234_567]),
        (["1.450", "12.000,50"], [1450, 12_000.5]),
        (["1,450000", "0,5"], [1.45, 0.5]),
        (["1,450", "2,300"], [1450, 2300]),
        (["1,450", "1.450"], [None, None]),
        (["1,450", "2,5", "3.5"], [None, 2.5, 3.5]),
    ],
)
def test_a_separator_means_what_the_rest_of_its_column_tells(cells: list[str], values: list[float | None]) -> None:
    read = typed("n", "number", cells, range(2, 2 + len(cells)))
    assert read.values == values
    assert [bad.text for bad in read.bad] == [c for c, value in zip(cells, values, strict=True) if value is None]


def test_a_number_that_may_be_two_is_reported_with_both() -> None:
    read = typed("n", "number", ["1,450", "1.450"], [2, 3])
    assert [bad.problem for bad in read.bad] == ["may be 1,450 or 1.45", "may be 1.45 or 1,450"]
    assert typed("n", "number", ["1,450"], [2], Hints(mark=",")).values == [1.45]


def test_fractions_and_percentages_are_one_measure_and_a_bare_number_beside_them_is_reported() -> None:
    read = typed("share", "number", ["0.45", "45%", "60 %", "60"], [2, 3, 4, 5])
    assert read.values == [0.45, 0.45, 0.6, None]
    assert [(bad.row, bad.text) for bad in read.bad] == [(5, "60")]
    assert typed("share", "number", ["45%", "60"], [2, 3], Hints(unit="percent")).values == [45, 60]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-03-31", date(2026, 3, 31)), ("2026-03", date(2026, 3, 1)), ("2026/3/31", date(2026, 3, 31)),
        ("2026-03-31T10:00", date(2026, 3, 31)), ("2026-03-31 10:00:00", date(2026, 3, 31)),
        ("2026-03-31T10:00:00Z", date(2026, 3, 31)), ("20260331", date(2026, 3, 31)),
        ("31.3.2026", date(2026, 3, 31)), ("4.3.2026", date(2026, 3, 4)), ("31/03/2026", date(2026, 3, 31)),
        ("31/03/26", date(2026, 3, 31)), ("31.03.98", date(1998, 3, 31)), ("31/03/2026 14:05", date(2026, 3, 31)),
        ("3/31/2026", date(2026, 3, 31)), ("3/31/2026 2:05 PM", date(2026, 3, 31)), ("5/5/2026", date(2026, 5, 5)),
        ("31 March 2026", date(2026, 3, 31)), ("31st March 2026", date(2026, 3, 31)),
        ("31-Mar-26", date(2026, 3, 31)), ("31-MAR-2026", date(2026, 3, 31)), ("Mar 31, 2026", date(2026, 3, 31)),
        ("31. März 2026", date(2026, 3, 31)), ("31 de marzo de 2026", date(2026, 3, 31)),
        ("1er août 2026", date(2026, 8, 1)),
    ],
)  # fmt: skip
def test_a_date_is_read_as_people_write_it(text: str, day: date) -> None:
    assert parse_date(text) == day


@pytest.mark.parametrize(
    "text",
    [
        "March 2026", "Mar 2026", "Mar-26", "mar. 2026", "Mar '26", "2026 March", "2026-Mar", "03/2026", "3.2026",
        "2026/03", "202603", "mars 2026", "maart 2026", "MAR-2026",
    ],
)  # fmt: skip
def test_a_month_is_its_first_day_in_every_usual_form(text: str) -> None:
    assert parse_date(text) == date(2026, 3, 1)


@pytest.mark.parametrize(
    "text",
    [
        "", "3/4/2026", "2026-02-30", "31/31/2026", "soon", "Q3 2026", "2026", "12345678", "45352", "marketing 2026",
        "ma 2026", "26 March", "version 2026",
    ],
)  # fmt: skip
def test_what_is_no_date_or_could_be_two_is_not_read_as_one(text: str) -> None:
    assert parse_date(text) is None


def test_one_clear_date_tells_the_order_of_its_column() -> None:
    assert date_order(["3/4/2026", "3/25/2026"]) == "month first"
    assert date_order(["3/4/2026", "25/3/2026"]) == "day first"
    assert date_order(["25/3/2026", "3/25/2026"]) == "mixed"
    read = typed("day", "date", ["3/4/2026", "25/3/2026"], [2, 3])
    assert read.values == [date(2026, 4, 3), date(2026, 3, 25)]


def test_days_that_a_spreadsheet_counts_stand_beside_written_ones() -> None:
    read = typed("day", "date", ["03/04/2024", "25/03/2024", "45352", "45352.5", "tbc"], [2, 3, 4, 5, 6])
    march = date(2024, 3, 1)
    assert read.values == [date(2024, 4, 3), date(2024, 3, 25), march, march, None]
    assert (read.bad, read.missing) == ([], 1)


def test_where_both_orders_occur_only_the_clear_dates_are_read() -> None:
    read = typed("day", "date", ["25/3/2026", "3/25/2026", "3/4/2026"], [2, 3, 4])
    assert read.values == [date(2026, 3, 25), date(2026, 3, 25), None]
    assert [bad.problem for bad in read.bad] == ["may be two dates, day first or month first"]


@pytest.mark.parametrize("text", ["", "-", "–", "?", "n/a", "N/A", "tbc", "TBD", "#N/A", "#REF!"])
@pytest.mark.parametrize("kind", ["text", "number", "date", "boolean", "list"])
def test_what_says_that_there_is_nothing_is_missing_and_no_fault(kind: str, text: str) -> None:
    read = typed("c", kind, [text], [2])  # type: ignore[arg-type]
    assert (read.values, read.bad, read.missing) == ([None], [], 1)


def test_unknown_is_a_value_of_a_text_and_none_of_a_number() -> None:
    assert typed("c", "text", ["unknown", "none"], [2, 3]).values == ["unknown", "none"]
    assert typed("c", "number", ["unknown", "none"], [2, 3]).missing == 2


def test_a_bad_cell_is_missing_and_reported_with_its_row() -> None:
    read = typed("n", "integer", ["1", "1.5", "n/a", "", "x"], [2, 3, 4, 5, 6])
    assert read.values == [1, None, None, None, None]
    assert [(bad.row, bad.text) for bad in read.bad] == [(3, "1.5"), (6, "x")]


@pytest.mark.parametrize(
    ("cells", "grades", "values"),
    [
        (["A", "c", "B"], (("C",), ("B",), ("A",)), [3, 1, 2]),
        (["High", "low", "medium"], (("low",), ("medium",), ("high",)), [3, 1, 2]),
        (["Amber", "red", "Green", "yellow"], (("green",), ("amber", "yellow"), ("red",)), [2, 3, 1, 2]),
    ],
)
def test_grades_are_numbers_in_the_order_that_is_said(
    cells: list[str], grades: tuple[tuple[str, ...], ...], values: list[float]
) -> None:
    assert typed("g", "number", cells, range(2, 2 + len(cells)), Hints(grades=grades)).values == values


def test_grades_are_spread_over_the_scale_of_their_criterion_and_others_are_reported() -> None:
    hints = Hints(grades=(("low",), ("medium",), ("high",)), scale=(1, 10))
    read = typed("g", "number", ["low", "medium", "high", "n/a", "B+"], [2, 3, 4, 5, 6], hints)
    assert read.values == [1, 5.5, 10, None, None]
    assert [(bad.text, bad.problem) for bad in read.bad] == [("B+", "is none of the grades low, medium, high")]


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["1", "2"], "integer"), (["1", "2.5"], "number"), (["1", ""], "integer"), (["1", "n/a"], "integer"),
        (["0150", "1"], "text"), (["", ""], "text"), (["1", "two"], "text"), (["€1.2m", "tbc"], "number"),
        (["yes", "No", "?"], "boolean"), (["✓", "x"], "boolean"), (["Mar-26", "n/a"], "date"),
        (["3/4/2026", "4/5/2026"], "date"),
        (["3/4/2026", "45352", "45353"], "date"), (["45352", "45353"], "integer"),
        (["P-1", "P-2"], "text"), (["M-01", "M-02"], "text"), (["K7", "K8"], "text"), (["1", "0"], "integer"),
        ([*"1234567890", "1,5", "roughly three"], "number"), ([*"123456", "a", "b"], "text"),
    ],
)  # fmt: skip
def test_the_type_of_an_unknown_column_is_told_by_nearly_all_of_its_cells(cells: list[str], kind: str) -> None:
    assert guess_type(cells) == kind


@given(st.floats(allow_nan=False, allow_infinity=False, width=32))
def test_a_printed_number_is_read_back(number: float) -> None:
    assert parse_number(repr(number)) == number
    assert parse_number(f"{number:,.2f}") == pytest.approx(float(f"{number:.2f}"))


@given(st.lists(st.integers(-(10**11), 10**11), min_size=1), st.sampled_from(["{}", "€ {}", "{} EUR"]), st.booleans())
def test_a_column_of_either_convention_is_read_back(cents: list[int], form: str, has_comma: bool) -> None:
    cells = [form.format(f"{n / 100:,.2f}") for n in cents]
    if has_comma:
        cells = [cell.translate(str.maketrans(",.", ".,")) for cell in cells]
    read = typed("n", "number", cells, range(2, 2 + len(cells)))
    assert read.values == pytest.approx([n / 100 for n in cents])


@given(st.from_regex(r"[€$]?[0-9.,' ]{1,12}", fullmatch=True))
def test_a_number_has_the_digits_of_its_cell_and_no_others(text: str) -> None:
    number = parse_number(normalise(text))
    if number is not None:
        assert _digits(f"{Decimal(repr(number)):f}") == _digits(text)


def _digits(text: str) -> str:
    return "".join(c for c in text if c.isdigit()).strip("0")


@given(st.dates())
def test_a_printed_date_is_read_back(day: date) -> None:
    assert parse_date(day.isoformat()) == day
    assert parse_date(f"{day.day}.{day.month}.{day.year:04}") == day
    assert parse_date(f"{day:%d %B} {day.year:04}") == day


@given(st.dates(date(1955, 1, 1), date(2090, 1, 1)))
def test_a_day_that_a_spreadsheet_counted_is_read_back(day: date) -> None:
    assert parse_date(str(days_of(day)), serials=True) == day
    assert date(1899, 12, 30) + timedelta(days=days_of(day)) == day


@given(st.text())
def test_any_cell_is_read_without_an_error(text: str) -> None:
    cell = normalise(text)
    for kind in ("text", "number", "integer", "date", "boolean", "list"):
        typed("c", kind, [cell], [2])  # type: ignore[arg-type]
    guess_type([cell])
    decimal_mark([cell])
