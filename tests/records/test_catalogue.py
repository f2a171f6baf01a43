from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.errors import KnowledgeError, ToolError
from copilot.records.catalogue import Catalogue
from copilot.records.metric_query import Span, extent, group_values, points
from copilot.records.store import Filter, Records
from copilot.types import Viewer
from copilot.workspace import Workspace

CORPUS = Path(__file__).resolve().parents[1] / "fixtures" / "corpus"
WORKSPACE = Workspace.open(CORPUS)
RECORDS = Records.load(WORKSPACE)
CATALOGUE = Catalogue.load(WORKSPACE, RECORDS)
assert CATALOGUE is not None
USE = CATALOGUE.metrics["weekly_use"]
HOURS = CATALOGUE.metrics["hours_saved"]
VIEW = RECORDS.view(Viewer())

FIRST_HALF = Span(date(2026, 1, 1), date(2026, 7, 1))
OBSERVATIONS = "metric,month,unit,numerator,denominator\na,2026-01-01,X,1,4\na,2026-01-01,Y,3,4\nb,2026-01-01,X,5,\n"


def workspace(root: Path, metrics: str | None, observations: str = OBSERVATIONS) -> Workspace:
    (root / "records").mkdir()
    (root / "records" / "observations.csv").write_text(observations)
    if metrics is not None:
        (root / "metrics.yaml").write_text(metrics)
    return Workspace.open(root)


def catalogue(root: Path, metrics: str | None, observations: str = OBSERVATIONS) -> Catalogue:
    opened = workspace(root, metrics, observations)
    found = Catalogue.load(opened, Records.load(opened))
    assert found is not None
    return found


def test_a_ratio_is_computed_over_the_rows_not_over_the_ratios_of_months() -> None:
    rows = VIEW.select("observations", [Filter(column="metric", value="weekly_use")])
    spring = [row for row in rows if str(row["month"]) >= "2026-01-01"]
    expected = sum(float(r["numerator"] or 0) for r in spring) / sum(float(r["denominator"] or 0) for r in spring)
    point = points(VIEW, USE, [FIRST_HALF])[0]
    assert (point.value, point.rows) == (pytest.approx(expected), len(spring))


@given(st.dates(date(2024, 12, 1), date(2026, 8, 1)), st.dates(date(2024, 12, 1), date(2026, 8, 1)))
def test_the_sums_of_groups_add_up_to_the_whole_in_any_span(first: date, last: date) -> None:
    span = Span(min(first, last), max(first, last))
    whole = sum(point.value or 0 for point in points(VIEW, HOURS, [span]))
    assert sum(point.value or 0 for point in points(VIEW, HOURS, [span], by="unit")) == pytest.approx(whole)


def test_spans_may_overlap() -> None:
    months = [Span(date(2026, month, 1), date(2026, month + 1, 1)) for month in (4, 5, 6)]
    quarter, *parts = points(VIEW, HOURS, [Span(date(2026, 4, 1), date(2026, 7, 1)), *months])
    assert quarter.value == sum(part.value or 0 for part in parts)


def test_filters_and_groups_follow_the_dimensions() -> None:
    assert group_values(VIEW, USE, "project") == ["H-01", "H-02", "H-04", "H-06"]
    one = points(VIEW, USE, [FIRST_HALF], by="unit", filters={"project": "h-04"})
    assert [point.group for point in one] == ["Home Care"]
    with pytest.raises(ToolError, match="known by unit"):
        points(VIEW, HOURS, [FIRST_HALF], by="project")


def test_what_a_viewer_may_not_read_is_not_computed() -> None:
    board = RECORDS.view(Viewer(labels=frozenset({"board"})))
    assert "H-09" in group_values(board, USE, "project")
    assert points(VIEW, USE, [FIRST_HALF], filters={"project": "H-09"}) == []


def test_the_extent_tells_which_months_have_data() -> None:
    reach = extent(VIEW, CATALOGUE.metrics["logins"])
    assert reach is not None
    assert (reach.first, reach.last, len(reach.months), reach.is_monthly) == (
        date(2025, 1, 1), date(2026, 2, 1), 14, True,
    )  # fmt: skip
    assert (reach.last_day, reach.covered_until) == (date(2026, 2, 28), date(2026, 3, 1))


def test_without_metrics_yaml_the_observations_make_a_plain_catalogue(tmp_path: Path) -> None:
    found = catalogue(tmp_path, None)
    a, b = found.metrics["a"], found.metrics["b"]
    assert (a.unit, b.unit, a.derived, a.owner, list(a.dimensions)) == ("share", "count", True, "", ["unit"])
    view = Records.load(Workspace.open(tmp_path)).view(Viewer())
    assert [points(view, m, [FIRST_HALF])[0].value for m in (a, b)] == [0.5, 5.0]
    assert found.source == "records/observations.csv"


def test_a_workspace_that_observes_nothing_has_no_catalogue(tmp_path: Path) -> None:
    opened = Workspace.open(tmp_path)
    assert Catalogue.load(opened, Records.load(opened)) is None


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        (
            "expression: SUM(nominator)",
            "metrics.m.expression: the table has no column 'nominator'; the nearest are",
        ),
        ("expression: SUM(numerator", "cannot be read"),
        ("expression: numerator", "needs an aggregate"),
        ("expression: SUM(numerator) + denominator", "must stand inside an aggregate"),
        ("expression: SUM((SELECT 1))", "is not allowed"),
        ("expression: \"MAX(numerator) || read_text('/etc/hosts')\"", "is not allowed"),
        ("expression: ANY_VALUE(numerator)", "is not allowed"),
        ("target: AVG(goal)", "metrics.m.target"),
        ("table: observation", "there is no table 'observation'"),
        ("where: {metrics: a}", "metrics.m.where"),
        ("time: metric", "does not hold dates"),
        ("dimensions: {unit: units}", "metrics.m.dimensions"),
        ("better: other", "there is no metric 'other'"),
        ("kind: vanity", "metrics.m.kind"),
        ("colour: red", "metrics.m.colour"),
    ],
)
def test_a_metric_that_does_not_fit_its_table_is_refused_by_name_and_key(tmp_path: Path, entry: str, told: str) -> None:
    with pytest.raises(KnowledgeError) as caught:
        catalogue(tmp_path, f"metrics:\n  m:\n    {entry}\n")
    assert told in str(caught.value)
    assert "metrics.yaml" in str(caught.value)


@pytest.mark.parametrize("text", ["a: [", "metric: {}", "metrics: [a]", "metrics: {a: 3}"])
def test_a_catalogue_of_another_form_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(KnowledgeError, match=r"metrics\.yaml"):
        catalogue(tmp_path, text)
