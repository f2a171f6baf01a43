"""A sentence of a draft, as the check reads it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from copilot.verification.figures import Read
from copilot.verification.grounds import clause, segment
from copilot.verification.languages import Language
from copilot.verification.reading import read_figures
from copilot.verification.terms import Term, content, terms

# Part of the words of a sentence that are function words in any language.
_FUNCTIONS = 0.3
# So many words may say together what is counted.
_PHRASE = 3
Role = Literal["prose", "heading", "item", "row"]


@dataclass(frozen=True, eq=False)
class Sentence:
    """A sentence without its markers."""

    text: str
    language: Language
    role: Role = "prose"
    headers: tuple[str, ...] = ()
    """Of a row of a table: what its columns are called."""
    before: str = ""
    """What was said before it in its paragraph or list."""
    is_plan: bool = False
    """Whether it stands under a heading of proposals."""
    items: int = 0
    """How many items the list has that it stands in or before."""

    @cached_property
    def terms(self) -> list[Term]:
        return terms(self.text, self.language)

    @cached_property
    def content(self) -> frozenset[str]:
        return content(self.text, self.language)

    @cached_property
    def figures(self) -> tuple[Read, ...]:
        return read_figures(self.text, self.language)

    @cached_property
    def words(self) -> frozenset[str]:
        return frozenset(t.text.lower() for t in self.terms)

    @property
    def is_known(self) -> bool:
        """Whether it is in a language that is known: a fair part of its words are function words of that."""
        functions = sum(t.is_function for t in self.terms)
        return functions >= _FUNCTIONS * len(self.terms)

    @property
    def is_meta(self) -> bool:
        """It says that something was not found."""
        return self.language.says(self.language.meta, self.text)

    @property
    def is_proposal(self) -> bool:
        return self.is_plan or self.language.says(self.language.proposal, self.text)

    @property
    def refers_back(self) -> bool:
        """Whether what it is about may have been named before it."""
        return bool(self.words & self.language.pronouns)

    @cached_property
    def back(self) -> frozenset[str]:
        """The words before it to which it may refer."""
        return content(self.before, self.language) if self.refers_back or not self.content else frozenset()

    def near(self, figure: Read) -> frozenset[str]:
        """The words that stand nearest to a figure."""
        if self.role != "row":
            return content(self.part(figure), self.language)
        cells = self.text.strip().strip("|").split("|")
        names = " ".join(cell for cell in cells[:3] if any(c.isalpha() for c in cell))
        return content(f"{names} {cells[self._column(figure)]}", self.language) | self.header(figure)

    def header(self, figure: Read) -> frozenset[str]:
        """Of a row: the words of its column's name."""
        place = self._column(figure)
        return content(self.headers[place], self.language) if place < len(self.headers) else frozenset()

    def _column(self, figure: Read) -> int:
        return self.text[: figure.start].lstrip().removeprefix("|").count("|")

    def part(self, figure: Read) -> str:
        """The part of it that is about a figure."""
        return segment(self.text, figure, self.figures)

    def beside(self, figure: Read) -> frozenset[str]:
        """The words of its clause alone."""
        return content(clause(self.text, figure, self.figures), self.language)

    def noun(self, figure: Read) -> Term | None:
        """What is counted: the content word right behind a whole number that is not itself a part's, "Clause 3.1"."""
        if figure.step and figure.step < 1 or re.search(r"[A-ZÀ-Ý]\w+\s$", self.text[: figure.start]):
            return None
        following = next((t for t in self.terms if t.start >= figure.end), None)
        if (
            following is None
            or following.is_function
            or not re.fullmatch(r"[\s\u00a0]{1,2}", self.text[figure.end : following.start])
        ):
            return None
        return following

    def counted(self, figure: Read) -> list[Term]:
        """The content words behind a whole number that may say what is counted: "71 live AI projects"."""
        first = self.noun(figure)
        if first is None:
            return []
        found, place = [first], self.terms.index(first)
        for term in self.terms[place + 1 : place + _PHRASE]:
            if term.is_function or self.text[found[-1].end : term.start] not in (" ", "-"):
                break
            found.append(term)
        return found

    def word_before(self, figure: Read) -> str:
        """The word right before a figure, in lower case."""
        ahead = re.search(r"([^\W\d_]+)\s$", self.text[: figure.start])
        return ahead[1].lower() if ahead else ""

    @property
    def listed(self) -> int:
        """How many things it lists behind a colon."""
        _, colon, things = self.text.partition(": ")
        return len(re.split(r",| (?:and|und|et) ", things)) if colon else 0

    @cached_property
    def clauses(self) -> list[str]:
        return clauses(self.text)


CLAUSE = re.compile(
    r"[;,:](?=\s)|\s(?:–|—)\s|\b(?:and|but|while|whereas|und|aber|während|sondern|et|mais|tandis que)\b"
)


def clauses(text: str) -> list[str]:
    """The parts of a sentence between its commas and conjunctions."""
    return [part for part in CLAUSE.split(text) if part and part.strip()]
