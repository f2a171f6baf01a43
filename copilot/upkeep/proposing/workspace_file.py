"""What workspace.yaml may say of a folder."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from copilot.language.units import currencies_of, currency_in, unit_in, unit_of_cells
from copilot.upkeep.proposing.columns import Reading
from copilot.upkeep.proposing.meanings import Meanings, spoken
from copilot.upkeep.proposing.stages import Stage, stages_of
from copilot.upkeep.proposing.written import quoted


def workspace_file(root: Path, readings: Sequence[Reading], spoken_of: Counter[str], meanings: Meanings) -> str:
    lines = [
        "# Proposed by `bearing workspace init`; each comment says how sure it is. docs/workspace.md lists every key.",
        f"organisation: {quoted(_title(root))}  # a guess, by the folder",
    ]
    lines.append(_currency(readings, spoken_of))
    if stages := stages_of(readings, meanings):
        lines += ["# Stages first to last, in the words of the export, and what each is taken to mean.", "stages:"]
        lines += [f"  - {_entry(s)}  # {s.life.replace('_', ' ')}, {s.confidence}: {s.count:,} rows" for s in stages]
    return "\n".join(lines) + "\n"


def _currency(readings: Sequence[Reading], spoken_of: Counter[str]) -> str:
    """What most columns are written in, else some cells, else what the documents speak of.

    Several currencies write a bare $; it is the one that is also written out.
    """
    columns = [(r.export, h) for r in readings for h, kind in r.export.kinds.items() if kind in ("number", "integer")]
    signs = sum((currencies_of(export.held[header]) for export, header in columns), Counter[str]())
    named = Counter(
        money for export, h in columns if (money := currency_in(unit_of_cells(export.held[h], "$") or unit_in(h)))
    )
    told = signs + named
    dollar = next((code for code, _ in told.most_common() if code.endswith("D")), "USD")
    for found, what in ((named, "columns"), (signs, "cells")):
        if found:
            code, count = found.most_common(1)[0]
            if code == "$" and dollar not in told:
                return f"currency: {dollar}  # a guess: several currencies write $"
            sure = "sure" if len(found) == 1 and found is named and code != "$" else "likely"
            return f"currency: {dollar if code == '$' else code}  # {sure}: {count} {what} are written in it"
    if codes := [code for code, _ in spoken_of.most_common() if code != "$"]:
        return f"currency: {codes[0]}  # {'likely' if len(codes) == 1 else 'a guess'}: the documents speak of it"
    return "# currency: EUR  # nothing says which"


def _title(root: Path) -> str:
    return spoken(root.resolve().name.replace("-", " ")).title()


def _entry(stage: Stage) -> str:
    also = f", synonyms: [{', '.join(map(quoted, stage.synonyms))}]" if stage.synonyms else ""
    return f"{{name: {quoted(stage.name)}, means: {stage.means}{also}}}"
