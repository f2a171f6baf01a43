"""An answer as one Markdown text, for readers who get nothing beside the text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from copilot.types import Answer, Citation

MARKER = re.compile(r"\[(\d+)\]")


def with_sources(answer: Answer) -> str:
    return answer.text + appendix(answer)


def appendix(answer: Answer) -> str:
    """What follows the text: its numbered sources and its warnings."""
    return "".join(f"\n\n{part}" for part in _parts(answer))


def _parts(answer: Answer) -> Iterator[str]:
    if answer.citations:
        yield "\n".join(["Sources:", *(f"- [{c.marker}] {reference(c)}" for c in answer.citations)])
    yield from (f"Note: {warning}" for warning in answer.warnings)


def reference(citation: Citation) -> str:
    dated = f", {citation.as_of}" if citation.as_of else ""
    return f"{citation.title} ({citation.source}, {citation.locator}{dated})"
