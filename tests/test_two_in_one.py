"""Two questions in one breath, each asked of what answers it."""

from __future__ import annotations

from small_workspaces import copilot_on

from copilot import Copilot

copilot = copilot_on(
    {
        "workspace.yaml": "organisation: Sorrel Yards\nas_of: 2026-05-20\n",
        "records/incidents.csv": "id,title,date,status,severity\nI-1,Crane stopped,2026-01-12,open,2\n"
        "I-2,Weld misread,2026-02-20,closed,3\nI-3,Hull plan lost,2026-03-11,open,3\n"
        "I-4,Gate held shut,2026-04-02,open,3\n",
        "policies/incidents.md": "# Incident procedure\n\n"
        "3.1 An incident that stays open for more than sixty days is put before the yard council.\n\n"
        "3.2 The keeper writes a first account within two working days.\n",
    }
)


def test_rows_and_a_rule_are_asked_apart(copilot: Copilot) -> None:
    answer = copilot.ask(
        "Of the severity 3 reports that are still open, which one was found first, and who has to see such a case once "
        "it has been lying around for more than two months?"
    )
    assert "Hull plan lost" in answer.text
    assert "yard council" in answer.text
