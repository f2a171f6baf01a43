"""Settings: the only reader of the environment."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

from copilot.errors import SettingsError

_ROOT = Path(__file__).resolve().parent
PREFIX = "BEARING_"
_SECRETS = ("api_key", "state_url", "warehouse_url")
# Strict, so that no part of a password can be taken for a host or a port, which errors name.
_PART = r"(?:[^\s/?#@%]|%[0-9A-Fa-f]{2})*"
_POSTGRES = re.compile(rf"postgres(?:ql)?://(?:{_PART}@)?{_PART}(?:/{_PART})?(?:\?(?:[^\s#@%]|%[0-9A-Fa-f]{{2}})*)?")


def shipped_workspace() -> Path:
    """`knowledge/` of the checkout, or its copy inside an installed package."""
    checkout = _ROOT.parent / "knowledge"
    return checkout if checkout.is_dir() else _ROOT / "_knowledge"


class Settings(BaseModel):
    """What an operator decides. Frozen; `Settings(…)` with a wrong value raises pydantic's ValidationError.

    Durations are in seconds. Secrets appear in no text form of the settings.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    workspace: Path = Field(default_factory=shipped_workspace)
    """The folder of documents and records to answer from."""
    state_dir: Path | None = None
    """Where indexes and conversations are kept; by default under the user's state folder, never in the workspace."""
    state_url: SecretStr | None = None
    """A PostgreSQL database for conversations, memos, jobs, feedback, audit trail and API keys instead of files."""
    model: str = "grounded"
    """`grounded`, or `openai:NAME` for a remote chat model."""
    other_models: str = ""
    """Names of further models, as in `model`, between commas: those that may be chosen for a question instead."""
    base_url: str | None = Field(default=None, repr=False)
    """An OpenAI-compatible endpoint, for remote models other than OpenAI's own."""
    api_key: SecretStr | None = None
    """Key of the remote model; `OPENAI_API_KEY` is read when this is absent."""
    timeout_seconds: float = Field(default=60.0, gt=0)
    """How long one call of the remote model may take."""
    history_tokens: int = Field(default=3000, ge=0)
    """How much of a conversation the remote model is reminded of, newest turns first, in tokens."""
    turn_tokens: int | None = Field(default=None, gt=0)
    """A question that has used so many tokens of the remote model is answered by the built-in one."""
    day_tokens: int | None = Field(default=None, gt=0)
    """So many tokens of the remote model are used in a day (UTC) at the most."""
    token_prices: str | None = Field(default=None, pattern=r"^\d+(\.\d+)?/\d+(\.\d+)?$")
    """Price of a million tokens sent and a million received, as `2.50/10`, in any currency."""
    warehouse_url: SecretStr | None = None
    """ibis connection URL of the warehouse that holds the tables `workspace.yaml` names under `warehouse`."""
    chroma_url: str | None = Field(default=None, pattern=r"^https?://[^/\s]+/?$", repr=False)
    """A Chroma server for the vectors, as `http://HOST:PORT`; without one they are kept in the state folder."""
    parallel: str = Field(default="threads", pattern=r"^(threads|processes|ray|dask:tcp://\S+)$")
    """Where documents are read and embedded: `threads` or `processes` here, `dask:tcp://HOST:PORT`, `ray`."""
    viewer: str | None = None
    """Who asks, when the call does not say: a name from `workspace.yaml`."""
    today: date | None = None
    """Pretend it is this day, for replays and evaluations."""
    token_issuer: str | None = Field(default=None, pattern=r"^https?://\S+$")
    """OpenID Connect issuer whose bearer tokens `bearing serve` takes, as its tokens name it."""
    token_audience: str | None = None
    """What tokens for this server name as their audience."""
    otlp_url: str | None = Field(default=None, pattern=r"^https?://[^/\s]+(/\S*)?$", repr=False)
    """An OpenTelemetry collector that takes OTLP over HTTP, as `http://HOST:4318`; traces of questions go there."""
    metrics: bool = False
    """`bearing serve` tells Prometheus at `/metrics` how many questions there were and how they went."""
    keep_days: float | None = Field(default=None, gt=0)
    """Conversations that nobody used for so many days are deleted; without it they are kept."""
    rate: int = Field(default=120, ge=1)
    """How many questions a minute a person may put on the screens, and how many calls a caller of `bearing serve`."""
    worker: bool = True
    """`bearing serve` and `bearing ui` start a worker for jobs; False where `bearing worker` runs beside them."""
    log_level: Literal["off", "error", "warning", "info", "debug"] = "off"
    """Which events are written to standard error: those of this level and worse."""
    log_format: Literal["text", "json"] = "text"
    """How an event is written: a line of text, or a JSON object on a line."""
    slow_seconds: float = Field(default=10.0, gt=0)
    """A turn that takes longer is logged as slow."""

    @field_validator("state_url")
    @classmethod
    def _is_of_postgres(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not _POSTGRES.fullmatch(value.get_secret_value()):
            raise ValueError(
                "write postgresql://USER:PASSWORD@HOST:PORT/DATABASE, with %40 for an @ in the password, %2F for a /, "
                "%3A for a :, %23 for a #, %25 for a %"
            )
        return value

    @classmethod
    def from_env(cls, environment: Mapping[str, str] | None = None, **overrides: Any) -> Settings:
        """Settings from `BEARING_…` variables, by default of the process; an override that is not None wins.

        Raises SettingsError for an unknown variable or a wrong value, and names the variable but no secret.
        """
        environment = os.environ if environment is None else environment
        names = {PREFIX + name.upper(): name for name in cls.model_fields}
        given = {key: value for key, value in environment.items() if key.startswith(PREFIX) and value}
        if unknown := sorted(set(given) - set(names)):
            raise SettingsError(f"Unknown setting {unknown[0]!r}; known are {', '.join(sorted(names))}.")
        values: dict[str, Any] = {names[key]: value for key, value in given.items()}
        if "api_key" not in values and environment.get("OPENAI_API_KEY"):
            values["api_key"] = environment["OPENAI_API_KEY"]
        values |= {key: value for key, value in overrides.items() if value is not None}
        try:
            settings = cls(**values)
        except ValidationError as error:
            first = error.errors()[0]
            name = PREFIX + str(first["loc"][0]).upper()
            shown = "" if first["loc"][0] in _SECRETS else f" ({first['input']!r})"
            raise SettingsError(f"{name}{shown}: {first['msg'].removeprefix('Value error, ')}.") from None
        return settings.model_copy(update={"workspace": settings.workspace.expanduser().resolve()})

    def models(self) -> tuple[str, ...]:
        """Those that may be asked, the one that is asked unless another is chosen first."""
        others = (name.strip() for name in self.other_models.split(","))
        return tuple(dict.fromkeys([self.model, *filter(None, others)]))

    def prices(self) -> tuple[float, float] | None:
        """Of a million tokens sent, and received."""
        if self.token_prices is None:
            return None
        sent, _, received = self.token_prices.partition("/")
        return float(sent), float(received)

    def workspace_key(self) -> str:
        """Tells this workspace from others, by its path."""
        return hashlib.sha256(str(self.workspace).encode()).hexdigest()[:12]

    def workspace_state(self) -> Path:
        """The folder that keeps this workspace's index and conversations; made when missing.

        Raises SettingsError when it cannot be made.
        """
        root = self.state_dir or _user_state()
        path = root.expanduser().resolve() / f"{self.workspace.name or 'root'}-{self.workspace_key()}"
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SettingsError(
                f"Cannot write {str(path)!r} ({error.strerror}); set {PREFIX}STATE_DIR to a writable folder."
            ) from None
        return path


def _user_state() -> Path:
    return Path(os.environ.get("XDG_STATE_HOME") or Path("~/.local/state").expanduser()) / "bearing"
