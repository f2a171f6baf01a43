"""How well the check of answers tells true sentences from false ones, on a corpus of labelled sentences."""

from __future__ import annotations

import json
import random
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from copilot.types import Evidence, Table
from copilot.verification.prose import ProseVerifier

SEED = 0
FAKES = 10
"""Other figures that are tried in place of each figure of a true sentence."""
_FIGURE = re.compile(r"(?<![\w#/.,-])\d+(?:[.,\u00a0\u202f ]\d{3})*(?:[.,]\d+)?(?![\w/]|[.,]\d|-\w)")
_MARK = re.compile(r"\s*[\[【][^\]】]*[\]】]")


class Shown(BaseModel):
    """What was read, as the corpus writes it."""

    model_config = ConfigDict(extra="forbid")

    id: str
    kind: str
    source: str
    text: str
    columns: tuple[str, ...] | None = None
    rows: tuple[tuple[str | int | float | None, ...], ...] | None = None

    @property
    def evidence(self) -> Evidence:
        kind = self.kind if self.kind in ("passage", "record", "computation") else "computation"
        return Evidence(id=self.id, kind=kind, source=self.source, locator="", title=self.source, text=self.text)

    @property
    def tables(self) -> tuple[Table, ...]:
        if not self.rows:
            return ()
        columns = self.columns or tuple("" for _ in self.rows[0])
        return (Table(title=self.source, columns=columns, rows=self.rows),)


class Claim(BaseModel):
    model_config = ConfigDict(extra="forbid")

    sentence: str
    """Stands in the answer letter for letter."""
    true: bool
    kind: str


class Labelled(BaseModel):
    """An answer with what it was written from, and which of its sentences are true."""

    model_config = ConfigDict(extra="forbid")

    id: str
    language: str
    question: str
    evidence: tuple[Shown, ...]
    answer: str
    claims: tuple[Claim, ...]


@dataclass
class Tally:
    n: int = 0
    hit: int = 0

    def add(self, is_hit: bool) -> None:
        self.n += 1
        self.hit += is_hit

    def __str__(self) -> str:
        return f"{self.hit:>4} of {self.n:<4} {100 * self.hit / self.n:5.1f} %" if self.n else "   -"


@dataclass
class Report:
    true_flagged: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    false_passed: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    fakes_passed: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    errors: list[str] = field(default_factory=list)
    """The sentences that were judged wrongly, each with why."""

    def render(self, verbose: bool = False) -> str:
        lines = []
        for title, tallies in (
            ("true flagged", self.true_flagged),
            ("false passed", self.false_passed),
            ("random figures passed", self.fakes_passed),
        ):
            total = tallies.pop("all", Tally())
            lines += [f"{title:<28}{total}"]
            lines += [f"  {name:<26}{tallies[name]}" for name in sorted(tallies)]
        return "\n".join([*lines, *(self.errors if verbose else [])])


def load(path: Path) -> list[Labelled]:
    return [
        Labelled.model_validate_json(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()
    ]


def score(samples: list[Labelled]) -> Report:
    """What the check says of every labelled sentence, and of true ones with other figures put in."""
    report = Report()
    rng = random.Random(SEED)
    for sample in samples:
        faults = check(sample, sample.answer)
        for claim in sample.claims:
            flagged = _flagged(claim.sentence, faults)
            tallies = report.true_flagged if claim.true else report.false_passed
            for name in ("all", claim.kind, f"language {sample.language}"):
                tallies[name].add(flagged != "" if claim.true else flagged == "")
            if (flagged != "") == claim.true:
                said = "flagged" if flagged else "passed"
                report.errors.append(f"{sample.id} {claim.kind} {said}: {claim.sentence} {flagged}")
            if claim.true and claim.kind not in ("proposal", "meta"):
                _try_fakes(sample, claim, rng, report)
    return report


def _try_fakes(sample: Labelled, claim: Claim, rng: random.Random, report: Report) -> None:
    for match in _FIGURE.finditer(_MARK.sub(lambda m: " " * len(m[0]), claim.sentence)):
        if match.start() == 0 and re.match(r"\d{1,2}[.)]\s", claim.sentence):
            continue
        for _ in range(FAKES):
            fake = _other(match[0], rng)
            changed = claim.sentence[: match.start()] + fake + claim.sentence[match.end() :]
            faults = check(sample, sample.answer.replace(claim.sentence, changed, 1))
            passed = _flagged(changed, faults) == ""
            for name in ("all", f"language {sample.language}"):
                report.fakes_passed[name].add(passed)
            if passed:
                report.errors.append(f"{sample.id} fake passed: {changed}")


def _other(figure: str, rng: random.Random) -> str:
    """Another figure in the same form."""
    while True:
        first, *rest = (str(rng.randint(0, 9)) if c.isdigit() else c for c in figure)
        fake = "".join([str(rng.randint(1, 9)) if first.isdigit() else first, *rest])
        if fake != figure:
            return fake


def check(sample: Labelled, answer: str) -> list[tuple[str, str]]:
    """The sentences of an answer that are flagged, each with why."""
    verifier = ProseVerifier(sample.question)
    for shown in sample.evidence:
        verifier.read([shown.evidence], shown.tables)
    verifier.feed(answer)
    verifier.close()
    return [(f.sentence, "; ".join(f"{x.kind}: {x.text.strip()}" for x in f.faults)) for f in verifier.failures]


def _flagged(sentence: str, faults: list[tuple[str, str]]) -> str:
    wanted = _bare(sentence)
    return next((f"<{why}>" for said, why in faults if _bare(said) in wanted or wanted in _bare(said)), "")


def _bare(text: str) -> str:
    return re.sub(r"^[\s\W]+|[\s\W]+$", "", re.sub(r"\s+", " ", _MARK.sub("", text)))


def replay(path: Path) -> Iterator[tuple[str, list[tuple[str, str]], int]]:
    """Of each draft in a file of drafts: its name, the sentences flagged with why, and how many were checked."""
    drafts: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    for name, draft in drafts.items():
        verifier = ProseVerifier(draft["question"])
        items = [Evidence.model_validate(e) for e in draft["evidence"]]
        for group in draft["tables"]:
            tables = [Table.model_validate(t) for t in group["tables"]]
            verifier.read([e for e in items if e.id in group["ids"]], tables)
        verifier.read(items)
        verifier.feed(draft["draft"])
        verifier.close()
        yield (
            name,
            [(f.sentence, "; ".join(f"{x.kind}: {x.text}" for x in f.faults)) for f in verifier.failures],
            verifier.claims,
        )
