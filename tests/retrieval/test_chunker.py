from hypothesis import example, given, settings
from hypothesis import strategies as st

from copilot.retrieval import chunker, tokens
from copilot.retrieval.markdown import plain_inline, sections_of_markdown
from copilot.retrieval.types import Document, Section

WORDS = st.text(alphabet="abcdefg ÄéßŁ漢字。.,;:!?'\"()0123456789*_`|-", min_size=1, max_size=300)
LINES = st.one_of(
    st.just(""),
    WORDS,
    WORDS.map(lambda words: f"# {words}"),
    WORDS.map(lambda words: f"## {words}"),
    WORDS.map(lambda words: f"### {words}"),
    WORDS.map(lambda words: f"- {words}"),
    st.just("```"),
    st.just("---"),
)


def document(text: str, title: str = "Title") -> Document:
    _, sections = sections_of_markdown(text.split("\n"), 0)
    return Document("a/b.md", title, tuple(sections), "0")


def of_size(count: int, word: str = "word") -> str:
    return " ".join([word] * count)


@given(st.lists(LINES, max_size=30))
@settings(max_examples=150)
def test_every_line_is_in_a_chunk_or_its_headings(lines: list[str]) -> None:
    chunks = chunker.split(document("\n".join(lines)))
    kept = "\n".join([*(c.text for c in chunks), *(h for c in chunks for h in c.heading_path)])
    squeezed = "".join(plain_inline(kept).split())
    for line in lines:
        words = "".join(plain_inline(line.strip("# \t-=")).split()).strip("#-=")
        if len(words) < 40:
            assert words in squeezed or words in "".join(kept.split())


def bare(text: str) -> str:
    """Without blanks and marks: a heading that stands in a chunk's text has lost its own."""
    return "".join(character for character in text if not character.isspace() and character not in "*_`")


@given(st.lists(LINES, max_size=30))
@example(["# 0*`0*`"])
@settings(max_examples=150)
def test_a_chunk_is_found_at_the_lines_it_names(lines: list[str]) -> None:
    for chunk in chunker.split(document("\n".join(lines))):
        there = bare("".join(lines[chunk.first_line - 1 : chunk.last_line]))
        for line in chunk.text.split("\n"):
            assert bare(line) in there or plain_inline(line) in chunk.text


@given(st.lists(LINES, max_size=30), WORDS)
@settings(max_examples=150)
def test_no_chunk_is_longer_than_the_limit_and_none_is_empty(lines: list[str], title: str) -> None:
    for chunk in chunker.split(document("\n".join(lines), title)):
        assert chunk.text.strip()
        assert tokens.count(chunk.text) <= chunker.LIMIT


@given(st.lists(LINES, max_size=30))
@settings(max_examples=50)
def test_ids_are_unique_and_stable(lines: list[str]) -> None:
    one, two = chunker.split(document("\n".join(lines))), chunker.split(document("\n".join(lines)))
    assert one == two
    assert len({chunk.id for chunk in one}) == len(one)
    assert [chunk.position for chunk in one] == list(range(len(one)))


def test_a_section_that_fits_is_one_chunk() -> None:
    chunks = chunker.split(document(f"## A\n{of_size(150)}\n\n## B\n{of_size(150)}"))
    assert [c.heading_path for c in chunks] == [("A",), ("B",)]


def test_a_long_section_is_cut_between_paragraphs() -> None:
    text = "\n\n".join(["## A", *(of_size(90, word) for word in ("one", "two", "six"))])
    chunks = chunker.split(document(text))
    assert [c.heading_path for c in chunks] == [("A",)] * len(chunks)
    assert len(chunks) == 2
    assert all(set(c.text.split()) <= {"one", "two", "six"} for c in chunks)
    assert [(c.first_line, c.last_line) for c in chunks] == [(3, 5), (7, 7)]


def test_a_long_list_is_cut_between_items() -> None:
    items = "\n".join(f"- item {n} {of_size(60)}" for n in range(6))
    for chunk in chunker.split(document(f"## A\n\n{items}")):
        assert chunk.text.startswith("- item")


def test_a_long_paragraph_is_cut_between_sentences() -> None:
    for chunk in chunker.split(document(" ".join(f"Sentence {n} {of_size(30)}." for n in range(20)))):
        assert chunk.text.startswith("Sentence")
        assert chunk.text.endswith(".")


def test_a_line_of_introduction_joins_the_section_below_it() -> None:
    chunks = chunker.split(document(f"## A\nShort.\n\n### B\n{of_size(60)}"))
    assert [(c.heading_path, c.text.split("\n")[0]) for c in chunks] == [(("A", "B"), "Short.")]


def test_tiny_neighbours_are_joined_under_their_parent_with_their_headings() -> None:
    (chunk,) = chunker.split(document("## A\n\n### B\nyes\n\n### C\nno"))
    assert chunk.heading_path == ("A",)
    assert chunk.text == "B\nyes\n\nC\nno"


def test_rows_of_a_table_stay_apart() -> None:
    rows = tuple(Section((f"Row {n}",), "a: 1", n, n, "row") for n in (2, 3))
    assert len(chunker.split(Document("t.csv", "T", rows, "0"))) == 2


@given(st.lists(st.lists(WORDS.filter(str.strip), max_size=3), min_size=1, max_size=8))
@settings(max_examples=60)
def test_a_chunk_of_pages_names_those_that_its_text_comes_from(pages: list[list[str]]) -> None:
    words = [(f"w{page}x{n}", page) for page, texts in enumerate(pages, 1) for n, _ in enumerate(texts)]
    if not words:
        return
    text, breaks, last = "", [], words[0][1]
    for word, page in words:
        breaks += [len(text)] * (page - last)
        text += f"{word} {of_size(70)}\n\n"
        last = page
    section = Section((), text.rstrip(), words[0][1], words[-1][1], "page", breaks=tuple(breaks))
    page_of = dict(words)
    for chunk in chunker.split(Document("a.pdf", "A", (section,), "0")):
        on = [page_of[word] for word in chunk.text.split() if word in page_of]
        assert not on or (chunk.first_line <= on[0] and on[-1] <= chunk.last_line)
        first, final = chunk.first_line, chunk.last_line
        assert chunk.locator == (f"page {first}" if first == final else f"pages {first}-{final}")


def test_tiny_sections_of_two_pages_are_joined_with_both_pages_named() -> None:
    sections = tuple(Section(("A", name), name, page, page, "page") for name, page in (("yes", 3), ("no", 5)))
    (chunk,) = chunker.split(Document("a.pdf", "T", sections, "0"))
    assert (chunk.text, chunk.locator) == ("yes\nyes\n\nno\nno", "pages 3-5")


def test_the_number_of_a_clause_stays_in_the_text() -> None:
    (chunk,) = chunker.split(document(f"## Four\n**4.2** {of_size(40)}"))
    assert chunk.text.startswith("**4.2**")
    assert chunker.indexed_text(chunk).startswith("Title > Four\n4.2 word")


def test_a_record_row_is_one_chunk_named_by_its_key() -> None:
    row = Document("records/projects.csv#P-1", "Beds", (Section((), of_size(500), 7, 7),), "0", kind="record")
    (chunk,) = chunker.split(row)
    assert (chunk.id, chunk.locator) == ("r-P-1", "row 7")
