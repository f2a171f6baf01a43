"""What a project's own row says, aspect by aspect, as sentences; what it does not say is said too."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from copilot.language.formatting import (
    format_cell,
    humanize,
    join_and,
    lowercase_first,
    money,
    number,
    percent,
    pluralize,
    sentence,
)
from copilot.records.store import RecordView
from copilot.tools.evidence import Row
from copilot.types import Cell
from copilot.workspace import WorkspaceConfig

_PLAIN_NAMES = {
    "business_owner": "owner in the business",
    "scores_people": "whether it scores people",
    "decides_alone": "whether it decides alone",
    "generative": "whether it uses generative AI",
    "personal_data": "whether it processes personal data",
    "special_category_data": "whether it processes special-category data",
    "affects": "whom it affects",
    "dpia_date": "data protection impact assessment",
    "rights_assessment_date": "fundamental rights impact assessment",
    "validated_on": "independent validation",
    "fairness_tested_on": "fairness test",
    "production_budget": "budget to run it in production",
}


@dataclass(frozen=True)
class Fact:
    """A sentence with the evidence that carries it."""

    text: str
    evidence: tuple[str, ...] = ()
    derived: bool = False
    """Holds a number that is computed and stands in no row."""


@dataclass(frozen=True)
class Project:
    view: RecordView
    row: Row
    evidence: str
    config: WorkspaceConfig
    today: date

    @property
    def id(self) -> str:
        return str(self.row["id"])

    @property
    def name(self) -> str:
        return str(self.row.get("name") or self.row["id"])

    def text(self, column: str) -> str:
        value = self.row.get(column)
        return "" if value is None else humanize(format_cell(value, self.view.column("projects", column).unit))

    def amount(self, column: str) -> float | None:
        value = self.row.get(column)
        return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None

    def money(self, value: float) -> str:
        return money(value, self.config.currency)

    def fact(self, text: str, derived: bool = False) -> Fact:
        return Fact(sentence(text), (self.evidence,), derived)

    def absent(self, columns: Sequence[str]) -> list[Fact]:
        """Which of the columns the table has and this row leaves empty."""
        absent = [c for c in columns if self.view.has("projects", c) and self.row.get(c) is None]
        empty = [_PLAIN_NAMES.get(c, humanize(c)) for c in absent]
        return [self.fact(f"Not recorded for {self.name}: {join_and(empty)}")] if empty else []


def overview(project: Project) -> list[Fact]:
    unit = f" of {project.text('unit')}" if project.text("unit") else ""
    stage = f" is {_in_stage(project.text('stage'))}" if project.text("stage") else " has no recorded stage"
    since = f" since {project.text('stage_since')}" if project.text("stage_since") else ""
    description = lowercase_first(str(project.row.get("description") or ""))
    what = f": {description}" if description else ""
    kinds = {
        "horizontal": "by spreading one use across units",
        "vertical": "by going deeper in one function",
        "impact": "by changing how the business works",
    }
    facts = [project.fact(f"{project.name} ({project.id}){unit}{stage}{since}{what}")]
    scaling, platform = project.text("scaling"), project.text("platform")
    if scaling in kinds or platform:
        how = f"scales {kinds[scaling]}" if scaling in kinds else ""
        where = {"shared": "runs on the shared platform", "own": "runs on its own stack"}.get(platform, "")
        where = where or ("runs on a vendor's service" if platform == "vendor" else "")
        if how or where:
            facts.append(project.fact(f"It {join_and(part for part in (how, where) if part)}"))
    if project.text("blocker"):
        facts.append(project.fact(f"What holds it up: {project.text('blocker')}"))
    if project.text("depends_on"):
        facts.append(project.fact(f"It depends on {join_and(project.text('depends_on').split('; '))}"))
    return facts


def _in_stage(stage: str) -> str:
    return stage if stage.endswith("ed") else f"in {stage}"


def stage(project: Project) -> list[Fact]:
    if not project.text("stage"):
        return project.absent(["stage"])
    since = _day(project.row.get("stage_since"))
    if since is None:
        return [project.fact(f"{project.name} is {_in_stage(project.text('stage'))}; since when is not recorded")]
    days = (project.today - since).days
    return [
        project.fact(
            f"{project.name} has been {_in_stage(project.text('stage'))} for {pluralize(days, 'day')}, "
            f"since {since.isoformat()}",
            derived=True,
        )
    ]


def budget(project: Project) -> list[Fact]:
    facts = []
    total, spend = project.amount("budget"), project.amount("spend")
    if total is not None:
        spent = f", of which {project.money(spend)} ({percent(spend / total)}) is spent" if spend and total else ""
        facts.append(
            project.fact(f"The budget of {project.name} is {project.money(total)}{spent}", derived=bool(spent))
        )
    elif spend is not None:
        facts.append(project.fact(f"{project.name} has spent {project.money(spend)}; no budget is recorded"))
    change, technology = project.amount("change_budget"), project.amount("technology_budget")
    if change is not None and total:
        share = percent(change / total)
        text = f"Training, communication and adoption have {project.money(change)}, {share} of the budget"
        if technology is not None:
            text += f"; technology and data have {project.money(technology)} ({percent(technology / total)})"
        facts.append(project.fact(text, derived=True))
    if (production := project.amount("production_budget")) is not None:
        facts.append(project.fact(f"Running it in production has a budget of {project.money(production)} a year"))
    return [*facts, *project.absent(["budget", "spend", "change_budget", "production_budget"])]


def benefit(project: Project) -> list[Fact]:
    expected, realised = project.amount("expected_benefit"), project.amount("realised_benefit")
    basis, achieved = project.text("expected_basis"), project.text("realised_basis")
    facts = []
    if expected is not None:
        label = f" ({basis})" if basis else " (its basis is not recorded)"
        facts.append(project.fact(f"It is expected to bring {project.money(expected)} a year{label}"))
    if realised is not None:
        label = f" ({achieved})" if achieved else " (its basis is not recorded)"
        share = f", {percent(realised / expected)} of what was expected" if expected else ""
        facts.append(
            project.fact(f"Over the last twelve months it brought {project.money(realised)}{label}{share}", bool(share))
        )
    return [*facts, *project.absent(["expected_benefit", "realised_benefit"])]


def adoption(project: Project) -> list[Fact]:
    facts = []
    if project.text("integration"):
        facts.append(project.fact(f"Integration into the systems people work in: {project.text('integration')}"))
    plan = project.row.get("adoption_plan")
    if plan is not None:
        facts.append(project.fact(f"A written plan for training and adoption {'exists' if plan else 'does not exist'}"))
    change, total = project.amount("change_budget"), project.amount("budget")
    if change is not None and total:
        facts.append(
            project.fact(f"The change budget is {project.money(change)}, {percent(change / total)} of the budget", True)
        )
    return [*facts, *project.absent(["integration", "adoption_plan", "change_budget", "business_owner"])]


def criteria(project: Project) -> list[Fact]:
    known, missing = [], []
    for criterion in project.config.criteria:
        value = project.amount(criterion.column)
        low, high = project.amount(f"{criterion.column}_low"), project.amount(f"{criterion.column}_high")
        span = f"{number(low)} to {number(high)}" if low is not None and high is not None else ""
        if value is not None:
            known.append(f"{criterion.label.lower()} {number(value)}{f' ({span})' if span else ''}")
        elif span:
            known.append(f"{criterion.label.lower()} between {span}")
        else:
            missing.append(criterion.label.lower())
    facts = [project.fact(f"Criteria of {project.name}, with ranges: {join_and(known)}")] if known else []
    if missing:
        facts.append(project.fact(f"It has no estimate of {join_and(missing, 'or')}"))
    readiness, minimum = project.amount("data_readiness"), project.config.thresholds.data_readiness_minimum
    if readiness is not None and readiness < minimum:
        facts.append(
            project.fact(
                f"Its data readiness of {number(readiness)} is below the {number(minimum)} that counts as ready",
                derived=True,
            )
        )
    return facts


def people(project: Project) -> list[Fact]:
    named = [
        f"{label} is {project.text(column)}"
        for label, column in (
            ("its owner", "owner"),
            ("its sponsor", "sponsor"),
            ("its owner in the business", "business_owner"),
        )
        if project.text(column)
    ]
    facts = [project.fact(join_and(named))] if named else []
    headcount = project.amount("headcount")
    if headcount is not None:
        facts.append(project.fact(f"Full-time equivalents on it: {number(headcount)}"))
    return [*facts, *project.absent(["owner", "sponsor", "business_owner", "headcount"])]


_FLAGS = (
    ("personal_data", "processes personal data", "processes no personal data"),
    ("special_category_data", "processes special-category data", "processes no special-category data"),
    ("scores_people", "scores people", "does not score people"),
    ("decides_alone", "decides with no human in between", "does not decide alone"),
    ("generative", "uses generative AI", "uses no generative AI"),
)
_CONTROLS = (
    ("dpia_date", "data protection impact assessment"),
    ("rights_assessment_date", "fundamental rights impact assessment"),
    ("validated_on", "independent validation"),
    ("fairness_tested_on", "fairness test"),
)


def governance(project: Project) -> list[Fact]:
    facts = []
    flags = [yes if project.row[c] else no for c, yes, no in _FLAGS if project.row.get(c) is not None]
    if project.text("affects"):
        affected = project.text("affects")
        flags.append(f"affects {'the public' if affected == 'public' else affected}")
    if project.text("risk_class"):
        facts.append(project.fact(f"The risk class of {project.name} is {project.text('risk_class')}"))
    if flags:
        facts.append(project.fact(f"It {join_and(flags)}"))
    if project.text("gate"):
        passed = f"passed gate {project.text('gate')}" if project.text("gate") != "none" else "has passed no gate"
        on = f" on {project.text('gate_date')}" if project.text("gate_date") else ""
        facts.append(project.fact(f"It {passed}{on}"))
    done = [f"{label} on {project.text(c)}" for c, label in _CONTROLS if project.text(c)]
    if done:
        facts.append(project.fact(f"Controls on record: {join_and(done)}"))
    if project.text("human_oversight"):
        facts.append(project.fact(f"It may be overridden by {project.text('human_oversight')}"))
    if project.text("waiver"):
        until = f", until {project.text('waiver_until')}" if project.text("waiver_until") else ", with no end date"
        facts.append(project.fact(f"Waived: {project.text('waiver')}{until}"))
    unknown = [c for c, *_ in _FLAGS] + [c for c, _ in _CONTROLS]
    return [*facts, *project.absent(["risk_class", "gate", *unknown, "affects", "human_oversight"])]


def _day(value: Cell) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) and value else None


ROW_ASPECTS: dict[str, Callable[[Project], list[Fact]]] = {
    "overview": overview,
    "stage": stage,
    "money": lambda project: [*budget(project), *benefit(project)],
    "criteria": criteria,
    "governance": governance,
    "people": people,
    "adoption": adoption,
}
