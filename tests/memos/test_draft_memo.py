"""What a memo says, on the shipped workspace, the fixture hospital and small workspaces of projects."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from memo_sources import CORPUS, drafted, open_sources, project, said, untraceable, write_sources

from copilot.errors import ToolError
from copilot.memos.memo import VERDICTS, Memo
from copilot.sources import Sources
from copilot.types import Viewer


@pytest.fixture(scope="module")
def portfolio_memo(shipped: Sources) -> Memo:
    return drafted(shipped, top=8, budget=4_000_000)


def verdicts(memo: Memo) -> dict[str, str]:
    return {call.project: call.verdict for call in memo.calls}


@pytest.mark.parametrize(
    "asked",
    [{}, {"top": 3, "budget": 3_000_000}, {"projects": ["H-03", "Bed Planner"], "budget": 2e6}, {"unit": "Home Care"}],
    ids=["ranking", "set", "named", "unit"],
)
def test_every_sentence_and_figure_is_in_the_sources_it_cites(hospital: Sources, asked: dict[str, Any]) -> None:
    memo = drafted(hospital, **asked)
    assert [*untraceable(memo)] == []
    assert memo.warnings == ()


def test_a_memo_of_the_shipped_workspace_is_traceable_too(portfolio_memo: Memo) -> None:
    assert [*untraceable(portfolio_memo)] == []
    assert portfolio_memo.warnings == ()
    assert all(s.sha256 == hashlib.sha256(s.evidence.text.encode()).hexdigest() for s in portfolio_memo.sources)


def test_a_memo_has_all_its_parts(portfolio_memo: Memo) -> None:
    parts = {s.name for s in portfolio_memo.sections if s.lines}
    assert parts == {"decision", "money", "conditions", "reasons", "gates", "risks", "changes", "dissent", "method"}
    assert portfolio_memo.section("ranking").chart is not None
    assert [line.key for line in portfolio_memo.section("decision").lines][:3] == ["motion", "choice", "firmness"]


def test_a_board_reads_one_page_first(portfolio_memo: Memo) -> None:
    front = [s.name for s in portfolio_memo.sections if not s.is_annex]
    assert front == ["decision", "money", "ranking", "conditions", "signature"]
    assert [line.key for line in portfolio_memo.section("money").lines] == [
        "benefit", "left_to_spend", "payback", "unspent",
    ]  # fmt: skip
    table = portfolio_memo.section("ranking").table
    assert table is not None
    assert {"Owner", "Last decided", "Next step"} <= set(table.columns)
    calls = [row[-1] for row in table.rows]
    assert calls == sorted(calls, key=list(VERDICTS.values()).index)
    signing = portfolio_memo.section("signature").table
    assert signing is not None
    assert signing.rows[0][0] == portfolio_memo.addressee


def test_the_payback_counts_what_running_costs_and_what_is_only_assumed(tmp_path: Path) -> None:
    rows = [
        project("P-1", 9, budget=300_000, spend=0, expected_benefit=300_000, production_budget=60_000),
        project("P-2", 8, budget=300_000, spend=0, expected_benefit=240_000, expected_basis="assumed"),
        project("P-3", 2, 2),
    ]
    memo = drafted(write_sources(tmp_path, rows), projects=["P-1", "P-2"])
    money = {line.key: line.text for line in memo.section("money").lines}
    assert "540,000 EUR a year, of which 300,000 EUR estimated and 240,000 EUR only assumed" in money["benefit"]
    # 600,000 at 480,000 a year; without what is assumed at 240,000.
    assert "comes back in 15 months, 30 months if" in money["payback"]


def test_the_chosen_set_keeps_to_the_budget_and_the_count(portfolio_memo: Memo) -> None:
    table = portfolio_memo.section("ranking").table
    assert table is not None
    costs = [
        float(str(row[table.columns.index("Cost EUR")]).replace(",", "")) for row in table.rows if row[-1] == "Fund"
    ]
    assert 0 < len(costs) <= 8
    assert sum(costs) <= 4_000_000


def test_the_same_data_and_arguments_give_the_same_memo(hospital: Sources) -> None:
    assert drafted(hospital, top=3) == drafted(open_sources(CORPUS), top=3)
    assert drafted(hospital, top=3).id != drafted(hospital, top=2).id


def test_a_blocked_project_is_flagged_wherever_it_appears(shipped: Sources) -> None:
    memo = drafted(shipped, projects=["P-028"])
    assert verdicts(memo) == {"P-028": "hold"}
    assert memo.calls[0].blocked_by
    flags = [line for line in memo.section("conditions").lines if line.key == "flag:P-028"]
    assert memo.calls[0].blocked_by[0] in flags[0].text
    ranking, gates = memo.section("ranking").table, memo.section("gates").table
    assert ranking is not None
    assert gates is not None
    assert next(row for row in ranking.rows if "(P-028)" in str(row[1]))[-1] == "Hold: blocked"
    assert str(gates.rows[0][1]).startswith("Blocked by")


def test_what_governance_cannot_decide_comes_with_the_facts_to_ask_for(portfolio_memo: Memo) -> None:
    asked = [line for line in portfolio_memo.section("gates").lines if line.key.startswith("ask:")]
    assert asked
    assert all("?" in line.text for line in asked)


def test_the_first_sentence_says_that_nothing_is_firm(tmp_path: Path) -> None:
    rows = [project(f"P-{n}", business_value_low=1, business_value_high=10) for n in range(8)]
    memo = drafted(write_sources(tmp_path, rows), top=2)
    assert memo.firmness != "firm"
    assert "Nothing about this is firm" in memo.section("decision").lines[0].text


def test_projects_with_the_same_score_beyond_the_line_are_not_recommended(tmp_path: Path) -> None:
    memo = drafted(write_sources(tmp_path, [project(f"P-{n}") for n in range(5)]), top=2)
    assert set(verdicts(memo).values()) == {"unknown"}


def test_a_clear_winner_is_firm(tmp_path: Path) -> None:
    rows = [project("P-1", 10, 10), *(project(f"P-{n}", 2, 2) for n in range(2, 6))]
    memo = drafted(write_sources(tmp_path, rows), top=1)
    assert (memo.firmness, verdicts(memo)) == ("firm", {"P-1": "fund"})
    assert "Nothing about this is firm" not in said(memo)


def test_records_that_hold_few_criteria_lead_to_no_recommendation(tmp_path: Path) -> None:
    rows = [{"id": f"P-{n}", "name": f"Case {n}", "stage": "pilot", "risk": n, "budget": 9} for n in range(1, 6)]
    memo = drafted(write_sources(tmp_path, rows), top=2, budget=100)
    assert set(verdicts(memo).values()) == {"unknown"}
    assert "the records hold no business value" in said(memo)
    assert "With estimates of business value" in said(memo)


def test_records_without_any_criterion_lead_to_no_ranking(tmp_path: Path) -> None:
    memo = drafted(write_sources(tmp_path, [{"id": "P-1", "name": "One", "stage": "pilot"}]))
    assert memo.calls == ()
    assert "No recommendation can be made on these records." in said(memo)
    assert [*untraceable(memo)] == []


def test_a_viewer_reads_nothing_that_is_kept_from_them(hospital: Sources) -> None:
    hidden, whole = drafted(hospital, top=8), drafted(hospital, Viewer(name="b", labels=frozenset({"board"})), top=8)
    assert "Clinic Merger" in said(whole)
    assert "Clinic Merger" not in hidden.model_dump_json()
    assert (hidden.is_partial, whole.is_partial) == (True, False)
    assert "All totals and ranks are partial" in said(hidden)
    assert "partial" not in said(whole).replace("partly", "")


def test_a_project_that_the_viewer_may_not_see_cannot_be_asked_for(hospital: Sources) -> None:
    with pytest.raises(ToolError, match="There is no project"):
        drafted(hospital, projects=["H-09"])


def test_an_unknown_project_names_the_nearest(hospital: Sources) -> None:
    with pytest.raises(ToolError) as error:
        drafted(hospital, projects=["Sepsis Monitor Tool"])
    assert error.value.nearest


def test_a_budget_needs_budgets_on_record(tmp_path: Path) -> None:
    sources = write_sources(tmp_path, [{"id": "P-1", "name": "One", "business_value": 5}])
    with pytest.raises(ToolError, match="no column 'budget'"):
        drafted(sources, budget=1000)


def test_the_case_against_names_the_strongest_project_left_out_and_what_is_only_assumed(tmp_path: Path) -> None:
    rows = [project("P-1", 9, expected_basis="assumed"), project("P-2", 7), project("P-3", 3)]
    memo = drafted(write_sources(tmp_path, rows), top=1)
    against = {line.key: line.text for line in memo.section("dissent").lines}
    assert "only assumed" in against["assumed"]
    assert "Case P-1" in against["assumed"]


def test_what_became_of_earlier_projects_in_the_field_is_told(tmp_path: Path) -> None:
    rows = [
        project("P-1", 9, domain="pricing"),
        project("P-2", 4, domain="returns"),
        project("P-3", 5, domain="pricing", stage="stopped", blocker="Nobody used it"),
    ]
    memo = drafted(write_sources(tmp_path, rows), top=1)
    ended = next(line.text for line in memo.section("dissent").lines if line.key == "ended:pricing")
    assert "1 project of 2 on record was stopped: Case P-3 (P-3) (“Nobody used it”)" in ended


def test_more_money_than_is_needed_is_said(tmp_path: Path) -> None:
    memo = drafted(write_sources(tmp_path, [project("P-1"), project("P-2")]), projects=["P-1"], budget=200_000)
    assert "The 200,000 EUR asked for is 50,000 EUR more than that." in said(memo)


def test_a_project_in_production_is_decided_for_further_money_only(hospital: Sources) -> None:
    assert "this decides on further money only" in said(drafted(hospital, projects=["Visit Router"]))


cells = st.one_of(st.none(), st.integers(1, 10))


@settings(max_examples=15, deadline=None)
@given(
    st.lists(st.fixed_dictionaries({"value": cells, "feasibility": cells, "budget": cells}), min_size=1, max_size=7),
    st.integers(1, 5),
    st.sampled_from([None, 3, 12]),
)
def test_a_memo_on_any_records_is_traceable(rows: list[dict[str, Any]], top: int, budget: float | None) -> None:
    with tempfile.TemporaryDirectory() as folder:
        written = [project(f"P-{n}", **row, spend=None) for n, row in enumerate(rows)]
        memo = drafted(write_sources(Path(folder), written), top=top, budget=budget)
        assert [*untraceable(memo)] == []
        assert memo.warnings == ()
        assert memo.section("decision").lines


def test_an_incident_that_is_kept_from_the_viewer_is_not_denied(tmp_path: Path) -> None:
    write_sources(tmp_path, [project("P-1"), project("P-2")])
    (tmp_path / "records" / "incidents.csv").write_text(
        "id,date,project_id,title,label\nI-1,2026-05-01,P-1,Leak of names,board\n", encoding="utf-8"
    )
    memo = drafted(open_sources(tmp_path), projects=["P-1"])
    assert "Leak of names" not in memo.model_dump_json()
    assert "No incident that this viewer may see is recorded of Case P-1." in said(memo)
    assert memo.is_partial
    whole = drafted(open_sources(tmp_path), Viewer(name="chair", labels=frozenset({"board"})), projects=["P-1"])
    assert "Leak of names" in said(whole)
    assert not whole.is_partial
