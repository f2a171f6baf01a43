from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import golden
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from record_sources import BOARD, CORPUS, EVERYONE, of_kind, unsupported, value

from copilot.errors import ToolError
from copilot.language.formatting import format_value
from copilot.records.catalogue import Catalogue
from copilot.records.store import Records
from copilot.sources import Sources
from copilot.tools.lookup_metric.tool import Arguments, find_metric, lookup_metric
from copilot.types import Finding, ToolResult, Viewer
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


def first(result: ToolResult) -> Finding:
    return result.findings[0]


def only(result: ToolResult, kind: str) -> Finding:
    (finding,) = of_kind(result, kind)
    return finding


def shown(finding: Finding, *names: str) -> list[str]:
    """Values as they are printed."""
    return [format_value(finding.values[name]) for name in names]


def test_without_a_period_the_latest_month_is_told_with_the_one_before() -> None:
    value = first(ask(metric="adoption"))
    assert value.kind == "value"
    assert shown(value, "value", "period", "before", "before_period", "target", "change") == [
        "70.9%", "June 2026", "68.1%", "May 2026", "75%", "2.8 percentage points",
    ]  # fmt: skip


def test_two_quarters_of_a_project_are_told_each_with_the_change_and_the_months_beside() -> None:
    result = ask(metric="use", filters={"project": "bed planer"}, period="last two quarters")
    trend = first(result)
    assert (trend.kind, trend.values["scope"]) == ("trend", " of Bed Planner (H-02)")
    assert trend.values["periods"] == ("2026 Q1", "2026 Q2")
    assert shown(trend, "values", "change") == ["41.1% and 46.7%", "5.6 percentage points"]
    target = only(result, "target")
    assert shown(target, "period", "distance", "target") == ["2026 Q2", "-28.3 percentage points", "75%"]
    assert target.values["is_missed"] is True
    quarters, months = result.tables
    assert [row[0] for row in quarters.rows] == ["2026 Q1", "2026 Q2"]
    assert [row[0] for row in months.rows][:2] == ["January 2026", "February 2026"]
    assert len(months.rows) == 6


def test_definition_owner_and_age_come_with_the_number() -> None:
    result = ask(metric="hours saved")
    definition = only(result, "definition")
    assert definition.role == "method"
    assert (definition.values["owner"], definition.values["data_until"]) == ("Nils Haug", "June 2026")
    assert str(definition.values["definition"]).startswith("Hours of routine work")
    entry = next(e for e in result.evidence if e.kind == "metric")
    assert entry.id in definition.evidence
    assert entry.source == "metrics.yaml"


def test_an_amount_over_many_months_is_told_as_a_sum_with_its_ends() -> None:
    result = ask(metric="time saved", period="year to date")
    trend = first(result)
    assert value(trend, "value") == sum(int(row[1] or 0) for row in result.tables[0].rows)  # type: ignore[arg-type]
    assert trend.values["value"].unit == "hour"  # type: ignore[union-attr]
    assert trend.values["periods"] == ("January 2026", "June 2026")
    assert value(trend, "parts") == 6


def test_groups_are_told_highest_and_lowest_and_all_stand_in_the_table() -> None:
    result = ask(metric="weekly use", by="business unit", period="2026 Q2")
    groups = first(result)
    assert groups.values["names"] == ("Home Care", "Halden General", "Northfjord Clinic")
    assert shown(groups, "values", "by") == ["74.2%, 72.2% and 22.2%", "unit"]
    assert result.tables[0].columns == ("Unit", "2026 Q2", "2026 Q1", "Target")
    assert len(result.charts) == 2
    assert len(ask(metric="weekly use", by="project", top=2).tables[0].rows) == 2


def test_a_rate_over_half_a_year_is_told_with_its_first_and_last_month() -> None:
    course = only(ask(metric="weekly use", period="H1 2026"), "course")
    by_month = only(ask(metric="weekly use", period="January to June 2026"), "trend")
    assert course.values["values"] == (by_month.values["values"][0], by_month.values["values"][-1])  # type: ignore[index]
    assert not of_kind(ask(metric="weekly use", period="2026 Q1"), "course")
    assert not of_kind(ask(metric="hours_saved", period="H1 2026"), "course")


def test_only_the_groups_that_are_named_are_told() -> None:
    every = ask(metric="adoption_rate", by="unit")
    units = [str(name) for name in first(every).values["names"]]  # type: ignore[union-attr]
    some = ask(metric="adoption_rate", by="unit", groups=[units[0], units[-1].lower()])
    assert {str(n) for n in first(some).values["names"]} == {units[0], units[-1]}  # type: ignore[union-attr]
    with pytest.raises(ToolError, match="is not a unit"):
        ask(metric="adoption_rate", by="unit", groups=["Atlantis"])
    with pytest.raises(ToolError, match="`by`"):
        ask(metric="adoption_rate", groups=[units[0]])


def test_a_period_is_compared_with_the_year_before_when_asked() -> None:
    value = first(ask(metric="hours saved", period="2026 Q1", compare="previous_year"))
    assert shown(value, "before", "before_period") == ["2,272 hours", "2025 Q1"]


def test_a_period_is_compared_with_another_that_is_named(tmp_path: Path) -> None:
    rows = [("East", "2026-01", 30), ("West", "2026-01", 80), ("East", "2026-05", 60), ("West", "2026-05", 70)]
    metrics = (
        "metrics:\n  use: {expression: 'SUM(numerator) / NULLIF(SUM(denominator), 0)', where: {metric: use}, "
        "time: month, dimensions: {unit: unit}, unit: share, direction: up}\n"
    )
    sources = write(tmp_path, "".join(f"use,{month}-01,{unit},,{n},100,\n" for unit, month, n in rows), metrics)
    overall = first(ask(sources=sources, metric="use", period="May 2026", against="January 2026"))
    assert shown(overall, "value", "before") == ["65%", "55%"]
    assert overall.values["is_better"] is True
    assert "rose by 10 percentage points, from 55%" in overall.text
    by_unit = ask(sources=sources, metric="use", period="May 2026", against="January 2026", by="unit")
    moved = {f.values["scope"]: f.values["is_better"] for f in of_kind(by_unit, "value") if f.values["scope"]}
    assert moved == {" in West": False, " in East": True}


def test_sums_are_not_compared_with_a_period_that_the_data_do_not_cover() -> None:
    assert "before" not in first(ask(metric="hours saved", period="this year")).values
    assert "before" in first(ask(metric="weekly use", period="this year")).values


def test_a_partly_covered_period_says_so() -> None:
    caveat = only(ask(metric="weekly use", period="this year"), "partly_covered")
    assert (caveat.values["period"], caveat.values["latest"]) == ("2026", "June 2026")


def test_a_period_without_data_names_the_months_that_have_some_and_nothing_is_extrapolated() -> None:
    past, future = ask(metric="weekly use", period="2023"), ask(metric="weekly use", period="next quarter")
    assert shown(first(past), "period", "first", "last") == ["2023", "January 2025", "June 2026"]
    assert [first(result).values["is_future"] for result in (past, future)] == [False, True]
    assert past.figures == ()


def test_old_data_are_pointed_out_with_dates() -> None:
    stale = only(ask(metric="logins"), "stale")
    assert shown(stale, "latest", "age", "limit") == ["February 2026", "122 days", "45 days"]


def test_a_vanity_metric_points_to_the_better_one_and_its_value() -> None:
    result = ask(metric="logins", filters={"unit": "Home Care"})
    better = only(result, "better_metric")
    assert (better.subject, better.values["is_vanity"], better.values["scope"]) == ("weekly_use", True, " in Home Care")
    assert shown(better, "value", "period") == ["75%", "June 2026"]
    assert len({e.id for e in result.evidence if e.kind == "metric"}) == 2


def test_a_metric_that_nobody_describes_says_how_it_is_computed(tmp_path: Path) -> None:
    sources = write(tmp_path, "uptake,2026-05-01,A,,1,4,\nuptake,2026-05-01,B,,2,4,\n")
    result = ask(sources=sources, metric="uptake")
    assert shown(first(result), "value", "period") == ["37.5%", "May 2026"]
    assert of_kind(result, "undescribed")
    assert only(result, "definition").values["owner"] is None


def test_a_stock_shows_its_last_month_and_a_count_knows_zero(tmp_path: Path) -> None:
    catalogue = """
metrics:
  stored: {where: {metric: stored}, time: month, additive: false, unit: TB}
  faults: {where: {metric: faults}, time: month, expression: COUNT(*), dimensions: {unit: unit}}
"""
    rows = "stored,2026-04-01,A,,5,,\nstored,2026-05-01,A,,7,,\n"
    rows += "faults,2026-03-01,A,,1,,\nfaults,2026-04-01,B,,1,,\n"
    sources = write(tmp_path, rows, catalogue)
    assert shown(first(ask(sources=sources, metric="stored", period="2026 Q2")), "value") == ["7 TB"]
    faults = first(ask(sources=sources, metric="faults"))
    assert (value(faults, "value"), value(faults, "change")) == (0, 0)
    trend = first(ask(sources=sources, metric="faults", period="last two quarters"))
    assert (shown(trend, "values", "value"), value(trend, "change")) == (["1 and 1", "2"], 0)


def test_rows_withheld_are_said_without_their_number_and_change_the_figure() -> None:
    result = ask(metric="weekly use", period="2026 Q2")
    assert result.hidden_rows == 3
    assert only(result, "hidden").values == {}
    whole = ask(BOARD, metric="weekly use", period="2026 Q2")
    assert (whole.hidden_rows, of_kind(whole, "hidden")) == (0, [])
    assert value(first(whole), "value") != value(first(result), "value")
    with pytest.raises(ToolError):
        ask(metric="weekly use", filters={"project": "Clinic Merger Model"})


def test_the_calculation_holds_formula_query_and_what_was_read() -> None:
    calculation = ask(metric="weekly use", by="unit", period="2026 Q2").evidence[0].calculation
    assert calculation is not None
    assert calculation.formula == "SUM(numerator) / NULLIF(SUM(denominator), 0)"
    assert 'FROM "observations"' in calculation.query
    assert calculation.inputs[0].rows[0][:2] == ("2026 Q2", 68.1)


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
@settings(max_examples=60)
def test_every_number_that_is_said_stands_in_the_evidence(
    arguments: dict[str, object], is_board: bool, today: date
) -> None:
    sources = Sources(SOURCES.workspace, SOURCES.records, SOURCES.metrics, None, today)
    result = ask(BOARD if is_board else EVERYONE, sources, **arguments)
    assert unsupported(result) == []
    assert result.findings[0].role == "headline"
    assert all(s.text.endswith((".", "`")) and not s.text[0].islower() for s in result.findings)
    evidence = {e.id: e for e in result.evidence}
    assert all(figure.text in evidence[figure.evidence or ""].text for figure in result.figures)
    json.dumps([chart.spec for chart in result.charts])


CALLS: tuple[dict[str, object], ...] = (
    {"metric": "adoption"},
    {"metric": "use", "filters": {"project": "bed planer"}, "period": "last two quarters"},
    {"metric": "time saved", "period": "year to date"},
    {"metric": "time saved", "period": "last four quarters", "compare": "previous_year"},
    {"metric": "weekly use", "by": "unit", "period": "2026 Q2"},
    {"metric": "weekly use", "by": "project", "compare": "target"},
    {"metric": "hours saved", "by": "unit", "period": "2026 Q1", "bottom": 1},
    {"metric": "hours saved", "compare": "target"},
    {"metric": "weekly use", "period": "this year"},
    {"metric": "weekly use", "period": "since 2024"},
    {"metric": "weekly use", "period": "2023"},
    {"metric": "weekly use", "period": "next quarter"},
    {"metric": "logins", "filters": {"unit": "Home Care"}},
    {"metric": "logins", "show_sql": True},
)


@pytest.mark.parametrize("call", CALLS[:5], ids=str)
def test_the_same_call_finds_the_same(call: dict[str, object]) -> None:
    assert ask(**call) == ask(**call)


def test_the_sentences_are_as_reviewed(rewrite_golden: bool) -> None:
    golden.check("lookup_metric", {str(call): ask(**call) for call in CALLS}, rewrite=rewrite_golden)


def test_the_smallest_groups_come_first_when_asked_for_and_sums_tell_their_share() -> None:
    top = first(ask(metric="hours_saved", by="unit", period="2026 Q1", top=1))
    bottom = first(ask(metric="hours_saved", by="unit", period="2026 Q1", bottom=1))
    assert (top.values["smallest_first"], bottom.values["smallest_first"]) == (False, True)
    assert top.values["names"] != bottom.values["names"]
    shares = first(ask(metric="hours_saved", by="unit", period="2026 Q1")).values["shares"]
    assert sum(s.value for s in shares) == pytest.approx(1.0)  # type: ignore[union-attr]
