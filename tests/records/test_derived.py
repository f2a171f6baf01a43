"""What follows from other columns, and columns that name rows of another table by their titles."""

from __future__ import annotations

from pathlib import Path

import pytest

from copilot.records.conditions import Filter
from copilot.records.referring import referred_first
from copilot.records.store import Records
from copilot.retrieval.rows import record_documents
from copilot.types import Viewer
from copilot.workspace import Workspace

MODELS = (
    "id,name,trained_on,retrain_every_days,deployed_version,registry_version\n"
    "M-1,Kelp count,2026-01-10,30,1.0,1.1\n"
    "M-2,Net check,2026-03-01,,2.0,2.0\n"
    "M-3,Tide table,,90,,3.1\n"
)
VENTURES = (
    "Code,Venture,Wharf,Label\n"
    "V1,Kelp Counter,North,\nV2,Net Checker,South,\nV3,Tide Teller,North,board\nV4,Gull Scarer,South,\n"
)
GRIPES = (
    "Gripe,About,Day,Settled\nG1,Kelp Counter,2026-01-02,2026-01-09\nG2,kelp counter,2026-02-01,\n"
    "G3,Tide Teller,2026-02-03,2026-03-01\nG4,Gull Scarer,2026-02-05,2026-02-06\n"
)


def records(root: Path, **tables: str) -> Records:
    (root / "records").mkdir()
    for name, text in tables.items():
        (root / "records" / f"{name}.csv").write_text(text, encoding="utf-8")
    return Records.load(Workspace.open(root))


def test_the_day_for_retraining_follows_from_training_and_interval(tmp_path: Path) -> None:
    rows = records(tmp_path, models=MODELS).view(Viewer()).select("models")
    assert [row["retraining_due"] for row in rows] == ["2026-02-09", None, None]


def test_a_version_that_is_not_the_approved_one_is_told(tmp_path: Path) -> None:
    rows = records(tmp_path, models=MODELS).view(Viewer()).select("models")
    assert [row["runs_unapproved_version"] for row in rows] == [True, False, None]


def test_what_a_file_says_itself_is_not_derived(tmp_path: Path) -> None:
    own = "id,name,trained_on,retrain_every_days,retraining_due\nM-1,Kelp,2026-01-10,30,2027-01-01\n"
    assert records(tmp_path, models=own).view(Viewer()).select("models")[0]["retraining_due"] == "2027-01-01"


def test_an_interval_beyond_all_days_gives_no_day(tmp_path: Path) -> None:
    far = "id,name,trained_on,retrain_every_days\nM-1,Kelp,2026-01-10,99999999\nM-2,Net,2026-01-10,0\n"
    assert [r["retraining_due"] for r in records(tmp_path, models=far).view(Viewer()).select("models")] == [None, None]


def test_who_may_not_see_a_part_does_not_see_what_follows_from_it(tmp_path: Path) -> None:
    (tmp_path / "records").mkdir()
    (tmp_path / "records" / "export.csv").write_text(MODELS, encoding="utf-8")
    mapping = "tables:\n  models:\n    source: export.csv\n    columns:\n      trained_on: {access: board}\n"
    (tmp_path / "records" / "mapping.yaml").write_text(mapping, encoding="utf-8")
    loaded = Records.load(Workspace.open(tmp_path))
    assert not loaded.view(Viewer()).has("models", "retraining_due")
    assert loaded.view(Viewer(labels=frozenset({"board"}))).has("models", "retraining_due")


@pytest.fixture
def wharf(tmp_path: Path) -> Records:
    return records(tmp_path, ventures=VENTURES, gripes=GRIPES)


def test_a_column_that_names_rows_by_title_refers_to_them(wharf: Records) -> None:
    assert wharf.view(Viewer()).column("gripes", "About").references == "ventures.Venture"


def test_rows_are_counted_by_the_titles_that_name_them_in_any_case(wharf: Records) -> None:
    all_of_it = wharf.view(Viewer(labels=frozenset({"board"})))
    rows = all_of_it.select("ventures", columns=["Venture", "number of gripes"])
    assert {r["Venture"]: r["number of gripes"] for r in rows} == {
        "Kelp Counter": 2, "Net Checker": 0, "Tide Teller": 1, "Gull Scarer": 1,
    }  # fmt: skip


def test_what_names_a_withheld_row_is_withheld(tmp_path: Path) -> None:
    projects = VENTURES.replace("Code,Venture,Wharf,Label", "id,name,unit,label")
    view = records(tmp_path, projects=projects, gripes=GRIPES).view(Viewer())
    assert [row["Gripe"] for row in view.select("gripes")] == ["G1", "G2", "G4"]
    assert {row["Gripe"]: row["unit"] for row in view.select("gripes")} == {"G1": "North", "G2": "North", "G4": "South"}


def test_what_names_a_withheld_row_of_any_table_is_neither_read_nor_found(tmp_path: Path) -> None:
    incidents = (
        "id,date,title,venture\nI-1,2026-01-02,Counted twice,Kelp Counter\nI-2,2026-02-01,Hole missed,Net Checker\n"
        "I-3,2026-02-03,Ebb told as flood,Tide Teller\nI-4,2026-02-05,Gulls stayed,Gull Scarer\n"
    )
    audits = "Audit,Of\nA1,I-1\nA2,I-3\nA3,I-4\n"
    loaded = records(tmp_path, ventures=VENTURES, incidents=incidents, audits=audits)
    view = loaded.view(Viewer())
    assert [row["id"] for row in view.select("incidents")] == ["I-1", "I-2", "I-4"]
    assert [row["Audit"] for row in view.select("audits")] == ["A1", "A3"]
    labels = {document.id.partition("#")[2]: document.label for document in record_documents(loaded)}
    assert labels == {"I-1": None, "I-2": None, "I-3": "board", "I-4": None}


def test_tables_that_name_one_another_come_to_an_end(tmp_path: Path) -> None:
    a = "Code,Ship,Port\nS1,Kelp,Bay\nS2,Tern,Head\nS3,Skua,Point\n"
    b = "Key,Harbour,Flagship\nH1,Bay,Kelp\nH2,Head,Tern\nH3,Point,Skua\n"
    tables = records(tmp_path, ships=a, harbours=b).tables
    assert sorted(referred_first(tables)) == ["harbours", "ships"]


def test_rows_of_another_table_are_picked_by_what_they_name(wharf: Records) -> None:
    southern = Filter(column="About", op="present", where=(Filter(column="Wharf", value="South"),))
    assert [row["Gripe"] for row in wharf.view(Viewer()).select("gripes", [southern])] == ["G4"]


@pytest.mark.parametrize(
    "named",
    [
        "Kelp Counter\nKelp Counter\nNet Checker\n",
        "Kelp Counter\nNet Checker\nTide Teller\nsomething\nelse\n",
    ],
)
def test_few_or_stray_values_refer_to_nothing(tmp_path: Path, named: str) -> None:
    notes = "Note,About\n" + "".join(f"N{n},{text}\n" for n, text in enumerate(named.split("\n")) if text)
    view = records(tmp_path, ventures=VENTURES, notes=notes).view(Viewer())
    assert not view.column("notes", "About").references


def test_titles_that_stand_twice_name_no_row(tmp_path: Path) -> None:
    twice = VENTURES + "V5,Kelp Counter,South,\n"
    view = records(tmp_path, ventures=twice, gripes=GRIPES).view(Viewer())
    assert not view.column("gripes", "About").references
