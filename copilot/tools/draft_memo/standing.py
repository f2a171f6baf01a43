"""How projects stand by the records, whatever their place in a ranking: what speaks against going on as it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from copilot.language.formatting import humanize
from copilot.records.store import Filter
from copilot.tools.draft_memo.inputs import MemoInputs
from copilot.tools.evidence import Row, day_of, number_of
from copilot.tools.findings import amount, count, listed, share
from copilot.tools.model_health import Health, read_health
from copilot.tools.stage_paths import read_portfolio
from copilot.types import Finding, Value

NEARLY_SPENT = 0.9
"""A budget of which this much is spent is told."""
_FAR_BEHIND = 0.5
"""A benefit below this share of what was expected is told."""
_TITLES = 2
"""Rules that are named of each project."""
GROUNDS: Mapping[str, tuple[str, str]] = {
    "unmet": ("blocked", "unmet rules that block it"),
    "late": ("late", "a stay beyond the limit of its stage"),
    "fallen": ("model low", "a model below its validated level"),
    "no_return": ("costs more", "running costs above its benefit"),
    "behind": ("benefit low", "less than half of the benefit that was expected"),
    "spent_up": ("budget spent", "a budget that is nearly spent"),
    "obstacle": ("obstacle", "an obstacle"),
    "open_incident": ("open incident", "an open incident"),
    "without_benefit": ("no benefit", "no expected benefit"),
}
"""What may speak against a project, the gravest first: in a cell of a table, and in a sentence after "show"."""


LIGHT = frozenset({"obstacle", "open_incident"})
"""Grounds that by themselves put a project under conditions and do not stop it."""
TERMS: Mapping[str, str] = {
    "unmet": "the rules that block it are met",
    "late": "it moves on from its stage",
    "fallen": "its model is back at the validated level",
    "no_return": "its benefit is more than it costs to run",
    "behind": "its benefit comes near to what was expected",
    "spent_up": "money for the rest is decided on",
    "obstacle": "its obstacle is removed",
    "open_incident": "its incident is closed",
    "without_benefit": "an expected benefit is recorded",
}
"""What would settle each of them."""


@dataclass(frozen=True)
class Late:
    """A project is in its stage for longer than the limit."""

    stage: str
    days: int
    limit: float
    """Days."""


@dataclass(frozen=True)
class Standing:
    row: Row
    rules: tuple[str, ...] = ()
    """Titles of the blocking rules that are unmet today."""
    late: Late | None = None
    fallen: tuple[Health, ...] = ()
    """Live models below their validated level."""
    no_return: bool = False
    """Running costs what it brings, or more."""
    behind: float | None = None
    """The share of its expected benefit that one in production brings, where that is far from all."""
    spent: float = 0.0
    """The share of its budget that is spent, where that is nearly all and it is not in production; else 0."""
    incidents: tuple[Row, ...] = ()
    """Those that are open, the latest first."""
    without_benefit: bool = False
    """No benefit is recorded, though others record one."""

    @property
    def obstacle(self) -> str:
        return str(self.row.get("blocker") or "").rstrip(".")

    @property
    def grounds(self) -> tuple[str, ...]:
        """What speaks against it, by the keys of `GROUNDS`."""
        held = {
            "unmet": self.rules, "late": self.late, "fallen": self.fallen, "no_return": self.no_return,
            "behind": self.behind is not None, "spent_up": self.spent, "obstacle": self.obstacle,
            "open_incident": self.incidents, "without_benefit": self.without_benefit,
        }  # fmt: skip
        return tuple(kind for kind in GROUNDS if held[kind])


def read_standings(basis: MemoInputs, rows: Sequence[Row]) -> dict[str, Standing]:
    """By id of the project."""
    stages = basis.sources.workspace.config.stages
    late, fallen, incidents = _late(basis), _fallen(basis, rows), _open_incidents(basis)
    known = [row for row in rows if number_of(row, "expected_benefit") is not None]
    return {
        (key := str(row["id"])): Standing(
            row=row,
            rules=tuple(basis.blocked.get(key, ())),
            late=late.get(key),
            fallen=tuple(fallen.get(key, ())),
            no_return=_has_no_return(row),
            behind=_behind(row) if stages.is_production(row.get("stage")) else None,
            spent=_spent(row) if stages.is_open(row.get("stage")) else 0.0,
            incidents=tuple(incidents.get(key, ())),
            without_benefit=bool(known) and row not in known and row.get("realised_benefit") is None,
        )
        for row in rows
    }


def _late(basis: MemoInputs) -> dict[str, Late]:
    """By project before production how long it has been in its stage, where that is too long."""
    stages = basis.sources.workspace.config.stages
    flow = read_portfolio(basis.view, stages, [], None, basis.sources.today)
    limits = {stages.place(f.stage): f.stalled_after for f in flow.flows if stages.is_open(f.stage)}
    found = {}
    for path in flow.paths:
        days, limit = flow.days(path), limits.get(stages.place(path.now.stage))
        if days is not None and limit is not None and days > limit:
            found[path.project] = Late(humanize(path.now.stage), days, limit)
    return found


def spent_share(row: Row) -> float:
    """The share of the budget that is spent; 0 where it is not known."""
    budget, spend = number_of(row, "budget"), number_of(row, "spend")
    return spend / budget if spend is not None and budget is not None and budget > 0 else 0.0


def _spent(row: Row) -> float:
    found = spent_share(row)
    return found if found >= NEARLY_SPENT else 0.0


def _has_no_return(row: Row) -> bool:
    benefit, running = number_of(row, "expected_benefit"), number_of(row, "production_budget")
    return benefit is not None and running is not None and 0 < benefit <= running


def _behind(row: Row) -> float | None:
    expected, realised = number_of(row, "expected_benefit"), number_of(row, "realised_benefit")
    if not expected or realised is None or realised / expected >= _FAR_BEHIND:
        return None
    return realised / expected


def _fallen(basis: MemoInputs, rows: Sequence[Row]) -> dict[str, list[Health]]:
    """By project the live models that stand further below their validated level than the workspace allows."""
    if not (rows and basis.view.has("model_quality")):
        return {}
    models = live_models(basis, *(str(row["id"]) for row in rows))
    limits = basis.sources.workspace.config.thresholds
    found: dict[str, list[Health]] = defaultdict(list)
    for health in read_health(basis.view, models, limits, basis.sources.today):
        if health.points is not None and health.points < -100 * limits.quality_drop:
            found[str(health.row["project_id"])].append(health)
    return found


def model_levels(basis: MemoInputs, row: Row) -> Iterator[Finding]:
    """How the live models of a project stand against what they were validated at."""
    models, limits = live_models(basis, str(row["id"])), basis.sources.workspace.config.thresholds
    for health in read_health(basis.view, models, limits, basis.sources.today) if models else ():
        values: dict[str, Value] = {
            "model": health.title,
            "latest": share(health.quality.latest, 1) if health.quality else None,
            "validated": share(health.validated, 1) if health.validated is not None else None,
            "onset": health.onset,
            "shifted": tuple(humanize(i.name) for i in health.shifted) or None,
        }
        cited = (basis.reading.row("projects", row), basis.reading.row("models", health.row))
        yield Finding(kind="model_level", subject=health.id, values=values, evidence=cited)


def live_models(basis: MemoInputs, *projects: str) -> list[Row]:
    """Those of the projects, or all of theirs where the records do not say which are live."""
    if not basis.view.has("models", "project_id"):
        return []
    owned = Filter(column="project_id", op="in", value=projects)
    live = [Filter(column="status", value="live")] if basis.view.has("models", "status") else []
    return [*basis.view.select("models", [*live, owned])]


def _open_incidents(basis: MemoInputs) -> dict[str, list[Row]]:
    """By project those that are said to be open, or, where no state is recorded, have no day of their end."""
    view, has_state = basis.view, basis.view.has("incidents", "status")
    if not (view.has("incidents", "project_id") and (has_state or view.has("incidents", "closed_on"))):
        return {}
    is_open = Filter(column="status", value="open") if has_state else Filter(column="closed_on", op="missing")
    found: dict[str, list[Row]] = defaultdict(list)
    for row in view.select("incidents", [is_open], order_by=["-date"] if view.has("incidents", "date") else []):
        if row.get("project_id"):
            found[str(row["project_id"])].append(row)
    return found


def findings(basis: MemoInputs, standing: Standing) -> Iterator[Finding]:
    """What speaks against a project, one by one, of "it"."""
    row = standing.row
    record = basis.reading.row("projects", row)

    def found(kind: str, *evidence: str, **values: Value) -> Finding:
        return Finding(kind=kind, subject=str(row["id"]), values=values, evidence=(record, *evidence))

    if standing.rules:
        titles = listed(standing.rules, _TITLES, "more")
        yield found("unmet", rules=count(len(standing.rules), "rule"), titles=titles)
    if late := standing.late:
        yield found("late", stage=late.stage, days=count(late.days, "day"), limit=amount(late.limit, "day", 1))
    for health in standing.fallen:
        assert health.quality is not None
        assert health.validated is not None
        levels = {"latest": share(health.quality.latest, 1), "validated": share(health.validated, 1)}
        model = basis.reading.row("models", health.row)
        yield found("fallen", model, model=health.title, onset=health.onset, **levels)
    if standing.no_return:
        yield found("no_return", **_amounts(basis, row, running="production_budget", benefit="expected_benefit"))
    if standing.behind is not None:
        amounts = _amounts(basis, row, realised="realised_benefit", expected="expected_benefit")
        yield found("behind", share=share(standing.behind), **amounts)
    if standing.spent:
        yield found("spent_up", share=share(standing.spent))
    if standing.obstacle:
        yield found("obstacle", obstacle=standing.obstacle)
    for incident in standing.incidents:
        title, day = str(incident.get("title") or incident["id"]).rstrip("."), day_of(incident.get("date"))
        yield found("open_incident", basis.reading.row("incidents", incident), title=title, day=day)
    if standing.without_benefit:
        yield found("without_benefit")


def _amounts(basis: MemoInputs, row: Row, **columns: str) -> dict[str, Value]:
    return {
        name: amount(value, basis.currency, 2, "recorded")
        for name, column in columns.items()
        if (value := number_of(row, column)) is not None
    }
