"""Walks through the chat in a real browser and saves a picture of each step under shots/, for a look by eye.

python scripts/screenshots.py [--workspace DIR] [--question TEXT ...]
"""

from __future__ import annotations

import argparse
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
SHOTS = ROOT / "shots"
QUESTIONS = ("Which five projects should come first, and how firm is that ranking?", "Why do pilots stall?")
DESKTOP: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}}
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True, "device_scale_factor": 2,
}  # fmt: skip
AT_REST = """() => document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'
    && !document.querySelector('[data-stale=true]')"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workspace", type=Path)
    parser.add_argument("--question", action="append")
    options = parser.parse_args()
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium is None:
        raise SystemExit("No Chromium was found.")
    SHOTS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as state, sync_playwright() as playwright:
        server, address = serve(Path(state), options.workspace)
        try:
            flags = ["--no-sandbox"] if os.geteuid() == 0 else []
            browser = playwright.chromium.launch(executable_path=chromium, args=flags)
            for device, settings in (("desktop", DESKTOP), ("phone", PHONE)):
                for scheme in ("light", "dark"):
                    visit(browser, address, f"{device}-{scheme}", settings | {"color_scheme": scheme},
                          options.question or QUESTIONS)  # fmt: skip
            browser.close()
        finally:
            server.terminate()
            server.wait(20)


def serve(state: Path, workspace: Path | None) -> tuple[subprocess.Popen[bytes], str]:
    sys.path.insert(0, str(ROOT))
    from ui.launch import command

    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    environment = os.environ | {"BEARING_STATE_DIR": str(state)}
    if workspace:
        environment["BEARING_WORKSPACE"] = str(workspace.resolve())
    server = subprocess.Popen([*command(port), "--server.headless=true"], env=environment, cwd=state)
    while True:
        if server.poll() is not None:
            raise SystemExit("The server did not start.")
        try:
            urllib.request.urlopen(f"http://localhost:{port}/_stcore/health", timeout=2).close()
            return server, f"http://localhost:{port}"
        except OSError:
            time.sleep(0.2)


def visit(browser: Browser, address: str, name: str, settings: dict[str, Any], questions: list[str]) -> None:
    context = browser.new_context(**settings)
    page = context.new_page()
    page.set_default_timeout(120_000)
    box = page.get_by_test_id("stChatInputTextArea")
    page.goto(address)
    box.wait_for()
    save(page, f"{name}-1-home")
    for number, question in enumerate(questions, 2):
        box.fill(question)
        box.press("Enter")
        page.wait_for_function(f"document.querySelectorAll('[data-testid=stFeedback]').length >= {number - 1}")
        page.wait_for_url("**/c-*")
        save(page, f"{name}-{number}-answer")
        page.locator('[class*="st-key-question-"]').last.scroll_into_view_if_needed()
        save(page, f"{name}-{number}-answer-top")
    for at, tab in enumerate(page.get_by_role("tab").all()):
        tab.click()
        tab.evaluate("tab => tab.scrollIntoView({block: 'start'})")
        save(page, f"{name}-tab-{at + 1}")
    page.locator('a[href^="#cite-"]').last.click()
    page.get_by_role("dialog").wait_for()
    save(page, f"{name}-source")
    context.close()


def save(page: Page, name: str) -> None:
    page.wait_for_function(AT_REST)
    # Fonts, charts and the drawer's slide settle a little after the script.
    page.wait_for_timeout(1000)
    page.screenshot(path=SHOTS / f"{name}.png")


if __name__ == "__main__":
    main()
