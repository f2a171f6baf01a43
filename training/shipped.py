"""The weights of a shipped model, so that a training goes on from it.

Weights lie in the file in int8 by blocks, or by columns where they are computed with as such, and come back as
float32, within half a step of the scale; a fused attention layer holds query, key and value side by side, and matrices
of the graph are transposed.
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
_PRODUCT = re.compile(r"/(.+)/MatMul_output_0(?:_output_quantized)?")
"""What the product with a matrix is called: the path of its layer."""
_COLUMNS, _SCALE, _ZERO = "_quantized", "_scale", "_zero_point"
"""What the names of a matrix end in that is computed with in int8."""
_TURNED = "_Transposed"


def state_of(file: Path) -> dict[str, Tensor]:
    """The weights of `file` by their names in a network whose `encoder` is a BERT or an MPNet."""
    model = onnx.load(file)
    stored = {t.name: numpy_helper.to_array(t) for t in model.graph.initializer}
    found: dict[str, np.ndarray] = {}
    for name, array in stored.items():
        if name.endswith(INT8):
            own = name.removesuffix(INT8)
            shape = stored.get(f"{own}_shape", array.shape)
            found[own] = (array.astype(np.float32) * stored[own + SCALES]).reshape(shape)
        elif name.endswith(_COLUMNS):
            own = name.removesuffix(_COLUMNS)
            found[own] = (array.astype(np.float32) - stored[own + _ZERO]) * stored[own + _SCALE]
        elif not name.endswith((SCALES, "_shape", _SCALE, _ZERO)):
            found[name] = array
    state = {}
    for node in model.graph.node:
        path, name = _PRODUCT.fullmatch(node.output[0]), "".join(node.input[1:2]).removesuffix(_COLUMNS)
        if node.op_type in ("MatMul", "MatMulInteger") and path and name in found:
            state[f"{path[1].replace('/', '.')}.weight"] = found[name].T
    for name, array in found.items():
        if fused := _FUSED.fullmatch(name):
            own = f"encoder.encoder.layer.{fused[1]}.attention.self"
            for part, piece in zip(("query", "key", "value"), np.split(array, 3, axis=-1), strict=True):
                state[f"{own}.{part}.{fused[2]}"] = piece.T
        elif name.endswith(_TURNED):
            state[name.removesuffix(_TURNED)] = array.T
        elif "::" not in name:
            state[name] = array
    return {name: torch.from_numpy(np.array(array, np.float32)) for name, array in state.items()}
