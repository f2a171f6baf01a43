"""The governance rules checked against the projects a viewer may see, and findings in words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from copilot.errors import ToolError
from copilot.gates.checker import Checker, RuleCheck
from copilot.gates.conditions import Cause, Fact, checks, has_choice
from copilot.gates.facts import ProjectFacts, known_facts, read_facts
from copilot.gates.rules import FILE, Gates, Rule, Source
from copilot.language.formatting import format_cell, humanize, join_and
from copilot.records.schema import CURRENCY
from copilot.records.store import RecordView
from copilot.records.units import named_unit
from copilot.retrieval.types import Chunk
from copilot.sources import Sources
from copilot.types import Cell, Evidence, Viewer

EXPIRING_DAYS = 60
Role = Literal["headline", "support", "caveat", "method"]

_BOUNDS = {"<": "below", "<=": "at most", ">": "above", ">=": "at least"}


@dataclass(frozen=True)
class Selection:
    """The rules a call is about."""

    rules: tuple[Rule, ...]
    asked: str | None = None
    """Words of the id, title, instrument or article by which they were chosen."""
    gate: str | None = None


@dataclass
class Review:
    """One call's view of rules, records and documents."""

    sources: Sources
    viewer: Viewer
    view: RecordView
    gates: Gates
    checker: Checker
    projects: list[ProjectFacts]
    _chunks: dict[str, list[Chunk]] = field(default_factory=dict)

    @property
    def today(self) -> date:
        return self.sources.today

    @property
    def currency(self) -> str:
        return self.sources.workspace.config.currency

    def findings(self, project: ProjectFacts, selection: Selection, *, at_any_stage: bool = False) -> list[RuleCheck]:
        """What the chosen rules say; a law is left out where it does not reach the project."""
        chosen = {rule.id for rule in selection.rules}
        return [
            finding
            for finding in self.checker.findings(project, at_any_stage=at_any_stage)
            if finding.rule.id in chosen and self._is_asked(finding.rule, project, selection.asked)
        ]

    def _is_asked(self, rule: Rule, project: ProjectFacts, asked: str | None) -> bool:
        if asked is None or rule.is_named(asked):
            return True
        return any(source.is_called(asked) for source in self.checker.also(rule, project))

    def passages(self, rule: Rule) -> list[Evidence]:
        """The policy passages behind a rule that the viewer may read."""
        found = []
        for clause in rule.clauses:
            chunk = self._passage(clause.document, clause.clause)
            if chunk is not None:
                found.append(_passage_evidence(chunk))
        return list({evidence.id: evidence for evidence in found}.values())

    def _passage(self, document: str, clause: str) -> Chunk | None:
        retriever = self.sources.retriever
        if retriever is None:
            return None
        if document not in self._chunks:
            self._chunks[document] = retriever.chunks_of(document, self.viewer)
        start = re.compile(rf"^\W*{re.escape(clause)}(?![\w.]\d|\d)", re.MULTILINE)
        return next((chunk for chunk in self._chunks[document] if start.search(chunk.text)), None)


def open_review(sources: Sources, viewer: Viewer) -> Review:
    """The rules and the facts of all projects; a ToolError when there are no rules or no projects."""
    view = sources.records.view(viewer)
    if not view.has("projects"):
        raise ToolError("This workspace records no projects, so no governance rule can be checked.")
    gates = Gates.load(sources.workspace, view.tables["projects"].columns)
    if gates is None:
        raise ToolError(
            f"This workspace has no {FILE}, so there are no governance rules to check; "
            "search the documents for what the policies say."
        )
    checker = Checker(gates, sources.workspace.config, known_facts(view), sources.today)
    projects = read_facts(view, gates.vocabulary, sources.today)
    return Review(sources, viewer, view, gates, checker, projects)


def blocked_projects(sources: Sources, viewer: Viewer) -> Mapping[str, list[str]]:
    """For each project with an unmet blocking rule the titles of these; nothing without `gates.yaml`."""
    view = sources.records.view(viewer)
    if not view.has("projects") or not (sources.workspace.root / FILE).is_file():
        return {}
    review = open_review(sources, viewer)
    titles = {rule.id: rule.title for rule in review.gates.rules}
    blocking = {str(p.row["id"]): review.checker.blocking(p) for p in review.projects}
    return {project: [titles[id] for id in ids] for project, ids in blocking.items() if ids}


def _passage_evidence(chunk: Chunk) -> Evidence:
    path = [heading for heading in chunk.heading_path if heading != chunk.title]
    return Evidence(
        id=chunk.id,
        kind="passage",
        source=chunk.document_id,
        locator=chunk.locator,
        title=" › ".join([chunk.title, *path]),
        text=chunk.text,
        as_of=chunk.effective,
        position=chunk.position,
    )


def name(project: ProjectFacts) -> str:
    """Search ranking (P-018)."""
    title, key = project.row.get("name"), str(project.row["id"])
    return f"{title} ({key})" if title and str(title) != key else key


def source(of: Source) -> str:
    """The instrument with its article."""
    return f"{of.instrument}, {of.article}" if of.article else of.instrument


def missing(review: Review, finding: RuleCheck, project: ProjectFacts) -> str:
    """What the record says, and what the rule asks instead."""
    rule = finding.rule
    causes = review.checker.causes(finding, project)
    # What puts a project in scope needs no telling, unless it is all there is.
    scope = {check.fact for check in checks(rule.applies)}
    causes = tuple(c for c in causes if c.check.fact not in scope) or causes
    parts = [_compared(review, cause, project, rule) for cause in causes]
    return ("; or " if has_choice(rule.requires) else "; ").join(parts)


def recorded(review: Review, columns: Iterable[str], project: ProjectFacts) -> str:
    """The cells of a record that contradict a policy, in words."""
    return join_and(_cell(column, project.row, review.currency) for column in columns)


def asks_for_its_gate(rule: Rule) -> bool:
    """Whether all it wants is a gate passed, which cannot be shown before that gate."""
    return {check.fact for check in checks(rule.requires)} == {"gate"}


def questions(review: Review, columns: Iterable[str]) -> str:
    return " ".join(review.gates.questions[column] for column in columns)


def _compared(review: Review, cause: Cause, project: ProjectFacts, rule: Rule) -> str:
    column = cause.check.fact
    held = _cell(column, project.row, review.currency)
    if project.row.get(column) is None:
        return held
    is_date = review.gates.vocabulary[column].type == "date"
    if is_date and str(project.facts[column]) > review.today.isoformat():
        return f"{held}, which lies in the future"
    return f"{held}, {_wanted(review, cause, rule)}"


def _cell(column: str, row: Mapping[str, Cell], currency: str) -> str:
    return f"{humanize(column)}: {_value(column, row.get(column), currency)}"


def _value(column: str, value: Fact, currency: str = "") -> str:
    if isinstance(value, int | float) and column.endswith("_share"):
        return f"{100 * value:.1f}".removesuffix(".0") + "%"
    return (
        join_and(value)
        if isinstance(value, tuple)
        else format_cell(value, currency if named_unit(column) == CURRENCY else "")
    )


def _wanted(review: Review, cause: Cause, rule: Rule) -> str:
    check = cause.check
    spellings = {value.casefold(): value for value in review.gates.vocabulary[check.fact].values}
    values = [
        spellings.get(v, v) if isinstance(v, str) else _value(check.fact, v, review.currency) for v in check.values
    ]
    if check.op in ("present", "missing"):
        return "must be recorded" if (check.op == "present") != cause.negated else "must be empty"
    if check.op in ("within_days", "older_than_days", "in_force"):
        days = values[0] if values else f"{rule.validity_days:,}"
        is_limit = (check.op != "older_than_days") != cause.negated
        return f"must {'not be older' if is_limit else 'be older'} than {days} days"
    bound = _BOUNDS.get(check.op)
    if bound:
        return f"must {'not ' if cause.negated else ''}be {bound} {values[0]}"
    is_wanted = (check.op in ("=", "in")) != cause.negated
    return f"must {'' if is_wanted else 'not '}be {join_and(values, 'or')}"
