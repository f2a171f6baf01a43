"""What people type in a hurry and in everyday words, read and planned on the records of the fixture hospital."""

from __future__ import annotations

from typing import Any

import pytest
from test_planning import NAMES, arguments, conditions, frame

from copilot.models.meaning import MetricMeanings
from copilot.models.planner import plan
from copilot.retrieval.embedder import Embedder


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("pilots that nobody in the business owns - how many?", ("owner", "missing", None)),
        ("How many pilots have been pilots for more than 100 days?", ("stage_since", "<", "2026-03-22")),
        ("which projects depend on the Bed Planner?", ("depends_on", "=", "H-02")),
    ],
)
def test_everyday_conditions_become_conditions_on_columns(question: str, expected: tuple[str, str, Any]) -> None:
    assert expected in conditions("find_projects", question)


@pytest.mark.parametrize(
    ("hurried", "spelled"),
    [
        ("use last qtr", "use last quarter"),
        ("nr of incidents that aren't closed", "number of incidents that are not closed"),
        ("a 12 mio programme", "a 12 million programme"),
        ("the third calendar quarter 2025", "the July to September 2025"),
    ],
)
def test_what_is_typed_in_a_hurry_is_read_written_out(hurried: str, spelled: str) -> None:
    assert frame(hurried).text == spelled


def test_an_id_that_no_record_has_is_known_to_be_none() -> None:
    assert frame("who owns H-77?").links.unknown_ids == ("H-77",)
    assert frame("who owns H-01?").links.unknown_ids == ()
    assert frame("what does ISO-42001 say?").links.unknown_ids == ()


def test_groups_that_are_put_in_order_by_a_metric_are_no_ranking_of_projects() -> None:
    asked = arguments("lookup_metric", "top 2 units by hours saved in 2026")
    assert (asked["by"], asked["top"]) == ("unit", 2)
    asked = arguments("lookup_metric", "which two units have the lowest weekly use?")
    assert (asked["by"], asked["bottom"]) == ("unit", 2)
    calls = plan(frame("top 2 units by hours saved in 2026"), NAMES).calls
    assert all(c.tool != "prioritize_projects" for c in calls)
    assert any(c.tool == "prioritize_projects" for c in plan(frame("What are the top 2 projects?"), NAMES).calls)


def test_what_a_project_needs_before_launch_is_asked_of_the_governance_rules() -> None:
    assert (
        arguments("check_governance", "I run the Bed Planner: what do I still need before launch?")["project"] == "H-02"
    )


def test_where_money_is_wasted_is_asked_of_what_is_stalled() -> None:
    called = {c.tool for c in plan(frame("Where are we wasting money on AI right now?"), NAMES).calls}
    assert "diagnose_scaling" in called


def test_a_follow_up_by_an_amount_keeps_what_was_missing() -> None:
    first, then = "Which projects have no sponsor?", "and which of them cost the most?"
    assert ("sponsor", "missing", None) in conditions("find_projects", first, then)
    assert arguments("find_projects", first, then)["order_by"] == "-spend"


def test_that_a_question_speaks_of_ai_brings_no_metric_near_to_it() -> None:
    texts = (("incidents", "incidents"), ("incidents", "Incidents of systems found"), ("saved", "Cost saved"))
    names = frozenset({"incidents", "saved"})
    embed = Embedder().embed
    meanings = MetricMeanings(texts, names, frozenset(), lambda q, ts: [float(c) for c in embed(ts) @ embed([q])[0]])
    assert meanings.near("What did our competitors invest in AI last year?") == ()
    assert meanings.near("Which AI law was passed last year?") == ()
    assert meanings.near("How much did AI save us in 2025?") == ("saved",)


def test_when_something_is_to_be_done_is_no_condition_on_the_records() -> None:
    calls = plan(frame("Should we stop any pilot this quarter?"), NAMES).calls
    assert not any(c["column"] == "started" for call in calls for c in call.arguments.get("filters", ()))
    assert "started" in {column for column, _, _ in conditions("find_projects", "How many pilots started in 2025?")}
