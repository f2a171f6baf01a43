"""The model card, from what was trained and measured."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

from examples import Example
from network import Recipe
from scoring import FALSE_ALARMS, Read, by_role, by_tool, confusions, scores, shape_confusions

_LIMITS = """\
- The utterances are written for invented organisations by few hands and labelled by those who wrote them; no second
  reader has checked them. People of a real organisation will say things that none of the hands thought of.
- Of a conversation the reader sees one earlier question and the tool that answered it, not the answer.
- Whether a question is ambiguous often depends on what is on record, which the reader does not see: a name that fits
  several things is the linker's to report.
- English only. Questions in other languages are read without complaint and mostly wrong.
- Scores order the labels; they are no probabilities. Only the three thresholds are calibrated.
"""


def measured(rows: Mapping[str, str], measures: Mapping[str, Mapping[str, float]], form: str) -> list[str]:
    """The lines of a table: a row for each measure in `rows`, with what it is called, a column for each split."""
    told = [
        " | ".join((called, *(format(found.get(name, math.nan), form) for found in measures.values())))
        for name, called in rows.items()
    ]
    return [f"| | {' | '.join(measures)} |", f"|---|{'---|' * len(measures)}", *(f"| {row} |" for row in told)]


@dataclass(frozen=True)
class Facts:
    parts: Mapping[str, Sequence[Example]]
    recipe: Recipe
    seed: int
    minutes: float
    limits: Mapping[str, float]
    agreed: float
    validation: Sequence[Read]
    test: Sequence[Read]
    unmasked: Sequence[Read]
    """Test lines that name something, read with their names."""
    hashes: Mapping[str, str]
    shared: Mapping[str, str]
    """Hashes of files that this model uses and that are kept elsewhere."""
    begun: int = 0
    """How many earlier runs it goes on from, 0 where it is trained from the published weights alone."""


def card(facts: Facts) -> str:
    return "\n".join(_lines(facts))


def _lines(facts: Facts) -> Iterator[str]:
    yield "# The reader: what a question asks for\n"
    yield (
        "In goes a question of at most 256 word pieces, its names masked (`copilot/reading/masking.py`), and in a\n"
        "conversation what was asked before it, with the tool that answered.\n"
        "Out come scores of the tools, the shape of the answer, the measure over a table, the direction of an order,\n"
        "and the role of each word. `copilot/reading/reader.py` runs it; `training/train.py` wrote all three files.\n"
    )
    yield from _table(("file", "sha256"), [*facts.hashes.items(), *facts.shared.items()])
    yield (
        "\nThe tokenizer is the one in `copilot/retrieval/minilm`. The encoder started from the published weights of\n"
        "all-MiniLM-L6-v2 by sentence-transformers (Apache-2.0; licence in that folder); the model is licensed alike.\n"
    )
    yield "## Data\n"
    yield "`training/data/README.md` describes it. Hands are split by a hash of their name, never their lines.\n"
    rows = []
    for name, examples in facts.parts.items():
        kinds = [sum(x.kind == kind for x in examples) for kind in ("line", "follow-up", "alone", "tools only")]
        rows.append((name, " ".join(sorted({x.hand for x in examples})), *map(str, kinds)))
    yield from _table(("split", "hands", "lines", "follow-ups", "the same, stand-alone", "tools only"), rows)
    yield "\n## How it was trained\n"
    yield ", ".join(f"{name} {value:g}" for name, value in asdict(facts.recipe).items()) + f", seed {facts.seed}."
    yield (
        "\nAll layers, AdamW, rate rising over a tenth of the steps and falling to zero. Half of the lines get wrong\n"
        "letters, some lose their case or their marks. The epoch that read the validation hands best was kept.\n"
        f"{facts.minutes:.0f} minutes on one core. The weights are stored in int8, with a scale for each 32, and\n"
        f"computed with as float. The first tool is that of full precision in {facts.agreed:.3f} of the validation\n"
        "and test texts.\n" + (f"The run goes on from the mean of {facts.begun} earlier ones.\n" if facts.begun else "")
    )
    yield "## Thresholds\n"
    yield "Chosen on the validation hands: the best F2 that keeps to the given share of false alarms.\n"
    rows = [
        (label, f"{limit:g}", f"{FALSE_ALARMS[label]:g}" if label in FALSE_ALARMS else "best F1")
        for label, limit in facts.limits.items()
    ]
    yield from _table(("label", "threshold", "false alarms at most"), rows)
    yield "\n## Measures\n"
    columns = {
        "validation": _of(facts.validation, "line"),
        "test": _of(facts.test, "line"),
        "test, names not masked": _of(facts.unmasked, "line"),
        "the same, masked": [r for r in _of(facts.test, "line") if r.example.links.links],
        "follow-ups, beside what they continue": _of(facts.test, "follow-up"),
        "lines, beside another question": _of(facts.test, "beside"),
        "follow-ups as stand-alone": _of(facts.test, "alone"),
    }
    yield from _scores(columns, facts.limits)
    yield from _of_documents(_of(facts.test, "tools only"))
    yield "\n### By style (test lines)\n"
    lines = _of(facts.test, "line")
    styles = sorted({r.example.style for r in lines})
    yield from _scores({style: [r for r in lines if r.example.style == style] for style in styles}, facts.limits)
    yield "\n### By main tool (test lines)\n"
    yield from _rows(by_tool(lines))
    yield "\n### Spans by role (test lines and follow-ups): F1\n"
    yield from _rows(by_role(facts.test))
    yield "\n### Tools that came first and were not acceptable (test lines)\n"
    yield from _table(("main tool", "came first", "lines"), [(a, b, str(n)) for a, b, n in confusions(lines)])
    yield "\n### Shapes read wrongly (test lines)\n"
    wrong = shape_confusions(lines)[:25]
    yield from _table(("shape", "read as", "lines"), [(a, b, str(n)) for a, b, n in wrong])
    yield "\n## Limits\n"
    yield _LIMITS


def _of_documents(reads: Sequence[Read]) -> Iterator[str]:
    """How the questions of `qa/` are read, all of which documents answer."""
    if reads:
        places = [r.reading.ranked.index("search_knowledge") for r in reads]
        first, among = (sum(p < most for p in places) / len(places) for most in (1, 3))
        yield f"\nOf {len(reads)} questions to documents (`qa/`, test hands) that is first for {first:.3f},"
        yield f"among three for {among:.3f}."


def _of(reads: Sequence[Read], kind: str) -> list[Read]:
    return [r for r in reads if r.example.kind == kind]


def _scores(columns: Mapping[str, Sequence[Read]], limits: Mapping[str, float]) -> Iterator[str]:
    found = {name: scores(reads, limits) for name, reads in columns.items()}
    names = list(dict.fromkeys(name for column in found.values() for name in column))
    rows = [(name, *(_number(column.get(name)) for column in found.values())) for name in names]
    yield from _table(("", *found), rows)


def _rows(table: Mapping[str, Mapping[str, float]]) -> Iterator[str]:
    names = list(dict.fromkeys(name for row in table.values() for name in row))
    yield from _table(
        ("", *names), [(label, *(_number(row.get(name)) for name in names)) for label, row in table.items()]
    )


def _number(score: float | None) -> str:
    return "–" if score is None else f"{score:.0f}" if score > 1 or score == 0 else f"{score:.3f}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield "| " + " | ".join(head) + " |"
    yield "|" + "---|" * len(head)
    yield from ("| " + " | ".join(row) + " |" for row in rows)
