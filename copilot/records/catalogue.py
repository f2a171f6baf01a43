"""The metric catalogue, `metrics.yaml`: what each number means and how it is computed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

import sqlglot
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from sqlglot import exp
from sqlglot.errors import SqlglotError

from copilot.errors import KnowledgeError
from copilot.records.aggregating import Measure
from copilot.records.names import nearest
from copilot.records.schema import OBSERVATIONS, TableSchema
from copilot.records.store import Records
from copilot.workspace import Workspace, read_yaml

FILE = "metrics.yaml"

Scalar = str | int | float | bool
Kind = Literal["business", "operational", "capability"]

RATIO = "SUM(numerator) / NULLIF(SUM(denominator), 0)"
AMOUNT = "SUM(numerator)"

# All an expression may be made of: aggregates, arithmetic and conditions.
_ALLOWED = (
    exp.AggFunc, exp.Column, exp.Identifier, exp.Literal, exp.Null, exp.Boolean, exp.Star, exp.Paren, exp.Neg,
    exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Nullif, exp.Coalesce, exp.Round, exp.Abs, exp.Distinct,
    exp.Case, exp.If, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.And, exp.Or, exp.Not, exp.In,
    exp.Is, exp.Between,
)  # fmt: skip
_AGGREGATES = (
    exp.Sum, exp.Avg, exp.Count, exp.Min, exp.Max, exp.Median, exp.Stddev, exp.StddevSamp, exp.StddevPop,
)  # fmt: skip


class Metric(BaseModel):
    """One metric of the catalogue."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    label: str = ""
    """What people call it; the name in words when absent."""
    synonyms: tuple[str, ...] = ()
    definition: str = ""
    """What is counted, in a sentence."""
    kind: Kind = "operational"
    table: str = OBSERVATIONS.name
    expression: str = AMOUNT
    """Aggregates and arithmetic over columns of the table, as SQL."""
    where: dict[str, Scalar | tuple[Scalar, ...]] = {}
    """Column to the value, or values, of the rows that belong to the metric."""
    time: str | None = None
    """The date column that places a row in a period; absent for what is only known as of today."""
    target: str | None = None
    """An expression for the target."""
    dimensions: dict[str, str] = {}
    """What it can be broken down by: name to column."""
    unit: str = "count"
    """`share`, an ISO currency, `count`, `hours`, `days`, `score` or any word."""
    direction: Literal["up", "down"] | None = None
    """Which way is better."""
    owner: str = ""
    freshness_days: int | None = Field(default=None, gt=0)
    """Older data than this are pointed out as stale."""
    additive: bool = True
    """Whether months may be added. Of an amount that may not, such as a stock, the last month counts."""
    vanity: bool = False
    """It rises with effort, not with results."""
    better: str | None = None
    """The metric to look at instead."""
    derived: bool = False
    """Found in the observations, described by nobody."""

    @field_validator("where", mode="before")
    @classmethod
    def _lists_are_tuples(cls, value: object) -> object:
        if isinstance(value, dict):
            return {key: tuple(v) if isinstance(v, list) else v for key, v in value.items()}
        return value

    @property
    def title(self) -> str:
        return self.label or self.name.replace("_", " ").capitalize()

    @property
    def counts_rows(self) -> bool:
        """Whether a month without rows is a month of zero, not one without data."""
        return isinstance(parse(self.expression), exp.Count)

    @property
    def is_sum(self) -> bool:
        """Whether the values of months add up to that of the period."""
        return self.additive and isinstance(parse(self.expression), exp.Sum | exp.Count)

    @property
    def is_stock(self) -> bool:
        """Whether a period is worth its last month: an amount that cannot be added over time."""
        return not self.additive and isinstance(parse(self.expression), exp.Sum | exp.Count)


@dataclass(frozen=True)
class Catalogue:
    metrics: Mapping[str, Metric]
    source: str
    """The file that describes them: metrics.yaml, or the observations they were found in."""

    @classmethod
    def load(cls, workspace: Workspace, records: Records) -> Catalogue | None:
        """The catalogue, or a plain one of the metrics observed; None when there is neither."""
        path = workspace.root / FILE
        if path.is_file():
            metrics = read_metrics(path)
            for problem in problems(metrics, records.metric_tables):
                raise KnowledgeError(f"{path}: metrics.{problem}")
            return cls(metrics, FILE)
        if OBSERVATIONS.name in records.tables:
            return cls(_observed(records), records.sources[OBSERVATIONS.name])
        return None


def read_metrics(path: Path) -> dict[str, Metric]:
    data = read_yaml(path)
    entries = data.get("metrics") if isinstance(data, dict) else None
    if not isinstance(data, dict) or not isinstance(entries, dict) or set(data) != {"metrics"}:
        raise KnowledgeError(f"{path}: must hold the one key 'metrics', with a metric's name for each entry.")
    metrics = {}
    for name, entry in entries.items():
        try:
            metrics[str(name)] = Metric.model_validate({"name": str(name), **(entry or {})})
        except (ValidationError, TypeError) as error:
            raise KnowledgeError(f"{path}: metrics.{name}{_first_problem(error)}.") from None
    return metrics


def _first_problem(error: ValidationError | TypeError) -> str:
    if isinstance(error, TypeError):
        return ": must be a list of keys with values"
    first = error.errors()[0]
    return "".join(f".{part}" for part in first["loc"]) + f": {first['msg']}"


def problems(metrics: Mapping[str, Metric], tables: Mapping[str, TableSchema]) -> Iterator[str]:
    """What does not fit the tables, as `metric.key: what is wrong`."""
    for metric in metrics.values():
        table = tables.get(metric.table)
        if table is None:
            known = ", ".join(tables) or "none"
            yield f"{metric.name}.table: there is no table {metric.table!r}; there are {known}."
            continue
        columns = {column.name for column in table.columns}
        for key, text in (("expression", metric.expression), ("target", metric.target)):
            if text is not None and (wrong := _wrong_expression(text, columns)):
                yield f"{metric.name}.{key}: {wrong}"
        named = {"time": [metric.time or ""], "where": metric.where, "dimensions": metric.dimensions.values()}
        for key, names in named.items():
            if unknown := next((name for name in names if name and name not in columns), None):
                yield f"{metric.name}.{key}: {_no_column(unknown, columns)}"
        dated = {column.name for column in table.columns if column.type == "date"}
        if metric.time in columns - dated:
            yield f"{metric.name}.time: {metric.time!r} does not hold dates."
        if metric.better is not None and metric.better not in metrics:
            near = ", ".join(nearest(metric.better, metrics))
            yield f"{metric.name}.better: there is no metric {metric.better!r}; the nearest are {near}."


@lru_cache(maxsize=512)
def parse(expression: str) -> exp.Expression:
    """The expression as a tree; shared, so copy before changing it."""
    return sqlglot.parse_one(expression, dialect="duckdb")


def _wrong_expression(text: str, columns: Iterable[str]) -> str | None:
    try:
        tree = parse(text)
    except SqlglotError as error:
        return f"{text!r} cannot be read: {str(error).splitlines()[0]}"
    for node in tree.walk():
        allowed = isinstance(node, _ALLOWED) and (not isinstance(node, exp.AggFunc) or isinstance(node, _AGGREGATES))
        if not allowed:
            return f"{node.sql(dialect='duckdb')!r} is not allowed; use aggregates, arithmetic and CASE."
    if not tree.find(*_AGGREGATES):
        return f"{text!r} needs an aggregate such as SUM or AVG."
    for column in tree.find_all(exp.Column):
        if column.table or column.name not in columns:
            return _no_column(column.sql(), columns)
        if not column.find_ancestor(*_AGGREGATES):
            return f"the column {column.name!r} must stand inside an aggregate such as SUM."
    return None


def _no_column(name: str, columns: Iterable[str]) -> str:
    return f"the table has no column {name!r}; the nearest are {', '.join(nearest(name, columns))}."


def _observed(records: Records) -> dict[str, Metric]:
    """The metrics that the observations hold, with what can be told from their looks."""
    view = records.whole()
    has_ratio = view.has(OBSERVATIONS.name, "denominator")
    measures = [Measure(name="rows")]
    if has_ratio:
        measures += [
            Measure(name="ratios", aggregate="count", column="denominator"),
            Measure(name="top", aggregate="max", column="numerator"),
            Measure(name="bottom", aggregate="min", column="denominator"),
        ]
    dimensions = {"unit": "unit", "project": "project_id"}
    plain = Metric(
        name="",
        time="month",
        target="AVG(target)" if view.has(OBSERVATIONS.name, "target") else None,
        dimensions={k: c for k, c in dimensions.items() if view.has(OBSERVATIONS.name, c)},
        derived=True,
    )
    metrics = {}
    for row in view.aggregate(OBSERVATIONS.name, ["metric"], measures):
        name, ratio = str(row["metric"]), bool(row.get("ratios"))
        share = ratio and float(row["top"] or 0) <= float(row["bottom"] or 0)
        metrics[name] = plain.model_copy(
            update={
                "name": name,
                "where": {"metric": name},
                "expression": RATIO if ratio else AMOUNT,
                "unit": "share" if share else "ratio" if ratio else "count",
            }
        )
    return metrics
