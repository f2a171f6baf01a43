"""Words that turn a statement into another one: labels of other rows, opposites, negations, trends and extremes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from copilot.verification.comparing import compared
from copilot.verification.figures import Read
from copilot.verification.grounds import Grounds, Held, Line
from copilot.verification.labels import (
    answers,
    find_label,
    find_labels,
    groups,
    id_figures,
    is_id,
    named_rows,
    says_label,
)
from copilot.verification.languages import Language
from copilot.verification.nearness import Turn, Words, nearest, overlap, weighed
from copilot.verification.negation import WITHOUT, denies, is_negated
from copilot.verification.reading import BETWEEN, read_figures
from copilot.verification.sentence import CLAUSE, Sentence, clauses
from copilot.verification.terms import Opposite, content, degrees, opposites

# A negation counts where at least this part of what a sentence says stands in the clause it is compared with.
_SAME_STATEMENT = 0.6
# A line of more words makes more than one statement.
_SHORT = 10
# A word is compared with lines that say at least this part of its clause, if that has so many words.
_SAME_TOPIC, _FEWEST = 0.4, 2
# Two figures are swapped when each fits the other's place so much better.
_SWAPPED = 1.3
# A sentence of fewer words is about anything.
_FEWEST_SUBSTITUTED = 3
# What stands between a direction and the figure that it leads away from.
_FROM = re.compile(r"\s(?:[a-z]+ )?(?:from|von|de)\s", re.IGNORECASE)


def turned(sentence: Sentence, grounds: Grounds, cited: Sequence[Line] = ()) -> list[Turn]:
    """The first word that does not say what was read; what is quoted word for word says it.

    `cited` are the lines that the sentence itself cites.
    """
    if grounds.quotes(sentence.text):
        return []
    first = (check(sentence, grounds) for check in (_pair, _label, compared))
    others = (
        check(sentence, grounds)
        for check in (_negation, _most, _answered, _agent, _without, _unequal, _to_come, _substituted)
    )
    checks = (*first, _opposite(sentence, grounds, cited), *others)
    return [turn for check in checks for turn in [next(check, None)] if turn][:1]


def _pair(sentence: Sentence, grounds: Grounds) -> Iterator[Turn]:
    """A name and an id beside each other that belong to different rows."""
    for rows in grounds.tables:
        for figure in sentence.figures:
            own = [row for row in rows if figure.kind == "id" and any(f.unit == figure.unit for f in id_figures(row))]
            around = sentence.text[max(0, figure.start - 45) : figure.end + 30]
            beside = [row for row in rows if any(not is_id(key) and find_label(around, key) for key in row.keys)]
            if own and beside and not any(row in own for row in beside):
                yield Turn(figure.start, figure.end, (own[0],))


def _label(sentence: Sentence, grounds: Grounds) -> Iterator[Turn]:
    """A row is given the label that its column holds for another row."""
    for part in sentence.clauses:
        piece = Sentence(part, sentence.language, before=sentence.before)
        for rows in grounds.tables:
            named = _meant(piece, rows)
            if len(named) != 1 or len(rows) < 2:
                continue
            (row,) = named
            for header, cell in row.cells:
                if cell in row.keys or says_label(piece, cell):
                    continue
                says = says_label if row in named_rows(piece, rows) else _says_word_for_word
                others = {c for r in rows for h, c in r.cells if h == header and 2 < len(c) < 40 and not c[0].isdigit()}
                for other in sorted(others):
                    if says(piece, other) and not (cell and cell.lower() in other.lower()):
                        span = find_label(sentence.text, other) or (0, len(sentence.text.rstrip()))
                        if not is_negated(sentence.text, span[0], span[1], sentence.language):
                            yield Turn(*span, (row,))


def _says_word_for_word(sentence: Sentence, label: str) -> bool:
    return find_label(sentence.text, label) is not None


def _meant(sentence: Sentence, rows: Sequence[Line]) -> list[Line]:
    """The rows that a sentence names, or the one named last before it where it refers back."""
    if (named := named_rows(sentence, rows)) or not sentence.refers_back:
        return named
    last = {m.end(): row for row in rows for key in row.keys for m in find_labels(sentence.before, key)}
    return [last[max(last)]] if last else []


def _opposite(sentence: Sentence, grounds: Grounds, cited: Sequence[Line]) -> Iterator[Turn]:
    """A word whose opposite stands in all that fits its clause best, and that what the sentence cites does not say."""
    said = [
        o for o in opposites().find(sentence.text)
        if not (_negates(sentence.text, o, sentence.language) or _counts_all(sentence, o) or _leads(sentence, o))
    ]  # fmt: skip
    if not said:
        return
    rows = {row for table in grounds.tables for row in (_meant(sentence, table) if len(table) > 1 else table)}
    spoken = frozenset(s for o in said for s in content(o.text, sentence.language))
    for word in said:
        words = _context(sentence, word, spoken, grounds)
        best = _best(words, sentence, grounds)
        if (
            not best
            or (best[0].cells and best[0] not in rows)
            or _is_topic(sentence, word, best[0])
            or _is_attribute(sentence, word, best[0])
        ):
            continue
        own = {o.member for o in said if o.group == word.group}
        beside = weighed(_beside(sentence, word), grounds) or words
        held = [_members(line, word.group, beside) for line in best]
        is_new = word.group == "decision" and not any(
            _members(line, "decision", words) or content(word.text, sentence.language) & _heads(line)
            for line in grounds.lines
        )
        # Other words that turn a statement are not made true by the same word said of something else.
        is_cited = word.group == "quantity" and any(_says_it(line, word, sentence) for line in cited)
        if is_new or (not is_cited and held[0] and all(not (own & members) for members in held if members)):
            yield Turn(word.start, word.end, tuple(best[:2]))


def _says_it(line: Line, word: Opposite, sentence: Sentence) -> bool:
    """Whether a clause of a line says a word of the same meaning, and something else that its clause says."""
    around = next((c for c in sentence.clauses if word.text in c), sentence.text)
    rest = content(around, sentence.language) - content(word.text, sentence.language)
    return any(
        any((o.group, o.member) == (word.group, word.member) for o in opposites().find(part))
        and not rest.isdisjoint(content(part, line.language))
        for part in (clauses(line.said) if not line.cells else [line.said])
    )


def _leads(sentence: Sentence, word: Opposite) -> bool:
    """Whether a direction is the one that the figures take between which it is said: "669 tonnes, up from 625"."""
    if word.group != "direction":
        return False
    origin = next((f for f in sentence.figures if f.start >= word.end), None)
    if origin is None or not _FROM.fullmatch(sentence.text[word.end : origin.start]):
        return False
    now = next((f for f in sentence.figures if f.kind in (origin.kind, "number") and f.end <= word.start), None)
    return now is not None and (now.value > origin.value) == (word.member == "up") and now.value != origin.value


def _counts_all(sentence: Sentence, word: Opposite) -> bool:
    """ "All 19" are 19, and are compared as that."""
    return word.group == "quantity" and any(f.start - word.end == 1 for f in sentence.figures)


def _context(sentence: Sentence, word: Opposite, spoken: frozenset[str], grounds: Grounds) -> Words:
    """The words of the clause of a word, of its sentence where that has hardly any, or of what it refers back to."""
    ends = [0, *(m.end() for m in CLAUSE.finditer(sentence.text)), len(sentence.text)]
    clause = next(sentence.text[a:b] for a, b in zip(ends, ends[1:], strict=False) if a <= word.start < b)
    for stems in (content(clause, sentence.language), sentence.content):
        if len(words := weighed(stems - spoken, grounds)) >= _FEWEST:
            return words
    return words or weighed(sentence.back - spoken, grounds)


def _best(words: Words, sentence: Sentence, grounds: Grounds) -> list[Line]:
    """The lines that say most of it; where the sentence names ids, only those with one of them."""
    ids = [f.unit for f in sentence.figures if f.kind == "id"]
    lines = [line for line in grounds.lines if not ids or any(id in line.text.upper() for id in ids)]
    scored = sorted(((overlap(words, line), line) for line in lines), key=lambda s: -s[0])
    least = _SAME_TOPIC * sum(weight for _, weight in words)
    if not scored or scored[0][0] <= 0 or scored[0][0] < least:
        return []
    return [line for score, line in scored[:6] if score >= 0.75 * scored[0][0]]


def _is_topic(sentence: Sentence, word: Opposite, line: Line) -> bool:
    """A word of a title or of a column's name tells what is spoken of: pilots, approved amounts."""
    own = content(word.text, sentence.language)
    return word.group != "decision" and not own.isdisjoint(line.about | _heads(line))


def _is_attribute(sentence: Sentence, word: Opposite, line: Line) -> bool:
    """It belongs to a noun, "approved budget", "high confidence", of which the line does not speak."""
    following = next((t for t in sentence.terms if t.start >= word.end), None)
    if word.group not in ("decision", "level") or following is None or following.is_function:
        return False
    if sentence.text[word.end : following.start].strip():
        return False
    return word.group == "decision" or following.stem not in line.stems


def _heads(line: Line) -> frozenset[str]:
    return frozenset(s for h, _ in line.cells for s in content(h, line.language))


def _beside(sentence: Sentence, word: Opposite) -> frozenset[str]:
    """The words that follow a word."""
    after = [t for t in sentence.terms if t.start >= word.end][:4]
    return frozenset(t.stem for t in after if not t.is_function)


def _members(line: Line, group: str, said: Words) -> set[str]:
    """The members of a group that stand in the clauses of a line that are meant; in the line where no clause is."""
    parts = clauses(line.said) if not line.cells else [line.said]
    found = [
        (part, {o.member for o in opposites().find(part) if o.group == group and not _negates(part, o, line.language)})
        for part in parts
    ]
    telling = [(part, members) for part, members in found if members]
    if len(telling) > 1:
        scores = [sum(w for m, w in said if not m.isdisjoint(content(part, line.language))) for part, _ in telling]
        if max(scores) > 0:
            telling = [t for t, score in zip(telling, scores, strict=True) if score >= 0.7 * max(scores)]
    return {member for _, members in telling for member in members}


def _negates(text: str, word: Opposite, language: Language) -> bool:
    return word.group != "quantity" and is_negated(text, word.start, word.end, language, is_duty=word.group == "duty")


def _negation(sentence: Sentence, grounds: Grounds) -> Iterator[Turn]:
    """A statement is denied that was read as a fact, or the other way round."""
    if any(f.kind != "date" for f in sentence.figures):
        return
    for part in sentence.clauses:
        is_whole = len(sentence.clauses) == 1
        yield from _denial(Sentence(part, sentence.language), (0, len(sentence.text.rstrip())), grounds, is_whole)


def _denial(sentence: Sentence, span: tuple[int, int], grounds: Grounds, is_whole: bool) -> Iterator[Turn]:
    stems = sentence.content
    if len(stems) < (2 if is_whole else 3):
        return
    said = weighed(stems, grounds)
    whole = sum(w for _, w in said)
    if not whole:
        return
    # A word that was never read may deny as well: "had no effect", "did not change".
    if len(stems) - len(said) > len(stems) // 5:
        return
    is_denied = denies(sentence.text, sentence.language, said)
    scored = [
        (sum(w for m, w in said if not m.isdisjoint(content(part, line.language))) / whole, part, line)
        for line in grounds.lines if not line.cells
        for part in _statements(line)
    ]  # fmt: skip
    best = max((score for score, _, _ in scored), default=0.0)
    close = [
        (part, line)
        for score, part, line in scored
        if score >= max(_SAME_STATEMENT if len(stems) > 2 else 1.0, 0.9 * best)
    ]
    if close and all(denies(part, line.language, said) != is_denied for part, line in close):
        yield Turn(*span, tuple(line for _, line in close[:2]))


def _statements(line: Line) -> list[str]:
    """What a line says: its clauses, and the whole of it when that is short."""
    parts = clauses(line.text)
    return parts if len(line.stems) > _SHORT or len(parts) == 1 else [line.text, *parts]


def _most(sentence: Sentence, grounds: Grounds) -> Iterator[Turn]:
    """ "Most" or "all" rows are said to have a label that fewer have."""
    said = [o for o in opposites().find(sentence.text) if o.group == "quantity" and o.member in ("all", "most")]
    begins = bool(said) and not sentence.text[: said[0].start].strip(" *-|")
    if not begins or _counts_all(sentence, said[0]):
        return
    for rows in grounds.tables:
        if len(rows) < 3 or named_rows(sentence, rows):
            continue
        labelled = [held for _, held in groups(sentence, rows)]
        if len(labelled) == 1:
            share = len(labelled[0]) / len(rows)
            if share < (1.0 if said[0].member == "all" else 0.5):
                yield Turn(said[0].start, said[0].end, tuple(labelled[0][:2]))


def _answered(sentence: Sentence, grounds: Grounds) -> Iterator[Turn]:
    """The one row named has the other answer in a column of yes and no."""
    for rows in grounds.tables:
        for piece in (Sentence(part, sentence.language) for part in sentence.clauses):
            named = named_rows(piece, rows)
            for _, held in answers(piece, rows) if len(named) == 1 else ():
                if named[0] not in held:
                    yield Turn(0, len(sentence.text.rstrip()), (named[0],))


def _agent(sentence: Sentence, grounds: Grounds) -> Iterator[Turn]:
    """Who does a thing is another than in the line that says it."""
    said = _doer(sentence.text, sentence.language)
    if said is None:
        return
    start, end, doers = said
    rest = weighed(sentence.content - doers, grounds)
    whole = sum(w for _, w in rest)
    for line in nearest(sentence, grounds, 1):
        held = _doer(line.text, line.language)
        if held is None or line.language != sentence.language or overlap(rest, line) < _SAME_STATEMENT * whole:
            continue
        unknown = [d for d in doers if grounds.vocabulary.meant(d).isdisjoint(line.stems)]
        unsaid = held[2] - frozenset(s for d in doers for s in grounds.vocabulary.meant(d))
        if unknown and unsaid:
            yield Turn(start, end, (line,))


def _doer(text: str, language: Language) -> tuple[int, int, frozenset[str]] | None:
    """Who does a thing, as a phrase behind a preposition, and where it stands; a time or an amount is nobody."""
    agents = "|".join(sorted(language.agent))
    for m in re.finditer(rf"(?i)(?<!\w)(?:{agents})\s+((?:[\w'’-]+\s?){{1,5}})", text):
        if read_figures(m[1], language):
            continue
        doers = content(m[1], language)
        if doers and not {w.lower() for w in m[1].split()} & {"end", "fin", "ende"}:
            return m.start(1), m.end(1), doers
    return None


def _without(sentence: Sentence, grounds: Grounds) -> Iterator[Turn]:
    """Something is said to be done without what a line demands for it."""
    language = sentence.language
    m = re.search(rf"\b(?:{'|'.join(WITHOUT)})\s+((?:[\w'’-]+\s?){{1,4}})", sentence.text, re.IGNORECASE)
    if m is None or len(language.negation & set(re.findall(r"\w+", sentence.text.lower()))) != 1:
        return
    needed = weighed(content(m[1], language), grounds)
    rest = weighed(sentence.content - content(m[1], language), grounds)
    for line in grounds.lines:
        if line.cells or line.language.negation & set(re.findall(r"\w+", line.text.lower())):
            continue
        if any(not m.isdisjoint(line.stems) for m, _ in needed) and 2 * overlap(rest, line) > sum(w for _, w in rest):
            yield Turn(0, len(sentence.text.rstrip()), (line,))


def _unequal(sentence: Sentence, grounds: Grounds) -> Iterator[Turn]:
    """Two things are said to be as much that a line tells apart."""
    if sentence.figures or not sentence.language.says(sentence.language.equal, sentence.text):
        return
    for line in nearest(sentence, grounds, 1):
        is_near = overlap(weighed(sentence.content, grounds), line) >= _SAME_STATEMENT * sum(
            w for _, w in weighed(sentence.content, grounds)
        )
        if is_near and not line.cells and degrees("comparative").find(line.text):
            yield Turn(0, len(sentence.text.rstrip()), (line,))


def _to_come(sentence: Sentence, grounds: Grounds) -> Iterator[Turn]:
    """Something is said to have happened that a line says is still to come."""
    language = sentence.language
    if not language.says(language.happened, sentence.text) or language.says(language.planned, sentence.text):
        return
    said = weighed(sentence.content, grounds)
    if sentence.words & language.negation:
        return
    for line in nearest(sentence, grounds, 2, 0.9):
        is_near = overlap(said, line) >= _SAME_STATEMENT * sum(w for _, w in said)
        is_planned = not line.cells and line.language.says(line.language.planned, line.text)
        if is_near and is_planned and not line.language.says(line.language.happened, line.text):
            yield Turn(0, len(sentence.text.rstrip()), (line,))


def _substituted(sentence: Sentence, grounds: Grounds) -> Iterator[Turn]:
    """A name stands where the line that says all the rest has another."""
    if len(weighed(sentence.content, grounds)) < len(sentence.content) or len(sentence.content) < _FEWEST_SUBSTITUTED:
        return
    for line in nearest(sentence, grounds, 1):
        if line.cells or line.language != sentence.language or grounds.quotes(sentence.text):
            return
        missing = [
            t for t in sentence.terms
            if t.stem in sentence.content and grounds.vocabulary.meant(t.stem).isdisjoint(line.stems)
        ]  # fmt: skip
        own = Sentence(line.text, line.language)
        known = frozenset(s for stem in sentence.content for s in grounds.vocabulary.meant(stem))
        others = [t for t in own.terms if t.text[0].isupper() and t.stem in own.content and t.stem not in known]
        is_one = len({t.stem for t in missing}) == 1 and missing[0].text[0].isupper() and len(others) == 1
        if is_one and (missing[0].start > 0) == (others[0].start > 0):
            yield Turn(missing[0].start, missing[0].end, (line,))


def swaps(
    sentence: Sentence, carriers: Sequence[tuple[Read, Held]], grounds: Grounds
) -> Iterator[tuple[Read, tuple[Line, ...]]]:
    """Figures of which each stands where the words of the other lead."""
    for n, (a, place) in enumerate(carriers):
        for b, other in carriers[n + 1 :]:
            if (
                not (a.kind == b.kind or "number" in (a.kind, b.kind))
                or place is other
                or a.kind == "date"
                or BETWEEN.fullmatch(sentence.text[a.end : b.start])
            ):
                continue
            near_a, near_b = sentence.beside(a), sentence.beside(b)
            own_a, own_b = weighed(near_a - near_b, grounds), weighed(near_b - near_a, grounds)
            if not own_a or not own_b:
                continue
            here, there = place.beside - other.beside, other.beside - place.beside
            straight = _shared(own_a, here) + _shared(own_b, there)
            crossed = _shared(own_a, there) + _shared(own_b, here)
            if crossed > _SWAPPED * straight and _shared(own_a, there) and _shared(own_b, here):
                yield a, (place.line, other.line)
                yield b, (place.line, other.line)
                return


def _shared(said: Words, near: frozenset[str]) -> float:
    return sum(w for m, w in said if not m.isdisjoint(near))
