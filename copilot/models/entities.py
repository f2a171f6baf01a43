"""What a question names: projects, models, units and other values, columns, metrics, criteria.

The names come from the workspace itself, so linking needs no training. A `Lexicon` is made for one viewer: what
the viewer may not see cannot be linked.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from copilot.gates.rules import gate_order
from copilot.language.vocabulary import COLUMN_WORDS, stage_words
from copilot.language.words import COMMON_STEMS, STOP_WORDS, Word, listed, stem, stems, words
from copilot.models.meaning import MetricMeanings
from copilot.records.schema import TableSchema
from copilot.records.store import RecordView
from copilot.sources import Sources
from copilot.types import Viewer

Kind = Literal["record", "value", "column", "metric", "criterion", "document"]

Role = Literal["plain", "negated", "grouped", "absent"]
"""How a question uses a name: "in pilot", "not in pilot", "by unit", "without an owner"."""

# A name with this share of its informative words in the question is meant.
NAME_COVERAGE = 0.6
# Two names closer than this in coverage are not told apart by the question.
NAME_MARGIN = 0.12
# What a single word of a value's name is worth beside the whole name.
SHORT_NAME = 0.8
# A part of a name that fits more records than this names none.
MOST_CANDIDATES = 6
# A column with more distinct values than this holds free text, not categories.
MAX_CATEGORIES = 80

_ID = re.compile(r"(?<![\w-])[A-Za-z]{1,5}-?\d{1,6}(?![\w-])")
# Tables whose categories may be meant by a question that names no table.
_MAIN_TABLES = ("projects", "models", "incidents", "decisions", "assessments", "roles")
# Tables whose rows people call by name.
_NAMED_TABLES = ("projects", "models")
# Columns for which one distinctive word of a value is enough ("retail" for Retail Stores).
_SHORT_NAMES = ("unit", "stage", "jurisdiction")
_NOT_CATEGORIES = frozenset(
    listed(
        "id name title description label blocker owner sponsor business_owner human_oversight waiver note "
        "decision reason conditions purpose key project_id model_id depends_on registry_version "
        "deployed_version"
    )
)


# What may follow or precede a name to say that it is one.
_RECORD_NOUNS = frozenset(
    map(stem, listed("project model pilot initiative case tool system assistant programme solution"))
)


@dataclass(frozen=True)
class Mention:
    """Something of the workspace that a question names."""

    kind: Kind
    table: str
    """Table of the record, value or column; empty for metrics and criteria."""
    key: str
    """Record key, value, column name, metric name or criterion name."""
    text: str
    """As the question has it."""
    start: int
    end: int
    column: str = ""
    """Column of a value."""
    name: str = ""
    """For a person, when the key is a code."""
    score: float = 1.0
    role: Role = "plain"


@dataclass(frozen=True)
class Links:
    """All that a question names."""

    mentions: tuple[Mention, ...]
    ambiguous: tuple[tuple[Mention, ...], ...] = ()
    """Groups of records among which the question does not tell apart."""
    usage_metrics: tuple[str, ...] = ()
    """Metrics of how far people use a project's system, observed project by project."""
    unknown_ids: tuple[str, ...] = ()
    """Written like the ids of records, and none that the viewer may see."""
    gate: str | None = None
    """Id of an approval gate."""
    is_whole: bool = False
    """It names the organisation."""

    def of(self, kind: Kind, table: str | None = None) -> tuple[Mention, ...]:
        return tuple(m for m in self.mentions if m.kind == kind and table in (None, m.table))

    def columns(self, table: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(m.key for m in self.of("column", table)))


@dataclass(frozen=True)
class _Phrase:
    """A run of stems that stands for something."""

    stems: tuple[str, ...]
    kind: Kind
    table: str
    key: str
    column: str = ""
    score: float = 1.0
    is_participle: bool = False
    """A single word in -ed, such as "estimated"."""


@dataclass
class Lexicon:
    """The names of one workspace, as one viewer may use them."""

    phrases: dict[str, list[_Phrase]] = field(default_factory=dict)
    """By first stem."""
    records: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    """Upper-case key → (table, key, name)."""
    names: list[tuple[str, str, frozenset[str]]] = field(default_factory=list)
    """(table, key, informative stems of the name)."""
    name_idf: dict[str, float] = field(default_factory=dict)
    usage_metrics: tuple[str, ...] = ()
    meanings: MetricMeanings | None = None
    gates: dict[tuple[str, ...], str] = field(default_factory=dict)
    """Stems of the names of the approval gates → id of the gate."""
    organisation: tuple[str, ...] = ()
    """Stems of its name."""

    @classmethod
    def build(cls, sources: Sources, viewer: Viewer) -> Lexicon:
        lexicon = cls()
        view = sources.records.view(viewer)
        for criterion in sources.workspace.config.criteria:
            for text in (criterion.name.replace("_", " "), criterion.label, *criterion.synonyms):
                lexicon._add(text, "criterion", "", criterion.name)
        if sources.metrics is not None:
            for name, metric in sources.metrics.metrics.items():
                for text in (name.replace("_", " "), metric.label, *metric.synonyms):
                    lexicon._add(text, "metric", "", name)
                if "project" in metric.dimensions and _USAGE & set(
                    stems(f"{metric.label} {' '.join(metric.synonyms)}")
                ):
                    lexicon.usage_metrics = (*lexicon.usage_metrics, name)
            if sources.retriever is not None:
                lexicon.meanings = MetricMeanings.of(sources.metrics, sources.retriever.likeness)
        for table in view.tables.values():
            lexicon._add_table(view, table)
        for document in sources.retriever.documents(viewer) if sources.retriever else ():
            # People leave out the words that every title has: "the incident response policy", "incident response".
            core = [w.text for w in words(document.title) if not w.is_stop and w.stem not in COMMON_STEMS]
            lexicon._add(" ".join(core), "document", "", document.id)
        lexicon._weigh_names()
        lexicon._add_gates(sources, view)
        lexicon.organisation = tuple(stems(sources.workspace.config.organisation))
        return lexicon

    def _add(self, text: str, kind: Kind, table: str, key: str, column: str = "") -> None:
        run = tuple(stems(text))
        # "US" is a code, "us" is not.
        if run and (text.isupper() or not all(s in STOP_WORDS for s in run)):
            phrase = _Phrase(run, kind, table, key, column, is_participle=len(run) == 1 and text.endswith("ed"))
            known = self.phrases.setdefault(run[0], [])
            if phrase not in known:
                known.append(phrase)

    def _add_gates(self, sources: Sources, view: RecordView) -> None:
        passed = view.values("projects", "gate") if view.has("projects", "gate") else ()
        names = [(id, id) for id in gate_order(sources.workspace, passed)]
        names += [(gate.title, gate.id) for gate in sources.workspace.gates]
        # A gate that is called like a stage cannot be told from it.
        stages = {tuple(stems(stage.replace("_", " "))) for stage in sources.workspace.config.stages}
        for name, id in names:
            if (run := tuple(stems(name))) and run not in stages:
                self.gates.setdefault(run, id)

    def _add_table(self, view: RecordView, table: TableSchema) -> None:
        if table.key and table.title:
            for row in view.select(table.name, columns=[table.key, table.title]):
                key, name = str(row[table.key] or ""), str(row[table.title] or "")
                if key:
                    self.records[key.upper()] = (table.name, key, name)
                    if table.name in _NAMED_TABLES and len(stems(name)) > 1:
                        self._add(name, "record", table.name, key)
                    informative = frozenset(
                        s
                        for s in stems(name)
                        if s not in STOP_WORDS and s not in _RECORD_NOUNS and s not in COMMON_STEMS and len(s) > 1
                    )
                    if table.name in _NAMED_TABLES and informative:
                        self.names.append((table.name, key, informative))
        aliases = view.aliases(table.name)
        for column in table.columns:
            if column.name == "label":
                continue
            others = COLUMN_WORDS.get(column.name, ())
            for text in (column.name.replace("_", " "), *others, *aliases.get(column.name, ())):
                self._add(text, "column", table.name, column.name)
            if table.name in _MAIN_TABLES and column.type == "text" and column.name not in _NOT_CATEGORIES:
                self._add_values(table.name, column.name, view.values(table.name, column.name))

    def _add_values(self, table: str, column: str, values: Sequence[str]) -> None:
        if len(values) > MAX_CATEGORIES:
            return
        by_word: Counter[str] = Counter(s for v in values for s in set(stems(v)))
        for value in values:
            self._add(value, "value", table, value, column)
            if column == "stage":
                for text in stage_words(value):
                    self._add(text, "value", table, value, column)
            if column in _SHORT_NAMES:
                for s in set(stems(value)):
                    if by_word[s] <= 3 and s not in STOP_WORDS and len(s) > 2 and s not in _UNIT_GENERIC:
                        self._add_stem(s, table, value, column)

    def _add_stem(self, run: str, table: str, value: str, column: str) -> None:
        self.phrases.setdefault(run, []).append(_Phrase((run,), "value", table, value, column, SHORT_NAME))

    def _weigh_names(self) -> None:
        frequency = Counter(s for _, _, informative in self.names for s in informative)
        total = max(1, len(self.names))
        self.name_idf = {s: math.log(1 + total / n) for s, n in frequency.items()}

    def link(self, text: str) -> Links:
        """What the text names; longer phrases win over shorter ones within them."""
        found = [*self._link_ids(text)]
        tokens = words(text)
        found += self._link_phrases(text, tokens)
        found += self._link_ownerless(text)
        # "pilots were launched" names the metric "pilots launched".
        close = self._link_phrases(text, [w for w in tokens if w.text.lower() not in _AUXILIARIES])
        found += [m for m in close if m.kind == "metric" and m not in found]
        named, ambiguous = self._link_names(text, tokens, found)
        kept = _without_nested([*found, *named])
        mentions = tuple(sorted(kept, key=lambda m: (m.start, m.kind)))
        run = [w.stem for w in tokens]
        return Links(
            mentions,
            ambiguous,
            self.usage_metrics,
            tuple(self._unknown_ids(text)),
            next((id for name, id in self.gates.items() if _holds(run, name)), None),
            bool(self.organisation) and _holds(run, self.organisation),
        )

    def _link_ids(self, text: str) -> Iterable[Mention]:
        for match in _ID.finditer(text):
            known = self.records.get(match.group().upper())
            if known:
                table, key, name = known
                yield Mention("record", table, key, match.group(), match.start(), match.end(), name=name)

    def _link_ownerless(self, text: str) -> Iterator[Mention]:
        """ "Pilots that nobody in the business owns" have no owner there; where that is not recorded, none at all."""
        match = _OWNERLESS.search(text)
        known = {phrase.key for phrases in self.phrases.values() for phrase in phrases if phrase.kind == "column"}
        column = next((name for name in ("business_owner", "owner") if name in known), None)
        if match and column:
            yield Mention("column", "projects", column, match.group(), *match.span(), role="absent")

    def _unknown_ids(self, text: str) -> Iterator[str]:
        """What is written as ids are here, letters and dash alike, without being one."""
        prefixes = {key.rstrip("0123456789") for key in self.records}
        for match in _ID.finditer(text):
            asked = match.group().upper()
            if asked not in self.records and asked.rstrip("0123456789") in prefixes and "-" in asked:
                yield match.group()

    def _link_phrases(self, text: str, tokens: list[Word]) -> list[Mention]:
        found = []
        for at, token in enumerate(tokens):
            for phrase in self.phrases.get(token.stem, ()):
                size = len(phrase.stems)
                if size == 1 and token.is_stop and token.text != phrase.key:
                    continue
                if phrase.is_participle and not _may_be_participle(token.text, phrase.kind):
                    continue
                if phrase.kind == "value" and phrase.stems in _QUANTIFIERS:
                    continue
                if tuple(w.stem for w in tokens[at : at + size]) == phrase.stems:
                    start, end = token.start, tokens[at + size - 1].end
                    name = self.records[phrase.key.upper()][2] if phrase.kind == "record" else ""
                    found.append(
                        Mention(
                            phrase.kind,
                            phrase.table,
                            phrase.key,
                            text[start:end],
                            start,
                            end,
                            phrase.column,
                            name,
                            phrase.score,
                            _role(text, start),
                        )
                    )
        return found

    def _link_names(
        self, text: str, tokens: list[Word], found: Sequence[Mention]
    ) -> tuple[list[Mention], tuple[tuple[Mention, ...], ...]]:
        """Projects and models whose names the question holds well enough; those it cannot tell apart."""
        taken = [m for m in found if m.kind == "record"]
        asked = {w.stem: w for w in tokens}
        scored: list[tuple[float, Mention]] = []
        for table, key, informative in self.names:
            shared = informative & asked.keys()
            weight = sum(self.name_idf[s] for s in informative)
            coverage = sum(self.name_idf[s] for s in shared) / weight if weight else 0.0
            if coverage >= NAME_COVERAGE and len(shared) >= 2:
                hits = [asked[s] for s in shared]
                start, end = min(w.start for w in hits), max(w.end for w in hits)
                name = self.records[key.upper()][2]
                mention = Mention("record", table, key, text[start:end], start, end, "", name, coverage)
                if end - start <= 30 * len(shared) and not any(_overlaps(mention, other) for other in taken):
                    scored.append((coverage, mention))
        if not scored:
            scored = list(self._link_short_names(text, tokens, found))
        return _settle(scored)

    def _link_short_names(
        self, text: str, tokens: list[Word], found: Sequence[Mention]
    ) -> Iterator[tuple[float, Mention]]:
        """Records meant by a part of their name: "the Atlas project", "adoption of shelf replenishment"."""
        taken = [m for m in found if m.kind in ("record", "metric") or m.column in _SHORT_NAMES]
        for size in (4, 3, 2, 1):
            for at in range(len(tokens) - size + 1):
                run = tokens[at : at + size]
                start, end = run[0].start, run[-1].end
                if any(w.is_stop for w in run) or any(m.start < end and start < m.end for m in taken):
                    continue
                if not _points_at_record(text, run):
                    continue
                wanted = {w.stem for w in run} - _RECORD_NOUNS
                if len(wanted) == 1 and not (
                    all(w.text[:1].isupper() for w in run if w.stem in wanted) or _is_definite(text, run)
                ):
                    continue
                fitting = [(table, key) for table, key, name in self.names if wanted and wanted <= name]
                if 1 <= len(fitting) <= MOST_CANDIDATES:
                    for table, key in fitting:
                        name = self.records[key.upper()][2]
                        yield 0.7, Mention("record", table, key, text[start:end], start, end, "", name, 0.7)
                    return


def _holds(run: Sequence[str], part: Sequence[str]) -> bool:
    """Whether the stems of a name stand in a text side by side."""
    return any(tuple(run[at : at + len(part)]) == tuple(part) for at in range(len(run) - len(part) + 1))


_USAGE = frozenset(map(stem, listed("adoption uptake usage used users followed accepted acceptance")))
# Values that are everyday words, and are meant as such.
_QUANTIFIERS = frozenset((stem(w),) for w in listed("nobody none no yes other others unknown all any some everyone"))
_OWNERLESS = re.compile(
    r"\b(nobody|no[ -]?one)\b[^.?!,]{0,30}\bown(s|ed|ing)?\b|\bownerless\b|\bno owners?\b", re.IGNORECASE
)
_AUXILIARIES = frozenset(listed("is are was were be been being has have had"))
# Words of unit names that do not tell one unit from another.
_UNIT_GENERIC = frozenset(
    stem(w)
    for w in listed(
        "department division unit group office services service business company agency national us u the "
        "of administration maintenance and"
    )
)


# The words just before a name that say how it is used, the first that fits.
_ROLES: tuple[tuple[Role, re.Pattern[str]], ...] = (
    (
        "grouped",
        re.compile(
            r"\b(by|per|in each|for each|each|every|across( the| all)?|(broken down|split|grouped) by"
            r"|which)\s+$",
            re.I,
        ),
    ),
    (
        "absent",
        re.compile(
            r"\b(without|no|missing|lack(s|ing)?|nobody|not? named)\s+((an?|any|the|named|a named)\s+)?$",
            re.I,
        ),
    ),
    (
        "negated",
        re.compile(
            r"\b(not( yet)?( been| in| at| the)*|never( been)?|except( for)?|excluding|exclude|other than|non"
            r"|without|outside( of)?|ignoring|but)[\s-]+((the|in)\s+)?$",
            re.IGNORECASE,
        ),
    ),
)


def _role(text: str, start: int) -> Role:
    before = text[max(0, start - 26) : start]
    return next((role for role, pattern in _ROLES if pattern.search(before)), "plain")


_OF = re.compile(r"\b(of|about|on|for|is|how's|with|does|did)\s+(the\s+|our\s+)?$", re.IGNORECASE)


def _points_at_record(text: str, run: Sequence[Word]) -> bool:
    """Whether words are used as a name: before "project", after "the state of", or capitalised within a sentence."""
    after = words(text[run[-1].end : run[-1].end + 14])
    if after and after[0].stem in _RECORD_NOUNS:
        return True
    before = text[max(0, run[0].start - 24) : run[0].start]
    if len(run) >= 2 and _OF.search(before):
        return True
    return (
        run[0].start > 0
        and all(w.text[:1].isupper() and not w.text.isupper() for w in run)
        and before.rstrip()[-1:] not in ".?!"
    )


def _is_definite(text: str, run: Sequence[Word]) -> bool:
    """ "The churn model": an article before and a word for a record after."""
    after = words(text[run[-1].end : run[-1].end + 14])
    return bool(after) and after[0].stem in _RECORD_NOUNS and bool(_ARTICLE.search(text[: run[0].start]))


_ARTICLE = re.compile(r"\b(the|our|this|that)\s+$", re.IGNORECASE)


def _settle(scored: list[tuple[float, Mention]]) -> tuple[list[Mention], tuple[tuple[Mention, ...], ...]]:
    """The clear winners, and the groups whose members are too close to tell apart."""
    named: list[Mention] = []
    ambiguous: list[tuple[Mention, ...]] = []
    for table in _NAMED_TABLES:
        ranked = sorted((s for s in scored if s[1].table == table), key=lambda s: (-s[0], s[1].key))
        while ranked:
            best = ranked[0]
            rivals = [s for s in ranked if _overlaps(s[1], best[1])]
            close = [m for score, m in rivals if best[0] - score < NAME_MARGIN]
            if len(close) == 1:
                named.append(best[1])
            else:
                ambiguous.append(tuple(close[:6]))
            ranked = [s for s in ranked if not _overlaps(s[1], best[1])]
    return named, tuple(ambiguous)


def _may_be_participle(word: str, kind: Kind) -> bool:
    """ "Estimates" is no value "estimated", though "approve" may ask for the approved; a column wants its own form."""
    return word.lower().endswith("ed") if kind == "column" else not word.lower().endswith("s")


def _overlaps(a: Mention, b: Mention) -> bool:
    return a.start < b.end and b.start < a.end


def _without_nested(mentions: list[Mention]) -> list[Mention]:
    """Drops a phrase that lies inside a longer one of the same kind, or inside a record's name given in full."""
    whole = {m.column for m in mentions if m.kind == "value" and m.score == 1.0}
    mentions = [m for m in mentions if m.kind != "value" or m.score == 1.0 or m.column not in whole]
    kept = []
    for m in mentions:
        inside = any(
            o is not m
            and o.start <= m.start
            and m.end <= o.end
            and (o.end - o.start) > (m.end - m.start)
            and (o.kind == m.kind or _is_part_of_name(m, o) or {o.kind, m.kind} <= _EXCLUSIVE)
            for o in mentions
        )
        if not inside and m not in kept:
            kept.append(m)
    return kept


def _is_part_of_name(part: Mention, record: Mention) -> bool:
    """Whether the words belong to the name that the question gives, in full or in its telling words."""
    if record.kind != "record":
        return False
    return record.score == 1.0 or set(stems(part.text)) <= set(stems(record.name))


_EXCLUSIVE = frozenset({"document", "metric", "value", "column", "criterion"})
