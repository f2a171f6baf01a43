"""What goes on from a reading that was doubted is doubted too."""

from __future__ import annotations

from copilot import Copilot
from copilot.models.history import leading
from copilot.reading.certainty import DOUBTED
from copilot.types import Answer


def certainty(answer: Answer) -> float:
    lead = leading(answer.tool_calls)
    assert lead is not None
    return lead.certainty


def test_a_follow_up_is_no_surer_than_what_it_goes_on_from(copilot: Copilot) -> None:
    first = copilot.ask("Which ones never really took off?", conversation="doubted")
    assert certainty(first) < 0.8
    assert certainty(copilot.ask("And who owns them?", conversation="doubted")) <= certainty(first)


def test_what_goes_on_from_something_sure_stays_sure(copilot: Copilot) -> None:
    assert certainty(copilot.ask("How many projects are in pilot?", conversation="sure")) >= DOUBTED
    assert certainty(copilot.ask("And in production?", conversation="sure")) >= DOUBTED
