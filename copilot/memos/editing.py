"""The text of a memo as people edit it: one line a sentence or item, each with the numbers of its sources behind it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from difflib import get_close_matches

from copilot.errors import SettingsError
from copilot.memos import layout
from copilot.memos.figures import FigureCheck
from copilot.memos.memo import Edit, Line, Memo, Section, SectionName, Unsourced, memo_id, sha256
from copilot.memos.plain import on_one_line

# Of what is changed at once: the check of figures takes a while for each sentence.
_MOST_CHARACTERS = 10_000
# A line that is at least so like one of before takes its place.
_LIKE = 0.5
_BULLET = re.compile(r"^[-*•]\s+")
_MARKS = re.compile(r"\s*\[(\d{1,4})(?:\s?[-–]\s?(\d{1,4}))?\]")
_HEADING = re.compile(r"^##\s+(\S+)\s*$")


def editable(memo: Memo) -> tuple[Section, ...]:
    """The sections as they stand, and without lines those of which nothing is left."""
    now = {section.name: section for section in memo.sections}
    return tuple(now.get(s.name, s.model_copy(update={"lines": ()})) for s in memo.computed)


def section_text(section: Section) -> str:
    """What a text area holds of a section: "Fund three projects. [1][4–7]"."""
    return "\n".join(_written(line) for line in section.lines)


def memo_text(memo: Memo, only: str = "") -> str:
    """The whole text, or that of one section, each below its name: "## decision"."""
    wanted = [section for section in editable(memo) if not only or section.name == _named(memo, only)]
    return "\n\n".join(f"## {section.name}\n{section_text(section)}".rstrip() for section in wanted) + "\n"


def read_memo_text(memo: Memo, text: str) -> dict[str, str]:
    """The text of each section that stands below its name, as `memo_text` writes it; others stay as they are.

    Raises SettingsError for a name that is none of the memo's, and for text above the first name.
    """
    found: dict[str, list[str]] = {}
    lines: list[str] | None = None
    for line in text.splitlines():
        if heading := _HEADING.match(line):
            lines = found.setdefault(_named(memo, heading[1]), [])
        elif lines is not None:
            lines.append(line)
        elif line.strip():
            raise SettingsError("The text begins without the name of a section, such as '## decision'.")
    return {name: "\n".join(held) for name, held in found.items()}


def edited(memo: Memo, texts: Mapping[str, str], name: str, at: datetime) -> Memo:
    """A new version with the text of these sections, its figures compared with the evidence of the memo.

    Raises SettingsError where nothing is changed, nobody is named, a section or a source is none of the memo's, a text
    is too long, or nothing is left of the motion.
    """
    if not name.strip():
        raise SettingsError("Say who you are: a memo is edited by name.")
    wanted = {_named(memo, given): text for given, text in texts.items()}
    check = FigureCheck(memo.computed, memo.sources)
    sections, unsourced = [], []
    for own, drafted in zip(editable(memo), memo.computed, strict=True):
        if drafted.name in wanted:
            own = own.model_copy(update={"lines": tuple(_lines(own, wanted[drafted.name], memo))})
        own, flagged = _checked(own, drafted, memo, check)
        unsourced += flagged
        if own.lines or own.table or own.chart:
            sections.append(own)
    changed = tuple(s.name for s in memo.computed if _of(s.name, sections).lines != _of(s.name, memo.sections).lines)
    if not changed:
        raise SettingsError("Nothing was changed.")
    if not _of("decision", sections).lines:
        raise SettingsError("A memo needs its motion; say there what is to be decided.")
    content = [memo.id, name.strip(), *(section.model_dump(mode="json") for section in sections)]
    return memo.model_copy(
        update={
            "id": memo_id(json.dumps(content, sort_keys=True)),
            "sections": tuple(sections),
            "edits": (*memo.edits, Edit(of=memo.id, name=name.strip(), at=at, sections=changed)),
            "drafted": memo.computed,
            "unsourced": tuple(unsourced),
        }
    )


def _named(memo: Memo, name: str) -> SectionName:
    for section in memo.computed:
        if section.name == name:
            return section.name
    known = ", ".join(section.name for section in memo.computed)
    raise SettingsError(f"This memo has no section {name!r}; there are {known}.")


def _of(name: SectionName, sections: Sequence[Section]) -> Section:
    return next((section for section in sections if section.name == name), Section(name=name))


def _written(line: Line) -> str:
    marks = "".join(f"[{run.text}]" for run in layout.runs(line.markers))
    return f"{line.text} {marks}".rstrip()


def _lines(section: Section, text: str, memo: Memo) -> Iterator[Line]:
    """The lines that a text says, those of before where they are as they were."""
    before = {_written(line): line for line in section.lines}
    flat = (on_one_line(line) for line in text.splitlines())
    bare = (line if line in before else _BULLET.sub("", line) for line in flat)
    wanted = list(dict.fromkeys(line for line in bare if line))
    if sum(len(line) for line in wanted if line not in before) > _MOST_CHARACTERS:
        raise SettingsError(
            f"More than {_MOST_CHARACTERS:,} characters of {section.name!r} are new; change less at once."
        )
    free = [written for written in before if written not in wanted]
    for written in wanted:
        if written in before:
            yield before[written]
            continue
        like = get_close_matches(written, free, 1, _LIKE)
        free = [other for other in free if other not in like]
        said, markers = _cited(written, memo)
        if said:
            old = before[like[0]] if like else Line(key=f"added:{sha256(said)[:8]}", text="", markers=())
            yield old.model_copy(update={"text": said, "markers": markers})


def _cited(written: str, memo: Memo) -> tuple[str, tuple[int, ...]]:
    """A line apart from the numbers of its sources, wherever in it they stand."""
    known = {source.marker for source in memo.sources}
    markers: set[int] = set()
    for mark in _MARKS.finditer(written):
        named = set(range(int(mark[1]), int(mark[2] or mark[1]) + 1))
        if not named or not named <= known:
            raise SettingsError(f"There is no source {mark[0].strip()} in this memo; there are [1] to [{max(known)}].")
        markers |= named
    return on_one_line(_MARKS.sub("", written)), tuple(sorted(markers))


def _checked(section: Section, drafted: Section, memo: Memo, check: FigureCheck) -> tuple[Section, list[Unsourced]]:
    """The section with the sources of lines whose writer named none, and its figures that no evidence holds."""
    lines: list[Line] = []
    unsourced: list[Unsourced] = []
    before = _of(section.name, memo.sections).lines
    for line in section.lines:
        if line in before or line in drafted.lines:
            lines.append(line)
            is_same = line not in drafted.lines
            unsourced += (u for u in memo.unsourced if is_same and (u.section, u.key) == (section.name, line.key))
            continue
        found = check.check(line.text, line.markers)
        lines.append(line.model_copy(update={"markers": line.markers or found.markers}))
        unsourced += (
            Unsourced(section=section.name, key=line.key, text=line.text[start:end], start=start, end=end)
            for start, end in found.unsourced
        )
    return section.model_copy(update={"lines": tuple(lines)}), unsourced
