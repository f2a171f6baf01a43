"""What share there is of something that the catalogue holds as an amount."""

from __future__ import annotations

from small_workspaces import copilot_on

from copilot import Copilot

copilot = copilot_on(
    {
        "workspace.yaml": "as_of: 2026-05-31\nstages: [trial, live]\n",
        "records/projects.csv": (
            "id,name,unit,stage,budget,spend,expected_benefit,realised_benefit\n"
            "P1,Berth Planner,North,live,100,90,400,100\nP2,Crane Eye,North,live,200,150,600,400\n"
            "P3,Gate Reader,South,trial,300,50,800,\n"
        ),
        "metrics.yaml": (
            "metrics:\n  expected_benefit: {label: Expected benefit, table: projects, "
            "expression: SUM(expected_benefit), dimensions: {unit: unit, stage: stage}, unit: EUR}\n"
        ),
    }
)


def test_an_amount_is_not_told_for_a_share(copilot: Copilot) -> None:
    answer = copilot.ask("What share of the expected benefit has been realised in North?")
    assert "lookup_metric" not in [call.name for call in answer.tool_calls]


def test_an_amount_is_told_where_it_is_asked(copilot: Copilot) -> None:
    answer = copilot.ask("What is the expected benefit in North?")
    assert "lookup_metric" in [call.name for call in answer.tool_calls]
    assert "1,000" in answer.text
