"""What tools say, in one file a tool, read in review; `pytest tests/tools --rewrite-golden` writes them anew."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from record_sources import unsupported

from copilot.types import ToolResult

FOLDER = Path(__file__).parent / "golden"


def as_text(calls: Mapping[str, ToolResult]) -> str:
    """Each call with its findings: kind, subject and role, then the sentence, then what could be asked next."""
    lines = []
    for call, result in calls.items():
        lines += [f"## {call}", ""]
        lines += [f"- {f.kind}{f' of {f.subject}' if f.subject else ''}, {f.role}: {f.text}" for f in result.findings]
        lines += ["", *(f"> {question}" for question in result.follow_ups), ""]
    return "\n".join(lines).rstrip() + "\n"


def check(tool: str, calls: Mapping[str, ToolResult], *, rewrite: bool) -> None:
    """Fails where the sentences differ from the golden file of the tool, or writes it anew."""
    file = FOLDER / f"{tool}.md"
    said = as_text(calls)
    if rewrite:
        FOLDER.mkdir(exist_ok=True)
        file.write_text(said, encoding="utf-8")
    assert said == file.read_text(encoding="utf-8"), f"{file.name} differs; read the change, then --rewrite-golden"


def check_supported(tool: str, calls: Mapping[str, ToolResult], *, rewrite: bool) -> None:
    """The same, and fails where a number that is said stands in nothing that its sentence cites."""
    assert {call: unsupported(result) for call, result in calls.items()} == dict.fromkeys(calls, [])
    check(tool, calls, rewrite=rewrite)
