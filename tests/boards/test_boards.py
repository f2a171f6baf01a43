"""The tables behind the pages: what they hold, and what they keep from a viewer."""

from __future__ import annotations

from pathlib import Path

import pytest

from copilot.boards.governance import read_governance
from copilot.boards.models import read_models
from copilot.boards.portfolio import changes, choices, comparison, funnel, matrix, read_portfolio
from copilot.boards.project import read_project
from copilot.records.catalogue import Catalogue
from copilot.records.store import Records
from copilot.sources import Sources
from copilot.types import Viewer
from copilot.workspace import Workspace

ROOT = Path(__file__).resolve().parents[2]
EVERYONE, BOARD = Viewer(), Viewer(name="board", labels=frozenset({"board"}))


def open_sources(root: Path) -> Sources:
    workspace = Workspace.open(root)
    records = Records.load(workspace)
    return Sources(workspace, records, Catalogue.load(workspace, records), None, workspace.today())


@pytest.fixture(scope="module")
def hospital() -> Sources:
    return open_sources(ROOT / "tests" / "fixtures" / "corpus")


@pytest.fixture(scope="module")
def shipped() -> Sources:
    return open_sources(ROOT / "knowledge")


def test_a_portfolio_leaves_out_what_a_viewer_may_not_see_and_says_how_many(hospital: Sources) -> None:
    part, whole = read_portfolio(hospital, EVERYONE), read_portfolio(hospital, BOARD)
    kept = {line.id for line in whole.lines} - {line.id for line in part.lines}
    assert "H-09" in kept
    assert part.hidden >= len(kept) > whole.hidden
    assert read_project(hospital, EVERYONE, "H-09") is None
    assert read_project(hospital, BOARD, "H-09") is not None


def test_filters_and_words_narrow_a_portfolio(shipped: Sources) -> None:
    units = choices(shipped, EVERYONE)["unit"]
    found = read_portfolio(shipped, EVERYONE, {"unit": units[:1]})
    assert {line.row["unit"] for line in found.lines} == {units[0]}
    name = found.lines[0].name
    assert name in [line.name for line in read_portfolio(shipped, EVERYONE, {"unit": units[:1]}, name.upper()).lines]


def test_a_portfolio_is_in_the_order_of_its_scores(shipped: Sources) -> None:
    found = read_portfolio(shipped, EVERYONE)
    scores = [line.score for line in found.lines if line.score is not None]
    assert [line.place for line in found.lines if line.place] == list(range(1, len(scores) + 1))
    assert max(scores) <= 100
    assert found.total("budget") == sum(line.row["budget"] or 0 for line in found.lines)


def test_one_weight_alone_ranks_by_that_criterion(shipped: Sources) -> None:
    own, other = read_portfolio(shipped, EVERYONE), read_portfolio(shipped, EVERYONE, weights={"business_value": 1.0})
    assert other.weights["business_value"] == 1.0
    assert [line.row["business_value"] for line in other.lines if line.score == 100] == [
        line.row["business_value"] for line in own.lines if line.row["business_value"] == 10
    ]
    comes, goes = changes(own, other, 5)
    assert len(comes) == len(goes) > 0
    assert changes(own, own, 5) == ((), ())


def test_projects_are_set_side_by_side(shipped: Sources) -> None:
    found = read_portfolio(shipped, EVERYONE)
    ids = [line.id for line in found.lines[:3]]
    table = comparison(found, ids, shipped.records.view(EVERYONE))
    assert len(table.columns) == 4
    assert table.rows[0] == ("Place", "1", "2", "3")


def test_the_selected_stand_out_in_the_matrix_and_the_funnel_counts_all(shipped: Sources) -> None:
    found = read_portfolio(shipped, EVERYONE)
    picked = [line.id for line in found.lines[:2]]
    chart = matrix(found, picked)
    assert chart is not None
    points = [point for layer in chart.spec["layer"] for point in layer["data"]["values"] if "key" in point]
    assert {point["key"] for point in points if point["group"] == "Selected"} == set(picked)
    bars = funnel(shipped, found)
    assert bars is not None
    assert sum(bar["measure"] for bar in bars.spec["data"]["values"]) == len(found.lines)


def test_a_project_is_told_whole(shipped: Sources) -> None:
    found = read_project(shipped, EVERYONE, "P-017")
    assert found is not None
    assert {table.title for table in found.facts} >= {"People", "Money", "Risk and controls"}
    for table in (found.criteria, found.stages, found.gates, found.models, found.metrics):
        assert table is not None
        assert table.rows
    outcomes = [row[0] for row in found.gates.rows] if found.gates else []
    assert outcomes == sorted(outcomes, key=["unmet", "unknown", "waived", "met"].index)


def test_models_come_worst_first_with_a_next_step_for_each_in_trouble(shipped: Sources) -> None:
    found = read_models(shipped, EVERYONE)
    assert [line.rank for line in found.lines] == sorted(line.rank for line in found.lines)
    assert all(line.next_step for line in found.lines if line.rank < 2)
    assert found.count(0) == sum(line.points is not None and line.points < -3 for line in found.lines)


def test_each_unmet_rule_names_its_clause(shipped: Sources) -> None:
    found = read_governance(shipped, EVERYONE)
    assert found is not None
    assert len({row[0] for row in found.blocked.rows}) == found.blocked_projects
    assert sum(row[2] for row in found.rules.rows) == len(found.blocked.rows)
    assert all(row[found.blocked.columns.index("Clause")] for row in found.blocked.rows)


def test_a_workspace_without_rules_has_no_governance(tmp_path: Path) -> None:
    (tmp_path / "records").mkdir()
    (tmp_path / "records" / "projects.csv").write_text("id,name\nX-1,One\n", encoding="utf-8")
    sources = open_sources(tmp_path)
    assert read_governance(sources, EVERYONE) is None
    assert [line.score for line in read_portfolio(sources, EVERYONE).lines] == [None]
    assert matrix(read_portfolio(sources, EVERYONE)) is None
