"""Whether projects meet the governance rules of the workspace."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from copilot.errors import ToolError
from copilot.gates.rules import GATES
from copilot.sources import Sources
from copilot.tools.check_governance.findings import Review, Selection, open_review
from copilot.tools.check_governance.overview import report_portfolio
from copilot.tools.check_governance.project import report_project
from copilot.tools.linking import link, resolve_record, resolve_value
from copilot.types import ToolResult, Viewer


class Arguments(BaseModel):
    """Check projects against the governance rules: AI policies, approval gates and laws.

    Call this for "is X blocked", "what is missing before production", "may it launch", "what is blocked
    and why", compliance, gates, waivers, expired or expiring evidence, and records that contradict a
    policy. With a project it tells everything about that one; without, it counts over all projects. For
    what a policy or law says, call search_knowledge.
    """

    model_config = ConfigDict(extra="forbid")

    project: str | None = Field(default=None, description="Name or id of one project; empty for all projects.")
    unit: str | None = Field(
        default=None, description="Business unit whose projects are checked, when no project is named."
    )
    gate: str | None = Field(
        default=None,
        description="G1, G2, G3 or G4: only the rules of that approval gate. With a project they are "
        "checked as if the project stood before that gate.",
    )
    rule: str | None = Field(
        default=None,
        description="Only rules with that id, title, instrument or article, such as EU AI Act or fairness.",
    )
    top: int = Field(default=10, ge=1, le=100, description="Findings told one by one at the most; counts are complete.")


def check_governance(sources: Sources, viewer: Viewer, arguments: Arguments) -> ToolResult:
    """What a project does not meet and what cannot be decided, or the whole portfolio."""
    review = open_review(sources, viewer)
    selection = _selection(review, arguments.rule, _gate(arguments.gate))
    if arguments.project:
        key = resolve_record(review.view, arguments.project).key
        project = next(p for p in review.projects if str(p.row["id"]) == key)
        return report_project(review, project, selection, arguments.top)
    projects = review.projects
    parts = [f"gate {selection.gate}"] if selection.gate else []
    if arguments.rule:
        parts.append(f"rules on {arguments.rule}")
    if arguments.unit:
        unit = resolve_value(review.view, "projects", "unit", arguments.unit)
        projects = [p for p in projects if p.facts.get("unit") == unit.casefold()]
        parts.append(unit)
    return report_portfolio(review, projects, selection, ", ".join(parts), arguments.top)


def _gate(asked: str | None) -> str | None:
    if not asked:
        return None
    found = asked.upper().replace("GATE", "").strip()
    found = f"G{found}" if found.isdigit() else found
    if found not in GATES:
        raise ToolError(f"There is no gate {asked!r}; the gates are {', '.join(GATES)}.", GATES)
    return found


def _selection(review: Review, asked: str | None, gate: str | None) -> Selection:
    gates = review.gates
    rules = gates.rules_named(asked) if asked else gates.rules
    if asked and not rules:
        found = link(asked, {rule.title: (rule.id, rule.instrument) for rule in gates.rules})
        if not found.value:
            nearest = "; ".join(found.nearest)
            raise ToolError(f"No rule is about {asked!r}; the nearest are: {nearest}.", found.nearest)
        asked, rules = found.value, gates.rules_named(found.value)
    chosen = tuple(rule for rule in rules if gate is None or rule.gate == gate)
    if not chosen:
        named = tuple(dict.fromkeys(rule.gate for rule in rules))
        raise ToolError(f"No rule on {asked!r} belongs to gate {gate}; they belong to {', '.join(named)}.", named)
    return Selection(chosen, asked, gate)
