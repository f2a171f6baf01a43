"""The screens in a real browser: first paint, first text, the whole answer, many sessions at once, memory.

Run `python bench/ui.py [--workspace DIR] [--repeats 5] [--turns 100] [--sessions 20]`. Chromium runs on the machine
that it measures, so twenty sessions are twenty pages that are drawn there as well. Figures are of this machine and this
run; compare only within one.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from ask import questions
from playwright.sync_api import Browser, Page, TimeoutError, sync_playwright
from serve import memory, processor_seconds

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from copilot import Settings, open_copilot  # noqa: E402  found only by the line above
from ui.server import free_port, served  # noqa: E402

SLOW_SECONDS = 180
LEAD_SECONDS = 3
AT_REST = """() => document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'
    && !document.querySelector('[data-stale=true]')"""
# Presses the button of the question box at a moment of the clock, and notes what is seen from then on.
ASK = """at => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const last = () => all('[class*="st-key-question-"]').pop()?.className.match(/st-key-question-(\\S+)/)[1];
  const before = last();
  const turn = window.turn = {};
  const look = () => {
    const message = all('[data-testid=stChatMessage]').pop();
    const asked = last();
    const now = performance.now() - turn.began;
    if (!message || !asked || asked === before) return;
    const texts = all('[data-testid=stMarkdown]', message).filter(part => !part.closest('[data-testid=stExpander]'));
    const text = texts.map(part => part.innerText).join('').trim();
    if (text && turn.first === undefined) turn.first = now;
    if (asked === 'now' && text !== turn.text) { turn.text = text; turn.last = now; }
    const rested = document.querySelector('[data-testid=stApp]').dataset.testScriptState === 'notRunning'
      && !document.querySelector('[data-stale=true]');
    if (asked === 'now' || !rested || !message.querySelector('[data-testid=stFeedback]')) return;
    turn.complete = now;
    observer.disconnect();
  };
  const observer = new MutationObserver(look);
  setTimeout(() => {
    turn.began = performance.now();
    observer.observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
    document.querySelector('[data-testid=stChatInputSubmitButton]').click();
  }, Math.max(0, at - Date.now()));
}"""


@dataclass(frozen=True)
class Opened:
    """Seconds from the request of a page to what is seen of it."""

    paint: float
    """The browser's first contentful paint."""
    usable: float
    """The question box is there and the script at rest."""


@dataclass(frozen=True)
class Answered:
    """Seconds from pressing the button."""

    first: float
    """The first words of the answer are on the screen."""
    complete: float
    """The answer is drawn whole, with all that can be done with it."""
    drawing: float
    """Of that, what passed after its last word was there."""


@contextmanager
def chromium() -> Iterator[Browser]:
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        raise SystemExit("No Chromium was found.")
    flags = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=flags)
        yield browser
        browser.close()


def visitor(browser: Browser) -> Page:
    """A page of a browser that has nothing stored."""
    page = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce").new_page()
    page.set_default_timeout(SLOW_SECONDS * 1000)
    return page


def opened(page: Page, address: str) -> Opened:
    page.goto(address)
    page.get_by_test_id("stChatInputTextArea").wait_for()
    page.wait_for_function(AT_REST)
    usable = page.evaluate("performance.now()")
    paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    return Opened(paint / 1000, usable / 1000)


def fill(page: Page, question: str) -> None:
    page.get_by_test_id("stChatInputTextArea").fill(question)


def answered(page: Page, until: float) -> Answered:
    """Waits for the answer to what `ASK` asked, until that moment of the clock."""
    left = max(1.0, (until - time.time()) * 1000)
    page.wait_for_function("window.turn.complete !== undefined", timeout=left)
    turn = page.evaluate("window.turn")
    # An answer that is there at once is seen first where it is drawn whole.
    last = turn.get("last", turn["first"])
    return Answered(turn["first"] / 1000, turn["complete"] / 1000, (turn["complete"] - last) / 1000)


def paints(browser: Browser, address: str, repeats: int) -> None:
    first = opened(visitor(browser), address)
    print(f"very first visit           paint {first.paint:.2f} s, usable {first.usable:.2f} s")
    cold, warm = [], []
    for _ in range(repeats):
        page = visitor(browser)
        cold.append(opened(page, address))
        warm.append(opened(page, address))
        page.context.close()
    for name, visits in (("empty browser", cold), ("second visit", warm)):
        tell(f"{name}, paint", [visit.paint for visit in visits])
        tell(f"{name}, usable", [visit.usable for visit in visits])


def one_by_one(
    browser: Browser, address: str, ids: Sequence[str], asked: Sequence[str], server: subprocess.Popen[bytes]
) -> None:
    """Each question in the conversation of its place, by a visitor who has just opened it."""
    opening, waits, used = [], [], 0.0
    for id, question in zip(ids, asked, strict=True):
        page = visitor(browser)
        opening.append(opened(page, f"{address}/c-{id}").usable)
        fill(page, question)
        began = processor_seconds(server)
        page.evaluate(ASK, 0)
        waits.append(answered(page, time.time() + SLOW_SECONDS))
        used += processor_seconds(server) - began
        page.context.close()
    tell("  opens", opening)
    tell_processor(used, len(asked))
    tell_answers(waits)


def at_once(browser: Browser, address: str, asked: Sequence[str], server: subprocess.Popen[bytes]) -> None:
    """All questions in the same moment, each by a visitor of its own; then each visitor asks another's."""
    before = memory(server)
    pages = [visitor(browser) for _ in asked]
    for page in pages:
        opened(page, address)
    loaded = memory(server)
    for name, put in (("first questions", asked), ("second questions", [*asked[1:], asked[0]])):
        for page, question in zip(pages, put, strict=True):
            fill(page, question)
        at = time.time() + LEAD_SECONDS
        for page in pages:
            page.evaluate(ASK, at * 1000)
        began = processor_seconds(server)
        print(f"  {name}")
        waits = []
        for page in pages:
            with suppress(TimeoutError):
                waits.append(answered(page, at + SLOW_SECONDS))
        print(f"  answered                 {len(waits)} of {len(pages)} within {SLOW_SECONDS} s")
        tell_processor(processor_seconds(server) - began, len(pages))
        if waits:
            tell_answers(waits)
    faults = sum(page.locator("[data-testid=stException], [data-testid=stAlert]").count() for page in pages)
    print(f"  errors on the screens    {faults}")
    each = [(after - before) / len(pages) for after in (loaded, memory(server))]
    print(f"  memory                   {before:.0f} MB before", end="")
    print(f", a session {each[0]:.1f} MB opened, {each[1]:.1f} MB after two answers")


def tell(name: str, seconds: Sequence[float]) -> None:
    middle, high = np.percentile(seconds, [50, 95])
    print(f"{name:<27}p50 {middle:.2f} s, p95 {high:.2f} s", flush=True)


def tell_processor(seconds: float, answers: int) -> None:
    print(f"  processor of the server  {seconds / answers:.2f} s an answer, with what it draws")


def loads() -> None:
    print(f"load of the machine        {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


def tell_answers(waits: Sequence[Answered]) -> None:
    tell("  first text", [w.first for w in waits])
    tell("  complete", [w.complete for w in waits])
    tell("  complete after last text", [w.drawing for w in waits])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workspace", type=Path)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--turns", type=int, default=100)
    parser.add_argument("--sessions", type=int, default=20)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        os.environ["BEARING_STATE_DIR"] = folder
        settings = Settings.from_env(workspace=options.workspace)
        os.environ["BEARING_WORKSPACE"] = str(settings.workspace)
        copilot = open_copilot(settings)
        asked = list(islice(questions(copilot.sources), options.turns + options.repeats + options.sessions))
        before, now, later = asked[: options.turns], asked[-options.repeats :], asked[: options.sessions]
        short = [f"short-{n}" for n in range(options.repeats)]
        for id, question in [*((id, before[0]) for id in short), *(("long", question) for question in before)]:
            copilot.ask(question, conversation=id)
        copilot.close()
        port = free_port()
        address = f"http://localhost:{port}"
        with served(port, Path(folder), os.environ) as server:
            loads()
            paints(browser, address, options.repeats)
            print("question 2 of a conversation")
            one_by_one(browser, address, short, now, server)
            print(f"question {options.turns + 1} and later")
            one_by_one(browser, address, ["long"] * options.repeats, now, server)
            print(f"{options.sessions} sessions at once")
            loads()
            at_once(browser, address, later, server)


if __name__ == "__main__":
    main()
