"""Differences between two states of the same rows."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from copilot.analysis.changes import compare_rows, compare_values, entered

CELLS = st.one_of(st.none(), st.integers(0, 3), st.sampled_from(["a", "b"]))
ROWS = st.lists(st.fixed_dictionaries({"id": st.integers(0, 4), "x": CELLS, "y": CELLS}), max_size=8)


@given(ROWS)
def test_rows_that_are_the_same_have_no_changes(rows: list[dict[str, object]]) -> None:
    assert compare_rows(rows, list(rows), ["id"], ["x", "y"]) == []


@given(ROWS, ROWS)
def test_the_changes_lead_from_one_state_to_the_other(before: list[dict], after: list[dict]) -> None:
    state = {(row["id"], sum(r["id"] == row["id"] for r in before[:at])): dict(row) for at, row in enumerate(before)}
    expected = sorted(repr(sorted(row.items())) for row in after)
    for change in compare_rows(before, after, ["id"], ["x", "y"]):
        at = next((key for key, row in state.items() if row is change.before or row == change.before), None)
        if change.kind == "added":
            state["new", len(state)] = dict(change.after or {})
        elif change.kind == "removed":
            del state[at]
        else:
            assert all((change.before or {})[c.column] == c.before != c.after for c in change.cells)
            state[at] |= {c.column: c.after for c in change.cells}
    assert sorted(repr(sorted(row.items())) for row in state.values()) == expected


def test_a_row_without_a_key_is_known_again_by_what_tells_it_apart() -> None:
    before = [{"unit": "A", "month": "2026-01", "value": 1}, {"unit": "A", "month": "2026-02", "value": 2}]
    after = [{"unit": "A", "month": "2026-01", "value": 1}, {"unit": "A", "month": "2026-02", "value": 5}]
    (change,) = compare_rows(before, after, ["unit", "month"], ["unit", "month", "value"])
    assert [(c.column, c.before, c.after) for c in change.cells] == [("value", 2, 5)]


def test_values_that_are_new_or_gone_differ_as_well() -> None:
    moved = compare_values({"a": 1, "b": 2, "c": 3}, {"a": 1, "b": 4, "d": 5})
    assert [(m.key, m.before, m.after) for m in moved] == [("b", 2, 4), ("d", None, 5), ("c", 3, None)]
    assert entered(["a", "b"], ["b", "c"]) == ["c"]
