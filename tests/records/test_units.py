from __future__ import annotations

from pathlib import Path

import pytest

from copilot.language.units import currencies_of, scale_of, unit_in, unit_of_cells, without_unit
from copilot.records.amounts import parse_number
from copilot.records.store import Records
from copilot.types import Viewer
from copilot.workspace import Workspace


@pytest.mark.parametrize(
    ("name", "unit", "bare"),
    [
        ("budget_kdkk", "kDKK", "budget"),
        ("Capital at stake (mCHF)", "mCHF", "Capital at stake"),
        ("spend_ngn_m", "NGN m", "spend"),
        ("saving_keur_yr", "kEUR", "saving yr"),
        ("Cost EUR", "EUR", "Cost"),
        ("Grant (k€)", "kEUR", "Grant"),
        ("cost_cad", "CAD", "cost"),
        ("cad_score", "", "cad_score"),
        ("score_all", "", "score_all"),
        ("outlay_kpen", "kPEN", "outlay"),
        ("heeded_pct", "percent", "heeded"),
        ("Satisfaction (%)", "percent", "Satisfaction"),
        ("pct", "percent", "pct"),
        ("days_open", "day", "days_open"),
        ("fte", "FTE", "fte"),
        ("wagons", "", "wagons"),
        ("Approved (HK$ 000)", "HKD k", "Approved"),
        ("Cost NZ$", "NZD", "Cost"),
        ("Spend kA$", "kAUD", "Spend"),
        ("Budget T€", "tEUR", "Budget"),
        ("Nutzen Mio €", "EUR mio", "Nutzen"),
        ("Tall orders", "", "Tall orders"),
        ("Rozłożenie", "", "Rozłożenie"),
        ("Koszt zł", "PLN", "Koszt"),
    ],
)
def test_a_name_tells_what_its_numbers_are_in(name: str, unit: str, bare: str) -> None:
    assert (unit_in(name), without_unit(name)) == (unit, bare)


@pytest.mark.parametrize(
    ("unit", "scale"),
    [
        ("kEUR", 1e3),
        ("NGN m", 1e6),
        ("bnUSD", 1e9),
        ("tEUR", 1e3),
        ("EUR mio", 1e6),
        ("EUR", 1),
        ("FTE", 1),
        ("percent", 1),
        ("", 1),
    ],
)
def test_a_unit_tells_its_scale(unit: str, scale: float) -> None:
    assert scale_of(unit) == scale


@pytest.mark.parametrize(
    ("texts", "currency", "unit"),
    [
        (["EUR 1,200", "300 EUR", ""], "", "EUR"),
        (["$5", "$7"], "CAD", "CAD"),
        (["€5", "7"], "", ""),
        (["45%", "50%"], "EUR", "share"),
        (["ABC 5", "ABC 6"], "", ""),
        (["NZ$ 12,000", "NZ$780k"], "", "NZD"),
        (["R$ 1.200", "R$ 30"], "USD", "BRL"),
        (["A$5"], "", "AUD"),
        (["HK$ 4m"], "", "HKD"),
    ],
)
def test_cells_tell_what_they_are_in(texts: list[str], currency: str, unit: str) -> None:
    assert unit_of_cells(texts, currency) == unit


def test_cells_are_counted_by_the_currency_that_they_carry() -> None:
    assert currencies_of(["NZ$ 5", "NZ$7k", "$4", "12", "NOK 3", "ABC 4"]) == {"NZD": 2, "$": 1, "NOK": 1}


@pytest.mark.parametrize(
    ("cell", "number"),
    [("NZ$780k", 780_000), ("R$ 1.200,50", 1200.5), ("T€ 450", 450_000), ("₦ 300", 300), ("5 t", None)],
)
def test_an_amount_with_the_sign_of_its_currency_is_a_number(cell: str, number: float | None) -> None:
    assert parse_number(cell) == number


def test_a_mapping_or_our_schema_comes_before_the_looks(tmp_path: Path) -> None:
    (tmp_path / "workspace.yaml").write_text("currency: SEK\n")
    (tmp_path / "records").mkdir()
    (tmp_path / "records" / "export.csv").write_text("id,budget,Effort,Cost (USD)\nP-1,5,7,9\n")
    (tmp_path / "records" / "mapping.yaml").write_text(
        "tables:\n  projects:\n    source: export.csv\n    rename: {Effort: effort}\n"
        "    columns: {effort: {unit: hour}}\n"
    )
    (tmp_path / "records" / "orders.csv").write_text("no,budget,name\n1,5,a\n2,6,b\n")
    view = Records.load(Workspace.open(tmp_path)).view(Viewer())
    projects, orders = view.tables["projects"], view.tables["orders"]
    assert [projects.unit(name) for name in ("budget", "effort", "Cost (USD)")] == ["SEK", "hour", "USD"]
    assert (orders.unit("budget"), orders.unit("name")) == ("SEK", "")
