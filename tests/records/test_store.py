from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copilot.errors import ToolError
from copilot.records.aggregating import Grouping, Measure
from copilot.records.store import ROW, Filter, Records
from copilot.types import Viewer
from copilot.workspace import Workspace

CORPUS = Path(__file__).resolve().parents[1] / "fixtures" / "corpus"
WORKSPACE = Workspace.open(CORPUS)
RECORDS = Records.load(WORKSPACE)
EVERYONE = RECORDS.view(Viewer())
BOARD = RECORDS.view(Viewer(labels=frozenset({"board"})))


def load(root: Path, **files: str) -> Records:
    (root / "records").mkdir()
    for name, text in files.items():
        (root / "records" / f"{name}.csv").write_text(text, encoding="utf-8")
    return Records.load(Workspace.open(root))


def ids(*filters: Filter) -> list[object]:
    return [row["id"] for row in BOARD.select("projects", filters, ["id"], ["id"])]


def test_rows_carry_the_line_they_stand_on_in_a_spreadsheet() -> None:
    assert EVERYONE.select("projects", columns=["id"], limit=2) == [
        {ROW: 2, "id": "H-01"},
        {ROW: 3, "id": "H-02"},
    ]


def test_spellings_that_differ_in_case_are_one_group_under_the_usual_one() -> None:
    groups = BOARD.aggregate(
        "projects", ["unit"], [Measure(name="n"), Measure(name="money", aggregate="sum", column="budget")]
    )
    assert [(g["unit"], g["n"], g["money"]) for g in groups] == [
        ("Halden General", 4, 9_500_000.0),
        ("Northfjord Clinic", 3, 1_850_000.0),
        ("Home Care", 2, 1_600_000.0),
    ]


@pytest.mark.parametrize(
    ("grain", "shift", "first"),
    [("month", 0, "2023-05-01"), ("quarter", 0, "2023-04-01"), ("quarter", 1, "2023-05-01"), ("year", 3, "2023-04-01")],
)
def test_dates_are_grouped_under_the_first_day_of_their_period(grain: str, shift: int, first: str) -> None:
    by = Grouping.model_validate({"column": "started", "grain": grain, "shift": shift})
    groups = EVERYONE.aggregate("projects", [by])
    assert min(str(g["started"]) for g in groups) == first
    assert sum(int(str(g["count"])) for g in groups) == 8


def test_only_dates_have_periods() -> None:
    with pytest.raises(ToolError, match="holds no dates"):
        EVERYONE.aggregate("projects", [Grouping(column="unit", grain="year")])


def test_a_query_is_written_with_its_values_over_the_table_by_its_name() -> None:
    filters = [Filter(column="name", op="contains", value="it's"), Filter(column="started", op="<", value="2025")]
    text = EVERYONE.written("projects", ["stage"], (), filters)
    assert 'FROM "projects"' in text
    assert "lower('it''s')" in text
    assert "\"started\" < DATE '2025-01-01'" in text
    assert "?" not in text


def test_a_question_mark_in_a_name_is_not_taken_for_a_value(tmp_path: Path) -> None:
    view = load(tmp_path, things="name,Is it?\na,5\nb,6\n").view(Viewer())
    text = view.written("things", (), (), [Filter(column="Is it?", op=">", value=5)])
    assert text.endswith('("Is it?" > 5)')
    assert view.run(text) == [{"count": 1}]


def test_a_whole_table_is_one_group_and_no_row_counts_as_zero() -> None:
    sums = [Measure(name="n"), Measure(name="sum", aggregate="sum", column="budget")]
    nothing = [Filter(column="unit", value="Nowhere")]
    assert EVERYONE.aggregate("projects", measures=sums, filters=nothing) == [{"n": 0, "sum": None}]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (Filter(column="unit", value="HOME CARE"), ["H-04", "H-05"]),
        (Filter(column="Stage", value="proof_of_concept"), ["H-07"]),
        (Filter(column="budget", op=">=", value="1,800,000"), ["H-01", "H-02", "H-03"]),
        (Filter(column="started", value="2023"), ["H-01", "H-04"]),
        (Filter(column="started", op=">", value="2025-10"), ["H-07", "H-08", "H-09"]),
        (Filter(column="started", op="<=", value="2023-09"), ["H-01", "H-04"]),
        (Filter(column="depends_on", value="h-02"), ["H-08"]),
        (Filter(column="personal_data", value="no"), ["H-02", "H-09"]),
        (Filter(column="sponsor", op="missing"), ["H-07", "H-08"]),
        (Filter(column="unit", op="in", value=("Home Care", "nowhere")), ["H-04", "H-05"]),
        (Filter(column="name", op="contains", value="RISK"), ["H-05"]),
        (Filter(column="risk_class", op="not in", value=("high", "limited")), ["H-04", "H-07", "H-08"]),
        (
            Filter(column="gate", op="!=", value="G4"),
            ["H-02", "H-03", "H-05", "H-06", "H-07", "H-08", "H-09"],
        ),
        (Filter(column="ward_count", op=">", value=9), ["H-01"]),
        (Filter(column="unit", op="in", value=()), []),
        (
            Filter(column="sponsor", op="missing", or_else=(Filter(column="unit", value="Home Care"),)),
            ["H-04", "H-05", "H-07", "H-08"],
        ),
    ],
)
def test_a_filter_keeps_the_rows_it_describes(condition: Filter, expected: list[str]) -> None:
    assert ids(condition) == expected


def test_rows_are_ordered_with_missing_values_last() -> None:
    rows = BOARD.select("projects", columns=["business_value_low"], order_by=["-business_value_low"])
    values = [row["business_value_low"] for row in rows]
    assert values == [8, 6, 6, 5, 5, 4, 3, None, None]


def test_a_row_is_found_by_its_key_in_any_case() -> None:
    row = EVERYONE.row("projects", "h-04")
    assert row is not None
    assert (row["name"], row["started"], row["personal_data"]) == ("Visit Router", "2023-05-01", True)
    assert EVERYONE.row("projects", "H-99") is None


def test_values_come_most_frequent_first_and_items_of_lists_apart() -> None:
    assert BOARD.values("projects", "unit") == ["Halden General", "Northfjord Clinic", "Home Care"]
    assert BOARD.values("projects", "depends_on") == ["H-02", "H-04", "H-09"]


def test_what_is_labelled_does_not_exist_for_others_nor_what_refers_to_it() -> None:
    assert EVERYONE.row("projects", "H-09") is None
    assert BOARD.row("projects", "H-09") is not None
    assert EVERYONE.row("models", "M-4") is None
    assert EVERYONE.row("projects", "H-08")["depends_on"] == "H-02"  # type: ignore[index]
    in_hiding = [Filter(column="project_id", value="H-09")]
    assert EVERYONE.select("stage_history", in_hiding) == []
    assert (EVERYONE.hidden("observations"), EVERYONE.hidden("stage_history", in_hiding)) == (5, 1)
    assert BOARD.hidden("projects") == 0
    assert "planning" not in EVERYONE.values("projects", "domain")


def test_a_view_is_made_once_for_all_who_hold_the_same_labels() -> None:
    assert RECORDS.view(Viewer(name="a", labels=frozenset({"other"}))) is EVERYONE


@pytest.mark.parametrize(
    ("call", "nearest"),
    [
        (lambda: EVERYONE.select("projects", columns=["buisness_value"]), "business_value"),
        (lambda: EVERYONE.aggregate("projects", ["Busines unit"]), "unit"),
        (lambda: EVERYONE.select("project"), "projects"),
        (lambda: EVERYONE.select("projects", [Filter(column="budgets", value=1)]), "budget"),
    ],
)
def test_an_unknown_name_is_answered_with_the_nearest(call: object, nearest: str) -> None:
    with pytest.raises(ToolError) as caught:
        call()  # type: ignore[operator]
    assert nearest in caught.value.nearest


@pytest.mark.parametrize(
    "condition",
    [
        Filter(column="budget", value="much"),
        Filter(column="started", op=">", value="soon"),
        Filter(column="personal_data", value="perhaps"),
        Filter(column="budget", op="<", value=(1, 2)),
        Filter(column="budget", op="<"),
    ],
)
def test_a_value_that_does_not_fit_its_column_is_refused(condition: Filter) -> None:
    with pytest.raises(ToolError):
        EVERYONE.select("projects", [condition])


def test_text_cannot_be_summed() -> None:
    with pytest.raises(ToolError, match="holds text"):
        EVERYONE.aggregate("projects", measures=[Measure(name="x", aggregate="sum", column="owner")])


@given(st.text(max_size=30))
@settings(max_examples=60)
def test_no_text_breaks_out_of_a_filter_or_a_name(text: str) -> None:
    assert EVERYONE.select("projects", [Filter(column="name", value=text + "'; DROP TABLE projects")]) == []
    with pytest.raises(ToolError):
        EVERYONE.select("projects", columns=[f'id" FROM projects --{text}'])
    assert len(EVERYONE.select("projects")) == 8


def test_many_threads_read_the_same_view() -> None:
    with ThreadPoolExecutor(8) as pool:
        counts = list(pool.map(lambda _: EVERYONE.aggregate("projects", ["unit"]), range(64)))
    assert all(count == counts[0] for count in counts)


def test_a_workspace_without_records_has_no_tables(tmp_path: Path) -> None:
    records = Records.load(Workspace.open(tmp_path))
    assert dict(records.tables) == {}
    assert not records.view(Viewer()).has("projects")


def test_bad_cells_are_missing_and_unknown_columns_are_kept(tmp_path: Path) -> None:
    text = """Id;NAME;Budget;started;Floors;zip
A-1;One;abc;3/25/2025;3;0150
;"Two
  lines";1.250,5;4/5/2025;4;0151
"""
    first, second = load(tmp_path, projects=text).view(Viewer()).select("projects")
    assert [*first.items()] == [
        (ROW, 2), ("id", "A-1"), ("name", "One"), ("budget", None), ("started", "2025-03-25"), ("Floors", 3),
        ("zip", "0150"),
    ]  # fmt: skip
    assert (second["id"], second["name"], second["budget"]) == ("row-3", "Two lines", 1250.5)
    assert second["started"] == "2025-04-05"


def test_rows_with_the_same_key_stay_apart(tmp_path: Path) -> None:
    view = load(tmp_path, projects="id,name\nA,One\na,Two\n").view(Viewer())
    assert [row["id"] for row in view.select("projects")] == ["A", "a-3"]


def test_a_file_of_its_own_is_a_table_and_follows_labels(tmp_path: Path) -> None:
    records = load(
        tmp_path,
        projects="id,name,label\nA,One,\nB,Two,secret\n",
        suppliers="Supplier,project_id,price\nAcme,A,10\nBolt,B,20\n",
    )
    assert [row["Supplier"] for row in records.view(Viewer()).select("suppliers")] == ["Acme"]
    assert records.view(Viewer(labels=frozenset({"secret"}))).aggregate(
        "suppliers", measures=[Measure(name="sum", aggregate="sum", column="price")]
    ) == [{"sum": 30}]


_DAY = st.dates(min_value=date(2020, 1, 1), max_value=date(2027, 12, 31)).map(date.isoformat)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(_DAY, st.none() | _DAY, st.integers(0, 999), st.none() | st.integers(0, 999)), min_size=1))
def test_a_difference_is_what_python_makes_of_its_sides(
    tmp_path_factory: pytest.TempPathFactory, cells: list[tuple[str, str | None, int, int | None]]
) -> None:
    lines = [f"K-{n},{','.join('' if c is None else str(c) for c in row)}" for n, row in enumerate(cells)]
    text = "\n".join(["key,begun,ended,cost,price", *lines]) + "\n"
    view = load(tmp_path_factory.mktemp("apart"), things=text).view(Viewer())
    if view.column("things", "ended").type == "date" and view.column("things", "price").type in ("number", "integer"):
        names = ["time from begun to ended", "price less cost"]
        rows = view.select("things", columns=names, order_by=["key"])
        found = {str(cells[int(str(row[ROW])) - 2]): [row[name] for name in names] for row in rows}
        for begun, ended, cost, price in cells:
            days = None if ended is None else (date.fromisoformat(ended) - date.fromisoformat(begun)).days
            apart = None if price is None else price - cost
            assert found[str((begun, ended, cost, price))] == [days, apart]
        above = view.select("things", [Filter(column=names[1], op=">", value=10)])
        assert len(above) == sum(price is not None and price - cost > 10 for *_, cost, price in cells)


def test_a_difference_has_stored_sides() -> None:
    with pytest.raises(ToolError, match="not both columns"):
        BOARD.column("projects", "spend less budget less budget")
