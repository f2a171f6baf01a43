"""A memo against a later draft of itself: line by line what holds, what changed, what cannot be checked any more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Literal

from copilot.language.numbers import Number, find_numbers
from copilot.memos.layout import shown
from copilot.memos.memo import DECISIVE, VERDICTS, Line, Memo, Section, SectionName, Verdict
from copilot.types import Frozen

State = Literal["holds", "changed", "gone", "new"]
STATES: dict[State, str] = {
    "holds": "holds",
    "changed": "changed",
    "gone": "cannot be checked",
    "new": "new",
}
# Calls on a project that is to be heard of again.
_LASTING: frozenset[Verdict] = frozenset({"hold", "conditional"})


class CheckedLine(Frozen):
    section: SectionName
    key: str
    state: State
    before: str = ""
    after: str = ""
    figures: tuple[tuple[str, str], ...] = ()
    """Each figure that changed, as it was and as it is; empty on one side where only the other has it."""


class Check(Frozen):
    memo: str
    title: str
    drafted: date
    """The day the memo counts from."""
    today: date
    """The day it was computed again for."""
    claim: str
    """What is checked: the recommendation or, of a status memo, the state."""
    holds: bool
    """Whether it is still the same for each project."""
    reasons: tuple[str, ...]
    """Why it does not hold any more, project by project."""
    lines: tuple[CheckedLine, ...]
    sources: int
    sources_changed: tuple[str, ...]
    """Titles of the records and passages that read differently, or cannot be read any more."""

    def count(self, state: State) -> int:
        return sum(line.state == state for line in self.lines)


def compare(memo: Memo, today: Memo) -> Check:
    """A memo that people have edited is compared as it was computed: what they wrote cannot be computed again."""
    memo = memo.model_copy(update={"sections": memo.computed})
    reasons = tuple(_differences(memo, today))
    lines = [line for section in memo.sections for line in _section(section, today.section(section.name))]
    known = {section.name for section in memo.sections}
    added = [section for section in today.sections if section.name not in known]
    lines += [line for section in added for line in _section(Section(name=section.name), section)]
    return Check(
        memo=memo.id,
        title=memo.title,
        drafted=memo.provenance.today,
        today=today.provenance.today,
        claim=_claim(memo),
        holds=not reasons,
        reasons=reasons,
        lines=tuple(lines),
        sources=len(_read(memo)),
        sources_changed=tuple(_changed_sources(memo, today)),
    )


def cannot_check(memo: Memo, today: date, reason: str) -> Check:
    """When it cannot be drafted again at all."""
    return Check(
        memo=memo.id,
        title=memo.title,
        drafted=memo.provenance.today,
        today=today,
        claim=_claim(memo),
        holds=False,
        reasons=(reason,),
        lines=tuple(
            CheckedLine(section=section.name, key=line.key, state="gone", before=line.text)
            for section in memo.computed
            for line in section.lines
        ),
        sources=len(_read(memo)),
        sources_changed=(),
    )


def _claim(memo: Memo) -> str:
    return "state" if memo.kind == "status" else "recommendation"


def _differences(memo: Memo, today: Memo) -> Iterator[str]:
    """A project of which something else is said now."""
    before, after = ({call.project: call for call in of.calls} for of in (memo, today))
    decisive, among = DECISIVE[memo.kind], "reported on" if memo.kind == "status" else "proposed"
    for key, call in before.items():
        now = after.get(key)
        if now is None and call.verdict in decisive | _LASTING:
            yield f"{call.name} ({key}): it was “{VERDICTS[call.verdict]}” and is no longer among those {among}"
        elif now is not None and now.verdict != call.verdict and {now.verdict, call.verdict} & decisive:
            yield f"{call.name} ({key}): it was “{VERDICTS[call.verdict]}” and is now “{VERDICTS[now.verdict]}”"
    for key, call in after.items():
        if key not in before and call.verdict in decisive:
            yield f"{call.name} ({key}): it was not {among} and is now “{VERDICTS[call.verdict]}”"


def _section(before: Section, after: Section) -> Iterator[CheckedLine]:
    yield from _lines(before.name, before.lines, after.lines)
    yield from _lines(before.name, _rows(before), _rows(after))


def _rows(section: Section) -> tuple[Line, ...]:
    """The rows of its table as lines, known by their project."""
    if section.table is None:
        return ()
    columns = section.table.columns
    at = columns.index("Project") if "Project" in columns else 0
    return tuple(
        Line(
            key=f"row:{shown(row[at])}",
            text="; ".join(f"{column} {shown(cell)}" for column, cell in zip(columns, row, strict=True)),
            markers=section.table_markers,
        )
        for row in section.table.rows
    )


def _lines(section: SectionName, before: tuple[Line, ...], after: tuple[Line, ...]) -> Iterator[CheckedLine]:
    new = {line.key: line for line in after}
    for line in before:
        now = new.pop(line.key, None)
        if now is None:
            yield CheckedLine(section=section, key=line.key, state="gone", before=line.text)
        elif now.text == line.text:
            yield CheckedLine(section=section, key=line.key, state="holds", before=line.text, after=now.text)
        else:
            yield CheckedLine(
                section=section,
                key=line.key,
                state="changed",
                before=line.text,
                after=now.text,
                figures=tuple(_figures(line.text, now.text)),
            )
    for line in new.values():
        yield CheckedLine(section=section, key=line.key, state="new", after=line.text)


def _figures(before: str, after: str) -> Iterator[tuple[str, str]]:
    """The figures that differ: paired where the words around them are the same, else as they went and came."""
    old, new = find_numbers(before), find_numbers(after)
    if len(old) == len(new) and without_figures(before, old) == without_figures(after, new):
        yield from ((a.text, b.text) for a, b in zip(old, new, strict=True) if a.text != b.text)
        return
    yield from ((text, "") for text in _only(old, new))
    yield from (("", text) for text in _only(new, old))


def without_figures(text: str, numbers: Sequence[Number]) -> str:
    """The text with its figures taken out."""
    for number in reversed(numbers):
        text = f"{text[: number.start]}#{text[number.end :]}"
    return text


def _only(these: Sequence[Number], those: Sequence[Number]) -> list[str]:
    other = {number.text for number in those}
    return list(dict.fromkeys(number.text for number in these if number.text not in other))


def _read(memo: Memo) -> dict[str, str]:
    """The hash of each record and passage that was read; what was computed follows from them."""
    return {s.evidence.id: s.sha256 for s in memo.sources if s.evidence.kind in ("record", "passage")}


def _changed_sources(memo: Memo, today: Memo) -> Iterator[str]:
    now = _read(today)
    titles = {s.evidence.id: f"{s.evidence.title} ({s.evidence.source})" for s in memo.sources}
    for id, digest in _read(memo).items():
        if now.get(id) != digest:
            yield titles[id]
