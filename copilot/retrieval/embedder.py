"""all-MiniLM-L6-v2 as shipped in `minilm/`: a text becomes a unit vector of 384 numbers."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, partial
from pathlib import Path
from threading import Lock, RLock
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from copilot.errors import SettingsError
from copilot.retrieval.fan_out import fan_out

Vectors = NDArray[np.float32]
Encoder = Callable[[str], Vectors]

DIMENSIONS = 384
MODEL = "all-MiniLM-L6-v2-everyday-int8-d95d7c84"
"""Name and first hash digits of `model.onnx`; vectors of another model do not compare with these."""
_FOLDER = Path(__file__).parent / "minilm"
LARGE = Path(__file__).parent / "mpnet"
"""Where the networks over all-mpnet-base-v2 lie, which read more of the language than those over all-MiniLM-L6-v2."""
_MODEL = _FOLDER / "model.onnx"
_TOKENIZER = _FOLDER / "tokenizer.json"
WORDS = "words.bin"
"""The vectors of word pieces of the models whose training left them as they were published."""
# The tokenizer file cuts at 128 word pieces; the model was trained on up to 256.
_LENGTH = 256
_REMEMBERED = 8192
# Texts a worker takes at a time: a tenth of a second of work.
_SHARE = 16


# Threads that want a model at the same time would each load it: half a second and its weights once more.
_loading = RLock()


class Network(NamedTuple):
    session: Any
    tokenizer: Any


def load_network(model: Path, tokenizer: Path = _TOKENIZER) -> Network:
    """A model file made ready, and its tokenizer, which most models here share."""
    with _loading:
        return _loaded(model, tokenizer)


@cache
def _loaded(model: Path, tokenizer_file: Path) -> Network:
    import onnxruntime
    from tokenizers import Tokenizer

    options = onnxruntime.SessionOptions()
    # One thread a text, many texts at a time: half the CPU of one text on many threads, and the same vectors.
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    tokenizer = Tokenizer.from_file(str(tokenizer_file))
    tokenizer.enable_truncation(_LENGTH)
    tokenizer.no_padding()
    return Network(session, tokenizer)


def verified(file: Path, card: Path) -> Path:
    """The file, which is the one that its card names by its hash; SettingsError where it is another."""
    with file.open("rb") as content:
        found = hashlib.file_digest(content, "sha256").hexdigest()
    if found not in card.read_text(encoding="utf-8"):
        raise SettingsError(f"{str(file)!r} is not the file that {card.name} describes; install Bearing again.")
    return file


def load_verified(file: Path) -> Network:
    """A model with the word pieces that models of its folder share, made ready, and the tokenizer of its folder or the
    common one; SettingsError where a file is another than its card names."""
    with _loading:
        return _loaded_verified(file)


@cache
def _loaded_verified(file: Path) -> Network:
    card = file.with_suffix(".md")
    verified(file.with_name(WORDS), card)
    own = file.with_name(_TOKENIZER.name)
    return load_network(verified(file, card), verified(own, card) if own.is_file() else _TOKENIZER)


@cache
def _shipped() -> Network:
    card = _FOLDER / "README.md"
    verified(_TOKENIZER, card)
    return load_network(verified(_MODEL, card))


def encode(text: str) -> Vectors:
    """The vector of one text.

    Never batched: sums of another length round otherwise, and a rebuilt index would differ from one that grew.
    """
    network = _shipped()
    ids = np.array([network.tokenizer.encode(text).ids], dtype=np.int64)
    inputs = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
    vector: Vectors = network.session.run(None, inputs)[0][0]
    return vector


def encode_each(texts: Sequence[str], parallel: str = "threads", encoder: Encoder = encode) -> Iterator[Vectors]:
    """Vectors in the order of the texts, computed on all cores, or where else `parallel` says."""
    if parallel == "threads" and texts:
        encoder(texts[0])
    shares = [texts[start : start + _SHARE] for start in range(0, len(texts), _SHARE)]
    for vectors in fan_out(partial(_encode_all, encoder), shares, parallel):
        yield from vectors


def _encode_all(encoder: Encoder, texts: Sequence[str]) -> list[Vectors]:
    return [encoder(text) for text in texts]


class Embedder:
    """`encode` with a memory of the texts seen last."""

    def __init__(self, encode_text: Encoder = encode) -> None:
        self._encode = encode_text
        self._seen: OrderedDict[str, Vectors] = OrderedDict()
        self._lock = Lock()

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One row a text, each of length 1, so that a dot product is the cosine."""
        if not texts:
            return np.empty((0, DIMENSIONS), dtype=np.float32)
        return np.stack([self._vector(text) for text in texts])

    def remember(self, vectors: Mapping[str, Vectors]) -> None:
        """Takes vectors that were computed before, by their text."""
        with self._lock:
            for text, vector in vectors.items():
                self._seen[text] = vector
                self._seen.move_to_end(text)
            while len(self._seen) > _REMEMBERED:
                self._seen.popitem(last=False)

    def has(self, text: str) -> bool:
        return text in self._seen

    def _vector(self, text: str) -> Vectors:
        with self._lock:
            if text in self._seen:
                self._seen.move_to_end(text)
                return self._seen[text]
        vector = self._encode(text)
        self.remember({text: vector})
        return vector
