"""What people do on the pages, in a real browser."""

from __future__ import annotations

import re
from pathlib import Path

import typst
from journey import Journey
from playwright.sync_api import expect

from copilot.retrieval.loaders.pdf_page import WIDTH_PIXELS


def test_a_weight_is_moved_and_the_ranking_follows(journey: Journey) -> None:
    page = journey.page
    journey.open("/portfolio")
    page.get_by_text("What if the weights were others?").click()
    slider = page.get_by_role("slider", name="Risk")
    slider.focus()
    for _ in range(20):
        slider.press("ArrowRight")
    expect(page.get_by_text(re.compile("not yet in production (change|stay)"))).to_be_visible()


def test_a_project_leads_into_a_question(journey: Journey) -> None:
    journey.open("/portfolio?project=H-02")
    journey.page.get_by_role("button", name="Ask about it").click()
    journey.await_answer(1)
    expect(journey.page.get_by_role("heading", level=1)).to_contain_text("Bed Planner")


def test_a_memo_is_drafted_signed_off_taken_away_and_checked(journey: Journey) -> None:
    page = journey.page
    journey.open("/memos")
    page.get_by_role("button", name="New memo").click()
    journey.drawer.get_by_role("button", name="Draft it").click()
    expect(page.get_by_text("Draft, needs sign-off")).to_be_visible()
    page.get_by_role("button", name="Review or sign off").click()
    journey.drawer.get_by_label("Your name").fill("Ana Costa")
    journey.drawer.get_by_text("Signed off", exact=True).click()
    journey.drawer.get_by_role("button", name="Save").click()
    expect(page.get_by_text(re.compile("Signed off by Ana Costa")).first).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="PDF", exact=True).click()
    assert download.value.path().read_bytes().startswith(b"%PDF")
    page.get_by_role("button", name="Still holds?").click()
    expect(page.get_by_text(re.compile("The recommendation still holds"))).to_be_visible()
    page.get_by_role("button", name="All memos").click()
    page.get_by_role("button", name="New memo").click()
    journey.drawer.get_by_role("radio", name="What to stop").click()
    most = journey.drawer.get_by_label("Projects at the most")
    # While the dialog is drawn anew, the field of before stands behind the new one.
    expect(most.first).to_have_value("")
    expect(most).to_have_count(1)
    journey.drawer.get_by_role("button", name="Draft it").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("what to stop and what to continue")
    page.get_by_role("button", name="All memos").click()
    page.get_by_role("button", name="New memo").click()
    journey.drawer.get_by_role("button", name="In the background").click()
    waiting = page.get_by_text(re.compile("waits for a worker"))
    expect(waiting).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    expect(waiting).to_have_count(0)


def test_a_document_is_uploaded_and_asked_about(journey: Journey, tmp_path: Path) -> None:
    page = journey.page
    file = tmp_path / "meeting-robots.pdf"
    rules = "A meeting robot records only after everybody present has agreed."
    file.write_bytes(typst.compile(f"= Rules for meeting robots\n== Consent\n{rules}\n".encode()))
    journey.open("/library")
    page.get_by_role("button", name="Upload").first.click()
    journey.drawer.locator('input[type="file"]').set_input_files(file)
    expect(journey.drawer.get_by_text("meeting-robots.pdf")).to_be_visible()
    journey.drawer.get_by_role("button", name="Add to the library").click()
    expect(page.get_by_text("1 document added: you can ask about them now.")).to_be_visible()
    journey.open()
    journey.ask("When may a meeting robot record?")
    expect(page.get_by_test_id("stChatMessage")).to_contain_text("after everybody present has agreed")
    journey.open_source()
    assert "everybody present has agreed" in journey.highlighted()
    image = journey.drawer.get_by_role("img", name=re.compile("^page 1 of .*passage marked"))
    expect(image).to_have_js_property("naturalWidth", WIDTH_PIXELS)
