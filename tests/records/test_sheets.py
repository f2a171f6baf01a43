from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter
from binary_workbooks import write_xls, write_xlsb
from hypothesis import given, settings
from hypothesis import strategies as st

from copilot.errors import KnowledgeError
from copilot.records.headers import side_by_side
from copilot.records.hidden import hidden_cells
from copilot.records.sheets import read_sheet
from copilot.records.store import Records
from copilot.types import Viewer
from copilot.upkeep.checking import check
from copilot.workspace import Workspace

REGISTER = [
    ["Section 1", "", "Section 2", ""],
    ["Code", "Name", "Begun", "Cost"],
    ["A", "One", date(2026, 3, 1), 1450.5],
    ["B", "Two", "n/a", 7],
]
KEY = [["Term", "Meaning"], ["begun", "the first day"]]


def write(path: Path, sheets: Mapping[str, Sequence[Sequence[object]]], hidden: str = "") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with xlsxwriter.Workbook(path, {"default_date_format": "dd/mm/yyyy"}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for row, cells in enumerate(rows):
                for column, cell in enumerate(cells):
                    sheet.write(row, column, cell)
            if name == hidden:
                sheet.hide()
    return path


def test_the_largest_sheet_is_the_table_and_the_key_is_left_out(tmp_path: Path) -> None:
    table = read_sheet(write(tmp_path / "register.xlsx", {"Key": KEY, "Register": REGISTER}))
    assert table.columns == {
        "Code": ["A", "B"], "Name": ["One", "Two"], "Begun": ["2026-03-01", "n/a"], "Cost": ["1450.5", "7"],
    }  # fmt: skip
    assert (table.rows, table.header) == ([3, 4], 2)
    assert table.left_out == ("the sheet Key", "row 1 above the header")


def test_a_sheet_can_be_named_and_a_hidden_one_is_not_there(tmp_path: Path) -> None:
    path = write(tmp_path / "register.xlsx", {"Key": KEY, "Register": REGISTER}, hidden="Register")
    assert list(read_sheet(path).columns) == ["Term", "Meaning"]
    with pytest.raises(KnowledgeError, match="has no sheet 'Register'; the nearest are Key"):
        read_sheet(path, "Register")


def test_of_tables_beside_each_other_the_largest_is_read_and_the_others_are_said(tmp_path: Path) -> None:
    beside = [
        ["Systems", "", "", "", "Codes", ""],
        ["Code", "Name", "Cost", "", "", ""],
        ["A", "One", 5, "", "Term", "Meaning"],
        ["B", "Two", 7, "", "A", "first"],
        ["C", "Three", 9, "", "", ""],
    ]
    table = read_sheet(write(tmp_path / "register.xlsx", {"S": beside}))
    assert table.columns == {"Code": ["A", "B", "C"], "Name": ["One", "Two", "Three"], "Cost": ["5", "7", "9"]}
    assert table.left_out == ("the table in columns 5 to 6", "row 1 above the header")


def test_an_empty_column_within_a_table_does_not_part_it(tmp_path: Path) -> None:
    rows = [["Code", "Name", "", "Cost", "Owner"], ["A", "One", "", 5, "Ann"], ["B", "Two", "", 7, "Bo"]]
    assert list(read_sheet(write(tmp_path / "register.xlsx", {"S": rows})).columns) == ["Code", "Name", "Cost", "Owner"]


def layout(text: str) -> list[list[str]]:
    """A sheet of one letter or digit a cell, `.` for an empty one; capitals are names of columns."""
    return [["" if cell == "." else cell * 2 for cell in line] for line in text.split()]


@pytest.mark.parametrize(
    ("sheet", "parts"),
    [
        ("NB.CM a1.xy b2.zw", [(0, 2), (3, 5)]),
        ("NB.CM a1.xy b2.zw c3.uv", [(0, 2), (3, 5)]),
        ("NB.CM.KW a1.xy.op b2.zw.qr", [(0, 2), (3, 5), (6, 8)]),
        ("NB.NB a1.c3 b2.d4", [(0, 2), (3, 5)]),
        ("NB..CM a1..3y b2..3w", [(0, 2), (4, 6)]),
        ("NB.CM a1.xy b2.zw c3.uv d4.st e5.qr f6.op g7...", [(0, 2), (3, 5)]),
        ("T....... NBX.CM.K a1e.xy.. b2f.zw.n", [(0, 3), (4, 8)]),
        (".. NB.CM a1.xy", [(0, 2), (3, 5)]),
        ("NB.CM a1.3x b2.4x", [(0, 5)]),
        ("NB.CM a1.xy b2.xw", [(0, 5)]),
        ("NB.CM a1.xy b2..w", [(0, 5)]),
        ("NB.CM a1.xy b2.zw c3.uv d4.st e5.qr f6.op", [(0, 5)]),
        ("NB.C a1.x b2.z", [(0, 4)]),
        ("N.BC a.xy b.zw", [(0, 4)]),
        ("NB a1", [(0, 2)]),
        ("", [(0, 0)]),
    ],
)
def test_tables_beside_each_other_are_told_from_one_with_an_empty_column(
    sheet: str, parts: list[tuple[int, int]]
) -> None:
    assert side_by_side(layout(sheet)) == [range(*part) for part in parts]


def test_of_two_tables_of_two_rows_each_one_is_read(tmp_path: Path) -> None:
    rows = [
        ["Code", "Name", "", "Term", "Meaning"],
        ["A", "One", "", "live", "in use"],
        ["B", "Two", "", "idea", "new"],
    ]
    table = read_sheet(write(tmp_path / "register.xlsx", {"S": rows}))
    assert (list(table.columns), table.left_out) == (["Code", "Name"], ("the table in columns 4 to 5",))


def test_a_workbook_named_after_a_table_is_that_table(tmp_path: Path) -> None:
    write(tmp_path / "records" / "projects.xlsx", {"Register": [["id", "name", "budget"], ["A", "One", 5]]})
    view = Records.load(Workspace.open(tmp_path)).view(Viewer())
    assert view.select("projects", columns=["id", "budget"]) == [{"_row": 2, "id": "A", "budget": 5.0}]


def test_what_is_no_workbook_is_refused(tmp_path: Path) -> None:
    (tmp_path / "register.xlsx").write_bytes(b"no workbook")
    with pytest.raises(KnowledgeError, match="cannot be read as a workbook"):
        read_sheet(tmp_path / "register.xlsx")


def hide(path: Path, rows: Sequence[int] = (), columns: Sequence[int] = (), is_filtered: bool = False) -> Path:
    """A register of four columns and five rows with some hidden, counted from 1."""
    path.parent.mkdir(parents=True, exist_ok=True)
    cells = [
        ["AI register", "", "", ""],
        ["Code", "Name", "Salary", "Cost"],
        ["A", "One", 90, 5], ["B", "Two", 80, 7], ["C", "Three", 70, 9],
    ]  # fmt: skip
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Register")
        for row, line in enumerate(cells):
            for column, cell in enumerate(line):
                sheet.write(row, column, cell)
        if is_filtered:
            sheet.autofilter(1, 0, 4, 3)
            sheet.filter_column(1, "x != Two")
        for row in rows:
            sheet.set_row(row - 1, None, None, {"hidden": True})
        for column in columns:
            sheet.set_column(column - 1, column - 1, None, None, {"hidden": True})
    return path


def test_hidden_rows_and_columns_are_left_out_and_counted(tmp_path: Path) -> None:
    table = read_sheet(hide(tmp_path / "register.xlsx", rows=[4], columns=[3]))
    assert table.columns == {"Code": ["A", "C"], "Name": ["One", "Three"], "Cost": ["5", "9"]}
    assert (table.rows, table.header, str(table.hidden)) == ([3, 5], 2, "1 hidden row and 1 hidden column")


def test_hidden_rows_are_read_where_the_mapping_says_so_and_else_reported(tmp_path: Path) -> None:
    hide(tmp_path / "records" / "register.xlsx", rows=[4, 5], is_filtered=True)
    mapping = tmp_path / "records" / "mapping.yaml"
    mapping.write_text("tables: {projects: {source: register.xlsx, rename: {Code: id}}}\n")

    def rows() -> list[object]:
        return [row["id"] for row in Records.load(Workspace.open(tmp_path)).view(Viewer()).select("projects")]

    def reported() -> list[str]:
        return [f"{issue.severity}: {issue.message}" for issue in check(tmp_path) if "hidden" in issue.message]

    assert (rows(), reported()) == (["A"], ["warning: It is left out: 2 hidden rows (a filter is set)."])
    mapping.write_text("tables: {projects: {source: register.xlsx, hidden: read, rename: {Code: id}}}\n")
    assert (rows(), reported()) == (["A", "B", "C"], [])


def test_a_sheet_on_which_nothing_is_hidden_is_whole(tmp_path: Path) -> None:
    table = read_sheet(hide(tmp_path / "register.xlsx"))
    assert (table.columns["Code"], bool(table.hidden)) == (["A", "B", "C"], False)


OPENDOCUMENT = """<?xml version="1.0" encoding="UTF-8"?>
<office:document-content office:version="1.3" xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>{tables}
</office:spreadsheet></office:body></office:document-content>"""

MANIFEST = """<?xml version="1.0" encoding="UTF-8"?>
<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.3">
<manifest:file-entry manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/>
</manifest:manifest>"""


def opendocument(path: Path, tables: str) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", MANIFEST)
        archive.writestr("content.xml", OPENDOCUMENT.format(tables=tables))
    return path


def sheet_of(name: str, columns: str, rows: Sequence[tuple[str, Sequence[str]]]) -> str:
    """A sheet of OpenDocument; of each row what stands in its element, and its cells."""
    cells = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    told = "".join(f"<table:table-row {said}>{''.join(map(cells.format, row))}</table:table-row>" for said, row in rows)
    return f'<table:table table:name="{name}">{columns}{told}</table:table>'


def test_what_a_sheet_of_opendocument_hides_is_left_out(tmp_path: Path) -> None:
    gone = 'table:visibility="collapse"'
    columns = (
        f'<table:table-column/><table:table-column {gone} table:number-columns-repeated="2"/><table:table-column/>'
    )
    register = sheet_of(
        "Register", columns,
        [("", ["Code", "Salary", "Note", "Owner"]), ("", ["A", "1", "x", "Ida"]), (gone, ["B", "2", "y", "Ole"]),
         ('table:visibility="filter" table:number-rows-repeated="2"', ["C", "3", "z", "Eva"]),
         ("", ["D", "4", "w", "Bo"])],
    )  # fmt: skip
    other = sheet_of("Key", "<table:table-column/>", [("", ["Code"])])
    path = opendocument(tmp_path / "register.ods", register + other)
    table = read_sheet(path)
    assert table.columns == {"Code": ["A", "D"], "Owner": ["Ida", "Bo"]}
    assert str(table.hidden) == "3 hidden rows and 2 hidden columns (a filter is set)"
    assert read_sheet(path, with_hidden=True).columns["Salary"] == ["1", "2", "3", "3", "4"]


STAFF = [["AI register", "", "", ""], ["Code", "Name", "Salary", "Cost"],
         ["A", "One", "90", "5"], ["B", "Two", "80", "7"], ["C", "Three", "70", "9"]]  # fmt: skip
MORE = [[f"D{n}", "Øvrige", "60", "1"] for n in range(60)]
"""With these the records of a sheet are no longer a small stream of an XLS file."""


@pytest.mark.parametrize("write", [write_xls, write_xlsb])
@pytest.mark.parametrize("more", [[], MORE], ids=["few", "many"])
def test_what_a_binary_sheet_hides_is_left_out(
    tmp_path: Path, write: Callable[..., Path], more: Sequence[Sequence[str]]
) -> None:
    path = tmp_path / f"register.{write.__name__.removeprefix('write_')}"
    write(path, "Register", [*STAFF, *more], hidden=[4], columns=[3], is_filtered=True)
    table = read_sheet(path)
    assert list(table.columns) == ["Code", "Name", "Cost"]
    assert table.columns["Code"] == ["A", "C", *(row[0] for row in more)]
    assert str(table.hidden) == "1 hidden row and 1 hidden column (a filter is set)"
    assert read_sheet(path, with_hidden=True).columns["Salary"][:3] == ["90", "80", "70"]


@pytest.mark.parametrize("write", [write_xls, write_xlsb])
def test_a_binary_sheet_that_hides_nothing_is_whole_and_a_hidden_one_is_not_there(
    tmp_path: Path, write: Callable[..., Path]
) -> None:
    path = tmp_path / f"register.{write.__name__.removeprefix('write_')}"
    table = read_sheet(write(path, "Register", STAFF))
    assert (table.columns["Code"], bool(table.hidden)) == (["A", "B", "C"], False)
    with pytest.raises(KnowledgeError, match="holds no sheet that is shown"):
        read_sheet(write(path, "Register", STAFF, is_hidden=True))


@pytest.mark.parametrize("write", [write_xls, write_xlsb])
def test_a_damaged_binary_workbook_hides_nothing_rather_than_fail(tmp_path: Path, write: Callable[..., Path]) -> None:
    whole = write(tmp_path / "register", "Register", STAFF, hidden=[4]).read_bytes()

    @given(place=st.integers(0, len(whole) - 1), byte=st.integers(0, 255))
    @settings(max_examples=80, deadline=None)
    def damaged(place: int, byte: int) -> None:
        found = hidden_cells(io.BytesIO(whole[:place] + bytes([byte]) + whole[place + 1 :]))
        assert all(number > 0 for hidden in found.values() for number in hidden.rows)

    damaged()
