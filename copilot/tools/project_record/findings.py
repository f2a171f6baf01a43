"""What the records hold of a project, aspect by aspect; what they do not hold is found too."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from copilot.language.formatting import humanize
from copilot.records.store import Filter
from copilot.tools.evidence import Row, number_of, recorded, short_name_of
from copilot.tools.findings import Reading, amount, count, share
from copilot.tools.project_record.model_findings import of_model
from copilot.tools.row_sentences import tell
from copilot.types import Calculation, Finding, Quantity, Table, Value

Aspect = Literal[
    "overview", "stage", "money", "criteria", "governance", "people", "models", "history", "incidents",
    "decisions", "adoption",
]  # fmt: skip
FLAGS = ("personal_data", "special_category_data", "scores_people", "decides_alone", "generative")
CONTROLS = ("dpia_date", "rights_assessment_date", "validated_on", "fairness_tested_on")
# Kinds of finding about the rows of other tables that refer to the project.
_RELATED = {"incidents": "incident", "decisions": "decision"}


@dataclass(frozen=True)
class Project:
    """A project, its row, and what has been read for the call."""

    row: Row
    reading: Reading

    @property
    def id(self) -> str:
        return str(self.row["id"])

    @property
    def name(self) -> str:
        return short_name_of(self.row)

    def has(self, column: str) -> bool:
        return self.row.get(column) is not None

    def number(self, column: str) -> float | None:
        return number_of(self.row, column)

    def ratio(self, part: str, whole: str) -> Quantity | None:
        one, other = self.number(part), self.number(whole)
        return share(one / other) if one is not None and other else None

    def finding(self, kind: str, *columns: str, **computed: Value) -> Finding:
        """What the row holds in some columns, with what is computed from them."""
        view = self.reading.view
        cells = {
            c: recorded(self.row.get(c), view.column("projects", c)) if view.has("projects", c) else None
            for c in columns
        }
        return Finding(
            kind=kind,
            subject=self.id,
            values={"name": self.name, **cells, **computed},
            figures=tuple(name for name, value in (cells | computed).items() if isinstance(value, Quantity)),
            evidence=(self.reading.row("projects", self.row),),
            calculation=Calculation(
                method="cells of the record",
                query=f"row {self.id} of {view.sources['projects']}",
                inputs=(
                    Table(
                        title=self.name,
                        columns=("Column", "Recorded"),
                        rows=tuple((humanize(c).capitalize(), self.row.get(c)) for c in columns),
                    ),
                ),
            ),
        )

    def recorded(self, kind: str, *columns: str, **computed: Value) -> Iterator[Finding]:
        """The finding where the row holds the first of the columns."""
        if self.has(columns[0]):
            yield self.finding(kind, *columns, **computed)

    def absent(self, *columns: str) -> Iterator[Finding]:
        """Which of the columns the table has and this row leaves empty."""
        absent = tuple(c for c in columns if self.reading.view.has("projects", c) and not self.has(c))
        if absent:
            yield self.finding("not_recorded", columns=absent)


def cells(row: Row, table: str, columns: Sequence[str], reading: Reading) -> Finding:
    """What a record holds in the columns that are asked for; empty ones are found too."""
    view = reading.view
    schema = view.tables[table]
    held = {c: recorded(row.get(c), view.column(table, c)) for c in columns}
    return Finding(
        kind="cells",
        subject=str(row.get(schema.key or "") or ""),
        role="headline",
        values={"name": str(row.get(schema.title or "") or row.get(schema.key or "")), **held},
        figures=tuple(name for name, value in held.items() if isinstance(value, Quantity)),
        evidence=(reading.row(table, row),),
        calculation=Calculation(method="cells of the record", query=f"a row of {view.sources[table]}"),
    )


def overview(project: Project) -> Iterator[Finding]:
    yield project.finding("overview", "id", "unit", "stage", "stage_since", "description")
    yield project.finding("set_up", "scaling", "platform")
    yield from project.recorded("blocker", "blocker")
    yield from project.recorded("dependencies", "depends_on")


def stage(project: Project) -> Iterator[Finding]:
    if not project.has("stage"):
        yield from project.absent("stage")
        return
    since = project.row.get("stage_since")
    days = (project.reading.sources.today - date.fromisoformat(since)).days if isinstance(since, str) else None
    yield project.finding("time_in_stage", "stage", "stage_since", days=None if days is None else count(days, "day"))


def money(project: Project) -> Iterator[Finding]:
    if project.has("budget"):
        yield project.finding("budget", "budget", "spend", spent_share=project.ratio("spend", "budget"))
    else:
        yield from project.recorded("spend", "spend")
    if (part := project.ratio("change_budget", "budget")) is not None:
        technology = project.ratio("technology_budget", "budget")
        yield project.finding(
            "budget_split", "change_budget", "technology_budget", change_share=part, technology_share=technology
        )
    yield from project.recorded("production_budget", "production_budget")
    yield from project.absent("budget", "spend", "change_budget", "production_budget")
    yield from project.recorded("expected_benefit", "expected_benefit", "expected_basis")
    achieved = project.ratio("realised_benefit", "expected_benefit")
    yield from project.recorded("realised_benefit", "realised_benefit", "realised_basis", achieved_share=achieved)
    yield from project.absent("expected_benefit", "realised_benefit")


def adoption(project: Project) -> Iterator[Finding]:
    yield from project.recorded("integration", "integration")
    yield from project.recorded("adoption_plan", "adoption_plan")
    if (part := project.ratio("change_budget", "budget")) is not None:
        yield project.finding("change_budget", "change_budget", change_share=part)
    yield from project.absent("integration", "adoption_plan", "change_budget", "business_owner")


def criteria(project: Project) -> Iterator[Finding]:
    """Each criterion with its range, those without an estimate, and data that do not count as ready."""
    config = project.reading.sources.workspace.config
    likely, low, high, missing = [], [], [], []
    for criterion in config.criteria:
        value, *ends = (project.number(f"{criterion.column}{end}") for end in ("", "_low", "_high"))
        if value is None and None in ends:
            missing.append(criterion.label.lower())
            continue
        likely.append((criterion.label.lower(), "" if value is None else _estimate(value)))
        low.append("" if None in ends else _estimate(ends[0] or 0.0))
        high.append("" if None in ends else _estimate(ends[1] or 0.0))
    if likely:
        yield project.finding(
            "criteria",
            labels=tuple(label for label, _ in likely),
            likely=tuple(value for _, value in likely),
            low=tuple(low),
            high=tuple(high),
        )
    if missing:
        yield project.finding("missing_criteria", criteria=tuple(missing))
    readiness, minimum = project.number("data_readiness"), config.thresholds.data_readiness_minimum
    if readiness is not None and readiness < minimum:
        yield project.finding("data_not_ready", "data_readiness", minimum=_estimate(minimum))


def _estimate(value: float) -> Quantity:
    return amount(value, precision=2, basis="estimated")


def people(project: Project) -> Iterator[Finding]:
    if any(map(project.has, ("owner", "sponsor", "business_owner"))):
        yield project.finding("people", "owner", "sponsor", "business_owner")
    yield from project.recorded("headcount", "headcount")
    yield from project.absent("owner", "sponsor", "business_owner", "headcount")


def governance(project: Project) -> Iterator[Finding]:
    yield from project.recorded("risk_class", "risk_class")
    if any(map(project.has, (*FLAGS, "affects"))):
        yield project.finding("traits", *FLAGS, "affects")
    yield from project.recorded("gate", "gate", "gate_date")
    if any(map(project.has, CONTROLS)):
        yield project.finding("controls", *CONTROLS)
    yield from project.recorded("oversight", "human_oversight")
    yield from project.recorded("waiver", "waiver", "waiver_until")
    yield from project.absent("risk_class", "gate", *FLAGS, *CONTROLS, "affects", "human_oversight")


def models(project: Project) -> Iterator[Finding]:
    rows = _related(project, "models", "name")
    for row in rows:
        yield from of_model(row, project.reading)
    if not rows and project.reading.view.has("models"):
        yield project.finding("none_recorded", what="model")


def history(project: Project) -> Iterator[Finding]:
    """The stages that the project entered, and the notes on them."""
    rows = _related(project, "stage_history", "entered")
    entered = [row for row in rows if row.get("entered")]
    noted = [row for row in rows if row.get("note")]
    if not rows and project.reading.view.has("stage_history"):
        yield project.finding("none_recorded", what="earlier stage")
    if entered:
        days = [recorded(row["entered"], project.reading.view.column("stage_history", "entered")) for row in entered]
        yield project.finding(
            "stages",
            stages=tuple(humanize(str(row["stage"])) for row in entered),
            entered=tuple(day for day in days if day is not None and not isinstance(day, bool | tuple)),
        )
    if noted:
        yield project.finding(
            "stage_notes",
            stages=tuple(humanize(str(row["stage"])) for row in noted),
            notes=tuple(str(row["note"]).rstrip(".") for row in noted),
        )


def related_rows(table: str) -> Callable[[Project], Iterator[Finding]]:
    """The rows of a table that refer to the project, each in the words of its record."""

    def found(project: Project) -> Iterator[Finding]:
        view = project.reading.view
        rows = _related(project, table, "-date")
        for row in rows:
            yield Finding(
                kind=_RELATED[table],
                subject=str(row.get("id") or ""),
                evidence=(project.reading.row(table, row),),
                text=tell(view.tables[table], row),
            )
        if not rows and view.has(table):
            yield project.finding("none_recorded", what=_RELATED[table])

    return found


def _related(project: Project, table: str, order: str) -> list[Row]:
    view = project.reading.view
    if not view.has(table, "project_id"):
        return []
    by = [order] if view.has(table, order.removeprefix("-")) else []
    return [*view.select(table, [Filter(column="project_id", value=project.id)], order_by=by)]


ASPECTS: dict[Aspect, Callable[[Project], Iterator[Finding]]] = {
    "overview": overview,
    "stage": stage,
    "models": models,
    "money": money,
    "incidents": related_rows("incidents"),
    "criteria": criteria,
    "governance": governance,
    "people": people,
    "adoption": adoption,
    "decisions": related_rows("decisions"),
    "history": history,
}
"""What can be told, in the order in which everything is."""
