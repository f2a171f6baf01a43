"""The bill of materials names every package and model with licence and hash."""

from __future__ import annotations

import json
from pathlib import Path

from command_line import ROOT, bearing


def test_the_bill_holds_every_needed_package_with_its_licence_and_hash(tmp_path: Path) -> None:
    done = bearing("sbom", "--lock", str(ROOT / "requirements.txt"), state=tmp_path)
    assert done.returncode == 0, done.stderr
    bom = json.loads(done.stdout)
    assert (bom["bomFormat"], bom["specVersion"]) == ("CycloneDX", "1.6")
    assert bom["metadata"]["component"]["name"] == "bearing"
    components = bom["components"]
    references = [component["bom-ref"] for component in components]
    assert len(references) == len(set(references))
    libraries = {c["name"]: c for c in components if c["type"] == "library"}
    assert {"langchain", "chromadb", "onnxruntime", "numpy", "streamlit", "pydantic-core"} <= libraries.keys()
    assert "pytest" not in libraries
    assert all(c["purl"] == f"pkg:pypi/{c['name']}@{c['version']}" for c in libraries.values())
    assert sum("licenses" in c for c in libraries.values()) >= 0.9 * len(libraries)
    locked = {line.split()[0] for line in (ROOT / "requirements.txt").read_text().splitlines() if "==" in line}
    known = [c for c in libraries.values() if f"{c['name']}=={c['version']}" in locked]
    assert known
    assert all(len(h["content"]) == 64 for c in known for h in c["hashes"])
    models = [c for c in components if c["type"] == "machine-learning-model"]
    assert {c["name"] for c in models} == {file.name for file in (ROOT / "copilot").rglob("*.onnx")}
    assert all(c["hashes"] for c in models)


def test_a_lock_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    done = bearing("sbom", "--lock", str(tmp_path / "none.txt"), state=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("bearing: Cannot read")
