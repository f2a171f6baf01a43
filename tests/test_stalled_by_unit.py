"""Units that are asked about beside each other come first, not the funnel of all."""

from __future__ import annotations

import pytest
from small_workspaces import copilot_on

from copilot import Copilot

ROWS = (
    "P-1,Crate counter,Jetty North,pilot,2024-05-01", "P-2,Rope checker,Jetty North,pilot,2024-06-01",
    "P-3,Gull alarm,Jetty South,pilot,2024-07-01", "P-4,Tide board,Jetty South,production,2024-01-01",
    "P-5,Berth plan,Jetty West,pilot,2026-09-01",
)  # fmt: skip
copilot = copilot_on(
    {
        "workspace.yaml": "organisation: Quay Company\nas_of: 2026-10-31\n",
        "records/projects.csv": "\n".join(("id,name,unit,stage,stage_since", *ROWS)) + "\n",
    }
)


@pytest.mark.parametrize(
    "question",
    [
        pytest.param(
            "Which units have the most stalled pilots?",
            marks=pytest.mark.xfail(reason="the reader wants a count of rows since decision 0075", strict=True),
        ),
        "In which unit are the most pilots stalled?",
    ],
)
def test_the_unit_with_the_most_stalled_pilots_is_the_answer(copilot: Copilot, question: str) -> None:
    answer = copilot.ask(question)
    assert answer.status == "answered"
    first = answer.text.partition(".")[0]
    assert "Jetty North" in first
    assert "stalled" in first
    assert "2" in first
    assert "Jetty West" not in first
