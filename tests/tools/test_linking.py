from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from record_sources import BOARD, EVERYONE, write_sources

from copilot.errors import ToolError
from copilot.tools.linking import fold, link, resolve_record, resolve_value

UNITS = dict.fromkeys(("Retail Stores", "Retail Banking", "Insurance", "Logistics"), ())


@pytest.fixture(scope="module")
def sources(hospital):
    return hospital


@pytest.mark.parametrize("asked", ["Insurance", "insurance", " INSURANCE ", "insurence"])
def test_a_name_is_found_without_case_and_with_a_typing_error(asked):
    assert link(asked, UNITS).value == "Insurance"


def test_an_exact_name_wins_over_longer_ones_that_contain_it():
    assert link("Retail", {"Retail": (), "Retail Stores": ()}).value == "Retail"


def test_a_word_shared_by_two_names_is_ambiguous_and_gives_both():
    found = link("retail", UNITS)
    assert found.value is None
    assert found.is_ambiguous
    assert set(found.nearest) == {"Retail Stores", "Retail Banking"}


def test_a_nearly_identical_name_is_meant_although_a_shorter_one_is_contained():
    names = {"Demand forecasting": (), "Demand forecasting for stores": ()}
    assert link("demand forecasting store", names).value == "Demand forecasting for stores"


def test_underscores_plurals_and_accents_do_not_matter():
    assert fold("Proof_of-Concept") == fold("proof of concepts")
    assert link("pilots", {"pilot": (), "production": ()}).value == "pilot"
    assert fold("Café") == "cafe"


@pytest.mark.parametrize("asked", ["P-017", "p17", "P 017"])
def test_an_id_is_found_however_it_is_written(asked):
    assert link(asked, {"P-017": ("Claims triage",), "P-117": ("Fraud alerts",)}).value == "P-017"


@pytest.mark.parametrize("asked", ["P-019", "p19", "P 71", "P-0171"])
def test_a_code_that_is_nearly_another_is_neither_it_nor_perhaps_it(asked):
    found = link(asked, {"P-017": ("Claims triage",), "P-117": ("Fraud alerts",)})
    assert (found.value, found.is_ambiguous) == (None, False)
    assert found.nearest


def test_nothing_near_gives_the_three_nearest():
    found = link("quantum", UNITS)
    assert found.value is None
    assert not found.is_ambiguous
    assert len(found.nearest) == 3


@given(st.text(max_size=40), st.lists(st.text(min_size=1, max_size=20), unique=True, max_size=6))
def test_any_text_links_to_an_option_or_to_nothing(asked, names):
    found = link(asked, dict.fromkeys(names, ()))
    assert found.value is None or found.value in names
    assert set(found.nearest) <= set(names)


def test_a_record_is_found_by_name_or_id_among_projects_and_models(sources):
    view = sources.records.view(EVERYONE)
    assert resolve_record(view, "bed planer").key == "H-02"
    assert resolve_record(view, "h2").key == "H-02"
    assert resolve_record(view, "Sepsis model", ("projects", "models")).table == "models"


def test_an_unknown_project_names_the_nearest(sources):
    with pytest.raises(ToolError, match="There is no project 'Bread Slicer'") as caught:
        resolve_record(sources.records.view(EVERYONE), "Bread Slicer")
    assert len(caught.value.nearest) == 3


def test_a_project_behind_a_label_does_not_exist_for_others(sources):
    assert resolve_record(sources.records.view(BOARD), "Clinic Merger Model").key == "H-09"
    with pytest.raises(ToolError) as caught:
        resolve_record(sources.records.view(EVERYONE), "Clinic Merger Model")
    assert "Merger" not in str(caught.value.nearest)


@pytest.mark.parametrize("asked", ["H-09", "h9", "Clinic Merger Model", "clinic merger"])
def test_a_withheld_project_is_answered_word_for_word_as_one_that_never_was(tmp_path, asked):
    rows = [
        {"id": f"H-0{n}", "name": name, "label": None}
        for n, name in ((1, "Sepsis Early Warning"), (2, "Bed Planner"), (3, "Clinic Roster"))
    ]
    merger = {"id": "H-09", "name": "Clinic Merger Model", "label": "board"}
    messages = []
    for projects in ([*rows, merger], rows):
        view = write_sources(tmp_path, projects).records.view(EVERYONE)
        with pytest.raises(ToolError) as caught:
            resolve_record(view, asked, ("models", "projects"))
        messages.append(str(caught.value))
    assert messages[0] == messages[1]
    assert messages[0].startswith(f"There is no model or project {asked!r}")


def test_a_value_that_no_row_has_today_may_still_be_asked_for(sources):
    view = sources.records.view(EVERYONE)
    assert resolve_value(view, "projects", "risk_class", "prohibited") == "prohibited"
    assert resolve_value(view, "projects", "stage", "retired") == "retired"
    with pytest.raises(ToolError, match="No project has the unit 'Nowhere at all'"):
        resolve_value(view, "projects", "unit", "Nowhere at all")
