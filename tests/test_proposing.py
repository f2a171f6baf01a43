"""`bearing workspace init`: settings proposed from what a folder holds."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import pytest
import yaml
from command_line import Done, bearing
from hospital_group import SYSTEMS

from copilot.records.store import Records
from copilot.types import Viewer
from copilot.upkeep.proposing import propose
from copilot.workspace import Workspace

EXAMPLE = Path(__file__).resolve().parents[1] / "docs" / "examples" / "hospital-group"
REGISTER = "register-april-2026.csv"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The hospital group's export beside a document, set up by the command."""
    root = tmp_path_factory.mktemp("parent") / "five-hospitals"
    (root / "guidance").mkdir(parents=True)
    shutil.copy(EXAMPLE / "records" / REGISTER, root)
    shutil.copy(EXAMPLE / "guidance" / "reviews.md", root / "guidance")
    assert run("init", root).returncode == 0
    return root


def run(command: str, root: Path) -> Done:
    return bearing("workspace", command, str(root), state=root.parent / "state", workspace=None)


def test_an_export_is_moved_to_the_records_and_read_right_as_proposed(root: Path) -> None:
    assert (root / "records" / REGISTER).is_file()
    rows = Records.load(Workspace.open(root)).view(Viewer()).select("projects")
    assert [(row["id"], row["name"]) for row in rows] == [(row["id"], row["name"]) for row in SYSTEMS]
    assert [row["owner"] for row in rows] == [row["owner"] for row in SYSTEMS]
    assert [row["Grant (k€)" if "Grant (k€)" in row else "budget"] for row in rows] == [
        None if row["budget"] is None else row["budget"] / 1000 for row in SYSTEMS
    ]


def test_conventions_of_the_export_are_told_by_its_cells(root: Path) -> None:
    mapping = yaml.safe_load((root / "records" / "mapping.yaml").read_text(encoding="utf-8"))["tables"]["projects"]
    assert (mapping["dates"], mapping["decimal"], mapping["source"]) == ("day first", "comma", REGISTER)
    assert Workspace.open(root).config.currency == "EUR"
    # Letters are grades, those that become a number and the column that keeps them.
    assert mapping["columns"]["Data quality"]["order"] == ["E", "D", "C", "B", "A"]


def test_stages_are_proposed_in_their_order(root: Path) -> None:
    told = Workspace.open(root).config.stages
    places = [told.place(name) for name in ("proposed", "in trial", "in daily use", "switched off")]
    assert places == sorted(set(places))
    assert places[0] >= 0
    assert told.place("trial (2nd)") == told.place("in trial")
    assert all(stage.means for stage in told.root)
    assert told.is_production("in daily use")
    assert [told.has_ended(name) for name in ("in trial", "in daily use", "switched off")] == [False, False, True]
    view = Records.load(Workspace.open(root)).view(Viewer())
    counted = Counter({str(row["stage"]).casefold(): row["count"] for row in view.aggregate("projects", ["stage"])})
    assert counted["switched off"] == sum(row["stage"] == "switched off" for row in SYSTEMS)


def test_rows_without_a_code_are_all_kept_and_years_that_became_days_are_years(tmp_path: Path) -> None:
    rows = ["Case,Begun", *(f"Chat helper number {n},12/{n + 10}/2024" for n in range(12)), "Old scanner,7/15/1905"]
    (tmp_path / "cases.csv").write_text("\n".join([*rows, rows[-1]]) + "\n")
    mapping = yaml.safe_load(propose(tmp_path).files["records/mapping.yaml"])["tables"]["projects"]
    assert (mapping["dates"], mapping["years_as_days"], mapping["duplicates"]) == ("month first", True, "keep")


def test_what_is_there_already_is_kept(root: Path) -> None:
    before = (root / "workspace.yaml").read_text(encoding="utf-8")
    (root / "workspace.yaml").write_text(before + "fiscal_year_start_month: 4\n", encoding="utf-8")
    assert "kept     workspace.yaml" in run("init", root).stdout
    assert Workspace.open(root).config.fiscal_year_start_month == 4


def test_a_folder_of_documents_alone_gets_no_mapping(tmp_path: Path) -> None:
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "notes.md").write_text("# Notes\n\nText.\n")
    (folder / "notes-2024.md").write_text("# Earlier notes\n\nText.\n")
    assert run("init", folder).returncode == 0
    assert {path.suffix for path in folder.iterdir()} == {".md", ".yaml"}
    proposed = (folder / "documents.yaml").read_text()
    assert yaml.safe_load(proposed)["documents"] == [{"pattern": "notes-2024.md"}, {"pattern": "notes.md"}]
    perhaps = [line.strip(" #") for line in proposed.splitlines() if "perhaps" in line]
    assert [yaml.safe_load(line) for line in perhaps] == [{"superseded_by": "notes.md"}]


def test_the_check_shows_how_each_table_is_read(root: Path) -> None:
    shutil.copytree(EXAMPLE, root.parent / "made")
    shown = run("check", root.parent / "made").stdout
    assert "projects: 36 rows" in shown
    assert "  left out: row 1 above the header; row 2 above the header; " in shown
    line = next(line for line in shown.splitlines() if line.split()[:1] == ["running_cost"])
    assert "(EUR)" in line
    held = sum(row["running"] is not None for row in SYSTEMS)
    assert line.split()[-6:] == [f"{held}", "read", f"{36 - held}", "missing", "0", "odd"]


def test_a_guess_is_not_taken_against_the_unit_or_the_values_of_a_column(tmp_path: Path) -> None:
    states, trust = ("idea", "running", "running"), ("low", "fair", "high")
    lines = [
        f"B-{n},Helper {n} of the cellar,Bottling,{states[n % 3]},Ines Roca,{40 * (n % 5)},{trust[n % 3]}"
        for n in range(1, 13)
    ]
    header = "Item,Helper,Shop floor,State,Head brewer,Beer saved (l/week),Trust"
    (tmp_path / "projects.csv").write_text("\n".join([header, *lines]) + "\n")
    renamed = yaml.safe_load(propose(tmp_path).files["records/mapping.yaml"])["tables"]["projects"]["rename"]
    assert renamed["State"] == "stage"
    assert not {"spend", "budget", "risk_class"} & set(renamed.values())
