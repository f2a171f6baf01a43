"""The decision, the recommendation and what would change it, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from copilot.language.formatting import humanize, join_and, money, percent, pluralize, sentence
from copilot.memos.memo import Call
from copilot.memos.writer import Writer
from copilot.tools.draft_memo import ranking_words as say
from copilot.tools.draft_memo.inputs import LIKELY, Basis, name_of
from copilot.tools.evidence import computed
from copilot.tools.findings import Reading, named
from copilot.tools.plan_portfolio import findings as portfolio
from copilot.tools.plan_portfolio.phrasing import WORDING, limits
from copilot.tools.plan_portfolio.plan import Plan
from copilot.tools.prioritize_projects.ranking import Ranking, flip, flip_line
from copilot.types import Finding

_NOTHING_FIRM = "nothing about the answer is firm"


def write_decision(basis: Basis, writer: Writer) -> None:
    """What is to be decided, what is recommended, and how firm that is."""
    writer.read(basis.ranked.result.evidence)
    if basis.planned:
        writer.read(basis.planned.result.evidence)
    said = [*_decision(basis)]
    x = computed(
        basis.view.sources["projects"],
        "Recommendation of this memo",
        "from the ranking, the portfolio and the governance rules",
        [text for _, text in said],
        basis.sources.today,
    )
    writer.read([x, *(basis.record(key) for key in basis.proposed)])
    carried = [e.id for e in (basis.ranked.result.evidence[:1])]
    carried += [e.id for e in basis.planned.result.evidence[:1]] if basis.planned else []
    for key, text in said:
        writer.say("decision", key, text, [*carried, x.id], is_caveat=key == "partial")


def _decision(basis: Basis) -> Iterator[tuple[str, str]]:
    yield "decision", _question(basis)
    if basis.found is None:
        yield from ((f"unranked:{n}", s.text) for n, s in enumerate(basis.ranked.result.findings))
    yield "recommendation", _recommendation(basis)
    if basis.found is not None:
        yield "firmness", _firmness(basis, basis.found)
    for call in basis.calls:
        if call.blocked_by:
            rules = join_and(f"“{title}”" for title in call.blocked_by)
            yield f"flag:{call.project}", f"Flag: {_named(basis, call)} is blocked today by {rules}."
    for call in basis.calls:
        if basis.is_ended(call.project):
            stage = humanize(str(basis.row(call.project)["stage"]))
            text = f"{_named(basis, call)} is in the stage {stage} already, so this decides on further money only."
            yield f"further:{call.project}", text
    if basis.is_partial:
        yield "partial", "All totals and ranks are partial: rows that this viewer may not see are left out."


def _question(basis: Basis) -> str:
    unsure = f"; {_NOTHING_FIRM}" if basis.firmness in ("not_firm", "unknown") else ""
    if basis.asked.projects:
        each = join_and(_named(basis, call) for call in basis.calls)
        within = f" with {money(basis.asked.budget, basis.currency)}" if basis.asked.budget is not None else ""
        return f"Decide whether to fund {each}{within}{unsure}."
    if basis.plan and basis.planned:
        best = _best(basis)
        scope = f"{named(best, 'candidates')}{best.values['scope']}"
        return f"Decide which of {scope} to fund under {limits(best)}{unsure}."
    if basis.found:
        return f"Decide which {basis.found.top} of {pluralize(len(basis.found.order), 'project')}{basis.found.scope} to fund first{unsure}."
    return "Decide which projects to fund first."


def _recommendation(basis: Basis) -> str:
    if basis.asked.projects:
        return " ".join(_named_recommendation(basis, call) for call in basis.calls)
    if basis.found is None:
        return "No recommendation can be made on these records."
    fund, hold = basis.verdicts("fund"), basis.verdicts("hold")
    if basis.is_thin:
        return _thin(basis.found)
    if basis.plan:
        return _set_recommendation(basis, basis.plan, hold)
    texts = []
    if fund:
        texts.append(f"Fund {pluralize(len(fund), 'project')} first, in this order: {_list(basis, fund)}.")
    else:
        texts.append("No project can be recommended for money now.")
    if hold:
        texts.append(f"Hold {_list(basis, hold)} until the blocking rules are met.")
    if unknown := basis.verdicts("unknown"):
        texts.append(f"The records do not set {_list(basis, unknown)} apart from others, or say too little of them.")
    return " ".join(texts)


def _thin(found: Ranking) -> str:
    absent = join_and((c.label.lower() for c in found.candidates.absent), "or")
    return (
        f"No project can be recommended: the records hold no {absent}, which carry most of the weight. The order "
        "below rests on what is recorded and is no advice."
    )


def _set_recommendation(basis: Basis, plan: Plan, hold: Sequence[Call]) -> str:
    if not plan.chosen:
        return f"No project can be chosen under {limits(_best(basis))}."
    chosen = join_and(plan.options.candidates.name(i) for i in plan.chosen)
    is_one = len(plan.chosen) == 1
    cost = money(plan.cost, plan.limits.currency)
    score = named(_best(basis), "score", bare=True)
    text = (
        f"Fund {pluralize(len(plan.chosen), 'project')}, which cost{'s' if is_one else ''} {cost} of budget not yet "
        f"spent and {'scores' if is_one else 'together score'} {score} points: {chosen}."
    )
    return f"{text} Hold {_list(basis, hold)} until the blocking rules are met." if hold else text


def _named_recommendation(basis: Basis, call: Call) -> str:
    name = _named(basis, call)
    if call.verdict == "hold":
        return f"Hold the money of {name} until its blocking rules are met."
    if call.verdict == "unknown" or basis.found is None:
        return f"The records say too little of {name} to recommend for or against it."
    position = basis.ids.index(call.project)
    place = _place(basis.found, position)
    if call.verdict == "fund":
        return f"Fund {name}: {place}."
    return f"Do not fund {name} ahead of others now: {place}."


def _place(found: Ranking, position: int) -> str:
    share = percent(float(found.firmness.top[position]))
    return (
        f"it ranks {int(found.places[position])} of {len(found.order):,} with {say.score(found, position)} and is "
        f"among the first {found.top} in {share} of plausible weights and estimates"
    )


def _firmness(basis: Basis, found: Ranking) -> str:
    if basis.plan:
        return _told(portfolio.set_firmness(basis.plan))
    if basis.asked.projects:
        return _named_firmness(basis, found)
    text = say.line_firmness(found) or say.opening(found)
    return f"Nothing is firm here. {text}" if basis.firmness == "not_firm" else text


def _named_firmness(basis: Basis, found: Ranking) -> str:
    """How often each named project is where its recommendation puts it."""
    if len(found.order) <= found.top:
        return say.opening(found)
    texts = []
    for call in (c for c in basis.calls if c.verdict not in ("hold", "unknown")):
        share = float(found.firmness.top[basis.ids.index(call.project)])
        inside = share >= LIKELY
        belongs = "belongs" if inside else "does not belong"
        held = percent(share if inside else 1 - share)
        texts.append(f"that {_named(basis, call)} {belongs} among the first {found.top} holds in {held}")
    if basis.verdicts("unknown") and not texts:
        return "How firm a recommendation would be is not known."
    if not texts:
        return "To hold money while a blocking rule is unmet depends on no weight and no estimate."
    return f"{sentence('; '.join(texts))[:-1]} of plausible weights and estimates."


def _list(basis: Basis, calls: Sequence[Call]) -> str:
    return join_and(_named(basis, call) for call in calls)


def _named(basis: Basis, call: Call) -> str:
    return name_of(basis.row(call.project))


def write_changes(basis: Basis, writer: Writer) -> None:
    """The smallest changes that would alter the recommendation."""
    found = basis.found
    if found is None:
        return
    said = [(key, text) for key, text in _changes(basis, found) if text]
    x = computed(
        basis.view.sources["projects"], "What would change the recommendation", "smallest single changes",
        [text for _, text in said], basis.sources.today,
    )  # fmt: skip
    writer.read([x])
    carried = [x.id, basis.ranked.result.evidence[0].id]
    carried += [basis.planned.result.evidence[0].id] if basis.planned else []
    for key, text in said:
        writer.say("changes", key, text, carried)


def _changes(basis: Basis, found: Ranking) -> Iterator[tuple[str, str]]:
    if basis.asked.projects:
        for call in basis.calls:
            yield from _turning(basis, found, basis.ids.index(call.project))
    elif basis.plan is None:
        yield from _at_the_line(found)
    if basis.is_thin:
        absent = join_and((c.label.lower() for c in found.candidates.absent), "and")
        yield "record", f"With estimates of {absent} in the records a recommendation could be made."
    if basis.plan:
        plan = basis.plan
        yield from ((f"set:{n}", _told(f)) for n, f in enumerate(portfolio.alternatives(plan), 2))
        yield "more_budget", _told(portfolio.more_budget(plan))
        for tried in plan.forced:
            found_forced = portfolio.forced(plan, Reading(basis.sources, basis.view), tried)
            yield f"forced:{found_forced.subject}", _told(found_forced)
    for call in basis.calls:
        if call.blocked_by:
            rules = pluralize(len(call.blocked_by), "blocking rule")
            are = "is" if len(call.blocked_by) == 1 else "are"
            text = f"{_named(basis, call)} would be weighed anew once its {rules} {are} met."
            yield f"unblock:{call.project}", text


def _at_the_line(found: Ranking) -> Iterator[tuple[str, str]]:
    for places in sorted({1, found.top}):
        if change := flip_line(found, places):
            ahead = found.candidates.short_name(change.ahead)
            goal = f"take the first place from {ahead}" if places == 1 else f"come into the top {places}"
            yield f"flip:{places}", say.flip(found, change, goal)


def _turning(basis: Basis, found: Ranking, position: int) -> Iterator[tuple[str, str]]:
    """What would bring a named project into the first places, or out of them."""
    if np.isnan(found.scores.score[position]) or len(found.order) <= found.top:
        return
    key, name = basis.ids[position], found.candidates.short_name(position)
    if int(found.places[position]) <= found.top:
        change = flip(found, position, int(found.order[found.top]))
        yield f"flip:{key}", say.flip(found, change, f"come before {name}")
        return
    change = flip(found, int(found.order[found.top - 1]), position)
    yield f"flip:{key}", say.flip(found, change, f"come into the top {found.top}")


def write_method(basis: Basis, writer: Writer) -> None:
    """Weights, draws, and what is missing."""
    found = basis.found
    if found is not None:
        x = basis.ranked.result.evidence[0].id
        writer.say("method", "weights", say.weights(found), [x])
        writer.say("method", "draws", say.method(found), [x])
        for n, text in enumerate(say.missing(found)):
            writer.say("method", f"missing:{n}", sentence(text), [x], is_caveat=True)
    if basis.planned and basis.plan:
        x = basis.planned.result.evidence[0].id
        writer.say("method", "proof", _told(portfolio.proof(basis.plan)), [x])
        writer.say("method", "objective", _told(portfolio.objective(basis.plan)), [x])
        for n, caveat in enumerate(portfolio.caveats(basis.plan)):
            writer.say("method", f"caveat:{n}", _told(caveat), [x], is_caveat=True)


def _told(finding: Finding | None) -> str:
    return WORDING.phrases[finding.kind](finding) if finding else ""


def _best(basis: Basis) -> Finding:
    """The set within the budget."""
    assert basis.planned is not None
    return next(f for f in basis.planned.result.findings if f.kind == "best_set")
