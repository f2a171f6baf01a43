"""A term that a document sets in bold where it says what it is: asked for, that place is told."""

from __future__ import annotations

import pytest
from small_workspaces import copilot_on

from copilot import Copilot

copilot = copilot_on(
    {
        "workspace.yaml": "organisation: Tamar Mills\n",
        "policies/watching.md": "# Watching tools\n\n## What is looked at\n\n"
        "1.1 Each Monday the keeper reads forty answers and counts those that somebody had to put right. "
        "Their share is the **mending rate**.\n\n"
        "1.2 For tools that price, the mending rate is left out and the margin is looked at.\n\n"
        "1.3 The first sixty days after the switch-on are the **sitting time**: nothing is copied to another mill "
        "meanwhile.\n\n"
        "## The first day\n\n2.1 Whoever sees a fault makes the work safe and tells the shift leader.\n\n"
        "2.2 The meeting of the keepers takes place on the first Tuesday.\n",
    }
)


@pytest.mark.parametrize(
    ("question", "place"),
    [
        ("What is the mending rate?", "forty answers"),
        ("pls what is meaning of mending rate", "forty answers"),
        ("Everybody says 'sitting time' in my meetings. What is that?", "sixty days"),
    ],
)
def test_where_a_term_is_defined_is_told_first(copilot: Copilot, question: str, place: str) -> None:
    answer = copilot.ask(question)
    assert answer.status == "answered"
    assert place in answer.text.partition("\n")[0]
