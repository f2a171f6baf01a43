from __future__ import annotations

import csv
from datetime import date

import golden
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from record_sources import BOARD, CORPUS, EVERYONE, of_kind, open_sources, said, unsupported, value, write_sources

from copilot.errors import ToolError
from copilot.records.catalogue import Catalogue
from copilot.records.store import Records
from copilot.sources import Sources
from copilot.tools.filters import Condition
from copilot.tools.find_projects.canonical import canonical
from copilot.tools.find_projects.tool import Arguments, find_projects
from copilot.types import Quantity
from copilot.workspace import Workspace

PILOT = {"column": "stage", "value": "pilots"}
GENERATIVE = {"column": "generative", "value": True}
PILOTS = {"column": "stage", "value": "pilot"}


@pytest.fixture(scope="module")
def sources():
    return open_sources(CORPUS)


@pytest.fixture(scope="module")
def find(sources):
    return lambda viewer=EVERYONE, **arguments: find_projects(sources, viewer, Arguments(**arguments))


def only(result, kind):
    (finding,) = of_kind(result, kind)
    return finding


def amounts(finding, name):
    return [v.value if isinstance(v, Quantity) else v for v in finding.values[name]]


def kinds(result, role="headline"):
    return [f.kind for f in result.findings if f.role == role]


def test_a_count_says_how_many_of_how_many(find):
    result = find(filters=[PILOT])
    counted = only(result, "count")
    assert (value(counted, "count"), value(counted, "total")) == (3, 8)
    assert counted.values["condition"] == "are in pilot"
    assert kinds(result) == ["count"]


def test_a_count_by_unit_adds_up_to_the_count(find):
    result = find(BOARD, filters=[PILOT], group_by=["unit"])
    assert (value(only(result, "count"), "count"), value(only(result, "count"), "total")) == (4, 9)
    groups = only(result, "groups")
    assert groups.values["names"][0] == "Northfjord Clinic"
    assert (amounts(groups, "count")[0], amounts(groups, "shares")[0]) == (2, 0.5)
    assert sum(row[1] for row in result.tables[0].rows) == 4
    assert result.charts


def test_hidden_rows_are_said_and_counted_only_for_those_who_may_not_see_them(find):
    partial, whole = find(filters=[PILOT]), find(BOARD, filters=[PILOT])
    assert (partial.hidden_rows, whole.hidden_rows) == (1, 0)
    assert [len(of_kind(result, "hidden")) for result in (partial, whole)] == [1, 0]
    assert "H-09" not in partial.render()


def test_two_columns_group_the_second_under_the_first(find):
    nested = only(find(group_by=["unit", "stage"]), "nested_groups")
    at = nested.values["names"].index("Home Care")
    assert nested.values["totals"][at].value == 2
    assert nested.values[f"parts {at}"] == ("pilot", "production")
    assert amounts(nested, f"counts {at}") == [1, 1]


def test_a_sum_of_a_benefit_is_split_by_what_it_rests_on(find):
    result = find(measures=[{"aggregate": "sum", "column": "expected benefit"}])
    total, split = only(result, "measure"), only(result, "by_basis")
    assert (total.values["value"].unit, value(total, "value"), value(total, "recorded")) == ("NOK", 21_700_000, 7)
    assert split.values["bases"] == ("estimated", "assumed")
    assert sum(amounts(split, "values")) == 21_700_000


def test_an_average_says_how_many_record_it(find):
    mean = only(find(measures=[{"aggregate": "mean", "column": "data_readiness"}]), "measure")
    assert (round(value(mean, "value"), 2), value(mean, "recorded"), value(mean, "missing")) == (6.67, 6, 2)


def test_the_largest_come_first_with_their_amount(find):
    result = find(order_by="-budget", limit=2)
    order = only(result, "order")
    assert order.values["names"] == ("Sepsis Early Warning (H-01)", "Radiology Triage (H-03)")
    assert amounts(order, "cells") == [4_200_000, 3_500_000]
    assert [row[0] for row in result.tables[0].rows] == ["H-01", "H-03"]


def test_rows_whose_cell_is_empty_are_said_to_be_unjudged(find):
    unjudged = only(find(filters=[{"column": "budget", "op": ">=", "value": 1_000_000}]), "unjudged")
    assert (unjudged.values["columns"], amounts(unjudged, "rows")) == (("budget",), [1])


def test_missing_and_yes_no_conditions_are_counted(find):
    assert value(only(find(filters=[{"column": "sponsor", "op": "missing"}]), "count"), "count") == 2
    flagged = only(find(filters=[{"column": "decides_alone", "value": True}]), "count")
    assert (value(flagged, "count"), flagged.values["condition"]) == (1, "decides alone")


def test_a_long_list_names_six_and_points_to_the_table(tmp_path):
    rows = [{"id": f"A-{i:02}", "name": f"Case {i}", "budget": 100 + i} for i in range(30)]
    sources = write_sources(tmp_path, rows)
    for order, kind, more in ((None, "count", 24), ("-budget", "order", 14)):
        result = find_projects(sources, EVERYONE, Arguments(order_by=order))
        listed = only(result, kind)
        assert (len(listed.values["names"]), value(listed, "more")) == (6, more)
        assert len(result.tables[0].rows) == 20
        assert unsupported(result) == []


def test_follow_ups_ask_as_a_person_would(find):
    result = find(filters=[PILOT, {"column": "started", "op": "<", "value": "2026-01-01"}])
    assert result.follow_ups[:2] == (
        "How many projects in pilot started before 2026-01-01 are there, by unit?",
        "Which projects in pilot started before 2026-01-01 should come first?",
    )


def test_a_stage_that_nobody_is_in_counts_to_none(find):
    assert value(only(find(filters=[{"column": "stage", "value": "retired"}]), "count"), "count") == 0


def test_each_listed_row_is_evidence_that_holds_the_whole_row(find):
    result = find(filters=[PILOT])
    assert {e.id for e in result.evidence if e.kind == "record"} == {"r-H-03", "r-H-05", "r-H-06"}
    assert [f.subject for f in of_kind(result, "row")] == ["H-03", "H-05", "H-06"]
    text = next(e.text for e in result.evidence if e.id == "r-H-03")
    assert "budget: 3,500,000 NOK" in text
    assert "Not recorded: " in text


def test_columns_asked_for_are_told_of_each_row(find):
    result = find(filters=[PILOT], columns=["owner"])
    assert [f.values["owner"] for f in of_kind(result, "row")] == ["Ingrid Moe", "Sara Berg", "Eva Dahl"]


def test_other_tables_are_counted_alike(find):
    result = find(table="role", group_by=["role"], measures=[{"aggregate": "sum", "column": "headcount"}])
    groups = only(result, "groups")
    assert groups.values["names"] == ("data engineer", "data scientist")
    assert [(v.value, v.unit) for v in groups.values["sum of headcount"]] == [(4.5, "FTE"), (4.0, "FTE")]
    counted = only(find(table="incidents", filters=[{"column": "status", "value": "open"}]), "count")
    assert (value(counted, "count"), value(counted, "total")) == (1, 2)


def test_a_row_of_another_table_is_found_by_its_name(find):
    result = find(table="incidents", filters=[{"column": "project_id", "value": "bed planer"}])
    assert only(result, "count").values["condition"] == "belongs to Bed Planner (H-02)"
    by_project = only(find(table="incidents", group_by=["project_id"]), "groups")
    assert set(by_project.values["names"]) == {"Bed Planner (H-02)", "Sepsis Early Warning (H-01)"}


def test_a_share_comes_with_its_parts(find):
    halden = {"column": "unit", "value": "halden general"}
    result = find(filters=[halden], among=[PILOT], measures=[{"aggregate": "share"}])
    share = only(result, "share")
    assert (value(share, "numerator"), value(share, "denominator")) == (1, 3)
    assert value(share, "share") == pytest.approx(1 / 3)
    assert kinds(result) == ["share"]
    of_money = only(find(filters=[PILOT], measures=[{"aggregate": "share", "column": "budget"}]), "share")
    assert (value(of_money, "numerator"), of_money.values["denominator"].unit) == (5_300_000, "NOK")


def test_a_share_by_group_is_of_the_rows_of_each_group(find):
    result = find(
        filters=[{"column": "risk_class", "value": "high"}], measures=[{"aggregate": "share"}], group_by=["unit"]
    )
    groups = only(result, "groups")
    assert dict(zip(groups.values["names"], amounts(groups, "numerators"), strict=True)) == {
        "Halden General": 2,
        "Home Care": 1,
        "Northfjord Clinic": 0,
    }
    assert amounts(groups, "denominators") == [4, 2, 2]
    assert amounts(groups, "share") == [0.5, 0.5, 0.0]


def test_several_measures_stand_beside_one_another(find):
    measures = [
        {"aggregate": "count"},
        {"aggregate": "sum", "column": "spend"},
        {"aggregate": "max", "column": "budget"},
    ]
    result = find(group_by=["unit"], measures=measures, order_by="sum of spend")
    groups = only(result, "groups")
    assert groups.values["measures"] == ("count", "sum of spend", "highest budget")
    assert amounts(groups, "sum of spend") == sorted(amounts(groups, "sum of spend"))
    assert result.tables[0].columns[-2:] == ("Sum of spend (NOK)", "Highest budget (NOK)")


@pytest.mark.parametrize(
    ("grain", "names"),
    [
        ("year", ["2023", "2024", "2025", "2026"]),
        ("quarter", ["2023 Q2", "2023 Q3", "2024 Q1", "2024 Q4", "2025 Q2", "2025 Q4", "2026 Q1", "2026 Q2"]),
    ],
)
def test_dates_are_grouped_in_their_order(find, grain, names):
    groups = only(find(group_by=["started"], grain=grain), "groups")
    assert list(groups.values["names"]) == names


def test_quarters_follow_the_fiscal_year(tmp_path):
    rows = [
        {"id": "A-1", "name": "One", "started": "2025-04-03"},
        {"id": "A-2", "name": "Two", "started": "2026-03-31"},
    ]
    sources = write_sources(tmp_path, rows, "as_of: 2026-06-30\nfiscal_year_start_month: 4\n")
    result = find_projects(sources, EVERYONE, Arguments(group_by=["started"], grain="quarter"))
    assert only(result, "groups").values["names"] == ("FY2026 Q1", "FY2026 Q4")


@pytest.mark.parametrize(
    ("op", "period", "expected"),
    [
        ("during", "2025", ["H-05", "H-06"]),
        ("during", "this quarter", ["H-08"]),
        ("after", "2025 Q2", ["H-06", "H-07", "H-08"]),
        ("before", "February 2024", ["H-01", "H-04"]),
    ],
)
def test_dates_are_compared_with_periods_in_business_words(find, op, period, expected):
    result = find(filters=[{"column": "started", "op": op, "value": period}])
    assert [row[0] for row in result.tables[0].rows] == expected
    assert unsupported(result) == []


def test_two_that_are_compared_come_with_their_difference(find):
    call = {
        "filters": [{"column": "name", "op": "in", "value": ["bed planner", "sepsis"]}],
        "group_by": ["name"],
        "measures": [{"aggregate": "sum", "column": "budget"}],
    }
    result = find(**call)
    apart = only(result, "difference")
    assert result.findings[0] == apart
    assert apart.values["names"] == ("Sepsis Early Warning", "Bed Planner")
    assert amounts(apart, "sides") == [4_200_000, 1_800_000]
    assert amounts(apart, "differences") == [-2_400_000]


@pytest.mark.parametrize(
    ("arguments", "nearest"),
    [
        ({"filters": [{"column": "unit", "value": "Nowhere at all"}]}, "Halden General"),
        ({"filters": [{"column": "unti", "value": "x"}]}, "unit"),
        ({"filters": [{"column": "started", "op": "during", "value": "whenever"}]}, None),
        ({"filters": [{"column": "budget", "op": "during", "value": "2025"}]}, None),
        ({"table": "wombats"}, None),
        ({"measures": [{"aggregate": "sum", "column": "name"}]}, None),
        ({"group_by": ["unit"], "order_by": "wombats"}, "unit"),
        ({"filters": [{"column": "budget", "op": ">", "value": "plenty"}]}, None),
    ],
)
def test_a_wrong_call_says_what_would_be_right(find, arguments, nearest):
    with pytest.raises(ToolError) as caught:
        find(**arguments)
    assert nearest is None or nearest in caught.value.nearest


@pytest.mark.parametrize(
    ("call", "phrase"),
    [
        ({}, "list of projects"),
        (
            {
                "measures": [{"aggregate": "sum", "column": "spend"}],
                "filters": [PILOTS, {"column": "unit", "op": "!=", "value": "Home Care"}],
                "group_by": ["unit"],
            },
            "sum of spend of projects in pilot that do not belong to Home Care, by unit, largest first",
        ),
        (
            {"measures": [{"aggregate": "share"}], "filters": [GENERATIVE], "among": [PILOTS]},
            "share of projects marked yes for generative among projects in pilot",
        ),
        (
            {
                "filters": [{"column": "started", "op": "during", "value": "2025 Q1"}],
                "order_by": "-budget",
                "limit": 3,
                "columns": ["owner"],
            },
            "list of projects started in 2025 Q1, with owner, highest budget first, the first 3",
        ),
        ({"group_by": ["started"], "grain": "quarter"}, "count of projects, by quarter started, earliest first"),
        ({"group_by": ["unit"], "order_by": "count"}, "count of projects, by unit, smallest first"),
    ],
)  # fmt: skip
def test_a_call_reads_as_plain_english(sources, call, phrase):
    assert canonical(Arguments(**call), sources.records.view(EVERYONE)) == phrase


def test_a_result_says_how_its_call_was_read_with_the_query(find):
    result = find(filters=[PILOT, {"column": "started", "op": "during", "value": "last year"}], group_by=["unit"])
    call = only(result, "call")
    assert call.values["call"] == "count of projects in pilot started in 2025, by unit, largest first"
    calculation = result.evidence[0].calculation
    assert calculation.method == call.values["call"]
    assert calculation.query.startswith('SELECT lower("unit") AS "unit", count(*) AS "count" FROM "projects" WHERE')
    assert "DATE '2025-01-01'" in calculation.query
    assert result.tables[0] in calculation.inputs


CALLS = (
    {},
    {"filters": [PILOT]},
    {"filters": [PILOT], "group_by": ["unit"]},
    {"filters": [PILOT], "columns": ["owner", "budget"]},
    {"group_by": ["unit", "stage"]},
    {"group_by": ["unit"], "measures": [{"aggregate": "mean", "column": "budget"}]},
    {"group_by": ["unit"], "measures": [{"aggregate": "count"}, {"aggregate": "sum", "column": "spend"}]},
    {"group_by": ["unit"], "order_by": "count", "limit": 2},
    {"group_by": ["started"], "grain": "quarter"},
    {"measures": [{"aggregate": "sum", "column": "realised_benefit"}]},
    {"measures": [{"aggregate": "count distinct", "column": "owner"}]},
    {"measures": [{"aggregate": "count", "column": "sponsor"}]},
    {"measures": [{"aggregate": "share"}], "filters": [PILOT]},
    {
        "measures": [{"aggregate": "share"}],
        "filters": [{"column": "unit", "value": "home care"}],
        "among": [PILOT],
    },
    {"measures": [{"aggregate": "share", "column": "budget"}], "filters": [PILOT], "group_by": ["unit"]},
    {
        "measures": [{"aggregate": "mean", "column": "feasibility"}, {"aggregate": "count"}],
        "group_by": ["unit"],
        "filters": [{"column": "unit", "op": "in", "value": ["home care", "halden general"]}],
    },
    {
        "measures": [{"aggregate": "sum", "column": "budget"}],
        "group_by": ["name"],
        "filters": [{"column": "name", "op": "in", "value": ["bed planner", "sepsis", "radiology"]}],
    },
    {"order_by": "-started", "limit": 3},
    {"order_by": "-budget", "limit": 1},
    {"filters": [{"column": "stage", "value": "retired"}]},
    {"filters": [{"column": "sponsor", "op": "missing"}]},
    {"filters": [{"column": "owner", "op": "missing"}]},
    {"filters": [{"column": "budget", "op": ">=", "value": "1,000,000"}]},
    {"filters": [{"column": "started", "op": ">=", "value": "2025-01"}]},
    {"filters": [{"column": "started", "op": "during", "value": "last year"}]},
    {"table": "assessments"},
    {"table": "stage_history", "group_by": ["stage"]},
    {"table": "incidents", "filters": [{"column": "project_id", "value": "Bed Planner"}]},
    {"table": "model_quality", "measures": [{"aggregate": "min", "column": "value"}]},
)


@pytest.mark.parametrize("arguments", CALLS, ids=str)
def test_every_number_said_stands_in_the_evidence_cited(find, arguments):
    assert unsupported(find(**arguments)) == []


def test_the_sentences_are_as_reviewed(find, rewrite_golden):
    golden.check("find_projects", {str(call): find(**call) for call in CALLS}, rewrite=rewrite_golden)


def test_the_same_call_gives_the_same_evidence_ids(find):
    ids = [e.id for e in find(filters=[PILOT]).evidence]
    assert ids == [e.id for e in find(filters=[PILOT]).evidence]


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["North", "south", ""]), st.one_of(st.none(), st.integers(0, 10**7))),
        min_size=1, max_size=30,
    )
)  # fmt: skip
def test_counts_and_sums_equal_a_loop_over_the_rows(tmp_path_factory, cells):
    rows = [{"id": f"A-{i}", "name": f"Case {i}", "unit": u, "budget": b} for i, (u, b) in enumerate(cells)]
    sources = write_sources(tmp_path_factory.mktemp("w"), rows)
    counted = find_projects(sources, EVERYONE, Arguments(group_by=["unit"]))
    expected = {unit: sum(u == unit for u, _ in cells) for unit in {u for u, _ in cells}}
    assert {row[0] or "": row[1] for row in counted.tables[0].rows} == expected
    assert unsupported(counted) == []
    if any(b is not None for _, b in cells):
        total = find_projects(sources, EVERYONE, Arguments(measures=[{"aggregate": "sum", "column": "budget"}]))
        assert value(only(total, "measure"), "value") == sum(b or 0 for _, b in cells)


def test_the_fixture_counts_equal_the_file(find):
    with (CORPUS / "records" / "projects.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if not row["label"]]
    assert value(only(find(), "count"), "count") == len(rows)


def test_metrics_are_told_by_their_titles_and_not_by_their_names(tmp_path):
    (tmp_path / "metrics.yaml").write_text(
        "metrics:\n  moved_jobs:\n    label: Jobs that moved\n    where: {metric: moved_jobs}\n    time: month\n"
    )
    (tmp_path / "records").mkdir()
    (tmp_path / "records" / "observations.csv").write_text(
        "metric,month,unit,numerator\nmoved_jobs,2026-01-01,Shop,3\nmoved_jobs,2026-02-01,Shop,4\nother_thing,2026-02-01,Shop,4\n"
    )
    workspace = Workspace.open(tmp_path)
    records = Records.load(workspace)
    sources = Sources(workspace, records, Catalogue.load(workspace, records), None, date(2026, 3, 1))
    one = Condition(column="metric", value="jobs that moved")
    for arguments in (
        Arguments(table="observations", group_by=["metric"]),
        Arguments(table="observations", filters=[one]),
    ):
        result = find_projects(sources, EVERYONE, arguments)
        assert "Jobs that moved" in said(result)
        assert any("Jobs that moved" in row for row in result.tables[0].rows)
        assert "moved_jobs" not in said(result)
        assert unsupported(result) == []


FOREIGN = """Ref,Working title,Place,Phase,Minder,Capital at stake (mCHF),run_cost_kchf,obeyed_pct,Next review,Signed?
Z-1,Föhn Watch,Nat Cat,on line,Regula Ammann,840,620,88,2026-06-12,yes
Z-2,HailSight,Nat Cat,shadow run,Tobias Wyss,310,410,61,2026-07-31,no
Z-3,Claims Triage,Claims,on line,Regula Ammann,95,270.5,,2025-11-20,yes
Z-4,"Quote Helper, new",Motor,scouted,,,90,74.5,2026-10-15,
"""


@pytest.fixture(scope="module")
def foreign(tmp_path_factory):
    root = tmp_path_factory.mktemp("foreign")
    (root / "records").mkdir()
    (root / "workspace.yaml").write_text("as_of: 2026-05-20\ncurrency: EUR\n")
    (root / "records" / "tool_register.csv").write_text(FOREIGN, encoding="utf-8")
    sources = open_sources(root)
    return lambda **arguments: find_projects(sources, EVERYONE, Arguments(table="tool register", **arguments))


def test_amounts_of_a_foreign_table_carry_the_units_that_its_columns_name(foreign):
    total = only(foreign(measures=[{"aggregate": "sum", "column": "run cost"}]), "measure")
    assert (total.values["value"].unit, value(total, "value")) == ("kCHF", 1390.5)
    order = only(foreign(order_by="-capital at stake", limit=1), "order")
    assert (order.values["names"], order.values["cells"][0].unit) == (("Föhn Watch (Z-1)",), "mCHF")
    mean = only(foreign(measures=[{"aggregate": "mean", "column": "obeyed"}]), "measure")
    assert (mean.values["value"].unit, round(value(mean, "value"), 3)) == ("share", 0.745)


def test_a_foreign_table_is_counted_grouped_dated_and_compared(foreign):
    share = only(foreign(filters=[{"column": "signed", "value": "yes"}], measures=[{"aggregate": "share"}]), "share")
    assert value(share, "share") == 0.5
    due = foreign(filters=[{"column": "next review", "op": "during", "value": "next quarter"}], columns=["minder"])
    assert [f.values["Minder"] for f in of_kind(due, "row")] == ["Tobias Wyss"]
    apart = only(
        foreign(
            filters=[{"column": "working title", "op": "in", "value": ["hailsight", "föhn watch"]}],
            group_by=["working title"],
            measures=[{"aggregate": "sum", "column": "run_cost_kchf"}],
        ),
        "difference",
    )
    assert amounts(apart, "differences") == [-210]
    by_year = only(foreign(group_by=["next review"], grain="year"), "groups")
    assert by_year.values["names"] == ("2025", "2026")
    by_minder = only(foreign(group_by=["minder"], measures=[{"aggregate": "mean", "column": "run cost"}]), "groups")
    assert by_minder.values["names"] == ("Regula Ammann", "Tobias Wyss")


def test_over_no_rows_nothing_is_measured_and_that_there_are_none_comes_first(foreign):
    none = foreign(
        filters=[{"column": "place", "value": "nat cat"}, {"column": "run cost", "op": ">", "value": 1_000_000}],
        measures=[{"aggregate": "sum", "column": "run cost"}],
    )
    assert kinds(none) == ["count"]
    assert quantity_of(only(none, "count")) == 0
    assert of_kind(none, "measure") == []


def quantity_of(finding):
    return finding.values["count"].value


FOREIGN_CALLS = (
    {},
    {"filters": [{"column": "phase", "value": "on line"}], "columns": ["minder", "run cost"]},
    {"filters": [{"column": "obeyed_pct", "op": ">", "value": "70%"}]},
    {"filters": [{"column": "run cost", "op": ">=", "value": 300}], "group_by": ["place"]},
    {"filters": [{"column": "next review", "op": "before", "value": "2026 Q3"}]},
    {"filters": [{"column": "minder", "op": "missing"}]},
    {"group_by": ["phase"], "measures": [{"aggregate": "sum", "column": "capital at stake"}, {"aggregate": "count"}]},
    {"group_by": ["next review"], "grain": "quarter"},
    {"order_by": "next review", "limit": 1},
    {"measures": [{"aggregate": "share"}], "filters": [{"column": "place", "value": "nat cat"}]},
)


def test_the_sentences_about_a_foreign_table_are_as_reviewed(foreign, rewrite_golden):
    results = {str(call): foreign(**call) for call in FOREIGN_CALLS}
    assert [text for result in results.values() for text in unsupported(result)] == []
    golden.check("find_projects_foreign", results, rewrite=rewrite_golden)


def test_an_order_of_groups_opens_with_the_first_of_them(find):
    result = find(group_by=["unit"], measures=[{"aggregate": "sum", "column": "budget"}], order_by="-value")
    first, groups = only(result, "first_group"), only(result, "groups")
    assert first.values["names"] == groups.values["names"][:1]
    assert value(first, "value") == amounts(groups, "sum of budget")[0] >= value(first, "next_value")
    assert kinds(result)[0] == "first_group"


def test_groups_that_tie_come_first_together(find):
    result = find(BOARD, group_by=["unit"], order_by="count")
    first, groups = only(result, "first_group"), only(result, "groups")
    counts = dict(zip(groups.values["names"], amounts(groups, "count"), strict=True))
    assert set(first.values["names"]) == {name for name, n in counts.items() if n == min(counts.values())}


def test_groups_without_an_order_open_with_the_whole(find):
    assert "first_group" not in kinds(find(group_by=["unit"], measures=[{"aggregate": "sum", "column": "budget"}]))


@pytest.mark.parametrize("op", ["<", "<=", ">", ">="])
def test_a_column_is_compared_with_another(sources, find, op):
    compared = {"<": float.__lt__, "<=": float.__le__, ">": float.__gt__, ">=": float.__ge__}[op]
    result = find(filters=[{"column": "spend", "op": op, "than": "budget"}])
    rows = sources.records.view(EVERYONE).select("projects", columns=["spend", "budget"])
    known = [(float(r["spend"]), float(r["budget"])) for r in rows if None not in (r["spend"], r["budget"])]
    assert 0 < len(known) < len(rows)
    assert value(only(result, "count"), "count") == sum(compared(*pair) for pair in known)


def test_columns_of_two_kinds_are_not_compared(find):
    with pytest.raises(ToolError, match="cannot be compared"):
        find(filters=[{"column": "spend", "op": ">", "than": "unit"}])


def test_rows_are_ordered_by_the_difference_of_two_columns(sources, find):
    result = find(order_by="-spend less budget", limit=2)
    rows = sources.records.view(EVERYONE).select("projects", columns=["spend", "budget"])
    gaps = [float(r["spend"]) - float(r["budget"]) for r in rows if None not in (r["spend"], r["budget"])]
    assert amounts(only(result, "order"), "cells") == sorted(gaps, reverse=True)[:2]


def test_only_numbers_in_one_unit_are_taken_off_each_other(find):
    with pytest.raises(ToolError, match="cannot be taken off"):
        find(order_by="-spend less stage_since")


def test_what_lies_between_two_columns_bounds_and_adds_up(sources, find):
    rows = sources.records.view(EVERYONE).select("projects", columns=["spend", "budget"])
    gaps = [float(r["spend"]) - float(r["budget"]) for r in rows if None not in (r["spend"], r["budget"])]
    bounded = find(filters=[{"column": "spend less budget", "op": ">=", "value": 20_000}])
    assert value(only(bounded, "count"), "count") == sum(gap >= 20_000 for gap in gaps)
    added = find(measures=[{"aggregate": "sum", "column": "spend less budget"}])
    assert value(only(added, "measure"), "value") == pytest.approx(sum(gaps))
    # What lacks one of the two is counted once a column.
    assert set(only(bounded, "unjudged").values["columns"]) == {"spend", "budget"}


def test_the_days_between_two_dates_are_measured_by_group(sources, find):
    rows = sources.records.view(EVERYONE).select("incidents", columns=["date", "closed_on", "severity"])
    days: dict[str, list[int]] = {}
    for row in rows:
        if row["closed_on"] is not None:
            took = date.fromisoformat(str(row["closed_on"])) - date.fromisoformat(str(row["date"]))
            days.setdefault(str(row["severity"]), []).append(took.days)
    time = {"aggregate": "mean", "column": "time from date to closed_on"}
    result = find(table="incidents", measures=[time], group_by=["severity"])
    groups = only(result, "groups")
    told = dict(zip(groups.values["names"], amounts(groups, "average time from date to closed on"), strict=True))
    assert told == {name: pytest.approx(sum(own) / len(own)) for name, own in days.items()}


@pytest.mark.parametrize("column", ["time from date to severity", "severity less budget", "date less closed_on"])
def test_only_what_can_be_set_against_each_other_is(find, column):
    with pytest.raises(ToolError):
        find(table="incidents", measures=[{"aggregate": "mean", "column": column}])
