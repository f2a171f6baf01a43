"""The governance rules checked against the projects a viewer may see, and what both reports tell of a rule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from copilot.errors import ToolError
from copilot.gates.checker import Checker, RuleCheck
from copilot.gates.clauses import approvers_by_amount, disagreements, paragraph
from copilot.gates.conditions import Cause, Fact, as_text, checks, has_choice
from copilot.gates.facts import ProjectFacts, known_facts, read_facts
from copilot.gates.rules import FILE, Clause, Gates, Rule, Source
from copilot.language.formatting import format_value, humanize, join_and
from copilot.records.schema import CURRENCY
from copilot.records.store import RecordView
from copilot.records.units import named_unit
from copilot.retrieval.types import Chunk
from copilot.sources import Sources
from copilot.stages import Stages
from copilot.tools.evidence import name_of, passage_of
from copilot.tools.findings import Reading, amount, count, share
from copilot.tools.stated_otherwise import stated_otherwise
from copilot.types import Calculation, Evidence, Finding, Quantity, Table, Value, Viewer

EXPIRING_DAYS = 60

_BOUNDS = {"<": "below", "<=": "at most", ">": "above", ">=": "at least"}


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


def questions(review: Review, columns: Iterable[str]) -> str:
    return " ".join(review.gates.questions[column] for column in columns)


def as_date(cell: object) -> date | str | None:
    """A cell that holds a day; its text where it holds something else."""
    try:
        return None if cell is None else date.fromisoformat(str(cell))
    except ValueError:
        return str(cell)


def asks_for_its_gate(rule: Rule) -> bool:
    """Whether all it wants is a gate passed, which cannot be shown before that gate."""
    return {check.fact for check in checks(rule.requires)} == {"gate"}


def rule_values(rule: Rule) -> dict[str, Value]:
    """What a sentence needs to name a rule."""
    return {"rule": rule.id, "title": rule.title, "severity": rule.severity, "source": source(rule)}


def recorded(review: Review, columns: Iterable[str], project: ProjectFacts) -> dict[str, Value]:
    """Columns with what the record holds in them."""
    names = tuple(columns)
    return {
        "columns": tuple(humanize(column) for column in names),
        "recorded": tuple(held(review, column, project.row.get(column)) for column in names),
    }


def shortfall(review: Review, check: RuleCheck, project: ProjectFacts) -> dict[str, Value]:
    """What the record holds in the columns that decide, and what the rule asks of each instead."""
    rule, causes = check.rule, review.checker.causes(check, project)
    # What puts a project in scope needs no telling, unless it is all there is.
    scope = {part.fact for part in checks(rule.applies)}
    causes = tuple(cause for cause in causes if cause.check.fact not in scope) or causes
    asked = [_asked(review, cause, project, rule) for cause in causes]
    return {
        **recorded(review, (cause.check.fact for cause in causes), project),
        "asked": tuple(demand for demand, _ in asked),
        "limits": tuple(limit for _, limit in asked),
        "is_choice": has_choice(rule.requires),
    }


def rule_calculation(rule: Rule, title: str, columns: Sequence[str], rows: Iterable[Sequence[Value]]) -> Calculation:
    """How a rule was checked: its conditions, and what they were held against."""
    conditions = {"applies where": as_text(rule.applies), "requires": as_text(rule.requires)}
    if rule.validity_days:
        conditions["evidence is in force for"] = format_value(count(rule.validity_days, "day"))
    shown = tuple(tuple(None if v is None else format_value(v) for v in row) for row in rows)
    return Calculation(
        method=f"rule {rule.id} of {FILE}",
        query="; ".join(f"{what} {text}" for what, text in conditions.items() if text),
        inputs=(Table(title=title, columns=tuple(columns), rows=shown),),
    )


def coming_rule(rule: Rule, projects: Quantity | None, evidence: tuple[str, ...]) -> Finding:
    """An unmet rule whose source does not apply yet; `projects` are those that do not meet it, of several."""
    values = {**rule_values(rule), "effective": rule.effective, "status": rule.status, "projects": projects}
    return Finding(kind="coming_rule", subject=rule.id, values=values, evidence=evidence)


def expiring_evidence(
    ends: Sequence[tuple[date, ProjectFacts, Rule]], top: int, evidence: tuple[str, ...], of: str | None = None
) -> Finding:
    """Evidence that counts today and will not at the end of the period looked at; `of` is the one project it is of."""
    return Finding(
        kind="expiring_evidence",
        values={
            "of": of,
            "pieces": count(len(ends), "piece"),
            "days": count(EXPIRING_DAYS, "day"),
            "names": tuple(name_of(project.row) for _, project, _ in ends[:top]),
            "until": tuple(day for day, _, _ in ends[:top]),
            "titles": tuple(rule.title for _, _, rule in ends[:top]),
        },
        evidence=evidence,
    )


def shortened(total: int, told: int, noun: str) -> Iterator[Finding]:
    """That not all of so many things are told one by one."""
    if total > told:
        yield Finding(kind="shortened", role="caveat", values={"total": count(total, noun), "told": amount(told)})


def method(review: Review, selection: Selection, projects: Quantity | None) -> Finding:
    rules = count(len(selection.rules), "rule")
    return Finding(kind="method", role="method", values={"rules": rules, "projects": projects, "day": review.today})


def held(review: Review, column: str, value: Fact) -> Quantity | date | str:
    if value is None:
        return "not recorded"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        if column.endswith("_share"):
            return amount(value, "share", 1, "recorded")
        return amount(value, review.currency if named_unit(column) == CURRENCY else "", 2, "recorded")
    if review.gates.vocabulary[column].type == "date":
        return as_date(value) or ""
    return join_and(value) if isinstance(value, tuple) else str(value)


def _asked(review: Review, cause: Cause, project: ProjectFacts, rule: Rule) -> tuple[str, Quantity | date | str]:
    """What must be, as words and the limit that they lead to; empty where nothing is recorded."""
    check, is_negated = cause.check, cause.negated
    column = review.gates.vocabulary[check.fact]
    if project.row.get(check.fact) is None:
        return "", ""
    if column.type == "date" and str(project.facts[check.fact]) > review.today.isoformat():
        return "which lies in the future", ""
    if check.op in ("present", "missing"):
        return ("must be recorded" if (check.op == "present") != is_negated else "must be empty"), ""
    if check.op in ("within_days", "older_than_days", "in_force"):
        days = int(str(check.values[0])) if check.values else rule.validity_days or 0
        is_limit = (check.op != "older_than_days") != is_negated
        return f"must {'not be' if is_limit else 'be'} older than", count(days, "day")
    if bound := _BOUNDS.get(check.op):
        return f"must {'not ' if is_negated else ''}be {bound}", held(review, check.fact, check.values[0])
    spellings = {value.casefold(): value for value in column.values}
    values = (spellings.get(str(v)) or format_value(held(review, check.fact, v)) for v in check.values)
    is_wanted = (check.op in ("=", "in")) != is_negated
    return f"must {'' if is_wanted else 'not '}be", join_and(values, "or")
