"""What routes share: the server, who calls, streams, and what is not there."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Annotated, Any

from fastapi import Depends, HTTPException, Request
from fastapi.responses import StreamingResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from copilot.errors import KnowledgeError, SettingsError
from copilot.serving.callers import Caller
from copilot.serving.serving import Serving
from copilot.types import Viewer


def serving(request: Request) -> Serving:
    found: Serving = request.app.state.serving
    return found


In = Annotated[Serving, Depends(serving)]
MEDIA_TYPE = "text/event-stream"
_bearer = HTTPBearer(auto_error=False, description="An API key, or a token of the issuer that the server names.")


def caller(here: In, sent: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]) -> Caller:
    return here.admit(sent.credentials if sent else None)


Asker = Annotated[Caller, Depends(caller)]


def viewer(here: In, who: Asker) -> Viewer:
    return here.copilot.viewer(who.viewer).model_copy(update={"role": who.role})


Reader = Annotated[Viewer, Depends(viewer)]


class EventStream(StreamingResponse):
    """Server-sent events."""

    def __init__(self, content: AsyncIterator[bytes]) -> None:
        # Neither kept nor held back by proxies.
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        super().__init__(content, headers=headers, media_type=MEDIA_TYPE)

    @staticmethod
    def declared(description: str) -> dict[int | str, dict[str, Any]]:
        """How a route says that it answers with events."""
        event = {"type": "object", "properties": {"event": {"type": "string"}, "data": {"type": "string"}}}
        content = {MEDIA_TYPE: {"itemSchema": event | {"required": ["data"]}}}
        return {200: {"description": description, "content": content}}


@contextmanager
def not_found() -> Iterator[None]:
    """What is not there, or not for the viewer, is a 404 with the reason."""
    try:
        yield
    except (SettingsError, KnowledgeError) as error:
        raise HTTPException(404, str(error)) from None
