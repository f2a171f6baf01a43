"""The judge as a torch module: all-mpnet-base-v2 reading a question and a unit as one text; and its export."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np
import onnx
import torch
from export_minilm import INT8, SCALES, fuse, quantise, sha256, share_words
from onnx import ModelProto, TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn.functional import normalize
from transformers import AutoModel

WEIGHTS_SHA256 = "78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658"
"""Of the published weights, Apache-2.0."""
WIDTH, FROZEN = 768, 3
NEAR, NONE = 12.0, -6.0
"""What the cosine of question and unit, each read in the light of the other, counts before anything is learnt, and the
log odds without it: so the first steps begin from what the published weights tell, where a head of zeros took hundreds
of steps to come to it."""
PAD = 1
_WIDE, _WORDS = "/output/dense", "word_embeddings.weight"


class Judge(nn.Module):
    def __init__(self, weights: Path, told: int = 0) -> None:
        """`told` more numbers say something else of each pair, as log odds."""
        super().__init__()
        self.encoder = AutoModel.from_pretrained(
            weights, add_pooling_layer=False, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0
        )
        # Word pieces and the lowest layers stay as published: faster, and unseen words keep their places.
        for part in (self.encoder.embeddings, *self.encoder.encoder.layer[:FROZEN]):
            part.requires_grad_(False)
        self.dropout = nn.Dropout(0.1)
        self.right = nn.Linear(3 * WIDTH, 1)
        self.says = nn.Linear(3 * WIDTH, told) if told else None
        with torch.no_grad():
            self.right.weight.zero_()
            self.right.weight[0, 2 * WIDTH :] = NEAR
            self.right.bias.fill_(NONE)

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> Tensor:
        states = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        both = []
        for side in (attention_mask * (1 - token_type_ids), attention_mask * token_type_ids):
            mask = side.unsqueeze(-1).to(states.dtype)
            both.append(normalize((states * mask).sum(1) / mask.sum(1).clamp(min=1), dim=1))
        found = torch.cat([*both, both[0] * both[1]], dim=1)
        scores: Tensor = self.right(found)
        return scores if self.says is None else torch.cat([scores, self.says(self.dropout(found))], dim=1)


def opened(weights: Path, told: int = 0, start: Path | None = None) -> tuple[Judge, Tokenizer]:
    """The network on the published weights of a folder, or as a training left it in `start`; and the tokenizer."""
    if (found := sha256(weights / "model.safetensors")) != WEIGHTS_SHA256:
        sys.exit(f"These are not the published weights: sha256 {found}, expected {WEIGHTS_SHA256}.")
    tokenizer = Tokenizer.from_file(str(weights / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    model = Judge(weights, told)
    if start:
        model.load_state_dict(torch.load(start))
    return model, tokenizer


def export(model: Judge, weights: Path, folder: Path) -> None:
    """Writes the model, its word pieces and its tokenizer to the folder; what it tells beside which unit is right is
    left out.

    What is large is computed with in int8, but for the products whose inputs hold few numbers that are far larger than
    the rest: with those in int8 too, log odds correlate with those of full precision by .93, without by .99.
    """
    folder.mkdir(parents=True, exist_ok=True)
    traced = Judge(weights).eval()
    traced.load_state_dict({k: v for k, v in model.state_dict().items() if not k.startswith("says.")})
    target = folder / "model.onnx"
    with tempfile.TemporaryDirectory() as scratch:
        fused = fuse(traced, Path(scratch), {"right": {0: "batch"}}, WIDTH)
        wide = [n.name for n in onnx.load(fused).graph.node if n.op_type == "MatMul" and _WIDE in n.name]
        # Seven bits: where a processor adds pairs of products in sixteen, eight would overflow.
        quantize_dynamic(
            fused, target, op_types_to_quantize=["MatMul"], per_channel=True, reduce_range=True,
            weight_type=QuantType.QInt8, nodes_to_exclude=wide,
            extra_options={"DefaultTensorType": TensorProto.FLOAT},
        )  # fmt: skip
    quantise(target, target, but=_WORDS)
    onnx.save(_with_rows_in_int8(onnx.load(target)), target)
    share_words(target)
    shutil.copy(weights / "tokenizer.json", folder / "tokenizer.json")


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
