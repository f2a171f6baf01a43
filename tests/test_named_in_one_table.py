"""What a question names, and only one table holds, is not left out for the sake of a reading of another."""

from __future__ import annotations

import pytest
from small_workspaces import copilot_on

from copilot import Copilot

copilot = copilot_on(
    {
        "workspace.yaml": "organisation: Halden Care\ncurrency: NOK\nas_of: 2026-06-01\n",
        "records/projects.csv": "id,name,unit,stage,stage_since,budget\n"
        "H-01,Sepsis Warning,Surgery,pilot,2025-02-01,100\nH-02,Bed Planner,Surgery,pilot,2024-09-01,250\n"
        "H-03,Visit Router,Surgery,production,2023-03-01,400\nH-04,Ward Chat,Medicine,pilot,2023-05-01,90\n",
        "records/models.csv": "id,name,unit,trained_on,deployed_on\n"
        "M-1,Lapse Score,Surgery,2025-01-10,2025-03-20\nM-2,Bed Score,Surgery,2025-02-10,2025-02-20\n"
        "M-3,Route Score,Medicine,2024-02-10,2024-06-20\n",
    }
)


@pytest.mark.parametrize(
    "question",
    ["Which pilots in Surgery have been running longest?", "Which pilot in Surgery has been running the longest?"],
)
def test_a_stage_of_projects_is_not_left_out_for_models(copilot: Copilot, question: str) -> None:
    (call,) = (call for call in copilot.ask(question).tool_calls if call.name == "find_projects")
    assert call.arguments["table"] == "projects"
    named = {(f["column"], f["value"]) for f in call.arguments["filters"]}
    assert named >= {("stage", "pilot"), ("unit", "Surgery")}


owned = copilot_on(
    {
        "workspace.yaml": "organisation: Halden Care\nas_of: 2026-06-01\n",
        "records/projects.csv": "id,name,unit,stage,owner\nH-01,Sepsis Warning,Surgery,pilot,Ana Ruiz\n"
        "H-02,Bed Planner,Surgery,pilot,Ana Ruiz\nH-03,Visit Router,Surgery,production,Ole Vik\n",
        "records/models.csv": "id,name,unit,owner\nM-1,Lapse Score,Surgery,Ole Vik\nM-2,Bed Score,Surgery,Ole Vik\n"
        "M-3,Route Score,Medicine,Ole Vik\n",
    }
)


def test_pilots_are_projects_whoever_owns_models(owned: Copilot) -> None:
    (call,) = (call for call in owned.ask("Who runs the most pilots?").tool_calls if call.name == "find_projects")
    assert call.arguments["table"] == "projects"
    assert {(f["column"], f["value"]) for f in call.arguments["filters"]} == {("stage", "pilot")}
