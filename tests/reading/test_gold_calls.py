"""What the writers of lines mean by a call, as conditions of the product."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[2] / "training"))

from check_utterances import parse
from evaluate_calls import as_call, filters, space

from copilot.records.conditions import Filter

TABLE = "kaupapa_register"


@pytest.mark.parametrize(
    ("condition", "meant"),
    [
        ("drawn_knzd > vote_knzd", Filter(column="drawn_knzd", op=">", than="vote_knzd")),
        ("landed_knzd < 0.5 * promised_knzd", Filter(column="landed_knzd", op="<", value=0.5, than="promised_knzd")),
        ("drawn_knzd >= vote_knzd + 30", Filter(column="drawn_knzd less vote_knzd", op=">=", value=30.0)),
        ("drawn_knzd <= vote_knzd - 50", Filter(column="vote_knzd less drawn_knzd", op=">=", value=50.0)),
        ("drawn_knzd > 200", Filter(column="drawn_knzd", op=">", value="200")),
    ],
)
def test_a_column_may_be_set_against_another(condition: str, meant: Filter) -> None:
    assert filters([condition], space("h108-a"), TABLE) == [meant]


def test_a_share_of_one_column_in_another_is_a_measure() -> None:
    tool, gold = parse(f'find_projects(table="{TABLE}", measure="share(drawn_knzd, vote_knzd)", by=["place"])')
    call = as_call(tool, gold, space("h108-a"))
    assert call.arguments["measures"] == [{"aggregate": "share", "column": "drawn_knzd", "of": "vote_knzd"}]
    assert call.arguments["group_by"] == ["place"]
