"""`bearing doctor`: whether everything an answer needs is there."""

from __future__ import annotations

import importlib.metadata
import platform
from collections.abc import Callable
from dataclasses import dataclass

from copilot.errors import CopilotError
from copilot.settings import Settings

_PACKAGES = ("bearing", "langchain", "chromadb", "onnxruntime", "tantivy", "duckdb", "streamlit", "openai")


@dataclass(frozen=True)
class Check:
    name: str
    ok: bool
    detail: str


def examine(settings: Settings) -> list[Check]:
    """Versions, workspace, index and model, each with what was found."""
    return [
        _checked("versions", _versions),
        _checked("workspace", lambda: _workspace(settings)),
        _checked("index", lambda: _index(settings)),
        _checked("model", lambda: _model(settings)),
    ]


def _checked(name: str, look: Callable[[], str]) -> Check:
    try:
        return Check(name, True, look())
    except CopilotError as error:
        return Check(name, False, str(error))


def _versions() -> str:
    try:
        found = [f"{name} {importlib.metadata.version(name)}" for name in _PACKAGES]
    except importlib.metadata.PackageNotFoundError as error:
        raise CopilotError(f"The package {error.name!r} is not installed.") from None
    return f"Python {platform.python_version()}, " + ", ".join(found)


def _workspace(settings: Settings) -> str:
    from copilot.upkeep.checking import check

    errors = [f for f in check(settings.workspace) if f.severity == "error"]
    if errors:
        raise CopilotError(f"{len(errors)} errors in {settings.workspace}; the first: {errors[0]}")
    return f"{settings.workspace} reads without an error"


def _index(settings: Settings) -> str:
    from copilot.build import index
    from copilot.retrieval.index import index_folder, writing

    report, _ = index(settings)
    state = settings.workspace_state()
    with writing(state, settings.chroma_url) as writer:
        health = writer.examine()
        version, last = writer.manifest.version(), writer.manifest.meta("last_change")
    if not health.is_sound:
        raise CopilotError(f"{health}; delete {index_folder(state)} and run `bearing index`.")
    size = sum(path.stat().st_size for path in index_folder(state).rglob("*") if path.is_file()) / 1e6
    place = f"vectors on {settings.chroma_url}" if settings.chroma_url else "vectors in the state folder"
    remarks = "".join(f"\n       {remark}" for remark in report.remarked())
    return (
        f"{report.documents} documents and {report.records} records in {report.chunks} chunks; {health}; "
        f"version {version}, {size:.1f} MB, {place}, last changed {last}{remarks}"
    )


def _model(settings: Settings) -> str:
    if settings.model == "grounded":
        return "grounded, built in; needs no network"
    from copilot.models.remote.model import ping

    return ping(settings)
