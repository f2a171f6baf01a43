"""Samples made from life: what people thought of answers, kept until an evaluator accepts or discards it.

The file only grows: a draft is a line, and so is what became of it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import ValidationError

from copilot.errors import SettingsError
from copilot.state.turns import Turn
from copilot.types import Frozen
from copilot.workspace import Workspace
from evals.lint import lint
from evals.runs import lines, now, write
from evals.samples import Dataset, GoldPassage, Nugget, Sample
from evals.wording import sentences

Verdict = Literal["accepted", "discarded"]
Origin = Literal["thumbs down", "corrected answer", "document nobody asks about"]

_MARKER = re.compile(r"\[(\d{1,3})\]")
_ITEM = re.compile(r"^(?P<indent> *)- ", re.M)


class Draft(Frozen):
    """A question that ought to be asked again, with what is known of its right answer."""

    id: str
    origin: Origin
    at: str
    asked_as: str | None = None
    """The viewer who asked."""
    question: str
    history: tuple[str, ...] = ()
    answer: str = ""
    """What was answered."""
    complaint: str = ""
    correction: str = ""
    """The answer as a person rewrote it, or what it should have said."""
    points: tuple[str, ...] = ()
    """Proposed points of a right answer."""
    passages: tuple[GoldPassage, ...] = ()


class Settled(Frozen):
    settled: str
    """Id of the draft."""
    verdict: Verdict
    at: str
    by: str


class Drafts:
    """The drafts of one workspace."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def add(self, draft: Draft) -> None:
        """A later draft of the same id takes the place of the earlier one."""
        self._append(draft.model_dump_json())

    def settle(self, id: str, verdict: Verdict, by: str) -> None:
        self._append(Settled(settled=id, verdict=verdict, at=now(), by=by).model_dump_json())

    def open(self) -> tuple[Draft, ...]:
        """Neither accepted nor discarded, the newest first."""
        found: dict[str, Draft] = {}
        for line in lines(self.path):
            if line.startswith('{"settled"'):
                found.pop(Settled.model_validate_json(line).settled, None)
            else:
                draft = Draft.model_validate_json(line)
                found.pop(draft.id, None)
                found[draft.id] = draft
        return tuple(reversed(found.values()))

    def has(self, id: str) -> bool:
        return any(draft.id == id for draft in self.open())

    def _append(self, line: str) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")


def from_rating(turn: Turn, viewer: str, history: Sequence[str], complaint: str, wish: str) -> Draft:
    """A draft of an answer that someone found bad. What it cited is no gold: it may be what was wrong."""
    return Draft(
        id=turn.id, origin="thumbs down", at=now(), asked_as=viewer, question=turn.question, history=tuple(history),
        answer=turn.answer.text if turn.answer else turn.partial, complaint=complaint, correction=wish,
        points=tuple(sentences(wish)),
    )  # fmt: skip


def from_correction(turn: Turn, viewer: str, history: Sequence[str], corrected: str) -> Draft:
    """A draft of an answer that someone rewrote: the points are the sentences that are new."""
    answer = turn.answer
    before = set(sentences(answer.text)) if answer else set()
    kept = {int(n) for n in _MARKER.findall(corrected)}
    cited = [c for c in answer.citations if c.kind == "passage" and c.marker in kept] if answer else []
    return Draft(
        id=turn.id, origin="corrected answer", at=now(), asked_as=viewer, question=turn.question,
        history=tuple(history), answer=answer.text if answer else "", correction=corrected,
        points=tuple(s for s in sentences(corrected) if s not in before),
        passages=tuple(GoldPassage(document=d) for d in dict.fromkeys(c.source for c in cited)),
    )  # fmt: skip


def from_document(proposed: dict[str, Any]) -> Draft:
    """A draft of a question that `evals.draft` proposes for a document."""
    return Draft(
        id=f"document-{proposed['provenance']}", origin="document nobody asks about", at=now(),
        question=proposed["question"], points=tuple(n["text"] for n in proposed["nuggets"]),
        passages=tuple(GoldPassage.model_validate(p) for p in proposed["passages"]),
    )  # fmt: skip


def complete(
    draft: Draft,
    *,
    id: str,
    type: str,
    expect: str,
    question: str,
    vital: Sequence[str],
    welcome: Sequence[str] = (),
    must_not_say: Sequence[str] = (),
    passages: Sequence[GoldPassage] = (),
    author: str = "",
) -> Sample:
    """The sample that a person made of a draft; SettingsError says what it lacks."""
    nuggets = [Nugget(text=t) for t in vital] + [Nugget(text=t, vital=False) for t in welcome]
    try:
        return Sample.model_validate(
            {
                "id": id, "type": type, "expect": expect, "question": question.strip(), "viewer": draft.asked_as,
                "history": draft.history, "nuggets": nuggets, "must_not_say": list(must_not_say),
                "passages": list(passages), "author": author,
                "provenance": f"{draft.origin}, {draft.at[:10]}",
            }
        )  # fmt: skip
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise SettingsError(f"{where + ': ' if where else ''}{first['msg'].removeprefix('Value error, ')}.") from None


def _last_sample(text: str) -> Any:
    try:
        read = yaml.safe_load(text)
    except yaml.YAMLError:
        return None
    return (read if isinstance(read, list) else read["samples"])[-1]


def append(sample: Sample, path: Path, workspace: Workspace) -> None:
    """Adds a sample to the end of a dataset file, whose other lines stay as they are; a new file is begun."""
    if faults := lint(Dataset(name=path.stem, samples=(sample,)), workspace):
        raise SettingsError(f"{faults[0]}.")
    before = path.read_text(encoding="utf-8") if path.is_file() else f"name: {path.stem}\nsamples:\n"
    held = yaml.safe_load(before)
    samples = held if isinstance(held, list) else held.get("samples") or []
    if any(s.get("id") == sample.id for s in samples):
        raise SettingsError(f"{path.name} has a sample {sample.id!r} already; choose another id.")
    entry = sample.model_dump(mode="json", exclude_defaults=True)
    items = list(_ITEM.finditer(before[before.find("samples:") + 1 :]))
    indent = items[0]["indent"] if items else ""
    text = yaml.safe_dump([entry], sort_keys=False, allow_unicode=True, width=110)
    after = before.rstrip("\n") + "\n" + "".join(f"{indent}{line}\n" for line in text.splitlines())
    if _last_sample(after) != entry:
        raise SettingsError(f"{path.name} does not end with its samples, so none can be added there.")
    path.parent.mkdir(parents=True, exist_ok=True)
    write(path, after)
