"""Lines of a PDF that are written from right to left, put into the order in which they are read.

A page knows where each character stands, not which comes first, and programs store such lines in either order. So the
characters are taken as they stand from left to right, and the bidirectional algorithm of Unicode (UAX #9) is undone:
the line is read from its right, but for the numbers and the words of left-to-right script in it. Which way a bracket
was printed is not known either, since some programs store it mirrored: the blanks beside it tell whether it opens.
"""

from __future__ import annotations

import ctypes
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

import pypdfium2  # type: ignore[import-untyped]  # it has no types
import pypdfium2.raw as pdfium  # type: ignore[import-untyped]  # made from C headers

_RIGHT_TO_LEFT, _LEFT_TO_RIGHT, _NUMBER, _NEUTRAL = "R", "L", "N", " "
_PAIRS = ("()", "[]", "{}", "«»", "‹›")
_BRACKETS = {bracket: pair for pair in _PAIRS for bracket in pair}
_PERCENT = "%٪"
_ENDS_BEFORE = frozenset(".,;:!?،؛؟…-–—/")
"""What may stand right behind a closing bracket, as a blank may."""
_STOPS = frozenset(".,;:!?،؛؟")
_ALEFS, _LAM = frozenset("اأإآٱ"), "ل"
# In sizes of the text; the blanks of fonts are between .22 and .32 wide, letters stand up to .17 apart.
_BLANK = 0.21
_FLUSH = 0.5


@dataclass(frozen=True)
class Glyph:
    """A character where it is printed; `text` may hold several, which a ligature stands for."""

    text: str
    place: int | None = None
    """Among the characters of the page, as pdfium counts them; none for a blank that is no character."""
    origin: float = 0.0
    left: float = 0.0
    right: float = 0.0

    @property
    def middle(self) -> float:
        return (self.left + self.right) / 2


def is_right_to_left(text: str) -> bool:
    """Whether anything in the text is of a script that is written from right to left."""
    return not text.isascii() and any(unicodedata.bidirectional(character) in ("R", "AL") for character in text)


def is_turned(text_page: pypdfium2.PdfTextPage, words: str, places: Sequence[int], margin: float | None) -> bool:
    """Whether a line of a page with such a script is not to be read as pdfium gives it.

    That turns lines in other scripts too, below one from right to left.
    """
    if is_right_to_left(words) or (margin is not None and words[0] in _STOPS):
        return True
    lefts = [text_page.get_charbox(p)[0] for p, c in zip(places, words, strict=True) if not c.isspace()]
    return any(right < left for left, right in pairwise(lefts))


def margin_of(
    text_page: pypdfium2.PdfTextPage, words: str, places: Sequence[int], size: float, above: float | None
) -> float | None:
    """Where a line that is read from the right begins; none of another line.

    One in another script goes on with those above where it begins at their margin.
    """
    right = max(text_page.get_charbox(p, loose=True)[2] for p, c in zip(places, words, strict=True) if not c.isspace())
    if is_right_to_left(words):
        return right if _begins_right(_kinds([Glyph(character) for character in words])) else None
    return above if above is not None and abs(right - above) <= _FLUSH * size else None


def as_read(
    text_page: pypdfium2.PdfTextPage, places: Sequence[int], size: float, margin: float | None = None
) -> list[Glyph]:
    """The characters of a line in the order in which they are read, its blanks among them; `size` is of the text.

    `margin` is where the line begins, with those above it that are read from the right.
    """
    return in_order(_with_blanks(_as_printed(_Page(text_page), places), size), margin is not None)


def in_order(printed: Sequence[Glyph], goes_on: bool = False) -> list[Glyph]:
    """A line given as it is printed, from left to right, in the order in which it is read.

    One that goes on with lines that are read from the right may hold no letter of their script; it is read from the
    right where its last stop is printed at its left.
    """
    kinds = _kinds(printed)
    ends_left = goes_on and bool(printed) and printed[0].text in _STOPS
    if ends_left or _begins_right(kinds):
        return _with_brackets(_from_right(printed, kinds))
    read: list[Glyph] = []
    at = 0
    for start, end in _joined(printed, kinds, _RIGHT_TO_LEFT):
        read += [*printed[at:start], *_from_right(printed[start:end], kinds[start:end])]
        at = end
    return _with_brackets([*read, *printed[at:]])


# What stands on the page


@dataclass(frozen=True)
class _Page:
    text_page: pypdfium2.PdfTextPage

    def glyph(self, place: int) -> Glyph:
        text = chr(pdfium.FPDFText_GetUnicode(self.text_page.raw, place))
        x, y = ctypes.c_double(), ctypes.c_double()
        pdfium.FPDFText_GetCharOrigin(self.text_page.raw, place, ctypes.byref(x), ctypes.byref(y))
        left, _, right, _ = self.text_page.get_charbox(place, loose=True)
        # The shapes of one letter at the beginning, in the middle and at the end of a word are the same letter.
        return Glyph(unicodedata.normalize("NFKC", text) if _is_shape(text) else text, place, x.value, left, right)


def _is_shape(text: str) -> bool:
    return "\ufb1d" <= text <= "\ufdff" or "\ufe70" <= text <= "\ufefc"


def _as_printed(page: _Page, places: Sequence[int]) -> list[Glyph]:
    """From left to right; blanks without width, which pdfium puts between words by its own order, are left out."""
    glyphs = [page.glyph(place) for place in places]
    letters = [g for g in glyphs if not (g.text.isspace() and g.left == g.right) and not _is_mark(g)]
    letters = [_ligature(list(same)) for _, same in groupby(letters, key=lambda g: (g.origin, g.left, g.right))]
    letters.sort(key=lambda g: (g.origin, g.middle))
    for mark in filter(_is_mark, glyphs):
        at = min(range(len(letters)), key=lambda n: abs(letters[n].middle - mark.middle), default=None)
        if at is not None:
            letters[at] = replace(letters[at], text=letters[at].text + mark.text)
    return letters


def _is_mark(glyph: Glyph) -> bool:
    return unicodedata.category(glyph.text[0]) == "Mn"


def _ligature(same: list[Glyph]) -> Glyph:
    """One glyph for characters that are printed as one: lam before alef, which no ligature has the other way."""
    text = "".join(glyph.text for glyph in same)
    is_turned = len(text) == 2 and text[0] in _ALEFS and text[1] == _LAM
    return replace(same[0], text=text[::-1] if is_turned else text)


def _with_blanks(printed: Sequence[Glyph], size: float) -> list[Glyph]:
    """With a blank wherever characters stand as far apart as words do."""
    apart: list[Glyph] = []
    for glyph in printed:
        before = apart[-1] if apart else None
        is_blank = glyph.text.isspace() or before is None or before.text.isspace()
        if before and not is_blank and glyph.left - before.right > _BLANK * size:
            apart.append(Glyph(" ", None, before.right, before.right, glyph.left))
        apart.append(glyph)
    return apart


# The order in which it is read


def _kinds(printed: Sequence[Glyph]) -> list[str]:
    """What each glyph is: of either direction, a number with what belongs to it, or neither."""
    classes = [unicodedata.bidirectional(glyph.text[0]) for glyph in printed]
    # Beside Arabic letters the signs of a number are read with the text, beside others with the number.
    is_arabic = "AL" in classes
    separators = ("CS",) if is_arabic else ("CS", "ES")
    kinds = [_kind(name) for name in classes]
    for n, name in enumerate(classes):
        beside = [kinds[at] if 0 <= at < len(kinds) else _NEUTRAL for at in (n - 1, n + 1)]
        is_inner = name in separators and beside == [_NUMBER, _NUMBER]
        is_sign = name == "ET" and not is_arabic and _NUMBER in beside
        if is_inner or is_sign:
            kinds[n] = _NUMBER
    return kinds


def _begins_right(kinds: Sequence[str]) -> bool:
    """Whether the line as a whole is read from the right: it is of that script at both ends or in half of its words."""
    words = [kind for kind, _ in groupby(kinds) if kind in (_RIGHT_TO_LEFT, _LEFT_TO_RIGHT)]
    return words[:1] == words[-1:] == [_RIGHT_TO_LEFT] or 2 * words.count(_RIGHT_TO_LEFT) >= len(words)


def _kind(name: str) -> str:
    if name in ("R", "AL"):
        return _RIGHT_TO_LEFT
    return _LEFT_TO_RIGHT if name == "L" else _NUMBER if name in ("EN", "AN") else _NEUTRAL


def _from_right(printed: Sequence[Glyph], kinds: Sequence[str]) -> list[Glyph]:
    """From the right to the left, with what is read from left to right left as it stands."""
    read: list[Glyph] = []
    at = len(printed)
    for start, end in reversed([*_joined(printed, kinds, _LEFT_TO_RIGHT)]):
        read += [*reversed(printed[end:at]), *printed[start:end]]
        at = start
    return _with_percents([*read, *reversed(printed[:at])])


def _joined(printed: Sequence[Glyph], kinds: Sequence[str], direction: str) -> Iterator[tuple[int, int]]:
    """Where words of a direction and numbers stand, as far as what is between them belongs to them.

    Of those from right to left only what holds a letter counts.
    """
    found: list[tuple[int, int, bool]] = []
    for kind, group in groupby(range(len(kinds)), key=lambda n: kinds[n]):
        if kind not in (direction, _NUMBER):
            continue
        start, *_, end = [*(places := [*group]), places[-1] + 1]
        is_word = kind == direction
        if found and (found[-1][2] or is_word) and _belongs(printed[found[-1][1] : start], kinds[found[-1][1] : start]):
            found[-1] = (found[-1][0], end, True)
        else:
            found.append((start, end, is_word))
    for start, end, is_word in found:
        if is_word or direction == _LEFT_TO_RIGHT:
            yield _with_partner(printed, start, end)


def _belongs(between: Sequence[Glyph], kinds: Sequence[str]) -> bool:
    """Whether what is between words of one direction does not part them: no other word, at most one bracket."""
    return set(kinds) <= {_NEUTRAL} and sum(glyph.text in _BRACKETS for glyph in between) <= 1


def _with_partner(printed: Sequence[Glyph], start: int, end: int) -> tuple[int, int]:
    """With the bracket at the edge whose partner is within."""
    within = sum(glyph.text in _BRACKETS for glyph in printed[start:end])
    if within % 2:
        if end < len(printed) and printed[end].text in _BRACKETS:
            return start, end + 1
        if start and printed[start - 1].text in _BRACKETS:
            return start - 1, end
    return start, end


def _with_percents(read: list[Glyph]) -> list[Glyph]:
    """With the sign behind its number, on whichever side it is printed."""
    at = 0
    while at + 1 < len(read):
        end = at + 1
        if read[at].text in _PERCENT and not (at and read[at - 1].text.isdigit()):
            while end < len(read) and _is_of_number(read[end]):
                end += 1
            read[at:end] = [*read[at + 1 : end], read[at]]
        at = end
    return read


def _is_of_number(glyph: Glyph) -> bool:
    return glyph.text.isdigit() or glyph.text in ".,٫٬"


def _with_brackets(read: Sequence[Glyph]) -> list[Glyph]:
    """With each bracket turned as the blanks beside it say; where they say nothing, one closes what another opened."""
    turned: list[Glyph] = []
    pending: list[str] = []
    for n, glyph in enumerate(read):
        pair = _BRACKETS.get(glyph.text)
        if pair:
            before, after = turned[-1].text if turned else " ", read[n + 1].text if n + 1 < len(read) else " "
            may_open = before.isspace() or before in {pair[0] for pair in _PAIRS}
            may_close = after.isspace() or after in _ENDS_BEFORE or after in _BRACKETS
            opens = may_open if may_open != may_close else pair not in pending
            if opens:
                pending.append(pair)
            elif pair in pending:
                pending.remove(pair)
            glyph = replace(glyph, text=pair[0 if opens else 1])
        turned.append(glyph)
    return turned
