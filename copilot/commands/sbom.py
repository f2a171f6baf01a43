"""`bearing sbom`: what this installation is made of, as a CycloneDX bill of materials."""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from copilot.passages.judging import FILE as JUDGE
from copilot.reading.reader import MODEL as READER
from copilot.retrieval import embedder

_ROOT = "bearing"
_OF_MAINTAINERS = frozenset({"bench", "build", "dev"})
"""Extras that no installation runs with."""
_LOCKED = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^ ;\\]+)|--hash=sha256:(?P<sha256>[0-9a-f]{64})", re.M)
_MODELS = (Path(embedder.__file__).parent / "minilm" / "model.onnx", JUDGE, *sorted(READER.glob("*.onnx")))


def bill(lock: str) -> dict[str, Any]:
    """The packages that Bearing needs, as they are installed, and its models; with the hashes that `lock` has."""
    hashes = _hashes(lock)
    packages = sorted(_needed(), key=lambda found: canonicalize_name(found.metadata["Name"]))
    own = next(found for found in packages if canonicalize_name(found.metadata["Name"]) == _ROOT)
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid4()}",
        "version": 1,
        "metadata": {
            "timestamp": datetime.now(UTC).isoformat(timespec="seconds"),
            "component": {**_component(own, {}), "type": "application"},
        },
        "components": [*(_component(found, hashes) for found in packages if found is not own), *map(_model, _MODELS)],
    }


def _needed() -> Iterator[metadata.Distribution]:
    """Bearing and all that it and its installed extras need, and what those need, as far as it is installed."""
    waiting = [(_ROOT, frozenset[str]()), *((_ROOT, frozenset({extra})) for extra in _extras())]
    seen: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        name, extras = waiting.pop()
        if (name, extras) in seen:
            continue
        is_new = not any(name == other for other, _ in seen)
        seen.add((name, extras))
        try:
            found = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            # For another platform or another version of Python.
            continue
        if is_new:
            yield found
        for text in found.requires or ():
            need = Requirement(text)
            if need.marker is None or any(need.marker.evaluate({"extra": extra}) for extra in extras or {""}):
                waiting.append((canonicalize_name(need.name), frozenset(need.extras)))


def _extras() -> Iterator[str]:
    """Those of which everything is installed that they name themselves."""
    own = metadata.distribution(_ROOT)
    needs = [Requirement(text) for text in own.requires or ()]
    for extra in own.metadata.get_all("Provides-Extra", []):
        named = [need for need in needs if need.marker is not None and need.marker.evaluate({"extra": extra})]
        if extra not in _OF_MAINTAINERS and all(_is_installed(need.name) for need in named):
            yield extra


def _is_installed(name: str) -> bool:
    try:
        metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def _component(found: metadata.Distribution, hashes: Mapping[tuple[str, str], Sequence[str]]) -> dict[str, Any]:
    name, version = canonicalize_name(found.metadata["Name"]), found.version
    component: dict[str, Any] = {
        "type": "library",
        "bom-ref": f"pkg:pypi/{name}@{version}",
        "name": name,
        "version": version,
        "purl": f"pkg:pypi/{name}@{version}",
    }
    if licence := _licence(found.metadata):
        component["licenses"] = licence
    if known := hashes.get((name, version)):
        component["hashes"] = [{"alg": "SHA-256", "content": sha256} for sha256 in known]
    return component


def _licence(about: metadata.PackageMetadata) -> list[dict[str, Any]]:
    for expression in about.get_all("License-Expression", []):
        return [{"expression": expression}]
    classified = [c.rpartition(" :: ")[2] for c in about.get_all("Classifier", []) if c.startswith("License ::")]
    # Some write the whole text of the licence where its name belongs.
    written = [text.strip() for text in about.get_all("License", []) if text.strip() and "\n" not in text.strip()]
    named = classified or written
    return [{"license": {"name": name}} for name in dict.fromkeys(named)]


def _hashes(lock: str) -> dict[tuple[str, str], list[str]]:
    """The hashes of each package's archives, by name and version."""
    found: dict[tuple[str, str], list[str]] = {}
    present: list[str] = []
    for match in _LOCKED.finditer(lock):
        if match["name"]:
            present = found.setdefault((canonicalize_name(match["name"]), match["version"]), [])
        else:
            present.append(match["sha256"])
    return found


def _model(file: Path) -> dict[str, Any]:
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    return {
        "type": "machine-learning-model",
        "bom-ref": f"model:{file.name}@{sha256[:8]}",
        "name": file.name,
        "version": sha256[:8],
        "hashes": [{"alg": "SHA-256", "content": sha256}],
    }
