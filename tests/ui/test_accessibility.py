"""axe-core on every page: nothing that it calls serious or critical, light and dark, wide and narrow.

`npm install --prefix tests/ui axe-core@4` fetches it; without it these tests are skipped.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

import pytest
from journey import Journey
from playwright.sync_api import ViewportSize, expect

AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
PATHS = (
    "/",
    "/portfolio",
    "/portfolio?portfolio_view=Funnel",
    "/portfolio?project=H-02",
    "/metrics",
    "/models",
    "/governance",
    "/memos",
    "/library",
    "/evaluations",
    "/administration",
    "/help",
)
WIDE: ViewportSize = {"width": 1440, "height": 900}
NARROW: ViewportSize = {"width": 390, "height": 844}
PHONE_IN_THE_DARK = {
    "color_scheme": "dark",
    "viewport": NARROW,
    "user_agent": "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36",
}
pytestmark = pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed")


# Only what is wrong comes back: all that is right, with the nodes that it is right of, is megabytes of a page.
_FAULTS = """async () => (await axe.run({ resultTypes: ['violations'] })).violations
  .filter(rule => ['serious', 'critical'].includes(rule.impact))
  .map(rule => `${rule.id}: ${rule.nodes[0].html.slice(0, 200)}`)"""


def faults(journey: Journey) -> list[str]:
    if not journey.page.evaluate("'axe' in window"):
        journey.page.add_script_tag(path=str(AXE))
    found: list[str] = journey.page.evaluate(_FAULTS)
    return found


# Colours are the same at any width. A page that is open follows the screen, as it does when a window is made narrow or
# evening comes, so that it need not be loaded again.
LOOKS: dict[str, tuple[ViewportSize, Literal["light", "dark"]]] = {
    "wide": (WIDE, "light"),
    "wide dark": (WIDE, "dark"),
    "narrow": (NARROW, "light"),
}


def test_every_page_can_be_used_with_a_screen_reader(journey: Journey) -> None:
    found = {}
    for path in PATHS:
        journey.look(*LOOKS["wide"])
        journey.open(path)
        for name, look in LOOKS.items():
            journey.look(*look)
            if wrong := faults(journey):
                found[f"{path} {name}"] = wrong
    assert found == {}


@pytest.mark.parametrize("journey", [{}, PHONE_IN_THE_DARK], indirect=True, ids=["wide", "narrow dark"])
def test_an_answer_and_its_source_can_be_used_with_a_screen_reader(journey: Journey) -> None:
    journey.open()
    journey.ask("Which five projects should come first?")
    assert faults(journey) == []
    journey.page.get_by_text("Change the weights").click()
    slider = journey.page.get_by_role("slider", name="Risk")
    slider.focus()
    for _ in range(30):
        slider.press("ArrowRight")
    expect(journey.page.get_by_role("button", name="Reset")).to_be_visible()
    journey.page.get_by_text("Method and limits").click()
    expect(journey.page.get_by_role("button", name=re.compile("^weighted sum: ")).first).to_be_visible()
    journey.rest()
    assert faults(journey) == []
    journey.open_source()
    journey.rest()
    assert faults(journey) == []


@pytest.mark.parametrize("journey", [PHONE_IN_THE_DARK], indirect=True)
def test_a_memo_and_its_editor_can_be_used_with_a_screen_reader(journey: Journey) -> None:
    page = journey.page
    journey.open("/memos")
    page.get_by_role("button", name="New memo").click()
    journey.drawer.get_by_role("button", name="Draft it").click()
    expect(page.get_by_text("Draft, needs sign-off")).to_be_visible()
    journey.rest()
    assert faults(journey) == []
    page.get_by_role("button", name="Edit", exact=True).click()
    expect(page.get_by_role("button", name="Save as a new version")).to_be_visible()
    journey.rest()
    assert faults(journey) == []
    # On a wide screen its title stands there, which keeps its place; on a phone it would hide what opens it.
    page.get_by_role("button", name="All memos").click()
    list_of_memos = page.get_by_role("region", name=re.compile("^Table: [0-9]+ memos"))
    journey.rest()
    list_of_memos.click(position={"x": 40, "y": 55})
    expect(page.get_by_text("Draft, needs sign-off")).to_be_visible()
