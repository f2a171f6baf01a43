"""What the records of projects and roles say of each area of readiness."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from copilot.analysis.scoring import to_unit
from copilot.language.formatting import humanize, number, percent, pluralize
from copilot.records.store import Filter, RecordView
from copilot.sources import Sources
from copilot.tools.assess_readiness.scores import BEST, mean
from copilot.tools.candidates import ended_stages
from copilot.tools.check_governance.findings import blocked_projects
from copilot.tools.evidence import Row
from copilot.tools.linking import fold
from copilot.types import Viewer

_ENGINEERING = frozenset({"engineer", "engineering", "mlop", "mlops", "devop", "devops"})
_SCIENCE = frozenset({"scientist", "science"})


@dataclass(frozen=True)
class Fact:
    """A finding in the records, as a sentence."""

    area: str
    text: str
    share: float | None = None
    """How good it is, 0 to 1, where that can be said without a judgement."""


@dataclass(frozen=True)
class Staff:
    engineers: float
    scientists: float

    @property
    def ratio(self) -> float | None:
        return self.engineers / self.scientists if self.scientists else None


def facts(sources: Sources, viewer: Viewer, rows: Sequence[Row], unit: str | None, whole: str) -> list[Fact]:
    """Of projects that have not ended; `whole` is what the rows are called, such as "of Retail"."""
    view = sources.records.view(viewer)
    found = [
        *_data(sources, rows, whole),
        *_infrastructure(rows, whole),
        *_staff(view, unit),
        *_models(view, rows, whole),
        *_governance(sources, viewer, rows, whole),
        *_change(rows, whole, sources.workspace.config.currency),
    ]
    return [fact for fact in found if fact is not None]


def going_on(sources: Sources, rows: Sequence[Row]) -> list[Row]:
    """Without the projects that were given up after production."""
    stages = [fold(stage) for stage in sources.workspace.config.stages]
    ended = ended_stages(sources.workspace.config.stages)
    last = next((stage for stage in stages if stage in ended), None)
    return [r for r in rows if fold(str(r.get("stage") or "")) not in ended - {last}]


def from_records(found: Sequence[Fact], area: str) -> float | None:
    """1 to 5 from the shares the records hold; None where they hold none."""
    share = mean(fact.share for fact in found if fact.area == area)
    return None if share is None else 1 + (BEST - 1) * share


def _numbers(rows: Sequence[Row], column: str) -> list[float]:
    values = (row.get(column) for row in rows)
    return [float(v) for v in values if isinstance(v, int | float) and not isinstance(v, bool)]


def _data(sources: Sources, rows: Sequence[Row], whole: str) -> Iterator[Fact]:
    config = sources.workspace.config
    criterion = next((c for c in config.criteria if "data" in fold(c.name).split()), None)
    if criterion is None or not (values := _numbers(rows, criterion.column)):
        return
    minimum, top = config.thresholds.data_readiness_minimum, number(criterion.scale[1])
    average = sum(values) / len(values)
    share = float(to_unit([criterion], [[average]])[0, 0])  # type: ignore[arg-type]  # a list is an array here
    label = criterion.label.lower()
    if len(rows) == 1:
        relation = "below" if average < minimum else "not below"
        text = f"The {label} of {whole} is {number(average)} of {top}, {relation} the minimum of {number(minimum)}."
    else:
        low = sum(value < minimum for value in values)
        text = (
            f"The mean {label} of {pluralize(len(values), 'project')} {whole} that record it is "
            f"{number(average)} of {top}; {low:,} of them {'is' if low == 1 else 'are'} "
            f"below the minimum of {number(minimum)}."
        )
    yield Fact("data_readiness", text, share)


def _infrastructure(rows: Sequence[Row], whole: str) -> Iterator[Fact]:
    for column, good, does in (
        ("platform", "shared", "run on the shared platform"),
        ("integration", "done", "are integrated into the systems people work in"),
    ):
        recorded = [str(row[column]) for row in rows if row.get(column) is not None]
        if not recorded:
            continue
        if len(rows) == 1:
            value = humanize(recorded[0])
            yield Fact("infrastructure", f"The {column} of {whole}: {value}.", float(recorded[0] == good))
            continue
        count = sum(value == good for value in recorded)
        text = f"{count:,} of {pluralize(len(recorded), 'project')} {whole} ({percent(count / len(recorded))}) {does}."
        yield Fact("infrastructure", text, count / len(recorded))


def _models(view: RecordView, rows: Sequence[Row], whole: str) -> Iterator[Fact]:
    if not (view.has("models", "project_id") and view.has("model_quality", "model_id")):
        return
    ids = {row["id"] for row in rows}
    live = [m for m in view.select("models") if m.get("project_id") in ids and m.get("status") == "live"]
    if not live:
        return
    measured = {row["model_id"] for row in view.select("model_quality", columns=["model_id"])}
    count = sum(model["id"] in measured for model in live)
    verb = "has its" if count == 1 else "have their"
    text = f"{count:,} of {pluralize(len(live), 'live model')} {whole} {verb} quality on record."
    yield Fact("mlops", text)


def latest_roles(view: RecordView, unit: str | None) -> list[Row]:
    """The latest count of each role of each unit."""
    if not view.has("roles"):
        return []
    filters = [] if unit is None else [Filter(column="unit", value=unit)]
    order = ["as_of"] if view.has("roles", "as_of") else []
    latest = {
        (fold(str(row["unit"])), fold(str(row["role"]))): row for row in view.select("roles", filters, order_by=order)
    }
    return list(latest.values())


def staff(view: RecordView, unit: str | None) -> Staff | None:
    """The latest count of each unit's engineers and data scientists, told by the words of the roles."""
    engineers = scientists = 0.0
    for row in latest_roles(view, unit):
        said, headcount = set(fold(str(row["role"])).split()), row.get("headcount")
        if not isinstance(headcount, int | float):
            continue
        if said & _SCIENCE:
            scientists += headcount
        elif said & _ENGINEERING:
            engineers += headcount
    return Staff(engineers, scientists) if engineers or scientists else None


def _staff(view: RecordView, unit: str | None) -> Iterator[Fact]:
    found = staff(view, unit)
    if found is None:
        return
    people = f"{number(found.engineers)} data, machine-learning and MLOps engineers"
    where = "" if unit is None else f" of {unit}"
    if found.ratio is None:
        yield Fact("mlops", f"The staff{where} counts {people} and no data scientist.")
        return
    yield Fact(
        "mlops",
        f"The staff{where} counts {people} to {number(found.scientists)} data "
        f"scientist{'' if found.scientists == 1 else 's'}, "
        f"{number(found.ratio)} engineers per data scientist.",
    )


def _governance(sources: Sources, viewer: Viewer, rows: Sequence[Row], whole: str) -> Iterator[Fact]:
    gates = [str(row["gate"]) for row in rows if row.get("gate") is not None]
    if gates and len(rows) > 1:
        passed = sum(gate != "none" for gate in gates)
        text = f"{passed:,} of {pluralize(len(gates), 'project')} {whole} have passed an approval gate."
        yield Fact("governance", text, passed / len(gates))
    elif gates:
        text = f"{whole} has passed " + ("no approval gate." if gates[0] == "none" else f"gate {gates[0]}.")
        yield Fact("governance", text, float(gates[0] != "none"))
    blocked: Mapping[str, list[str]] = blocked_projects(sources, viewer)
    if not blocked or not rows:
        return
    held = [row for row in rows if str(row["id"]) in blocked]
    if len(rows) == 1:
        titles = "; ".join(blocked.get(str(rows[0]["id"]), ()))
        text = f"{whole} does not meet: {titles}." if titles else f"{whole} has no unmet blocking rule."
    else:
        text = f"{len(held):,} of {pluralize(len(rows), 'project')} {whole} do not meet a blocking governance rule."
    yield Fact("governance", text, 1 - len(held) / len(rows))


def _change(rows: Sequence[Row], whole: str, currency: str) -> Iterator[Fact]:
    both = [
        (float(str(row["change_budget"])), float(str(row["budget"])))
        for row in rows
        if row.get("change_budget") is not None and row.get("budget")
    ]
    if both:
        change, total = sum(c for c, _ in both), sum(b for _, b in both)
        amounts = f"{number(change)} of {number(total)} {currency}".strip()
        of = f"{pluralize(len(both), 'project')} {whole}" if len(rows) > 1 else whole
        yield Fact("change", f"{percent(change / total)} of the budget of {of} is for change, {amounts}.")
    plans = [bool(row["adoption_plan"]) for row in rows if row.get("adoption_plan") is not None]
    if plans and len(rows) > 1:
        text = f"{sum(plans):,} of {pluralize(len(plans), 'project')} {whole} have a plan for adoption."
        yield Fact("change", text, sum(plans) / len(plans))
    elif plans:
        yield Fact("change", f"{whole} has {'a' if plans[0] else 'no'} plan for adoption.", float(plans[0]))
