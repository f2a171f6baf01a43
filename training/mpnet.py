"""all-mpnet-base-v2 as the base of networks that the product ships: its encoder in torch, and its export to int8."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnx
import torch
from export_minilm import INT8, SCALES, fuse, quantise, sha256, share_words
from onnx import ModelProto, TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from shipped import state_of
from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import AutoModel

WEIGHTS_SHA256 = "78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658"
"""Of the published weights, Apache-2.0."""
WIDTH, FROZEN = 768, 3
PAD = 1
_WORDS = "word_embeddings.weight"
WIDE = (6, 7, 8, 9)
"""The layers whose second products are computed in float: their inputs hold few numbers that are far larger than the
rest. With these in float the log odds of 48 pairs lie .38 from those of full precision; in int8 the product of layer 7
alone moves them by 2.3, that of layer 6 by .8, that of each layer but these four by .18 at most."""


def encoder(weights: Path) -> nn.Module:
    """The encoder of the published weights; SystemExit where the folder holds others."""
    if (found := sha256(weights / "model.safetensors")) != WEIGHTS_SHA256:
        sys.exit(f"These are not the published weights: sha256 {found}, expected {WEIGHTS_SHA256}.")
    made: nn.Module = AutoModel.from_pretrained(
        weights, add_pooling_layer=False, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0
    )
    # Word pieces and the lowest layers stay as published: faster, and unseen words keep their places.
    for part in (made.embeddings, *made.encoder.layer[:FROZEN]):  # type: ignore[union-attr, index, misc]
        part.requires_grad_(False)
    return made


def tokenizer(weights: Path) -> Tokenizer:
    found = Tokenizer.from_file(str(weights / "tokenizer.json"))
    found.no_padding()
    found.no_truncation()
    return found


def learnt(start: Path) -> dict[str, Tensor]:
    """What a training kept in `start`, or what the shipped model `start` holds of what was learnt: the layers that
    stayed as published are rounded there, and left out."""
    if start.suffix != ".onnx":
        kept: dict[str, Tensor] = torch.load(start)
        return kept
    as_published = ("encoder.embeddings.", *(f"encoder.encoder.layer.{n}." for n in range(FROZEN)))
    return {name: value for name, value in state_of(start).items() if not name.startswith(as_published)}


def export(traced: nn.Module, weights: Path, target: Path, outputs: Mapping[str, dict[int, str]]) -> None:
    """Writes a network, the word pieces that the models of its folder share, and its tokenizer.

    Matrices are computed with in int8, but for the second products of `WIDE`: with all of them in int8, log odds of the
    judge correlate with those of full precision by .93, with these in float by .99.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        fused = fuse(traced, Path(scratch), dict(outputs), WIDTH)
        products = [node.name for node in onnx.load(fused).graph.node if node.op_type == "MatMul"]
        wide = [name for name in products if any(f"layer.{n}/output/dense" in name for n in WIDE)]
        # Seven bits: where a processor adds pairs of products in sixteen, eight would overflow.
        quantize_dynamic(
            fused, target, op_types_to_quantize=["MatMul"], per_channel=True, reduce_range=True,
            weight_type=QuantType.QInt8, nodes_to_exclude=wide,
            extra_options={"DefaultTensorType": TensorProto.FLOAT},
        )  # fmt: skip
    quantise(target, target, but=_WORDS)
    onnx.save(_with_rows_in_int8(onnx.load(target)), target)
    share_words(target)
    shutil.copy(weights / "tokenizer.json", target.with_name("tokenizer.json"))


def _with_rows_in_int8(model: ModelProto) -> ModelProto:
    """The vectors of the word pieces in int8, a scale for each; only those of a text are made float."""
    graph = model.graph
    words = next(t for t in graph.initializer if t.name.endswith(_WORDS))
    rows, name = numpy_helper.to_array(words), words.name
    scales = np.maximum(np.abs(rows).max(1, keepdims=True), np.finfo(np.float32).tiny) / 127
    graph.initializer.remove(words)
    graph.initializer.extend(
        [
            numpy_helper.from_array(np.round(rows / scales).astype(np.int8), name + INT8),
            numpy_helper.from_array(scales, name + SCALES),
        ]
    )
    place, gather = next((n, node) for n, node in enumerate(graph.node) if name in node.input)
    pieces, found = gather.input[1], gather.output[0]
    graph.node.remove(gather)
    made = [
        helper.make_node("Gather", [name + INT8, pieces], [f"{found}_int8"]),
        helper.make_node("Cast", [f"{found}_int8"], [f"{found}_float"], to=TensorProto.FLOAT),
        helper.make_node("Gather", [name + SCALES, pieces], [f"{found}_scale"]),
        helper.make_node("Mul", [f"{found}_float", f"{found}_scale"], [found]),
    ]
    for node in reversed(made):
        graph.node.insert(place, node)
    return model
