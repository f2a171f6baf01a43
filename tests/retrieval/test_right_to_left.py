"""Text that is written from right to left is indexed in the order in which it is read, however a program stored it."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryFile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from office_files import load, pdf, printed_pdf
from test_source_pages import marked_rows

from copilot.retrieval.loaders.isolated import page_isolated
from copilot.retrieval.loaders.pdf_direction import Glyph, in_order

MIRRORED = str.maketrans("()[]«»", ")(][»«")
BRACKETS = {opening: closing for pair in ("()", "[]", "«»") for opening, closing in (pair, pair[::-1])}

HEBREW = ("יש למחוק נתונים (כולל עותקים) לאחר ", "24", " חודשים [סעיף ", "3.1", "].")
ARABIC = ("يوافق المكتب (", "AI Office", ") على كل نموذج، والحد ", "1,250,000", " يورو.")
MIXED = ("המודל ", "Retrieval Augmented Generation (RAG)", " אושר ב-", "12/05/2026", " עם ", "87%", " דיוק.")


def as_printed(runs: tuple[str, ...]) -> str:
    """How a line looks from left to right: runs in reading order, every second of them of left-to-right script."""
    looks = (run if n % 2 else run[::-1].translate(MIRRORED) for n, run in enumerate(runs))
    return "".join(reversed([*looks]))


@pytest.mark.parametrize("meant", [{}, BRACKETS], ids=["as drawn", "as meant"])
@pytest.mark.parametrize("runs", [HEBREW, ARABIC, MIXED], ids=["hebrew", "arabic", "mixed"])
def test_a_line_of_a_pdf_is_read_from_its_right(tmp_path: Path, runs: tuple[str, ...], meant: dict[str, str]) -> None:
    text = load(tmp_path, "a.pdf", printed_pdf([as_printed(runs)], meant)).sections[0].text
    assert text == "".join(runs)


def test_a_word_in_another_script_does_not_turn_its_line(tmp_path: Path) -> None:
    line = "The owner (שרה כהן) decides on [3.1] and 24 others."
    printed = line.replace("שרה כהן", "שרה כהן"[::-1])
    assert load(tmp_path, "a.pdf", printed_pdf([printed])).sections[0].text == line


def test_a_percentage_of_an_arabic_text_keeps_its_sign(tmp_path: Path) -> None:
    runs = ("بلغت الدقة ", "%87", " هذا العام و", "%9.5", " قبله.")
    text = load(tmp_path, "a.pdf", printed_pdf([as_printed(runs)])).sections[0].text
    assert text == "بلغت الدقة 87% هذا العام و9.5% قبله."


def test_a_ligature_of_two_letters_keeps_their_order() -> None:
    printed = [Glyph("م"), Glyph("لا"), Glyph("س")]
    assert "".join(glyph.text for glyph in in_order(printed)) == "سلام"


OTHER_SCRIPT = """#set page(width: 150pt, height: auto, margin: 10pt)
#set text(lang: "he", dir: rtl, size: 10pt, font: "Libertinus Serif")
המודל אושר על ידי המשרד בשם הרשמי שלו Retrieval Augmented Generation by the Office of the Group (RAG).

#[#set text(dir: ltr, lang: "en")
.NET is used by the AI Office, which is of the group.

#set par(justify: true)
... and so it is used by the AI Office of the group in 2026, and by no one else.]
"""
ITS_LINES = (
    "המודל אושר על ידי המשרד בשם", "הרשמי שלו Retrieval Augmented", "Generation by the Office of the", "Group (RAG).",
    ".NET is used by the AI Office,", "which is of the group.", "… and so it is used by the AI",
    "Office of the group in 2026, and", "by no one else.",
)  # fmt: skip


def test_lines_that_are_all_in_another_script_keep_their_order_and_their_stop(tmp_path: Path) -> None:
    text = load(tmp_path, "a.pdf", pdf(OTHER_SCRIPT)).sections[0].text
    assert tuple(filter(None, text.split("\n"))) == ITS_LINES


@pytest.mark.parametrize("quote", [ITS_LINES[2], ITS_LINES[3], ITS_LINES[5]])
def test_a_quote_in_another_script_is_marked_on_a_page_from_right_to_left(quote: str) -> None:
    with TemporaryFile() as file:
        file.write(pdf(OTHER_SCRIPT))
        file.seek(0)
        assert marked_rows(page_isolated(file, 1, 1, quote))


def test_a_quote_from_right_to_left_is_marked_on_its_page() -> None:
    data = printed_pdf([as_printed(HEBREW), as_printed(("שורה אחרת לגמרי.",))])

    def marked(quote: str) -> list[int]:
        with TemporaryFile() as file:
            file.write(data)
            file.seek(0)
            return marked_rows(page_isolated(file, 1, 1, quote))

    first, second = marked("".join(HEBREW)), marked("שורה אחרת לגמרי.")
    assert first
    assert second
    assert max(first) < min(second)


WORDS = st.text("אבגדהוזחט", min_size=1, max_size=6)
PHRASES = st.lists(st.text("ABCdefgh", min_size=1, max_size=5), min_size=1, max_size=3).map(" ".join)
NUMBERS = st.from_regex(r"[1-9][0-9]{0,2}(,[0-9]{3}){0,2}(\.[0-9]{1,2})?", fullmatch=True)
PARTS = st.lists(
    st.tuples(
        st.lists(WORDS, min_size=1, max_size=3).map(" ".join),
        st.sampled_from([(" ", " "), (" (", ") "), (" [", "] "), (" «", "» "), (" – ", " – ")]),
        PHRASES | NUMBERS,
    ),
    max_size=4,
)


@given(PARTS, WORDS)
def test_what_is_printed_from_right_to_left_is_read_as_it_was_written(
    parts: list[tuple[str, tuple[str, str], str]], last: str
) -> None:
    runs = [""]
    for words, (before, after), other in parts:
        runs[-1] += words + before
        runs += [other, after]
    runs[-1] += last
    read = in_order([Glyph(character) for character in as_printed(tuple(runs))])
    assert "".join(glyph.text for glyph in read) == "".join(runs)
