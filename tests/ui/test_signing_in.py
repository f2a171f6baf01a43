"""People sign in at a provider of their organisation and see their own; a real browser, server and provider."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from command_line import environment
from indexes import CORPUS, Indexes
from oidc_provider import CLIENT, SECRET, Provider
from playwright.sync_api import Browser, Page, expect

from copilot import Settings
from ui.server import free_port, served

RULES = """
sign_in:
  rules:
    - {claim: groups, value: board, viewer: chief_physician, role: leader}
    - {claim: groups, value: quality, role: evaluator}
"""
ANA = {"sub": "1", "email": "ana@halden.example", "email_verified": True, "groups": ["staff", "board"]}
EVA = {"sub": "2", "email": "eva@halden.example", "email_verified": True, "groups": ["quality"]}
STRANGER = {"sub": "3", "email": "who@halden.example", "email_verified": True, "groups": ["staff"]}


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with Provider() as provider:
        yield provider


@pytest.fixture(scope="module")
def page_address(
    chromium: str, indexes: Indexes, provider: Provider, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("signed-in")
    workspace = Path(shutil.copytree(CORPUS, folder / "workspace"))
    path = workspace / "workspace.yaml"
    path.write_text(path.read_text(encoding="utf-8") + RULES, encoding="utf-8")
    indexes.copy_to(Settings(workspace=workspace, state_dir=folder / "state"))
    port = free_port()
    secrets = folder / "secrets.toml"
    secrets.write_text(
        f'[auth]\nredirect_uri = "http://localhost:{port}/oauth2callback"\ncookie_secret = "{"long" * 10}"\n'
        f'client_id = "{CLIENT}"\nclient_secret = "{SECRET}"\n'
        f'server_metadata_url = "{provider.issuer}/.well-known/openid-configuration"\n'
    )
    with served(port, folder, environment(folder / "state", workspace), f"--secrets.files={secrets}"):
        yield f"http://localhost:{port}"


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(reduced_motion="reduce")
    context.set_default_timeout(120_000)
    yield context.new_page()
    context.close()


@pytest.mark.browser
def test_people_sign_in_see_what_is_theirs_and_sign_out(page: Page, page_address: str, provider: Provider) -> None:
    provider.person = ANA
    page.goto(page_address)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("Signed in as ana@halden.example")).to_be_visible(timeout=120_000)
    expect(page.get_by_text("Viewing as")).to_have_count(0)
    expect(page.get_by_role("link", name="Evaluations")).to_have_count(0)
    box = page.get_by_test_id("stChatInputTextArea")
    box.fill("Why do pilots stall?")
    box.press("Enter")
    page.wait_for_url("**/c-*")
    address = page.url

    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible(timeout=120_000)
    provider.person = EVA
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("Signed in as eva@halden.example")).to_be_visible(timeout=120_000)
    expect(page.get_by_role("link", name="Evaluations")).to_be_visible()
    expect(page.get_by_role("link", name="Why do pilots stall?")).to_have_count(0)
    page.goto(address)
    expect(page.get_by_role("heading", name="This conversation is not available")).to_be_visible(timeout=120_000)


@pytest.mark.browser
def test_a_person_without_a_place_in_the_workspace_is_not_let_in(
    page: Page, page_address: str, provider: Provider
) -> None:
    provider.person = STRANGER
    page.goto(page_address)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("no rule of sign_in in workspace.yaml lets them in")).to_be_visible(timeout=120_000)
    expect(page.get_by_test_id("stChatInputTextArea")).to_have_count(0)
