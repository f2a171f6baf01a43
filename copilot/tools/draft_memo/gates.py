"""The gates before launch of each project proposed: met, unmet, or unknown with the facts to ask for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from copilot.gates.checker import RuleCheck
from copilot.gates.facts import ProjectFacts
from copilot.gates.rules import FILE, Rule
from copilot.language.formatting import join_first, pluralize, sentence
from copilot.memos.memo import SectionName
from copilot.memos.writer import Writer
from copilot.tools.check_governance.findings import (
    Review,
    Selection,
    asks_for_its_gate,
    name,
    open_review,
    questions,
    shortfall,
    source,
)
from copilot.tools.check_governance.phrasing import lacking
from copilot.tools.draft_memo.inputs import Basis
from copilot.tools.evidence import computed
from copilot.types import Table

# Questions told at the most, those that settle most first.
_ASKED = 8
_STATES = (
    "blocked today",
    "not blocked at the stage of today but would be at launch",
    "not known to be blocked, as facts are missing",
    "not blocked",
)
_SECTION: SectionName = "gates"


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


def write_gates(basis: Basis, writer: Writer) -> None:
    if not (basis.sources.workspace.root / FILE).is_file() or not basis.view.has("projects"):
        _say_alone(basis, writer, "This workspace has no governance rules, so no gate before launch can be checked.")
        return
    if not basis.proposed:
        _say_alone(basis, writer, "No project is proposed, so no gate before launch was checked.")
        return
    review = open_review(basis.sources, basis.viewer)
    by_id = {str(project.row["id"]): project for project in review.projects}
    checked = [_gates(review, by_id[key]) for key in basis.proposed]
    writer.read(basis.record(key) for key in basis.proposed)
    _write_summary(review, writer, checked)
    for gates in checked:
        _write_today(review, writer, gates)
    _write_launch(review, writer, checked)
    _write_questions(review, writer, checked)
    _tabulate(review, writer, checked)


def _say_alone(basis: Basis, writer: Writer, text: str) -> None:
    source_file = basis.view.sources.get("projects", FILE)
    x = computed(source_file, "Gates before launch", FILE, [text], basis.sources.today)
    writer.read([x])
    writer.say(_SECTION, "none", text, [x.id], is_caveat=True)


def _gates(review: Review, project: ProjectFacts) -> _Gates:
    found = review.findings(project, Selection(review.gates.rules), at_any_stage=True)
    found = [f for f in found if not asks_for_its_gate(f.rule)]

    def of(outcome: str) -> tuple[RuleCheck, ...]:
        return tuple(f for f in found if f.outcome == outcome and (f.is_due or outcome != "unmet"))

    now = frozenset(review.checker.blocking(project))
    return _Gates(project, of("unmet"), of("unknown"), of("waived"), of("met"), now)


def _write_summary(review: Review, writer: Writer, checked: Sequence[_Gates]) -> None:
    by_state: dict[str, list[_Gates]] = {}
    for gates in checked:
        by_state.setdefault(_state(gates), []).append(gates)
    if len(checked) == 1:
        text = f"{name(checked[0].project)} is {_state(checked[0])}"
    else:
        parts = (_counted(by_state[state], state) for state in _STATES if state in by_state)
        text = f"Of {pluralize(len(checked), 'project')} proposed, {'; '.join(parts)}"
    records = [f"r-{gates.key}" for gates in checked]
    _say_all(review, writer, "Gates before launch of the projects of this memo", [("summary", text, ())], records)


def _state(gates: _Gates) -> str:
    if gates.blocking_now:
        return _STATES[0]
    if gates.blocking:
        return _STATES[1]
    return _STATES[2] if gates.unknown else _STATES[3]


def _counted(group: Sequence[_Gates], state: str) -> str:
    names = join_first((name(gates.project) for gates in group), rest="")
    return f"{len(group):,} ({names}) {'is' if len(group) == 1 else 'are'} {state}"


def _write_today(review: Review, writer: Writer, gates: _Gates) -> None:
    """The rules that block a project at the stage it has, one by one."""
    said: list[tuple[str, str, Sequence[Rule]]] = []
    for finding in gates.blocking:
        rule = finding.rule
        if rule.id in gates.blocking_now:
            text = (
                f"{name(gates.project)} is blocked today by “{rule.title}” ({source(rule)}); the record says "
                f"{lacking(shortfall(review, finding, gates.project))}"
            )
            said.append((f"gate:{gates.key}:{rule.id}", text, [rule]))
    if said:
        _say_all(review, writer, f"Rules that block {name(gates.project)} today", said, [f"r-{gates.key}"])


def _write_launch(review: Review, writer: Writer, checked: Sequence[_Gates]) -> None:
    """The rules that would block at launch, each with the projects that do not meet it yet."""
    pairs: dict[str, list[tuple[_Gates, RuleCheck]]] = {}
    for gates in checked:
        for finding in gates.blocking:
            if finding.rule.id not in gates.blocking_now:
                pairs.setdefault(finding.rule.id, []).append((gates, finding))
    said: list[tuple[str, str, Sequence[Rule]]] = []
    for id, concerned in sorted(pairs.items(), key=lambda item: (-len(item[1]), item[0])):
        rule = concerned[0][1].rule
        each = "; ".join(
            f"{name(gates.project)}, {lacking(shortfall(review, finding, gates.project))}"
            for gates, finding in concerned
        )
        text = f"Before launch “{rule.title}” ({source(rule)}) must be met; the records say: {each}"
        said.append((f"launch:{id}", text, [rule]))
    if said:
        _say_all(review, writer, "Rules that would block at launch", said, [f"r-{g.key}" for g in checked])


def _write_questions(review: Review, writer: Writer, checked: Sequence[_Gates]) -> None:
    """The facts that would settle what is unknown, those that settle most first."""
    pairs: dict[tuple[str, ...], list[tuple[_Gates, Rule]]] = {}
    for gates in checked:
        for finding in gates.unknown:
            columns = review.checker.asked(finding, gates.project)
            pairs.setdefault(columns, []).append((gates, finding.rule))
    ordered = sorted(pairs.items(), key=lambda item: (-len(item[1]), item[0]))
    said: list[tuple[str, str, Sequence[Rule]]] = []
    for columns, concerned in ordered[:_ASKED]:
        names = dict.fromkeys(name(gates.project) for gates, _ in concerned)
        is_all = 1 < len(names) == len(checked)
        projects = f"all {len(names):,} projects" if is_all else join_first(names, rest="")
        rules = list({rule.id: rule for _, rule in concerned}.values())
        settles = f"settles {pluralize(len(rules), 'rule')} of {projects}"
        said.append((f"ask:{'+'.join(columns)}", f"To ask: {questions(review, columns)} The answer {settles}", rules))
    if len(ordered) > _ASKED:
        more = f"{pluralize(len(ordered) - _ASKED, 'further question')} would settle the rest of what is unknown"
        said.append(("ask:more", more, ()))
    if said:
        _say_all(review, writer, "Facts to ask for before launch", said, [f"r-{gates.key}" for gates in checked])


def _say_all(
    review: Review,
    writer: Writer,
    title: str,
    said: Iterable[tuple[str, str, Sequence[Rule]]],
    records: Sequence[str],
) -> None:
    sentences = [(key, sentence(text), rules) for key, text, rules in said]
    x = computed(
        review.view.sources["projects"], title, f"{pluralize(len(review.gates.rules), 'rule')} of {FILE}, {review.today}",
        [text for _, text, _ in sentences], review.today,
    )  # fmt: skip
    writer.read([x])
    for key, text, rules in sentences:
        passages = [e for rule in rules for e in review.passages(rule)]
        writer.read(passages)
        cited = [x.id, *(records if len(records) == 1 else ()), *(e.id for e in passages)]
        writer.say(_SECTION, key, text, cited)


def _tabulate(review: Review, writer: Writer, checked: Sequence[_Gates]) -> None:
    rows = [
        (
            name(gates.project),
            f"Blocked by {pluralize(len(gates.blocking_now), 'rule')}" if gates.blocking_now else "Not blocked",
            len(gates.blocking),
            len(gates.unmet) - len(gates.blocking),
            len(gates.unknown),
            len(gates.met),
            len(gates.waived),
        )
        for gates in checked
    ]
    columns = ("Project", "Today", "Unmet, blocking", "Unmet, warning", "Unknown", "Met", "Waived")
    lines = [", ".join(f"{c}: {v}" for c, v in zip(columns, row, strict=True)) for row in rows]
    x = computed(
        review.view.sources["projects"], "Gates before launch, counted", f"{FILE}, {review.today}", lines, review.today
    )
    writer.read([x])
    writer.tabulate(_SECTION, Table(title="Gates before launch", columns=columns, rows=tuple(rows)), [x.id])
