"""Twenty questions that an oversight officer asks of the federal inventory, answered by pandas on the raw file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

STAGE = "Stage of Development"
OPERATION = ("Operation and Maintenance", "In production", "In mission")
PURPOSE = "What is the intended purpose and expected benefits of the AI?"
CBP, HHS, DOJ = "CBP", "Department of Health and Human Services", "Department of Justice"
LIVE = {"column": "stage", "value": "operation"}


@dataclass(frozen=True)
class Question:
    text: str
    arguments: dict[str, Any]
    expected: float | dict[str, float] | set[str]


def questions(raw: pd.DataFrame) -> tuple[Question, ...]:
    """`raw` holds the cells as written, their blanks made single."""
    impact = raw[
        next(name for name in raw.columns if name.startswith("Is the AI use case rights-impacting"))
    ].str.lower()
    live = raw[STAGE].isin(OPERATION)
    agency, bureau = raw["Agency"], raw["Bureau"]
    rights, safety = (impact.isin([f"{kind}-impacting", "both"]) for kind in ("rights", "safety"))
    code = raw["Does this project include custom-developed code?"]
    said = raw[PURPOSE].str.lower()
    outputs = raw[next(name for name in raw.columns if name.startswith("Describe the AI system"))].str.lower()
    described = said.where(~said.isin(["", "n/a", "na", "not applicable"]), outputs)

    def told(texts: pd.Series) -> dict[str, float]:
        return {str(text): int(count) for text, count in texts[texts != ""].value_counts().items()}

    def most(texts: pd.Series, count: int) -> set[str]:
        return {str(text) for text in texts[texts != ""].value_counts().head(count).index}

    hhs, doj = agency == HHS, agency == DOJ
    without = set(agency) - set(agency[safety])
    units = {"aggregate": "count distinct", "column": "unit"}
    return (
        Question("How many use cases are there?", {}, len(raw)),
        Question("How many agencies report?", {"measures": [units]}, agency.nunique()),
        Question("How many agencies have a safety-impacting use case?",
                 {"measures": [units], "filters": [_is("impact", "safety")]},
                 len(set(agency)) - len(without)),
        Question("Which five agencies have the most use cases?", {"group_by": ["unit"], "limit": 5}, most(agency, 5)),
        Question("How many use cases are in operation?", {"filters": [LIVE]}, int(live.sum())),
        Question("How many use cases are in operation by agency?",
                 {"filters": [LIVE], "group_by": ["unit"]}, told(agency[live])),
        Question("How many use cases are there per stage?", {"group_by": ["stage"]}, _stages(raw)),
        Question(f"What share of the use cases of {CBP} is in operation?",
                 {"filters": [LIVE], "among": [_is("bureau", CBP)], "measures": [{"aggregate": "share"}]},
                 float(live[bureau == CBP].mean())),
        Question("How many use cases are rights-impacting?",
                 {"filters": [_is("impact", "rights")]}, int(rights.sum())),
        Question("How many use cases are both rights- and safety-impacting?",
                 {"filters": [_is("impact", "rights"), _is("impact", "safety")]}, int((rights & safety).sum())),
        Question("How many use cases have no impact recorded?",
                 {"filters": [_is("impact", None, "missing")]}, int((impact == "").sum())),
        Question("How many use cases of the Department of Health and Human Services are rights-impacting?",
                 {"filters": [_is("unit", HHS), _is("impact", "rights")]},
                 int((hhs & rights).sum())),
        Question("Which department has more use cases in operation, Justice or Health and Human Services?",
                 {"filters": [LIVE, _is("unit", [HHS, DOJ], "in")], "group_by": ["unit"]},
                 told(agency[live & (hhs | doj)])),
        Question("How many use cases began by year?",
                 {"filters": [_is("started", "2015", ">=")], "group_by": ["started"], "grain": "year"},
                 {f"{int(y)}": int(n) for y, n in _days(raw)[_days(raw) >= 2015].value_counts().items()}),
        Question("How many use cases began in 2023?", {"filters": [_is("started", "2023")]}, _in_2023(raw)),
        Question("How many use cases include custom-developed code?",
                 {"filters": [_is("Does this project include custom-developed code?", "yes")]},
                 int((code == "Yes").sum())),
        Question("How many use cases of the Department of Justice mention drugs in their description?",
                 {"filters": [_is("unit", DOJ), _is("description", "drug", "contains")]},
                 int((doj & described.str.contains("drug")).sum())),
        Question("How many use cases are there by topic in the Department of Energy?",
                 {"filters": [_is("unit", "Department of Energy")], "group_by": ["domain"]},
                 _topics(raw[agency == "Department of Energy"])),
        Question("How many bureaus report?",
                 {"measures": [{"aggregate": "count distinct", "column": "bureau"}]}, _distinct(bureau)),
        Question("How many use cases were retired?", {"filters": [_is("stage", "retired")]},
                 _stages(raw)["retired"]),
    )  # fmt: skip


def _is(column: str, value: object, op: str = "=") -> dict[str, Any]:
    return {"column": column, "op": op, "value": value}


def _stages(raw: pd.DataFrame) -> dict[str, float]:
    ours: Mapping[str, str] = {
        "Initiated": "initiated", "Planned": "initiated", "Ideation": "initiated",
        "Acquisition and/or Development": "development", "Implementation and Assessment": "implementation",
        **dict.fromkeys(OPERATION, "operation"),
        "Retired": "retired", "Research or Administrative Action Complete": "retired",
    }  # fmt: skip
    return {str(k): int(n) for k, n in raw[STAGE].map(ours).dropna().value_counts().items()}


def _days(raw: pd.DataFrame) -> pd.Series:
    """The year in which each began; a bare year that a spreadsheet took for days since the end of 1899 is that year."""
    days = pd.to_datetime(raw["Date Initiated"], format="%m/%d/%Y", errors="coerce")
    counted = (days - pd.Timestamp("1899-12-30")).dt.days
    return days.dt.year.where(days.dt.year >= 1910, counted)


def _in_2023(raw: pd.DataFrame) -> int:
    return int((_days(raw) == 2023).sum())


def _topics(part: pd.DataFrame) -> dict[str, float]:
    starts = ("Mission-Enabling", "Government Services")
    topics = part["Use Case Topic Area"].map(lambda t: next((s for s in starts if t.startswith(s)), t))
    return {str(k): int(n) for k, n in topics[topics != ""].value_counts().items()}


def _distinct(texts: pd.Series) -> int:
    held = texts[~texts.str.lower().isin(["", "n/a", "na", "not applicable", "tbd", "-"])]
    return int(held.str.lower().nunique())
