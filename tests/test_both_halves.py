"""Questions that ask the records one thing and the documents another, and facts that no record holds."""

from __future__ import annotations

import pytest
from small_workspaces import copilot_on

from copilot import Copilot

copilot = copilot_on(
    {
        "workspace.yaml": "as_of: 2026-04-30\ncurrency: EUR\nstages: [idea, trial, in service, stopped]\n",
        "records/schemes.csv": "Ref;Scheme;Phase;Since;Outlay;Granted;Depot;Lead\n"
        "V1;Tyre Watch;in service;2025-02-01;900000;1000000;Harlow;Ana Prior\n"
        "V2;Route Mixer;in service;2025-06-01;450000;500000;Harlow;Bo Lund\n"
        "V3;Fuel Forecast;trial;2025-11-03;100000;300000;Redhill;Ana Prior\n"
        "V4;Door Check;trial;2026-01-12;290000;300000;Tilbury;Cy Marsh\n",
        "records/mapping.yaml": """tables:
  projects:
    source: schemes.csv
    rename: {Ref: id, Scheme: name, Phase: stage, Since: stage_since, Outlay: spend, Granted: budget, Depot: unit,
             Lead: owner}
""",
        "policies/trials.md": "# Rules for trials\n\n## 1 Length\n\n"
        "**1.1** A trial lasts at most 26 weeks.\n\n**1.2** The steering board may extend a trial once, by 8 weeks.\n",
        "policies/money.md": "# Rules on money\n\n## 1 Overruns\n\n"
        "**1.1** A scheme that overspends its grant by more than 10 per cent goes back to the finance board.\n",
    }
)


@pytest.mark.parametrize(
    ("question", "value", "said"),
    [
        ("How many schemes are in trial, and how long may a trial last at most?", 2, "26 weeks"),
        ("Which schemes are in trial, and who may extend a trial?", None, "steering board"),
    ],
)
def test_both_halves_are_told(copilot: Copilot, question: str, value: float | None, said: str) -> None:
    answer = copilot.ask(question)
    assert answer.status == "answered"
    assert {c.kind for c in answer.citations} >= {"passage", "computation"}
    assert said in answer.text
    assert value is None or value in [figure.value for figure in answer.figures]


def test_a_half_that_nothing_answers_is_said_to_be_one(copilot: Copilot) -> None:
    answer = copilot.ask("How many schemes are in trial, and which supplier must we take for drones?")
    assert 2 in [figure.value for figure in answer.figures]
    assert "drones" in answer.text


def test_a_fact_that_no_column_holds_is_not_answered_with_the_record(copilot: Copilot) -> None:
    assert copilot.ask("How many full-time people work on Door Check?").status == "insufficient_evidence"


def test_a_record_is_still_told_where_it_is_asked_for(copilot: Copilot) -> None:
    answer = copilot.ask("Tell me about Door Check.")
    assert answer.status == "answered"
    assert [c.name for c in answer.tool_calls if c.is_lead] == ["project_record"]
