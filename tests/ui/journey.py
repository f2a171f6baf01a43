"""What a visitor does, in the words of the screen."""

from __future__ import annotations

from contextlib import suppress
from typing import Literal

from playwright.sync_api import Locator, Page, TimeoutError, ViewportSize, expect

expect.set_options(timeout=60_000)

_AT_REST = """() => {
  const app = document.querySelector('[data-testid=stApp]');
  return app?.dataset.testScriptState === 'notRunning' && !document.querySelector('[data-stale=true]');
}"""
BACKGROUNDS = {"light": "rgb(255, 255, 255)", "dark": "rgb(20, 24, 31)"}
# The colours are those of the scheme, and where there is no room for it the navigation is folded.
_FOLLOWED = """([background, width]) => {
  const colour = getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor;
  const bar = document.querySelector('[data-testid=stSidebar]')?.getBoundingClientRect();
  return colour === background && (width > 768 || !bar || bar.right <= 0 || bar.width === 0);
}"""


class Journey:
    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        self.faults: list[str] = []
        """Errors of the page's scripts, and requests to anywhere but the server."""
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("request", lambda request: self._note_request(request.url))

    def _note_request(self, url: str) -> None:
        if not url.startswith((self.address, self.address.replace("http", "ws"), "data:", "blob:")):
            self.faults.append(f"asked for {url}")

    def open(self, path: str = "/") -> None:
        self.page.goto(self.address + path)
        self.question_box.or_(self.page.get_by_role("heading", level=1)).first.wait_for()
        # What the page does beside Streamlit, such as telling its lists as lists, begins with the end of the script.
        self.page.wait_for_function("window.bearing?.isListening")
        self.rest()

    def rest(self) -> None:
        """Waits until the script has ended and everything drawn is of that run."""
        self.page.wait_for_function(_AT_REST)

    def look(self, size: ViewportSize, scheme: Literal["light", "dark"]) -> None:
        """Makes the screen so large and the system so dark, and waits until an open page has followed."""
        self.page.set_viewport_size(size)
        self.page.emulate_media(color_scheme=scheme)
        if self.page.url.startswith(self.address):
            self.page.wait_for_function(_FOLLOWED, arg=[BACKGROUNDS[scheme], size["width"]])
            self.rest()

    def first_tab(self) -> None:
        """The first press of the key; once more on a fresh page where it met a redraw, which takes the focus away."""
        for _ in range(3):
            self.page.keyboard.press("Tab")
            with suppress(AssertionError):
                expect(self.question_box).to_be_focused(timeout=5_000)
                return
            self.page.reload()
            self.page.wait_for_function("window.bearing?.isListening")
            self.rest()

    def press(self, button: Locator, then: Locator) -> None:
        """Clicks until it has its effect: one that meets a redraw is lost, and a menu may be scrolled away."""
        for _ in range(10):
            if button.is_visible():
                button.click()
            try:
                expect(then).to_be_in_viewport(timeout=4_000)
            except AssertionError:
                self.rest()
            else:
                return
        expect(then).to_be_in_viewport()

    def choose(self, menu: Locator, entry: Locator) -> None:
        """Opens a menu and clicks an entry, once more where the page scrolled it away in between."""
        for _ in range(5):
            self.press(menu, entry)
            with suppress(TimeoutError):
                entry.click(timeout=2_000)
                return
        raise AssertionError("the entry of the menu cannot be clicked")

    def hover(self, link: Locator, card: Locator) -> None:
        """Moves the mouse onto a link, once more where the page moved the link away from under it."""
        for _ in range(10):
            self.page.mouse.move(0, 0)
            link.hover()
            with suppress(TimeoutError):
                card.wait_for(timeout=2_000)
                self.page.wait_for_timeout(500)
                if card.is_visible():
                    return
        raise AssertionError("the link shows no card")

    @property
    def question_box(self) -> Locator:
        return self.page.get_by_test_id("stChatInputTextArea")

    @property
    def answers(self) -> Locator:
        """Each complete answer can be rated."""
        return self.page.get_by_test_id("stFeedback")

    @property
    def chips(self) -> Locator:
        return self.page.locator('a[href^="#cite-"]')

    @property
    def drawer(self) -> Locator:
        return self.page.get_by_role("dialog")

    def ask(self, question: str) -> None:
        self.question_box.fill(question)
        self.question_box.press("Enter")
        self.await_answer(self.answers.count() + 1)

    def await_answer(self, number: int) -> None:
        expect(self.answers).to_have_count(number)
        # The first answer of a conversation moves it to its own address.
        self.page.wait_for_url("**/c-*")
        self.rest()

    def reload(self) -> None:
        self.page.reload()
        self.answers.first.wait_for()
        self.rest()

    def open_source(self, chip: int = 0) -> None:
        self.chips.nth(chip).click()
        expect(self.drawer).to_be_visible()

    def highlighted(self) -> str:
        """The text that is marked as the quote in the drawer."""
        marked = "[...(CSS.highlights.get('bearing-quote') ?? [])].map(String).join(' ')"
        self.page.wait_for_function(f"{marked}.length > 0")
        return str(self.page.evaluate(marked))
