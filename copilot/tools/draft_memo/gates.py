"""The gates before launch of each project proposed: met, unmet, or unknown with the facts to ask for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from copilot.gates.checker import RuleCheck
from copilot.gates.facts import ProjectFacts
from copilot.gates.rules import FILE, Rule
from copilot.language.formatting import pluralize
from copilot.tools.draft_memo.inputs import MemoInputs
from copilot.tools.draft_memo.template import Shown, Told
from copilot.tools.evidence import Row, name_of
from copilot.tools.findings import count, listed
from copilot.tools.governance import Review, Selection, asks_for_its_gate, open_review
from copilot.tools.rule_findings import questions, rule_values, shortfall
from copilot.types import Finding, Table, Value

# Questions told at the most, those that settle most first.
_ASKED = 8
# Rules named on the first page.
_RULES_FIRST = 2
_STATES = (
    "blocked today",
    "not blocked at the stage of today but would be at launch",
    "not known to be blocked, as facts are missing",
    "not blocked",
)


@dataclass(frozen=True)
class _Gates:
    """What the rules say of one project if it were launched today."""

    project: ProjectFacts
    unmet: tuple[RuleCheck, ...]
    unknown: tuple[RuleCheck, ...]
    waived: tuple[RuleCheck, ...]
    met: tuple[RuleCheck, ...]
    blocking_now: frozenset[str]
    """Ids of the blocking rules that are unmet at the stage it has today."""

    @property
    def key(self) -> str:
        return str(self.project.row["id"])

    @property
    def blocking(self) -> list[RuleCheck]:
        """Those that bind today first."""
        found = [f for f in self.unmet if f.is_blocking]
        return sorted(found, key=lambda f: f.rule.id not in self.blocking_now)


@dataclass(frozen=True)
class _Checked:
    review: Review
    gates: tuple[_Gates, ...]
    """Of each project proposed, in their order."""


def _checked(basis: MemoInputs) -> _Checked | None:
    """None where there is no rule, or no project to check."""
    if not basis.proposed or not (basis.sources.workspace.root / FILE).is_file():
        return None
    review = open_review(basis.sources, basis.viewer)
    by_id = {str(project.row["id"]): project for project in review.projects}
    return _Checked(review, tuple(_gates(review, by_id[key]) for key in basis.proposed))


def summary(basis: MemoInputs) -> Iterator[Told]:
    """How many of the projects are blocked, today and at launch."""
    if not (basis.sources.workspace.root / FILE).is_file():
        yield Told("none", Finding(kind="no_rules", role="caveat"))
    elif not basis.proposed:
        yield Told("none", Finding(kind="none_proposed", role="caveat"))
    elif checked := _checked(basis):
        records = basis.reading.rows("projects", (each.project.row for each in checked.gates))
        yield Told("summary", _summary(checked.gates, records))


def launch_rules(basis: MemoInputs) -> Iterator[Told]:
    """The rules that most of the projects have yet to meet before launch, and who approves each."""
    checked = _checked(basis)
    if checked is None:
        return
    unmet = Counter(check.rule.id for gates in checked.gates for check in gates.blocking)
    rules = {check.rule.id: check.rule for gates in checked.gates for check in gates.blocking}
    for id, projects in sorted(unmet.items(), key=lambda item: (-item[1], item[0]))[:_RULES_FIRST]:
        rule = rules[id]
        values = {
            **rule_values(rule),
            "projects": count(projects, "project"),
            "approvers": tuple(rule.approvers) or None,
        }
        cited = _rule(basis, checked.review, rule)
        yield Told(f"launch_rule:{id}", Finding(kind="launch_rule", values=values, evidence=cited))


def blocking_today(basis: MemoInputs) -> Iterator[Told]:
    """The rules that block a project at the stage it has, with the clause and what the record says."""
    if checked := _checked(basis):
        for each in checked.gates:
            yield from _today(basis, checked.review, each)


def blocking_rules(basis: MemoInputs) -> list[tuple[Rule, list[Row], tuple[str, ...]]]:
    """The rules that block projects today with these and what a sentence on it cites, those that block most first."""
    if not basis.proposed or not (basis.sources.workspace.root / FILE).is_file():
        return []
    review, proposed = open_review(basis.sources, basis.viewer), set(basis.proposed)
    blocked: dict[str, list[Row]] = {}
    for project in review.projects:
        for id in review.checker.blocking(project) if str(project.row["id"]) in proposed else ():
            blocked.setdefault(id, []).append(project.row)
    rules = {rule.id: rule for rule in review.gates.rules}
    ordered = sorted(blocked.items(), key=lambda item: (-len(item[1]), item[0]))
    return [(rules[id], rows, _rule(basis, review, rules[id])) for id, rows in ordered]


def gates(basis: MemoInputs) -> Iterator[Told | Shown]:
    """Rule by rule and project by project."""
    found = _checked(basis)
    if found is None:
        return
    review, checked = found.review, found.gates
    for each in checked:
        yield from _today(basis, review, each)
    yield from _launch(basis, review, checked)
    yield from _questions(basis, review, checked)
    yield Shown(table=_table(checked), is_own=True)


def _gates(review: Review, project: ProjectFacts) -> _Gates:
    found = review.findings(project, Selection(review.gates.rules), at_any_stage=True)
    found = [f for f in found if not asks_for_its_gate(f.rule)]

    def of(outcome: str) -> tuple[RuleCheck, ...]:
        return tuple(f for f in found if f.outcome == outcome and (f.is_due or outcome != "unmet"))

    now = frozenset(review.checker.blocking(project))
    return _Gates(project, of("unmet"), of("unknown"), of("waived"), of("met"), now)


def _summary(checked: Sequence[_Gates], records: tuple[str, ...]) -> Finding:
    if len(checked) == 1:
        values: dict[str, Value] = {"name": name_of(checked[0].project.row), "state": _state(checked[0])}
        return Finding(kind="gates_of_one", values=values, evidence=records)
    by_state = {state: [each for each in checked if _state(each) == state] for state in _STATES}
    held = {state: group for state, group in by_state.items() if group}
    values = {
        "projects": count(len(checked), "project"),
        "states": tuple(held),
        "counts": tuple(count(len(group), "project") for group in held.values()),
    }
    return Finding(kind="gates_of_all", values=values)


def _state(gates: _Gates) -> str:
    if gates.blocking_now:
        return _STATES[0]
    if gates.blocking:
        return _STATES[1]
    return _STATES[2] if gates.unknown else _STATES[3]


def _rule(basis: MemoInputs, review: Review, rule: Rule, gates: _Gates | None = None) -> tuple[str, ...]:
    """What a sentence on a rule cites: the project where it is about one, and the rule's passages."""
    record = (basis.reading.row("projects", gates.project.row),) if gates else ()
    return (*record, *(basis.reading.add(passage) for passage in review.passages(rule)))


def _today(basis: MemoInputs, review: Review, gates: _Gates) -> Iterator[Told]:
    """The rules that block a project at the stage it has, one by one."""
    for check in gates.blocking:
        if check.rule.id in gates.blocking_now:
            values = {
                "name": name_of(gates.project.row),
                **rule_values(check.rule),
                **shortfall(review, check, gates.project),
            }
            cited = _rule(basis, review, check.rule, gates)
            yield Told(f"gate:{gates.key}:{check.rule.id}", Finding(kind="gate", values=values, evidence=cited))


def _launch(basis: MemoInputs, review: Review, checked: Sequence[_Gates]) -> Iterator[Told]:
    """The rules that would block at launch, each with the projects that do not meet it yet."""
    pairs: dict[str, list[tuple[_Gates, RuleCheck]]] = {}
    for gates in checked:
        for check in gates.blocking:
            if check.rule.id not in gates.blocking_now:
                pairs.setdefault(check.rule.id, []).append((gates, check))
    for id, concerned in sorted(pairs.items(), key=lambda item: (-len(item[1]), item[0])):
        rule = concerned[0][1].rule
        cited = _rule(basis, review, rule)
        yield Told(f"launch:{id}", Finding(kind="launch", values=rule_values(rule), evidence=cited))
        for gates, check in concerned:
            values = {"name": name_of(gates.project.row), **shortfall(review, check, gates.project)}
            record = basis.reading.row("projects", gates.project.row)
            yield Told(f"launch:{id}", Finding(kind="launch_of", values=values, evidence=(record,)))


def _questions(basis: MemoInputs, review: Review, checked: Sequence[_Gates]) -> Iterator[Told]:
    """The facts that would settle what is unknown, those that settle most first."""
    pairs: dict[tuple[str, ...], list[tuple[_Gates, Rule]]] = {}
    for gates in checked:
        for check in gates.unknown:
            columns = review.checker.asked(check, gates.project)
            pairs.setdefault(columns, []).append((gates, check.rule))
    ordered = sorted(pairs.items(), key=lambda item: (-len(item[1]), item[0]))
    for columns, concerned in ordered[:_ASKED]:
        names = [*dict.fromkeys(name_of(gates.project.row) for gates, _ in concerned)]
        rules = {rule.id: rule for _, rule in concerned}.values()
        is_all = 1 < len(names) == len(checked)
        values: dict[str, Value] = {
            "questions": questions(review, columns),
            "rules": count(len(rules), "rule"),
            "is_all": is_all,
            "names": count(len(names), "project") if is_all else listed(names),
        }
        cited = tuple(dict.fromkeys(id for rule in rules for id in _rule(basis, review, rule)))
        yield Told(f"ask:{'+'.join(columns)}", Finding(kind="ask", values=values, evidence=cited))
    if len(ordered) > _ASKED:
        values = {"more": count(len(ordered) - _ASKED, "further question")}
        yield Told("ask:more", Finding(kind="ask_more", values=values))


def _table(checked: Sequence[_Gates]) -> Table:
    return Table(
        title="Gates before launch",
        columns=("Project", "Today", "Unmet, blocking", "Unmet, warning", "Unknown", "Met", "Waived"),
        rows=tuple(
            (
                name_of(gates.project.row),
                f"Blocked by {pluralize(len(gates.blocking_now), 'rule')}" if gates.blocking_now else "Not blocked",
                len(gates.blocking),
                len(gates.unmet) - len(gates.blocking),
                len(gates.unknown),
                len(gates.met),
                len(gates.waived),
            )
            for gates in checked
        ),
    )
