"""How the record of a project or model may be asked for."""

from __future__ import annotations

from collections.abc import Iterator

from copilot.language.formatting import column_label, join_and
from copilot.reading.asked import Asked
from copilot.reading.call import Call

# At most so many records are read for one question.
_MOST = 2


def calls(asked: Asked) -> Iterator[Call]:
    """One call for each project or model that is named, for what is asked of it."""
    for link in asked.records("projects", "models")[:_MOST]:
        columns = [*asked.of_table(link.table).shown]
        arguments = {"project": link.key, **({"columns": columns} if columns else {})}
        what = join_and(column_label(c) for c in columns) if columns else "the record"
        yield Call("project_record", arguments, f"{what} of {link.name or link.key}")
