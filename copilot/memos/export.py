"""A memo in one of the formats people want it in."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from typing import Literal, get_args

from copilot.errors import SettingsError
from copilot.memos.layout import DRAFT
from copilot.memos.memo import Memo

Format = Literal["md", "docx", "pdf", "json"]
FORMATS: tuple[Format, ...] = get_args(Format)
_NEEDS: Mapping[Format, tuple[str, tuple[str, ...]]] = {
    "docx": ("Word", ("docx", "vl_convert")),
    "pdf": ("PDF", ("typst", "vl_convert")),
}
"""What a format is called, and the modules that write it, which are not installed with every Bearing."""


def missing(format: Format) -> str:
    """What must be installed before anything can be written in that format, in a sentence; empty where it can be."""
    name, modules = _NEEDS.get(format, ("", ()))
    if all(find_spec(module) for module in modules):
        return ""
    return f'To write {name} takes the extra "memos": pip install "bearing[memos]".'


def require(format: Format) -> None:
    """SettingsError where that format cannot be written here."""
    if words := missing(format):
        raise SettingsError(words)


def export(memo: Memo, format: Format, status: str = DRAFT) -> bytes:
    """The file; `status` is what it says of itself, such as "Signed off by A. Jones on 3 June 2026"."""
    require(format)
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
