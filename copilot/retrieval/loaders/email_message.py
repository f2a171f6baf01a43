"""E-mail (EML): who, when and about what, the text, and the attachments, each read by its own reader."""

from __future__ import annotations

import email
import email.policy
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parsedate_to_datetime

from copilot.errors import KnowledgeError
from copilot.retrieval.loaders import plain
from copilot.retrieval.loaders.content import Content
from copilot.retrieval.loaders.delimited import read_csv
from copilot.retrieval.loaders.encoding import decode
from copilot.retrieval.loaders.formats import format_of
from copilot.retrieval.loaders.isolated import read_bytes_isolated
from copilot.retrieval.loaders.limits import WALL_SECONDS
from copilot.retrieval.types import Section

DEEPEST = 3
"""Messages inside messages that are still opened."""
MOST_ATTACHMENTS = 50
_ATTACHMENT_SECONDS = 10
# Time kept back for writing down what was found.
_RESERVE_SECONDS = 3
_HEADERS = ("From", "To", "Cc", "Date", "Subject")
_BODY = "message"


def read(data: bytes, depth: int = 0) -> Content:
    started = time.monotonic()
    message = email.message_from_bytes(data, policy=email.policy.compat32)
    if not any(message.get(name) for name in _HEADERS):
        raise KnowledgeError("it is not an e-mail: it has no sender, subject or date; save the message again as EML")
    subject = _header(message, "Subject")
    bodies, attachments = _parts(message)
    notes: list[str] = []
    head = _head(message)
    sections = [head, *_body(bodies, head.last_line + 1, notes)]
    for number, (name, part) in enumerate(attachments):
        wall = min(_ATTACHMENT_SECONDS, int(_wall(depth) - _RESERVE_SECONDS - (time.monotonic() - started)))
        try:
            if number >= MOST_ATTACHMENTS:
                raise KnowledgeError(f"only the first {MOST_ATTACHMENTS} are read; save the others as files")
            if wall < 1:
                raise KnowledgeError("no time was left to read it; save it as a file")
            content = _attachment(name, part, depth, wall)
        except KnowledgeError as error:
            notes.append(f"attachment {name}: {error}")
            continue
        notes += [f"attachment {name}: {note}" for note in content.notes]
        sections += (_inside(section, name) for section in content.sections)
    return Content(tuple(sections), subject or None, _date(message), tuple(notes))


def _wall(depth: int) -> int:
    return WALL_SECONDS if depth == 0 else _ATTACHMENT_SECONDS


def _parts(message: Message) -> tuple[list[Message], list[tuple[str, Message]]]:
    """The parts that are the message's text, and its attachments with their names."""
    bodies: list[Message] = []
    attachments: list[tuple[str, Message]] = []
    for part in _leaves(message):
        name = _file_name(part)
        is_text = part.get_content_type() in ("text/plain", "text/html")
        if is_text and not name and part.get_content_disposition() != "attachment":
            bodies.append(part)
        elif part.get_content_type() == "message/rfc822":
            attachments.append((name or "forwarded message.eml", part))
        elif name or part.get_content_disposition() == "attachment":
            attachments.append((name or f"part {len(attachments) + 1}", part))
    return bodies, attachments


def _leaves(message: Message) -> Iterator[Message]:
    """The parts that hold something; a message inside this one is a part."""
    if message.get_content_type() == "message/rfc822" or not message.is_multipart():
        yield message
        return
    parts = message.get_payload()
    for part in parts if isinstance(parts, list) else ():
        if isinstance(part, Message):
            yield from _leaves(part)


def _file_name(part: Message) -> str:
    raw = part.get_filename() or ""
    return re.sub(r"[\\/\0-\x1f]+", "_", _decoded(raw)).strip()


def _head(message: Message) -> Section:
    lines = [f"{name}: {value}" for name in _HEADERS if (value := _header(message, name))]
    return Section((), "\n".join(lines), 1, len(lines), within=_BODY)


def _body(bodies: list[Message], start: int, notes: list[str]) -> Iterator[Section]:
    """The text under the head; its lines are counted on, from the blank one between."""
    plain_text = [part for part in bodies if part.get_content_type() == "text/plain" and _payload(part).strip()]
    for part in plain_text or bodies:
        if part.get_content_type() == "text/plain":
            lines = _text(part).split("\n")
            for section in plain.read_text(lines).sections:
                first, last = section.first_line + start, section.last_line + start
                yield replace(section, first_line=first, last_line=last, within=_BODY)
            start += len(lines)
            continue
        from copilot.retrieval.loaders import web

        try:
            yield from (replace(section, within=_BODY) for section in web.read(_payload(part)).sections)
        except KnowledgeError as error:
            notes.append(f"the text of the message cannot be read: {error}")


def _text(part: Message) -> str:
    data = _payload(part)
    try:
        text = data.decode(part.get_content_charset() or "utf-8")
    except (LookupError, UnicodeDecodeError):
        text = decode(data)
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")


def _payload(part: Message) -> bytes:
    if part.get_content_type() == "message/rfc822":
        inner = part.get_payload(0)
        return inner.as_bytes() if isinstance(inner, Message) else b""
    data = part.get_payload(decode=True)
    return data if isinstance(data, bytes) else b""


def _attachment(name: str, part: Message, depth: int, wall: int) -> Content:
    data = _payload(part)
    format = "email" if part.get_content_type() == "message/rfc822" else format_of(name, data)
    if format == "email" and depth + 1 >= DEEPEST:
        raise KnowledgeError(f"messages are read {DEEPEST} deep; save it as a file")
    if format in ("markdown", "text", "csv"):
        text = decode(data)
        if format == "csv":
            return read_csv(text)
        return (plain.read_markdown if format == "markdown" else plain.read_text)(text.split("\n"))
    return read_bytes_isolated(format, data, depth=depth + 1, wall_seconds=wall)


def _inside(section: Section, name: str) -> Section:
    within = f"attachment {name}" + (f", {section.within}" if section.within else "")
    return replace(section, within=within, heading_path=(name, *section.heading_path))


def _header(message: Message, name: str) -> str:
    return _decoded(str(message.get(name) or ""))


def _decoded(raw: str) -> str:
    try:
        text = str(make_header(decode_header(raw)))
    except (UnicodeError, LookupError, ValueError):
        text = raw
    return " ".join(text.encode("utf-8", "replace").decode("utf-8").split())


def _date(message: Message) -> date | None:
    try:
        return parsedate_to_datetime(str(message.get("Date") or "")).date()
    except (TypeError, ValueError, IndexError):
        return None
