"""A memo on what to stop: the weakest projects, or whether those that are named should go on."""

from __future__ import annotations

from functools import partial

from copilot.sources import Sources
from copilot.tools.draft_memo.causes import causes
from copilot.tools.draft_memo.drafting import Drafting
from copilot.tools.draft_memo.inputs import DRAWS, Request
from copilot.tools.draft_memo.metrics import metrics
from copilot.tools.draft_memo.signature import signature
from copilot.tools.draft_memo.stop.decision import decision
from copilot.tools.draft_memo.stop.inputs import StopInputs, read_stop
from copilot.tools.draft_memo.stop.leaving import leaving
from copilot.tools.draft_memo.stop.money import money
from copilot.tools.draft_memo.stop.phrasing import WORDING
from copilot.tools.draft_memo.stop.turning import changes, dissent, method
from copilot.tools.draft_memo.stop.weakest import reasons, weakest
from copilot.tools.draft_memo.template import LONGEST_TITLE, STOP_METHOD, some
from copilot.types import Viewer


def stopping(sources: Sources, viewer: Viewer, asked: Request) -> Drafting:
    stop = read_stop(sources, viewer, asked)
    basis = stop.basis
    return Drafting(
        kind="stop",
        basis=basis,
        title=_title(stop),
        method=STOP_METHOD,
        wording=WORDING,
        parts={
            "decision": partial(decision, stop),
            "money": partial(money, stop),
            "ranking": partial(weakest, stop),
            "conditions": partial(leaving, stop),
            "signature": partial(signature, basis),
            "reasons": partial(reasons, stop),
            "causes": partial(causes, basis, [basis.row(call.project) for call in basis.calls]),
            "metrics": partial(metrics, basis) if asked.projects else partial(iter, ()),
            "changes": partial(changes, stop),
            "dissent": partial(dissent, stop),
            "method": partial(method, stop),
        },
        rests_on="the end of the ranking, the governance rules and the records",
        draws=DRAWS,
        shown_in_chat=("ranking",),
        follow_ups=tuple(_follow_ups(stop)),
    )


def _title(stop: StopInputs) -> str:
    basis = stop.basis
    if basis.asked.projects:
        return f"Stop or continue {some([call.name for call in basis.calls])}"[:LONGEST_TITLE]
    return f"{basis.subject}: what to stop and what to continue"[:LONGEST_TITLE]


def _follow_ups(stop: StopInputs) -> list[str]:
    first = next((call.name for call in stop.basis.calls if call.verdict != "ended"), "")
    return [f"What is the state of {first}?", f"What holds up {first}?"] if first else []
