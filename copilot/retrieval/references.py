"""Exact references: what a text calls a part of a document, such as "Art. 14(2)", "clause 4.2", "§ 7" or "GOVERN 1.3".

A reference is a word for a kind of part with a numbering, or an identifier of letters and digits. The kinds are
not listed: whatever word stands before a number at the head of a section names one. A few words are known to be
kinds wherever they stand, with their abbreviations, so that a question about one that no document has can be told.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from copilot.language.words import COMMON_STEMS, content_stems
from copilot.retrieval.types import Chunk

_ABBREVIATIONS = {
    "art": "article", "arts": "article", "articles": "article", "app": "appendix", "annexe": "annex",
    "annexes": "annex", "appendices": "appendix", "cl": "clause", "clauses": "clause", "sec": "section",
    "sect": "section", "sections": "section", "ch": "chapter", "chap": "chapter", "chapters": "chapter",
    "para": "paragraph", "paras": "paragraph", "paragraphs": "paragraph", "recitals": "recital",
    "subsection": "section", "schedules": "schedule", "§": "section", "§§": "section", "whereas": "recital",
}  # fmt: skip
_STRUCTURAL = frozenset({"article", "annex", "appendix", "clause", "section", "chapter", "recital", "schedule"})
"""Kinds of which a question may name one that does not exist; "step 9" or "level 5" may mean something else."""
_NUMBERED_ONLY = frozenset({"clause", "section", "paragraph", "point", "chapter", "rule", "requirement", "recital"})
"""Kinds whose word documents leave out: "4.2 Evidence" is clause, section or paragraph 4.2."""
_KINDS = _STRUCTURAL | _NUMBERED_ONLY | {"part", "title", "principle", "control", "gate", "table", "figure", "exhibit"}

_WORD = r"§§?|[^\W\d_]{1,20}"
_NUMBER = r"\d{1,6}[a-z]?(?:\.\d{1,4}){0,5}(?!\w)|(?:[IVXL]{1,7}|[ivx]{2,5}|[A-Z])(?![\w'’])"
_PARTS = r"(?:\s?\((?:\d{1,3}|[a-z]{1,4})\))*"
_REFERENCE = re.compile(
    rf"(?<![\w§])(?P<word>{_WORD})(?P<gap>\.?[ \t\u00a0]{{0,2}}|-)(?P<number>{_NUMBER})(?P<parts>{_PARTS})"
)
# "Articles 9 and 26", "clauses 4.2, 4.3 or 5"
_NEXT = re.compile(
    rf"(?:\s?,\s?|\s(?:and|or|to)\s|\s?[–-]\s?)(?P<number>\d{{1,4}}[a-z]?(?:\.\d{{1,4}}){{0,5}}(?![\w%]))"
    rf"(?P<parts>{_PARTS})"
)
_PARAGRAPH_OF = re.compile(
    r"\b(?:paragraph|para\.?|point)\s\(?(\d{1,3})\)?\sof\s(art(?:icle|\.)?\s?\d+[a-z]?)(?!\w)", re.IGNORECASE
)
_ARTICLE_PARAGRAPH = re.compile(
    r"\b(art(?:icle|\.)?\s?\d+[a-z]?),?\s(?:paragraph|para\.?)\s\(?(\d{1,3})\)?(?!\w)", re.IGNORECASE
)
# "… of the Data Use Policy"
_OF_DOCUMENT = r"\s+(?:of|in|under)\s+(?:the\s+)?(?P<document>[A-Z][\w-]*(?:\s+[A-Z][\w-]*)*)"
_QUOTED = re.compile(r"\"([^\"\n]{1,200})\"|[“„]([^”“\n]{1,200})[”“]|«([^»\n]{1,200})»")

_MARKS = re.compile(r"^[\s>#*_|+-]+")
_BARE = re.compile(r"^(?:\((?P<inside>\d{1,3})\)|(?P<number>\d{1,3}(?:\.\d{1,4}){0,5}))(?=[\s.):*_|]|$)")
_PARAGRAPH = re.compile(r"^\(?(\d{1,3})[.)]{1,2}(?=[\s*_])")
# "Annex III: High-risk" and "Annex III High-risk" head a part; "Annex III, point 1" and "Annex III shall" cite one.
_HEAD_ENDS = re.compile(r"\s*(?:$|[:.|*_–—-])|\s+[A-Z]")


@dataclass(frozen=True)
class Reference:
    """A part of a document, as a question names it."""

    text: str
    """As written."""
    keys: tuple[str, ...]
    """What the index may call it, the narrowest first."""
    start: int
    """Where it stands in the question."""
    is_structural: bool
    """Whether its word is the name of a part in any library: an article, a clause, an annex."""
    is_id: bool
    """Whether it is written like an identifier: "GOVERN 1.3", "P-017"."""
    family: str
    """Key that every part of the same kind has, to tell whether the library has any."""


def asked_for(question: str) -> tuple[Reference, ...]:
    """The references in a question, in their order."""
    text = _PARAGRAPH_OF.sub(r"\2(\1)", question)
    text = _ARTICLE_PARAGRAPH.sub(r"\1(\2)", text)
    found: dict[tuple[str, ...], Reference] = {}
    for reference in _references(text):
        found.setdefault(reference.keys, reference)
    if not found and (bare := re.fullmatch(r"\W*(\d{1,3}(?:\.\d{1,4}){1,5})\W*", text)):
        return (Reference(bare[1], (f"# {bare[1]}",), 0, False, False, "#"),)
    return tuple(found.values())


def _references(text: str) -> Iterator[Reference]:
    end = 0
    for match in _REFERENCE.finditer(text):
        word, gap = match["word"], match["gap"]
        reference = _reference(word, gap, match["number"], match["parts"], match.start())
        if reference is None or match.start() < end:
            continue
        yield reference
        end = match.end()
        # "Articles 9 and 26": the kind is written once.
        while reference.is_structural and (following := _NEXT.match(text, end)):
            another = _reference(word, gap, following["number"], following["parts"], following.start())
            if another:
                yield another
            end = following.end()


def without(question: str) -> str:
    """The question without its references and the documents that they are said to be of."""
    text = question
    for reference in asked_for(question):
        text = re.sub(rf"{re.escape(reference.text)}(?:{_OF_DOCUMENT})?", " ", text)
    return text


def is_titled(heading: str, terms: Iterable[str]) -> bool:
    """Whether a heading says, but for a word, nothing that is not asked for: "Article 66: Tasks of the Board"."""
    title = set(content_stems(without(heading))) - COMMON_STEMS
    return bool(title) and len(title & set(terms)) / len(title) >= 0.75


def documents_of(question: str) -> tuple[str, ...]:
    """The names of the documents whose parts a question asks for: "GDPR" of "Article 17 of the GDPR"."""
    named = (re.search(rf"{re.escape(r.text)}{_OF_DOCUMENT}", question) for r in asked_for(question))
    return tuple(match["document"] for match in named if match)


def opens_with(text: str, reference: Reference) -> bool:
    """Whether a heading or a paragraph begins with the name of the part, and so is that part."""
    return any(key in reference.keys for key in _keys_of_heading(text, ()))


def is_head(line: str) -> bool:
    """Whether a line is nothing but the name of a part, such as "Annex III"."""
    match = _REFERENCE.fullmatch(_MARKS.sub("", line).strip())
    return match is not None and _kind(match["word"]) in _KINDS


def quoted_in(question: str) -> tuple[str, ...]:
    """The phrases of two and more words that a question puts in quotation marks."""
    phrases = (next(group for group in match.groups() if group) for match in _QUOTED.finditer(question))
    return tuple(phrase.strip() for phrase in phrases if len(phrase.split()) >= 2)


def index_terms(chunk: Chunk) -> set[str]:
    """How the index calls a chunk: `=key` for what it is, `>key` for what it stands in, `* kind` for the kinds."""
    direct, outer = direct_keys(chunk), outer_keys(chunk)
    kinds = {key for key in direct | outer if key.startswith("*")}
    return kinds | {f"={key}" for key in direct - kinds} | {f">{key}" for key in outer - kinds}


def direct_keys(chunk: Chunk) -> set[str]:
    """Keys of the parts that a chunk is, or is a piece of: from its own heading and the heads of its paragraphs."""
    keys: set[str] = set()
    if chunk.heading_path:
        keys.update(_keys_of_heading(chunk.heading_path[-1], chunk.heading_path[:-1]))
    parts = [key for key in keys if key[0] not in "#*"]
    for paragraph in _paragraphs(chunk.text):
        keys.update(_keys_of_paragraph(paragraph))
        if numbered := _PARAGRAPH.match(paragraph):
            keys.update(f"{part}({numbered[1]})" for part in parts)
    if chunk.kind == "record":
        keys.update(_keys_of_heading(chunk.document_id.rpartition("#")[2], ()))
    elif chunk.position == 0:
        keys.update(_keys_of_heading(chunk.title, ()))
    return keys


def outer_keys(chunk: Chunk) -> set[str]:
    """Keys of the parts in which a chunk stands: from the headings above its own and its document's title."""
    return {key for heading in (chunk.title, *chunk.heading_path[:-1]) for key in _keys_of_heading(heading, ())}


def _paragraphs(text: str) -> Iterator[str]:
    """Each line that begins something, without its marks; a line that only continues another may cite anything."""
    begins = True
    for line in text.split("\n"):
        stripped = _MARKS.sub("", line)
        if stripped and (begins or stripped != line.strip() or _REFERENCE.fullmatch(stripped.strip())):
            yield stripped
        begins = not stripped or stripped.rstrip()[-1] in ".:;*"


def _keys_of_heading(heading: str, above: Sequence[str]) -> Iterator[str]:
    text = _MARKS.sub("", heading)
    if match := _REFERENCE.match(text):
        yield from _defined(match)
    if bare := _BARE.match(text):
        number = bare["inside"] or bare["number"]
        part = next(
            (m for h in reversed(above) if (m := _REFERENCE.match(h)) and _kind(m["word"]) in _STRUCTURAL), None
        )
        if bare["inside"] and part is None:
            yield f"recital {number}"
            yield "* recital"
        elif bare["inside"] and part:
            yield f"{_kind(part['word'])} {_number(part['number'])}({number})"
        else:
            yield f"# {number}"


def _keys_of_paragraph(text: str) -> Iterator[str]:
    """A paragraph that opens with a number of several levels, or with what cannot be an ordinary word."""
    if match := _REFERENCE.match(text):
        is_id = match["word"].isupper() and match["number"][0].isdigit()
        if is_id or (_kind(match["word"]) in _KINDS and _HEAD_ENDS.match(text, match.end())):
            yield from _defined(match)
    if (bare := _BARE.match(text)) and bare["number"] and "." in bare["number"]:
        yield f"# {bare['number']}"


def _defined(match: re.Match[str]) -> Iterator[str]:
    kind = _kind(match["word"])
    yield f"{kind} {_number(match['number'])}"
    yield f"* {kind}"


def _reference(word: str, gap: str, number: str, parts: str, start: int) -> Reference | None:
    kind = _kind(word)
    if not _is_plausible(kind, gap, number):
        return None
    main = f"{kind} {_number(number)}"
    pieces = re.findall(r"\((\w+)\)", parts)
    keys = [main + "".join(f"({p})" for p in pieces[:size]) for size in range(len(pieces), -1, -1)]
    if kind in _NUMBERED_ONLY:
        keys.append(f"# {_number(number)}")
    looks_like_id = word[0].isupper() and ("." in number or (word.isupper() and gap in ("", "-")))
    written = f"{word}{gap}{number}{parts}"
    return Reference(written, tuple(keys), start, kind in _STRUCTURAL, looks_like_id, f"* {kind}")


def _is_plausible(kind: str, gap: str, number: str) -> bool:
    if kind in _KINDS:
        return not (number.islower() and number.isalpha()) or kind in _STRUCTURAL
    # After a full stop another sentence begins; a letter after an unknown word is no number.
    return number[0].isdigit() and not gap.startswith(".")


def _kind(word: str) -> str:
    lower = word.casefold()
    return _ABBREVIATIONS.get(lower, lower)


def _number(number: str) -> str:
    """017 and 17 alike, III and iii alike."""
    return re.sub(r"^0+(?=\d)", "", number).casefold()
