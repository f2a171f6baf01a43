"""Which rules a question is about, told by what rules and question mean."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from copilot.reading.asked import Asked
from copilot.reading.names import STAGE, UNIT
from copilot.retrieval.embedder import Vectors, encode
from copilot.workspace import GATES_FILE, read_yaml

NEAR, LEAD = 0.35, 0.06
"""Cosine from which on a rule is meant, its title with the questions that ask for what it requires, and by how much it
comes before the next. Of 190 questions on one of 73 rules of two companies, by two who had not seen the code, the
nearest is meant for .70 (.66 by the title alone), and for .64 it is among those told, for .09 it is not (.59, .10)."""
CLEARLY = 0.45
"""From here on .47 and .06 (.42, .04)."""
_OF_PROJECTS = (UNIT, STAGE)
MOST = 3
"""More rules than these that come alike near are none of them meant."""


class _Rules(NamedTuple):
    ids: tuple[str, ...]
    vectors: Vectors
    """Shape (rules, width)."""


def rules_meant(asked: Asked, near: float = NEAR) -> tuple[str, ...]:
    """The ids of the rules, the nearest first; none where none comes so near, or too many do."""
    path = asked.sources.workspace.root / GATES_FILE
    rules = _rules(path, path.stat().st_mtime_ns) if path.is_file() else None
    if rules is None:
        return ()
    asked_of_rules = np.stack([encode(text) for text in dict.fromkeys((asked.text, _without_rows(asked)))])
    scores = (asked_of_rules @ rules.vectors.T).max(axis=0)
    best = float(scores.max())
    alike = [n for n in np.argsort(-scores) if scores[n] > best - LEAD]
    return tuple(rules.ids[n] for n in alike) if best >= near and len(alike) <= MOST else ()


def _without_rows(asked: Asked) -> str:
    """The question without the units and stages that it names: mostly they say which projects, not which rule."""
    places = [x for x in asked.links.of("value") if x.score == 1 and x.column in _OF_PROJECTS]
    kept, start = [], 0
    for place in sorted(places, key=lambda x: x.start):
        kept.append(asked.text[start : place.start])
        start = max(start, place.end)
    return " ".join("".join([*kept, asked.text[start:]]).split())


@lru_cache(maxsize=16)
def _rules(path: Path, changed: int) -> _Rules | None:
    written = read_yaml(path)
    content = written if isinstance(written, dict) else {}
    named = [rule for rule in content.get("rules") or () if isinstance(rule, dict) and {"id", "title"} <= rule.keys()]
    if not named:
        return None
    facts = content.get("facts") or {}
    vectors = [encode(" ".join([str(rule["title"]), *_questions(rule, facts)])) for rule in named]
    return _Rules(tuple(str(rule["id"]) for rule in named), np.stack(vectors))


def _questions(rule: Mapping[str, Any], facts: Mapping[str, Any]) -> list[str]:
    """What asks for the facts that a rule requires."""
    written = str(rule.get("requires", ""))
    required = set("".join(c if c.isalnum() or c == "_" else " " for c in written).split())
    asked = (entry["question"] for name, entry in facts.items() if name in required and "question" in entry)
    return [str(question) for question in asked]
