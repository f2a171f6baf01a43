"""Labelled answers about the workspaces of the hands, from the short form in which they are written."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import Any

import yaml

from evals.claims.corpus import Claim, Labelled, Shown

DATA = Path(__file__).parent / "data"
_LINE = re.compile(r"([+-]) ([\w-]+): (?:(\|) )?(.*)")


def read(path: Path) -> list[Labelled]:
    """The answers of a file such as `data/claims/h30.yaml`."""
    answers = yaml.safe_load(path.read_text(encoding="utf-8"))
    return [_labelled(f"{path.stem}-{n:02d}", answer) for n, answer in enumerate(answers, 1)]


def _labelled(id: str, answer: dict[str, Any]) -> Labelled:
    text, claims = "", []
    for line in answer["answer"].strip().splitlines():
        m = _LINE.fullmatch(line.strip())
        if m is None:
            raise ValueError(f"{id}: {line!r} is not of the form '+ kind: sentence'.")
        is_item, follows = m[4].startswith("- "), text.rpartition("\n")[2].startswith("- ")
        text += "\n\n" if text and (m[3] or is_item != follows) else "\n" if is_item else " " if text else ""
        text += m[4]
        claims.append(Claim(sentence=m[4], true=m[1] == "+", kind=m[2]))
    shown = tuple(_shown(name, item) for name, item in answer["evidence"].items())
    return Labelled(
        id=id,
        language=answer["language"],
        question=answer["question"],
        evidence=shown,
        answer=text,
        claims=tuple(claims),
    )


def _shown(id: str, item: dict[str, Any]) -> Shown:
    if "passage" in item:
        return Shown(id=id, kind="passage", source=item["title"], text=item["passage"])
    rows, title = table(item["workspace"], item["table"]), item["table"].replace("_", " ")
    if isinstance(wanted := item.get("rows"), int):
        rows = rows[:wanted]
    elif wanted:
        rows = [row for row in rows if next(iter(row.values())) in wanted]
    cells = tuple(tuple(row[column] for column in item["columns"]) for row in rows)
    columns = tuple(item["columns"].values())
    return Shown(id=id, kind="table", source=title, text=f"{len(rows)} rows.", columns=columns, rows=cells)


def table(workspace: str, name: str) -> list[dict[str, str]]:
    """The rows of a table of a workspace, by column."""
    data = yaml.safe_load((DATA / "workspaces" / f"{workspace}.yaml").read_text(encoding="utf-8"))
    return list(csv.DictReader(io.StringIO(data["tables"][name]["csv"])))
