"""The motion of a memo on stopping, what it was chosen from, and how firm it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from copilot.language.formatting import humanize
from copilot.memos.memo import Call
from copilot.tools.draft_memo.stop.inputs import StopInputs
from copilot.tools.draft_memo.template import Told
from copilot.tools.evidence import day_of, left_to_spend, name_of
from copilot.tools.findings import amount, count, listed, share
from copilot.tools.ranking_findings import SAFE, score_of
from copilot.types import Finding, Value


def decision(stop: StopInputs) -> Iterator[Told]:
    basis = stop.basis
    if basis.firmness == "not_firm" and basis.verdicts("stop"):
        yield Told("motion", _finding(stop, "nothing_firm"))
    yield from (Told("motion", finding) for finding in _motion(stop))
    yield Told("choice", _choice(stop))
    yield from (Told(f"unranked:{n}", finding) for n, finding in enumerate(basis.unranked))
    yield from (Told("firmness", finding) for finding in _firmness(stop))
    for call in basis.calls:
        if basis.sources.workspace.config.stages.is_production(basis.row(call.project).get("stage")):
            stage = humanize(str(basis.row(call.project)["stage"]))
            yield Told(f"in_use:{call.project}", _of(stop, call, "in_use", stage=stage))
    if basis.is_partial:
        yield Told("partial", Finding(kind="partial", role="caveat", evidence=basis.carried))


def _motion(stop: StopInputs) -> Iterator[Finding]:
    basis = stop.basis
    if basis.asked.projects:
        yield from (_named(stop, call) for call in basis.calls)
    elif basis.found is None:
        yield _finding(stop, "no_recommendation")
    elif basis.has_sparse_scores:
        yield _finding(stop, "too_little_known", criteria=basis.absent)
    else:
        yield from _of_the_last(stop)


def _of_the_last(stop: StopInputs) -> Iterator[Finding]:
    basis = stop.basis
    to_stop, conditional, on = (basis.verdicts(verdict) for verdict in ("stop", "conditional", "continue"))
    if to_stop:
        left = [value for call in to_stop if (value := left_to_spend(basis.row(call.project))) is not None]
        frees = amount(sum(left), basis.currency, 2) if left else None
        yield _finding(stop, "stop_these", projects=count(len(to_stop), "project"), names=_names(to_stop), frees=frees)
    else:
        yield _finding(stop, "stop_none")
    for kind, calls in (("continue_on_conditions", conditional), ("continue_these", on)):
        if calls:
            yield _finding(stop, kind, names=_names(calls))


def _named(stop: StopInputs, call: Call) -> Finding:
    """What is proposed for a project that was asked about, with its place and what the records show against it."""
    basis, found = stop.basis, stop.basis.found
    row = basis.row(call.project)
    if call.verdict == "ended":
        return _of(stop, call, "ended_already", stage=humanize(str(row["stage"])), since=day_of(row.get("stage_since")))
    if call.verdict == "unknown" or found is None:
        return _of(stop, call, "unknown_named")
    position = basis.ids.index(call.project)
    return _of(
        stop,
        call,
        f"{call.verdict}_named",
        rank=amount(found.places[position], "rank"),
        candidates=count(len(found.order), "project"),
        score=score_of(found, position) or "no score",
        last=amount(stop.last),
        share=share(stop.shares[call.project]),
        grounds=stop.grounds(call.project),
        is_low=stop.is_low(call.project),
    )


def _choice(stop: StopInputs) -> Finding:
    basis = stop.basis
    if basis.asked.projects:
        return _finding(stop, "stop_asked", names=_names(basis.calls))
    if basis.found is None or not stop.last:
        return _finding(stop, "stop_open")
    candidates = count(len(basis.found.order), "project")
    return _finding(stop, "of_the_last", last=amount(stop.last), candidates=candidates, scope=basis.found.scope)


def _firmness(stop: StopInputs) -> Iterator[Finding]:
    """How often each call that rests on weights and estimates would be the same."""
    if not stop.last or stop.basis.firmness == "none":
        return
    basis, last = stop.basis, amount(stop.last)
    to_stop = basis.verdicts("stop")
    told = [call for call in basis.calls if call.project in stop.shares] if basis.asked.projects else to_stop
    if len(told) > 1 and told == to_stop:
        shares = {call.name: stop.shares[call.project] for call in to_stop}
        safe, least = [name for name, held in shares.items() if held >= SAFE], min(shares, key=lambda n: shares[n])
        yield _finding(
            stop,
            "last_firmness",
            stops=count(len(shares), "project"),
            safe=count(len(safe), "project"),
            safe_names=listed(safe),
            last=last,
            threshold=share(SAFE),
            least=least,
            least_share=share(shares[least]),
        )
    elif told:
        sides = tuple("is" if stop.is_low(call.project) else "is not" for call in told)
        held = (stop.shares[call.project] for call in told)
        shown = tuple(share(s if side == "is" else 1 - s) for s, side in zip(held, sides, strict=True))
        yield _finding(stop, "side_firmness", names=_names(told), sides=sides, shares=shown, last=last)
    else:
        yield _finding(stop, "none_to_stop", last=last, has_low=any(stop.is_low(call.project) for call in basis.calls))


def _names(calls: Sequence[Call]) -> tuple[str, ...]:
    return tuple(call.name for call in calls)


def _of(stop: StopInputs, call: Call, kind: str, **values: Value) -> Finding:
    row = stop.basis.row(call.project)
    told = _finding(stop, kind, name=name_of(row), **values)
    record = stop.basis.reading.row("projects", row)
    return told.model_copy(update={"subject": call.project, "evidence": (*told.evidence, record)})


def _finding(stop: StopInputs, kind: str, **values: Value) -> Finding:
    return Finding(kind=kind, role="headline", values=values, evidence=stop.basis.carried)
