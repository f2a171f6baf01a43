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
    text = yaml.safe_dump({"tables": {"projects": {"source": "export.csv", **mapping}}}, sort_keys=False)
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


MONEY = """Code;Name;Budget (k);Running;Capital;Last review;Months;Risk;Ready;Approved by
A;Alpha;1.450;12,5;100;25/03/2025;12;red;yes;Åsa Öberg
B;Beta;2.300,5;n/a;50;03/04/2025;6;amber;no;Łukasz Żak
C;Gamma;tbc;7;;;;green;?;
"""


def money(root: Path, **mapping: Any) -> list[dict[str, Cell]]:
    return load(root, {"rename": {"Code": "id"}, **mapping}, MONEY)


def test_columns_are_computed_by_expressions_over_what_the_cells_mean(tmp_path: Path) -> None:
    rows = money(
        tmp_path,
        grades={"Risk": ["green", ["amber", "yellow"], "red"]},
        derive={
            "budget": '"Budget (k)" * 1000',
            "total": "coalesce(running, 0) + capital",
            "strict_total": "running + capital",
            "due": "last_review + INTERVAL (months) MONTH",
            "is_late": "due < today",
            "flag": "CASE WHEN risk >= 8 AND NOT ready THEN 'stop' WHEN risk > 3 THEN 'watch' END",
            "score": "round(10 - risk - CASE WHEN ready THEN 0 ELSE 2 END, 1)",
            "share": "capital / nullif(total, 0)",
        },
    )
    assert column(rows, "budget") == [1_450_000, 2_300_500, None]
    assert column(rows, "total") == [112.5, 50, None]
    assert column(rows, "strict_total") == [112.5, None, None]
    assert column(rows, "due") == ["2026-03-25", "2025-10-03", None]
    assert column(rows, "flag") == ["watch", "watch", None]
    assert column(rows, "score") == [0.0, 2.5, 7.0]
    assert column(rows, "share") == [100 / 112.5, 1.0, None]


def test_an_expression_replaces_the_column_it_is_named_after(tmp_path: Path) -> None:
    rows = money(tmp_path, derive={"Capital": "capital * 2", "half": "capital / 4"})
    assert column(rows, "Capital") == [200, 100, None]
    assert column(rows, "half") == [50, 25, None]


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        ("running * 'x'", "derive.budget"),
        ("spent * 2", "there is no column 'spent'; the nearest are"),
        ("repeat('x', 1000000)", "is not allowed"),
        ("(SELECT 1)", "is not allowed"),
        ("read_text('/etc/passwd')", "is not allowed"),
        ("random()", "is not allowed"),
        ("sum(running)", "is not allowed"),
        ("1; DROP TABLE given", "must be one expression"),
        ("running +", "cannot be read"),
        ("projects.running", "write the name of the column alone"),
        ("'much'", "gives text, and budget holds number"),
        ("running IS NULL", "gives boolean, and budget holds number"),
        ("[running]", "is not allowed"),
    ],
)
def test_an_expression_that_does_not_fit_names_its_column_and_the_reason(
    tmp_path: Path, expression: str, told: str
) -> None:
    with pytest.raises(KnowledgeError, match=r"tables\.projects\.derive\.budget") as caught:
        money(tmp_path, derive={"budget": expression})
    assert told in str(caught.value)


def test_an_expression_has_no_default_beside_it(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="budget is an expression; write its default into it"):
        money(tmp_path, derive={"budget": "running"}, defaults={"budget": 0})


def test_the_decimal_mark_can_be_said(tmp_path: Path) -> None:
    export = "id,name,cost\nA,One,1.450\n"
    assert column(load(tmp_path, {"decimal": "comma"}, export), "cost") == [1450]


def test_another_column_of_the_file_tells_the_order_of_dates_and_the_decimal_mark(tmp_path: Path) -> None:
    export = "id;name;a;b;c;d\nX;One;3/4/2025;25/4/2025;1.450;3,5\n"
    rows = load(tmp_path, {}, export)
    assert (rows[0]["a"], rows[0]["c"]) == ("2025-04-03", 1450)


def test_columns_of_our_own_are_described_by_the_mapping(tmp_path: Path) -> None:
    described = {"Running": {"unit": "EUR", "synonyms": ["run cost", "opex"], "description": "Cost a year."}}
    money(tmp_path, columns=described)
    view = Records.load(Workspace.open(tmp_path)).view(Viewer())
    running = view.column("projects", "opex")
    assert (running.name, running.unit, running.meaning) == ("Running", "EUR", "Cost a year.")
    assert view.aliases("projects")["Running"] == ("run cost", "opex")


def test_a_column_with_an_access_label_does_not_exist_for_others(tmp_path: Path) -> None:
    money(tmp_path, columns={"Capital": {"access": "board"}})
    records = Records.load(Workspace.open(tmp_path))
    others, board = records.view(Viewer()), records.view(Viewer(name="chair", labels=frozenset({"board"})))
    assert "Capital" not in others.select("projects")[0]
    assert not others.has("projects", "Capital")
    assert column(board.select("projects"), "Capital") == [100, 50, None]


def test_what_is_made_of_a_withheld_column_is_withheld_too(tmp_path: Path) -> None:
    derive = {
        "double": "capital * 2",
        "more": "double + 1",
        "copy": {"first": ["Capital"]},
        "open": "running + 1",
        "far": "copy",
    }
    money(tmp_path, columns={"Capital": {"access": "board"}}, derive=derive)
    tables = Records.load(Workspace.open(tmp_path)).view(Viewer()).tables
    shown = {column.name for column in tables["projects"].columns}
    assert shown & {"Capital", "double", "more", "copy", "far", "open"} == {"open"}


def test_what_is_made_of_columns_under_two_labels_needs_one_of_its_own(tmp_path: Path) -> None:
    withheld = {"Capital": {"access": "board"}, "Running": {"access": "finance"}}
    with pytest.raises(KnowledgeError, match="'total' is made of columns under several labels"):
        money(tmp_path, columns=withheld, derive={"total": "capital + running"})


def test_grades_are_numbers_and_no_texts(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="'vendor' holds text"):
        money(tmp_path, rename={"Code": "id", "Risk": "vendor"}, grades={"vendor": ["green", "amber", "red"]})


def test_what_a_mapping_says_of_a_column_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="no column 'Capitol'; the nearest are Capital"):
        money(tmp_path, columns={"Capitol": {"unit": "EUR"}})


def test_the_key_of_the_rows_cannot_be_withheld(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="'id' cannot be withheld"):
        money(tmp_path, columns={"id": {"access": "board"}})


TITLED = """AI register of the group,,,
as of 1 May 2026,,,

Code,Use case,House,Cost
A,One,Nord,5
A,One,Nord,5
B,Two,Süd,7

Source: the registry office,,,
"""


def test_a_header_below_titles_is_found_and_lines_around_the_table_are_left_out(tmp_path: Path) -> None:
    rows = load(tmp_path, {"rename": {"Code": "id", "Use case": "name"}}, TITLED)
    assert [(row["_row"], row["id"], row["House"]) for row in rows] == [(5, "A", "Nord"), (7, "B", "Süd")]


def test_rows_alike_in_every_cell_are_kept_where_the_mapping_says_so(tmp_path: Path) -> None:
    rename = {"Code": "id", "Use case": "name"}
    rows = load(tmp_path, {"rename": rename, "duplicates": "keep", "header": 4}, TITLED)
    assert column(rows, "id") == ["A", "A-6", "B"]


def test_names_in_other_alphabets_are_columns_of_their_own(tmp_path: Path) -> None:
    rows = load(tmp_path, {"rename": {"コード": "id", "名前": "name"}}, "コード,名前,部門,Größe\nA,One,営業,5\n")
    assert (rows[0]["id"], rows[0]["部門"], rows[0]["Größe"]) == ("A", "営業", 5)
    assert Records.load(Workspace.open(tmp_path)).view(Viewer()).column("projects", "größe").name == "Größe"
