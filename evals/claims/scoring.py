"""How well the check of answers tells true sentences from false ones, and from true ones with other figures put in."""

from __future__ import annotations

import json
import random
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table as Grid

from copilot.types import Evidence, Table
from copilot.verification.prose import ProseVerifier
from evals.claims.corpus import Claim, Labelled

SEED = 0
FAKES = 10
"""Other figures that are tried in place of each figure of a true sentence."""
_FIGURE = re.compile(r"(?<![\w#/.,-])\d+(?:[.,\u00a0\u202f ]\d{3})*(?:[.,]\d+)?(?![\w/]|[.,]\d|-\w)")
_MARK = re.compile(r"\s*[\[【][^\]】]*[\]】]")
_ORDINAL = re.compile(r"\d{1,2}[.)]\s")
# True sentences of these kinds state no figure that could be checked.
_NO_CLAIM = ("proposal", "meta")


@dataclass
class Share:
    hits: int = 0
    n: int = 0

    def add(self, is_hit: bool) -> None:
        self.hits += is_hit
        self.n += 1

    @property
    def percent(self) -> float:
        return 100 * self.hits / self.n if self.n else 0.0

    def __str__(self) -> str:
        return f"{self.hits} of {self.n} ({self.percent:.1f}%)" if self.n else ""


@dataclass
class Row:
    """What became of the sentences of one kind or language."""

    true_flagged: Share = field(default_factory=Share)
    false_passed: Share = field(default_factory=Share)
    fakes_passed: Share = field(default_factory=Share)


@dataclass
class Report:
    rows: dict[str, Row] = field(default_factory=lambda: defaultdict(Row))
    """By `all`, language and kind."""
    mistakes: list[str] = field(default_factory=list)
    """The sentences judged wrongly, each with what was said of it."""

    @property
    def total(self) -> Row:
        return self.rows["all"]

    def print(self, console: Console) -> None:
        grid = Grid("", "true flagged", "false passed", "random figures passed")
        for name in sorted(self.rows, key=lambda n: (n != "all", len(n) != 2, n)):
            row = self.rows[name]
            grid.add_row(name, str(row.true_flagged), str(row.false_passed), str(row.fakes_passed))
        console.print(grid)


def score(samples: Sequence[Labelled], fakes: int = FAKES) -> Report:
    """What the check says of every labelled sentence, and of true ones with so many other figures in them."""
    report, rng = Report(), random.Random(SEED)
    for sample in samples:
        reader = read(sample)
        flagged = flags(reader, sample.answer)
        for claim in sample.claims:
            why = _why(claim.sentence, flagged)
            for name in ("all", sample.language, claim.kind):
                row = report.rows[name]
                row.true_flagged.add(bool(why)) if claim.true else row.false_passed.add(not why)
            if bool(why) == claim.true:
                said = f"flagged ({why})" if why else "passed"
                report.mistakes.append(f"{sample.id} {claim.kind} {said}: {claim.sentence}")
            if claim.true and claim.kind not in _NO_CLAIM:
                _try_fakes(sample, reader, claim, fakes, rng, report)
    return report


def _try_fakes(
    sample: Labelled, reader: ProseVerifier, claim: Claim, fakes: int, rng: random.Random, report: Report
) -> None:
    for figure in _FIGURE.finditer(_MARK.sub(lambda m: " " * len(m[0]), claim.sentence)):
        if figure.start() == 0 and _ORDINAL.match(claim.sentence):
            continue
        for _ in range(fakes):
            changed = claim.sentence[: figure.start()] + _other(figure[0], rng) + claim.sentence[figure.end() :]
            why = _why(changed, flags(reader, sample.answer.replace(claim.sentence, changed, 1)))
            for name in ("all", sample.language, claim.kind):
                report.rows[name].fakes_passed.add(not why)
            if not why:
                report.mistakes.append(f"{sample.id} random figure passed: {changed}")


def _other(figure: str, rng: random.Random) -> str:
    """Another figure in the same form."""
    while True:
        digits = [str(rng.randint(0, 9)) if c.isdigit() else c for c in figure[1:]]
        fake = "".join([str(rng.randint(1, 9)), *digits])
        if fake != figure:
            return fake


def read(sample: Labelled) -> ProseVerifier:
    """A verifier that has read what an answer was written from."""
    verifier = ProseVerifier(sample.question)
    for shown in sample.evidence:
        verifier.read([shown.evidence], shown.tables)
    return verifier


def flags(reader: ProseVerifier, answer: str) -> list[tuple[str, str]]:
    """The sentences of an answer that are flagged, each with why."""
    verifier = reader.again()
    verifier.feed(answer)
    verifier.close()
    return list(_failures(verifier))


def _failures(verifier: ProseVerifier) -> Iterator[tuple[str, str]]:
    for failure in verifier.failures:
        yield failure.sentence, "; ".join(f"{fault.kind}: {fault.text.strip()}" for fault in failure.faults)


def _why(sentence: str, flagged: Sequence[tuple[str, str]]) -> str:
    wanted = _bare(sentence)
    return next((why for said, why in flagged if _bare(said) in wanted or wanted in _bare(said)), "")


def _bare(text: str) -> str:
    return re.sub(r"^[\s\W]+|[\s\W]+$", "", re.sub(r"\s+", " ", _MARK.sub("", text)))


def replay(path: Path) -> Iterator[tuple[str, int, list[tuple[str, str]]]]:
    """Of each draft in a JSON file of drafts with their evidence and tables: its name, how many of its sentences say
    something, and those that are flagged, each with why."""
    drafts: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    for name, draft in drafts.items():
        verifier = ProseVerifier(draft["question"])
        items = [Evidence.model_validate(e) for e in draft["evidence"]]
        for group in draft["tables"]:
            tables = [Table.model_validate(t) for t in group["tables"]]
            verifier.read([item for item in items if item.id in group["ids"]], tables)
        verifier.read(items)
        verifier.feed(draft["draft"])
        verifier.close()
        yield name, verifier.claims, list(_failures(verifier))
