import re

import pytest
from journey import BACKGROUNDS, Journey
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

PLAYBOOK_QUESTION = "Why do pilots stall?"
POLICY_QUESTION = "What is the data retention period?"
RANKING_QUESTION = "Which five projects should come first?"
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


def test_a_citation_opens_its_exact_passage_and_the_conversation_survives_a_reload(journey: Journey):
    journey.open()
    journey.ask(POLICY_QUESTION)
    journey.open_source()
    expect(journey.drawer).to_contain_text("1 of")
    assert "twenty-four months" in journey.highlighted()
    journey.page.keyboard.press("Escape")
    expect(journey.drawer).to_have_count(0)
    answer = journey.page.get_by_test_id("stChatMessage").inner_text()
    journey.reload()
    expect(journey.page.get_by_role("heading", level=1)).to_have_text(POLICY_QUESTION)
    assert journey.page.get_by_test_id("stChatMessage").inner_text() == answer


def test_the_drawer_turns_to_the_next_source_and_back_and_each_cited_passage_is_marked(journey: Journey):
    journey.open()
    journey.ask("What does the playbook say about adoption on the wards?")
    journey.open_source()
    first = journey.drawer.get_by_role("heading", level=3).inner_text()
    journey.drawer.get_by_role("button", name="Next").click()
    expect(journey.drawer.get_by_role("heading", level=3)).to_contain_text("[2]")
    journey.drawer.get_by_role("button", name="Previous").click()
    expect(journey.drawer.get_by_role("heading", level=3)).to_have_text(first)
    journey.rest()
    used = journey.drawer.get_by_text(re.compile(r"(check)?\s*Used$"))
    expect(used.first).to_be_visible()
    while used.first.is_visible():
        assert journey.highlighted()
        before = journey.drawer.get_by_role("heading", level=3).inner_text()
        journey.drawer.get_by_role("button", name="Next").click()
        expect(journey.drawer.get_by_role("heading", level=3)).not_to_have_text(before)
        journey.rest()
    expect(journey.drawer.get_by_text("Also read, not cited")).to_be_visible()


def test_an_answer_is_cited_by_keyboard_copied_with_its_sources_and_not_seen_by_another_viewer(journey: Journey):
    journey.open()
    journey.ask(PLAYBOOK_QUESTION)
    chip = journey.chips.first
    chip.focus()
    expect(journey.page.locator("#bearing-card")).to_be_visible()
    journey.page.keyboard.press("Space")
    expect(journey.drawer).to_be_visible()
    journey.page.keyboard.press("Escape")
    expect(journey.drawer).to_have_count(0)
    expect(chip).to_be_focused()
    journey.page.locator('a[href^="#copy-"]').click()
    expect(journey.page.locator("#bearing-status")).to_have_text("The answer is copied")
    copied = journey.page.evaluate("navigator.clipboard.readText()")
    assert "[1]" in copied
    assert "Sources" in copied
    journey.open(f"/{journey.page.url.rsplit('/', 1)[1]}?viewer=chief_physician")
    expect(journey.page.get_by_role("heading", level=1)).to_have_text("This conversation is not available")
    expect(journey.page.get_by_role("combobox", name="Viewing as")).to_have_value("chief physician")


def test_a_rating_and_its_reason_survive_a_reload(journey: Journey):
    journey.open()
    journey.ask(PLAYBOOK_QUESTION)
    journey.answers.get_by_role("button").or_(journey.answers.get_by_role("radio")).nth(1).click()
    journey.page.get_by_role("button", name="Too long").click()
    journey.rest()
    comment = journey.page.get_by_label("What should it have said?")
    comment.fill("Only the first two")
    comment.press("Enter")
    journey.rest()
    journey.page.wait_for_timeout(500)
    journey.reload()
    expect(comment).to_have_value("Only the first two")
    expect(journey.page.get_by_text("Saved. Thank you.")).to_be_visible()


def test_a_suggested_question_is_answered(journey: Journey):
    journey.open()
    journey.page.locator(".st-key-suggestions").get_by_role("button").first.click()
    journey.await_answer(1)


def test_a_table_is_saved_as_csv_a_chart_has_a_name_and_a_follow_up_is_asked_with_one_click(journey: Journey):
    journey.open()
    journey.ask(RANKING_QUESTION)
    with journey.page.expect_download() as download:
        journey.page.get_by_role("button", name="CSV", exact=True).click()
    assert "," in download.value.path().read_text("utf-8")
    tabs = journey.page.get_by_role("tab")
    tabs.last.click()
    expect(journey.page.get_by_label(re.compile("^Chart: ")).first).to_be_visible()
    pill = journey.page.locator(".st-key-follow_ups").get_by_role("radio").first
    question = pill.inner_text()
    pill.click()
    journey.await_answer(2)
    expect(journey.page.get_by_text(question, exact=True).first).to_be_visible()


def test_dollars_colours_and_images_in_a_question_are_shown_as_typed(journey: Journey):
    typed = "Is $5m or $6m :red[enough] for ~2 pilots ![x](https://example.org/x.png) :smile:?"
    journey.open()
    journey.ask(typed)
    bubble = journey.page.locator('[class*="st-key-question-"]').get_by_test_id("stMarkdownContainer").last.inner_text()
    # The joiner takes no room: it keeps ":smile:" from becoming a face.
    assert bubble.replace("\u2060", "").strip() == typed
    assert journey.page.locator(".katex, main img").count() == 0


def test_a_conversation_is_renamed_found_and_deleted(journey: Journey):
    page = journey.page
    journey.open()
    journey.ask(PLAYBOOK_QUESTION)
    address = page.url
    menu = page.locator(".st-key-conversation_head").get_by_role("button")
    journey.choose(menu, page.get_by_text("Rename", exact=True))
    journey.drawer.get_by_role("textbox").fill("Stalling, $5 *x*")
    journey.drawer.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Stalling, $5 *x*")
    search = page.get_by_label("Search conversations")
    search.fill("stalling")
    search.press("Enter")
    expect(page.get_by_test_id("stSidebarNav")).to_contain_text("Stalling, $5 *x*")
    journey.choose(menu, page.get_by_text("Delete", exact=True))
    journey.drawer.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What are you deciding?")
    page.goto(address)
    expect(page.get_by_role("heading", level=1)).to_have_text("This conversation is not available")


@pytest.mark.parametrize("journey", [PHONE | {"color_scheme": "dark"}], indirect=True)
def test_nothing_is_wider_than_a_phone_and_the_page_is_as_dark_as_the_system(journey: Journey):
    journey.open()
    app = "document.querySelector('[data-testid=stApp]')"
    assert journey.page.evaluate(f"getComputedStyle({app}).backgroundColor") == BACKGROUNDS["dark"]
    journey.ask(RANKING_QUESTION)
    for scheme in ("light", "dark"):
        journey.look(PHONE["viewport"], scheme)
        assert journey.page.evaluate("document.documentElement.scrollWidth") <= 390
    journey.open_source()
    for scheme in ("light", "dark"):
        journey.look(PHONE["viewport"], scheme)
        assert journey.drawer.bounding_box()["width"] <= 390


def test_a_bad_answer_becomes_a_test_question_and_is_asked_in_a_run(journey: Journey):
    page = journey.page
    journey.open()
    journey.ask(PLAYBOOK_QUESTION)
    journey.answers.get_by_role("button").or_(journey.answers.get_by_role("radio")).nth(1).click()
    page.get_by_label("What should it have said?").fill("Pilots stall without an owner in the ward")
    page.get_by_label("What should it have said?").press("Enter")
    journey.rest()
    page.get_by_role("button", name="Make it a test question").click()
    expect(page.get_by_text("The evaluators have it.")).to_be_visible()
    journey.open("/evaluations?section=Drafts")
    page.get_by_text("Correct and accept").click()
    journey.rest()
    journey.press(page.get_by_role("button", name="Accept", exact=True), page.get_by_text("No draft waits."))
    page.get_by_role("button", name="Start a run").click()
    journey.drawer.get_by_role("combobox", name="Questions").click()
    page.get_by_role("option", name="feedback").click()
    journey.drawer.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_text("Reading the workspace").or_(page.get_by_text("of 1 asked"))).to_be_visible()
    page.get_by_text("Runs", exact=True).click()
    expect(page.get_by_text("By type of question")).to_be_visible()
    expect(page.get_by_role("region", name="Questions of this run: 1")).to_be_visible()


@pytest.mark.parametrize("journey", [PHONE], indirect=True)
def test_the_evaluations_fit_on_a_phone(journey: Journey):
    for section in ("Runs", "Compare", "Review", "Drafts"):
        journey.open(f"/evaluations?section={section}")
        expect(journey.page.get_by_role("heading", level=1)).to_have_text("Answer quality")
        assert journey.page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_question_is_edited_with_its_pencil_and_asked_in_its_place(journey: Journey):
    page = journey.page
    journey.open()
    journey.ask(PLAYBOOK_QUESTION)
    journey.press(page.get_by_role("button", name="Edit the question"), journey.drawer.get_by_role("textbox"))
    journey.drawer.get_by_role("textbox").fill(POLICY_QUESTION)
    journey.drawer.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_text("Earlier versions")).to_be_visible()
    expect(journey.answers).to_have_count(1)
    expect(page.locator('[class*="st-key-question-"]')).to_have_text(re.compile(re.escape(POLICY_QUESTION)))
    page.get_by_text("Earlier versions").click()
    expect(page.get_by_text(PLAYBOOK_QUESTION, exact=True).last).to_be_visible()


def test_an_answer_is_stopped_while_its_model_is_silent(journey: Journey, silent_address: str):
    journey.address = silent_address
    page = journey.page
    journey.open()
    journey.question_box.fill("Draft a memo for the top five projects.")
    journey.question_box.press("Enter")
    page.get_by_test_id("stChatInputStopButton").click()
    expect(page.get_by_text("Stopped before the answer was complete.")).to_be_visible()
    page.wait_for_url("**/c-*")
    page.reload()
    expect(page.get_by_text("Stopped before the answer was complete.")).to_be_visible()


def test_an_answer_goes_on_when_the_page_is_left(journey: Journey):
    page = journey.page
    journey.open()
    journey.question_box.fill("Draft a memo for the top five projects.")
    journey.question_box.press("Enter")
    page.get_by_test_id("stChatInputStopButton").wait_for()
    journey.open("/portfolio")
    page.get_by_test_id("stSidebarNavLink").filter(has_text="Draft a memo").first.click()
    expect(journey.answers).to_have_count(1)


def test_a_shared_conversation_is_read_by_another_until_it_is_shared_no_more(journey: Journey):
    page = journey.page
    journey.open("/?viewer=chief_physician")
    journey.ask(POLICY_QUESTION)
    journey.ask(RANKING_QUESTION)
    own = page.url
    menu = page.locator(".st-key-conversation_head").get_by_role("button")
    journey.choose(menu, page.get_by_text("Share", exact=True))
    journey.drawer.get_by_role("button", name="Create a link").click()
    link = journey.drawer.get_by_test_id("stCode").inner_text().strip()
    assert link.startswith(journey.address)
    journey.open(link.removeprefix(journey.address) + "&viewer=ward_manager")
    expect(page.get_by_text(re.compile("Shared by chief"))).to_be_visible()
    expect(page.get_by_text("This answer rests on sources that you may not see.")).to_have_count(1)
    assert journey.question_box.count() == 0
    journey.open_source()
    assert "twenty-four months" in journey.highlighted()
    journey.open(own.removeprefix(journey.address))
    journey.choose(menu, page.get_by_text("Share", exact=True))
    journey.drawer.get_by_role("button", name="Stop sharing").click()
    expect(journey.drawer.get_by_role("button", name="Create a link")).to_be_visible()
    journey.open(link.removeprefix(journey.address))
    expect(page.get_by_role("heading", level=1)).to_have_text("This conversation is not available")


def test_the_keyboard_reaches_the_question_box_first_and_a_new_question_from_any_page(journey: Journey):
    journey.open()
    journey.first_tab()
    expect(journey.question_box).to_be_focused()
    journey.open("/portfolio")
    journey.page.keyboard.press("Control+Shift+O")
    expect(journey.question_box).to_be_focused()
    journey.ask(PLAYBOOK_QUESTION)
    journey.page.keyboard.press("Control+k")
    expect(journey.page.get_by_label("Search conversations")).to_be_focused()


def test_help_leads_into_a_question(journey: Journey):
    journey.open("/help")
    journey.page.locator(".st-key-examples-to-decide").get_by_role("button").first.click()
    journey.await_answer(1)


def test_a_weight_is_moved_beside_a_ranking_and_a_word_of_method_says_what_it_means(journey: Journey):
    page = journey.page
    journey.open()
    journey.ask(RANKING_QUESTION)
    page.get_by_text("Change the weights").click()
    slider = page.get_by_role("slider", name="Risk")
    slider.focus()
    for _ in range(30):
        slider.press("ArrowRight")
    expect(page.get_by_text("1 of the first 5 changes: Staffing Forecast in")).to_be_visible()
    page.get_by_role("button", name="Reset").click()
    expect(page.get_by_text("Move a weight")).to_be_visible()
    expect(slider).to_have_value("17")
    expect(journey.answers).to_have_count(1)
    page.get_by_text("Method and limits").click()
    term = page.get_by_role("button", name=re.compile("^weighted sum: "))
    card = page.locator("#bearing-card")
    journey.hover(term, card)
    expect(card).to_contain_text("times its share of all weight")
    page.mouse.move(0, 0)
    expect(card).to_have_count(0)
    term.focus()
    expect(card).to_be_visible()
