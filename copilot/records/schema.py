"""The record tables a workspace may bring, column by column. `docs/workspace.md` is checked against this."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from copilot.workspace import NO_GATE, Gate

CURRENCY = "currency"

ColumnType = Literal["text", "number", "integer", "date", "boolean", "list"]
"""`list` is text with `;` between the items. `boolean` is yes/no; an empty cell is unknown, not no."""

SQL_TYPES: Mapping[ColumnType, str] = {
    "text": "VARCHAR", "list": "VARCHAR", "number": "DOUBLE", "integer": "BIGINT", "date": "DATE", "boolean": "BOOLEAN",
}  # fmt: skip
"""By which DuckDB holds a column."""


@dataclass(frozen=True)
class Column:
    name: str
    type: ColumnType
    meaning: str
    required: bool = False
    values: tuple[str, ...] = ()
    """The allowed values, lower case; empty when any is allowed."""
    spellings: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    """Further spellings of a value, in the file and in questions."""
    references: str | None = None
    """`table.column` that a value must be found in."""
    unit: str = ""
    """What its numbers are in: a currency, `share` (0 to 1), `percent` (0 to 100), or a noun in the singular.
    `CURRENCY` in a schema is the workspace's."""
    order: tuple[str, ...] = ()
    """Of text that holds grades: its values, the lowest first."""
    is_order_assumed: bool = False
    """Whether the letters alone told that order, and nobody which end is the highest."""
    is_lower_better: bool = False
    """Whether the first of its grades are the good ones."""
    synonyms: tuple[str, ...] = ()
    """What else people call it; the first is what is shown, where the mapping gives a label."""
    access: str = ""
    """The label without which a viewer does not know of the column; empty for everyone."""
    sql: str = ""
    """How it is computed from other columns of its row; empty for a column that is stored."""
    parts: tuple[str, ...] = ()
    """The columns from which it is computed."""


@dataclass(frozen=True)
class TableSchema:
    """One CSV file under `records/`. Columns a file has beyond these are kept and can be asked for."""

    name: str
    meaning: str
    columns: tuple[Column, ...]
    key: str | None = None
    """The column whose values are unique."""
    title: str | None = None
    """The column that names a row to a person."""
    time: str | None = None
    """The date column that orders rows."""
    text: tuple[str, ...] = field(default=())
    """The columns that are indexed for search."""
    synonyms: tuple[str, ...] = ()
    """What else people call its rows."""

    def unit(self, column: str) -> str:
        """The unit of a column; empty where there is none, or no such column."""
        return next((c.unit for c in self.columns if c.name == column), "")


def _estimates(name: str, meaning: str, unit: str = "") -> tuple[Column, ...]:
    return (
        Column(name, "number", meaning, unit=unit),
        Column(f"{name}_low", "number", f"Low estimate of {name}.", unit=unit),
        Column(f"{name}_high", "number", f"High estimate of {name}.", unit=unit),
    )


_BASIS = ("assumed", "estimated", "measured")

PROJECTS = TableSchema(
    "projects",
    "One AI project, use case or initiative a row.",
    key="id",
    title="name",
    time="started",
    text=("name", "description"),
    columns=(
        Column("id", "text", "Short unique code, such as P-017.", required=True),
        Column("name", "text", "What people call it.", required=True),
        Column("description", "text", "What it does and for whom, in a sentence or two."),
        Column("unit", "text", "Business unit that owns it."),
        Column("jurisdiction", "text", "Where it is used: a code such as EU, UK or US."),
        Column("domain", "text", "Field of use, such as credit, maintenance or customer service."),
        Column("stage", "text", "Stage today, one of `stages` in workspace.yaml."),
        Column("stage_since", "date", "Day it entered that stage."),
        Column("started", "date", "Day it was first recorded."),
        Column("owner", "text", "Who runs it."),
        Column("sponsor", "text", "Executive who answers for it."),
        Column("business_owner", "text", "Person in the business who will use and fund it; empty when nobody."),
        Column("scaling", "text", "How it scales.", values=("horizontal", "vertical", "impact")),
        Column("platform", "text", "`shared` on the common AI platform, `own` stack, or `vendor` service.",
               values=("shared", "own", "vendor")),
        Column("depends_on", "list", "Ids of projects that must come first.", references="projects.id"),
        *_estimates("business_value", "Expected impact, 1 (none) to 10 (transforms the unit)."),
        *_estimates("feasibility", "How surely it can be built, 1 (research) to 10 (routine)."),
        *_estimates("time_to_value", "Months until measurable results.", "month"),
        *_estimates("strategic_importance", "Support of the strategy, 1 to 10."),
        *_estimates("risk", "Harm if it is wrong, 1 (trivial) to 10 (severe)."),
        *_estimates("data_readiness", "Data available and usable, 1 (none) to 10 (ready)."),
        Column("budget", "number", "Approved budget in the workspace's currency.", unit=CURRENCY),
        Column("spend", "number", "Spent to date, same currency.", unit=CURRENCY),
        Column("technology_budget", "number", "Part of the budget for technology and data.", unit=CURRENCY),
        Column("change_budget", "number", "Part of the budget for training, communication and adoption.",
               unit=CURRENCY),
        Column("production_budget", "number", "Budget a year set aside to run it in production; empty when none.",
               unit=CURRENCY),
        Column("headcount", "number", "Full-time equivalents on the project.", unit="FTE"),
        Column("expected_benefit", "number", "Expected benefit a year, same currency.", unit=CURRENCY),
        Column("expected_basis", "text", "What the expectation rests on.", values=_BASIS),
        Column("realised_benefit", "number", "Benefit achieved over the last twelve months, same currency.",
               unit=CURRENCY),
        Column("realised_basis", "text", "What the achieved figure rests on.", values=_BASIS),
        Column("integration", "text", "State of integration into the systems people work in.",
               values=("none", "planned", "in progress", "done")),
        Column("adoption_plan", "boolean", "A written plan for training and adoption exists."),
        Column("blocker", "text", "What holds it up, in its team's words."),
        Column("risk_class", "text", "Class under the policy on risk classification.",
               values=("minimal", "limited", "high", "prohibited")),
        Column("personal_data", "boolean", "Processes personal data."),
        Column("special_category_data", "boolean", "Processes health, biometric or other special data."),
        Column("scores_people", "boolean", "Scores, ranks or profiles natural persons."),
        Column("affects", "text", "Whom its output affects.",
               values=("customers", "employees", "applicants", "public", "nobody")),
        Column("decides_alone", "boolean", "Takes decisions with no human in between."),
        Column("generative", "boolean", "Uses generative AI."),
        Column("vendor", "text", "Supplier of the model or service; empty when built in-house."),
        Column("human_oversight", "text", "Who may override it, empty when not named."),
        Column("gate", "text", "Latest approval gate passed, as gates.yaml lists them; none before the first."),
        Column("gate_date", "date", "Day it passed that gate."),
        Column("dpia_date", "date", "Day of the data protection impact assessment."),
        Column("rights_assessment_date", "date", "Day of the fundamental rights impact assessment."),
        Column("validated_on", "date", "Day of the last independent validation."),
        Column("fairness_tested_on", "date", "Day of the last fairness test."),
        Column("waiver", "text", "What has been waived, by whom."),
        Column("waiver_until", "date", "Day the waiver ends."),
        Column("label", "text", "Access label; empty for everyone."),
    ),
)  # fmt: skip

STAGE_HISTORY = TableSchema(
    "stage_history",
    "Each stage a project has entered.",
    time="entered",
    columns=(
        Column("project_id", "text", "The project.", required=True, references="projects.id"),
        Column("stage", "text", "The stage entered.", required=True),
        Column("entered", "date", "Day it entered.", required=True),
        Column("left", "date", "Day it left; empty when still there."),
        Column("note", "text", "Why it moved or stayed."),
    ),
)

MODELS = TableSchema(
    "models",
    "One model in use or under development a row.",
    key="id",
    title="name",
    time="deployed_on",
    text=("name", "purpose"),
    columns=(
        Column("id", "text", "Short unique code, such as M-004.", required=True),
        Column("project_id", "text", "Project it belongs to.", references="projects.id"),
        Column("name", "text", "What people call it.", required=True),
        Column("purpose", "text", "What it predicts or produces."),
        Column("kind", "text", "Technique, such as gradient boosting or language model."),
        Column("owner", "text", "Who runs it."),
        Column("status", "text", "State.", values=("development", "live", "suspended", "retired")),
        Column("quality_metric", "text", "What `model_quality.value` measures, such as accuracy."),
        Column("validated_quality", "number", "Quality at the last validation, a share from 0 to 1.", unit="share"),
        Column("registry_version", "text", "Newest approved version in the registry."),
        Column("deployed_version", "text", "Version that is running."),
        Column("deployed_on", "date", "Day that version was deployed."),
        Column("trained_on", "date", "Day the running version was trained."),
        Column("training_data_until", "date", "Last day of its training data."),
        Column("retrain_every_days", "integer", "Interval agreed between retrainings.", unit="day"),
        Column("uses_own_output", "boolean", "Its decisions shape the data it is trained on next."),
        Column("label", "text", "Access label; empty for everyone."),
    ),
)

MODEL_QUALITY = TableSchema(
    "model_quality",
    "Quality of each live model by week.",
    time="week",
    columns=(
        Column("model_id", "text", "The model.", required=True, references="models.id"),
        Column("week", "date", "Monday of the week.", required=True),
        Column("value", "number", "Quality in that week, a share from 0 to 1.", required=True, unit="share"),
        Column("cases", "integer", "Cases it was measured on."),
    ),
)

FEATURE_BINS = TableSchema(
    "feature_bins",
    "Histograms of model inputs: in training and lately.",
    columns=(
        Column("model_id", "text", "The model.", required=True, references="models.id"),
        Column("feature", "text", "Name of the input.", required=True),
        Column("bin", "text", "Range or category, in order of `position`.", required=True),
        Column("position", "integer", "Order of the bin.", required=True),
        Column("training_count", "integer", "Cases in the training data.", required=True),
        Column("recent_count", "integer", "Cases in the last four weeks.", required=True),
    ),
)

OBSERVATIONS = TableSchema(
    "observations",
    "Metric observations by month and unit; metrics.yaml says what they mean.",
    time="month",
    columns=(
        Column("metric", "text", "Name used in metrics.yaml.", required=True),
        Column("month", "date", "First day of the month.", required=True),
        Column("unit", "text", "Business unit; empty for the whole organisation."),
        Column("project_id", "text", "Project, where observed for one.", references="projects.id"),
        Column("numerator", "number", "The amount, or the top of a ratio.", required=True),
        Column("denominator", "number", "The bottom of a ratio; empty for amounts."),
        Column("target", "number", "Target for the metric in that month."),
        Column("label", "text", "Access label; empty for everyone."),
    ),
)

ASSESSMENTS = TableSchema(
    "assessments",
    "Scored assessments of a unit.",
    time="date",
    columns=(
        Column("unit", "text", "Business unit.", required=True),
        Column("date", "date", "Day of the assessment.", required=True),
        Column("area", "text", "What was assessed, as method/readiness.yaml lists it.", required=True),
        Column("aspect", "text", "Part of the area, such as model_registry or training.", required=True),
        Column("score", "number", "1 (absent) to 5 (exemplary).", required=True),
        Column("assessor", "text", "Who assessed."),
        Column("note", "text", "What was seen."),
        Column("label", "text", "Access label; empty for everyone."),
    ),
)  # fmt: skip

ROLES = TableSchema(
    "roles",
    "Staff in AI roles by unit.",
    time="as_of",
    columns=(
        Column("unit", "text", "Business unit.", required=True),
        Column("role", "text", "Role, such as data_scientist, data_engineer, ml_engineer.", required=True),
        Column("headcount", "number", "Full-time equivalents filled.", required=True, unit="FTE"),
        Column("open_positions", "number", "Positions not filled."),
        Column("as_of", "date", "Day of the count."),
    ),
)

INCIDENTS = TableSchema(
    "incidents",
    "What went wrong with an AI system.",
    key="id",
    title="title",
    time="date",
    text=("title", "description"),
    columns=(
        Column("id", "text", "Short unique code.", required=True),
        Column("date", "date", "Day it was found.", required=True),
        Column("project_id", "text", "Project.", references="projects.id"),
        Column("model_id", "text", "Model.", references="models.id"),
        Column("severity", "integer", "1 (most severe) to 4."),
        Column("title", "text", "What happened, in a few words.", required=True),
        Column("description", "text", "What happened, and what was done."),
        Column("status", "text", "State.", values=("open", "contained", "closed")),
        Column("closed_on", "date", "Day it was closed."),
        Column("label", "text", "Access label; empty for everyone."),
    ),
)

DECISIONS = TableSchema(
    "decisions",
    "Decisions about projects, with their reasons.",
    key="id",
    title="decision",
    time="date",
    text=("decision", "reason"),
    columns=(
        Column("id", "text", "Short unique code.", required=True),
        Column("date", "date", "Day of the decision.", required=True),
        Column("project_id", "text", "Project it is about.", references="projects.id"),
        Column("body", "text", "Who decided, such as the AI Investment Committee."),
        Column("decision", "text", "What was decided.", required=True),
        Column("reason", "text", "Why."),
        Column("conditions", "text", "What must be met."),
        Column("label", "text", "Access label; empty for everyone."),
    ),
)

TABLES = {
    table.name: table
    for table in (
        PROJECTS, STAGE_HISTORY, MODELS, MODEL_QUALITY, FEATURE_BINS, OBSERVATIONS, ASSESSMENTS, ROLES,
        INCIDENTS, DECISIONS,
    )
}  # fmt: skip


def gate_column(gates: Sequence[Gate]) -> Column:
    """The column of the latest gate passed; any value is allowed where the workspace lists no gate."""
    column = next(column for column in PROJECTS.columns if column.name == "gate")
    return replace(column, values=(NO_GATE, *(gate.id for gate in gates)) if gates else ())
