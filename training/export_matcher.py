"""Exports a trained matcher to the int8 ONNX file that ships: python training/export_matcher.py FOLDER TARGET"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1] / "scripts")]

from export_minilm import export  # noqa: E402

if __name__ == "__main__":
    folder, target = Path(sys.argv[1]), Path(sys.argv[2])
    export(folder, target)
    print(hashlib.sha256(target.read_bytes()).hexdigest(), target.stat().st_size, target.name)
