"""A memo on other terms: what must be in and what is left out, what a change brings, and the version it becomes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from memo_sources import EVERYONE, drafted, project, said, untraceable, write_sources

from copilot.boards.memo_terms import narrowed, scope, terms, tried
from copilot.errors import ToolError
from copilot.memos.memo import Memo
from copilot.memos.store import Memos
from copilot.sources import Sources
from copilot.tools.draft_memo.check import check_memo

UNITS = ("Shop", "Shop", "Works", "Works", "Works")


@pytest.fixture
def five(tmp_path: Path) -> Sources:
    """Case P-1 scores most, Case P-5 least; each has 150,000 left to spend."""
    rows = [project(f"P-{n}", 10 - n, unit=unit) for n, unit in enumerate(UNITS, 1)]
    return write_sources(tmp_path, [*rows, project("P-6", 9, stage="production")])


def funded(memo: Memo) -> list[str]:
    return [call.project for call in memo.calls if call.verdict == "fund"]


def changed(sources: Sources, memo: Memo, **given: Any):
    return tried(sources, EVERYONE, memo, terms(memo).model_copy(update=given))


@pytest.mark.parametrize("budget", [None, 500_000])
def test_a_set_holds_what_must_be_in_and_not_what_is_left_out(five: Sources, budget: float | None) -> None:
    memo = drafted(five, top=2, budget=budget, must_have=["Case P-5"], exclude=["P-1"])
    assert funded(memo) == ["P-2", "P-5"]
    assert next(call.verdict for call in memo.calls if call.project == "P-1") == "left_out"
    choice = next(line.text for line in memo.section("decision").lines if line.key == "choice")
    assert "as asked, with Case P-5; as asked, without Case P-1" in choice
    assert "Case P-1 (P-1) is left out: it is excluded as asked" in said(memo)
    assert [*untraceable(memo)] == []
    assert check_memo(five, EVERYONE, memo).holds


def test_what_must_be_in_is_so_whatever_its_stage_and_scope(five: Sources) -> None:
    assert funded(drafted(five, top=2, unit="Works", must_have=["P-6", "P-2"])) == ["P-6", "P-2"]


@pytest.mark.parametrize("other", [{"purpose": "stop"}, {"projects": ["P-2"]}])
def test_only_a_memo_that_chooses_can_say_what_must_be_in(five: Sources, other: dict[str, Any]) -> None:
    with pytest.raises(ToolError, match="chooses what to fund"):
        drafted(five, must_have=["P-1"], **other)


def test_what_a_term_changes_is_told_against_the_kept_version(five: Sources) -> None:
    memo = drafted(five, top=2, budget=500_000)
    assert funded(memo) == ["P-1", "P-2"]
    found = changed(five, memo, exclude=["P-1"])
    assert (found.come, found.go) == (("Case P-3",), ("Case P-1",))
    assert any("P-1" in reason for reason in found.reasons)
    assert {section.name for section in found.memo.sections} == {"decision", "money", "ranking"}
    kept = drafted(five, top=2, budget=500_000, exclude=["P-1"])
    assert found.memo.section("decision") == kept.section("decision")
    assert found.memo.section("ranking").table == kept.section("ranking").table
    same = changed(five, memo, top=2)
    assert (same.come, same.go, same.is_reordered, same.reasons) == ((), (), False, ())
    with pytest.raises(ToolError):
        changed(five, memo, budget=100_000.0, must_have=["P-4"])


def test_a_weight_moves_the_order(tmp_path: Path) -> None:
    rows = [project("P-1", 9, 3), project("P-2", 3, 9), project("P-3", 5, 5)]
    sources = write_sources(tmp_path, rows)
    memo = drafted(sources, top=2, weights={"business_value": 0.9})
    other = changed(sources, memo, weights={"feasibility": 0.9})
    assert funded(other.memo)[0] == "P-2" != funded(memo)[0]


def test_a_scope_is_read_from_the_arguments_and_written_back(five: Sources) -> None:
    own = terms(drafted(five, unit="Shop", top=2))
    before = scope(five, EVERYONE, own)
    assert before["unit"] == ["Shop"]
    assert narrowed(own, before, before) == own
    two = narrowed(own, before, {**before, "unit": ["Shop", "Works"], "stage": ["pilot"]})
    assert two.unit is None
    assert scope(five, EVERYONE, two) == {**before, "unit": ["Shop", "Works"], "stage": ["pilot"]}
    back = narrowed(two, scope(five, EVERYONE, two), before)
    assert (back.unit, back.filters) == ("Shop", [])


def test_a_condition_that_no_list_says_stays(five: Sources) -> None:
    memo = drafted(five, top=2, filters=[{"column": "business_value", "op": "<", "value": 9}])
    own = terms(memo)
    before = scope(five, EVERYONE, own)
    other = narrowed(own, before, {**before, "unit": ["Works"]})
    assert [condition.column for condition in other.filters] == ["business_value"]
    assert other.unit == "Works"


def test_what_is_drafted_again_on_other_terms_is_a_version_of_the_same(five: Sources, memos: Memos) -> None:
    first, stranger = drafted(five, top=2), drafted(five, top=4)
    second = drafted(five, top=3).model_copy(update={"redrafted_from": first.id})
    third = drafted(five, top=3, exclude=["P-1"]).model_copy(update={"redrafted_from": second.id})
    for memo in (first, stranger, second, third):
        memos.keep(memo)
    versions = [third.id, second.id, first.id]
    for memo in (first, second, third):
        assert [info.id for info in memos.versions(memo.id, EVERYONE)] == versions
    assert [info.id for info in memos.versions(stranger.id, EVERYONE)] == [stranger.id]
    assert {"must_have", "exclude"}.isdisjoint(first.provenance.arguments)
