"""The weights of a shipped model, so that a training goes on from it.

Weights lie in the file in int8 by blocks and come back as float32, within half a step of the block's scale; a fused
attention layer holds query, key and value side by side, and matrices of the graph are transposed.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import onnx
import torch
from export_minilm import INT8, SCALES
from onnx import numpy_helper
from torch import Tensor

_FUSED = re.compile(r"Attention_(\d+)_qkv_(weight|bias)")
_MATRICES = ("attention.output.dense", "intermediate.dense", "output.dense")
"""The other matrices of a layer, in the order of the graph."""
_LAYER = "encoder.encoder.layer"


def state_of(file: Path) -> dict[str, Tensor]:
    """The weights of `file` by their names in a network whose `encoder` is a BERT."""
    model = onnx.load(file)
    stored = {t.name: numpy_helper.to_array(t) for t in model.graph.initializer}
    found: dict[str, np.ndarray] = {}
    for name, array in stored.items():
        if name.endswith(INT8):
            own = name.removesuffix(INT8)
            found[own] = (array.astype(np.float32) * stored[own + SCALES]).reshape(stored[f"{own}_shape"])
        elif not name.endswith((SCALES, "_shape")):
            found[name] = array
    used = [n.input[1] for n in model.graph.node if n.op_type == "MatMul" and n.input[1].startswith("onnx::")]
    state = {}
    for place, name in enumerate(used):
        layer, part = divmod(place, len(_MATRICES))
        if f"Attention_{layer}_qkv_weight" in found:
            state[f"{_LAYER}.{layer}.{_MATRICES[part]}.weight"] = found[name].T
    for name, array in found.items():
        if fused := _FUSED.fullmatch(name):
            own = f"{_LAYER}.{fused[1]}.attention.self"
            for part, piece in zip(("query", "key", "value"), np.split(array, 3, axis=-1), strict=True):
                state[f"{own}.{part}.{fused[2]}"] = piece.T
        elif not name.startswith("onnx::"):
            state[name] = array
    return {name: torch.from_numpy(np.array(array, np.float32)) for name, array in state.items()}
