"""A real workbook of 340 use cases, loaded by a mapping, held against the cells as they stand in it."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import pytest
import python_calamine as calamine

from copilot.records.store import Filter, Records
from copilot.types import Cell, Viewer
from copilot.upkeep.checking import check
from copilot.workspace import Workspace

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = ROOT / "docs" / "examples" / "energy-inventory"
FILE = "DOE_2025_AI_Use_Case_Inventory_PublicReporting.xlsx"
DATA = ROOT.parent / "shared" / "data" / "ingest" / FILE

pytestmark = pytest.mark.skipif(not DATA.is_file(), reason="the workbook is not on this machine")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("energy")
    (root / "records").mkdir()
    shutil.copy(EXAMPLE / "workspace.yaml", root)
    shutil.copy(EXAMPLE / "mapping.yaml", root / "records")
    shutil.copy(DATA, root / "records")
    return root


def raw(beginning: str) -> list[str]:
    """The cells of the column whose header begins so."""
    rows = calamine.CalamineWorkbook.from_path(DATA).get_sheet_by_name("FINAL").to_python()
    header = [" ".join(str(cell).split()) for cell in rows[1]]
    place = next(n for n, name in enumerate(header) if name.startswith(beginning))
    return [" ".join(str(row[place]).split()) for row in rows[2:] if any(row)]


def test_the_check_finds_nothing_to_correct(root: Path) -> None:
    found = check(root)
    assert [str(issue) for issue in found if issue.severity != "info"] == []
    assert any("the sheet OMB Terms for High Impact" in issue.message for issue in found)


def test_stages_and_impact_are_counted_as_in_the_workbook(root: Path) -> None:
    view = Records.load(Workspace.open(root)).view(Viewer())

    def told(column: str) -> dict[Cell, Cell]:
        return {row[column]: row["count"] for row in view.aggregate("projects", [column]) if row[column] is not None}

    stages = Counter(text.split(" –")[0].lower() for text in raw("Stage of Development"))
    assert told("stage") == {name: count for name, count in stages.items() if name}
    letters = Counter(text[:2] for text in raw("Is the AI use case high-impact"))
    assert told("impact") == {
        "high": letters["a)"], "presumed high but not": letters["b)"], "not high": letters["c)"],
    }  # fmt: skip
    assert view.aggregate("projects") == [{"count": 340}]


def test_what_lacks_an_assessment_is_computed(root: Path) -> None:
    view = Records.load(Workspace.open(root)).view(Viewer())
    pairs = zip(raw("Is the AI use case high-impact"), raw("Has an AI impact assessment"), strict=True)
    expected = sum(impact.startswith("a)") and not assessed for impact, assessed in pairs)
    assert view.aggregate("projects", filters=[Filter(column="unassessed", value=True)]) == [{"count": expected}]
