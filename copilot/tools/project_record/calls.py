"""How the record of a project or model may be asked for."""

from __future__ import annotations

from collections.abc import Iterator

from copilot.language.formatting import column_label, join_and
from copilot.reading.asked import Asked
from copilot.reading.call import Call
from copilot.reading.facts import facts_of

# At most so many records are read for one question.
_MOST = 2
_FACTS = ("number", "date", "name")
_NOT_HELD = 0.5
"""What is left of a call for one fact of a record where no column comes near that fact: less than enough to be told."""


def calls(asked: Asked) -> Iterator[Call]:
    """One call for each project or model that is named, for what is asked of it."""
    for link in asked.records("projects", "models")[:_MOST]:
        facts = facts_of(asked, link)
        columns = [*facts.columns]
        arguments = {"project": link.key, **({"columns": columns} if columns else {})}
        what = join_and(column_label(c) for c in columns) if columns else "the record"
        is_held = bool(columns) or asked.reading.shape not in _FACTS
        phrase = f"{what} of {link.name or link.key}"
        certainty = facts.certainty if columns else 1.0
        yield Call("project_record", arguments, phrase, 1.0 if is_held else _NOT_HELD, certainty=certainty)
