"""What `bearing workspace init` makes of exports in several trades and languages: each was misread once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
import yaml
from command_line import bearing

from copilot.records.store import Records
from copilot.types import Viewer
from copilot.workspace import Workspace

GERMAN = """KI-Vorhaben;Stand 31.03.2026;;;;;;;;;;;;
Nr.;Bezeichnung;Kurzbeschreibung;Werk;Status;Status seit;Erfasst am;Verantwortlich;Auftraggeber;Entwickelt von;Budget T€;Ist-Kosten T€;Risikoklasse;Bemerkung
V-01;Gussfehler-Erkennung;Erkennt Lunker im Guss;Pegnitz;Im Betrieb;12.05.2024;03.02.2022;Jutta Brandl;Dr. Henning Voss;Eigenentwicklung;412,5;398,2;gering;
V-02;Bedarfsprognose;Sagt den Bedarf voraus;Lager;Im Betrieb;01.10.2024;14.06.2022;Mehmet Aydin;Dr. Henning Voss;Prognosia GmbH;285,0;301,7;gering;
V-03;Angebotsassistent;Entwirft Angebote;Vertrieb;Pilotbetrieb;15.09.2025;20.01.2025;Sabine Kolb;Ute Lorenz;Textwerk AG;1.160,0;88,4;begrenzt;
V-04;Bewerbervorauswahl;Ordnet Bewerbungen;Personal;Eingestellt;30.06.2025;02.09.2024;Torsten Hehl;Ute Lorenz;Hirewell SE;90,0;47,3;hoch;kein Bedarf
V-05;Kundenchat;Beantwortet Fragen;Vertrieb;Einführung;12.01.2026;05.11.2024;Sabine Kolb;Ute Lorenz;Textwerk AG;220,0;176,5;begrenzt;
V-06;Retouren;Ordnet Retouren zu;Lager;Abgeschaltet;31.12.2025;07.07.2020;Mehmet Aydin;Ute Lorenz;Eigenentwicklung;60,0;58,1;gering;alt
V-07;Werkzeugverschleiß;Sagt Standzeiten voraus;Pegnitz;Konzept;02.03.2026;02.03.2026;;Dr. Henning Voss;;;;gering;
"""  # noqa: E501  # lines of an export
GERMAN_INCIDENTS = """Meldung;Behoben;Entdeckt;Vorhaben;Schwere;Was ist passiert;Maßnahme;Stand;Schaden €
S-01;10.02.2025;03.02.2025;V-02;gering;Rechnung doppelt;Abgleich ergänzt;erledigt;4.200,00
S-02;02.05.2025;21.03.2025;V-01;hoch;Gutteil verworfen;Modell trainiert;erledigt;18.750,50
S-03;;12.06.2025;V-04;kritisch;Falsch gereiht;abgeschaltet;offen;
S-04;;05.01.2026;V-03;hoch;Falscher Preis;Prüfung;in Arbeit;2.150,25
"""
UTILITY = """Ref,Initiative,Where it stands,There since,First logged,Project lead,Built by,Class,Money approved,Remark
K-1,Leak finder,Live,14/03/2024,02/05/2022,Tamsin Ruru,in-house,B,"420,000",fine
K-2,Pressure optimiser,Live,01/10/2024,11/02/2023,Tamsin Ruru,Verdigris Analytics,A,NZ$780k,late
K-3,Pipe ranking,Field trial,16/02/2025,08/08/2024,Hemi Douglas,in-house,D,"$160,000",
K-4,Storm crews,Ready for release,26/01/2026,13/08/2024,Noor Haddad,Larkspur Systems,D,NZ$ 98k,
K-5,Drought forecast,Scoping,20/01/2026,20/01/2026,,tbc,D,"35,000",
K-6,Odour clusters,Paused,10/06/2025,09/09/2024,,in-house,C,"48,000",
K-7,Roof drones,Stopped,30/09/2025,14/10/2024,Hemi Douglas,Skylark Imaging,D,"85,000",dark
K-8,Old chatbot,Switched off,31/01/2026,16/07/2022,Ana Petelo,Parrotfish AI,C,"44,000",
"""
UTILITY_MODELS = """Model,Called,Initiative ref,Technique,Keeper,State,Validated on,Last trained
M-01,Night flow,K-1,isolation forest,Ravi Menon,in use,12/06/2025,10/02/2025
M-02,Set points,K-2,reinforcement learning,Jonas Holm,in use,20/07/2025,02/05/2025
M-03,Break risk,K-3,gradient boosting,Ravi Menon,on trial,01/12/2025,15/11/2025
"""
UTILITY_INCIDENTS = """No,Spotted on,Initiative ref,Model,Severity (1 worst),What happened,What was done,State,Settled
I-1,12/04/2025,K-2,M-02,2,Pressure dropped in two streets,set points limited,closed,02/05/2025
I-2,28/05/2025,K-2,M-02,1,Main burst,manual for nine days,closed,15/12/2025
I-3,19/05/2025,K-1,M-01,3,False call-outs,meter replaced,open,
"""


def set_up(root: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert bearing("workspace", "init", str(root), state=root.parent / "state", workspace=None).returncode == 0
    return root


def rows(root: Path, table: str) -> list[dict[str, Any]]:
    return [dict(row) for row in Records.load(Workspace.open(root)).view(Viewer()).select(table)]


def mapped(root: Path, table: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((root / "records" / "mapping.yaml").read_text(encoding="utf-8"))["tables"]
    return dict(found[table])


@pytest.fixture(scope="module")
def german(tmp_path_factory: pytest.TempPathFactory) -> Path:
    files = {"vorhaben.csv": GERMAN, "stoerungen.csv": GERMAN_INCIDENTS}
    return set_up(tmp_path_factory.mktemp("german") / "pumpen", files)


@pytest.fixture(scope="module")
def utility(tmp_path_factory: pytest.TempPathFactory) -> Path:
    files = {"projects.csv": UTILITY, "models.csv": UTILITY_MODELS, "incidents.csv": UTILITY_INCIDENTS}
    return set_up(tmp_path_factory.mktemp("utility") / "water", files)


def test_columns_are_known_by_their_german_names(german: Path) -> None:
    first = rows(german, "projects")[0]
    told = [first[name] for name in ("id", "name", "description", "unit", "stage", "owner", "sponsor", "started")]
    assert told == [
        "V-01", "Gussfehler-Erkennung", "Erkennt Lunker im Guss", "Pegnitz", "Im Betrieb", "Jutta Brandl",
        "Dr. Henning Voss", "2022-02-03",
    ]  # fmt: skip


def test_amounts_in_thousands_of_euros_are_multiplied(german: Path) -> None:
    assert Workspace.open(german).config.currency == "EUR"
    projects = rows(german, "projects")
    assert [row["budget"] for row in projects] == [412_500, 285_000, 1_160_000, 90_000, 220_000, 60_000, None]
    assert projects[0]["spend"] == pytest.approx(398_200)


def test_stages_in_german_stand_in_the_order_of_life(german: Path) -> None:
    stages = Workspace.open(german).config.stages
    assert [(stage.name, stage.means) for stage in stages.root] == [
        ("Konzept", "before"), ("Pilotbetrieb", "pilot"), ("Einführung", "before"), ("Im Betrieb", "production"),
        ("Eingestellt", "stopped"), ("Abgeschaltet", "retired"),
    ]  # fmt: skip


def test_values_in_german_become_those_that_are_listed(german: Path) -> None:
    projects, incidents = rows(german, "projects"), rows(german, "incidents")
    assert [row["risk_class"] for row in projects[:4]] == ["minimal", "minimal", "limited", "high"]
    assert [row["status"] for row in incidents] == ["closed", "closed", "open", "contained"]
    assert [(row["vendor"]) for row in projects[:2]] == [None, "Prognosia GmbH"]


def test_words_of_severity_become_numbers_and_stay_beside_them(german: Path) -> None:
    incidents = rows(german, "incidents")
    assert [(row["severity"], row["Schwere"]) for row in incidents] == [
        (4, "gering"), (2, "hoch"), (1, "kritisch"), (2, "hoch"),
    ]  # fmt: skip


def test_an_incident_is_found_before_it_is_closed(german: Path, utility: Path) -> None:
    for root, days in (
        (german, ("2025-02-03", "2025-02-10")),
        (utility, ("2025-04-12", "2025-05-02")),
    ):
        incident = rows(root, "incidents")[0]
        assert (incident["date"], incident["closed_on"]) == days


def test_two_dates_whose_names_do_not_tell_are_told_by_their_days(tmp_path: Path) -> None:
    text = "id,title,Day two,Day one\nX-1,Fell over,2025-03-09,2025-03-01\nX-2,Got stuck,2025-04-30,2025-04-02\n"
    root = set_up(tmp_path / "shop", {"incidents.csv": text})
    assert [(row["date"], row["closed_on"]) for row in rows(root, "incidents")] == [
        ("2025-03-01", "2025-03-09"), ("2025-04-02", "2025-04-30"),
    ]  # fmt: skip


def test_a_currency_is_told_by_the_sign_in_a_few_cells(utility: Path) -> None:
    assert Workspace.open(utility).config.currency == "NZD"
    assert [row["budget"] for row in rows(utility, "projects")][:4] == [420_000, 780_000, 160_000, 98_000]


def test_stages_stand_in_their_order_and_a_pause_is_no_stop(utility: Path) -> None:
    stages = Workspace.open(utility).config.stages
    assert [(stage.name, stage.means) for stage in stages.root] == [
        ("Scoping", "before"), ("Field trial", "pilot"), ("Ready for release", "before"), ("Live", "production"),
        ("Paused", "stopped"), ("Stopped", "stopped"), ("Switched off", "retired"),
    ]  # fmt: skip


def test_who_built_it_is_no_owner_and_a_remark_no_field_of_use(utility: Path) -> None:
    assert [(row["owner"], row["vendor"]) for row in rows(utility, "projects")][:3] == [
        ("Tamsin Ruru", None), ("Tamsin Ruru", "Verdigris Analytics"), ("Hemi Douglas", None),
    ]  # fmt: skip
    assert {"domain", "jurisdiction"}.isdisjoint(rows(utility, "projects")[0])


def test_codes_such_as_m_01_are_no_numbers_and_refer_to_their_table(utility: Path) -> None:
    assert [(row["id"], row["project_id"]) for row in rows(utility, "models")] == [
        ("M-01", "K-1"), ("M-02", "K-2"), ("M-03", "K-3"),
    ]  # fmt: skip
    assert [(row["project_id"], row["model_id"]) for row in rows(utility, "incidents")] == [
        ("K-2", "M-02"), ("K-2", "M-02"), ("K-1", "M-01"),
    ]  # fmt: skip


def test_states_of_models_are_ours_and_days_are_not_mixed_up(utility: Path) -> None:
    assert [row["status"] for row in rows(utility, "models")] == ["live", "live", "development"]
    assert rows(utility, "models")[0]["trained_on"] == "2025-02-10"
    assert "deployed_on" not in rows(utility, "models")[0]


def test_stages_that_nothing_names_are_ordered_by_their_dates(tmp_path: Path) -> None:
    lines = ["id,name,stage,started,stage_since"]
    for stage, since in (
        ("In use", "2025-01-05"),
        ("Quil", "2024-06-05"),
        ("Zorb", "2023-01-05"),
        ("Pilot", "2024-05-01"),
    ):
        lines += [f"{stage[0]}{n},Helper {stage} {n},{stage},2023-01-05,{since}" for n in range(1, 6)]
    root = set_up(tmp_path / "lab", {"projects.csv": "\n".join(lines) + "\n"})
    assert Workspace.open(root).config.stages.names == ("Zorb", "Pilot", "Quil", "In use")


def write_sheets(path: Path, sheets: Mapping[str, Sequence[Sequence[object]]], hidden_row: int) -> None:
    with xlsxwriter.Workbook(path, {"default_date_format": "dd/mm/yyyy"}) as book:
        for name, lines in sheets.items():
            sheet = book.add_worksheet(name)
            for row, cells in enumerate(lines):
                for column, cell in enumerate(cells):
                    sheet.write(row, column, cell)
            if name == "Tracker":
                sheet.set_row(hidden_row - 1, None, None, {"hidden": True})


def test_a_workbook_is_read_with_what_its_key_says_of_the_stages(tmp_path: Path) -> None:
    key = [
        ["Term", "Meaning"], ["Limited ops", "On trial at two stations"], ["Line ops", "In use everywhere"],
        ["Amber", "Business case being considered"],
    ]  # fmt: skip
    head = ["Use case #", "Use case", "Purpose", "Status", "Product lead", "Supplier / maker", "Approved (HK$ 000)"]
    tracker = [
        ["AltoFreight: use case tracker"], [], head,
        ["UC-1", "Load planning", "Places pallets", "Line ops", "Winnie Lau", "Palletic Ltd", 4200],
        ["UC-2", "Goods check", "Reads declarations", "Limited ops", "Stefan Brandt", "in-house", 3100],
        ["UC-3", "Old row", "To be deleted", "Line ops", "Stefan Brandt", "in-house", 99999],
        ["UC-4", "Fatigue alert", "Warns of fatigue", "Amber", "Priya Nair", "Tarifa SAS", 900],
    ]  # fmt: skip
    root = tmp_path / "airfreight"
    root.mkdir()
    write_sheets(root / "Tracker 2026.xlsx", {"Key": key, "Tracker": tracker}, hidden_row=6)
    set_up(root, {})
    config = Workspace.open(root).config
    assert config.currency == "HKD"
    assert [(stage.name, stage.means) for stage in config.stages.root] == [
        ("Amber", "before"), ("Limited ops", "pilot"), ("Line ops", "production"),
    ]  # fmt: skip
    projects = rows(root, "projects")
    assert [(row["id"], row["description"], row["budget"]) for row in projects] == [
        ("UC-1", "Places pallets", 4_200_000), ("UC-2", "Reads declarations", 3_100_000),
        ("UC-4", "Warns of fatigue", 900_000),
    ]  # fmt: skip
    said = (root / "records" / "mapping.yaml").read_text(encoding="utf-8")
    assert "# hidden: read  # left out otherwise: 1 hidden row" in said


def test_documents_alone_tell_their_day_owner_successor_and_currency(tmp_path: Path) -> None:
    files = {
        "policies/teaching-2024.md": "# Teaching, 2024\n\nIn force from 1 September 2024.\n\nNo AI.\n",
        "policies/teaching-2026.md": "# Teaching, 2026\n\nOwner: Vice-Chancellor\n\nEffective date: 1 January 2026\n",
        "policies/data.md": "# Research data\n\n| Effective from | 15 March 2026 |\n|---|---|\n| Version | 2 |\n",
        "richtlinie.md": "# Richtlinie\n\nGültig ab 1. Februar 2026.\n",
        "minutes/2025-11-11 board minutes.md": "# Board\n\nAsked for a budget of £40,000.\n",
        "minutes/2026-02-10 board minutes.md": "# Board\n\nApproved £40,000.\n",
    }
    root = set_up(tmp_path / "university", files)
    said = yaml.safe_load((root / "documents.yaml").read_text(encoding="utf-8"))["documents"]
    entries = {entry.pop("pattern"): entry for entry in said}
    assert entries == {
        "policies/teaching-2024.md": {
            "effective": date(2024, 9, 1), "superseded_by": "policies/teaching-2026.md",
        },
        "policies/teaching-2026.md": {"effective": date(2026, 1, 1), "owner": "Vice-Chancellor"},
        "policies/data.md": {"effective": date(2026, 3, 15)},
        "richtlinie.md": {"effective": date(2026, 2, 1)},
        "minutes/2025-11-11 board minutes.md": {},
        "minutes/2026-02-10 board minutes.md": {},
    }  # fmt: skip
    assert Workspace.open(root).config.currency == "GBP"
