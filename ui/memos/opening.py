"""Where a memo is on the screens."""

from __future__ import annotations


def address(id: str) -> str:
    return f"/memos?memo={id}"
