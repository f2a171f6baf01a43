"""Docs say what is true: every tool, argument and setting is in them, and the README's commands exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from copilot.commands.cli import app
from copilot.settings import PREFIX, Settings
from copilot.tools import TOOLS, Tool

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize("tool", TOOLS, ids=lambda t: t.name)
def test_a_tool_and_its_arguments_are_documented(tool: Tool) -> None:
    page = (ROOT / "docs/tools.md").read_text(encoding="utf-8")
    section = page.partition(f"## `{tool.name}`")[2].partition("\n## ")[0]
    assert section, f"{tool.name} is missing from docs/tools.md"
    assert set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)) == set(tool.arguments.model_fields)


@pytest.mark.parametrize("name", Settings.model_fields)
def test_a_setting_is_documented(name: str) -> None:
    assert f"`{PREFIX}{name.upper()}`" in (ROOT / "docs/operations.md").read_text(encoding="utf-8")


def test_the_readme_names_commands_that_exist() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    commands = r"bearing (index|ask|chat|ui|doctor|tool|workspace check|eval run|memo new|memo check)\b"
    for command in set(re.findall(commands, readme)):
        result = CliRunner().invoke(app, [*command.split(), "--help"])
        assert result.exit_code == 0, command


def test_the_hooks_before_a_commit_run_what_make_check_runs() -> None:
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    hooks = {hook["entry"].removeprefix(".venv/bin/") for repo in config["repos"] for hook in repo["hooks"]}
    checks = (ROOT / "Makefile").read_text(encoding="utf-8").partition("\ncheck: ")[2].partition("\n\n")[0]
    run = {line.partition("$(BIN)/")[2] for line in checks.splitlines()[1:]}
    assert hooks == {command.replace(" --check", "").removesuffix(" .") for command in run}


def test_links_between_pages_lead_somewhere() -> None:
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "knowledge").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.relative_to(ROOT)} → {target}"
