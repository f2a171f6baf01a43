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
_PRODUCT = re.compile(r"/(.+)/MatMul_output_0")
"""What the product with a matrix is called: the path of its layer."""


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
    state = {}
    for node in model.graph.node:
        path = _PRODUCT.fullmatch(node.output[0])
        if node.op_type == "MatMul" and path and node.input[1] in found:
            state[f"{path[1].replace('/', '.')}.weight"] = found[node.input[1]].T
    for name, array in found.items():
        if fused := _FUSED.fullmatch(name):
            own = f"encoder.encoder.layer.{fused[1]}.attention.self"
            for part, piece in zip(("query", "key", "value"), np.split(array, 3, axis=-1), strict=True):
                state[f"{own}.{part}.{fused[2]}"] = piece.T
        elif "::" not in name:
            state[name] = array
    return {name: torch.from_numpy(np.array(array, np.float32)) for name, array in state.items()}
