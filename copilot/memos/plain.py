"""Text as documents can hold it."""

from __future__ import annotations

import re

# XML, and with it Word and SVG, knows no other control characters than these three, and no half of a surrogate pair.
_UNPRINTABLE = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def printable(text: str) -> str:
    """The text with what no document can hold shown as the replacement character."""
    return _UNPRINTABLE.sub("\ufffd", text)


def on_one_line(text: str) -> str:
    return " ".join(printable(text).split())
