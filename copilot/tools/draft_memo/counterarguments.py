"""The strongest case against a memo's recommendation, computed from the same records."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from copilot.analysis.scoring import Order, ranking, shares, weighted_sum
from copilot.gates.rules import FILE
from copilot.language.formatting import humanize
from copilot.records.store import Filter
from copilot.tools.draft_memo.inputs import MemoInputs
from copilot.tools.draft_memo.past_decisions import decisions_told
from copilot.tools.draft_memo.template import Told
from copilot.tools.evidence import Row, name_of
from copilot.tools.findings import amount, count, share
from copilot.tools.governance import Selection, open_review
from copilot.tools.linking import fold
from copilot.tools.ranking import Ranking
from copilot.tools.rule_findings import as_date, recorded, rule_values
from copilot.types import Finding, Quantity, Value

_CONTRADICTIONS = 4
_ENDED = 3
"""Earlier projects of a field that are named."""


def counterarguments(basis: MemoInputs) -> Iterator[Told]:
    if not basis.proposed:
        return
    if basis.found is not None:
        yield from _rival(basis, basis.found)
        yield from _other_weights(basis, basis.found)
        yield from _estimates(basis, basis.found)
    yield from _benefits(basis)
    yield from _endings(basis)
    yield from _contradictions(basis)
    yield from _decisions(basis)


def _told(key: str, evidence: Sequence[str] = (), **values: Value) -> Told:
    """A finding named after its key."""
    return Told(key, Finding(kind=key.partition(":")[0], values=values, evidence=tuple(evidence)))


def _recommended(basis: MemoInputs, found: Ranking) -> set[int]:
    return {found.candidates.ids.index(c.project) for c in basis.calls if c.verdict == "fund"}


def _rival(basis: MemoInputs, found: Ranking) -> Iterator[Told]:
    """The strongest project that is not recommended."""
    inside, proposed = _recommended(basis, found), set(basis.asked.projects)
    outside = [
        int(i)
        for i in found.order
        if int(i) not in inside and basis.ids[int(i)] not in proposed and not np.isnan(basis.share(int(i)))
    ]
    if not inside or not outside or len(found.order) <= found.top:
        return
    rival = max(outside, key=lambda i: (basis.share(i), -int(found.places[i])))
    if basis.share(rival) > 0:
        yield _told(
            "rival",
            name=found.candidates.name(rival),
            rank=amount(found.places[rival], "rank"),
            share=share(basis.share(rival)),
            is_set=basis.plan is not None,
            top=None if basis.plan else amount(found.top),
            is_blocked=bool(basis.blocked.get(basis.ids[rival])),
            is_asked=bool(proposed),
        )


def _other_weights(basis: MemoInputs, found: Ranking) -> Iterator[Told]:
    """The single weight that changes the first places most, and those that change who leads."""
    weighed = [j for j in range(len(found.candidates.criteria)) if found.weights.used[j] > 0]
    label = [c.label.lower() for c in found.candidates.criteria]
    changes = [(*_doubled(found, j), j) for j in weighed]
    changes = [change for change in changes if change[0]]
    if changes:
        comes, goes, j = max(changes, key=lambda c: (len(c[0]), -c[2]))
        yield _told(
            "doubled",
            criterion=label[j],
            comes=tuple(map(found.candidates.name, comes)),
            goes=tuple(map(found.candidates.name, goes)),
            top=amount(found.top),
        )
    other = [(int(_order(found, j)[0]), j) for j in weighed]
    leaders = {i: j for i, j in reversed(other) if i != int(found.order[0])}
    for leader, j in sorted(leaders.items())[:2]:
        names = {"name": found.candidates.name(leader), "instead_of": found.candidates.name(int(found.order[0]))}
        yield _told(f"leader:{basis.ids[leader]}", criterion=label[j], **names)


def _order(found: Ranking, criterion: int) -> Order:
    """The order by weighted sum with the weight of one criterion doubled."""
    weights = np.array(found.weights.used, dtype=float)
    weights[criterion] *= 2
    scores = weighted_sum(found.candidates.estimates.likely, shares(weights))
    return ranking(scores.score, scores.coverage)


def _doubled(found: Ranking, criterion: int) -> tuple[list[int], list[int]]:
    """Who comes into the first places, and who leaves them."""
    after, before = {int(i) for i in _order(found, criterion)[: found.top]}, set(found.leaders)
    return sorted(after - before), sorted(before - after)


def _estimates(basis: MemoInputs, found: Ranking) -> Iterator[Told]:
    """Projects outside that could belong inside if what is missing turned out well, and the other way round."""
    if len(found.order) <= found.top:
        return
    line = float(found.scores.score[int(found.order[found.top - 1])])
    known, top = found.candidates.estimates.known, amount(found.top)
    could = [
        int(i)
        for i in found.order[found.top :]
        if not known[i].all() and not np.isnan(found.scores.high[i]) and found.scores.high[i] > line
    ]
    if could:
        best = max(could, key=lambda i: float(found.scores.high[i]))
        yield _told(
            "missing",
            projects=count(len(could), "project"),
            top=top,
            name=found.candidates.name(best),
            highest=_of_100(found.scores.high[best]),
            last=_of_100(line),
        )
    for i in sorted(_recommended(basis, found)):
        if not known[i].all() and found.scores.low[i] < line:
            lacks = [c.label.lower() for c, k in zip(found.candidates.criteria, known[i], strict=True) if not k]
            yield _told(
                f"lacks:{basis.ids[i]}",
                name=found.candidates.name(i),
                criteria=tuple(lacks),
                lowest=_of_100(found.scores.low[i]),
                top=top,
            )


def _of_100(share: float) -> Quantity:
    return amount(share * 100, "of 100", 1)


def _benefits(basis: MemoInputs) -> Iterator[Told]:
    if not basis.view.has("projects", "expected_benefit"):
        return
    rows = [basis.row(key) for key in basis.proposed]
    none = [r for r in rows if r.get("expected_benefit") is None]
    assumed = [r for r in rows if r not in none and fold(str(r.get("expected_basis") or "")) == "assumed"]
    for key, concerned in (("no_benefit", none), ("assumed", assumed)):
        if concerned:
            yield _told(key, basis.reading.rows("projects", concerned), names=tuple(map(name_of, concerned)))


def _endings(basis: MemoInputs) -> Iterator[Told]:
    """What became of earlier projects in the same field: the view from outside."""
    view = basis.view
    if not view.has("projects", "domain") or not view.has("projects", "stage"):
        return
    stages = basis.sources.workspace.config.stages
    own = [basis.row(key) for key in basis.proposed]
    for domain in dict.fromkeys(row.get("domain") for row in own):
        if not domain:
            continue
        rows = view.select("projects", [Filter(column="domain", value=domain)])
        stopped = [r for r in rows if stages.is_stopped(r.get("stage"))]
        if not stopped:
            continue
        named = stopped[:_ENDED]
        yield _told(
            f"ended:{domain}",
            basis.reading.rows("projects", named),
            field=humanize(str(domain)),
            proposed=tuple(name_of(row) for row in own if row.get("domain") == domain),
            stopped=count(len(stopped), "project"),
            recorded=count(len(rows), "project"),
            names=tuple(map(name_of, named)),
            notes=tuple(_note(basis, row) for row in named),
            more=count(len(stopped) - len(named), "more") if len(stopped) > len(named) else None,
        )


def _note(basis: MemoInputs, row: Row) -> str:
    """The note on its last stage, or the obstacle that its record names."""
    note = row.get("blocker")
    if basis.view.has("stage_history", "note"):
        filters = [Filter(column="project_id", value=row["id"]), Filter(column="note", op="present")]
        notes = basis.view.select("stage_history", filters, order_by=["-entered"], limit=1)
        note = notes[0]["note"] if notes else note
    return str(note or "").rstrip(".")


def _contradictions(basis: MemoInputs) -> Iterator[Told]:
    """Cells of the records that contradict a policy in force."""
    if not (basis.sources.workspace.root / FILE).is_file():
        return
    review = open_review(basis.sources, basis.viewer)
    against = [
        (project, check.rule)
        for project in review.projects
        if str(project.row["id"]) in basis.proposed
        for check in review.findings(project, Selection(review.gates.rules))
        if check.outcome == "unmet" and check.is_due and check.rule.record_says
    ]
    for project, rule in against[:_CONTRADICTIONS]:
        passages = (basis.reading.add(passage) for passage in review.passages(rule))
        yield _told(
            f"against:{project.row['id']}:{rule.id}",
            (basis.reading.row("projects", project.row), *passages),
            name=name_of(project.row),
            **recorded(review, rule.record_says, project),
            **rule_values(rule),
            effective=as_date(rule.effective),
        )


def _decisions(basis: MemoInputs) -> Iterator[Told]:
    """Earlier decisions that went against a project proposed."""
    for key in basis.proposed:
        yield from decisions_told(basis, key, are_against=True)
