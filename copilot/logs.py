"""The log that an operator reads: one line an event, on standard error, quiet unless asked for.

Modules log events by `logging.getLogger(__name__)`: a constant message, and what varies as `extra`. They log no secret
and no text of a question, an answer or a document. Only the entrances call `configure`.
"""

from __future__ import annotations

import json
import logging
import re
from datetime import UTC, datetime
from typing import Any

from copilot.settings import Settings

_NAME = "bearing"
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}
# What needs no quotation marks. All else is escaped, so that no file name can forge a line.
_PLAIN = re.compile(r"[\w.,:/+-]+", re.ASCII)


def configure(settings: Settings) -> None:
    """Writes events of the level that was set, or worse, to standard error; a second call replaces the first."""
    logger = logging.getLogger("copilot")
    for handler in [h for h in logger.handlers if h.get_name() == _NAME]:
        logger.removeHandler(handler)
    if settings.log_level == "off":
        return
    handler = logging.StreamHandler()
    handler.set_name(_NAME)
    handler.setFormatter(JsonLine() if settings.log_format == "json" else TextLine())
    logger.addHandler(handler)
    logger.setLevel(settings.log_level.upper())


class TextLine(logging.Formatter):
    """`2026-10-31T09:30:00.000Z WARNING copilot.chat slow turn: seconds=12.5 tools=search_knowledge`."""

    def format(self, record: logging.LogRecord) -> str:
        line = f"{_time(record)} {record.levelname} {record.name} {record.getMessage()}"
        fields = " ".join(f"{name}={_written(value)}" for name, value in _fields(record).items())
        return f"{line}: {fields}" if fields else line


class JsonLine(logging.Formatter):
    """One JSON object, its fields beside `time`, `level`, `logger` and `event`."""

    def format(self, record: logging.LogRecord) -> str:
        known = {"time": _time(record), "level": record.levelname, "logger": record.name, "event": record.getMessage()}
        return json.dumps({**known, **_fields(record)}, default=str)


def _time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    return {name: value for name, value in vars(record).items() if name not in _STANDARD}


def _written(value: Any) -> str:
    text = ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    return text if _PLAIN.fullmatch(text) else json.dumps(text)
