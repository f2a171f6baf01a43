from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from record_sources import BOARD, CORPUS, EVERYONE, answers, said, unsupported

from copilot.errors import ToolError
from copilot.records.catalogue import Catalogue
from copilot.records.store import Records
from copilot.sources import Sources
from copilot.tools.lookup_metric.tool import Arguments, find_metric, lookup_metric
from copilot.types import ToolResult, Viewer
from copilot.workspace import Workspace


def open_workspace(root: Path, today: date | None = None) -> Sources:
    workspace = Workspace.open(root)
    records = Records.load(workspace)
    return Sources(workspace, records, Catalogue.load(workspace, records), None, workspace.today(today))


SOURCES = open_workspace(CORPUS)


def ask(viewer: Viewer = EVERYONE, sources: Sources = SOURCES, **arguments: object) -> ToolResult:
    return lookup_metric(sources, viewer, Arguments.model_validate(arguments))


def write(root: Path, observations: str, metrics: str | None = None) -> Sources:
    (root / "records").mkdir()
    header = "metric,month,unit,project_id,numerator,denominator,target\n"
    (root / "records" / "observations.csv").write_text(header + observations)
    (root / "workspace.yaml").write_text("as_of: 2026-06-30\n")
    if metrics:
        (root / "metrics.yaml").write_text(metrics)
    return open_workspace(root)


def test_without_a_period_the_latest_month_is_told_with_the_one_before() -> None:
    assert answers(ask(metric="adoption")) == [
        "Weekly use was 70.9% in June 2026, up from 68.1% in May 2026 (target 75.0%)."
    ]


def test_two_quarters_of_a_project_are_told_each_with_the_change_and_the_months_beside() -> None:
    result = ask(metric="use", filters={"project": "bed planer"}, period="last two quarters")
    assert answers(result) == [
        "Weekly use of Bed Planner (H-02) was 41.1% in 2026 Q1 and 46.7% in 2026 Q2: a rise of 5.6 percentage points."
    ]
    assert "In 2026 Q2 weekly use was 28.3 percentage points below the target of 75.0%." in said(result)
    quarters, months = result.tables
    assert [row[0] for row in quarters.rows] == ["2026 Q1", "2026 Q2"]
    assert [row[0] for row in months.rows][:2] == ["January 2026", "February 2026"]
    assert len(months.rows) == 6


def test_definition_owner_and_age_come_with_the_number() -> None:
    method = [s.text for s in ask(metric="hours saved").findings if s.role == "method"]
    assert method == [
        "Hours saved: Hours of routine work that the staff did not have to do, as counted by the wards; "
        "owner Nils Haug; data up to June 2026."
    ]


def test_an_amount_over_many_months_is_told_as_a_sum_with_its_ends() -> None:
    result = ask(metric="time saved", period="year to date")
    total = sum(int(row[1] or 0) for row in result.tables[0].rows)  # type: ignore[arg-type]
    assert answers(result)[0].startswith(f"Hours saved were {total:,} hours over January 2026 to June 2026: from")


def test_groups_are_told_highest_and_lowest_and_all_stand_in_the_table() -> None:
    result = ask(metric="weekly use", by="business unit", period="2026 Q2")
    assert answers(result) == [
        "Weekly use by unit in 2026 Q2: Home Care 74.2%, Halden General 72.2% and Northfjord Clinic 22.2%."
    ]
    assert result.tables[0].columns == ("Unit", "2026 Q2", "2026 Q1", "Target")
    assert [chart.spec["mark"] for chart in result.charts] == ["bar", {"type": "line", "point": True}]
    assert len(ask(metric="weekly use", by="project", top=2).tables[0].rows) == 2


def test_a_period_is_compared_with_the_year_before_when_asked() -> None:
    result = ask(metric="hours saved", period="2026 Q1", compare="previous_year")
    assert "up from 2,272 hours in 2025 Q1" in answers(result)[0]


def test_sums_are_not_compared_with_a_period_that_the_data_do_not_cover() -> None:
    sentence = answers(ask(metric="hours saved", period="this year"))[0]
    assert "2025" not in sentence
    assert "from" in answers(ask(metric="weekly use", period="this year"))[0]


def test_a_partly_covered_period_says_so() -> None:
    assert "2026 is only partly covered: the latest data are for June 2026." in said(
        ask(metric="weekly use", period="this year")
    )


def test_a_period_without_data_names_the_months_that_have_some_and_nothing_is_extrapolated() -> None:
    past = ask(metric="weekly use", period="2023")
    assert answers(past) == ["There are no data on weekly use for 2023; there are data from January 2025 to June 2026."]
    assert answers(ask(metric="weekly use", period="next quarter"))[0].endswith("nothing is extrapolated.")
    assert past.figures == ()


def test_old_data_are_pointed_out_with_dates() -> None:
    assert (
        "The latest data on Logins are for February 2026, 122 days before 2026-06-30; "
        "they should be no older than 45 days."
    ) in said(ask(metric="logins"))


def test_a_vanity_metric_points_to_the_better_one_and_its_value() -> None:
    result = ask(metric="logins", filters={"unit": "Home Care"})
    assert said(result).endswith(
        "Logins can rise without any result; weekly use in Home Care says more: 75.0% in June 2026."
    )
    assert len({e.id for e in result.evidence}) == 2


def test_a_metric_that_nobody_describes_says_how_it_is_computed(tmp_path: Path) -> None:
    sources = write(tmp_path, "uptake,2026-05-01,A,,1,4,\nuptake,2026-05-01,B,,2,4,\n")
    result = ask(sources=sources, metric="uptake")
    assert answers(result) == ["Uptake was 37.5% in May 2026."]
    assert "No metrics.yaml describes Uptake" in said(result)
    assert "nobody is named as its owner" in said(result)


def test_a_stock_shows_its_last_month_and_a_count_knows_zero(tmp_path: Path) -> None:
    catalogue = """
metrics:
  stored: {where: {metric: stored}, time: month, additive: false, unit: TB}
  faults: {where: {metric: faults}, time: month, expression: COUNT(*), dimensions: {unit: unit}}
"""
    rows = "stored,2026-04-01,A,,5,,\nstored,2026-05-01,A,,7,,\n"
    rows += "faults,2026-03-01,A,,1,,\nfaults,2026-04-01,B,,1,,\n"
    sources = write(tmp_path, rows, catalogue)
    assert answers(ask(sources=sources, metric="stored", period="2026 Q2")) == ["Stored was 7 TB in 2026 Q2."]
    assert answers(ask(sources=sources, metric="faults")) == [
        "Faults were 0 in June 2026, unchanged from 0 in May 2026."
    ]
    assert "1 in 2026 Q1 and 1 in 2026 Q2: no change, 2 in all" in answers(
        ask(sources=sources, metric="faults", period="last two quarters")
    )[0].replace("Faults were ", "")


def test_rows_withheld_are_said_without_their_number_and_change_the_figure() -> None:
    result = ask(metric="weekly use", period="2026 Q2")
    assert result.hidden_rows == 3
    assert "Rows that this viewer may not see are left out, so the figures are partial." in said(result)
    whole = ask(BOARD, metric="weekly use", period="2026 Q2")
    assert (whole.hidden_rows, answers(whole) == answers(result)) == (0, False)
    with pytest.raises(ToolError):
        ask(metric="weekly use", filters={"project": "Clinic Merger Model"})


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("weekly_use", "weekly_use"), ("Weekly use", "weekly_use"), ("the adoption of tools", "weekly_use"),
        ("adoptoin rate", "weekly_use"), ("time saved", "hours_saved"), ("number of logins", "logins"),
    ],
)  # fmt: skip
def test_a_metric_is_found_by_name_label_or_synonym(asked: str, name: str) -> None:
    assert SOURCES.metrics is not None
    assert find_metric(SOURCES.metrics, asked).name == name


@pytest.mark.parametrize("asked", ["page views", "housed patients", "because", "profit"])
def test_an_unknown_metric_is_answered_with_the_three_nearest(asked: str) -> None:
    with pytest.raises(ToolError) as caught:
        ask(metric=asked)
    assert len(caught.value.nearest) == 3


@pytest.mark.parametrize(
    ("arguments", "nearest"),
    [
        ({"by": "country"}, "unit"),
        ({"filters": {"unit": "Homely"}}, "Home Care"),
        ({"filters": {"project": "H-77"}}, "H-01"),
        ({"filters": {"floor": "2"}}, "project"),
        ({"period": "whenever"}, "last two quarters"),
    ],
)
def test_a_wrong_argument_is_answered_with_the_nearest_right_one(arguments: dict[str, object], nearest: str) -> None:
    with pytest.raises(ToolError) as caught:
        ask(metric="weekly use", **arguments)
    assert nearest in caught.value.nearest


calls = st.fixed_dictionaries(
    {
        "metric": st.sampled_from(["weekly use", "hours saved", "logins"]),
        "by": st.sampled_from([None, "unit"]),
        "filters": st.sampled_from([{}, {"unit": "Home Care"}]),
        "period": st.sampled_from(
            [None, "last two quarters", "this year", "2025", "since March", "last 6 months", "2023",
             "FY2026 Q1",
             "last 40 days", "past two years", "until May 2025", "next month", "H1 2026"]
        ),
        "grain": st.sampled_from([None, "month", "quarter", "year"]),
        "compare": st.sampled_from([None, "previous_period", "previous_year", "target"]),
        "top": st.sampled_from([None, 1, 2]),
    }
)  # fmt: skip


@given(calls, st.booleans(), st.dates(date(2025, 1, 1), date(2027, 3, 1)))
@settings(max_examples=60, deadline=None)
def test_every_number_that_is_said_stands_in_the_evidence(
    arguments: dict[str, object], is_board: bool, today: date
) -> None:
    sources = Sources(SOURCES.workspace, SOURCES.records, SOURCES.metrics, None, today)
    result = ask(BOARD if is_board else EVERYONE, sources, **arguments)
    assert unsupported(result) == []
    assert result.findings[0].role == "headline"
    assert all(s.text.endswith(".") and not s.text[0].islower() for s in result.findings)
    evidence = {e.id: e for e in result.evidence}
    assert all(e.kind == "metric" and e.id.startswith("m-") for e in result.evidence)
    assert all(figure.text in evidence[figure.evidence or ""].text for figure in result.figures)
    json.dumps([chart.spec for chart in result.charts])
    assert ask(BOARD if is_board else EVERYONE, sources, **arguments) == result


def test_the_smallest_groups_come_first_when_asked_for_and_sums_tell_their_share() -> None:
    top = answers(ask(metric="hours_saved", by="unit", period="2026 Q1", top=1))[0]
    bottom = answers(ask(metric="hours_saved", by="unit", period="2026 Q1", bottom=1))[0]
    assert "largest" in top
    assert "smallest" in bottom
    assert top.split(": ")[-1] != bottom.split(": ")[-1]
    shares = re.findall(r"\((\d+)%\)", answers(ask(metric="hours_saved", by="unit", period="2026 Q1"))[0])
    assert sum(map(int, shares)) in (99, 100, 101)
