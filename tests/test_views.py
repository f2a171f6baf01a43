from __future__ import annotations

from collections.abc import Iterator

import pytest

from copilot import Settings
from copilot.errors import SettingsError
from copilot.state.conversations import FILE, Conversations
from copilot.state.places import place
from copilot.state.views import MOST, Views


@pytest.fixture
def views(kept: Settings) -> Iterator[Views]:
    conversations = Conversations(place(kept, FILE))
    yield conversations.views
    conversations.close()


def test_a_view_belongs_to_its_viewer_and_page(views: Views) -> None:
    views.save("ana", "portfolio", "  Late   pilots ", {"stage": ["pilot"], "unit": []})
    views.save("ana", "portfolio", "all", {})
    assert [(view.name, view.filters) for view in views.list("ana", "portfolio")] == [
        ("all", {}), ("Late pilots", {"stage": ("pilot",)}),
    ]  # fmt: skip
    assert views.list("ben", "portfolio") == views.list("ana", "models") == ()
    views.remove("ben", "portfolio", "all")
    views.remove("ana", "portfolio", "Late pilots")
    assert [view.name for view in views.list("ana", "portfolio")] == ["all"]


def test_a_name_that_is_saved_again_means_the_new_filters(views: Views) -> None:
    for stage in ("pilot", "scaling"):
        views.save("ana", "portfolio", "Mine", {"stage": [stage]})
    assert [view.filters["stage"] for view in views.list("ana", "portfolio")] == [("scaling",)]


def test_a_view_needs_a_name_and_a_place(views: Views) -> None:
    for name in (" ", "n" * 61):
        with pytest.raises(SettingsError, match="at most 60 letters"):
            views.save("ana", "portfolio", name, {})
    for number in range(MOST):
        views.save("ana", "portfolio", f"View {number}", {})
    with pytest.raises(SettingsError, match="remove one first"):
        views.save("ana", "portfolio", "One more", {})
    views.save("ana", "portfolio", "View 0", {"stage": ["pilot"]})
