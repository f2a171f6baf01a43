"""A memo on what to fund: which projects come first, or whether those that are named should have money."""

from __future__ import annotations

from functools import partial

from copilot.language.formatting import join_and
from copilot.language.formatting import money as printed_money
from copilot.sources import Sources
from copilot.tools.draft_memo.changes import changes, method
from copilot.tools.draft_memo.conditions import conditions
from copilot.tools.draft_memo.counterarguments import counterarguments
from copilot.tools.draft_memo.decision import decision
from copilot.tools.draft_memo.drafting import Drafting
from copilot.tools.draft_memo.gates import gates
from copilot.tools.draft_memo.inputs import DRAWS, MemoInputs, Request, read_inputs
from copilot.tools.draft_memo.money import money
from copilot.tools.draft_memo.phrasing import WORDING
from copilot.tools.draft_memo.ranking import ranking, reasons
from copilot.tools.draft_memo.risks import risks
from copilot.tools.draft_memo.signature import signature
from copilot.tools.draft_memo.template import LONGEST_TITLE, METHOD
from copilot.tools.evidence import name_of
from copilot.types import Viewer


def funding(sources: Sources, viewer: Viewer, asked: Request) -> Drafting:
    basis = read_inputs(sources, viewer, asked)
    return Drafting(
        kind="funding" if asked.projects else "prioritization",
        basis=basis,
        title=_title(basis),
        method=METHOD,
        wording=WORDING,
        parts={
            "decision": partial(decision, basis),
            "money": partial(money, basis),
            "ranking": partial(ranking, basis),
            "conditions": partial(conditions, basis),
            "signature": partial(signature, basis),
            "reasons": partial(reasons, basis),
            "gates": partial(gates, basis),
            "risks": partial(risks, basis),
            "changes": partial(changes, basis),
            "dissent": partial(counterarguments, basis),
            "method": partial(method, basis),
        },
        rests_on="the ranking, the portfolio, the governance rules and the records",
        draws=DRAWS,
        shown_in_chat=("ranking", "gates"),
        follow_ups=basis.ranked.result.follow_ups if basis.ranked else (),
    )


def _title(basis: MemoInputs) -> str:
    if basis.asked.projects:
        return f"Funding of {join_and(name_of(basis.row(key)) for key in basis.proposed)}"[:LONGEST_TITLE]
    within = f" within {printed_money(basis.asked.budget, basis.currency)}" if basis.asked.budget is not None else ""
    return f"AI portfolio: the first {basis.asked.top}{within}"
