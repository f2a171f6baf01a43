"""A figure that no record has is not told from a document that speaks of the matter."""

from __future__ import annotations

import pytest
from small_workspaces import copilot_on

from copilot import Copilot

copilot = copilot_on(
    {
        "workspace.yaml": "organisation: Sorrel Yards\ncurrency: EUR\nas_of: 2026-01-15\n",
        "records/projects.csv": "id,name,unit,stage,owner,budget,spend,realised_benefit\n"
        "S-1,Hull Reader,Alder Quay,pilot,Ines Roca,100000,40000,0\n"
        "S-2,Weld Watcher,Birch Dock,production,Omar Haddad,200000,210000,90000\n"
        "S-3,Crane Planner,Alder Quay,production,Yuki Mori,300000,150000,120000\n",
        "records/observations.csv": "metric,month,unit,overruled,shown\noverride_share,2025-11-01,Alder Quay,12,100\n"
        "override_share,2025-12-01,Alder Quay,14,100\n",
        "metrics.yaml": "metrics:\n  override_share:\n    label: Override share\n"
        "    definition: Tips that a foreman overruled, divided by tips shown.\n    kind: operational\n"
        "    expression: SUM(overruled) / NULLIF(SUM(shown), 0)\n    where: {metric: override_share}\n"
        "    time: month\n    dimensions: {unit: unit}\n    unit: share\n    direction: down\n    owner: Ines Roca\n"
        "    freshness_days: 60\n",
        "policies/benefits.md": "# How benefits are counted\n\n"
        "2.1 A tenth of the booked benefit of each tool goes into the training pot, which the committee spends.\n\n"
        "2.2 In December foremen at Birch Dock overruled every fourth tip of the weld tool.\n",
    }
)


@pytest.mark.parametrize(
    "question",
    [
        "How full is the training pot today?",
        "What was the override share at Birch Dock in December 2025?",
    ],
)
def test_what_only_a_document_speaks_of_is_no_figure_of_the_records(copilot: Copilot, question: str) -> None:
    assert copilot.ask(question).status == "insufficient_evidence"
