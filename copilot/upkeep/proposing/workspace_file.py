"""What workspace.yaml may say of a folder."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from copilot.language.units import unit_in, unit_of_cells
from copilot.upkeep.proposing.columns import Reading
from copilot.upkeep.proposing.meanings import Meanings, spoken
from copilot.upkeep.proposing.stages import Stage, stages_of
from copilot.upkeep.proposing.written import quoted


def workspace_file(root: Path, readings: Sequence[Reading], meanings: Meanings) -> str:
    lines = [
        "# Proposed by `bearing workspace init`; each comment says how sure it is. docs/workspace.md lists every key.",
        f"organisation: {quoted(_title(root))}  # a guess, by the folder",
    ]
    columns = [(h, texts) for r in readings for h, texts in r.export.table.columns.items()]
    currencies = Counter(
        unit[-3:] for h, texts in columns if (unit := unit_of_cells(texts) or unit_in(h)) and unit[-3:].isupper()
    )
    currencies.pop("FTE", None)
    if currencies:
        code, count = currencies.most_common(1)[0]
        sure = "sure" if len(currencies) == 1 else "likely"
        lines.append(f"currency: {code}  # {sure}: {count} columns are written in it")
    else:
        lines.append("# currency: EUR  # no column says which")
    if stages := stages_of(readings, meanings):
        lines += ["# Stages first to last, in the words of the export, and what each is taken to mean.", "stages:"]
        lines += [f"  - {_entry(s)}  # {s.life.replace('_', ' ')}, {s.confidence}: {s.count:,} rows" for s in stages]
    return "\n".join(lines) + "\n"


def _title(root: Path) -> str:
    return spoken(root.resolve().name.replace("-", " ")).title()


def _entry(stage: Stage) -> str:
    also = f", synonyms: [{', '.join(map(quoted, stage.synonyms))}]" if stage.synonyms else ""
    return f"{{name: {quoted(stage.name)}, means: {stage.means}{also}}}"
