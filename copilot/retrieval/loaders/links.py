"""Words that lead somewhere, written as Markdown whatever file they stand in."""

from __future__ import annotations

import re
from urllib.parse import quote

_ADDRESS = re.compile(r"(?:https?://|mailto:)[^\s<>]{1,2000}", re.IGNORECASE)
_LINKED = re.compile(r"\[([^\[\]]+)\]\((?:https?://|mailto:)[^()\s]+\)", re.IGNORECASE)
# All that an address may hold but round brackets, which end one in Markdown.
_AS_THEY_ARE = ":/?#@!$&'*+,;=%~"


def linked(text: str, address: str | None) -> str:
    """Words with the address to which they lead, as Markdown; only a web or mail address, and one they do not name."""
    words = text.strip()
    if not address or not _ADDRESS.fullmatch(address) or not words or re.search(r"[\[\]]", words):
        return text
    if _bare(address) in _bare(words):
        return text
    start = text.index(words)
    return f"{text[:start]}[{words}]({quote(address, _AS_THEY_ARE)}){text[start + len(words) :]}"


def without_links(text: str) -> str:
    """The words alone, for a heading."""
    return _LINKED.sub(r"\1", text)


def _bare(address: str) -> str:
    return re.sub(r"^(?:https?://(?:www\.)?|mailto:)|/$", "", address.strip(), flags=re.IGNORECASE).casefold()
