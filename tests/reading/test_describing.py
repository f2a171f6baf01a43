"""One of several records that are called alike, told by words that only its name holds."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from small_workspaces import opened

from copilot import Copilot

PROJECTS = """id,name,unit,stage,owner
P-1,Motor claims triage,Depots,pilot,Ida Voss
P-2,Parts forecast,Depots,production,Omar Haddad
"""
MODELS = """id,project_id,name,status
M-1,P-1,Claims complexity model,live
M-2,P-2,Claims frequency model,live
M-3,P-2,Claims severity model,live
"""


@pytest.fixture(scope="module")
def copilot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copilot]:
    files = {
        "workspace.yaml": "as_of: 2026-04-30\nstages: [pilot, production]\n",
        "records/projects.csv": PROJECTS,
        "records/models.csv": MODELS,
    }
    yield from opened(tmp_path_factory, files)


def test_the_words_of_one_name_tell_which_is_meant(copilot: Copilot) -> None:
    answer = copilot.ask("Tell me about the claims triage model.")
    assert [c.arguments["project"] for c in answer.tool_calls if "project" in c.arguments] == ["P-1"]


def test_words_that_several_names_hold_tell_none(copilot: Copilot) -> None:
    answer = copilot.ask("Tell me about the claims model.")
    assert [c for c in answer.tool_calls if "project" in c.arguments] == []
