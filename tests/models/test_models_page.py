from __future__ import annotations

from pathlib import Path

import pytest

from copilot.models.remote.faults import FAULTS

PAGE = (Path(__file__).parents[2] / "docs" / "models.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", FAULTS)
def test_every_fault_of_a_remote_model_is_explained(kind: str) -> None:
    assert f"| {FAULTS[kind].message} |" in PAGE


@pytest.mark.parametrize("setting", ["MODEL", "BASE_URL", "API_KEY", "TIMEOUT_SECONDS"])
def test_every_setting_of_a_remote_model_is_explained(setting: str) -> None:
    assert f"| `BEARING_{setting}` |" in PAGE
