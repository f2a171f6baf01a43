"""Search of the record rows by what they say: the incident, decision or project that a question describes."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import BaseModel, ConfigDict, Field

from copilot.errors import ToolError
from copilot.reading.asked import Asked
from copilot.reading.call import Call
from copilot.records.store import Filter, RecordView
from copilot.retrieval.types import ScoredChunk
from copilot.sources import Sources
from copilot.tools.evidence import Row, read_row
from copilot.tools.row_sentences import tell
from copilot.tools.tool import Tool, has_records_index
from copilot.types import Evidence, Finding, Role, ToolResult, Viewer

# Of the project that the best row is about, so many further rows of these tables.
_RELATED = (("incidents", "-date", 2), ("decisions", "-date", 2))


class Arguments(BaseModel):
    """Find single projects, models, incidents and decisions by what their records say, in any words.

    For what is described without its name or id: "what happened with the tool that …". Rows are a sample: to count or
    list call find_projects, for a project known by name project_record.
    """

    model_config = ConfigDict(extra="forbid")

    query: str = Field(description="What to look for, in English; one topic a call.", min_length=1)
    top_k: int = Field(default=5, ge=1, le=20, description="Rows at the most.")


def calls(asked: Asked) -> Iterator[Call]:
    """The question itself is what is looked for."""
    yield Call("search_records", {"query": asked.topic}, f"rows of the records near to: {asked.text}")


def search_records(sources: Sources, viewer: Viewer, arguments: Arguments) -> ToolResult:
    """The rows nearest to a query, best first, then what else is recorded of the best one's project."""
    retriever = sources.retriever
    if retriever is None:
        raise ToolError("The records of this workspace are not indexed; run `bearing index`.")
    view = sources.records.view(viewer)
    found = retriever.search(arguments.query, viewer, top_k=arguments.top_k, kind="record")
    near = [(*located, s.cosine) for s in found if (located := _row(view, s))]
    project = _project(*near[0][:2]) if near else ""
    related = [(table, row, None) for table, row in _related(view, near[0][0], project)] if near else []
    quotes: dict[str, Finding] = {}
    evidence: list[Evidence] = []
    for table, row, cosine in (*near, *related):
        read = read_row(view, table, row, sources.today)
        if read.id not in quotes:
            evidence.append(read.model_copy(update={"relevance": cosine}))
            key = str(row.get(view.tables[table].key or "") or "")
            role: Role = "support" if project and _project(table, row) == project else "option"
            text = tell(view.tables[table], row)
            quotes[read.id] = Finding(
                kind="row", subject=key, role=role if quotes else "headline", text=text, evidence=(read.id,)
            )
    return ToolResult(findings=tuple(quotes.values()), evidence=tuple(evidence))


def _row(view: RecordView, scored: ScoredChunk) -> tuple[str, Row] | None:
    """The table and row that a chunk was made of; None when the records changed since it was indexed."""
    source, _, key = scored.chunk.document_id.partition("#")
    table = next((name for name, file in view.sources.items() if file == source), None)
    row = view.row(table, key) if table else None
    return (table, row) if table and row else None


def _project(table: str, row: Row) -> str:
    """The project that a row is or is about; empty where it is about none."""
    return str((row.get("id") if table == "projects" else row.get("project_id")) or "")


def _related(view: RecordView, table: str, project: str) -> list[tuple[str, Row]]:
    """What else is recorded of the project of a row of that table."""
    if not project:
        return []
    found: list[tuple[str, Row]] = []
    for other, order, most in _RELATED:
        if view.has(other, "project_id"):
            by = [order] if view.has(other, order.removeprefix("-")) else []
            rows = view.select(other, [Filter(column="project_id", value=project)], order_by=by, limit=most)
            found += [(other, related) for related in rows]
    own = view.row("projects", project) if table != "projects" and view.has("projects") else None
    return [*([("projects", own)] if own else []), *found]


TOOL = Tool(
    name="search_records",
    label="Searching the records",
    arguments=Arguments,
    run=search_records,
    is_available=has_records_index,
    calls=calls,
    searches="rows",
)
