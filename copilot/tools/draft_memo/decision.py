"""The decision, the recommendation and how firm it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from copilot.language.formatting import humanize
from copilot.memos.memo import Call
from copilot.tools.draft_memo.inputs import LIKELY, MemoInputs
from copilot.tools.draft_memo.template import Told
from copilot.tools.evidence import name_of, short_name_of
from copilot.tools.findings import amount, count, listed, share
from copilot.tools.ranking import Ranking
from copilot.tools.ranking_findings import score_of
from copilot.types import Finding, Value


def decision(basis: MemoInputs) -> Iterator[Told]:
    """The motion, what it was chosen from, and how firm it is."""
    if basis.firmness in ("not_firm", "unknown"):
        yield Told("motion", _finding(basis, "nothing_firm", {}))
    yield from (Told("motion", finding) for finding in _recommendation(basis))
    yield Told("choice", _question(basis))
    if basis.found is None:
        yield from (Told(f"unranked:{n}", f) for n, f in enumerate(basis.unranked))
    if basis.found is not None:
        yield from (Told("firmness", finding) for finding in _firmness(basis, basis.found))
    for call in basis.calls:
        if basis.is_ended(call.project):
            stage = humanize(str(basis.row(call.project)["stage"]))
            yield Told(f"further:{call.project}", _of(basis, call, "further", stage=stage))
    if basis.is_partial:
        yield Told("partial", Finding(kind="partial", role="caveat", evidence=basis.carried))


def flags(basis: MemoInputs) -> Iterator[Told]:
    """What blocks a project that is proposed."""
    for call in basis.calls:
        if call.blocked_by:
            yield Told(f"flag:{call.project}", _of(basis, call, "flag", rules=listed(call.blocked_by, 1, "more")))


def _question(basis: MemoInputs) -> Finding:
    values: dict[str, Value] = {}
    if basis.asked.projects:
        budget = None if basis.asked.budget is None else amount(basis.asked.budget, basis.currency, 2, "assumed")
        values |= {"names": _names(basis, basis.calls), "budget": budget}
        return _finding(basis, "decide_named", values)
    if basis.best:
        values |= {"must": _called(basis, basis.asked.must), "excluded": _called(basis, basis.asked.excluded)}
        return _finding(basis, "decide_set", values | basis.best.values)
    if basis.found:
        candidates = count(len(basis.found.order), "project")
        values |= {"top": amount(basis.found.top), "candidates": candidates, "scope": basis.found.scope}
        return _finding(basis, "decide_first", values)
    return _finding(basis, "decide_open", {})


def _recommendation(basis: MemoInputs) -> Iterator[Finding]:
    if basis.asked.projects:
        yield from (_named(basis, call) for call in basis.calls)
        return
    if basis.found is None:
        yield _finding(basis, "no_recommendation", {})
        return
    fund, hold, unknown = (basis.verdicts(verdict) for verdict in ("fund", "hold", "unknown"))
    if basis.has_sparse_scores:
        yield _finding(basis, "too_little_known", {"criteria": basis.absent})
        return
    if basis.plan and basis.best:
        chosen = basis.plan.chosen
        names = tuple(basis.plan.options.candidates.short_name(i) for i in chosen)
        yield _finding(basis, "fund_set" if chosen else "fund_no_set", basis.best.values | {"names": names})
        unknown = []
    elif fund:
        named: dict[str, Value] = {"projects": count(len(fund), "project"), "names": _names(basis, fund)}
        yield _finding(basis, "fund_first", named)
    else:
        yield _finding(basis, "fund_none", {})
    for kind, calls in (("hold", hold), ("not_apart", unknown)):
        if calls and (basis.plan is None or basis.plan.chosen):
            yield _finding(basis, kind, {"names": _names(basis, calls)})


def _named(basis: MemoInputs, call: Call) -> Finding:
    if call.verdict == "hold":
        return _of(basis, call, "hold_named")
    if call.verdict == "unknown" or basis.found is None:
        return _of(basis, call, "unknown_named")
    found, position = basis.found, basis.ids.index(call.project)
    return _of(
        basis,
        call,
        "fund_named" if call.verdict == "fund" else "not_now_named",
        rank=amount(found.places[position], "rank"),
        candidates=count(len(found.order), "project"),
        score=score_of(found, position) or "no score",
        top=amount(found.top),
        share=share(found.firmness.top[position]),
    )


def _firmness(basis: MemoInputs, found: Ranking) -> Iterator[Finding]:
    if basis.plan:
        yield from basis.of_portfolio("set_firmness")
    elif basis.asked.projects and len(found.order) > found.top:
        yield _named_firmness(basis, found)
    else:
        stays = [] if basis.asked.projects else basis.of_ranking("top_firmness")
        yield from stays or basis.of_ranking("leader")


def _named_firmness(basis: MemoInputs, found: Ranking) -> Finding:
    """How often each named project is where its recommendation puts it."""
    told = [call for call in basis.calls if call.verdict not in ("hold", "unknown")]
    if not told:
        return _finding(basis, "firmness_unknown" if basis.verdicts("unknown") else "firm_hold", {})
    shares = [float(found.firmness.top[basis.ids.index(call.project)]) for call in told]
    values: dict[str, Value] = {
        "names": _names(basis, told),
        "sides": tuple("inside" if held >= LIKELY else "outside" for held in shares),
        "shares": tuple(share(held if held >= LIKELY else 1 - held) for held in shares),
        "top": amount(found.top),
    }
    return _finding(basis, "named_firmness", values)


def _names(basis: MemoInputs, calls: Sequence[Call]) -> tuple[str, ...]:
    return tuple(short_name_of(basis.row(call.project)) for call in calls)


def _called(basis: MemoInputs, keys: Sequence[str]) -> tuple[str, ...] | None:
    return tuple(short_name_of(basis.row(key)) for key in keys) or None


def _of(basis: MemoInputs, call: Call, kind: str, **values: Value) -> Finding:
    name = name_of(basis.row(call.project))
    return _finding(basis, kind, {"name": name, **values}, call.project)


def _finding(basis: MemoInputs, kind: str, values: dict[str, Value], subject: str = "") -> Finding:
    return Finding(kind=kind, subject=subject, role="headline", values=values, evidence=basis.carried)
