from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from copilot.reading.columns import Columns
from copilot.reading.linking import Linker
from copilot.reading.matcher import FILE, encode
from copilot.reading.matching import conditions, query
from copilot.reading.names import workspace_names
from copilot.reading.profiles import Profile
from copilot.reading.question import Links, Reading, Span
from copilot.reading.rows import restrictions
from copilot.reading.spans import Spans
from copilot.records.store import Records
from copilot.sources import Sources
from copilot.types import Viewer
from copilot.workspace import Workspace

ODD = """ref,title,site,step,lead,capex_keur,next_audit,council_ok
K1,Bed Planner,Aarhus,trial,Ana de Souza,120,2026-09-30,yes
K2,Leak Radar,Odense,in use,Li Wei,900,2026-11-30,no
K3,Crane Eye,Aarhus,in use,Ana de Souza,2400,2027-02-01,yes
K4,Print Room,Odense,dropped,,40,,
"""


@pytest.fixture(scope="module")
def odd(tmp_path_factory):
    """A workspace whose one table has names of its own for everything."""
    root = tmp_path_factory.mktemp("odd")
    (root / "records").mkdir()
    (root / "records" / "initiatives.csv").write_text(ODD)
    workspace = Workspace.open(root)
    return Sources(workspace, Records.load(workspace), None, None, date(2026, 9, 15))


@pytest.fixture(scope="module")
def restriction(odd):
    """What a question asks of the table, its spans given as (role, text)."""
    view = odd.records.view(Viewer())
    linker, columns = Linker(list(workspace_names(odd, Viewer())), odd.today), Columns.of(view)

    def of(text, *spans, **reading):
        found = [Span(role, text.index(part), text.index(part) + len(part), part) for role, part in spans]
        read = Reading({}, spans=tuple(sorted(found, key=lambda s: s.start)), **reading)
        return restrictions(Spans(text, linker.link(text), read, columns, odd.today, 1), ["initiatives"])[0]

    return of


def test_what_ships_is_what_the_card_names():
    card = (FILE.parent / "matcher.md").read_text()
    assert hashlib.sha256(FILE.read_bytes()).hexdigest() in card


def test_vectors_have_length_one_and_depend_on_the_text_alone():
    one, again = encode("filter | « pilots »"), encode("filter | « pilots »")
    assert np.isclose(np.linalg.norm(one), 1, atol=1e-5)
    assert np.array_equal(one, again)


def test_a_query_shows_the_role_and_the_span_in_its_question():
    assert query("how many pilots?", 9, 15, "filter") == "filter | how many « pilots »?"


def test_candidates_are_all_that_can_be_so_of_a_row():
    profiles = [
        Profile("t", "step", "category", ("step",), ("trial", "in use")),
        Profile("t", "ok", "yes_no", ("council ok",)),
        Profile("t", "cost", "number", ("cost",)),
    ]
    found = {(c.column, c.op, c.value) for c in conditions(profiles)}
    assert {("step", "=", "trial"), ("step", "!=", "in use"), ("ok", "=", True), ("ok", "=", False)} <= found
    assert {("cost", "missing", None), ("step", "present", None)} <= found


def said(found):
    return {(c.column, c.op, c.value) for c in found.conditions}


def test_values_of_one_column_are_alternatives_and_of_two_both_hold(restriction):
    found = restriction(
        "those in Aarhus or Odense still in trial", ("filter", "Aarhus"), ("filter", "Odense"), ("filter", "trial")
    )
    assert said(found) == {("site", "in", ("Aarhus", "Odense")), ("step", "=", "trial")}


def test_a_negated_value_is_left_out(restriction):
    assert said(restriction("all but the dropped ones", ("not", "but the dropped ones"))) == {("step", "!=", "dropped")}


def test_a_size_finds_its_column_and_comparator(restriction):
    found = restriction("which cost over 500", ("bound", "over 500"))
    assert said(found) == {("capex_keur", ">", 500.0)}


def test_a_measure_and_a_group_find_their_columns(restriction):
    found = restriction("average capex per site", ("measure", "capex"), ("group", "site"), measure="avg")
    assert (found.measured, found.groups) == ("capex_keur", ("site",))


@pytest.mark.parametrize(
    ("text", "op", "value"),
    [
        ("over half a million", ">", 500.0),
        ("at least 900", ">=", 900.0),
        ("at most 400,000", "<=", 400.0),
        ("under 120", "<", 120.0),
    ],
)
def test_a_bound_says_how_it_compares_and_with_what(restriction, text, op, value):
    assert said(restriction(f"which cost {text}", ("bound", text))) == {("capex_keur", op, value)}


def test_a_deadline_without_a_year_lies_ahead(restriction):
    found = restriction("whose next audit is before the end of November", ("bound", "before the end of November"))
    assert said(found) == {("next_audit", "<", "2026-12-01")}


def test_a_window_from_today_on(restriction):
    found = restriction("audits in the next three months", ("bound", "in the next three months"))
    assert said(found) == {("next_audit", ">=", "2026-09-15"), ("next_audit", "<", "2026-12-16")}


def test_of_which_rows_a_share_is_asked_is_told_apart(restriction):
    found = restriction(
        "what share of those in trial are in Aarhus", ("share", "what share of"), ("among", "in trial"),
        ("filter", "in Aarhus"), measure="share",
    )  # fmt: skip
    assert {(c.column, c.value) for c in found.among} == {("step", "trial")}
    assert said(found) == {("site", "=", "Aarhus")}


def test_a_question_that_names_nothing_asks_for_every_row(restriction):
    assert restriction("and then?").conditions == ()
    assert Links().of("record") == ()


def test_the_file_is_no_pointer():
    assert Path(FILE).stat().st_size > 1_000_000
