"""How probable it is that the best quotes answer a question: a logistic model over the scores at hand.

Its weights are in `answerable.json`, fitted by `training/fit_answerable.py` on four hands of `training/data/qa`, with
questions of `training/data/unanswered` that stand beside theirs, and, at a third of their weight, on one public set.
Half of the other questions had lost the passage that answers them. Where the judge has read the best units, its
certainty counts most (docs/decisions/0054, 0059): of pairs of test hands, on whose clause the one is answered and the
other is not, it tells those for a fact apart with an area under the curve of .76 (.60 before it had read such pairs),
and at `least` refuses .29 of the one kind and .65 of the other (.48 and .65).
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from copilot.language.words import content_stems, stems
from copilot.passages.ranked import Ranked, asks_for_the_whole, bound
from copilot.reading.question import Shape

FILE = Path(__file__).with_suffix(".json")
_FIRST = 3
# A word with a capital that begins no sentence, one with several, or a figure.
_NAME = re.compile(r"(?<=[\w,;:)\"'] )[\"“‘'(]?[A-Z][\w'’-]+|\b\w*[A-Z]\w*[A-Z]\w*\b|\b\d[\d.,]*\b")


@dataclass(frozen=True)
class Signals:
    """What tells whether the passages found answer a question.

    The score of the best unit tells the most: on six sets, each refused by the model of the others, .15 wrongly refused
    go with .35 rightly refused, and with .31 without it. Its lead adds .02, but is large in a workspace of few pages.
    """

    sentence: float
    """Cosine of the nearest unit."""
    coverage: float
    """Share of the question's words, by their rarity among the passages, that the first passage holds."""
    sentence_coverage: float
    """The same of the best unit of the first passages."""
    names: float
    """Share of the question's names and figures that the first passage holds; 1 where it has none."""
    score: float
    """The best unit's score, the logarithm of its odds up to a constant."""
    certainty: float = 0.0
    """How probable it is by ranking and judge together that one of the three best units answers; 0 where the judge has
    read none."""

    @classmethod
    def of(cls, ranked: Ranked) -> Signals:
        """Of units of which at least one stands in a passage that the search found."""
        found = [item for item in ranked.evidence if item.relevance is not None]
        near, first = {item.id for item in found}, {item.id for item in found[:_FIRST]}
        held = [set(stems(f"{item.title} {item.text}")) for item in found]
        asked = set(content_stems(ranked.question))
        weights = {t: math.log(1 + len(held) / (1 + sum(t in text for text in held))) for t in asked}
        total = sum(weights.values()) or 1.0

        def share(text: Collection[str]) -> float:
            return sum(weight for t, weight in weights.items() if t in text) / total

        names = {stem for name in _NAME.findall(ranked.question) for stem in content_stems(name)}
        return cls(
            sentence=max((ranked.cosines[u] for u in ranked.best if u.evidence in near), default=0.0),
            coverage=share(held[0]),
            sentence_coverage=max((share(set(stems(u.text))) for u in ranked.best if u.evidence in first), default=0.0),
            names=len(names & held[0]) / len(names) if names else 1.0,
            score=ranked.highest,
            certainty=ranked.answered if ranked.judged else 0.0,
        )


# Most questions for one fact that nothing answers look much like those that something does. What to do, what is allowed
# and why is asked in other words than documents use, and is rarely asked of documents that say nothing about it.
LEAST_OPEN = 0.1
ALL_WORDS, SAID_SO = 0.99, 0.6
_FACTS: frozenset[Shape] = frozenset({"number", "name", "date", "definition", "list", "ranking", "none"})


def least(shape: Shape, is_read: bool = False) -> float:
    """The probability from which on a question of that shape is answered, its best units read beside it or not."""
    return float(model(is_read)["least"]) if shape in _FACTS else LEAST_OPEN


def model(is_read: bool) -> Mapping[str, Any]:
    """`weights` by signal, with `bias`, and `least`, below which a question for a fact is not answered."""
    fitted: Mapping[str, Any] = models()["read" if is_read else "unread"]
    return fitted


@cache
def models() -> Mapping[str, Mapping[str, Any]]:
    """Both: of questions beside which the best units were read by the judge, and of others."""
    fitted: Mapping[str, Mapping[str, Any]] = json.loads(FILE.read_text(encoding="utf-8"))
    return fitted


def probability(ranked: Ranked, documents: Collection[str] = ()) -> float:
    """How probable it is that the best units answer the question; 0 where nothing of what it names was found.

    `documents` are the ids of those that it names.
    """
    known = bound(ranked, documents)
    if known.best and asks_for_the_whole(known):
        return 1.0
    read = known if documents else ranked
    if not known.best or all(item.relevance is None for item in read.evidence):
        return 0.0
    weights = model(bool(read.judged))["weights"]
    signals = Signals.of(read)
    logit = weights["bias"] + sum(weights[name] * value for name, value in asdict(signals).items() if name in weights)
    found = float(1 / (1 + math.exp(-logit)))
    # The hands' questions avoid the documents' words; where one unit has them all, it is what is asked for.
    has_all = signals.sentence_coverage >= ALL_WORDS and len(set(content_stems(ranked.question))) > 1
    # Of 51 questions of six hands whose best unit holds the size that they name, 45 are answered by what was found.
    return max(found, SAID_SO) if has_all or known.is_of_size or known.is_defined else found
