"""What a memo on how projects stand says, on the shipped workspace, the fixture hospital and small workspaces."""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
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

from copilot.errors import KnowledgeError
from copilot.memos.export import export
from copilot.memos.memo import Memo
from copilot.records.catalogue import Catalogue
from copilot.sources import Sources
from copilot.tools.draft_memo.check import check_memo
from copilot.tools.draft_memo.status.inputs import months_before
from copilot.types import Viewer

PILOT = {"column": "stage", "value": "pilot"}


@pytest.fixture(scope="module")
def pilots(shipped: Sources) -> Memo:
    return drafted(shipped, purpose="status", filters=[PILOT])


def states(memo: Memo) -> dict[str, str]:
    return {call.project: call.verdict for call in memo.calls}


def lines(memo: Memo, section: Any) -> dict[str, str]:
    return {line.key: line.text for line in memo.section(section).lines}


@pytest.mark.parametrize("asked", [{}, {"projects": ["H-03", "Bed Planner"]}, {"unit": "Home Care"}], ids=str)
def test_every_sentence_and_figure_is_in_the_sources_it_cites(hospital: Sources, asked: dict[str, Any]) -> None:
    memo = drafted(hospital, purpose="status", **asked)
    assert (memo.kind, memo.firmness, memo.warnings) == ("status", "none", ())
    assert [*untraceable(memo)] == []


def test_a_board_reads_one_page_first_with_owners_steps_and_a_place_to_sign(pilots: Memo) -> None:
    assert [*untraceable(pilots)] == []
    front = [s.name for s in pilots.sections if not s.is_annex]
    assert front == ["decision", "money", "list", "progress", "conditions", "signature"]
    table = pilots.section("list").table
    assert table is not None
    assert {"Owner", "State", "What is the matter", "Last decided", "Next step"} <= set(table.columns)
    pages = pdf_pages(export(pilots, "pdf"))
    assert "Date, signature" in pages[0]
    assert "Date, signature" not in "".join(pages[1:])


def test_the_states_add_up_to_the_projects(pilots: Memo, shipped: Sources) -> None:
    rows = shipped.records.view(EVERYONE).select("projects")
    assert len(pilots.calls) == sum(row["stage"] == "pilot" for row in rows)
    counts = Counter(states(pilots).values())
    state = lines(pilots, "decision")["state"]
    assert f"{counts['blocked']} are blocked" in state
    assert f"{counts['off_track']} are off track" in state
    everything = pilots.section("everything").table
    assert everything is not None
    assert len(everything.rows) == len(pilots.calls)


@pytest.mark.parametrize(
    ("row", "state"),
    [
        ({"stage_since": LONG_AGO}, "off_track"),
        ({"stage_since": LATELY, "production_budget": 500_000}, "off_track"),
        ({"stage_since": LATELY, "spend": 210_000}, "off_track"),
        ({"stage": "production", "realised_benefit": 100_000}, "off_track"),
        ({"stage_since": LATELY, "spend": 190_000}, "at_risk"),
        ({"stage_since": LATELY, "blocker": "Nobody has time"}, "at_risk"),
        ({"stage_since": LATELY}, "on_track"),
        ({"stage": "production", "realised_benefit": 390_000}, "on_track"),
        ({"stage": "stopped"}, "ended"),
    ],
    ids=str,
)
def test_how_a_project_stands_follows_from_its_record(tmp_path: Path, row: dict[str, Any], state: str) -> None:
    sources = write_sources(tmp_path, [project("P-1", **row), project("P-2", stage_since=LATELY)])
    assert states(drafted(sources, purpose="status", projects=["P-1"])) == {"P-1": state}


def test_of_a_project_without_dates_and_money_no_state_is_known(tmp_path: Path) -> None:
    memo = drafted(write_sources(tmp_path, [{"id": "P-1", "name": "One", "stage": "pilot"}]), purpose="status")
    assert states(memo) == {"P-1": "unknown"}
    assert "Too little is recorded to tell the state of 1 project: One (P-1)" in said(memo)


def test_an_open_incident_and_a_falling_model_are_told_with_their_figures(tmp_path: Path) -> None:
    write_table(tmp_path, "incidents", "id,date,project_id,title,status", "I-1,2026-06-01,P-1,Wrong letters sent,open")
    write_table(tmp_path, "models", "id,project_id,name,status,validated_quality", "M-1,P-1,Letter model,live,0.9")
    weeks = [f"M-1,2026-{month:02}-{day:02},0.8" for month in (4, 5) for day in (6, 13, 20, 27)]
    write_table(tmp_path, "model_quality", "model_id,week,value", *weeks)
    sources = write_sources(tmp_path, [project("P-1", stage="production"), project("P-2", stage_since=LATELY)])
    memo = drafted(sources, purpose="status", projects=["P-1"])
    assert states(memo) == {"P-1": "off_track"}
    assert "Letter model (M-1) stands at 80% over its last weeks against a validated 90%" in said(memo)
    assert "An incident is open since 2026-06-01: Wrong letters sent." in said(memo)
    assert [*untraceable(memo)] == []


def test_budget_spending_and_benefit_are_sums_of_the_records(tmp_path: Path) -> None:
    rows = [
        project("P-1", budget=300_000, spend=330_000, expected_benefit=100_000),
        project("P-2", budget=100_000, spend=20_000, expected_benefit=50_000, expected_basis="assumed"),
        project("P-3", stage="stopped", budget=900_000),
    ]
    money = lines(drafted(write_sources(tmp_path, rows), purpose="status"), "money")
    assert money["budget"] == "Budget: 400,000 EUR, of which 350,000 EUR (88%) is spent."
    assert money["over_budget"] == "Over budget: Case P-1 (P-1) (110% spent)."
    assert "150,000 EUR a year, of which 100,000 EUR estimated and 50,000 EUR only assumed" in money["benefit"]


def test_what_has_moved_is_counted_from_a_quarter_back(tmp_path: Path) -> None:
    rows = [project("P-1", stage_since="2026-04-02"), project("P-2", stage_since="2026-02-01")]
    write_table(
        tmp_path,
        "decisions",
        "id,date,project_id,decision",
        "D-1,2026-05-05,P-1,Go on",
        "D-2,2026-01-05,P-1,Begin",
        "D-3,2026-05-06,P-9,Another",
    )
    memo = drafted(write_sources(tmp_path, rows), purpose="status")
    assert lines(memo, "decision")["change"].startswith("Since 2026-03-30: 1 project came to pilot; 1 decision and 0")
    assert "Since 2026-03-30 in the stage pilot: Case P-1." in lines(memo, "progress").values()
    assert list(lines(memo, "events")) == ["decisions:D-1"]


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [
        (date(2026, 5, 31), 3, date(2026, 2, 28)),
        (date(2026, 1, 15), 3, date(2025, 10, 15)),
        (date(2026, 6, 30), 12, date(2025, 6, 30)),
    ],
)
def test_months_are_counted_back_to_a_day_that_there_is(day: date, months: int, before: date) -> None:
    assert months_before(day, months) == before


def test_what_is_overdue_and_what_falls_due_next_are_told_with_who_answers(tmp_path: Path) -> None:
    write_table(
        tmp_path,
        "models",
        "id,project_id,name,status,trained_on,retrain_every_days",
        "M-1,P-1,Old model,live,2025-06-01,180",
        "M-2,P-1,New model,live,2026-06-01,60",
    )
    sources = write_sources(tmp_path, [project("P-1", owner="Ana Costa", stage="production")])
    due = lines(drafted(sources, purpose="status"), "conditions")
    assert due["overdue"] == (
        "Overdue since 2025-11-28: Old model is to be retrained (Case P-1 (P-1)); Ana Costa answers for it."
    )
    assert due["next_due"].startswith("On 2026-07-31: New model is to be retrained")


def test_of_a_named_project_all_stands_on_the_page_with_metrics_beside_their_targets(shipped: Sources) -> None:
    sources = replace(shipped, metrics=Catalogue.load(shipped.workspace, shipped.records))
    memo = drafted(sources, purpose="status", projects=["P-030"])
    assert [*untraceable(memo)] == []
    assert {s.name for s in memo.sections if s.is_annex} <= {"causes", "method"}
    assert "Settle what blocks Predictive maintenance for press lines" in lines(memo, "decision")["motion"]
    assert "Of 3 metrics with a target, 2 miss it" in lines(memo, "metrics")["missed"]
    table = memo.section("metrics").table
    assert table is not None
    followed = next(row for row in table.rows if row[0] == "Recommendations followed")
    assert followed[1:] == ("19%", "24%", "70%", "October 2026", "no", "Group Chief Data and AI Officer")
    assert "clause 4.1" in said(memo)


def test_a_memo_is_addressed_to_who_is_named(hospital: Sources) -> None:
    memo = drafted(hospital, purpose="status", addressee="Chief Risk Officer")
    assert memo.addressee == "Chief Risk Officer"
    signing = memo.section("signature").table
    assert signing is not None
    assert signing.rows[0][:2] == ("Chief Risk Officer", "For taking note")


def test_a_viewer_reads_nothing_that_is_kept_from_them(hospital: Sources) -> None:
    board = Viewer(name="b", labels=frozenset({"board"}))
    hidden, whole = drafted(hospital, purpose="status"), drafted(hospital, board, purpose="status")
    assert "Clinic Merger" in said(whole)
    assert "Clinic Merger" not in hidden.model_dump_json()
    assert "All totals are partial" in said(hidden)


def test_conditions_that_no_project_meets_leave_nothing_to_report(hospital: Sources) -> None:
    memo = drafted(hospital, purpose="status", filters=[{"column": "budget", "op": ">", "value": 1e12}])
    assert memo.calls == ()
    assert "There is nothing to report" in said(memo)
    assert export(memo, "pdf").startswith(b"%PDF")


def test_a_check_says_whose_state_is_another(tmp_path: Path) -> None:
    memo = drafted(write_sources(tmp_path, [project("P-1", stage_since=LATELY)]), purpose="status")
    assert check_memo(open_sources(tmp_path), EVERYONE, memo).holds
    later = write_sources(tmp_path, [project("P-1", stage_since=LONG_AGO), project("P-2", stage_since=LONG_AGO)])
    found = check_memo(later, EVERYONE, memo)
    assert (found.holds, found.claim) == (False, "state")
    assert found.reasons == (
        "Case P-1 (P-1): it was “On track” and is now “Off track”",
        "Case P-2 (P-2): it was not reported on and is now “Off track”",
    )


def test_a_workspace_may_bring_sections_that_the_kind_has(tmp_path: Path) -> None:
    write_sources(tmp_path, [project("P-1", blocker="Nobody has time")])
    own = tmp_path / "method" / "status_memo.yaml"
    own.parent.mkdir()
    own.write_text("sections:\n- {name: decision, heading: Lage}\n- {name: list, heading: Liste}\n")
    assert [s.heading for s in drafted(open_sources(tmp_path), purpose="status").sections] == ["Lage", "Liste"]
    own.write_text("sections:\n- {name: decision, heading: Lage}\n- {name: dissent, heading: Against}\n")
    with pytest.raises(KnowledgeError, match="a status memo has no section 'dissent'"):
        drafted(open_sources(tmp_path), purpose="status")


cells = st.one_of(st.none(), st.integers(1, 10))


@settings(max_examples=12, deadline=None)
@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "budget": cells,
                "spend": cells,
                "realised_benefit": cells,
                "stage": st.sampled_from(["pilot", "production", "stopped"]),
                "stage_since": st.sampled_from([None, LONG_AGO, LATELY]),
            }
        ),
        min_size=1,
        max_size=7,
    ),
    st.booleans(),
)
def test_a_memo_on_any_records_is_traceable(rows: list[dict[str, Any]], is_named: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        sources = write_sources(Path(folder), [project(f"P-{n}", **row) for n, row in enumerate(rows)])
        memo = drafted(sources, purpose="status", projects=["P-0"] if is_named else [])
        assert [*untraceable(memo)] == []
        assert memo.warnings == ()
        assert memo.section("decision").lines
