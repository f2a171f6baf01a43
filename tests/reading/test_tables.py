"""Which table a question means that calls its rows by none of their names."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from copilot import Copilot, Settings, open_copilot

HELPERS = """code,helper,dairy,step,minder,budget
H-1,Milk Forecast,Arden,live,Ana Costa,120
H-2,Cheese Eye,Borle,trial,Jan Vos,80
H-3,Route Planner,Arden,trial,Ana Costa,60
"""
FAULTS = """code,fault,helper,noticed_on,loss,repaired
F-1,Wrong cheese thrown away,Cheese Eye,2026-02-03,14,yes
F-2,Empty lorry sent,Route Planner,2026-03-11,6,no
F-3,Forecast froze,Milk Forecast,2026-04-20,31,no
"""
VENDORS = """code,vendor,country,yearly_fee,contract_ends
V-1,Bluebird Systems,Ireland,44,2027-01-31
V-2,Kestrel Analytics,Poland,19,2026-12-31
"""


@pytest.fixture(scope="module")
def copilot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copilot]:
    root: Path = tmp_path_factory.mktemp("dairies")
    (root / "records").mkdir()
    (root / "workspace.yaml").write_text("as_of: 2026-05-20\n")
    for name, text in (("helpers", HELPERS), ("faults", FAULTS), ("vendors", VENDORS)):
        (root / "records" / f"{name}.csv").write_text(text)
    with closing(open_copilot(Settings(workspace=root, state_dir=tmp_path_factory.mktemp("state")))) as opened:
        yield opened


@pytest.mark.parametrize(
    ("question", "table"),
    [
        ("What have our mishaps cost us?", "faults"),
        ("How many slip-ups are still not sorted out?", "faults"),
        ("Which firm do we pay the most each year?", "vendors"),
        ("How many of our tools are being tried out?", "helpers"),
    ],
)
def test_a_table_is_meant_by_what_its_rows_are(copilot: Copilot, question: str, table: str) -> None:
    calls = [call for call in copilot.ask(question).tool_calls if call.name == "find_projects"]
    assert [call.arguments["table"] for call in calls] == [table]
