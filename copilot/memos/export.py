"""A memo in one of the formats people want it in."""

from __future__ import annotations

from typing import Literal, get_args

from copilot.memos.layout import DRAFT
from copilot.memos.memo import Memo

Format = Literal["md", "docx", "pdf", "json"]
FORMATS: tuple[Format, ...] = get_args(Format)


def export(memo: Memo, format: Format, status: str = DRAFT) -> bytes:
    """The file; `status` is what it says of itself, such as "Signed off by A. Jones on 3 June 2026"."""
    if format == "md":
        from copilot.memos import markdown

        return markdown.write(memo, status).encode()
    if format == "docx":
        from copilot.memos import word

        return word.write(memo, status)
    if format == "pdf":
        from copilot.memos import pdf

        return pdf.write(memo, status)
    return memo.model_dump_json(indent=2).encode() + b"\n"
