"""The HTTP server: routes, limits and who may call, around one copilot."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from copilot.serving import asking, chat_completions, conversations, jobs, library, memos, problems, tools
from copilot.serving.callers import Caller
from copilot.serving.context import Asker, In, Reader
from copilot.serving.mcp import http_sessions
from copilot.serving.serving import Serving
from copilot.types import Frozen

if TYPE_CHECKING:
    from copilot.telemetry.metrics import Metrics

# The longest question is 4,000 characters; a long chat sent along by another program may be much longer.
MAX_BODY_BYTES = 2_000_000
_THIS_MACHINE = ["localhost", "127.0.0.1", "[::1]"]


class Health(Frozen):
    status: str = "ok"


class Readiness(Frozen):
    status: str
    workspace: str
    documents: int


class _App(FastAPI):
    def openapi(self) -> dict[str, Any]:
        """The schema, which names the form of problems once."""
        schema = super().openapi()
        schema["components"]["schemas"]["Problem"] = problems.Problem.model_json_schema()
        return schema


def create_app(here: Serving, version: str) -> FastAPI:
    """The app of one copilot, which the caller closes."""
    sessions = http_sessions(here, version)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with sessions.run():
            yield

    app = _App(
        title="Bearing",
        version=version,
        description="Answers strategy questions from an organisation's playbook, policies and records, with citations.",
        # The pages that draw the schema load their scripts from elsewhere.
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        max_body_size=MAX_BODY_BYTES,
        telemetry={"auto_configure": False},
        lifespan=lifespan,
    )
    app.state.serving = here
    if here.callers.local is not None:
        # A web page elsewhere may name this machine by a name of its own, and so reach it from the browser.
        app.add_middleware(TrustedHostMiddleware, allowed_hosts=_THIS_MACHINE)
    problems.install(app)
    _add_health(app)
    if here.copilot.telemetry.metrics is not None:
        _add_metrics(app, here.copilot.telemetry.metrics)
    for router in (asking.router, tools.router(here), memos.router, jobs.router, library.router):
        app.include_router(router)
    app.include_router(conversations.router)
    app.include_router(chat_completions.router)
    app.router.routes.append(Route("/mcp", _Admitted(here, sessions)))
    return app


class _Admitted:
    """The Model Context Protocol for those who may call."""

    def __init__(self, here: Serving, sessions: StreamableHTTPSessionManager) -> None:
        self._here = here
        self._sessions = sessions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        kind, _, credential = request.headers.get("authorization", "").partition(" ")
        bearer = credential if kind.lower() == "bearer" else None
        request.state.caller = await run_in_threadpool(self._here.admit, bearer)
        await self._sessions.handle_request(scope, receive, send)


def _add_metrics(app: FastAPI, metrics: Metrics) -> None:
    @app.get("/metrics", tags=["operation"], response_class=Response, responses=problems.declared())
    def read(who: Reader) -> Response:
        """How many questions this process was asked and how they went, for Prometheus: for administrators."""
        who.require("administer")
        return Response(metrics.exposition(), media_type=metrics.content_type)


def _add_health(app: FastAPI) -> None:
    @app.get("/health", tags=["operation"])
    async def health() -> Health:
        """Whether the process answers."""
        return Health()

    @app.get("/ready", tags=["operation"], responses={503: problems.declared()[503]})
    def ready(here: In) -> Readiness:
        """Whether questions can be answered: the index and the conversations can be read."""
        here.copilot.conversations.list("", limit=1)
        found = here.library.list(here.copilot.viewer())
        return Readiness(status="ready", workspace=here.copilot.title, documents=len(found))

    @app.get("/api/caller", tags=["operation"], responses=problems.declared())
    async def caller(who: Asker) -> Caller:
        """As whom this call is made."""
        return who
