"""The documents of a workspace, read from its files: one module for each format."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from copilot.retrieval.loaders.files import SIDECAR, SourceFile, Unsettled, find_sources, fingerprint
    from copilot.retrieval.loaders.formats import SUFFIXES
    from copilot.retrieval.loaders.loading import load

# Loaded when first used: the process that reads one file needs none of them, and starts in half the time.
_HOMES = {
    "SIDECAR": "files", "SourceFile": "files", "Unsettled": "files", "find_sources": "files", "fingerprint": "files",
    "SUFFIXES": "formats", "load": "loading",
}  # fmt: skip

__all__ = ["SIDECAR", "SUFFIXES", "SourceFile", "Unsettled", "find_sources", "fingerprint", "load"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
