"""The Model Context Protocol through its own client, over standard input and output and over HTTP."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import httpx2
import pytest
from command_line import environment
from indexes import CORPUS, Indexes
from loops import in_own_loop
from mcp import MCPError, StdioServerParameters
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.types import CallToolResult, TextContent, TextResourceContents
from served import Served

from copilot import Answer, Settings
from copilot.tools import TOOLS
from copilot.types import Viewer, ViewerRole

T = TypeVar("T")
Connect = Callable[[str], AbstractAsyncContextManager[Client]]


@pytest.fixture(scope="module")
def state(indexes: Indexes, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("stdio")
    indexes.copy_to(Settings(workspace=CORPUS, state_dir=folder))
    return folder


@pytest.fixture(params=["stdio", "http", "http of 2025"])
def connect(request: pytest.FixtureRequest) -> Connect:
    """Connects as a viewer, over one transport."""
    if request.param == "stdio":
        state: Path = request.getfixturevalue("state")

        def over_stdio(viewer: str) -> Client:
            arguments = ["-m", "copilot", "mcp", "--viewer", viewer]
            return Client(StdioServerParameters(command=sys.executable, args=arguments, env=environment(state)))

        return over_stdio

    return partial(over_http, request.getfixturevalue("served"), is_of_2025=request.param == "http of 2025")


@asynccontextmanager
async def over_http(
    served: Served, viewer: str, *, role: ViewerRole = "leader", is_of_2025: bool = False
) -> AsyncIterator[Client]:
    headers = {"Authorization": f"Bearer {served.key(viewer, role)}"}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=600) as http,
        Client(
            streamable_http_client(f"{served.url}/mcp", http_client=http), mode="legacy" if is_of_2025 else "auto"
        ) as client,
    ):
        yield client


def with_client(connect: Connect, viewer: str, use: Callable[[Client], Awaitable[T]]) -> T:
    async def main() -> T:
        async with connect(viewer) as client:
            return await use(client)

    return in_own_loop(main())


def text_of(content: object) -> str:
    assert isinstance(content, TextContent | TextResourceContents)
    return content.text


def test_no_web_framework_is_loaded_for_standard_input_and_output() -> None:
    program = "import sys, copilot.serving.mcp; print('fastapi' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


async def lists_and_calls_tools(client: Client) -> None:
    listed = {tool.name: tool for tool in (await client.list_tools()).tools}
    jobs = {"start_job", "jobs", "cancel_job"}
    assert {"ask", "find_projects", "prioritize_projects", *jobs} <= set(listed)
    assert set(listed) <= {"ask", *jobs, *(t.name for t in TOOLS)}
    assert "filters" in listed["find_projects"].input_schema["properties"]
    found = await client.call_tool("find_projects", {"filters": [{"column": "stage", "value": "pilot"}]})
    assert not found.is_error
    assert "3 of 8 projects are in pilot" in text_of(found.content[0])


async def asks_and_follows_up(client: Client) -> None:
    first = await client.call_tool("ask", {"question": "How many projects are in pilot?", "conversation": "t-mcp"})
    answer = Answer.model_validate(first.structured_content)
    assert text_of(first.content[0]).startswith(answer.text)
    assert f"- [1] {answer.citations[0].title}" in text_of(first.content[0])
    second = await client.call_tool("ask", {"question": "and in production?", "conversation": "t-mcp"})
    assert "of 8 projects are in production" in text_of(second.content[0])


async def calls_wrongly(client: Client) -> None:
    for name, arguments in (
        ("find_projekts", {}),
        ("find_projects", {"nonsense": 1}),
        ("find_projects", {"viewer": "chief_physician"}),
        ("ask", {}),
        ("ask", {"question": "a", "viewer": "chief_physician"}),
    ):
        told = await client.call_tool(name, arguments)
        assert told.is_error
        assert text_of(told.content[0])


async def resources(client: Client) -> dict[str, str]:
    return {r.name: r.uri for r in (await client.list_resources()).resources}


async def starts_and_ends_jobs(client: Client) -> None:
    started = await client.call_tool("start_job", {"kind": "memo", "arguments": {"top": 2}})
    job = structured(started)["jobs"][0]
    assert (job["kind"], job["arguments"], job["viewer"]) == ("memo", {"top": 2}, "ward_manager")
    assert text_of(started.content[0]).startswith(job["id"])
    assert job["id"] in [listed["id"] for listed in structured(await client.call_tool("jobs", {}))["jobs"]]
    await client.call_tool("cancel_job", {"id": job["id"]})
    (shown,) = structured(await client.call_tool("jobs", {"id": job["id"]}))["jobs"]
    assert shown["state"] in ("cancelled", "done")
    for name, arguments in (
        ("start_job", {"kind": "coffee"}),
        ("start_job", {"kind": "memo", "arguments": {"depth": 3}}),
        ("start_job", {"kind": "memo", "viewer": "chief_physician"}),
        ("jobs", {"id": "J-0"}),
        ("cancel_job", {"id": "J-0"}),
    ):
        assert (await client.call_tool(name, arguments)).is_error


def structured(result: CallToolResult) -> dict[str, Any]:
    assert not result.is_error, result.content
    assert result.structured_content is not None
    return result.structured_content


async def drafts_and_reads(client: Client) -> str:
    await client.call_tool("ask", {"question": "Draft a prioritization memo", "conversation": "t-mcp-memo"})
    found = await resources(client)
    memo = next(uri for uri in found.values() if uri.startswith("bearing://memos/"))
    assert text_of((await client.read_resource(memo)).contents[0]).startswith("# ")
    board = found["policies/board-risk-appetite.md"]
    assert text_of((await client.read_resource(board)).contents[0]).startswith("# ")
    return board


async def reads_what_is_not_theirs(client: Client, board: str) -> None:
    found = await resources(client)
    assert "playbook/model-monitoring.md" in found
    assert board not in found.values()
    for uri in (board, "bearing://documents/..%2Fworkspace.yaml", "file:///etc/passwd", "bearing://memos/M-0"):
        with pytest.raises(MCPError):
            await client.read_resource(uri)


def test_a_client_calls_tools_asks_and_reads_what_its_viewer_may_see(connect: Connect) -> None:
    """One connection of each viewer, since a server on standard input and output starts for each."""
    board = with_client(connect, "chief_physician", drafts_and_reads)

    async def use(client: Client) -> None:
        await lists_and_calls_tools(client)
        await asks_and_follows_up(client)
        await calls_wrongly(client)
        await starts_and_ends_jobs(client)
        await reads_what_is_not_theirs(client, board)

    with_client(connect, "ward_manager", use)


def test_over_http_a_job_is_seen_by_who_asked_and_roles_decide_who_may_start_what(served: Served) -> None:
    async def start(client: Client, kind: str) -> CallToolResult:
        return await client.call_tool("start_job", {"kind": kind})

    def tried(viewer: str, role: ViewerRole, use: Callable[[Client], Awaitable[T]]) -> T:
        return with_client(partial(over_http, served, role=role), viewer, use)

    refused = tried("ward_manager", "leader", partial(start, kind="index"))
    assert refused.is_error
    started = tried("ward_manager", "pm", partial(start, kind="index"))
    id = structured(started)["jobs"][0]["id"]
    assert served.jobs.read(id, Viewer(name="ward_manager")).kind == "index"
    seen = tried("chief_physician", "leader", lambda client: client.call_tool("jobs", {"id": id}))
    assert seen.is_error
    assert tried("chief_physician", "leader", lambda client: client.call_tool("cancel_job", {"id": id})).is_error
    done = served.jobs.take("a worker", 60)
    while done is not None and done.id != id:
        served.jobs.finish(done.id, "a worker", "M-1")
        done = served.jobs.take("a worker", 60)
    served.jobs.finish(id, "a worker", "11 documents")
    shown = tried("ward_manager", "leader", lambda client: client.call_tool("jobs", {"id": id}))
    assert text_of(shown.content[0]) == f"{id} (index) is done: 11 documents"
