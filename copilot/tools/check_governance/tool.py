"""Whether projects meet the governance rules of the workspace."""

from __future__ import annotations

import re
from dataclasses import replace

from pydantic import BaseModel, ConfigDict, Field

from copilot.errors import ToolError
from copilot.gates.rules import Gates, Rule
from copilot.sources import Sources
from copilot.tools.check_governance.overview import report_portfolio
from copilot.tools.check_governance.project import report_project
from copilot.tools.filters import Condition, linked
from copilot.tools.governance import Selection, is_by_name, open_review
from copilot.tools.linking import link, resolve_record, resolve_value
from copilot.types import ToolResult, Viewer


class Arguments(BaseModel):
    """Check projects against the governance rules: AI policies, approval gates and laws.

    For "is X blocked", "what is missing before production", compliance, waivers, expired evidence, records that
    contradict a policy. For what a policy or law says, call search_knowledge.
    """

    model_config = ConfigDict(extra="forbid")

    project: str | None = Field(default=None, description="A project by name or id; all without it.")
    unit: str | None = Field(default=None, description="A business unit; all without it.")
    filters: list[Condition] = Field(default=[], description="Conditions that all must hold.")
    gate: str | None = Field(
        default=None,
        description="Only the rules of this approval gate; one project is checked as if it stood before the gate.",
    )
    ahead: bool = Field(
        default=False, description="Check all projects as if they stood before `gate`, such as a unit before launch."
    )
    rule: str | list[str] | None = Field(
        default=None,
        description="Only rules with that id, title, instrument or article; a list for several.",
    )
    top: int = Field(default=10, ge=1, le=100, description="How many to tell.")


def check_governance(sources: Sources, viewer: Viewer, arguments: Arguments) -> ToolResult:
    """What a project does not meet and what cannot be decided, or the whole portfolio."""
    review = open_review(sources, viewer)
    selection = _selection(review.gates, arguments)
    if arguments.project:
        key = resolve_record(review.view, arguments.project).key
        project = next(p for p in review.projects if str(p.row["id"]) == key)
        return report_project(review, project, selection, arguments.top)
    projects = review.projects
    if arguments.filters:
        meant = linked(review.view, "projects", arguments.filters)
        kept = {row["id"] for row in review.view.select("projects", meant, columns=["id"])}
        projects = [p for p in projects if p.row["id"] in kept]
    if arguments.unit:
        unit = resolve_value(review.view, "projects", "unit", arguments.unit)
        projects = [p for p in projects if p.facts.get("unit") == unit.casefold()]
        selection = replace(selection, unit=unit)
    if arguments.ahead:
        if selection.gate is None:
            raise ToolError("`ahead` needs a gate to stand before.")
        projects = [p for p in projects if not review.checker.has_ended(p)]
        selection = replace(selection, is_ahead=True)
    return report_portfolio(review, projects, selection, arguments.top)


def _gate(gates: Gates, asked: str) -> str:
    """The id of the gate that is meant: by its id, its title, or the number that its id ends with."""
    names = {gate.id: (gate.title, *_with_number(gate.id)) for gate in gates.order}
    found = link(asked, names)
    if found.value is None:
        known = [f"{gate.id} ({gate.title})" if gate.title else gate.id for gate in gates.order]
        raise ToolError(f"There is no gate {asked!r}; the gates are {', '.join(known) or 'not named'}.", found.nearest)
    return found.value


def _with_number(id: str) -> tuple[str, ...]:
    number = re.search(r"\d+$", id)
    return (f"gate {id}", *((number[0], f"gate {number[0]}") if number else ()))


def _selection(gates: Gates, arguments: Arguments) -> Selection:
    gate = _gate(gates, arguments.gate) if arguments.gate else None
    named = [_rules(gates, asked) for asked in _listed(arguments.rule)]
    asked = tuple(name for name, _ in named)
    rules = tuple(dict.fromkeys(rule for _, found in named for rule in found)) if named else gates.rules
    chosen = tuple(rule for rule in rules if gate is None or rule.gate == gate)
    if not chosen:
        known = tuple(dict.fromkeys(rule.gate for rule in rules))
        about = f"No rule on {'; '.join(asked)!r}" if asked else "No rule"
        raise ToolError(f"{about} belongs to gate {gate}; they belong to {', '.join(known)}.", known)
    are_each = bool(named) and all(is_by_name(name, found) for name, found in named)
    return Selection(chosen, asked, gate, are_each=are_each)


def _listed(rule: str | list[str] | None) -> list[str]:
    return [rule] if isinstance(rule, str) else rule or []


def _rules(gates: Gates, asked: str) -> tuple[str, tuple[Rule, ...]]:
    """The rules that are meant, and what they were called."""
    if rules := gates.rules_named(asked):
        return asked, rules
    found = link(asked, {rule.title: (rule.id, rule.instrument) for rule in gates.rules})
    if not found.value:
        nearest = "; ".join(found.nearest)
        raise ToolError(f"No rule is about {asked!r}; the nearest are: {nearest}.", found.nearest)
    return found.value, gates.rules_named(found.value)
