"""Writes docs/tools.md from the tools themselves: `python scripts/document_tools.py`."""

from __future__ import annotations

import inspect
from pathlib import Path

from copilot.tools import TOOLS, Tool

PAGE = Path(__file__).resolve().parents[1] / "docs" / "tools.md"
HEAD = """# Tools

What the copilot can call, as the chat model reads it. Each is a pure function over what the viewer may see; sums,
counts and ranks are over all rows, never a sample. `scripts/document_tools.py` writes this page; a test keeps it
in step.
"""


def section(tool: Tool) -> str:
    fields = tool.arguments.model_fields.items()
    rows = [f"| `{name}` | {' '.join((f.description or '').replace('|', '/').split())} |" for name, f in fields]
    purpose = inspect.cleandoc(tool.arguments.__doc__ or "")
    return "\n".join([f"## `{tool.name}`", "", purpose, "", "| argument | meaning |", "|---|---|", *rows, ""])


if __name__ == "__main__":
    PAGE.write_text("\n".join([HEAD, *map(section, TOOLS)]), encoding="utf-8")
