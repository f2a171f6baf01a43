"""Groups by how many rows they have, and the grain of days."""

from __future__ import annotations

import csv
import io
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest
from small_workspaces import call, copilot_on

from copilot import Answer, Copilot, Settings, open_copilot

WELLS = """code,well,region,keeper,state,opened_on
W-1,Alder spring,North,Ines Roca,running,2023-02-11
W-2,Birch spring,North,Ines Roca,trial,2023-09-30
W-3,Cedar bore,South,Omar Haddad,running,2024-03-14
W-4,Dogwood bore,South,Ines Roca,running,2024-05-02
W-5,Elm shaft,East,Yuki Mori,trial,2025-01-20
W-6,Fir shaft,East,Omar Haddad,trial,2025-06-18
W-7,Gorse pit,East,Ines Roca,closed,2025-11-05
"""
ROWS = list(csv.DictReader(io.StringIO(WELLS)))


copilot = copilot_on({"workspace.yaml": "as_of: 2026-01-15\n", "records/wells.csv": WELLS})


def groups(answer: Answer) -> dict[str, int]:
    return {str(row[0]): int(str(row[1])) for row in answer.tables[0].rows} if answer.tables else {}


def test_groups_with_more_rows_than_so_many(copilot: Copilot) -> None:
    kept = {name: n for name, n in Counter(r["keeper"] for r in ROWS).items() if n > 1}
    assert groups(copilot.ask("Which keepers have more than one well?")) == kept


def test_groups_without_a_row_that_meets_a_condition(copilot: Copilot) -> None:
    answer = copilot.ask("Which regions have nothing running?")
    assert set(groups(answer)) == {r["region"] for r in ROWS} - {r["region"] for r in ROWS if r["state"] == "running"}


def test_a_size_of_rows_is_no_size_of_groups(copilot: Copilot) -> None:
    assert "having" not in call(copilot, "How many wells are running?")


def test_rows_are_counted_by_the_year_that_is_said(copilot: Copilot) -> None:
    answer = copilot.ask("How many wells were opened each year?")
    assert groups(answer) == dict(Counter(r["opened_on"][:4] for r in ROWS))


@pytest.mark.parametrize(("op", "value"), [(">", 2), (">=", 3), ("<", 2), ("<=", 2), ("=", 0), ("=", 2)])
def test_groups_compare_as_python_compares_them(copilot: Copilot, op: str, value: int) -> None:
    counts = Counter(r["region"] for r in ROWS if r["state"] == "trial")
    every = {r["region"]: counts[r["region"]] for r in ROWS}
    compares = {">": int.__gt__, ">=": int.__ge__, "<": int.__lt__, "<=": int.__le__, "=": int.__eq__}[op]
    result = copilot.call(
        "find_projects", table="wells", filters=[{"column": "state", "value": "trial"}], group_by=["region"],
        having={"op": op, "value": value},
    )  # fmt: skip
    [finding] = [f for f in result.findings if f.kind == "kept_groups"]
    names = finding.values["names"]
    assert isinstance(names, tuple)
    assert set(names) == {region for region, n in every.items() if compares(n, value)}


def test_a_rate_is_not_told_by_year(tmp_path: Path) -> None:
    (tmp_path / "records").mkdir()
    (tmp_path / "records" / "suppliers.csv").write_text(
        "name,yearly_fee,contract_until\nKvist,120,2026-09-30\nLund,410,2027-01-31\nMyr,95,2027-06-30\n"
    )
    with closing(open_copilot(Settings(workspace=tmp_path, state_dir=tmp_path / "state"))) as own:
        arguments = call(own, "priciest supplier per year, how much")
    assert "group_by" not in arguments
    assert arguments["order_by"] == "-yearly_fee"


def test_the_first_row_of_each_group(copilot: Copilot) -> None:
    answer = copilot.ask("What is the newest well in each region?")
    newest = {r["region"]: r["code"] for r in sorted(ROWS, key=lambda r: r["opened_on"])}
    assert {str(row[2]): str(row[0]) for row in answer.tables[0].rows} == newest


def test_what_lacks_several_things_lacks_each(tmp_path: Path) -> None:
    (tmp_path / "records").mkdir()
    (tmp_path / "records" / "boats.csv").write_text(
        "code,boat,skipper,engineer\nB-1,Tern,Ada Holm,\nB-2,Auk,,\nB-3,Skua,,Jon Vik\nB-4,Gull,Liv Moe,Jon Vik\n"
    )
    with closing(open_copilot(Settings(workspace=tmp_path, state_dir=tmp_path / "state"))) as own:
        answer = own.ask("Which boats have neither a skipper nor an engineer?")
    assert {str(row[0]) for table in answer.tables for row in table.rows} == {"B-2"}


def test_many_groups_are_counted_in_words_with_how_many_are_not_named(tmp_path: Path) -> None:
    rows = [f"W-{n},Well {n},Region {n % 9},running" for n in range(18)]
    (tmp_path / "records").mkdir()
    (tmp_path / "workspace.yaml").write_text("as_of: 2026-01-15\n")
    (tmp_path / "records" / "wells.csv").write_text("\n".join(["code,well,region,state", *rows]) + "\n")
    with closing(open_copilot(Settings(workspace=tmp_path, state_dir=tmp_path / "state"))) as copilot:
        answer = copilot.ask("Which regions have more than one well?")
    assert "9 of the 9 regions" in answer.text or "All 9 regions" in answer.text
    assert "and 3 more" in answer.text
