from __future__ import annotations

import csv
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from record_sources import BOARD, CORPUS, EVERYONE, answers, open_sources, said, unsupported, write_sources

from copilot.errors import ToolError
from copilot.records.catalogue import Catalogue
from copilot.records.store import Records
from copilot.sources import Sources
from copilot.tools.filters import Condition
from copilot.tools.find_projects.tool import Arguments, find_projects
from copilot.workspace import Workspace

PILOT = {"column": "stage", "value": "pilots"}


@pytest.fixture(scope="module")
def sources():
    return open_sources(CORPUS)


@pytest.fixture(scope="module")
def find(sources):
    return lambda viewer=EVERYONE, **arguments: find_projects(sources, viewer, Arguments(**arguments))


def test_a_count_says_how_many_of_how_many(find):
    assert answers(find(filters=[PILOT])) == ["3 of 8 projects are in pilot."]


def test_a_count_by_unit_adds_up_to_the_count(find):
    result = find(BOARD, filters=[PILOT], group_by=["unit"])
    assert answers(result)[0] == "4 of 9 projects are in pilot."
    assert answers(result)[1].startswith("By unit: Northfjord Clinic has 2 (50%), Halden General has 1")
    assert sum(row[1] for row in result.tables[0].rows) == 4
    assert result.charts


def test_hidden_rows_are_said_and_counted_only_for_those_who_may_not_see_them(find):
    partial, whole = find(filters=[PILOT]), find(BOARD, filters=[PILOT])
    assert (partial.hidden_rows, whole.hidden_rows) == (1, 0)
    assert "may not see" in said(partial)
    assert "may not see" not in said(whole)
    assert "H-09" not in partial.render()


def test_two_columns_group_the_second_under_the_first(find):
    text = answers(find(group_by=["unit", "stage"]))[1]
    assert "Home Care has 2 (1 pilot and 1 production)" in text


def test_a_sum_of_a_benefit_is_split_by_what_it_rests_on(find):
    result = find(measure={"aggregate": "sum", "column": "expected benefit"})
    assert answers(result)[0].startswith("The expected benefit adds up to 21,700,000 NOK over the 7 projects")
    assert "is estimated" in answers(result)[1]
    assert "is assumed" in answers(result)[1]


def test_an_average_says_how_many_record_it(find):
    result = find(measure={"aggregate": "mean", "column": "data_readiness"})
    assert answers(result)[0] == ("The average data readiness of the 6 projects that record it is 6.67; 2 record none.")


def test_the_largest_come_first_with_their_amount(find):
    result = find(order_by="-budget", limit=2)
    assert "Sepsis Early Warning (H-01) with 4,200,000 NOK and Radiology Triage (H-03)" in answers(result)[1]
    assert [row[0] for row in result.tables[0].rows] == ["H-01", "H-03"]


def test_rows_whose_cell_is_empty_are_said_to_be_unjudged(find):
    result = find(filters=[{"column": "budget", "op": ">=", "value": 1_000_000}])
    assert "1 project records no budget and cannot be judged." in said(result)


def test_missing_and_yes_no_conditions_read_as_sentences(find):
    assert answers(find(filters=[{"column": "sponsor", "op": "missing"}])) == ["2 of 8 projects record no sponsor."]
    flagged = find(filters=[{"column": "decides_alone", "value": True}])
    assert answers(flagged) == ["1 of 8 projects decides alone."]


def test_a_long_list_names_six_and_points_to_the_table(tmp_path):
    rows = [{"id": f"A-{i:02}", "name": f"Case {i}", "budget": 100 + i} for i in range(30)]
    sources = write_sources(tmp_path, rows)
    for order in (None, "-budget"):
        result = find_projects(sources, EVERYONE, Arguments(order_by=order))
        text = next(s.text for s in result.findings if "Case" in s.text)
        assert text.count("Case") == 6
        assert text.endswith("and 14 more, in the table.")
        assert len(result.tables[0].rows) == 20
        assert unsupported(result) == []


def test_follow_ups_ask_as_a_person_would(find):
    result = find(filters=[PILOT, {"column": "started", "op": "<", "value": "2026-01-01"}])
    assert result.follow_ups[:2] == (
        "How many projects in pilot started before 2026-01-01 are there, by unit?",
        "Which projects in pilot started before 2026-01-01 should come first?",
    )


def test_a_stage_that_nobody_is_in_counts_to_none(find):
    assert answers(find(filters=[{"column": "stage", "value": "retired"}])) == ["None of the 8 projects is retired."]


def test_each_listed_row_is_evidence_that_holds_the_whole_row(find):
    result = find(filters=[PILOT])
    assert {e.id for e in result.evidence if e.kind == "record"} == {"r-H-03", "r-H-05", "r-H-06"}
    text = next(e.text for e in result.evidence if e.id == "r-H-03")
    assert "budget: 3,500,000 NOK" in text
    assert "Not recorded: " in text


def test_other_tables_are_counted_alike(find):
    result = find(table="role", group_by=["role"], measure={"aggregate": "sum", "column": "headcount"})
    assert "data engineer 4.5 and data scientist 4" in said(result)
    assert answers(find(table="incidents", filters=[{"column": "status", "value": "open"}]))[0].startswith("1 of 2")


@pytest.mark.parametrize(
    ("arguments", "nearest"),
    [
        ({"filters": [{"column": "unit", "value": "Nowhere at all"}]}, "Halden General"),
        ({"filters": [{"column": "unti", "value": "x"}]}, "unit"),
        ({"table": "wombats"}, None),
        ({"measure": {"aggregate": "sum", "column": "name"}}, None),
        ({"filters": [{"column": "budget", "op": ">", "value": "plenty"}]}, None),
    ],
)
def test_a_wrong_call_says_what_would_be_right(find, arguments, nearest):
    with pytest.raises(ToolError) as caught:
        find(**arguments)
    assert nearest is None or nearest in caught.value.nearest


CALLS = (
    {},
    {"filters": [PILOT]},
    {"filters": [PILOT], "group_by": ["unit"]},
    {"group_by": ["unit", "stage"]},
    {"group_by": ["unit"], "measure": {"aggregate": "mean", "column": "budget"}},
    {"measure": {"aggregate": "sum", "column": "realised_benefit"}},
    {"measure": {"aggregate": "count distinct", "column": "owner"}},
    {"order_by": "-started", "limit": 3},
    {"table": "assessments"},
    {"table": "stage_history", "group_by": ["stage"]},
    {"table": "model_quality", "measure": {"aggregate": "min", "column": "value"}},
    {"filters": [{"column": "started", "op": ">=", "value": "2025-01"}]},
)


@pytest.mark.parametrize("arguments", CALLS, ids=str)
def test_every_number_said_stands_in_the_evidence_cited(find, arguments):
    assert unsupported(find(**arguments)) == []


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
        total = find_projects(sources, EVERYONE, Arguments(measure={"aggregate": "sum", "column": "budget"}))
        assert total.figures[1].value == sum(b or 0 for _, b in cells)


def test_the_fixture_counts_equal_the_file(find):
    with (CORPUS / "records" / "projects.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if not row["label"]]
    assert find().figures[0].value == len(rows)


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
