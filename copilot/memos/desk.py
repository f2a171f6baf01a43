"""What people do with a kept memo, each in the audit trail: they change its text, review it and sign it off."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from copilot.memos.memo import Memo
from copilot.memos.store import Memos, State, Step
from copilot.state.conversations import Conversations
from copilot.types import Viewer


def edit(
    memos: Memos, conversations: Conversations, viewer: Viewer, id: str, texts: Mapping[str, str], name: str
) -> Memo:
    """`Memos.edit`; the audit trail says who changed which sections, and which figures then had no source."""
    memo = memos.edit(id, viewer, texts, name)
    made = memo.edits[-1]
    conversations.note_or_log(
        viewer.name,
        "edited memo",
        memo.id,
        {
            "title": memo.title,
            "of": id,
            "name": made.name,
            "sections": list(made.sections),
            "unsourced": [figure.text for figure in memo.unsourced],
        },
    )
    return memo


def advance(
    memos: Memos,
    conversations: Conversations,
    viewer: Viewer,
    id: str,
    state: State,
    name: str,
    accepted: Collection[str] = (),
) -> Step:
    """`Memos.advance`; the audit trail says who brought it there, and which figures without a source were confirmed."""
    step = memos.advance(id, viewer, state, name, accepted)
    conversations.note_or_log(
        viewer.name,
        "advanced memo",
        id,
        {"state": step.state, "name": step.name, "accepted": list(step.accepted)},
    )
    return step
