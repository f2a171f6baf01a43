"""Faults of a dataset that only its workspace shows: quotes that are not there, viewers nobody knows."""

from __future__ import annotations

import re
from pathlib import Path

from copilot.retrieval.loaders import SourceFile, load
from copilot.tools import TOOLS
from copilot.workspace import Workspace
from evals.samples import Dataset, Sample

_LINK = re.compile(r"\[([^\]]+)\]\([^)]+\)")
_MARKS = re.compile(r"[*_`#>|]+")


def lint(dataset: Dataset, workspace: Workspace) -> list[str]:
    """One sentence a fault; empty when the dataset fits its workspace."""
    texts: dict[str, str | None] = {}
    viewers = {"everyone", workspace.config.default_viewer, *workspace.config.viewers}
    tools = {tool.name for tool in TOOLS}
    faults = []
    for sample in dataset.samples:
        faults += [f"{sample.id}: {fault}" for fault in _quotes(sample, workspace, texts)]
        if sample.viewer and sample.viewer not in viewers:
            faults.append(f"{sample.id}: nobody is called {sample.viewer!r}; known are {', '.join(sorted(viewers))}")
        named = {tool.name for tool in sample.tools} | set(sample.forbidden_tools)
        faults += [f"{sample.id}: there is no tool {name!r}" for name in sorted(named - tools)]
    return faults


def _quotes(sample: Sample, workspace: Workspace, texts: dict[str, str | None]) -> list[str]:
    faults = []
    for passage in sample.passages:
        if passage.document not in texts:
            texts[passage.document] = _text_of(workspace.root / passage.document)
        text = texts[passage.document]
        if text is None:
            faults.append(f"there is no document {passage.document!r}")
        elif plain(passage.quote) not in text:
            faults.append(f"{passage.document} does not say {passage.quote!r}")
    return faults


def _text_of(path: Path) -> str | None:
    """What the product reads of a document of any format; None where there is none."""
    if not path.is_file():
        return None
    document = load(SourceFile(path.name, path, ""), "")
    return plain(" ".join(section.text for section in document.sections))


def plain(text: str) -> str:
    """Text as quotes compare it: no Markdown marks, one space, lower case."""
    return " ".join(_MARKS.sub(" ", _LINK.sub(r"\1", text)).lower().split())
