"""What a memo on stopping says, on the shipped workspace, the fixture hospital and small workspaces of projects."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from docx import Document
from hypothesis import given, settings
from hypothesis import strategies as st
from memo_sources import (
    EVERYONE,
    LATELY,
    LONG_AGO,
    drafted,
    open_sources,
    pdf_pages,
    project,
    said,
    untraceable,
    write_sources,
    write_table,
)

from copilot.analysis.acceptability import drawn_scores
from copilot.errors import ToolError
from copilot.memos.export import export
from copilot.memos.memo import Memo
from copilot.sources import Sources
from copilot.tools.draft_memo.check import check_memo
from copilot.tools.prioritize_projects.tool import Arguments as RankArguments
from copilot.tools.prioritize_projects.tool import ranked
from copilot.types import Viewer

OTHERS = [project(f"P-{n}", 8, 8, stage_since=LATELY) for n in range(2, 6)]


@pytest.fixture(scope="module")
def portfolio(shipped: Sources) -> Memo:
    return drafted(shipped, purpose="stop")


def verdicts(memo: Memo) -> dict[str, str]:
    return {call.project: call.verdict for call in memo.calls}


def lines(memo: Memo, section: Any) -> dict[str, str]:
    return {line.key: line.text for line in memo.section(section).lines}


@pytest.mark.parametrize(
    "asked", [{}, {"top": 1}, {"projects": ["H-03", "Bed Planner"]}, {"unit": "Home Care"}], ids=str
)
def test_every_sentence_and_figure_is_in_the_sources_it_cites(hospital: Sources, asked: dict[str, Any]) -> None:
    memo = drafted(hospital, purpose="stop", **asked)
    assert (memo.kind, memo.warnings) == ("stop", ())
    assert [*untraceable(memo)] == []


def test_a_board_reads_one_page_first_with_owners_steps_and_a_place_to_sign(portfolio: Memo) -> None:
    assert [*untraceable(portfolio)] == []
    front = [s.name for s in portfolio.sections if not s.is_annex]
    assert front == ["decision", "money", "ranking", "conditions", "signature"]
    table = portfolio.section("ranking").table
    assert table is not None
    assert {"Owner", "Last decided", "Next step", "On record against it", "Call"} <= set(table.columns)
    assert {s.name for s in portfolio.sections if s.is_annex} == {"reasons", "causes", "changes", "dissent", "method"}
    pages = pdf_pages(export(portfolio, "pdf"))
    assert "Date, signature" in pages[0]
    assert "Date, signature" not in "".join(pages[1:])


def test_a_weak_project_with_something_grave_on_record_is_to_be_stopped(tmp_path: Path) -> None:
    weak = project("P-1", 2, 2, stage_since=LONG_AGO, budget=300_000, spend=120_000, headcount=2)
    memo = drafted(write_sources(tmp_path, [weak, *OTHERS]), purpose="stop")
    assert (verdicts(memo)["P-1"], memo.firmness) == ("stop", "firm")
    assert "Stop 1 project: Case P-1, which frees 180,000 EUR" in said(memo)
    assert lines(memo, "money")["frees"] == "Freed: 180,000 EUR of approved budget not yet spent and the work of 2 FTE."
    assert "Spent already: 120,000 EUR" in said(memo)
    assert "It has been in the stage pilot for 365 days, beyond the limit of 180 days." in said(memo)


def test_a_weak_place_alone_stops_nothing(tmp_path: Path) -> None:
    memo = drafted(write_sources(tmp_path, [project("P-1", 2, 2, stage_since=LATELY), *OTHERS]), purpose="stop")
    assert verdicts(memo)["P-1"] == "continue"
    assert "Stop none of them. Continue Case P-1" in said(memo)
    assert "has nothing else on record against it" in lines(memo, "decision")["firmness"]


@pytest.mark.parametrize(
    ("row", "term"),
    [
        (project("P-1", 2, 2, blocker="No data"), "its obstacle is removed"),
        (project("P-1", 9, 9, stage_since=LONG_AGO), "it moves on from its stage"),
        (project("P-1", 9, 9, production_budget=400_000), "its benefit is more than it costs to run"),
    ],
    ids=["weak with an obstacle", "strong and late", "strong without a return"],
)
def test_others_continue_on_conditions_for_which_somebody_answers(tmp_path: Path, row: Any, term: str) -> None:
    sources = write_sources(tmp_path, [{**row, "owner": "Ana Costa"}, *OTHERS])
    memo = drafted(sources, purpose="stop", projects=["P-1"])
    assert verdicts(memo) == {"P-1": "conditional"}
    condition = lines(memo, "conditions")["condition:P-1"]
    assert term in condition
    assert "Ana Costa answers for it" in condition


def test_what_has_ended_is_not_to_be_stopped_again(tmp_path: Path) -> None:
    ended = project("P-1", 2, 2, stage="stopped", stage_since="2026-01-10")
    memo = drafted(write_sources(tmp_path, [ended, *OTHERS]), purpose="stop", projects=["P-1"])
    assert (verdicts(memo), memo.firmness) == ({"P-1": "ended"}, "none")
    assert "Case P-1 (P-1) is stopped already, since 2026-01-10, so there is nothing to stop." in said(memo)


def test_records_that_hold_few_criteria_lead_to_no_call(tmp_path: Path) -> None:
    rows = [{"id": f"P-{n}", "name": f"Case {n}", "stage": "pilot", "risk": n, "blocker": "Law"} for n in range(1, 6)]
    memo = drafted(write_sources(tmp_path, rows), purpose="stop")
    assert memo.calls == ()
    assert "the records hold no business value" in said(memo)
    named = drafted(open_sources(tmp_path), purpose="stop", projects=["P-1"])
    assert verdicts(named) == {"P-1": "unknown"}
    assert [*untraceable(named)] == []


def test_the_share_of_draws_is_that_of_coming_last(hospital: Sources) -> None:
    memo = drafted(hospital, purpose="stop", top=2)
    found = ranked(hospital, EVERYONE, RankArguments()).found
    assert found is not None
    scores = drawn_scores(found.candidates.estimates, found.weights.used, 10_000)
    last = np.argsort(scores, axis=1)[:, :2]
    table = memo.section("ranking").table
    assert table is not None
    for row in table.rows:
        position = next(i for i, id in enumerate(found.candidates.ids) if f"({id})" in str(row[1]))
        share = float(str(row[table.columns.index("Last 2 in")]).rstrip("%")) / 100
        assert share == pytest.approx(float((last == position).any(axis=1).mean()), abs=0.02)


def test_what_would_come_back_without_what_is_only_assumed_is_told(tmp_path: Path) -> None:
    weak = project("P-1", 2, 2, stage_since=LONG_AGO, budget=300_000, spend=0, expected_benefit=600_000)
    sources = write_sources(tmp_path, [{**weak, "expected_basis": "assumed"}, *OTHERS])
    money = lines(drafted(sources, purpose="stop"), "money")
    assert "would come back in 6 months, and not at all if benefits that are only assumed" in money["going_on"]
    assert "Given up: an expected benefit of 600,000 EUR a year, only assumed" in money["given_up"]


def test_a_project_that_others_wait_for_is_told_with_them(tmp_path: Path) -> None:
    weak, waiting = project("P-1", 2, 2, stage_since=LONG_AGO), project("P-9", 8, 8, depends_on="P-1")
    memo = drafted(write_sources(tmp_path, [weak, *OTHERS, waiting]), purpose="stop")
    assert "Case P-1 (P-1) is needed by Case P-9 (P-9)" in lines(memo, "conditions")["needed_by:P-1"]


def test_the_case_against_stopping_is_computed_from_the_same_records(portfolio: Memo) -> None:
    against = {key.partition(":")[0] for key in lines(portfolio, "dissent")}
    assert {"spared", "spared_by_weight", "could_leave", "returns_soon", "lives"} <= against
    assert all(key.startswith("flip:") for key in lines(portfolio, "changes"))


def test_earlier_decisions_in_favour_stand_against_stopping(tmp_path: Path) -> None:
    write_table(
        tmp_path,
        "decisions",
        "id,date,project_id,decision",
        "D-1,2026-02-01,P-1,Fund the second phase",
        "D-2,2026-03-01,P-1,Do not extend the pilot; no further money",
    )
    memo = drafted(write_sources(tmp_path, [project("P-1", 2, 2, stage_since=LONG_AGO), *OTHERS]), purpose="stop")
    decided = [line.text for line in memo.section("dissent").lines if line.key.startswith("decided:")]
    assert len(decided) == 1
    assert "Fund the second phase" in decided[0]


def test_a_viewer_reads_nothing_that_is_kept_from_them(hospital: Sources) -> None:
    board = Viewer(name="b", labels=frozenset({"board"}))
    hidden, whole = drafted(hospital, purpose="stop", top=6), drafted(hospital, board, purpose="stop", top=6)
    assert "H-09" not in hidden.model_dump_json()
    assert (hidden.is_partial, whole.is_partial) == (True, False)
    assert "No project on record that this viewer may see depends" in said(hidden)


def test_a_budget_is_refused(hospital: Sources) -> None:
    with pytest.raises(ToolError, match="A budget is for a memo on what to fund"):
        drafted(hospital, purpose="stop", budget=1e6)


def test_the_number_that_was_made_up_is_kept_so_that_it_can_be_checked(tmp_path: Path) -> None:
    weak = project("P-1", 2, 2, stage_since=LONG_AGO)
    memo = drafted(write_sources(tmp_path, [weak, *OTHERS]), purpose="stop")
    assert memo.provenance.arguments["top"] == 2
    assert check_memo(open_sources(tmp_path), EVERYONE, memo).holds
    moved = write_sources(tmp_path, [{**weak, "stage_since": LATELY}, *OTHERS])
    found = check_memo(moved, EVERYONE, memo)
    assert (found.holds, found.claim) == (False, "recommendation")
    assert found.reasons == ("Case P-1 (P-1): it was “Stop” and is now “Continue”",)


def test_word_and_markdown_hold_the_memo(portfolio: Memo) -> None:
    document = Document(io.BytesIO(export(portfolio, "docx")))
    table = portfolio.section("ranking").table
    assert table is not None
    assert list(table.columns) in [[cell.text for cell in told.rows[0].cells] for told in document.tables]
    assert "## What stopping frees and gives up" in export(portfolio, "md").decode()


cells = st.one_of(st.none(), st.integers(1, 10))


@settings(max_examples=12, deadline=None)
@given(
    st.lists(
        st.fixed_dictionaries(
            {"value": cells, "feasibility": cells, "budget": cells, "stage_since": st.sampled_from([LONG_AGO, LATELY])}
        ),
        min_size=1,
        max_size=7,
    ),
    st.booleans(),
)
def test_a_memo_on_any_records_is_traceable(rows: list[dict[str, Any]], is_named: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        sources = write_sources(Path(folder), [project(f"P-{n}", **row) for n, row in enumerate(rows)])
        memo = drafted(sources, purpose="stop", projects=["P-0"] if is_named else [])
        assert [*untraceable(memo)] == []
        assert memo.warnings == ()
        assert memo.section("decision").lines
