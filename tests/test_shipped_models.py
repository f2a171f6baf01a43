"""The models that ship are the ones that their cards describe."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from copilot.errors import SettingsError
from copilot.passages import judging
from copilot.reading import choosing, matcher, reader, reranking
from copilot.retrieval import embedder
from copilot.tools.lookup_metric import reading

MINILM = Path(embedder.__file__).parent / "minilm"
FILES = [
    (MINILM / "model.onnx", MINILM / "README.md"),
    (MINILM / "tokenizer.json", MINILM / "README.md"),
    (reader.MODEL / "reader.onnx", reader.MODEL / "card.md"),
    (reader.MODEL / "labels.json", reader.MODEL / "card.md"),
    (matcher.FILE, matcher.FILE.with_suffix(".md")),
    (choosing.FILE, choosing.FILE.with_suffix(".md")),
    (reranking.FILE, reranking.FILE.with_suffix(".md")),
    (judging.FILE, judging.FILE.with_suffix(".md")),
    (reading.FILE, reading.FILE.with_suffix(".md")),
    *((card.with_name(embedder.WORDS), card) for card in sorted(reader.MODEL.glob("*.md")) if card.stem != "card"),
]


@pytest.mark.parametrize(("file", "card"), FILES, ids=lambda path: path.name)
def test_a_card_names_its_file_and_no_changed_one(file: Path, card: Path, tmp_path: Path) -> None:
    assert embedder.verified(file, card) == file
    changed = Path(shutil.copy(file, tmp_path))
    with changed.open("r+b") as content:
        content.seek(changed.stat().st_size // 2)
        byte = content.read(1)
        content.seek(-1, 1)
        content.write(bytes([byte[0] ^ 1]))
    with pytest.raises(SettingsError, match="install Bearing again"):
        embedder.verified(changed, card)


def test_threads_that_want_a_model_at_once_share_what_one_of_them_loads(tmp_path: Path) -> None:
    for name in (matcher.FILE.name, matcher.FILE.with_suffix(".md").name, embedder.WORDS):
        shutil.copy(matcher.FILE.with_name(name), tmp_path)
    with ThreadPoolExecutor(4) as pool:
        loaded = list(pool.map(embedder.load_verified, [tmp_path / matcher.FILE.name] * 4))
    assert len({id(network.session) for network in loaded}) == 1
