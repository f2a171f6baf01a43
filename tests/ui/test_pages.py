"""The pages to look at, without a browser: the real app on the small workspace."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
import streamlit as st
from indexes import CORPUS, Indexes
from streamlit.testing.v1 import AppTest

from copilot import Copilot, Settings, open_copilot
from copilot.jobs import kinds
from copilot.state.jobs import FILE as JOBS
from copilot.state.jobs import Jobs
from copilot.state.places import place
from ui.screens import admin, governance, help, library, memos, metrics, models, portfolio, sharing

PAGES = (portfolio.page, metrics.page, models.page, governance.page, memos.page, library.page, help.page)


@pytest.fixture
def copilot(indexes: Indexes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Copilot:
    settings = indexes.copy_to(Settings(workspace=CORPUS, state_dir=tmp_path / "state"))
    monkeypatch.setenv("BEARING_WORKSPACE", str(CORPUS))
    monkeypatch.setenv("BEARING_STATE_DIR", str(tmp_path / "state"))
    st.cache_resource.clear()
    return open_copilot(settings)


def _drawn(draw, copilot, viewer):  # Its source is run by itself, so it can name no types.
    draw(copilot, viewer)


def opened(draw: Callable[[Copilot, str], None], copilot: Copilot, viewer: str = "everyone", **address: str) -> AppTest:
    app = AppTest.from_function(_drawn, args=(draw, copilot, viewer), default_timeout=120)
    for name, value in address.items():
        app.query_params[name] = value
    return app.run()


def shown(app: AppTest) -> str:
    tables = [frame.value.to_csv() for frame in app.dataframe]
    return "\n".join([*(element.value for element in app.markdown), *tables])


@pytest.mark.parametrize("draw", PAGES, ids=lambda draw: draw.__module__.rsplit(".", 1)[-1])
def test_each_page_opens_with_its_title(draw: Callable[[Copilot, str], None], copilot: Copilot) -> None:
    app = opened(draw, copilot)
    assert not app.exception
    assert not app.error
    assert app.title[0].value


def test_no_page_shows_a_project_that_the_viewer_may_not_see(copilot: Copilot) -> None:
    for draw in PAGES:
        assert "Clinic Merger" not in shown(opened(draw, copilot))
    assert "Clinic Merger" in shown(opened(portfolio.page, copilot, "chief_physician"))
    assert opened(portfolio.page, copilot, project="H-09").title[0].value == "This project is not available"


def test_a_shared_conversation_is_shown_without_what_the_viewer_may_not_see(copilot: Copilot) -> None:
    id = copilot.conversations.start("chief_physician")
    public = copilot.ask("What is the data retention period?", id, "chief_physician")
    ranking = copilot.ask("Which five projects should come first?", id, "chief_physician")
    link = copilot.share(id, "chief_physician").link
    app = opened(sharing.page, copilot, "everyone", link=link)
    assert not app.exception
    assert app.title[0].value == public.question
    assert ranking.question in shown(app)
    assert len(app.info) == 1
    assert not app.dataframe
    assert not app.chat_input
    assert not opened(sharing.page, copilot, "chief_physician", link=link).info
    copilot.conversations.unshare(id, "chief_physician")
    gone = opened(sharing.page, copilot, "everyone", link=link)
    assert gone.title[0].value == "This conversation is not available"


def test_help_gives_examples_that_are_answered_here(copilot: Copilot) -> None:
    app = opened(help.page, copilot)
    offered = [button.label for button in app.button]
    assert len(offered) >= 4
    assert offered == [question for asked in copilot.about().examples.values() for question in asked]
    assert copilot.ask(offered[0]).status == "answered"


def test_an_address_keeps_a_view(copilot: Copilot) -> None:
    app = opened(portfolio.page, copilot, words="Bed Planner")
    assert list(app.dataframe[0].value["Project"]) == ["Bed Planner"]


def test_a_view_is_saved_by_name_opened_and_removed_by_its_viewer_alone(copilot: Copilot) -> None:
    app = opened(portfolio.page, copilot, words="Bed Planner")
    next(field for field in app.text_input if field.label == "Name for these filters").set_value("Beds")
    next(button for button in app.button if button.label == "Save this view").click().run()
    assert not app.exception
    (view,) = copilot.conversations.views.list("everyone", "portfolio")
    assert (view.name, view.filters["words"]) == ("Beds", ("Bed Planner",))
    other = opened(portfolio.page, copilot)
    assert len(other.dataframe[0].value) > 1
    other.button(key="open-view-Beds").click().run()
    assert list(other.dataframe[0].value["Project"]) == ["Bed Planner"]
    assert other.text_input(key="words").value == "Bed Planner"
    elsewhere = opened(portfolio.page, copilot, "chief_physician")
    assert "Beds" not in [button.label for button in elsewhere.button]
    other.button(key="remove-view-Beds").click().run()
    assert not other.exception
    assert copilot.conversations.views.list("everyone", "portfolio") == ()


def test_a_memo_is_signed_off_on_its_page_and_says_so(copilot: Copilot) -> None:
    assert copilot.memos is not None
    memo = copilot.call("draft_memo", top=2).memo
    copilot.memos.keep(memo)
    copilot.memos.advance(memo.id, copilot.viewer(), "signed off", "Ana Costa")
    app = opened(memos.page, copilot, memo=memo.id)
    assert not app.exception
    assert app.title[0].value == memo.title
    first = f"/portfolio?project={memo.calls[0].project}"
    cells = [str(cell) for grid in (*app.table, *app.dataframe) for cell in grid.value.to_numpy().flat]
    assert any(cell == first or cell.endswith(f"]({first})") for cell in cells)
    assert "Signed off by Ana Costa" in shown(app)
    assert "Motion." in shown(app)
    assert opened(memos.page, copilot, "chief_physician", memo=memo.id).title[0].value == "This memo is not available"


def test_a_memo_is_edited_beside_its_evidence_and_says_which_figure_has_no_source(copilot: Copilot) -> None:
    assert copilot.memos is not None
    memo = copilot.call("draft_memo", top=2).memo
    copilot.memos.keep(memo)
    app = opened(memos.page, copilot, memo=memo.id)
    next(button for button in app.button if button.label == "Edit").click().run()
    assert {area.label for area in app.text_area} == {section.heading for section in memo.sections}
    evidence = [expander.label for expander in app.expander]
    assert all(any(label.startswith(f"\\[{s.marker}\\]") for label in evidence) for s in memo.sources)
    motion = app.text_area(key=f"text-{memo.id}-decision")
    motion.set_value(f"{motion.value}\nRivals have spent 9.9 million NOK.")
    next(field for field in app.text_input if field.label == "Your name").set_value("Ana Costa")
    next(button for button in app.button if button.label == "Save as a new version").click().run()
    assert not app.exception
    assert not app.text_area
    assert "9.9 million NOK :orange-badge[no source]" in shown(app)
    assert "9.9 million NOK, in" in app.warning[0].value
    version = copilot.memos.list(copilot.viewer())[0]
    assert (version.edit.name, version.unsourced) == ("Ana Costa", 1)
    assert "Ana Costa" in shown(opened(memos.page, copilot))
    next(button for button in app.button if button.label == "Review or sign off").click().run()
    assert [box.label for box in app.checkbox] == ["I confirm 9.9 million NOK"]


def test_the_terms_of_a_memo_are_changed_beside_it_and_drafted_on_a_press(copilot: Copilot) -> None:
    assert copilot.memos is not None
    memo = copilot.call("draft_memo", top=2).memo
    copilot.memos.keep(memo)
    app = opened(memos.page, copilot, memo=memo.id)
    next(button for button in app.button if button.label == "Change the terms").click().run()
    assert not app.exception
    assert not any("Preview" in text for text in shown(app).splitlines())
    first = next(call for call in memo.calls if call.verdict == "fund")
    left_out = next(field for field in app.multiselect if field.label == "Left out")
    left_out.select(f"{first.name} ({first.project})").run()
    assert not app.exception
    assert not app.error
    preview = next(text for text in shown(app).splitlines() if "Preview" in text)
    assert "1 in and 1 out" in preview
    assert f"Out: {first.name}." in preview
    assert len(copilot.memos.list(copilot.viewer())) == 1
    next(button for button in app.button if button.label == "Draft this version").click().run()
    version = copilot.memos.list(copilot.viewer())[0]
    assert version.redrafted_from == memo.id
    assert version.arguments["exclude"] == [first.project]
    app = opened(memos.page, copilot, memo=version.id)
    assert any("on other terms: funds 2" in button.label for button in app.button)


def test_a_memo_that_is_drafted_in_the_background_is_shown_as_waiting_and_can_be_cancelled(copilot: Copilot) -> None:
    with closing(Jobs(place(Settings.from_env(), JOBS))) as jobs:
        kinds.start(jobs, copilot.conversations, kinds.requested("memo", {"top": 2}), copilot.viewer())
    app = opened(memos.page, copilot)
    assert not app.exception
    assert "Memo, asked for at" in shown(app)
    assert "waits for a worker" in shown(app)
    assert "asked for" not in shown(opened(memos.page, copilot, "chief_physician"))
    next(button for button in app.button if button.label == "Cancel").click().run()
    assert "asked for" not in shown(opened(memos.page, copilot))


def test_a_memo_on_how_projects_stand_is_shown_and_listed(copilot: Copilot) -> None:
    assert copilot.memos is not None
    memo = copilot.call("draft_memo", purpose="status").memo
    copilot.memos.keep(memo)
    assert "2 blocked or off track" in shown(opened(memos.page, copilot))
    app = opened(memos.page, copilot, memo=memo.id)
    assert not app.exception
    assert "State." in shown(app)
    next(button for button in app.button if button.label == "Still holds?").click().run()
    assert app.success[0].value.startswith("The state still holds")


def test_the_search_gives_the_place_by_each_view(copilot: Copilot) -> None:
    app = opened(library.page, copilot, library_section="Search", query="why do pilots stall")
    places = [element.value for element in app.markdown if "Fused" in element.value]
    assert places
    assert "Fused 1" in places[0]


def test_the_administrators_page_shows_use_what_stays_unanswered_and_health(copilot: Copilot) -> None:
    copilot.ask("How many projects are in pilot?")
    copilot.ask("Who won the football world cup?")
    app = opened(admin.page, copilot)
    assert not app.exception
    tiles = {metric.label: metric.value for metric in app.metric}
    assert (tiles["Questions"], tiles["Not answered"]) == ("2", "50%")
    assert "football" in shown(app)
    assert "find_projects" in shown(app)
    checks = [element.value for element in app.markdown if "check_circle" in element.value]
    assert any("**conversations.sqlite**" in check for check in checks)
    assert any("**index**" in check for check in checks)


def test_the_administrators_page_is_for_no_other_role(copilot: Copilot) -> None:
    copilot.visit("ward_manager")
    app = opened(admin.page, copilot, "ward_manager")
    assert "administer" in app.exception[0].message
    assert not app.metric
