"""Bearing over the Model Context Protocol: `ask`, the tools, and documents and memos as resources."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar
from urllib.parse import quote, unquote

from mcp import MCPError
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel.server import Server
from mcp.server.stdio import stdio_server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.types import (
    INVALID_PARAMS,
    CallToolRequestParams,
    CallToolResult,
    ListResourcesResult,
    ListResourceTemplatesResult,
    ListToolsResult,
    PaginatedRequestParams,
    ReadResourceRequestParams,
    ReadResourceResult,
    Resource,
    ResourceTemplate,
    TextContent,
    TextResourceContents,
    Tool,
    ToolAnnotations,
)

from copilot.errors import CopilotError, KnowledgeError, SettingsError
from copilot.memos.export import export
from copilot.retrieval.types import Chunk
from copilot.serving.callers import Caller
from copilot.serving.mcp_jobs import JOB_TOOLS
from copilot.serving.question import Question, checked
from copilot.serving.serving import Serving
from copilot.serving.sourced import with_sources
from copilot.serving.tool_info import describe
from copilot.tools import available

Context = ServerRequestContext[Any, Any]
T = TypeVar("T")

_DOCUMENT, _MEMO = "bearing://documents/", "bearing://memos/"
_PAGE = 200
_ASK = Tool(
    name="ask",
    title="Ask Bearing",
    description=(
        "Answer a question about the organisation's AI strategy, policies, projects and metrics from its own documents "
        "and records, with numbered sources. Follow-ups need the `conversation` of the question before: any id, the "
        "same for all of them."
    ),
    input_schema=Question.model_json_schema(),
    annotations=ToolAnnotations(read_only_hint=False, open_world_hint=False),
)
_INSTRUCTIONS = (
    "Use `ask` for questions in words; use the other tools for counts, rankings, metrics, gates and memos over whole "
    "tables. Cite what their results cite. Leave what takes minutes (a memo, an index run, an evaluation) to "
    "`start_job`, and look at it with `jobs`."
)


def make_server(here: Serving, caller_of: Callable[[Context], Caller], version: str) -> Server[Any]:
    """A server of the protocol; `caller_of` says on whose behalf a request is made."""

    async def list_tools(context: Context, params: PaginatedRequestParams | None) -> ListToolsResult:
        return ListToolsResult(tools=[_ASK, *_tools(here), *(tool.told for tool in JOB_TOOLS.values())])

    async def call_tool(context: Context, params: CallToolRequestParams) -> CallToolResult:
        who, given = caller_of(context), dict(params.arguments or {})
        try:
            return await here.workers.run(lambda: _called(here, who, params.name, given))
        except CopilotError as error:
            return CallToolResult(content=[TextContent(text=str(error))], is_error=True)

    async def list_resources(context: Context, params: PaginatedRequestParams | None) -> ListResourcesResult:
        who = caller_of(context)
        found = await here.workers.run(lambda: list(_resources(here, who)))
        start = _start(params)
        more = str(start + _PAGE) if start + _PAGE < len(found) else None
        return ListResourcesResult(resources=found[start : start + _PAGE], next_cursor=more)

    async def list_templates(context: Context, params: PaginatedRequestParams | None) -> ListResourceTemplatesResult:
        return ListResourceTemplatesResult(resource_templates=_TEMPLATES)

    async def read_resource(context: Context, params: ReadResourceRequestParams) -> ReadResourceResult:
        who = caller_of(context)
        try:
            text = await here.workers.run(lambda: _read(here, who, params.uri))
        except (KnowledgeError, SettingsError) as error:
            raise MCPError(INVALID_PARAMS, str(error), {"uri": params.uri}) from None
        content = TextResourceContents(uri=params.uri, mime_type="text/markdown", text=text)
        return ReadResourceResult(contents=[content])

    return Server(
        "bearing",
        version=version,
        title=f"Bearing: {here.copilot.title}",
        instructions=_INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
        on_list_resources=list_resources,
        on_list_resource_templates=list_templates,
        on_read_resource=read_resource,
    )


async def serve_stdio(here: Serving, who: Caller, version: str) -> None:
    """Serves one client over standard input and output until it closes them."""
    server = make_server(here, lambda _: who, version)
    async with stdio_server() as (incoming, outgoing):
        await server.run(incoming, outgoing, server.create_initialization_options())


def http_sessions(here: Serving, version: str) -> StreamableHTTPSessionManager:
    """The protocol over HTTP; each request carries all it needs, so that any process may take it."""
    server = make_server(here, _caller_of_request, version)
    return StreamableHTTPSessionManager(server, stateless=True, json_response=True)


def _caller_of_request(context: Context) -> Caller:
    assert context.request is not None, "a request over HTTP comes with one"
    found: Caller = context.request.state.caller
    return found


def _tools(here: Serving) -> Iterator[Tool]:
    for tool in available(here.copilot.sources):
        told = describe(tool)
        yield Tool(
            name=told.name,
            title=tool.label,
            description=told.description,
            input_schema=told.arguments,
            annotations=ToolAnnotations(read_only_hint=True, open_world_hint=False),
        )


def _called(here: Serving, who: Caller, name: str, given: dict[str, Any]) -> CallToolResult:
    if tool := JOB_TOOLS.get(name):
        return tool.call(here, who, given)
    if name != _ASK.name:
        result = here.copilot.call_as(here.copilot.viewer(who.viewer), name, given)
        return CallToolResult(content=[TextContent(text=result.render())], is_error=bool(result.choices))
    asked = checked(Question, name, given)
    answer = here.copilot.ask(asked.question, asked.conversation, who.viewer)
    return CallToolResult(
        content=[TextContent(text=with_sources(answer))], structured_content=answer.model_dump(mode="json")
    )


_TEMPLATES = [
    ResourceTemplate(uri_template=f"{_DOCUMENT}{{path}}", name="document", mime_type="text/markdown"),
    ResourceTemplate(uri_template=f"{_MEMO}{{id}}", name="memo", mime_type="text/markdown"),
]


def _resources(here: Serving, who: Caller) -> Iterator[Resource]:
    viewer = here.copilot.viewer(who.viewer)
    for info in here.library.list(viewer):
        replaced = f"Replaced by {info.superseded_by}." if info.superseded_by else None
        yield Resource(
            uri=_DOCUMENT + quote(info.id, safe=""),
            name=info.id,
            title=info.title,
            description=replaced,
            mime_type="text/markdown",
        )
    for memo in here.copilot.memos.list(viewer) if here.copilot.memos else ():
        yield Resource(uri=_MEMO + memo.id, name=memo.id, title=memo.title, mime_type="text/markdown")


def _read(here: Serving, who: Caller, uri: str) -> str:
    viewer = here.copilot.viewer(who.viewer)
    if uri.startswith(_DOCUMENT):
        shown = here.library.show(unquote(uri.removeprefix(_DOCUMENT)), viewer)
        here.copilot.note("opened", shown.info.id, viewer.name)
        notes = [f"> {warning}" for warning in shown.warnings]
        return "\n\n".join([f"# {shown.info.title}", *notes, *_sections(shown.chunks)])
    if uri.startswith(_MEMO) and here.copilot.memos is not None:
        memo = here.copilot.memos.read(uri.removeprefix(_MEMO), viewer)
        here.copilot.note("opened memo", memo.id, viewer.name)
        return export(memo, "md", here.copilot.memos.status(memo.id, viewer)).decode()
    raise KnowledgeError(f"There is no resource {uri!r}.")


def _sections(chunks: Sequence[Chunk]) -> Iterator[str]:
    """The text as it was indexed, a heading before the first passage under it."""
    path: tuple[str, ...] = ()
    for chunk in chunks:
        if chunk.heading_path != path:
            path = chunk.heading_path
            yield f"## {' › '.join(path)}"
        yield chunk.text


def _start(params: PaginatedRequestParams | None) -> int:
    cursor = params.cursor if params and params.cursor else "0"
    if not cursor.isascii() or not cursor.isdecimal():
        raise MCPError(INVALID_PARAMS, f"{cursor!r} is no cursor of this list.")
    return int(cursor)
