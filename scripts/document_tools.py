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

## From the command line

`bearing tool` lists the tools, `bearing tool NAME --help` the arguments of one. Arguments are options
(`bearing tool prioritize_projects --top 5 --unit "Retail Stores"`), or one JSON object: `--arguments '{"top": 5}'`,
`--arguments -` for standard input, `--arguments @FILE`; an option wins over the object.

- A list is an option given again: `--compare P-001 --compare P-002`.
- A mapping is `NAME=VALUE`: `--weights risk=0.4`.
- A yes/no argument stands alone: `--include-ended`, `--no-include-ended`.
- A condition is JSON: `--filters '{"column": "budget", "op": ">", "value": 1000000}'`. Where a tool takes conditions,
  an option that is none of its arguments asks for rows whose column equals the value, such as `--stage pilot`.

`--json` prints the whole result as JSON. The exit code is 2 when the call is wrong, with one line that says why.

## From Python

```python
from copilot import open_copilot

print(open_copilot().call("prioritize_projects", top=3).render())
```
"""


def section(tool: Tool) -> str:
    fields = tool.arguments.model_fields.items()
    rows = [f"| `{name}` | {' '.join((f.description or '').replace('|', '/').split())} |" for name, f in fields]
    purpose = inspect.cleandoc(tool.arguments.__doc__ or "")
    return "\n".join([f"## `{tool.name}`", "", purpose, "", "| argument | meaning |", "|---|---|", *rows, ""])


if __name__ == "__main__":
    PAGE.write_text("\n".join([HEAD, *map(section, TOOLS)]), encoding="utf-8")
