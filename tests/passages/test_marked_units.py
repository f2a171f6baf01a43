"""How the sentences that answer a question of the training data are found again among the units of a passage."""

from __future__ import annotations

import sys
from pathlib import Path

from copilot.passages.units import units
from copilot.types import Evidence

sys.path.append(str(Path(__file__).parents[2] / "bench"))

from marked import as_it_stands, folded  # noqa: E402


def test_a_row_is_found_by_its_cells_without_the_names_of_its_columns() -> None:
    text = "Kept for:\n\n| Kind | Term |\n|---|---|\n| letters | 24 months |\n| calls | 30 days |\n\nNo more."
    passage = Evidence(id="p-1", kind="passage", source="a.md", locator="lines 1-9", title="Rules", text=text)
    marked = folded("| letters | 24 months |")
    found = [unit.text for unit in units(passage) if folded(as_it_stands(unit, [passage])) == marked]
    assert found == ["Kind: letters; Term: 24 months"]
    assert folded("No more.") in {folded(as_it_stands(unit, [passage])) for unit in units(passage)}
