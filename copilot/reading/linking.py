"""What a question names: exactly, by a part of the name, or mistyped; all names come from the workspace."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from itertools import chain
from pathlib import Path

from rapidfuzz import fuzz, process
from snowballstemmer import stemmer

from copilot.language.periods import find_period
from copilot.language.quantities import find_amounts
from copilot.language.units import currency_nouns
from copilot.language.words import STOP_WORDS
from copilot.language.words import stem as stem_of
from copilot.reading.names import UNIT, Name
from copilot.reading.question import Link, LinkKind, Links
from copilot.records.grades import MINUS, is_letter, sign

# The longest name that is looked for, in words.
_MOST_WORDS = 9
# A mistyped name: similarity by edits, 0 to 100. Shorter texts match too much by chance.
_SIMILAR = 84.0
_SHORTEST_FUZZY = 5
# Kinds of which people say a part: "the triage" for "Radiology Triage".
_SHORTENED: tuple[LinkKind, ...] = ("record", "person", "document", "value")
# A part of a name that fits more than this names none of them.
_MOST_CANDIDATES = 6
# A part stands for the name when it holds this share of its informative words, unless it is written as a name.
_ENOUGH_OF_A_NAME = 0.45
_DEFINITE = frozenset(["the", "our", "your"])
# What is said before a key that is a bare number.
_NUMBERED = frozenset(["number", "no", "nr", "id", "row"])
# Words that tell no name from another.
_LITTLE = frozenset(["the", "and", "for", "with", "not", "from", "all", "our", "non", "per"])
_TOKEN = re.compile(r"[^\W_]+(?:[.'’&+-][^\W_]+)*", re.UNICODE)
_SIGN = re.compile(r"(?:\+{1,3}|[-−–]{1,3})(?![\w+−–-])")
_ID = re.compile(r"(?<![\w-])[A-Za-z]{1,6}-?\d{1,6}(?![\w-])")


@dataclass(frozen=True)
class Token:
    text: str
    start: int
    end: int
    folded: str

    @property
    def is_capital(self) -> bool:
        return self.text[:1].isupper()


def _is_money(token: Token) -> bool:
    """Whether a word is what a currency is called: "in pesos" names no Border Peso."""
    return not token.is_capital and stem_of(token.folded) in currency_nouns()


def fold(text: str) -> str:
    """Lower case without accents; raised and lowered digits as digits: "H₂" is "h2", "Jürgen" is "jurgen"."""
    plain = unicodedata.normalize("NFKD", text.replace("ß", "ss").replace("ø", "o").replace("Ø", "O").replace("ł", "l"))
    return "".join(c for c in plain if not unicodedata.combining(c)).casefold()


def tokens_of(text: str) -> list[Token]:
    """The words of a text; a hyphenated or camel-case word is one."""
    return [Token(m.group(), m.start(), m.end(), fold(m.group())) for m in _TOKEN.finditer(text)]


def joined(words: Iterable[str]) -> str:
    """Words written together without marks: "bed-planner", "BedPlanner" and "bed planner" are the same."""
    return re.sub(r"[\W_]+", "", "".join(words))


@cache
def stem(word: str) -> str:
    return str(stemmer("english").stemWord(word))


INFLECTED = 0.85
"""The score of a value that the text has in another form."""
MISTYPED = 0.9
"""The score of a name that a run of words is near to."""


def singular(word: str) -> str:
    """A word without the s of a plural; its stem would take "generative" for "generator"."""
    word = re.sub(r"['’]s?$", "", word)
    return word.removesuffix("s") if len(word) > 3 and not word.endswith("ss") else word


@cache
def common_words() -> frozenset[str]:
    """Whole words of the tokenizer's vocabulary: one of these is no typing error and, alone, no proper name."""
    from tokenizers import Tokenizer

    file = Path(__file__).parents[1] / "retrieval" / "minilm" / "tokenizer.json"
    vocabulary = Tokenizer.from_file(str(file)).get_vocab()
    return frozenset(word for word in vocabulary if word.isalpha())


def is_common(word: str) -> bool:
    """Whether a folded word is one of the language, or a form of one."""
    known = common_words()
    return (
        word in known
        or stem(word) in known
        or any(
            word.endswith(end) and word.removesuffix(end) in known
            for end in ("s", "es", "ed", "ing", "er", "ers", "'s")
        )
    )


def is_known_word(word: str) -> bool:
    """Whether a hyphenated or shortened word is put together of words of the language: "ai-powered", "i've"."""
    parts = re.split(r"['’-]", word)
    return len(parts) > 1 and all(is_common(part) or len(part) < 3 for part in parts)


def is_id(text: str) -> bool:
    """Whether a text is written as an id is: "P-017"."""
    return _ID.fullmatch(text) is not None


@dataclass
class Linker:
    """Finds the names of one workspace in a text; made for one viewer."""

    names: Sequence[Name]
    today: date = date.min
    fiscal_start: int = 1
    _whole: dict[str, list[Name]] = field(default_factory=lambda: defaultdict(list))
    """By the name written together, as it stands and stemmed."""
    _by_word: dict[str, list[Name]] = field(default_factory=lambda: defaultdict(list))
    """By each word of a name that may be shortened."""
    _weights: dict[str, float] = field(default_factory=dict)
    _ids: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        seen: set[Name] = set()
        counts: Counter[str] = Counter()
        self.names = [n for n in self.names if n.text and not (n in seen or seen.add(n))]  # type: ignore[func-returns-value]
        for name in self.names:
            words = [t.folded for t in tokens_of(name.text)]
            for form in {joined(words), joined(map(stem, words))} - {""}:
                self._whole[form].append(name)
            if name.kind in _SHORTENED and len(_informative(name.text)) > 1:
                for word in set(_informative(name.text)):
                    counts[word] += 1
                    self._by_word[word].append(name)
        self._weights = {word: 1 / (1 + math.log(count)) for word, count in counts.items()}
        self._forms = [form for form in self._whole if len(form) >= _SHORTEST_FUZZY]
        self._ids = frozenset(re.sub(r"\d+", "0", n.key.casefold()) for n in self.names if _ID.fullmatch(n.key))

    def link(self, text: str) -> Links:
        """All that the text names."""
        tokens = tokens_of(text)
        found = self._exact(text, tokens)
        found += self._mistyped(text, tokens, found)
        parts, ambiguous = self._shortened(text, tokens, found)
        links = _outermost([*found, *parts])
        alike = _alike(links)
        links = [x for x in links if not any(x in group for group in alike)]
        ambiguous += alike
        links += self._periods(text)
        links += [x for x in _numbers(text) if not any(y.start <= x.start and x.end <= y.end for y in links)]
        links.sort(key=lambda x: (x.start, -x.end, x.kind))
        return Links(tuple(links), tuple(ambiguous), tuple(self._unknown(text, tokens, [*links, *chain(*ambiguous)])))

    def _exact(self, text: str, tokens: Sequence[Token]) -> list[Link]:
        found = []
        for i in range(len(tokens)):
            for j in range(min(len(tokens), i + _MOST_WORDS), i, -1):
                words = [t.folded for t in tokens[i:j]]
                plain = joined(words)
                forms = (plain, joined(map(stem, words)), joined(map(singular, words)))
                names = next((self._whole[form] for form in forms if form in self._whole), [])
                for name in names:
                    signs = (
                        _sign_after(text, tokens[j - 1].end) if name.kind == "value" and is_letter(name.text) else ""
                    )
                    if name.kind == "value" and is_letter(name.text) and sign(name.text) != signs:
                        # A "B+" is no B.
                        continue
                    # "US" is a code, "us" is not, nor "does" the plural of "DOE"; a single letter is one only where it
                    # cannot be a word.
                    is_code = name.text.isupper() and plain.isalpha() and min(len(plain), len(name.text)) < 4
                    if is_code and not tokens[i].text[: len(name.text)].isupper():
                        continue
                    if name.kind == "record" and plain.isdigit() and not self._is_called(name, tokens, i):
                        # "A risk of 10" is a size, "incident 10" a record.
                        continue
                    if len(plain) == 1 and plain in "ai" and not (tokens[i].is_capital and tokens[i].start):
                        continue
                    # "the budget" is no mail with that subject.
                    if name.kind == "document" and j == i + 1 and is_common(plain) and not tokens[i].is_capital:
                        continue
                    if name.kind == "value" and {plain, singular(plain)} & STOP_WORDS and not name.text.isupper():
                        continue
                    # "Pilots" are those in pilot; "share" is not quite "shared".
                    own = [singular(t.folded) for t in tokens_of(name.text)]
                    if name.kind == "record" and own != [singular(w) for w in words] and is_common(plain):
                        # "Code" is no form of the title Coding.
                        continue
                    score = 1.0 if name.kind != "value" or own == [singular(w) for w in words] else INFLECTED
                    found.append(_linked(name, text, tokens[i].start, tokens[j - 1].end + len(signs), score))
        return found

    def _is_called(self, name: Name, tokens: Sequence[Token], at: int) -> bool:
        """Whether the words before a bare number say that it is the key of a record: what its rows are called, or
        "number"; a number that is all that is asked is one too."""
        if len(tokens) == 1 or (at and tokens[at - 1].folded in _NUMBERED):
            return True
        runs = ([t.folded for t in tokens[start:at]] for start in range(max(0, at - _MOST_WORDS), at))
        forms = (joined(map(form, run)) for run in runs for form in (str, stem, singular))
        called = (n for form in forms for n in self._whole.get(form, ()))
        return any(n.kind == "table" and n.table == name.table for n in called)

    def _mistyped(self, text: str, tokens: Sequence[Token], found: Sequence[Link]) -> list[Link]:
        """Names near to a run of words, one of which is no word of the language."""
        odd = [k for k, t in enumerate(tokens) if not is_common(t.folded) and not t.folded.isdigit()]
        fuzzy: list[Link] = []
        for k in odd:
            if any(x.start <= tokens[k].start and tokens[k].end <= x.end for x in found):
                continue
            best: tuple[float, int, int, float] | None = None
            for i in range(max(0, k - 4), k + 1):
                for j in range(k + 1, min(len(tokens), i + 5) + 1):
                    run = joined(t.folded for t in tokens[i:j])
                    if len(run) < _SHORTEST_FUZZY:
                        continue
                    match = process.extractOne(run, self._forms, scorer=fuzz.ratio, score_cutoff=_SIMILAR)
                    if match and (best is None or match[1] + len(run) / 4 > best[0]):
                        best = (match[1] + len(run) / 4, i, j, match[1])
            if best is not None:
                _, i, j, likeness = best
                run = joined(t.folded for t in tokens[i:j])
                # Of "Planner 2" and "Planner 3", "Planner" is no more the one than the other.
                near = process.extract(
                    run, self._forms, scorer=fuzz.ratio, score_cutoff=likeness, limit=_MOST_CANDIDATES
                )
                names = [n for form, *_ in near for n in self._whole[form]]
                fuzzy += [_linked(n, text, tokens[i].start, tokens[j - 1].end, MISTYPED) for n in names]
        return fuzzy

    def _shortened(
        self, text: str, tokens: Sequence[Token], found: Sequence[Link]
    ) -> tuple[list[Link], list[tuple[Link, ...]]]:
        """Parts of names; several names that a part fits alike are told apart by nobody."""
        held = [x for x in found if x.kind in _SHORTENED]
        links: list[Link] = []
        ambiguous: list[tuple[Link, ...]] = []
        runs = _names_written(text, tokens)
        i = 0
        while i < len(tokens):
            run, names = self._longest_part(tokens, i)
            start, end = tokens[i].start, tokens[i + max(run, 1) - 1].end
            i += max(run, 1)
            if not names or any(x.start < end and start < x.end for x in held):
                continue
            called = next((own for own in runs if own[0].start <= start < own[-1].end), [])
            names = [n for n in names if _is_half_of(called, n)]
            if not names:
                continue
            if (unit := self._unit_called(tokens, i - max(run, 1), run, names)) is not None:
                links.append(_linked(unit, text, start, end, INFLECTED))
                continue
            coverage = {n: self._coverage(n, text[start:end]) for n in names}
            best = max(coverage.values())
            nearest = list({(n.kind, n.key): n for n in names if coverage[n] == best}.values())
            part = [t for t in tokens if start <= t.start < end]
            if all(t.folded.isdigit() for t in part):
                continue
            is_name = any(
                (not is_common(t.folded) and not _is_money(t))
                or (t.is_capital and t.start > 0 and not _opens_sentence(text, t))
                for t in part
            )
            # One plain word is not yet the name of something, several are half of it.
            is_enough = len(part) > 1 and best >= _ENOUGH_OF_A_NAME
            if len(nearest) > _MOST_CANDIDATES or not (is_name or is_enough):
                continue
            score = 0.5 + 0.4 * best
            group = tuple(_linked(n, text, start, end, score) for n in nearest)
            if len(group) == 1:
                links.append(group[0])
            elif is_name or run > 1:
                ambiguous.append(group)
        return links, ambiguous

    def _unit_called(self, tokens: Sequence[Token], at: int, run: int, names: Sequence[Name]) -> Name | None:
        """The one business unit that is called by the last word of its name: "the bank" is Meridian Bank."""
        word = singular(tokens[at].folded)
        if run != 1 or not at or tokens[at - 1].folded not in _DEFINITE:
            return None
        units = [n for n in names if n.kind == "value" and n.column == UNIT and _informative(n.text)[-1] == word]
        return units[0] if len({n.key for n in units}) == 1 else None

    def _longest_part(self, tokens: Sequence[Token], i: int) -> tuple[int, list[Name]]:
        """How many words from here are words of one name, and the names that hold them all."""
        names: list[Name] = []
        run = 0
        for length, token in enumerate(tokens[i : i + _MOST_WORDS], start=1):
            if names and token.folded in _LITTLE:
                # "Health and Human Services" goes on behind the "and", if a name does.
                continue
            holding = self._by_word.get(singular(token.folded), [])
            both = [n for n in holding if not names or n in names]
            if length > run + 1:
                said = joined(t.folded for t in tokens[i : i + length])
                both = [n for n in both if said in joined(t.folded for t in tokens_of(n.text))]
            if not both:
                break
            names, run = both, length
        return run, names

    def _coverage(self, name: Name, part: str) -> float:
        words = set(_informative(name.text))
        said = {singular(t.folded) for t in tokens_of(part)} & words
        return sum(self._weights.get(w, 1.0) for w in said) / sum(self._weights.get(w, 1.0) for w in words)

    def _periods(self, text: str) -> list[Link]:
        if self.today == date.min:
            return []
        period = find_period(text, self.today, self.fiscal_start)
        if period is None:
            return []
        start, end = period.span
        return [Link("period", text[start:end], start, end, text[start:end])]

    def _unknown(self, text: str, tokens: Sequence[Token], links: Sequence[Link]) -> list[str]:
        """What is written like a name or an id of this workspace and links to nothing."""
        unknown = []
        for match in _ID.finditer(text):
            is_known = any(x.start < match.end() and match.start() < x.end for x in links)
            if not is_known and re.sub(r"\d+", "0", match.group().casefold()) in self._ids:
                unknown.append(match.group())
        for token in tokens:
            if is_known_word(token.folded):
                continue
            is_known = any(x.start < token.end and token.start < x.end for x in links)
            if (
                not is_common(token.folded)
                and not is_known
                and token.is_capital
                and not (_opens_sentence(text, token) or text.isupper())
                and len(token.text) > 2
                and token.text not in unknown
            ):
                unknown.append(token.text)
        for run in _names_written(text, tokens):
            if 2 * sum(any(x.start <= t.start < x.end for x in links) for t in run) < len(run):
                unknown.append(text[run[0].start : run[-1].end])
        return unknown


def _names_written(text: str, tokens: Sequence[Token]) -> list[list[Token]]:
    """Words with capitals side by side, as a name is written; none where all words that tell something have one, as in
    a title."""
    if all(token.is_capital or token.folded in STOP_WORDS for token in tokens):
        return []
    runs: list[list[Token]] = []
    names = (t for t in tokens if t.is_capital and t.folded.split("'")[0] not in STOP_WORDS)
    for token in (t for t in names if not _opens_sentence(text, t)):
        if runs and text[runs[-1][-1].end : token.start] == " ":
            runs[-1].append(token)
        else:
            runs.append([token])
    return [run for run in runs if len(run) > 1]


def _is_half_of(run: Sequence[Token], name: Name) -> bool:
    """Whether a name has at least half of the words of a run: that "Parcel Claims Triage" and "Parcel volume model"
    share a word makes the one no part of the other."""
    own = {singular(token.folded) for token in tokens_of(name.text)}
    return 2 * sum(singular(token.folded) in own for token in run) >= len(run)


def _sign_after(text: str, end: int) -> str:
    """The plus or minus right behind a word, and before none, as of a grade."""
    found = _SIGN.match(text, end)
    return found[0].translate(MINUS) if found else ""


def _informative(name: str) -> list[str]:
    words = [t.folded for t in tokens_of(name)]
    return [singular(w) for w in words if (len(w) > 2 and w not in _LITTLE) or w.isdigit()]


def _opens_sentence(text: str, token: Token) -> bool:
    return text[: token.start].rstrip()[-1:] in ("", ".", "!", "?", ":")


def _linked(name: Name, text: str, start: int, end: int, score: float) -> Link:
    return Link(name.kind, name.key, start, end, text[start:end], name.table, name.column, name.title, score)


def _outermost(links: Iterable[Link]) -> list[Link]:
    """Without links inside a longer one, and each thing once a place."""
    kept: list[Link] = []
    for link in sorted(dict.fromkeys(links), key=lambda x: (x.start - x.end, -x.score)):
        inside = [k for k in kept if k.start <= link.start and link.end <= k.end]
        if any((k.start, k.end) != (link.start, link.end) for k in inside):
            continue
        if any((k.kind, k.key, k.table, k.column) == (link.kind, link.key, link.table, link.column) for k in inside):
            continue
        kept.append(link)
    return kept


def _alike(links: Sequence[Link]) -> list[tuple[Link, ...]]:
    """Records of one table that bear the very name that is said, or are equally near to one that is mistyped."""
    places: dict[tuple[int, int, str], list[Link]] = defaultdict(list)
    for link in links:
        if link.kind == "record" and link.score in (1, MISTYPED):
            places[link.start, link.end, link.table].append(link)
    return [tuple(group) for group in places.values() if len(group) > 1]


def _numbers(text: str) -> list[Link]:
    return [Link("number", text[a.start : a.end], a.start, a.end, text[a.start : a.end]) for a in find_amounts(text)]


def number_of(link: Link) -> float:
    """The value of a link of kind `number`; "a third" is one only by the "of" that follows it in the question."""
    found = find_amounts(link.text) or find_amounts(f"{link.text} of it")
    return found[0].value
