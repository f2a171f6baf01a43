"""Makes the pictures of the README, docs/pictures/*.webp, from the screens as they are.

python scripts/pictures.py [--workspace DIR]
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from copilot import Settings, open_copilot  # noqa: E402  found only by the line above
from copilot.memos.memo import MemoResult  # noqa: E402
from ui.server import free_port, served  # noqa: E402

PICTURES = ROOT / "docs" / "pictures"
SLOW_MILLISECONDS = 180_000
QUALITY = 80
# Fonts and charts settle a little after the script.
SETTLED_MILLISECONDS = 3000
AT_REST = """() => document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'
    && !document.querySelector('[data-stale=true]')"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workspace", type=Path)
    given = parser.parse_args().workspace
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium is None:
        raise SystemExit("No Chromium was found.")
    PICTURES.mkdir(exist_ok=True)
    expect.set_options(timeout=SLOW_MILLISECONDS)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        state = Path(folder)
        question, memo = prepared(
            Settings(state_dir=state) if given is None else Settings(workspace=given, state_dir=state)
        )
        port = free_port()
        with served(port, state, environment(state, given)):
            address = f"http://localhost:{port}"
            flags = ["--no-sandbox"] if os.geteuid() == 0 else []
            browser = playwright.chromium.launch(executable_path=chromium, args=flags)
            page = browser.new_page(viewport={"width": 1280, "height": 840}, reduced_motion="reduce")
            page.set_default_timeout(SLOW_MILLISECONDS)
            look(page, f"{address}/portfolio?portfolio_view=Matrix", "portfolio")
            look(page, f"{address}/memos?memo={memo}", "memo")
            # Last, when the server has loaded its models, as for all questions but the first.
            answer(page, address, question)
            browser.close()


def prepared(settings: Settings) -> tuple[str, str]:
    """A question to ask, and the id of a memo to show."""
    copilot = open_copilot(settings)
    result = copilot.call("draft_memo")
    if not isinstance(result, MemoResult) or copilot.memos is None:
        raise SystemExit("This workspace drafts no memo.")
    copilot.memos.keep(result.memo)
    question = next(iter(copilot.about().examples.values()))[0]
    copilot.close()
    return question, result.memo.id


def environment(state: Path, workspace: Path | None) -> dict[str, str]:
    given = {"BEARING_WORKSPACE": str(workspace.resolve())} if workspace else {}
    return {**os.environ, "BEARING_STATE_DIR": str(state), **given}


def answer(page: Page, address: str, question: str) -> None:
    page.goto(address)
    box = page.get_by_test_id("stChatInputTextArea")
    box.fill(question)
    box.press("Enter")
    expect(page.get_by_test_id("stFeedback")).to_have_count(1)
    page.wait_for_url("**/c-*")
    page.wait_for_function(AT_REST)
    # The page itself goes to the question within moments; on a busy machine that is too soon to last.
    page.wait_for_timeout(SETTLED_MILLISECONDS)
    page.locator('[class*="st-key-question-"]').last.evaluate("question => question.scrollIntoView()")
    save(page, "answer")


def look(page: Page, address: str, name: str) -> None:
    page.goto(address)
    page.get_by_role("heading", level=1).wait_for()
    save(page, name)


def save(page: Page, name: str) -> None:
    page.wait_for_function(AT_REST)
    page.wait_for_timeout(SETTLED_MILLISECONDS)
    path = PICTURES / f"{name}.webp"
    Image.open(BytesIO(page.screenshot())).save(path, quality=QUALITY)
    print(f"{path.relative_to(ROOT)}: {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
