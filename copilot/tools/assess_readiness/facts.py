"""What the records of projects, models and roles tell of each area of readiness."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from copilot.analysis.scoring import to_unit
from copilot.language.formatting import format_cell, humanize, number
from copilot.records.store import RecordView
from copilot.sources import Sources
from copilot.tools.assess_readiness.scores import Fact
from copilot.tools.evidence import Row, number_of
from copilot.tools.findings import amount, count, share
from copilot.tools.governance import blocked_projects
from copilot.tools.linking import fold
from copilot.tools.readiness import AreaMethod, ColumnFact, Computed, ReadinessMethod
from copilot.tools.staff import latest_roles, role_of, staff
from copilot.types import Calculation, Cell, Finding, Table, Value, Viewer

_ROWS = 50


@dataclass(frozen=True)
class Subject:
    """Whose records are read: of one project, a unit, or all."""

    sources: Sources
    viewer: Viewer
    rows: Sequence[Row]
    """The projects that have not ended."""
    unit: str | None
    of: str
    """What they are called: "of Retail Stores" without the "of"."""
    evidence: tuple[str, ...] = ()

    @property
    def view(self) -> RecordView:
        return self.sources.records.view(self.viewer)

    @property
    def is_one(self) -> bool:
        return len(self.rows) == 1

    def fact(
        self,
        kind: str,
        values: dict[str, Value],
        good: float | None = None,
        calculation: Calculation | None = None,
        column: str = "",
    ) -> Fact:
        """A fact about the column, where one alone tells it; `good` is the share that is as it should be."""
        values = {"of": self.of, **values}
        found = Finding(kind=kind, subject=column, values=values, evidence=self.evidence, calculation=calculation)
        return Fact(found, good)


def facts(subject: Subject, area: AreaMethod, method: ReadinessMethod) -> list[Fact]:
    """What the method asks the records for, where they tell it."""
    found = (
        _column(subject, asked) if isinstance(asked, ColumnFact) else _COMPUTED[asked](subject, method)
        for asked in area.facts
    )
    return [fact for fact in found if fact is not None]


def _column(subject: Subject, asked: ColumnFact) -> Fact | None:
    """The share of projects with a good value; of one project its value."""
    cells = [format_cell(row[asked.column]) for row in subject.rows if row.get(asked.column) is not None]
    if not cells:
        return None
    named = {format_cell(value).casefold() for value in asked.good or asked.bad}
    good = sum((cell.casefold() in named) == bool(asked.good) for cell in cells)
    if subject.is_one:
        says = asked.has if good else asked.lacks
        values: dict[str, Value] = {"column": humanize(asked.column), "value": humanize(cells[0]), "says": says or None}
        return subject.fact("cell", values, float(good), column=asked.column)
    counts = Counter(cells).most_common()
    return subject.fact(
        "share_of_projects",
        {
            "good": count(good, "project"),
            "projects": count(len(cells), "project"),
            "share": share(good / len(cells)),
            "says": asked.says,
        },
        good / len(cells),
        Calculation(
            method=f"projects by {humanize(asked.column)}, those without a value left out",
            query=f"{asked.column} {'in' if asked.good else 'not in'} {', '.join(sorted(named))}",
            inputs=(Table(title="Projects", columns=(humanize(asked.column), "Projects"), rows=tuple(counts)),),
        ),
        asked.column,
    )


def _data_criterion(subject: Subject, method: ReadinessMethod) -> Fact | None:
    """The level of the criterion about data, against the minimum of the workspace."""
    config = subject.sources.workspace.config
    criterion = next((c for c in config.criteria if "data" in fold(c.name).split()), None)
    if criterion is None or not (values := _numbers(subject.rows, criterion.column)):
        return None
    minimum, top = config.thresholds.data_readiness_minimum, f"of {number(criterion.scale[1])}"
    average = sum(values) / len(values)
    held: dict[str, Value] = {
        "criterion": criterion.label.lower(),
        "level": amount(average, top, 2),
        "minimum": amount(minimum, "", 2),
        "is_below": average < minimum,
    }
    if not subject.is_one:
        held |= {
            "projects": count(len(values), "project"),
            "below": count(sum(value < minimum for value in values), "project"),
        }
    good = float(to_unit([criterion], [[average]])[0, 0])  # type: ignore[arg-type]  # a list is an array here
    return subject.fact("criterion_level", held, good)


def _measured_models(subject: Subject, method: ReadinessMethod) -> Fact | None:
    view = subject.view
    if not (view.has("models", "project_id") and view.has("model_quality", "model_id")):
        return None
    ids = {row["id"] for row in subject.rows}
    live = [m for m in view.select("models") if m.get("project_id") in ids and m.get("status") == "live"]
    if not live:
        return None
    measured = {row["model_id"] for row in view.select("model_quality", columns=["model_id"])}
    number_measured = sum(model["id"] in measured for model in live)
    values: dict[str, Value] = {
        "measured": count(number_measured, "live model"), "live": count(len(live), "live model"),
    }  # fmt: skip
    return subject.fact("measured_models", values)


def _staff_ratio(subject: Subject, method: ReadinessMethod) -> Fact | None:
    found = staff(subject.view, subject.unit, method.staff)
    if found is None:
        return None
    rows = [
        (str(row["unit"]), str(row["role"]), row.get("headcount"), role_of(row, method.staff))
        for row in latest_roles(subject.view, subject.unit)
    ]
    values: dict[str, Value] = {
        "unit": subject.unit,
        "engineers": amount(found.engineers, "", 2),
        "engineers_label": method.staff.engineers_label,
        "scientists": amount(found.scientists, "", 2),
        "ratio": None if found.ratio is None else amount(found.ratio, "", 2),
    }
    calculation = Calculation(
        method="engineers per data scientist, by the words of the roles",
        formula="headcount of engineers ÷ headcount of data scientists",
        query="the latest count of each role of each unit",
        inputs=(Table(title="Staff", columns=("Unit", "Role", "Headcount", "Counts as"), rows=tuple(rows[:_ROWS])),),
    )
    return subject.fact("staff_ratio", values, calculation=calculation)


def _blocking_rules(subject: Subject, method: ReadinessMethod) -> Fact | None:
    blocked = blocked_projects(subject.sources, subject.viewer)
    if not blocked or not subject.rows:
        return None
    held = [row for row in subject.rows if str(row["id"]) in blocked]
    good = 1 - len(held) / len(subject.rows)
    if subject.is_one:
        return subject.fact("unmet_rules", {"titles": tuple(blocked.get(str(subject.rows[0]["id"]), ()))}, good)
    values: dict[str, Value] = {
        "blocked": count(len(held), "project"), "projects": count(len(subject.rows), "project"),
    }  # fmt: skip
    rows: list[tuple[Cell, ...]] = [(row.get("name"), "; ".join(blocked[str(row["id"])])) for row in held[:_ROWS]]
    table = Table(title="Unmet blocking rules", columns=("Project", "Rules"), rows=tuple(rows))
    return subject.fact(
        "blocked_projects", values, good, Calculation(method="blocking rules that are unmet", inputs=(table,))
    )


def _change_budget(subject: Subject, method: ReadinessMethod) -> Fact | None:
    both = [
        (float(str(row["change_budget"])), float(str(row["budget"])))
        for row in subject.rows
        if row.get("change_budget") is not None and row.get("budget")
    ]
    if not both:
        return None
    change, total = sum(c for c, _ in both), sum(b for _, b in both)
    currency = subject.sources.workspace.config.currency
    values: dict[str, Value] = {
        "share": share(change / total),
        "change": amount(change, currency, 2),
        "budget": amount(total, currency, 2),
        "projects": None if subject.is_one else count(len(both), "project"),
    }
    return subject.fact("change_budget", values)


def _numbers(rows: Sequence[Row], column: str) -> list[float]:
    return [value for row in rows if (value := number_of(row, column)) is not None]


_COMPUTED: dict[Computed, Callable[[Subject, ReadinessMethod], Fact | None]] = {
    "data_criterion": _data_criterion,
    "staff_ratio": _staff_ratio,
    "measured_models": _measured_models,
    "blocking_rules": _blocking_rules,
    "change_budget": _change_budget,
}
