"""A memo that was kept is computed again on data that changed since."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from memo_sources import EVERYONE, drafted, project, write_sources

from copilot.memos.comparison import Check, CheckedLine
from copilot.tools.draft_memo.check import check_memo

ROWS = [project("P-1", 9, 9), project("P-2", 7, 7), project("P-3", 4, 4), project("P-4", 3, 3)]


def checked(root: Path, later: Sequence[dict[str, Any]], **arguments: Any) -> Check:
    """A memo on ROWS, checked on other rows."""
    memo = drafted(write_sources(root, ROWS), **{"top": 2, **arguments})
    return check_memo(write_sources(root, later), EVERYONE, memo)


def line(found: Check, key: str) -> CheckedLine:
    return next(line for line in found.lines if line.key == key)


def test_a_memo_holds_line_by_line_on_the_data_it_was_drafted_from(tmp_path: Path) -> None:
    found = checked(tmp_path, ROWS, budget=500_000)
    assert found.holds
    assert {line.state for line in found.lines} == {"holds"}
    assert found.sources_changed == ()


def test_a_changed_figure_is_told_as_it_was_and_as_it_is(tmp_path: Path) -> None:
    found = checked(tmp_path, [ROWS[0], project("P-2", 8, 7), *ROWS[2:]])
    assert found.holds
    row = line(found, "row:Case P-2 (P-2)")
    assert row.state == "changed"
    assert ("66.1", "68") in row.figures
    assert found.sources_changed == ("Case P-2 (records/projects.csv)",)


def test_figures_of_different_things_are_not_paired(tmp_path: Path) -> None:
    found = checked(tmp_path, [ROWS[0], project("P-2", 8, 7), *ROWS[2:]])
    why = line(found, "why:P-2")
    assert "risk 4" in why.before
    assert "business value 8" in why.after
    assert ("4", "") in why.figures
    assert ("", "8") in why.figures


def test_another_order_ends_the_recommendation(tmp_path: Path) -> None:
    found = checked(tmp_path, [*ROWS[:2], project("P-3", 10, 10), ROWS[3]])
    assert not found.holds
    assert any("P-3" in reason and "was not proposed" in reason for reason in found.reasons)
    assert any("P-2" in reason for reason in found.reasons)
    assert line(found, "why:P-3").state == "new"
    assert line(found, "row:Case P-2 (P-2)").state == "gone"


def test_a_project_that_reached_production_leaves_the_recommendation(tmp_path: Path) -> None:
    found = checked(tmp_path, [project("P-1", 9, 9, stage="production"), *ROWS[1:]])
    assert not found.holds


def test_a_memo_on_a_project_that_is_gone_cannot_be_checked(tmp_path: Path) -> None:
    found = checked(tmp_path, ROWS[1:], projects=["P-1"])
    assert not found.holds
    assert "no project 'P-1'" in found.reasons[0]
    assert {line.state for line in found.lines} == {"gone"}
