"""A viewer who may see less is told no fewer caveats: that rows are left out takes the place of none."""

from __future__ import annotations

from small_workspaces import copilot_on

from copilot import Copilot

copilot = copilot_on(
    {
        "workspace.yaml": (
            "organisation: Havel Locks\nas_of: 2026-04-30\nstages: [trial, live]\nlabels: [board]\n"
            "criteria:\n  - {name: business_value, weight: 0.5}\n  - {name: feasibility, weight: 0.3}\n"
            "  - {name: risk, weight: 0.2}\n"
        ),
        "records/projects.csv": (
            "id,name,unit,stage,business_value,feasibility,risk,label\n"
            "P1,Barge Queue Model,Quay,trial,8,6,3,\nP2,Sluice Damage Eye,Quay,trial,7,,4,\n"
            "P3,Lock Heat Map,Quay,trial,6,5,4,\nP4,Quay Crane Pilot,Quay,trial,9,8,2,board\n"
        ),
        "playbook/criteria.md": (
            "---\ntitle: How projects are prioritized\n---\n# How projects are prioritized\n\n"
            "The criteria by which projects are prioritized have these weights: business value 60%, "
            "feasibility 25%, risk 15%.\n"
        ),
    }
)


def test_a_rule_that_a_document_states_otherwise_is_told_beside_rows_that_are_left_out(copilot: Copilot) -> None:
    answer = copilot.ask("Which projects of Quay should come first?")
    assert answer.status == "answered"
    assert "P4" not in answer.text
    assert "may not see" in answer.text
    assert "playbook/criteria.md" in {citation.source for citation in answer.citations}
