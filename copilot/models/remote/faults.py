"""What can go wrong with a remote chat model, as a `ModelError` whose text is fit for a person.

Nothing a service says is passed on: its messages can hold keys, addresses and organisation ids.
"""

from __future__ import annotations

import functools
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from copilot.errors import ModelError

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage


@dataclass(frozen=True)
class Fault:
    message: str
    retryable: bool = False


FAULTS = {
    "auth": Fault("The model service rejected the key; check BEARING_API_KEY."),
    "forbidden": Fault("The key has no access to this model."),
    "model": Fault(
        "The model service does not know this model, or its address is wrong; check BEARING_MODEL and BEARING_BASE_URL."
    ),
    "quota": Fault("The account at the model service has no quota left; check its plan and billing."),
    "rate": Fault("The model service is busy and turned the question away.", retryable=True),
    "server": Fault("The model service had an internal error.", retryable=True),
    "timeout": Fault("The model service took too long to answer.", retryable=True),
    "network": Fault("The model service could not be reached.", retryable=True),
    "context": Fault("The question and what was found for it are too long for this model."),
    "filter": Fault("The content filter of the model service blocked the question or the answer."),
    "refusal": Fault("The model declined to answer."),
    "bad_request": Fault("The model service does not accept this kind of request."),
    "truncated": Fault("The answer of the model was cut off.", retryable=True),
    "malformed": Fault("The model service returned something unreadable.", retryable=True),
    "unknown": Fault("The model service failed in an unexpected way."),
}

# Codes and types in the bodies of OpenAI, Azure, vLLM and llama.cpp; they say more than the HTTP status does.
_BY_CODE = {
    "context_length_exceeded": "context",
    "exceed_context_size_error": "context",
    "content_filter": "filter",
    "insufficient_quota": "quota",
    "invalid_api_key": "auth",
    "model_not_found": "model",
    "rate_limit_exceeded": "rate",
    "server_error": "server",
}
_BY_STATUS = {
    401: "auth", 402: "quota", 403: "forbidden", 404: "model", 408: "timeout", 409: "server",
    413: "context", 425: "server", 429: "rate",
}  # fmt: skip
_BY_FINISH_REASON = {"length": "truncated", "content_filter": "filter", "error": "server"}
# Services without a code for it; sought only where the request was rejected.
_TOO_LONG = re.compile(r"context (length|window|size)|prompt is too long|input is too long|too many tokens", re.I)
# What may be shown of a code or a parameter: never a key or an organisation id, which have hyphens.
_SHOWABLE = re.compile(r"[a-zA-Z_][a-zA-Z_.]{0,39}")


def classify(error: BaseException) -> ModelError:
    """The ModelError for any failure of the remote model; one that is a ModelError already stays itself."""
    if isinstance(error, ModelError):
        return error
    kind = _kind(error)
    return fault(kind, _hint(kind, error))


def check_finish(message: BaseMessage) -> None:
    """Raises ModelError when a whole message of a model is not what the model meant to say.

    Neither the client nor LangChain objects to an answer that was cut off, filtered, refused or empty.
    """
    reason = message.response_metadata.get("finish_reason")
    if message.additional_kwargs.get("refusal"):
        raise fault("refusal")
    # A stream that ends without a reason was broken off.
    if reason is None:
        raise fault("truncated")
    if reason in _BY_FINISH_REASON:
        raise fault(_BY_FINISH_REASON[reason])
    if are_calls_broken(message) or not (arguments_of(message) or message.text.strip()):
        raise fault("malformed")


@dataclass(frozen=True)
class Arguments:
    """Those of one tool call, as they came."""

    name: str
    id: str
    text: str

    @property
    def is_object(self) -> bool:
        try:
            return isinstance(json.loads(self.text), dict)
        except ValueError:
            return False


def are_calls_broken(message: BaseMessage) -> bool:
    """Whether a whole message ends as it should and yet has a call that nobody can read."""
    reason = message.response_metadata.get("finish_reason")
    ended = reason is not None and reason not in _BY_FINISH_REASON
    return ended and not all(call.is_object for call in arguments_of(message))


def arguments_of(message: BaseMessage) -> list[Arguments]:
    """Of every call; from the stream as they came, since LangChain completes broken JSON by guessing."""
    if chunks := getattr(message, "tool_call_chunks", []):
        told = [(c["name"], c["id"], c["args"] or "{}") for c in chunks]
    else:
        told = [(c["name"], c["id"], json.dumps(c["args"], default=str)) for c in getattr(message, "tool_calls", [])]
        told += [(c["name"], c["id"], c["args"] or "") for c in getattr(message, "invalid_tool_calls", [])]
    return [Arguments(name or "unknown", id or "call", text) for name, id, text in told]


def fault(kind: str, hint: str = "") -> ModelError:
    """The ModelError of a kind."""
    known = FAULTS[kind]
    return ModelError(kind, f"{known.message} {hint}".strip(), retryable=known.retryable)


def _kind(error: BaseException) -> str:
    body = _body(error)
    for name in ("code", "type"):
        if found := _BY_CODE.get(str(body.get(name))):
            return found
    status = _status(error, body)
    if status in (400, 413, 422) and _TOO_LONG.search(str(body.get("message") or error)):
        return "context"
    if status is not None and status >= 400:
        return _BY_STATUS.get(status, "server" if status >= 500 else "bad_request")
    return next((kind for types, kind in _by_class() if isinstance(error, types)), "unknown")


def _body(error: BaseException) -> dict[str, Any]:
    """What the service said: the body of an openai error, or an error object in a reply with status 200."""
    body = getattr(error, "body", None) or next(iter(error.args), None)
    return body if isinstance(body, dict) else {}


def _status(error: BaseException, body: dict[str, Any]) -> int | None:
    status = getattr(error, "status_code", None) or body.get("code")
    try:
        return int(status) if status is not None else None
    except (TypeError, ValueError):
        return None


@functools.cache
def _by_class() -> tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], str], ...]:
    """For failures without a status, the most specific first."""
    import openai
    from langchain_core import exceptions

    return (
        (exceptions.ContextOverflowError, "context"),
        (exceptions.ModelRefusalError, "refusal"),
        (openai.ContentFilterFinishReasonError, "filter"),
        (openai.LengthFinishReasonError, "truncated"),
        ((openai.APITimeoutError, TimeoutError), "timeout"),
        ((openai.APIConnectionError, OSError), "network"),
        (openai.APIResponseValidationError, "malformed"),
        # An error event inside a stream has neither status nor class of its own.
        (openai.APIError, "server"),
        # What LangChain raises on replies that lack the parts of a completion.
        ((ValueError, LookupError, TypeError, AttributeError), "malformed"),
    )


def _hint(kind: str, error: BaseException) -> str:
    if kind == "rate":
        return _wait(error)
    if kind == "bad_request":
        body = _body(error)
        shown = [str(body.get(name)) for name in ("code", "param") if body.get(name)]
        shown = [text for text in shown if _SHOWABLE.fullmatch(text)]
        return f"It named: {', '.join(shown)}." if shown else ""
    return ""


def _wait(error: BaseException) -> str:
    headers = getattr(getattr(error, "response", None), "headers", None) or {}
    seconds = str(headers.get("retry-after", ""))
    return f"It asks to wait {int(seconds)} seconds." if seconds.isdecimal() else ""
