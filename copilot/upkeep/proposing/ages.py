"""How long after its beginning a project is in each of its stages, by the dates of an export."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from statistics import median

from copilot.records.names import column_key
from copilot.upkeep.proposing.columns import Reading


def stage_ages(projects: Reading, history: Reading | None) -> Mapping[str, float]:
    """Days from the beginning of a project to a stage, by the key of its name; the usual one of the rows.

    A history of stages tells it, else a column of dates for each stage, else the day since when each project is in its
    stage.
    """
    stages = list(map(column_key, projects.export.table.columns[projects.header("stage") or ""]))
    entered = (
        _by_history(history) if history else _by_columns(projects, set(stages) - {""}) or _by_rows(projects, stages)
    )
    ages: dict[str, list[int]] = {}
    for stage, age in entered:
        ages.setdefault(stage, []).append(age)
    return {stage: float(median(each)) for stage, each in ages.items()}


def _by_history(history: Reading) -> list[tuple[str, int]]:
    columns = [history.header(name) or "" for name in ("project_id", "stage", "entered")]
    if not all(columns) or columns[2] not in history.export.days:
        return []
    projects, stages = (history.export.table.columns[name] for name in columns[:2])
    rows = [row for row in zip(projects, stages, history.export.days[columns[2]], strict=True) if row[2]]
    begun: dict[str, date] = {}
    for project, _, day in rows:
        if day:
            begun[project] = min(day, begun.get(project, day))
    return [(column_key(stage), (day - begun[project]).days) for project, stage, day in rows if day]


def _by_columns(projects: Reading, stages: Iterable[str]) -> list[tuple[str, int]]:
    """Where at least two stages have a column of dates that is called after them."""
    words = {name: set(re.findall(r"[^\W_]+", column_key(name).replace("_", " "))) for name in projects.export.days}
    named = {s: next((n for n, held in words.items() if set(s.split("_")) <= held), "") for s in stages}
    dated = {stage: projects.export.days[name] for stage, name in named.items() if name}
    if len({name for name in named.values() if name}) < 2:
        return []
    first = [min(filter(None, days), default=None) for days in zip(*dated.values(), strict=True)]
    return [
        (stage, (day - begun).days)
        for stage, days in dated.items()
        for day, begun in zip(days, first, strict=True)
        if day and begun
    ]


def _by_rows(projects: Reading, stages: Iterable[str]) -> list[tuple[str, int]]:
    started, since = (projects.export.days.get(projects.header(name) or "") for name in ("started", "stage_since"))
    if not (started and since):
        return []
    return [(s, (b - a).days) for s, a, b in zip(stages, started, since, strict=True) if s and a and b and a <= b]
