"""The strongest case against a memo's recommendation, computed from the same records."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np

from copilot.analysis.scoring import Order, ranking, shares, weighted_sum
from copilot.gates.rules import FILE
from copilot.language.formatting import humanize, join_and, join_first, number, percent, pluralize
from copilot.memos.memo import SectionName
from copilot.memos.writer import Writer
from copilot.records.store import Filter
from copilot.tools.check_governance.findings import Selection, name, open_review, recorded, source
from copilot.tools.check_governance.phrasing import cells
from copilot.tools.draft_memo.inputs import Basis, name_of
from copilot.tools.evidence import Row, computed, read_row
from copilot.tools.linking import fold
from copilot.tools.prioritize_projects.ranking import Ranking
from copilot.tools.project_record.tool import Arguments as RecordArguments
from copilot.tools.project_record.tool import project_record
from copilot.types import Evidence

_SECTION: SectionName = "dissent"
_GIVEN_UP = frozenset({"stopped", "cancelled", "closed"})
_AGAINST = re.compile(
    r"\b(reject|refus|stop|defer|postpon|declin|withh|halt|suspend|not (approv|fund)|no further)", re.I
)
_CONTRADICTIONS = 4


def write_dissent(basis: Basis, writer: Writer) -> None:
    if not basis.proposed:
        return
    said: list[tuple[str, str, Sequence[str]]] = []
    read: list[Evidence] = [basis.record(key) for key in basis.proposed]
    if basis.found is not None:
        said += [(key, text, ()) for key, text in _other_weights(basis, basis.found)]
        said += [(key, text, ()) for key, text in _estimates(basis, basis.found)]
    said += [*_benefits(basis)]
    for key, text, rows in _endings(basis):
        ended = [read_row(basis.view, "projects", r, basis.currency, basis.sources.today) for r in rows]
        read += ended
        said.append((key, text, [e.id for e in ended]))
    x = computed(
        basis.view.sources["projects"], "The case against the recommendation", f"as of {basis.sources.today}",
        [text for _, text, _ in said], basis.sources.today,
    )  # fmt: skip
    writer.read([x, *read])
    for key, text, cited in said:
        writer.say(_SECTION, key, text, [x.id, *cited])
    _write_contradictions(basis, writer)
    _write_decisions(basis, writer)


def _recommended(basis: Basis, found: Ranking) -> set[int]:
    return {found.candidates.ids.index(c.project) for c in basis.calls if c.verdict == "fund"}


def _other_weights(basis: Basis, found: Ranking) -> Iterator[tuple[str, str]]:
    """The strongest project that is not recommended, and the single weight that changes the first places most."""
    inside = _recommended(basis, found)
    proposed = set(basis.asked.projects)
    outside = [
        int(i)
        for i in found.order
        if int(i) not in inside and basis.ids[int(i)] not in proposed and not np.isnan(basis.share(int(i)))
    ]
    if inside and outside and len(found.order) > found.top:
        rival = max(outside, key=lambda i: (basis.share(i), -int(found.places[i])))
        what = "in the best set" if basis.plan else f"among the first {found.top}"
        held = ", but blocked today," if basis.blocked.get(basis.ids[rival]) else ""
        if basis.share(rival) > 0:
            asked = "asked for" if proposed else "recommended"
            yield (
                "rival",
                f"The strongest project not {asked} is {found.candidates.name(rival)}, in place "
                f"{int(found.places[rival])}: it is{held} {what} in {percent(basis.share(rival))} of plausible "
                "weights and estimates.",
            )
    changes = [(*_doubled(found, j), j) for j in range(len(found.candidates.criteria)) if found.weights.used[j] > 0]
    changes = [change for change in changes if change[0]]
    if changes:
        comes, goes, j = max(changes, key=lambda c: (len(c[0]), -c[2]))
        label = found.candidates.criteria[j].label.lower()
        yield (
            "doubled",
            (
                f"If {label} counted double, {_names(found, comes)} would come into the first {found.top} and "
                f"{_names(found, goes)} would leave {'them' if found.top > 1 else 'it'}."
            ),
        )
    other = [(int(_order(found, j)[0]), j) for j in range(len(found.candidates.criteria)) if found.weights.used[j] > 0]
    leaders = {i: j for i, j in reversed(other) if i != int(found.order[0])}
    for leader, j in sorted(leaders.items())[:2]:
        label = found.candidates.criteria[j].label.lower()
        yield (
            f"leader:{basis.ids[leader]}",
            (
                f"If {label} counted double, {found.candidates.name(leader)} would be first instead of "
                f"{found.candidates.name(int(found.order[0]))}."
            ),
        )


def _names(found: Ranking, positions: Sequence[int]) -> str:
    return join_and(found.candidates.name(i) for i in positions)


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


def _estimates(basis: Basis, found: Ranking) -> Iterator[tuple[str, str]]:
    """Projects outside that could belong inside if what is missing turned out well, and the other way round."""
    if len(found.order) <= found.top:
        return
    line = float(found.scores.score[int(found.order[found.top - 1])])
    known = found.candidates.estimates.known
    could = [
        int(i)
        for i in found.order[found.top :]
        if not known[i].all() and not np.isnan(found.scores.high[i]) and found.scores.high[i] > line
    ]
    could.sort(key=lambda i: -float(found.scores.high[i]))
    if could:
        best = could[0]
        highest, last = (number(round(share * 100, 1)) for share in (float(found.scores.high[best]), line))
        yield (
            "missing",
            (
                f"{pluralize(len(could), 'project')} outside the first {found.top} could belong there, as an estimate is "
                f"missing: at its best {found.candidates.name(best)} would score up to {highest} against {last} of "
                "the last inside."
            ),
        )
    for i in sorted(_recommended(basis, found)):
        if not known[i].all() and found.scores.low[i] < line:
            lacks = [c.label.lower() for c, k in zip(found.candidates.criteria, known[i], strict=True) if not k]
            yield (
                f"lacks:{basis.ids[i]}",
                (
                    f"{found.candidates.name(i)} has no {join_and(lacks, 'or')} on record; at its worst it would score "
                    f"{number(round(float(found.scores.low[i]) * 100, 1))} and leave the first {found.top}."
                ),
            )


def _benefits(basis: Basis) -> Iterator[tuple[str, str, Sequence[str]]]:
    if not basis.view.has("projects", "expected_benefit"):
        return
    rows = [basis.row(key) for key in basis.proposed]
    none = [r for r in rows if r.get("expected_benefit") is None]
    assumed = [r for r in rows if r.get("expected_benefit") is not None and _is_assumed(r)]
    if none:
        yield "no_benefit", f"No expected benefit is recorded of {join_and(map(name_of, none))}.", _cited(none)
    if assumed:
        text = f"The expected benefit is only assumed, neither estimated nor measured, of {join_and(map(name_of, assumed))}."
        yield "assumed", text, _cited(assumed)


def _is_assumed(row: Row) -> bool:
    return fold(str(row.get("expected_basis") or "")) == "assumed"


def _cited(rows: Sequence[Row]) -> list[str]:
    return [f"r-{row['id']}" for row in rows]


def _endings(basis: Basis) -> Iterator[tuple[str, str, Sequence[Row]]]:
    """What became of earlier projects in the same field: the view from outside."""
    view = basis.view
    if not view.has("projects", "domain") or not view.has("projects", "stage"):
        return
    domains = dict.fromkeys(basis.row(key).get("domain") for key in basis.proposed)
    for domain in domains:
        if not domain:
            continue
        rows = view.select("projects", [Filter(column="domain", value=domain)])
        stopped = [r for r in rows if _GIVEN_UP & set(fold(str(r.get("stage") or "")).split())]
        if not stopped:
            continue
        concerned = join_and(
            name_of(basis.row(key)) for key in basis.proposed if basis.row(key).get("domain") == domain
        )
        named = join_first((f"{name_of(r)}{_why(basis, r)}" for r in stopped[:3]), rest="")
        more = f" and {len(stopped) - 3:,} more" if len(stopped) > 3 else ""
        text = (
            f"In the field of {humanize(str(domain))}, that of {concerned}, {pluralize(len(stopped), 'project')} of "
            f"{len(rows):,} on record {'was' if len(stopped) == 1 else 'were'} stopped: {named}{more}."
        )
        yield f"ended:{domain}", text, stopped[:3]


def _why(basis: Basis, row: Row) -> str:
    """The note on its last stage, or the obstacle that its record names."""
    note = row.get("blocker")
    if basis.view.has("stage_history", "note"):
        filters = [Filter(column="project_id", value=row["id"]), Filter(column="note", op="present")]
        notes = basis.view.select("stage_history", filters, order_by=["-entered"], limit=1)
        note = notes[0]["note"] if notes else note
    return f" (“{str(note).rstrip('.')}”)" if note else ""


def _write_contradictions(basis: Basis, writer: Writer) -> None:
    """Cells of the records that contradict a policy in force."""
    if not (basis.sources.workspace.root / FILE).is_file():
        return
    review = open_review(basis.sources, basis.viewer)
    told = 0
    for project in (p for p in review.projects if str(p.row["id"]) in basis.proposed):
        for finding in review.findings(project, Selection(review.gates.rules)):
            rule = finding.rule
            if finding.outcome != "unmet" or not finding.is_due or not rule.record_says or told >= _CONTRADICTIONS:
                continue
            told += 1
            since = f", effective {rule.effective}" if rule.effective else ""
            text = (
                f"The record of {name(project)} says "
                f"{cells(recorded(review, rule.record_says, project))}, against “{rule.title}” ({source(rule)}{since})."
            )
            passages = review.passages(rule)
            key = str(project.row["id"])
            x = computed(
                review.view.sources["projects"], f"Record of {name(project)} against “{rule.title}”", FILE, [text],
                review.today,
            )  # fmt: skip
            writer.read([x, *passages])
            writer.say(_SECTION, f"against:{key}:{rule.id}", text, [x.id, f"r-{key}", *(e.id for e in passages)])


def _write_decisions(basis: Basis, writer: Writer) -> None:
    """Earlier decisions that went against a project proposed."""
    if not basis.view.has("decisions", "project_id"):
        return
    for key in basis.proposed:
        told = project_record(basis.sources, basis.viewer, RecordArguments(project=key, aspects=["decisions"]))
        own = name_of(basis.row(key))
        writer.read(told.evidence)
        for statement in told.findings:
            if statement.text.startswith("Decision ") and _AGAINST.search(statement.text):
                writer.say(_SECTION, f"decided:{statement.evidence[0]}", f"On {own}: {statement.text}",
                           [*statement.evidence, f"r-{key}"])  # fmt: skip
