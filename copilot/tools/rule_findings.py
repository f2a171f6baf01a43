"""What is told of a governance rule by every tool that checks one: its name, what a record holds, what it must hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from copilot.gates.checker import RuleCheck
from copilot.gates.conditions import Cause, Fact, checks, has_choice
from copilot.gates.facts import ProjectFacts
from copilot.gates.rules import Rule
from copilot.language.formatting import filled, format_value, humanize, join_and
from copilot.records.schema import CURRENCY
from copilot.records.units import named_unit
from copilot.tools.findings import amount, count
from copilot.tools.governance import Review, source
from copilot.types import Quantity, Value

_BOUNDS = {"<": "below", "<=": "at most", ">": "above", ">=": "at least"}


def rule_values(rule: Rule) -> dict[str, Value]:
    """What a sentence needs to name a rule."""
    return {"rule": rule.id, "title": rule.title, "severity": rule.severity, "source": source(rule)}


def recorded(review: Review, columns: Iterable[str], project: ProjectFacts) -> dict[str, Value]:
    """Columns with what the record holds in them."""
    names = tuple(columns)
    return {
        "columns": tuple(humanize(column) for column in names),
        "recorded": tuple(held(review, column, project.row.get(column)) for column in names),
    }


def shortfall(review: Review, check: RuleCheck, project: ProjectFacts) -> dict[str, Value]:
    """What the record holds in the columns that decide, and what the rule asks of each instead."""
    rule, causes = check.rule, review.checker.causes(check, project)
    # What puts a project in scope needs no telling, unless it is all there is.
    scope = {part.fact for part in checks(rule.applies)}
    causes = tuple(cause for cause in causes if cause.check.fact not in scope) or causes
    asked = [_asked(review, cause, project, rule) for cause in causes]
    return {
        **recorded(review, (cause.check.fact for cause in causes), project),
        "asked": tuple(demand for demand, _ in asked),
        "limits": tuple(limit for _, limit in asked),
        "is_choice": has_choice(rule.requires),
    }


def held(review: Review, column: str, value: Fact) -> Quantity | date | str:
    if value is None:
        return "not recorded"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        if column.endswith("_share"):
            return amount(value, "share", 1, "recorded")
        return amount(value, review.currency if named_unit(column) == CURRENCY else "", 2, "recorded")
    if review.gates.vocabulary[column].type == "date":
        return as_date(value) or ""
    return join_and(value) if isinstance(value, tuple) else str(value)


def _asked(review: Review, cause: Cause, project: ProjectFacts, rule: Rule) -> tuple[str, Quantity | date | str]:
    """What must be, as words and the limit that they lead to; empty where nothing is recorded."""
    check, is_negated = cause.check, cause.negated
    column = review.gates.vocabulary[check.fact]
    if project.row.get(check.fact) is None:
        return "", ""
    if column.type == "date" and str(project.facts[check.fact]) > review.today.isoformat():
        return "which lies in the future", ""
    if check.op in ("present", "missing"):
        return ("must be recorded" if (check.op == "present") != is_negated else "must be empty"), ""
    if check.op in ("within_days", "older_than_days", "in_force"):
        days = int(str(check.values[0])) if check.values else rule.validity_days or 0
        is_limit = (check.op != "older_than_days") != is_negated
        return f"must {'not be' if is_limit else 'be'} older than", count(days, "day")
    if bound := _BOUNDS.get(check.op):
        return f"must {'not ' if is_negated else ''}be {bound}", held(review, check.fact, check.values[0])
    spellings = {value.casefold(): value for value in column.values}
    values = (spellings.get(str(v)) or format_value(held(review, check.fact, v)) for v in check.values)
    is_wanted = (check.op in ("=", "in")) != is_negated
    return f"must {'' if is_wanted else 'not '}be", join_and(values, "or")


def questions(review: Review, columns: Iterable[str]) -> str:
    return " ".join(review.gates.questions[column] for column in columns)


def as_date(cell: object) -> date | str | None:
    """A cell that holds a day; its text where it holds something else."""
    try:
        return None if cell is None else date.fromisoformat(str(cell))
    except ValueError:
        return str(cell)


def lacking(values: Mapping[str, Value]) -> str:
    """What the record holds in each column that decides, and what must be there instead."""
    columns, recorded, asked, limits = (items(values, key) for key in ("columns", "recorded", "asked", "limits"))
    parts = (
        f"{column}: {format_value(held)}" + (f", {demand} {format_value(limit)}".rstrip() if demand else "")
        for column, held, demand, limit in zip(columns, recorded, asked, limits, strict=True)
    )
    return ("; or " if values["is_choice"] else "; ").join(parts)


def cells(values: Mapping[str, Value]) -> str:
    """Columns with what the record holds in them."""
    return filled("<{columns}: {recorded}>", values)


def items(values: Mapping[str, Value], name: str) -> tuple[Value, ...]:
    """A list of names, days and quantities."""
    value = values[name]
    return value if isinstance(value, tuple) else ()
