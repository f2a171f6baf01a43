"""axe-core on every page: nothing that it calls serious or critical, light and dark, wide and narrow.

`npm install --prefix tests/ui axe-core@4` fetches it; without it these tests are skipped.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from journey import Journey

AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
PATHS = (
    "/",
    "/portfolio",
    "/metrics",
    "/models",
    "/governance",
    "/memos",
    "/library",
    "/evaluations",
    "/administration",
    "/help",
)
# Colours are the same at any width.
DEVICES = [
    {},
    {"color_scheme": "dark"},
    {"viewport": {"width": 390, "height": 844}},
]
pytestmark = pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed")


def faults(journey: Journey) -> list[str]:
    journey.page.add_script_tag(path=str(AXE))
    found = journey.page.evaluate("axe.run()")["violations"]
    return [
        f"{rule['id']}: {rule['nodes'][0]['html'][:200]}" for rule in found if rule["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("journey", DEVICES, indirect=True, ids=["wide", "wide dark", "narrow"])
def test_every_page_can_be_used_with_a_screen_reader(journey: Journey) -> None:
    found = {}
    for path in PATHS:
        journey.open(path)
        if wrong := faults(journey):
            found[path] = wrong
    assert found == {}


@pytest.mark.parametrize("journey", DEVICES[:2], indirect=True, ids=["light", "dark"])
def test_an_answer_and_its_source_can_be_used_with_a_screen_reader(journey: Journey) -> None:
    journey.open()
    journey.ask("Which five projects should come first?")
    assert faults(journey) == []
    journey.open_source()
    assert faults(journey) == []
