"""How what the governance rules say of projects may be asked for."""

from __future__ import annotations

from collections.abc import Iterator

from copilot.language.formatting import join_and
from copilot.reading.asked import Asked
from copilot.reading.call import Call
from copilot.reading.names import STAGE
from copilot.tools.check_governance.meant import CLEARLY, NEAR, rules_meant

# The reader takes "whose fairness test is too old?" for a question about rows.
_OF_ROWS = ("check_governance", "find_projects")
_WANTED = 0.5


def calls(asked: Asked) -> Iterator[Call]:
    """All projects, those of a unit, or the one that is named, by the rules that are meant, else by all; before a
    gate, where one is named."""
    arguments: dict[str, object] = {}
    about = "all projects"
    if projects := asked.records("projects"):
        arguments["project"], about = projects[0].key, projects[0].name or projects[0].key
    elif unit := asked.unit():
        arguments["unit"], about = unit, f"the projects of {unit}"
    stages = [] if projects else [f for f in asked.filters("projects") if f["column"] == STAGE]
    if stages:
        arguments["filters"] = stages
        about += "".join(f", stage {f.get('op', '=')} {_text(f.get('value'))}" for f in stages)
    gate = asked.named("gate") or (_gate_ahead(asked, projects[0].key) if projects else None)
    rules = rules_meant(asked, CLEARLY if gate or projects else NEAR)
    # A project is told by one rule, or by all.
    rules = rules if len(rules) == 1 or not projects else ()
    if rules:
        arguments["rule"] = rules[0] if len(rules) == 1 else list(rules)
    elif gate:
        arguments["gate"] = gate
    called = join_and([rule.replace("-", " ") for rule in rules])
    which = f"the {'rule' if len(rules) == 1 else 'rules'} {called}" if rules else "governance rules"
    yield Call("check_governance", arguments, f"{which} for {about}{f' before {gate}' if gate and not rules else ''}")


def _gate_ahead(asked: Asked, project: str) -> str | None:
    """The gate before the stage that a question names and that a project has yet to reach: what it lacks "before
    production"."""
    stages = asked.sources.workspace.config.stages
    now = stages.place((asked.view.row("projects", project) or {}).get(STAGE))
    named = (stages.place(x.key) for x in asked.links.of("value") if x.column == STAGE and x.score == 1)
    ahead = max(named, default=-1)
    gates = [g.id for g in asked.sources.workspace.gates if now < stages.place(g.before_stage) <= ahead]
    return gates[-1] if gates else None


def _text(value: object) -> str:
    return " or ".join(map(str, value)) if isinstance(value, list) else str(value)


def evidence(asked: Asked) -> float:
    """How surely the rules are asked, where a question about rows is hardly read as one and means one rule clearly."""
    wanted = sum(asked.reading.tools.get(name, 0.0) for name in _OF_ROWS)
    # "How many incidents are open?" asks for incidents, whatever a rule says of them.
    may_be = wanted >= _WANTED and not asked.is_of_other_rows and asked.is_hardly_read
    return min(1.0, wanted) if may_be and len(rules_meant(asked, CLEARLY)) == 1 else 0.0
