"""Who answers for a document is known here, though no passage has the name."""

from __future__ import annotations

from small_workspaces import copilot_on

from copilot import Copilot

copilot = copilot_on(
    {
        "workspace.yaml": "as_of: 2026-05-31\n",
        "policy/privacy.md": (
            "---\ntitle: Privacy briefing\nowner: Hinewai Karaitiana, Privacy Officer\neffective: 2026-01-01\n---\n\n"
            "# Privacy briefing\n\n## Sources\n\nEach site sends a list of its indirect sources to the Privacy Officer "
            "by 24 April.\n"
        ),
    }
)


def test_the_owner_of_a_document_is_no_unknown_name(copilot: Copilot) -> None:
    assert "Hinewai" not in copilot.ask("What does each site have to send to Hinewai, and by when?").text


def test_a_name_that_stands_nowhere_is_said_to_be_unknown(copilot: Copilot) -> None:
    assert "Rangimarie" in copilot.ask("What does each site have to send to Rangimarie, and by when?").text
