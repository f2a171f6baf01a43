from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from copilot.errors import KnowledgeError
from copilot.records.store import Records
from copilot.types import Cell, Viewer
from copilot.workspace import Workspace

EXPORT = """Use case,Department,Where is it now,Purpose,Outputs,Cost,Begun,Yes or no
Forms Reader, hr ,LIVE,Reads forms,,about 1,3/4/2024,Yes - fully
Chat Helper,IT,Pilot (second),,Answers,"1,200 a year",3/25/2024,N/A
Forms Reader,HR,unclear,Sorts,Folders,none yet,7/15/1905,no
"""


def load(root: Path, mapping: dict[str, Any], export: str = EXPORT) -> list[dict[str, Cell]]:
    (root / "records").mkdir()
    (root / "records" / "export.csv").write_text(export, encoding="utf-8")
    text = yaml.safe_dump({"tables": {"projects": {"source": "export.csv", **mapping}}})
    (root / "records" / "mapping.yaml").write_text(text, encoding="utf-8")
    return Records.load(Workspace.open(root)).view(Viewer()).select("projects")


def column(rows: list[dict[str, Cell]], name: str) -> list[Cell]:
    return [row[name] for row in rows]


def test_a_foreign_export_becomes_projects_by_its_mapping(tmp_path: Path) -> None:
    rows = load(
        tmp_path,
        {
            "missing": ["n/a"],
            "dates": "month first",
            "years_as_days": True,
            "rename": {"use case": "name", "Department": "unit", "Where is*": "stage", "Begun": "started"},
            "derive": {
                "description": {"template": "{Purpose}. Gives {outputs}"},
                "domain": {"first": ["Purpose", "Outputs"]},
                "jurisdiction": {"constant": "NO"},
                "budget": {"number": "Cost"},
                "generative": {"first": ["Yes or no"]},
            },
            "values": {
                "stage": {"live": "production", "Pilot*": "pilot", "*": None},
                "generative": {"Yes*": True},
            },
            "defaults": {"owner": "nobody yet", "stage": "idea"},
            "key": {"prefix": "X-", "digits": 3},
        },
    )
    assert column(rows, "id") == ["X-002", "X-003", "X-004"]
    assert column(rows, "stage") == ["production", "pilot", "idea"]
    assert column(rows, "unit") == ["hr", "IT", "HR"]
    assert column(rows, "description") == ["Reads forms. Gives", ". Gives Answers", "Sorts. Gives Folders"]
    assert column(rows, "domain") == ["Reads forms", "Answers", "Sorts"]
    assert column(rows, "budget") == [1.0, 1200.0, None]
    assert column(rows, "started") == ["2024-03-04", "2024-03-25", "2023-01-01"]
    assert column(rows, "generative") == [True, None, False]
    assert column(rows, "owner") == ["nobody yet"] * 3
    assert column(rows, "Outputs") == [None, "Answers", "Folders"]


def test_a_year_in_a_text_becomes_its_first_day(tmp_path: Path) -> None:
    rows = load(tmp_path, {"derive": {"started": {"year": "Begun"}, "note": {"constant": 7}}})
    assert column(rows, "started") == ["2024-01-01", "2024-01-01", "1905-01-01"]
    assert column(rows, "note") == [7, 7, 7]


def test_unknown_columns_can_be_left_out(tmp_path: Path) -> None:
    rows = load(tmp_path, {"rename": {"Use case": "name", "Cost": "price_tag"}, "keep_unknown": False})
    assert set(rows[0]) == {"_row", "id", "name", "price_tag"}


def test_the_type_of_an_unknown_column_can_be_told(tmp_path: Path) -> None:
    rows = load(tmp_path, {"rename": {"Begun": "begun"}, "columns": {"begun": {"type": "date"}}, "dates": "day first"})
    assert column(rows, "begun")[:2] == ["2024-04-03", "2024-03-25"]


@pytest.mark.parametrize(
    ("mapping", "told"),
    [
        ({"renames": {}}, "tables.projects.renames"),
        ({"rename": {"Use cases": "name"}}, "'Use case'"),
        ({"rename": {"Use case": "Purpose"}}, "two columns would be called 'Purpose'"),
        ({"rename": {"*e*": "x"}}, "is no column"),
        ({"derive": {"a": {"first": ["Use case"], "constant": 1}}}, "exactly one of"),
        ({"derive": {"a": {"template": "{Nowhere}"}}}, "derive.a"),
        ({"values": {"stage": {"a": "b"}}}, "values"),
        ({"source": "other.csv"}, "there is no file 'other.csv'"),
        ({"source": "../../export.csv"}, "there is no file"),
        ({"encoding": "utf-99"}, "utf-99"),
    ],
)
def test_a_mapping_that_does_not_fit_says_where(tmp_path: Path, mapping: dict[str, Any], told: str) -> None:
    with pytest.raises(KnowledgeError) as caught:
        load(tmp_path, mapping)
    assert told in str(caught.value)
    assert str(tmp_path) in str(caught.value)


def test_a_table_that_is_nearly_ours_is_not_taken_for_one_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "records").mkdir()
    (tmp_path / "records" / "mapping.yaml").write_text("tables: {project: {source: a.csv}}")
    with pytest.raises(KnowledgeError, match="no table 'project'; projects may be meant"):
        Records.load(Workspace.open(tmp_path))
