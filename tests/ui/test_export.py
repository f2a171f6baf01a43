import csv
import io

import pytest

from copilot import Answer, Citation, Table
from ui import export

TABLE = Table(title="Ranking, first half", columns=("Project", "Note"), rows=(("A|B", "=1+1"), ("C", None), ("D", -3)))


def test_a_copied_answer_ends_with_its_numbered_sources():
    citation = Citation(
        marker=1, kind="passage", source="a.md", locator="lines 1-2", title="Pilots", quote="They stall."
    )
    answer = Answer(id="a", question="q", status="answered", text="They stall [1].", citations=(citation,))
    assert export.answer_markdown(answer) == (
        "They stall [1].\n\nSources\n\n- [1] Pilots (a.md, lines 1-2): They stall.\n"
    )


def test_a_table_in_markdown_keeps_its_cells_apart():
    assert export.table_markdown(TABLE).splitlines() == [
        "| Project | Note |", "| --- | --- |", r"| A\|B | =1+1 |", "| C |  |", "| D | -3 |",
    ]  # fmt: skip


def test_a_spreadsheet_runs_no_formula_of_a_saved_table():
    rows = list(csv.reader(io.StringIO(export.table_csv(TABLE))))
    assert rows == [["Project", "Note"], ["A|B", "'=1+1"], ["C", ""], ["D", "-3"]]


@pytest.mark.parametrize(("title", "name"), [("Ranking, first half", "ranking-first-half.csv"), ("日本", "table.csv")])
def test_a_file_is_named_after_its_table(title: str, name: str):
    assert export.file_name(title, "csv") == name
