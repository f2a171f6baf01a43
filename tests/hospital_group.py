"""Sixty questions of the hospital group, answered by plain Python from the systems as they were invented.

`docs/examples/hospital-group` holds the same systems as an export that is hard to read; nothing here reads that one.
"""

from __future__ import annotations

import csv
import statistics
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "fixtures" / "hospital_group"
TODAY = date(2026, 4, 30)
RISK = {"green": 1.0, "amber": 5.5, "red": 10.0}
DATA = {"E": 1.0, "D": 3.25, "C": 5.5, "B": 7.75, "A": 10.0}

Row = dict[str, Any]
Expected = float | dict[str, float] | set[str]


def _rows(name: str) -> list[Row]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return [{key: text or None for key, text in row.items()} for row in csv.DictReader(file)]


def _systems() -> list[Row]:
    rows = _rows("systems.csv")
    for row in rows:
        for name in ("budget", "running", "hours", "trained"):
            row[name] = None if row[name] is None else float(row[name])
        row["risk"], row["data"] = RISK.get(row["risk"]), DATA.get(row["data"])
        row["due"] = _later(row["reviewed"], row["every"])
        row["overdue"] = None if row["due"] is None else row["due"] < TODAY.isoformat()
        row["three"] = None if row["running"] is None else (row["budget"] or 0) + 3 * row["running"]
    return rows


def _later(day: str | None, months: str | None) -> str | None:
    if day is None or months is None:
        return None
    first = date.fromisoformat(day)
    month = first.year * 12 + first.month - 1 + int(months)
    for last in range(first.day, 27, -1):
        try:
            return date(month // 12, month % 12 + 1, last).isoformat()
        except ValueError:
            continue
    return date(month // 12, month % 12 + 1, first.day).isoformat()


SYSTEMS, MISSES = _systems(), _rows("near_misses.csv")


@dataclass(frozen=True)
class Question:
    text: str
    arguments: dict[str, Any]
    """Of the record tool: how it is asked without a chat."""
    expected: Expected


def _where(column: str, value: Any, op: str = "=") -> dict[str, Any]:
    return {"column": column, "op": op, "value": value}


def _of(test: Callable[[Row], Any], rows: Iterable[Row] = SYSTEMS) -> list[Row]:
    return [row for row in rows if test(row)]


def _held(name: str, rows: Iterable[Row] = SYSTEMS) -> list[float]:
    return [row[name] for row in rows if row[name] is not None]


def _by(name: str, rows: Iterable[Row] = SYSTEMS) -> dict[str, float]:
    return dict(Counter(row[name] for row in rows))


def _sum_by(group: str, name: str, rows: Iterable[Row] = SYSTEMS) -> dict[str, float]:
    sums: dict[str, float] = {}
    for row in rows:
        if row[name] is not None:
            sums[row[group]] = sums.get(row[group], 0) + row[name]
    return sums


def _count(text: str, test: Callable[[Row], Any], *filters: dict[str, Any]) -> Question:
    return Question(text, {"filters": list(filters)}, len(_of(test)))


def _misses(text: str, test: Callable[[Row], Any], *filters: dict[str, Any]) -> Question:
    return Question(text, {"table": "incidents", "filters": list(filters)}, len(_of(test, MISSES)))


def _measure(text: str, how: str, column: str, expected: float, *filters: dict[str, Any]) -> Question:
    return Question(text, {"measures": [{"aggregate": how, "column": column}], "filters": list(filters)}, expected)


def _groups(text: str, column: str, expected: dict[str, float], *filters: dict[str, Any]) -> Question:
    return Question(text, {"group_by": [column], "filters": list(filters)}, expected)


def _names(text: str, test: Callable[[Row], Any], *filters: dict[str, Any]) -> Question:
    return Question(text, {"filters": list(filters), "limit": 100}, {row["name"] for row in _of(test)})


def _live(row: Row) -> bool:
    return bool(row["stage"] == "in use")


LIVE = _where("stage", "in use")
ROSENLUND, LINDENHOF = _where("unit", "Rosenlund"), _where("unit", "Lindenhof")

QUESTIONS = (
    _count("How many systems are there?", lambda r: True),
    _count("How many systems are in use?", _live, LIVE),
    _count("How many systems are proposed?", lambda r: r["stage"] == "proposed", _where("stage", "proposed")),
    _count("How many systems are in trial?", lambda r: r["stage"] == "trial", _where("stage", "trial")),
    _count("How many have been switched off?", lambda r: r["stage"] == "switched off", _where("stage", "switched off")),
    _count("How many systems does Rosenlund have?", lambda r: r["hospital"] == "Rosenlund", ROSENLUND),
    _count("How many systems are in use at Lindenhof?",
           lambda r: _live(r) and r["hospital"] == "Lindenhof", LIVE, LINDENHOF),
    _count("How many systems are owned by Åsa Öberg?",
           lambda r: r["owner"] == "Åsa Öberg", _where("owner", "Åsa Öberg")),
    _count("How many systems does Siobhán Ní Bhriain own?",
           lambda r: r["owner"] == "Siobhán Ní Bhriain", _where("owner", "Siobhán Ní Bhriain")),
    _count("How many systems come from Nordlys AI?",
           lambda r: r["supplier"] == "Nordlys AI", _where("vendor", "Nordlys AI")),
    _count("How many systems have no supplier?", lambda r: r["supplier"] is None, _where("vendor", None, "missing")),
    _count("How many systems see patient data?",
           lambda r: r["patient_data"] == "yes", _where("personal_data", "yes")),
    _count("For how many systems is it not known whether they see patient data?",
           lambda r: r["patient_data"] is None, _where("personal_data", None, "missing")),
    _count("How many systems in use do not see patient data?",
           lambda r: _live(r) and r["patient_data"] == "no", LIVE, _where("personal_data", "no")),
    _count("How many systems have a review that is overdue?",
           lambda r: r["overdue"], _where("review_overdue", "yes")),
    _count("How many systems have never had a review?",
           lambda r: r["reviewed"] is None, _where("last_review", None, "missing")),
    _count("How many systems in use have never had a review?",
           lambda r: _live(r) and r["reviewed"] is None, LIVE, _where("last_review", None, "missing")),
    _count("How many systems were reviewed in 2025?",
           lambda r: (r["reviewed"] or "").startswith("2025"), _where("last_review", "2025")),
    _count("How many systems have been in their stage since before 2023?",
           lambda r: r["since"] and r["since"] < "2023", _where("stage_since", "2023", "<")),
    _count("How many systems have a risk of 10?", lambda r: r["risk"] == 10, _where("risk", 10)),
    _count("How many systems have no risk recorded?", lambda r: r["risk"] is None, _where("risk", None, "missing")),
    _count("How many systems have a data readiness above 7?",
           lambda r: (r["data"] or 0) > 7, _where("data_readiness", 7, ">")),
    _count("How many systems have a budget of more than 1 million?",
           lambda r: (r["budget"] or 0) > 1e6, _where("budget", 1_000_000, ">")),
    _count("How many systems have no budget?", lambda r: r["budget"] is None, _where("budget", None, "missing")),
    _count("How many systems save more than 100 hours?",
           lambda r: (r["hours"] or 0) > 100, _where("hours_saved", 100, ">")),
    _count("How many systems have trained at least 60% of the staff?",
           lambda r: (r["trained"] or 0) >= 0.6, _where("staff_trained", 0.6, ">=")),
    _count("How many systems mention the night shift in the next step?",
           lambda r: "night shift" in (r["next_step"] or ""), _where("Next step", "night shift", "contains")),
    _count("How many radiology systems are there?",
           lambda r: r["field"] == "Radiology", _where("domain", "Radiology")),
    _count("How many systems for the emergency department are in trial?",
           lambda r: r["field"] == "Emergency" and r["stage"] == "trial",
           _where("domain", "Emergency"), _where("stage", "trial")),
    _count("How many systems need to be reviewed in 2026?",
           lambda r: (r["due"] or "").startswith("2026"), _where("next_review", "2026")),
    _measure("What is the total budget?", "sum", "budget", sum(_held("budget"))),
    _measure("What is the budget of the systems in use?", "sum", "budget", sum(_held("budget", _of(_live))), LIVE),
    _measure("What is the average budget?", "mean", "budget", statistics.mean(_held("budget"))),
    _measure("What is the median budget?", "median", "budget", statistics.median(_held("budget"))),
    _measure("What is the largest budget?", "max", "budget", max(_held("budget"))),
    _measure("What is the total running cost a year?", "sum", "running_cost", sum(_held("running"))),
    _measure("What is the average running cost of the systems in use?", "mean", "running_cost",
             statistics.mean(_held("running", _of(_live))), LIVE),
    _measure("What is the total cost over three years?", "sum", "three_year_cost", sum(_held("three"))),
    _measure("How many hours are saved a month in total?", "sum", "hours_saved", sum(_held("hours"))),
    _measure("How many hours does Rosenlund save a month?", "sum", "hours_saved",
             sum(_held("hours", _of(lambda r: r["hospital"] == "Rosenlund"))), ROSENLUND),
    _measure("How many hours are saved a year?", "sum", "hours_a_year", 12 * sum(_held("hours"))),
    _measure("What is the average share of trained staff?", "mean", "staff_trained", statistics.mean(_held("trained"))),
    _measure("What is the average risk of the systems in use?", "mean", "risk",
             statistics.mean(_held("risk", _of(_live))), LIVE),
    _measure("What is the lowest data readiness?", "min", "data_readiness", min(_held("data"))),
    _groups("How many systems are there by stage?", "stage", _by("stage")),
    _groups("How many systems does each hospital have?", "unit", _by("hospital")),
    _groups("How many systems are in use by hospital?", "unit", _by("hospital", _of(_live)), LIVE),
    _groups("How many systems are there per clinical field?", "domain", _by("field")),
    _groups("How many systems does each owner have?", "owner", _by("owner")),
    Question("What is the budget by hospital?",
             {"group_by": ["unit"], "measures": [{"aggregate": "sum", "column": "budget"}]},
             _sum_by("hospital", "budget")),
    Question("What are the hours saved by clinical field for the systems in use?",
             {"group_by": ["domain"], "measures": [{"aggregate": "sum", "column": "hours_saved"}], "filters": [LIVE]},
             _sum_by("field", "hours", _of(_live))),
    _names("Which systems have been switched off?",
           lambda r: r["stage"] == "switched off", _where("stage", "switched off")),
    _names("Which systems of Chloé Brûlé are in use?",
           lambda r: _live(r) and r["owner"] == "Chloé Brûlé", LIVE, _where("owner", "Chloé Brûlé")),
    _names("Which systems in use have an overdue review?",
           lambda r: _live(r) and r["overdue"], LIVE, _where("review_overdue", "yes")),
    _names("Which systems from Mediquant see patient data?",
           lambda r: r["supplier"] == "Mediquant" and r["patient_data"] == "yes",
           _where("vendor", "Mediquant"), _where("personal_data", "yes")),
    _misses("How many near misses were there?", lambda r: True),
    _misses("How many incidents are open?", lambda r: r["status"] == "open", _where("status", "open")),
    _misses("How many incidents of severity 1 were there?", lambda r: r["severity"] == "1", _where("severity", 1)),
    _misses("How many incidents were found in 2026?", lambda r: r["date"].startswith("2026"), _where("date", "2026")),
    _misses("How many incidents did Sepsis Watch have?", lambda r: r["system"] == "H02", _where("project_id", "H02")),
)  # fmt: skip
