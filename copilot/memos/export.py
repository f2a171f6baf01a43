"""A memo in one of the formats people want it in."""

from __future__ import annotations

from typing import Literal, get_args

from copilot.memos.memo import Memo

Format = Literal["md", "docx", "pdf", "json"]
FORMATS: tuple[Format, ...] = get_args(Format)


def export(memo: Memo, format: Format) -> bytes:
    if format == "md":
        from copilot.memos import markdown

        return markdown.write(memo).encode()
    if format == "docx":
        from copilot.memos import word

        return word.write(memo)
    if format == "pdf":
        from copilot.memos import pdf

        return pdf.write(memo)
    return memo.model_dump_json(indent=2).encode() + b"\n"
