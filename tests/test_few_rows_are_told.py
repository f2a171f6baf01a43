"""What is computed over a few rows names them, each with its own part."""

from __future__ import annotations

import pytest
from small_workspaces import copilot_on

from copilot import Copilot

FEES = {"Alder Vision": ("Kenya", 400), "Birch Speech": ("Chile", 250), "Cedar Maps": ("Chile", 90)}
ROWS = "".join(f"{name},{country},{fee}\n" for name, (country, fee) in FEES.items())
MANY = "".join(f"Firm {n},Peru,{n}\n" for n in range(1, 9))
copilot = copilot_on(
    {
        "workspace.yaml": "organisation: Tana Mills\ncurrency: EUR\nas_of: 2026-04-30\n",
        "records/projects.csv": "id,name,unit,stage\nP1,Bale Grader,Mill,pilot\nP2,Dye Mixer,Mill,production\n",
        "records/suppliers.csv": f"name,country,yearly_fee\n{ROWS}{MANY}",
    }
)


def test_the_few_suppliers_of_a_sum_are_told_with_their_fees(copilot: Copilot) -> None:
    text = copilot.ask("What is the total yearly fee of suppliers in Chile, and who are they?").text
    assert all(said in text for said in ("340", "Birch Speech", "250", "Cedar Maps", "90"))
    assert "Alder Vision" not in text


@pytest.mark.parametrize("country", ["Peru", "Kenya"])
def test_one_row_and_many_are_not_told_beside_their_sum(copilot: Copilot, country: str) -> None:
    assert "of each" not in copilot.ask(f"What is the total yearly fee of suppliers in {country}?").text
