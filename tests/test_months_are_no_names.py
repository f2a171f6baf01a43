"""The name of a month is none of something that the workspace would have to mention."""

from __future__ import annotations

import pytest
from small_workspaces import copilot_on

from copilot import Copilot

copilot = copilot_on(
    {
        "workspace.yaml": "organisation: Halden Care\ncurrency: NOK\nas_of: 2026-06-01\n",
        "records/projects.csv": "id,name,unit,stage\nH-01,Sepsis Warning,Surgery,pilot\n"
        "H-02,Bed Planner,Medicine,pilot\n",
        "records/incidents.csv": "id,project_id,date,severity,status,title\n"
        "I-1,H-01,2025-11-03,2,closed,Alarm too late\nI-2,H-01,2026-02-11,1,open,No alarm\n"
        "I-3,H-02,2026-03-02,3,closed,Double booking\n",
        "policies/retention.md": "# Data retention\n\nTraining data is kept for two years and then deleted.\n",
    }
)


@pytest.mark.parametrize(
    "question",
    [
        "How many incidents were there from January to March 2026, compared with October to December 2025?",
        "Surgery: incidents in November against those in February?",
    ],
)
def test_no_month_is_missed(copilot: Copilot, question: str) -> None:
    text = copilot.ask(question).text
    assert "do not mention" not in text
    assert not any(f"“{month}”" in text for month in ("December", "November", "February"))
