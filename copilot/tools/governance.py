"""The governance rules checked against the projects a viewer may see."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from copilot.errors import ToolError
from copilot.gates.checker import Checker, RuleCheck
from copilot.gates.clauses import approvers_by_amount, disagreements, paragraph
from copilot.gates.conditions import checks
from copilot.gates.facts import ProjectFacts, known_facts, read_facts
from copilot.gates.rules import FILE, Clause, Gates, Rule, Source
from copilot.records.store import RecordView
from copilot.retrieval.types import Chunk
from copilot.sources import Sources
from copilot.stages import Stages
from copilot.tools.evidence import passage_of
from copilot.tools.findings import Reading, count, share
from copilot.tools.stated_otherwise import stated_otherwise
from copilot.types import Evidence, Finding, Value, Viewer

EXPIRING_DAYS = 60


@dataclass(frozen=True)
class Selection:
    """The rules a call is about."""

    rules: tuple[Rule, ...]
    asked: tuple[str, ...] = ()
    """Words of the ids, titles, instruments or articles by which they were chosen; none for all."""
    gate: str | None = None
    """The id of the gate that they belong to."""
    unit: str | None = None
    """The unit whose projects are checked."""
    is_ahead: bool = False
    """They are checked as if all stood before the gate."""

    are_each: bool = False
    """Whether each rule was asked for by its id or title, and not a law or policy, or nothing."""

    @property
    def values(self) -> dict[str, Value]:
        return {
            "gate": self.gate,
            "about": "; ".join(self.asked) or None,
            "unit": self.unit,
            "ahead": self.is_ahead or None,
        }


def is_by_name(asked: str, rules: Sequence[Rule]) -> bool:
    """Whether rules were asked for by their id or title."""
    return all(asked.casefold().strip() in (rule.id.casefold(), rule.title.casefold()) for rule in rules)


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
    def stages(self) -> Stages:
        return self.sources.workspace.config.stages

    @property
    def currency(self) -> str:
        return self.sources.workspace.config.currency

    def findings(self, project: ProjectFacts, selection: Selection, *, at_any_stage: bool = False) -> list[RuleCheck]:
        """What the chosen rules say; a law is left out where it does not reach the project."""
        chosen = {rule.id for rule in selection.rules if not (selection.is_ahead and asks_for_its_gate(rule))}
        at_any_stage = at_any_stage or selection.is_ahead
        return [
            finding
            for finding in self.checker.findings(project, at_any_stage=at_any_stage)
            if finding.rule.id in chosen and self._is_asked(finding.rule, project, selection.asked)
        ]

    def _is_asked(self, rule: Rule, project: ProjectFacts, asked: Sequence[str]) -> bool:
        if not asked or any(rule.is_named(words) for words in asked):
            return True
        return any(source.is_called(words) for source in self.checker.also(rule, project) for words in asked)

    def passages(self, rule: Rule) -> list[Evidence]:
        """The policy passages behind a rule that the viewer may read."""
        found = []
        for clause in rule.clauses:
            chunk = self._passage(clause)
            if chunk is not None:
                found.append(passage_of(chunk))
        return list({evidence.id: evidence for evidence in found}.values())

    def other_figures(self, rule: Rule) -> Iterator[Finding]:
        """What clauses of the rule that the viewer may read state otherwise than the rule."""
        for found in disagreements(rule, self.gates.vocabulary, self.currency, self._paragraph):
            figure, chunk = found.figure, self._passage(found.clause)
            is_share = figure.unit == "percent"
            values: dict[str, Value] = {
                "title": rule.title,
                "asked": share(figure.value / 100) if is_share else count(figure.value, figure.unit),
                "source": f"clause {found.clause.clause} of {found.clause.document}",
                "stated": found.stated,
            }
            evidence = (passage_of(chunk).id,) if chunk else ()
            yield Finding(kind="other_figure", subject=rule.id, role="caveat", values=values, evidence=evidence)
        vocabulary = self.gates.vocabulary
        for clause, others in approvers_by_amount(rule, self.gates.rules, vocabulary, self.currency, self._paragraph):
            chunk = self._passage(clause)
            values = {
                "title": rule.title,
                "approvers": rule.approvers,
                "source": f"clause {clause.clause} of {clause.document}",
                "others": others,
            }
            evidence = (passage_of(chunk).id,) if chunk else ()
            yield Finding(kind="other_approvers", subject=rule.id, role="caveat", values=values, evidence=evidence)

    def stated_otherwise(self, reading: Reading, selection: Selection) -> Iterator[Finding]:
        """What documents state otherwise than the rules that name no clause."""
        used = {f"rules.{rule.id}" for rule in selection.rules}
        yield from stated_otherwise(reading, self.viewer, lambda rule: rule.subject in used, self.gates)

    def _paragraph(self, clause: Clause) -> str | None:
        chunk = self._passage(clause)
        return paragraph(chunk.text, clause.clause) if chunk else None

    def _passage(self, clause: Clause) -> Chunk | None:
        retriever, document = self.sources.retriever, clause.document
        if retriever is None:
            return None
        if document not in self._chunks:
            self._chunks[document] = retriever.chunks_of(document, self.viewer)
        chunks = self._chunks[document]
        return next((chunk for chunk in chunks if paragraph(chunk.text, clause.clause) is not None), None)


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


def source(of: Source) -> str:
    """The instrument with its article."""
    return f"{of.instrument}, {of.article}" if of.article else of.instrument


def asks_for_its_gate(rule: Rule) -> bool:
    """Whether all it wants is a gate passed, which cannot be shown before that gate."""
    return {check.fact for check in checks(rule.requires)} == {"gate"}
