"""The remote chat model: OpenAI, or any service that speaks its protocol."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pydantic import SecretStr

from copilot.errors import SettingsError
from copilot.models.remote.faults import check_finish, classify
from copilot.settings import Settings

if TYPE_CHECKING:
    from copilot.models.remote.openai_chat import RemoteChatModel

__all__ = ["check_finish", "classify", "ping", "remote_model"]

PREFIX = "openai:"
# Named, so that a variable meant for another program cannot send the key elsewhere.
OPENAI_URL = "https://api.openai.com/v1"
MAX_RETRIES = 2
# An address that swallows packets shall not take the whole timeout.
_CONNECT_SECONDS = 5.0
_PING_SECONDS = 10.0
# Far more than an answer needs, so that a model that thinks aloud first can; some services refuse more than they have.
_MOST_OUTPUT_TOKENS = 16_000
# Local services want some key in the header and ignore it.
_PLACEHOLDER_KEY = "none"


def remote_model(settings: Settings, max_retries: int = MAX_RETRIES) -> RemoteChatModel:
    """A LangChain chat model whose every failure is a ModelError."""
    name = settings.model.removeprefix(PREFIX).strip()
    if not settings.model.startswith(PREFIX) or not name:
        raise SettingsError(
            f"The model {settings.model!r} in BEARING_MODEL or BEARING_OTHER_MODELS is unknown; "
            f"use 'grounded' or '{PREFIX}' and a model's name."
        )
    if settings.base_url is not None and not _is_http(settings.base_url):
        raise SettingsError("BEARING_BASE_URL must begin with http:// or https:// and name a host.")
    if settings.api_key is None and settings.base_url is None:
        raise SettingsError(f"{settings.model} needs a key: set BEARING_API_KEY or OPENAI_API_KEY.")

    import openai

    from copilot.models.remote.openai_chat import RemoteChatModel

    timeout = openai.Timeout(settings.timeout_seconds, connect=min(_CONNECT_SECONDS, settings.timeout_seconds))
    http = openai.DefaultHttpxClient(timeout=timeout)
    model = RemoteChatModel(
        model=name,
        base_url=settings.base_url or OPENAI_URL,
        api_key=settings.api_key or SecretStr(_PLACEHOLDER_KEY),
        timeout=timeout,
        http_client=http,
        # It tries again by itself, so that all tries together keep within the timeout.
        max_retries=0,
        tries=1 + max_retries,
        patience=settings.timeout_seconds,
        max_tokens=_MOST_OUTPUT_TOKENS,
        temperature=0,
        stream_usage=True,
        use_responses_api=False,
    )
    # Copies of the model share the client, so its connections are closed when the last of them is gone.
    weakref.finalize(model.root_client, http.close)
    return model


def ping(settings: Settings) -> str:
    """A sentence that says the remote model can be used; ModelError when it cannot."""
    seconds = min(_PING_SECONDS, settings.timeout_seconds)
    model = remote_model(settings.model_copy(update={"timeout_seconds": seconds}), max_retries=0)
    if model.model_name in _offered(model):
        return f"{settings.model} is offered by the model service."
    # Services list models under other names than they accept, or list none: only asking tells.
    model.invoke("Reply with the word ready.")
    return f"{settings.model} answers."


def _offered(model: RemoteChatModel) -> frozenset[str]:
    import openai

    try:
        return frozenset(offered.id for offered in model.root_client.models.list().data)
    except openai.OpenAIError as error:
        failure = classify(error)
        if failure.kind in ("model", "bad_request", "forbidden", "server"):
            return frozenset()
        raise failure from None
    except (ValueError, TypeError, AttributeError):
        return frozenset()


def _is_http(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)
