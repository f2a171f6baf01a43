"""The prompts, one Markdown file each; `$name` stands for a variable and `$$` for a dollar sign."""

from __future__ import annotations

from pathlib import Path
from string import Template

_FOLDER = Path(__file__).resolve().parent


def render(prompt: str, **variables: str) -> str:
    """The text of `<prompt>.md`; ValueError when a variable is missing or has no place in it."""
    template = Template((_FOLDER / f"{prompt}.md").read_text(encoding="utf-8"))
    if not template.is_valid():
        raise ValueError(f"{prompt}.md holds a '$' that begins no variable; write '$$' for a dollar sign.")
    known = set(template.get_identifiers())
    if missing := sorted(known - set(variables)):
        raise ValueError(f"{prompt}.md needs {', '.join(missing)}.")
    if unused := sorted(set(variables) - known):
        raise ValueError(f"{prompt}.md has no place for {', '.join(unused)}.")
    return template.substitute(variables).strip()
