"""A memo on how projects stand: those that are named, or all that meet some conditions and have not ended."""

from __future__ import annotations

from functools import partial

from copilot.sources import Sources
from copilot.tools.draft_memo.causes import causes
from copilot.tools.draft_memo.drafting import Drafting
from copilot.tools.draft_memo.inputs import Request
from copilot.tools.draft_memo.metrics import metrics
from copilot.tools.draft_memo.signature import signature
from copilot.tools.draft_memo.status.decision import decision
from copilot.tools.draft_memo.status.inputs import StatusInputs, read_status
from copilot.tools.draft_memo.status.listing import everything, listing
from copilot.tools.draft_memo.status.method import method
from copilot.tools.draft_memo.status.money import money
from copilot.tools.draft_memo.status.phrasing import WORDING
from copilot.tools.draft_memo.status.progress import events, progress
from copilot.tools.draft_memo.status.reasons import conditions, reasons
from copilot.tools.draft_memo.template import LONGEST_TITLE, STATUS_METHOD, some
from copilot.types import Viewer

_SIGNING = 3
"""Sponsors who sign."""


def reporting(sources: Sources, viewer: Viewer, asked: Request) -> Drafting:
    status = read_status(sources, viewer, asked)
    basis = status.basis
    return Drafting(
        kind="status",
        basis=basis,
        title=_title(status),
        method=STATUS_METHOD,
        wording=WORDING,
        parts={
            "decision": partial(decision, status),
            "money": partial(money, status),
            "list": partial(listing, status),
            "reasons": partial(reasons, status),
            "metrics": partial(metrics, basis),
            "progress": partial(progress, status),
            "events": partial(events, status),
            "conditions": partial(conditions, status),
            "signature": partial(signature, basis, "For taking note", _SIGNING),
            "causes": partial(causes, basis, status.of("blocked", "off_track", "at_risk")),
            "everything": partial(everything, status),
            "method": partial(method, status),
        },
        rests_on="the records and the governance rules",
        draws=0,
        shown_in_chat=("list",),
        promoted=frozenset({"reasons", "metrics", "events"}) if status.is_of_few else frozenset(),
        follow_ups=tuple(_follow_ups(status)),
    )


def _title(status: StatusInputs) -> str:
    if status.basis.asked.projects:
        return f"Status of {some([call.name for call in status.basis.calls])}"[:LONGEST_TITLE]
    return f"{status.basis.subject}: status"[:LONGEST_TITLE]


def _follow_ups(status: StatusInputs) -> list[str]:
    calls = status.basis.calls
    if not calls:
        return []
    blocked = next((call.name for call in calls if call.verdict == "blocked"), "")
    asked = f"What blocks {blocked}?" if blocked else f"What is the state of {calls[0].name}?"
    return [asked, "Draft a memo on what to stop and what to continue."]
