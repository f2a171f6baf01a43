"""Bytes of a text file turned into text."""

from __future__ import annotations

import codecs
import re

from copilot.errors import KnowledgeError

_KANA = re.compile("[\u3041-\u30fe]")
_JAPANESE_RUN = re.compile("[\u3041-\u30fe\u4e00-\u9fff]{2}")
_JAPANESE_BESIDE_LATIN = re.compile("[a-zA-Z][\u4e00-\u9fff]|[\u4e00-\u9fff][a-zA-Z]")
# So many of the first bytes at even or at odd places are zero in UTF-16 text of Western languages.
_ZEROS = 0.3
_LOOKED_AT = 4096
_CONTROL = re.compile(rb"[\0-\x08\x0e-\x1f]")


def decode(content: bytes) -> str:
    """The text, with `\\n` between its lines; KnowledgeError when the bytes are not text."""
    if not content.strip():
        raise KnowledgeError("it is empty")
    try:
        text = _decode(content)
    except UnicodeDecodeError:
        raise KnowledgeError(
            "it is not text in UTF-8, UTF-16, Windows-1252 or Japanese cp932; save it as UTF-8"
        ) from None
    if "\0" in text:
        raise KnowledgeError("it is not text: it holds binary data")
    if not text.strip():
        raise KnowledgeError("it is empty")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _decode(content: bytes) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16")
    if wide := _utf16_without_mark(content):
        return content.decode(wide)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _japanese(content) or content.decode("cp1252")


def _utf16_without_mark(content: bytes) -> str | None:
    start = content[:_LOOKED_AT]
    half = max(1, len(start) // 2)
    if len(content) % 2 == 0:
        for offset, name in ((1, "utf-16-le"), (0, "utf-16-be")):
            zeros = start[offset::2].count(0)
            if zeros > _ZEROS * half and not _CONTROL.search(start[1 - offset :: 2]):
                return name
    return None


def _japanese(content: bytes) -> str | None:
    """The text when it reads as Japanese: nearly any Western bytes decode as something."""
    try:
        text = content.decode("cp932")
    except UnicodeDecodeError:
        return None
    likely = _KANA.search(text) or _JAPANESE_RUN.search(text)
    return text if likely and not _JAPANESE_BESIDE_LATIN.search(text) else None
