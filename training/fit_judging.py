"""Fits what the ranking and the judge count together for which unit answers best: `order` of
`copilot/passages/judging.json`.

    PYTHONPATH=bench python training/fit_judging.py [--out FILE]

On the questions to the documents of `evals/companies`, each written by one hand who had not seen the product, of whose
documents the answering sentences are quoted; measured by leaving out one company at a time. What a size counts that
lies in a band stays as `training/train_judge.py fit` found it.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import yaml

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "scripts"), str(Path(__file__).parent)]

import listwise  # noqa: E402
import logistic  # noqa: E402
from marked import as_it_stands, folded, indexed  # noqa: E402

from copilot.passages import judging  # noqa: E402
from copilot.passages.ranked import Ranked  # noqa: E402
from copilot.passages.ranking import leads  # noqa: E402
from copilot.tools.search_knowledge.tool import Arguments, search_knowledge  # noqa: E402
from copilot.types import Viewer  # noqa: E402

COMPANIES = ROOT / "evals" / "companies"
READ = ("city", "dairy", "hangars", "mutual", "newsroom", "pawnshops", "railway", "salmon", "wards")
"""Companies whose questions may be learnt from."""
NAMES = ("ranked", "judged")
_PART, _STEP = 40, 20
"""Letters of a quote that stand in a unit which holds a part of it."""


class Question(NamedTuple):
    company: str
    signals: Any
    """Shape (units, 2): by `NAMES`."""
    right: Any
    """Shape (units,)."""


def holds(text: str, quotes: Sequence[str]) -> bool:
    """Whether a text holds one of the quotes or a part of it, or is a part of one."""
    parts = (quote[n : n + _PART] for quote in quotes for n in range(0, max(1, len(quote) - _PART), _STEP))
    return any(part in text for part in parts) or any(text in quote for quote in quotes)


def asked(company: str) -> Iterator[Question]:
    folder = COMPANIES / company
    with tempfile.TemporaryDirectory() as state:
        sources = indexed(folder / "workspace", Path(state))
        retriever = sources.retriever
        assert retriever is not None
        for sample in yaml.safe_load((folder / "questions.yaml").read_text(encoding="utf-8"))["samples"]:
            if not sample.get("passages") or sample.get("history"):
                continue
            quotes = [folded(passage["quote"]) for passage in sample["passages"]]
            evidence = search_knowledge(sources, Viewer(), Arguments(query=sample["question"])).evidence
            ranked = Ranked.of(sample["question"], evidence, retriever)
            plain = {unit: ranked.score(unit) for unit in ranked.telling}
            read = ranked.read_beside(sample["question"])
            least = min(read.judged.values())
            rows = [(plain[u], read.judged.get(u, least)) for u in ranked.telling]
            right = [holds(folded(as_it_stands(u, evidence)), quotes) for u in ranked.telling]
            yield Question(company, np.array(rows), np.array(right))
        retriever.close()


def fitted(found: Sequence[Question]) -> Any:
    return listwise.fitted([(question.signals, question.right) for question in found], (0.3, 0.3), 0.4)


def certain(by: Any, found: Sequence[Question]) -> list[float]:
    rows = np.array([leads(q.signals @ by)[:2] for q in found])
    labels = np.array([float(q.right[np.argsort(-(q.signals @ by))[:3]].any()) for q in found])
    weights = logistic.fitted(rows, labels, ["lead", "best"])
    return [weights["lead"], weights["best"], weights["bias"]]


def measured(by: Any, found: Sequence[Question]) -> list[tuple[float, float, float]]:
    """For each question whether the first unit, one of three and one of six answer."""
    return [tuple(float(q.right[np.argsort(-(q.signals @ by))[:n]].any()) for n in (1, 3, 6)) for q in found]  # type: ignore[misc]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=judging.WEIGHTS)
    given = parser.parse_args()
    found = [question for company in READ for question in asked(company)]
    for name, kept in (("ranking", [1, 0]), ("and judge", [1, 1])):
        told = []
        for company in READ:
            by = fitted([q._replace(signals=q.signals * kept) for q in found if q.company != company])
            told += measured(by * kept, [q for q in found if q.company == company])
        print(name, len(told), np.round(np.mean(told, axis=0), 3).tolist(), flush=True)
    by = fitted(found)
    written = json.loads(given.out.read_text(encoding="utf-8"))
    written["order"] |= dict(zip(NAMES, np.round(by, 3).tolist(), strict=True))
    written["order"]["certain"] = np.round(certain(by, found), 4).tolist()
    given.out.write_text(json.dumps(written, indent=1) + "\n", encoding="utf-8")
    print(written)


if __name__ == "__main__":
    main()
