"""The documents of a workspace, read from its files: one module for each format."""

from copilot.retrieval.loaders.files import SIDECAR, SourceFile, Unsettled, find_sources, fingerprint
from copilot.retrieval.loaders.formats import SUFFIXES
from copilot.retrieval.loaders.loading import load

__all__ = ["SIDECAR", "SUFFIXES", "SourceFile", "Unsettled", "find_sources", "fingerprint", "load"]
