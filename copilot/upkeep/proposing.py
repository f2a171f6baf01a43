"""What a workspace's settings may be, proposed from the exports and documents of a folder: `bearing workspace init`."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import NDArray

from copilot.errors import KnowledgeError
from copilot.language.units import scale_of, unit_in, unit_of_cells
from copilot.language.vocabulary import COLUMN_WORDS
from copilot.records.amounts import decimal_mark
from copilot.records.cells import NOTHING, guess_type
from copilot.records.dates import Orders, date_order, days_of, parse_date
from copilot.records.importing import FILE as MAPPING
from copilot.records.importing import read_file
from copilot.records.names import column_key
from copilot.records.reading import FIRST_REAL_YEAR, FOLDER, SUFFIXES
from copilot.records.schema import CURRENCY, TABLES, Column, ColumnType, TableSchema
from copilot.records.text_table import TextTable
from copilot.records.visibility import LABEL
from copilot.retrieval.duplicates import family_name
from copilot.retrieval.embedder import Embedder
from copilot.retrieval.loaders import find_sources, fingerprint, load
from copilot.retrieval.loaders.metadata import FILE as DOCUMENTS
from copilot.stages import MEANINGS, StageMeaning
from copilot.workspace import WorkspaceConfig

# A cosine with which a column of the file is taken for one of ours, and from which on that is likely, and sure.
_LEAST, _LIKELY, _SURE = 0.4, 0.62, 0.8
_MAYBE = 0.34
"""What is nearer than this, but not near enough, is proposed as a comment; a required column is taken all the same."""
_VALUES_FIT = 0.5
_NEARLY_UNIQUE = 0.85
_LONGEST_NAME = 90
_LONGEST_KEY = 24
_MOST_VALUES_OF_STAGE = 30
_MOST_STAGES, _MOST_GRADES = 12, 7
# A stage that so few rows hold joins a larger one that means the same.
_RARE = 0.02
_FEWEST_ROWS, _FEWEST_COLUMNS = 2, 2
_WIDELY = 5
"""A text in so many columns may stand for nothing."""

# What the stages of the life of any project are about, the first to the last; those that are no meaning come before.
_LIFE: Mapping[str, tuple[str, ...]] = {
    "idea": ("an idea", "planned", "initiated, not started yet", "proposal being considered"),
    "proof_of_concept": ("proof of concept", "in development", "being built or acquired", "research and experiment"),
    "pilot": ("pilot", "in trial", "trial with some users", "being tested and assessed before deployment"),
    "scaling": ("being rolled out", "scaling to more sites", "implementation under way"),
    "production": ("in production", "in operation and maintenance", "live", "deployed and in daily use"),
    "stopped": ("stopped", "cancelled or abandoned", "on hold", "paused"),
    "retired": ("retired", "decommissioned and switched off", "completed and closed"),
}
_LOW, _HIGH = ("low, small, minor, green, good"), ("high, large, severe, red, bad")
_NO_DATA = ("not applicable", "no data reported", "not available")


@dataclass(frozen=True)
class Move:
    here: Path
    there: Path


@dataclass(frozen=True)
class Proposal:
    files: Mapping[str, str]
    """Path inside the workspace, to its text."""
    moves: tuple[Move, ...] = ()
    """Exports that stand beside the documents, and where records are looked for."""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Export:
    """A file of records, with what its columns look like."""

    path: Path
    there: Path
    """Where it will be."""
    table: TextTable

    @cached_property
    def kinds(self) -> dict[str, ColumnType]:
        return {name: guess_type(texts) for name, texts in self.table.columns.items()}

    @cached_property
    def held(self) -> dict[str, list[str]]:
        """By column the cells that do not say that there is nothing."""
        return {name: [t for t in texts if t.lower() not in NOTHING] for name, texts in self.table.columns.items()}

    @cached_property
    def spelled(self) -> dict[str, Counter[str]]:
        """By column how often it holds each text, in its comparable form."""
        return {name: Counter(map(column_key, texts)) for name, texts in self.held.items()}

    @cached_property
    def units(self) -> dict[str, str]:
        return {name: unit_of_cells(texts) or unit_in(name) for name, texts in self.held.items()}

    @cached_property
    def unique(self) -> dict[str, float]:
        """By column the share of its rows that it tells apart."""
        count = max(1, len(self.table.rows))
        return {name: len({t.lower() for t in texts if t}) / count for name, texts in self.table.columns.items()}


@dataclass(frozen=True)
class _Match:
    header: str
    column: Column
    score: float

    @property
    def confidence(self) -> str:
        return "sure" if self.score >= _SURE else "likely" if self.score >= _LIKELY else "a guess"

    @property
    def is_taken(self) -> bool:
        return self.score >= _LEAST or self.column.required


@dataclass(frozen=True)
class _Reading:
    """An export read as one of our tables."""

    export: _Export
    schema: TableSchema
    matches: tuple[_Match, ...]

    @property
    def worth(self) -> float:
        """How much of the table it fills, what is required counting most."""
        required = {c.name for c in self.schema.columns if c.required} - {self.schema.key}
        taken = [match for match in self.matches if match.is_taken]
        found = {match.column.name for match in taken}
        named = 3.0 if column_key(self.export.path.stem) == self.schema.name else 0.0
        lacking = len(required - found)
        return named + sum(m.score for m in taken) - 2.0 * lacking

    def header(self, column: str) -> str | None:
        return next((m.header for m in self.matches if m.column.name == column and m.is_taken), None)


def propose(root: Path) -> Proposal:
    """The files of settings, with comments that say how sure each of them is; KnowledgeError without such a folder."""
    if not root.is_dir():
        raise KnowledgeError(f"There is no folder at {str(root)!r}.")
    meanings = _Meanings()
    notes: list[str] = []
    exports = list(_exports(root, notes))
    readings = _assigned(exports, meanings)
    files = {"workspace.yaml": _workspace(root, readings, meanings)}
    if readings:
        files[MAPPING] = _mapping(readings, meanings)
    if any(reading.schema.name == "observations" for reading in readings):
        files["metrics.yaml"] = _metrics(next(r for r in readings if r.schema.name == "observations"))
    if documents := _documents(root, {export.path for export in exports}):
        files[DOCUMENTS] = documents
    taken = {id(reading.export) for reading in readings}
    notes += [
        f"{e.there.relative_to(root)} is like none of our tables; it is read as a table of its own"
        for e in exports
        if id(e) not in taken
    ]
    moves = tuple(Move(e.path, e.there) for e in exports if e.path != e.there)
    return Proposal(files, moves, tuple(notes))


class _Meanings:
    """How near texts come to each other in meaning."""

    def __init__(self) -> None:
        self._embedder = Embedder()

    def between(self, texts: Sequence[str], others: Sequence[str]) -> NDArray[np.float32]:
        """Cosines, a row a text."""
        nearness: NDArray[np.float32] = self._embedder.embed(texts) @ self._embedder.embed(others).T
        return nearness


def _exports(root: Path, notes: list[str]) -> Iterator[_Export]:
    for folder in (root / FOLDER, root):
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            if path.suffix.lower() not in SUFFIXES or path.name.startswith((".", "~$")) or not path.is_file():
                continue
            try:
                table = read_file(path).without_copies()
            except KnowledgeError as error:
                notes.append(str(error))
                continue
            if len(table.rows) >= _FEWEST_ROWS and len(table.columns) >= _FEWEST_COLUMNS:
                yield _Export(path, root / FOLDER / path.name, table)


def _assigned(exports: Sequence[_Export], meanings: _Meanings) -> list[_Reading]:
    """Each export as the table that it fills best, each table at most once."""
    found = [_read_as(export, schema, meanings) for export in exports for schema in TABLES.values()]
    chosen: list[_Reading] = []
    for reading in sorted(found, key=lambda r: -r.worth):
        is_free = all(r.export is not reading.export and r.schema is not reading.schema for r in chosen)
        if is_free and reading.worth > 0:
            chosen.append(reading)
    order = list(TABLES)
    return sorted(chosen, key=lambda r: order.index(r.schema.name))


def _read_as(export: _Export, schema: TableSchema, meanings: _Meanings) -> _Reading:
    from scipy.optimize import linear_sum_assignment

    headers = list(export.table.columns)
    phrases = [(column, phrase) for column in schema.columns for phrase in _phrases(column)]
    nearness = meanings.between([_spoken(h) for h in headers], [phrase for _, phrase in phrases])
    scores = np.zeros((len(headers), len(schema.columns)), np.float32)
    for place, column in enumerate(schema.columns):
        of_column = [n for n, (each, _) in enumerate(phrases) if each is column]
        best = nearness[:, of_column].max(axis=1)
        if column.name == "stage":
            best = np.maximum(best, _like_stages(export, headers, meanings))
        scores[:, place] = [
            _score(export, header, schema, column, float(near)) for header, near in zip(headers, best, strict=True)
        ]
    rows, columns = linear_sum_assignment(scores, maximize=True)
    matches = [
        _Match(headers[r], schema.columns[c], float(scores[r, c]))
        for r, c in zip(rows, columns, strict=True)
        if scores[r, c] >= _MAYBE
    ]
    return _Reading(export, schema, tuple(matches))


def _like_stages(export: _Export, headers: Sequence[str], meanings: _Meanings) -> NDArray[np.float32]:
    """By column how near its values come to stages in the life of a project, the usual value of the rows counting."""
    found = np.zeros(len(headers), np.float32)
    phrases = [phrase for each in _LIFE.values() for phrase in each]
    for place, header in enumerate(headers):
        counts = Counter(t.lower() for t in export.table.columns[header] if t.lower() not in NOTHING)
        if export.kinds[header] != "text" or not 1 < len(counts) <= _MOST_VALUES_OF_STAGE:
            continue
        near = meanings.between([_spoken(text) for text in counts], phrases).max(axis=1)
        found[place] = np.average(near, weights=list(counts.values()))
    return found


def _phrases(column: Column) -> Iterator[str]:
    yield _spoken(column.name)
    yield from COLUMN_WORDS.get(column.name, ())
    meaning = column.meaning.partition(".")[0].lower()
    yield meaning
    yield f"{_spoken(column.name)}: {meaning}"


def _spoken(name: str) -> str:
    """A name as it is said, without the unit or the note in brackets behind it."""
    return re.sub(r"\s*[(\[][^)\]]*[)\]]\s*$", "", name.replace("_", " ")).strip().lower() or name


def _score(export: _Export, header: str, schema: TableSchema, column: Column, near: float) -> float:
    """How surely a column of the file is one of ours: by its name, its type and its values."""
    if column_key(header) == column_key(column.name):
        near = max(near, 1.0)
    elif column.name == LABEL:
        # Who may see what is said by nobody's guess.
        return 0.0
    texts, spelled = export.held[header], export.spelled[header]
    if (
        not texts
        or not _may_hold(export.kinds[header], column, spelled)
        or not _same_unit(export.units[header], column)
    ):
        return 0.0
    if column.values:
        allowed = {column_key(value) for value in column.values}
        share = sum(spelled[value] for value in allowed) / len(texts)
        return near + 0.3 if share >= _VALUES_FIT else near - 0.5
    if column.name == schema.key:
        is_code = all(len(t) <= _LONGEST_KEY and " " not in t for t in texts)
        return max(near, _LIKELY) if is_code and export.unique[header] == 1 else 0.0
    if column.name == schema.title:
        words = sum(any(c.islower() for c in t) and len(t) <= _LONGEST_NAME for t in texts) > len(texts) / 2
        return near + 0.1 if words and export.unique[header] >= _NEARLY_UNIQUE else near - 0.3
    if column.required and column.type == "date":
        return max(near, _LEAST)
    is_category = column.type == "text" and column.name not in schema.text
    return near - 0.3 if is_category and export.unique[header] >= _NEARLY_UNIQUE else near


def _same_unit(unit: str, column: Column) -> bool:
    """Whether the numbers of the file can be in what ours are in: hours are no money, shares no people."""
    if column.type not in ("number", "integer") or not unit or not column.unit:
        return True
    return unit[-3:].isupper() == (column.unit == CURRENCY) and (column.unit == CURRENCY or unit == column.unit)


def _may_hold(kind: ColumnType, column: Column, spelled: Counter[str]) -> bool:
    if column.type in ("number", "integer"):
        is_graded = kind == "text" and len(spelled) <= _MOST_GRADES and _is_criterion(column.name)
        return kind in ("number", "integer") or is_graded
    if column.type == "text":
        return kind == "text" or (column.required and kind == "integer")
    return kind == column.type or (column.type == "list" and kind == "text")


def _is_criterion(column: str) -> bool:
    return any(criterion.column == column for criterion in WorkspaceConfig().criteria)


def _workspace(root: Path, readings: Sequence[_Reading], meanings: _Meanings) -> str:
    lines = [
        "# Proposed by `bearing workspace init`; each comment says how sure it is. docs/workspace.md lists every key.",
        f"organisation: {_quoted(_title(root))}  # a guess, by the folder",
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
    if stages := _stages(readings, meanings):
        lines += ["# Stages first to last, in the words of the export, and what each is taken to mean.", "stages:"]
        lines += [f"  - {_entry(s)}  # {s.life.replace('_', ' ')}, {s.confidence}: {s.count:,} rows" for s in stages]
    return "\n".join(lines) + "\n"


def _title(root: Path) -> str:
    return _spoken(root.resolve().name.replace("-", " ")).title()


@dataclass(frozen=True)
class _Stage:
    name: str
    life: str
    """The stage in the life of any project that it is most like."""
    confidence: str
    count: int
    nearness: Mapping[str, float]
    """To each stage in the life of any project."""
    synonyms: tuple[str, ...] = ()

    @property
    def means(self) -> StageMeaning:
        return next((means for means in MEANINGS if means == self.life), "before")


def _stages(readings: Sequence[_Reading], meanings: _Meanings) -> list[_Stage]:
    """The stages in the order of life; one that is rare, or called nearly alike, joins the most frequent like it."""
    every = _all_stages(readings, meanings)
    total = sum(stage.count for stage in every)
    names = [_spoken(stage.name) for stage in every]
    near = meanings.between(names, names) if names else np.zeros((0, 0), np.float32)
    lives = {stage.life for stage in every if stage.count >= _RARE * total}
    kept: dict[int, _Stage] = {}
    for place, stage in enumerate(every):
        is_joined = stage.count < _RARE * total or len(kept) >= _MOST_STAGES
        if is_joined and stage.confidence == "a guess":
            stage = replace(stage, life=max(lives, key=lambda life: stage.nearness[life]))
        alike = [k for k in kept if kept[k].life == stage.life and (is_joined or near[place, k] >= _LIKELY)]
        if alike:
            larger = kept[alike[0]]
            kept[alike[0]] = replace(larger, synonyms=(*larger.synonyms, stage.name))
        else:
            kept[place] = stage
    order = list(_LIFE)
    return sorted(kept.values(), key=lambda stage: (order.index(stage.life), -stage.count))


def _entry(stage: _Stage) -> str:
    also = f", synonyms: [{', '.join(map(_quoted, stage.synonyms))}]" if stage.synonyms else ""
    return f"{{name: {_quoted(stage.name)}, means: {stage.means}{also}}}"


def _all_stages(readings: Sequence[_Reading], meanings: _Meanings) -> list[_Stage]:
    """Every value of the column of stages, the most frequent first."""
    reading = next((r for r in readings if r.schema.name == "projects" and r.header("stage")), None)
    if reading is None:
        return []
    texts = reading.export.table.columns[reading.header("stage") or ""]
    spellings: dict[str, Counter[str]] = {}
    for text in texts:
        if text.lower() not in NOTHING:
            spellings.setdefault(column_key(text), Counter())[text] += 1
    counts = {each.most_common(1)[0][0]: each.total() for each in spellings.values()}
    names = sorted(counts, key=lambda name: -counts[name])
    anchors = [(life, phrase) for life, phrases in _LIFE.items() for phrase in phrases]
    nearness = meanings.between([_spoken(name) for name in names], [phrase for _, phrase in anchors])
    found = []
    for name, near in zip(names, nearness, strict=True):
        by_life = {life: max(n for n, (of, _) in zip(near, anchors, strict=True) if of == life) for life in _LIFE}
        best, second = sorted(by_life.values(), reverse=True)[:2]
        sure = "sure" if best >= _SURE or best - second >= 0.2 else "likely" if best - second >= 0.08 else "a guess"
        found.append(_Stage(name, max(by_life, key=lambda life: by_life[life]), sure, counts[name], by_life))
    return found


def _mapping(readings: Sequence[_Reading], meanings: _Meanings) -> str:
    lines = [
        "# Proposed by `bearing workspace init`. Columns that are not named here are kept under their own names.",
        "tables:",
    ]
    for reading in readings:
        lines += _table(reading, meanings)
    return "\n".join(lines) + "\n"


def _table(reading: _Reading, meanings: _Meanings) -> Iterator[str]:
    table, schema = reading.export.table, reading.schema
    yield f"  {schema.name}:"
    yield f"    source: {_quoted(reading.export.there.name)}"
    dates = [texts for name, texts in table.columns.items() if reading.export.kinds[name] == "date"]
    orders = {order for texts in dates if (order := date_order(texts))} - {"mixed"}
    if len(orders) == 1:
        order = orders.pop()
        yield f"    dates: {order}  # sure: a day after the twelfth tells"
        if years := sum(_is_year(text, order) for texts in dates for text in texts):
            yield f"    years_as_days: true  # likely: dates before 1910 ({years:,}) are years that were taken for days"
    numbers = [texts for name, texts in table.columns.items() if reading.export.kinds[name] == "number"]
    marks = {mark for texts in numbers if (mark := decimal_mark(texts))} - {"mixed"}
    if len(marks) == 1:
        yield f"    decimal: {'comma' if marks == {','} else 'point'}  # sure: some numbers can be read in one way only"
    if nothing := _nothing(table, meanings):
        yield f"    missing: [{', '.join(map(_quoted, nothing))}]  # likely: they stand in many columns"
    if schema.key and reading.header(schema.key) is None:
        prefix = _quoted(f"{schema.name[0].upper()}-")
        yield f"    key: {{prefix: {prefix}, digits: 4}}  # no column tells the rows apart"
        if table.copies:
            yield f"    duplicates: keep  # a guess: rows like an earlier one ({len(table.copies):,}) have no code"
    renamed = [m for m in reading.matches if column_key(m.header) != column_key(m.column.name)]
    scaled = {m: scale for m in renamed if m.is_taken and (scale := _scale(reading.export, m)) != 1}
    renamed = [m for m in renamed if m not in scaled]
    if renamed:
        yield "    rename:" if any(m.is_taken for m in renamed) else "    # rename:"
        for match in sorted(renamed, key=lambda m: -m.score):
            place = "      " if match.is_taken else "      # perhaps "
            sure = f"{match.confidence} ({min(match.score, 1):.2f})"
            yield f"{place}{_quoted(match.header)}: {match.column.name}  # {sure}"
    if scaled:
        yield "    derive:"
        for match, scale in scaled.items():
            name = match.header.replace('"', '""')
            expression = json.dumps(f'"{name}" * {scale:.0f}', ensure_ascii=False)
            yield f"      {match.column.name}: {expression}  # {match.confidence} ({min(match.score, 1):.2f})"
    yield from _grades(reading, meanings)


def _scale(export: _Export, match: _Match) -> float:
    """By what an amount is multiplied, where the name of its column says so and its cells do not."""
    is_amount = match.column.unit == CURRENCY and not unit_of_cells(export.table.columns[match.header])
    return scale_of(unit_in(match.header)) if is_amount else 1.0


def _is_year(text: str, order: Orders) -> bool:
    """Whether a date is a year of our time that a spreadsheet took for a count of days: 7/15/1905 is 2023."""
    day = parse_date(text, order) if "19" in text else None
    return day is not None and day.year < FIRST_REAL_YEAR and 1950 <= days_of(day) <= 2050


def _nothing(table: TextTable, meanings: _Meanings) -> list[str]:
    """Texts in many columns that mean that there is nothing, other than those that are always understood."""
    held = Counter(text for texts in table.columns.values() for text in {t for t in texts if t})
    wide = [text for text, count in held.items() if count >= _WIDELY and text.lower() not in NOTHING]
    wide = [text for text in wide if not text.isdigit()]
    if not wide:
        return []
    near = meanings.between([_spoken(text) for text in wide], _NO_DATA).max(axis=1)
    return sorted(text for text, n in zip(wide, near, strict=True) if n >= _LEAST)


def _grades(reading: _Reading, meanings: _Meanings) -> Iterator[str]:
    """The order of words in a column that should hold numbers."""
    graded = [
        m
        for m in reading.matches
        if m.is_taken and m.column.type == "number" and reading.export.kinds[m.header] == "text"
    ]
    if graded:
        yield "    grades:"
    for match in graded:
        texts = reading.export.table.columns[match.header]
        names = list(dict.fromkeys(text.lower() for text in texts if text.lower() not in NOTHING))
        near = meanings.between(names, [_LOW, _HIGH])
        ordered = [names[place] for place in np.argsort(near[:, 1] - near[:, 0])]
        if all(len(name) == 1 for name in names):
            # Of letters the first is the best.
            ordered = sorted(names, reverse=True)
        yield f"      {match.column.name}: [{', '.join(map(_quoted, ordered))}]  # a guess: lowest first"


def _metrics(reading: _Reading) -> str:
    header = reading.header("metric")
    names = Counter(reading.export.table.columns[header]) if header else Counter()
    lines = [
        "# Proposed by `bearing workspace init`: one entry for each metric that the observations hold.",
        "metrics:",
    ]
    ratio = reading.header("denominator") is not None
    for name in sorted(filter(None, names)):
        lines += [
            f"  {column_key(name)}:",
            f"    label: {_quoted(name.replace('_', ' ').capitalize())}",
            f"    where: {{metric: {_quoted(name)}}}",
            f"    expression: {'SUM(numerator) / NULLIF(SUM(denominator), 0)' if ratio else 'SUM(numerator)'}",
            "    time: month",
            *(["    dimensions: {unit: unit}"] if reading.header("unit") else []),
            "    # definition, unit (share, EUR, count, hours), direction (up or down) and owner are not known",
        ]
    return "\n".join(lines) + "\n"


def _documents(root: Path, exports: Iterable[Path]) -> str:
    """What the documents do not say of themselves, to be filled in; empty where there is none."""
    lines = []
    taken = set(exports)
    sources = [source for source in find_sources(root) if source.path not in taken]
    later = _later_versions(source.id for source in sources)
    for source in sources:
        try:
            document = load(source, fingerprint(source))
        except KnowledgeError:
            # `bearing workspace check` says why it is not read.
            continue
        lines += [f"  # {document.title}", f"  - pattern: {_quoted(source.id)}"]
        if document.effective is None:
            day = document.dated.isoformat() if document.dated else "2026-01-31"
            lines.append(f"    # effective: {day}  # {'the day of the file' if document.dated else 'not known'}")
        if document.owner is None:
            lines.append("    # owner: not known")
        if document.superseded_by is None and source.id in later:
            lines.append(f"    # superseded_by: {_quoted(later[source.id])}  # perhaps, by their names")
    if not lines:
        return ""
    said = (
        "# Proposed by `bearing workspace init`: what is known of the documents, by pattern; a later entry goes before."
    )
    return "\n".join([said, "documents:", *lines]) + "\n"


def _later_versions(ids: Iterable[str]) -> dict[str, str]:
    """To each document the one beside it that is called like it but for a later number, or for none."""
    families: dict[tuple[str, str], list[str]] = {}
    for id in ids:
        families.setdefault((str(PurePosixPath(id).parent), family_name(id)), []).append(id)

    def version(id: str) -> tuple[float, ...]:
        numbers = [float(digits) for digits in re.findall(r"\d+", PurePosixPath(id).stem)]
        return tuple(numbers) or (float("inf"),)

    ordered = (sorted(members, key=version) for members in families.values())
    return {id: later for members in ordered for id, later in pairwise(members) if version(id) < version(later)}


def _quoted(text: str) -> str:
    """The text as YAML writes it."""
    plain = text.replace(" ", "").replace("-", "").replace("_", "")
    is_plain = plain.isalpha() and text.lower() not in ("yes", "no", "true", "false", "on", "off", "null", "y", "n")
    return text if is_plain else json.dumps(text, ensure_ascii=False)
