"""Errors as programs read them: problem details (RFC 9457), or the OpenAI protocol's own form below /v1."""

from __future__ import annotations

import math
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.routing import Match

from copilot.errors import CopilotError, PermissionDenied, ToolError
from copilot.serving.callers import Unidentified
from copilot.serving.serving import Forbidden, TooMany
from copilot.serving.work import Busy

_AGAIN_SECONDS = 5
_MEDIA_TYPE = "application/problem+json"
_METHODS = ("DELETE", "GET", "PATCH", "POST", "PUT")


class Problem(BaseModel):
    """What went wrong (RFC 9457)."""

    type: str = "about:blank"
    title: str
    """The status in words."""
    status: int
    detail: str
    """For the person: what is wrong with this call, and what would be right."""
    nearest: tuple[str, ...] = ()
    """Up to three valid values in place of a wrong one."""


class Failure(BaseModel):
    message: str
    type: str
    param: None = None
    code: int


class FailedRequest(BaseModel):
    """What went wrong, as the OpenAI protocol says it."""

    error: Failure


_OF_EVERY_ROUTE = (400, 401, 403, 413, 422, 429, 503)


def declared(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """How a route names the problems that it may answer with; those of every route are among them."""
    content = {_MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {s: {"description": HTTPStatus(s).phrase, "content": content} for s in (*_OF_EVERY_ROUTE, *statuses)}


def declared_by_openai() -> dict[int | str, dict[str, Any]]:
    """The same in the OpenAI protocol's form."""
    return {s: {"description": HTTPStatus(s).phrase, "model": FailedRequest} for s in _OF_EVERY_ROUTE}


def problem_of(error: CopilotError) -> Problem:
    status = _status(error)
    nearest = error.nearest if isinstance(error, ToolError) else ()
    return Problem(title=HTTPStatus(status).phrase, status=status, detail=str(error), nearest=nearest)


def install(app: FastAPI) -> None:
    """Turns every error of the app into a problem."""

    @app.exception_handler(CopilotError)
    async def failed(request: Request, error: CopilotError) -> JSONResponse:
        return _reply(request, problem_of(error), _headers(error))

    @app.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> JSONResponse:
        problem = Problem(
            title=HTTPStatus(error.status_code).phrase, status=error.status_code, detail=str(error.detail)
        )
        headers = {"Allow": ", ".join(_allowed(request))} if error.status_code == 405 else error.headers
        return _reply(request, problem, headers)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        return _reply(request, Problem(title=HTTPStatus(422).phrase, status=422, detail=f"{where}: {first['msg']}."))


def _status(error: CopilotError) -> int:
    kinds = {Unidentified: 401, Forbidden: 403, PermissionDenied: 403, ToolError: 422, TooMany: 429}
    return next((status for kind, status in kinds.items() if isinstance(error, kind)), 503)


def _headers(error: CopilotError) -> dict[str, str]:
    if isinstance(error, Unidentified):
        return {"WWW-Authenticate": "Bearer"}
    if isinstance(error, TooMany):
        return {"Retry-After": str(math.ceil(error.wait_seconds))}
    return {"Retry-After": str(_AGAIN_SECONDS)} if isinstance(error, Busy) else {}


def _reply(request: Request, problem: Problem, headers: Mapping[str, str] | None = None) -> JSONResponse:
    if request.url.path.startswith("/v1/"):
        failure = Failure(message=problem.detail, type=problem.title, code=problem.status)
        return JSONResponse(FailedRequest(error=failure).model_dump(), problem.status, headers)
    return JSONResponse(problem.model_dump(), problem.status, headers, media_type=_MEDIA_TYPE)


def _allowed(request: Request) -> list[str]:
    """The methods of a path, whose routes are apart."""
    routes = request.app.router.routes
    return [m for m in _METHODS if any(r.matches({**request.scope, "method": m})[0] is Match.FULL for r in routes)]
