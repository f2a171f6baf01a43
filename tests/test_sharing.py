"""Whoever opens a shared conversation reads of it what they may see themselves."""

from __future__ import annotations

import pytest

from copilot import Copilot
from copilot.errors import SettingsError
from copilot.state.turns import Share

PHYSICIAN = "chief_physician"
PUBLIC = "What is the data retention period?"
SECRET = "What does the board risk appetite say?"
RANKING = "Which five projects should come first?"


@pytest.fixture(scope="module")
def share(copilot: Copilot) -> Share:
    id = copilot.conversations.start(PHYSICIAN)
    for question in (PUBLIC, SECRET, RANKING):
        assert copilot.ask(question, id, PHYSICIAN).status == "answered"
    share = copilot.share(id, PHYSICIAN)
    copilot.ask("How many projects are in pilot?", id, PHYSICIAN)
    return share


def test_who_sees_as_much_reads_all_as_it_stood_when_it_was_shared(copilot: Copilot, share: Share) -> None:
    turns = copilot.conversations.turns(share.conversation, PHYSICIAN)
    shared = copilot.shared(share.link, PHYSICIAN)
    assert (shared.viewer, shared.title) == (PHYSICIAN, PUBLIC)
    assert [turn.answer for turn in shared.turns] == [turn.answer for turn in turns[:3]]


def test_who_sees_less_reads_only_answers_from_passages_they_may_open(copilot: Copilot, share: Share) -> None:
    public, secret, ranking = copilot.shared(share.link, "everyone").turns
    own = copilot.conversations.turns(share.conversation, PHYSICIAN)[0].answer
    assert own is not None
    assert public.answer is not None
    assert (public.answer.text, public.answer.citations) == (own.text, own.citations)
    assert own.also_read
    assert not public.answer.also_read
    assert [copilot.source(citation, "everyone").kind for citation in public.answer.citations]
    assert [(turn.question, turn.answer) for turn in (secret, ranking)] == [(SECRET, None), (RANKING, None)]


def test_what_everyone_sees_is_whole_for_who_sees_more(copilot: Copilot) -> None:
    id = copilot.conversations.start("everyone")
    answer = copilot.ask(RANKING, id)
    (turn,) = copilot.shared(copilot.share(id).link, PHYSICIAN).turns
    assert turn.answer is not None
    assert (turn.answer.text, turn.answer.tables) == (answer.text, answer.tables)


def test_a_link_that_was_never_made_opens_nothing(copilot: Copilot) -> None:
    with pytest.raises(SettingsError, match="opens no conversation"):
        copilot.shared("", "everyone")
