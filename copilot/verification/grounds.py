"""What was read in a turn, in the small parts with which a sentence is compared: sentences and rows."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

from copilot.language.formatting import format_value
from copilot.language.units import CODES
from copilot.types import Evidence, Quantity, Table
from copilot.verification.figures import IN_DAYS, Read, as_date
from copilot.verification.languages import Language, language_of, languages
from copilot.verification.markup import split
from copilot.verification.reading import read_figures
from copilot.verification.terms import Vocabulary, content, plain

_FIELD = re.compile(r"^\s*(?:[-*]\s+)?([^\s:|][^:|\n]{0,40}):\s+(\S.*)$")
_UNIT = re.compile(r"\(([^()]{1,14})\)\s*$")
_WRAP = re.compile(r"(?<![.!?:;])\n(?!\s*(?:\n|$|[-*+#|>]|\d{1,2}[.)]\s))")
_DATED = re.compile(r"\b(?:19|20)\d{2}-\d{2}|\d[\d.,]*\s?(?:%|[A-Z]{3}\b)")
# A capital behind another word; a name of one letter or of capitals alone is none.
_INSIDE = re.compile(
    r"(?<=[^\W\d_.!?:] )([A-ZÀ-Ý][^\W\d_]*[a-zà-ÿ][^\W\d_]*)|(?<=[,;(] )([A-ZÀ-Ý][^\W\d_]*[a-zà-ÿ][^\W\d_]*)"
)
_CAPITAL = re.compile(r"(?<![^\W_])[A-ZÀ-Ý][^\W\d_]{2,}")
# A name of a word and a letter: "option B".
_LETTERED = re.compile(r"(?<![^\W_])[^\W\d_]{3,}\s[A-Z](?!\w)")
# So much of the text beside a table tells what the table is about.
_BEGINNING = 200
_SCALE_WORDS = r"(?:thousand|million|billion|tsd\.?|mio\.?|mrd\.?|milliers|millions|milliards|k|m|mn|bn|t)"
_SCALED = re.compile(
    rf"(?<!\w)(?i:(?P<before>{_SCALE_WORDS}))\s?(?:d['’]|de |of )?(?P<first>[A-Z]{{3}}|[€$£])(?!\w)"
    rf"|(?<!\w)(?P<second>[A-Z]{{3}}|[€$£])\s?(?i:(?P<after>{_SCALE_WORDS}))(?!\w)"
)
_SIGNS = {"€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY"}
_LABEL = re.compile(r"\W*\d+(?:\.\d+)+\W*\s")
_FOOTNOTE = re.compile(r"\s?\[\d{1,3}\]")
_BREAK = re.compile(r"[,;:](?=\s|[^\d])|\b(?:and|und|et|while|but|aber|mais|dont)\b")


@dataclass(frozen=True)
class Held:
    """A figure that was read, with the words that stand nearest to it."""

    figure: Read
    near: frozenset[str]
    line: Line
    beside: frozenset[str] = frozenset()
    """The words of its clause alone, or of its row's name and column."""
    header: str = ""
    unit: str = ""
    """Of a cell: the unit that its column's header gives."""
    is_value: bool = False
    """Whether it stands alone in its cell."""
    is_label: bool = False
    """Whether it numbers the sentence: "11.2"."""


@dataclass(eq=False)
class Line:
    """A sentence of a passage, or a row of a table or record."""

    evidence: str
    text: str
    language: Language
    cells: tuple[tuple[str, str], ...] = ()
    """Of a row: header and text of each cell."""
    table: int = -1
    title: str = ""
    stems: frozenset[str] = frozenset()
    context: frozenset[str] = frozenset()
    """Stems of the title, and of the sentence before."""
    about: frozenset[str] = frozenset()
    """Stems of the title."""
    held: list[Held] = field(default_factory=list)
    keys: tuple[str, ...] = ()
    """Of a row: what it is called, its id among them."""

    @cached_property
    def words(self) -> frozenset[str]:
        """Every stem that stands in it or around it."""
        return self.stems | self.context | frozenset(s for held in self.held for s in held.near)

    @cached_property
    def named(self) -> str:
        """Its words and those of its title, as names are looked for in them."""
        return plain(f"{self.title} {self.text}".lower())

    @cached_property
    def capitals(self) -> frozenset[str]:
        return capitals(self.text)

    def column(self, header: str) -> list[Read]:
        """The figure of the cell under a header, where the cell holds one alone."""
        return [h.figure for h in self.held if h.header == header and h.is_value and h.figure.kind != "date"][:1]

    @property
    def said(self) -> str:
        """Its own words, without those of its headers."""
        return "; ".join(cell for _, cell in self.cells if cell) or self.text


@dataclass
class Grounds:
    """Everything that was read in a turn."""

    lines: list[Line] = field(default_factory=list)
    tables: list[list[Line]] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    text: str = ""
    language: str = "en"
    """The one taken for a text in which nothing tells another."""
    _parts: dict[frozenset[str], Grounds] = field(default_factory=dict, repr=False)

    def read(
        self, evidence: Iterable[Evidence], tables: Iterable[Table] = (), said: Iterable[tuple[str, str]] = ()
    ) -> None:
        """Adds evidence, the tables shown with it, and the sentences in which a tool says its findings, by evidence."""
        items = list(evidence)
        for item in items:
            self._read_item(item)
        for table in tables:
            if items:
                self._read_table(items[0], table)
        for id, text in said:
            self._read_prose(id, "", text)
            self.text += f"\n{text}"
        self._parts.clear()
        for name in ("vocabulary", "weights", "plain_text", "names", "by_evidence", "wording"):
            self.__dict__.pop(name, None)

    def only(self, ids: Iterable[str]) -> Grounds:
        """What was read under these ids; its words weigh as they do in the whole."""
        wanted = frozenset(ids)
        if wanted not in self._parts:
            lines = [line for line in self.lines if line.evidence in wanted]
            tables = [[row for row in rows if row.evidence in wanted] for rows in self.tables]
            part = Grounds(lines, [rows for rows in tables if rows], self.titles, self.text, self.language)
            part.__dict__ |= {name: getattr(self, name) for name in ("vocabulary", "weights", "names")}
            self._parts[wanted] = part
        return self._parts[wanted]

    def _read_item(self, item: Evidence) -> None:
        self.titles.append(item.title)
        self.text += f"\n{item.title}\n{item.locator}\n{item.source}\n{item.text}\n{item.as_of or ''}"
        rows = [m for line in item.text.splitlines() if (m := _FIELD.match(line))]
        if item.kind == "record" and len(rows) >= 3:
            cells = [(m[1], m[2]) for m in rows]
            self._read_row(item.id, item.title, cells, self._new_table())
        else:
            self._read_prose(item.id, item.title, item.text)
        for value in item.values or ():
            if isinstance(value, Quantity | date):
                self._read_value(item, value)

    def _read_value(self, item: Evidence, value: Quantity | date) -> None:
        text = format_value(value)
        language = language_of(item.text, self.language)
        line = Line(item.id, text, language, stems=content(f"{item.title} {item.text}", language))
        figures = [as_date(value)] if isinstance(value, date) else read_figures(text, language)
        line.held = [Held(figure, line.stems, line) for figure in figures]
        self.lines.append(line)

    def _read_prose(self, id: str, title: str, text: str) -> None:
        language = language_of(text, self.language)
        about = content(title, language_of(title, language.code))
        before: frozenset[str] = frozenset()
        for piece in split(_WRAP.sub(" ", _FOOTNOTE.sub("", text))):
            bare = piece.strip()
            if not bare:
                continue
            stems = content(bare, language)
            line = Line(id, bare, language, stems=stems, context=about | before, about=about)
            figures = read_figures(bare, language)
            label = m.end() if (m := _LABEL.match(bare)) else 0
            line.held = [
                Held(
                    f, content(segment(bare, f, figures), language), line,
                    content(clause(bare, f, figures), language), is_label=f.end <= label,
                )
                for f in figures
            ]  # fmt: skip
            self.lines.append(line)
            before = stems

    def _new_table(self) -> int:
        self.tables.append([])
        return len(self.tables) - 1

    def _read_table(self, item: Evidence, table: Table) -> None:
        id, title = item.id, f"{table.title} {item.text[:_BEGINNING]}"
        default = language_of(title, self.language).code
        headers, body = list(table.columns), [[_shown(c) for c in row] for row in table.rows]
        self.titles.append(title)
        self.text += f"\n{title}\n{' | '.join(headers)}\n" + "\n".join(" | ".join(row) for row in body)
        place = self._new_table()
        if len(headers) == 2 and len(body) > 2 and (item.kind == "record" or _is_card(body)):
            self._read_row(id, title, [(name, value) for name, value in body], place, default)
            return
        for row in body:
            self._read_row(id, title, list(zip(headers, row, strict=False)), place, default)

    def _read_row(self, id: str, title: str, cells: list[tuple[str, str]], table: int, default: str = "en") -> None:
        language = language_of(" ".join(f"{h} {c}" for h, c in cells), default)
        text = "; ".join(f"{_words(h)}: {c}" for h, c in cells if c)
        line = Line(id, text, language, tuple((_words(h), c) for h, c in cells), table, title)
        line.stems = content(text, language)
        line.context = line.about = content(title, language_of(title, language.code))
        line.keys = tuple(_keys(cells))
        names = content(" ".join(line.keys), language)
        whole = _scaled(title)
        for header, cell in line.cells:
            unit = m[1] if (m := _UNIT.search(header)) else ""
            near = names | content(header, language)
            heading = [f for f in read_figures(header, language) if f.kind == "date"]
            figures = read_figures(cell, language)
            for figure in [*figures, *heading]:
                is_value = figure in figures and len(figures) == 1 and len(cell) - len(figure.text) < 4
                if is_value and figure.kind == "number" and (period := timed(unit or header)):
                    figure = replace(figure, kind="time", unit=period[0], value=figure.value * period[1])
                if is_value and figure.kind == "number":
                    scale, currency = _scaled(header) if _scaled(header)[1] else whole
                    if unit in CODES or unit in _SIGNS:
                        scale, currency = 1.0, _SIGNS.get(unit, unit)
                    if currency:
                        step = figure.step * scale
                        value, bare = figure.value * scale, figure.value
                        figure = replace(figure, kind="money", unit=currency, value=value, step=step, bare=bare)
                line.held.append(Held(figure, near | content(cell, language), line, near, header, unit, is_value))
        self.tables[table].append(line)
        self.lines.append(line)

    @cached_property
    def vocabulary(self) -> Vocabulary:
        return Vocabulary(s for line in self.lines for s in line.stems | line.context)

    @cached_property
    def weights(self) -> dict[str, float]:
        """How much a stem says of which line is meant: the rarer, the more."""
        counts = Counter(s for line in self.lines for s in line.stems)
        n = len(self.lines)
        return {s: math.log(1 + n / c) for s, c in counts.items()}

    @cached_property
    def names(self) -> frozenset[str]:
        """Words with a capital inside a sentence, where that tells a name, and those of what rows are called."""
        inside = (
            w
            for line in self.lines
            if not line.cells and line.language.code != "de"
            for m in _INSIDE.finditer(line.text)
            for w in [m[0]]
        )
        lettered = (m[0] for line in self.lines for m in _LETTERED.finditer(line.text))
        keys = (w for line in self.lines for key in line.keys for w in re.findall(r"[^\W\d_]{3,}", key))
        return frozenset(plain(w.lower()) for w in (*inside, *keys, *lettered))

    @cached_property
    def by_evidence(self) -> dict[str, Vocabulary]:
        """The stems of each evidence."""
        ids = dict.fromkeys(line.evidence for line in self.lines)
        return {
            id: Vocabulary(s for line in self.lines if line.evidence == id for s in line.stems | line.about)
            for id in ids
        }

    @cached_property
    def plain_text(self) -> str:
        return plain(self.text.lower())

    @cached_property
    def wording(self) -> str:
        return _plain_words(self.text)

    def quotes(self, text: str) -> bool:
        """Whether a text stands word for word in what was read, and not within a line that denies it."""
        words = _plain_words(text)
        if f" {words} " not in f" {self.wording} ":
            return False
        around = [_plain_words(line.text) for line in self.lines if not line.cells]
        denials = {word for line in self.lines for word in line.language.negation}
        within = [f" {line} ".replace(f" {words} ", " ").split() for line in around if f" {words} " in f" {line} "]
        return not within or any(not denials & set(rest) for rest in within)

    def mentions(self, text: str) -> bool:
        return plain(text.lower()) in self.plain_text


def _plain_words(text: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", text.lower()))


def capitals(text: str) -> frozenset[str]:
    """The words of a text that begin with a capital, in lower case without accents."""
    lettered = (" ".join(m[0].split()) for m in _LETTERED.finditer(text))
    return frozenset(plain(w.lower()) for w in (*_CAPITAL.findall(text), *lettered))


def segment(text: str, figure: Read, figures: Sequence[Read]) -> str:
    """The part of a sentence that is about one of its figures: up to the breaks that part it from the next ones."""
    alike = [f for f in figures if f.kind == figure.kind]
    before = max((f.end for f in alike if f.end <= figure.start), default=None)
    after = min((f.start for f in alike if f.start >= figure.end), default=None)
    low = 0 if before is None else next((m.start() for m in _BREAK.finditer(text, before, figure.start)), before)
    high = len(text) if after is None else next((m.start() for m in _BREAK.finditer(text, figure.end, after)), after)
    return text[low:high]


def clause(text: str, figure: Read, figures: Sequence[Read]) -> str:
    """The part of a sentence around a figure up to the next break or figure of its kind on either side."""
    whole = segment(text, figure, figures)
    begin = text.index(whole)
    low = max((m.end() for m in _BREAK.finditer(text, begin, figure.start)), default=begin)
    high = next((m.start() for m in _BREAK.finditer(text, figure.end, begin + len(whole))), begin + len(whole))
    return text[low:high]


def _shown(cell: object) -> str:
    if cell is None:
        return ""
    return (
        f"{cell:,}" if isinstance(cell, int | float) and not isinstance(cell, bool) and abs(cell) >= 1000 else str(cell)
    )


def _words(name: str) -> str:
    return name.replace("_", " ")


def _scaled(text: str) -> tuple[float, str]:
    """The scale and currency in which a column or table gives its amounts: "thousand EUR", "EUR m"; else none."""
    m = _SCALED.search(text)
    if not m:
        return 1.0, ""
    scale = (m["before"] or m["after"]).lower().rstrip(".")
    known = {word: size for language in languages().values() for word, size in language.scales.items()}
    sign = m["first"] or m["second"]
    return known.get(scale, 1e3), {"€": "EUR", "$": "USD", "£": "GBP"}.get(sign, sign)


def timed(header: str) -> tuple[str, float] | None:
    """The unit of time in which a column gives its figures, and how many of it one is: by "min", "Days in stage"."""
    if header == "ms":
        return "second", 0.001
    units = languages()["en"].units
    found = [units[w] for w in re.findall(r"\w+", header.lower()) if units.get(w) in IN_DAYS and w not in IN_DAYS]
    return (found[0], 1.0) if found else None


def _is_card(rows: list[list[str]]) -> bool:
    """Whether a table of two columns holds the fields of one thing: names without digits, and not figures alone."""
    return all(len(r) == 2 and not any(c.isdigit() for c in r[0]) for r in rows) and not all(
        any(c.isdigit() for c in r[1]) for r in rows
    )


def _is_name(cell: str) -> bool:
    return any(c.isalpha() for c in cell) and not _DATED.search(cell)


def _keys(cells: list[tuple[str, str]]) -> list[str]:
    """What a row is called: the first of its leading cells that holds no figures, and an id beside it."""
    names = [cell for _, cell in cells[:3] if len(cell) < 60 and _is_name(cell)]
    ids = [cell for cell in names if _is_id(cell)][:1]
    return [*ids, *[cell for cell in names if cell not in ids][:1]]


def _is_id(cell: str) -> bool:
    figures = read_figures(cell, languages()["en"])
    return len(figures) == 1 and figures[0].kind == "id" and figures[0].text == cell.strip()
