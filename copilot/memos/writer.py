"""Writes a memo's sentences, each verified against what it cites in the way answers are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from copilot.citations import Verifier, with_markers
from copilot.memos.memo import Line, Section, SectionName, Source, sha256
from copilot.memos.plain import on_one_line
from copilot.stopping import go_on
from copilot.types import Chart, Evidence, Table


class Writer:
    """Gathers sections; sources are numbered in the order in which they are first cited."""

    def __init__(self, evidence: Iterable[Evidence], blank: Mapping[SectionName, Section]) -> None:
        """`blank` are the sections there may be, still empty."""
        self._verifier = Verifier(question="")
        self._verifier.read(evidence)
        self._blank = blank
        self._order: list[str] = []
        self._sections: dict[SectionName, Section] = {}

    def say(
        self, section: SectionName, key: str, text: str, evidence: Sequence[str], *, is_caveat: bool = False
    ) -> None:
        """Adds a sentence; it is left out, with a warning, when a figure of it is in none of its evidence."""
        go_on()
        flat = on_one_line(text)
        known = list(dict.fromkeys(id for id in evidence if id in self._verifier.evidence))
        if not flat:
            return
        if not known:
            self._verifier.warnings.append(f"Left out because it cites nothing that was read: {flat}")
            return
        before = len(self._verifier.warnings)
        self._verifier.feed(with_markers(flat, known) + "\n")
        if len(self._verifier.warnings) > before:
            return
        line = Line(key=key, text=flat, markers=self._numbered(known), is_caveat=is_caveat)
        held = self._held(section)
        self._sections[section] = held.model_copy(update={"lines": (*held.lines, line)})

    def show(self, section: SectionName, table: Table | None, chart: Chart | None, evidence: Sequence[str]) -> None:
        """Sets the section's table, or its chart."""
        update: dict[str, object] = {}
        if table is not None:
            rows = tuple(tuple(on_one_line(c) if isinstance(c, str) else c for c in row) for row in table.rows)
            update = {"table": table.model_copy(update={"rows": rows}), "table_markers": self._numbered(evidence)}
        if chart is not None:
            update |= {"chart": chart, "chart_markers": self._numbered(evidence)}
        self._sections[section] = self._held(section).model_copy(update=update)

    @property
    def sections(self) -> tuple[Section, ...]:
        return tuple(self._sections[name] for name in self._blank if name in self._sections)

    @property
    def sources(self) -> tuple[Source, ...]:
        read = (self._verifier.evidence[id] for id in self._order)
        return tuple(Source(marker=n, evidence=e, sha256=sha256(e.text)) for n, e in enumerate(read, 1))

    @property
    def warnings(self) -> tuple[str, ...]:
        return tuple(self._verifier.warnings)

    def _held(self, name: SectionName) -> Section:
        return self._sections.get(name, self._blank[name])

    def _numbered(self, evidence: Sequence[str]) -> tuple[int, ...]:
        """The markers of the sources; parts of one computation share that of the whole."""
        wholes = dict.fromkeys(self._verifier.evidence[id].part_of or id for id in evidence)
        self._order += [id for id in wholes if id not in self._order]
        return tuple(sorted(self._order.index(id) + 1 for id in wholes))
