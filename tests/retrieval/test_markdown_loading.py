from pathlib import Path

import pytest

from copilot.errors import KnowledgeError
from copilot.retrieval import loaders
from copilot.retrieval.markdown import sections_of_markdown
from copilot.retrieval.types import Document


def load(folder: Path, name: str, content: str | bytes) -> Document:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    (source,) = [s for s in loaders.find_sources(folder) if s.id == name]
    return loaders.load(source, loaders.fingerprint(source))


def reason(folder: Path, name: str, content: str | bytes) -> str:
    with pytest.raises(KnowledgeError) as caught:
        load(folder, name, content)
    return str(caught.value)


def headings(text: str) -> list[tuple[str, ...]]:
    return [section.heading_path for section in sections_of_markdown(text.split("\n"), 0)[1]]


def test_a_section_carries_its_ancestors_and_the_lines_of_its_text() -> None:
    text = "# A\n\nintro\n\n## B\n\none\ntwo\n\n### C\nthree\n\n## D\nfour"
    title, sections = sections_of_markdown(text.split("\n"), 0)
    assert title == "A"
    assert [(s.heading_path, s.text, s.first_line, s.last_line) for s in sections] == [
        (("A",), "intro", 3, 3),
        (("A", "B"), "one\ntwo", 7, 8),
        (("A", "B", "C"), "three", 11, 11),
        (("A", "D"), "four", 14, 14),
    ]


def test_underlined_headings_count_and_rules_do_not() -> None:
    assert headings("Top\n===\n\na\n\nPart\n----\n\nb\n\n---\n\nc\n- item\n---\n") == [
        ("Top",),
        ("Top", "Part"),
    ]


def test_hashes_inside_a_fence_are_no_headings() -> None:
    text = "## Real\n\n````text\n# not one\n```\n# nor this\n````\n\n~~~\n# nor that\n~~~\n\n## Next\nb"
    assert headings(text) == [("Real",), ("Next",)]


def test_a_fence_that_is_never_closed_reaches_to_the_end() -> None:
    assert headings("## A\n```\n# b\n\n# c") == [("A",)]


def test_a_heading_with_nothing_beneath_it_is_kept() -> None:
    _, sections = sections_of_markdown(["## A", "text", "## B"], 0)
    assert [(s.heading_path, s.text, s.first_line) for s in sections][-1] == (("B",), "B", 3)


def test_heading_text_is_without_marks(tmp_path: Path) -> None:
    assert headings("## The **big** [one](http://x) `now` ##\na") == [("The big one now",)]


def test_front_matter_gives_what_is_known_and_shifts_no_line(tmp_path: Path) -> None:
    document = load(
        tmp_path,
        "policies/a.md",
        "---\ntitle: Rules\nowner: Ann\neffective: 2026-02-03\nsuperseded_by: b.md\nlabel: board\n"
        "tags: [x, y]\nmood: calm\n---\n# Rules\n\ntext\n",
    )
    assert (document.title, document.owner, str(document.effective)) == ("Rules", "Ann", "2026-02-03")
    assert (document.superseded_by, document.label, document.tags) == ("b.md", "board", ("x", "y"))
    assert (document.sections[0].heading_path, document.sections[0].first_line) == ((), 12)


def test_a_sidecar_gives_what_the_file_does_not_say(tmp_path: Path) -> None:
    (tmp_path / "a.txt.meta.yaml").write_text("title: Notes\neffective: '2026-01-02'\nlabel: hr\n")
    document = load(tmp_path, "a.txt", "just text")
    assert (document.title, str(document.effective), document.label) == ("Notes", "2026-01-02", "hr")


def test_a_document_without_a_title_is_called_by_its_heading_or_its_name(tmp_path: Path) -> None:
    assert load(tmp_path, "a.md", "# Heading\ntext").title == "Heading"
    assert load(tmp_path, "how_we-work.md", "text").title == "How we work"


def test_a_table_becomes_one_section_a_row(tmp_path: Path) -> None:
    document = load(tmp_path, "t.csv", 'name;note\nA;"two\nlines"\n;\nB;x\n')
    assert [(s.heading_path, s.text, s.first_line, s.last_line) for s in document.sections] == [
        (("Row 2",), "name: A\nnote: two\nlines", 2, 2),
        (("Row 4",), "name: B\nnote: x", 4, 4),
    ]


@pytest.mark.parametrize(
    "content",
    ["Grüße — 5 €".encode(), "Grüße — 5 €".encode("utf-8-sig"), "Grüße — 5 €".encode("utf-16"),
     "Grüße — 5 €".encode("cp1252")],
)  # fmt: skip
def test_common_encodings_are_recognised(tmp_path: Path, content: bytes) -> None:
    assert load(tmp_path, "a.txt", content).sections[0].text == "Grüße — 5 €"


def test_records_hidden_files_sidecars_and_settings_are_no_documents(tmp_path: Path) -> None:
    for name in ("a.md", "README.md", "sub/b.txt", ".hidden.md", ".git/c.md", "records/p.csv", "w.yaml",
                 "sub/b.txt.meta.yaml"):  # fmt: skip
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    assert [source.id for source in loaders.find_sources(tmp_path)] == ["README.md", "a.md", "sub/b.txt"]


def test_what_cannot_be_used_says_why(tmp_path: Path) -> None:
    assert reason(tmp_path, "a.pages", "x").startswith(".pages files are not read; use .md")
    assert reason(tmp_path, "a.md", " \n") == "it is empty"
    assert reason(tmp_path, "b.md", b"a\0b") == "it is not text: it holds binary data"
    assert reason(tmp_path, "c.txt", b"\x81\x8d").startswith("it is not text in UTF-8, UTF-16, Windows-1252")
    assert reason(tmp_path, "d.md", "---\ntitle: x\n---\n") == "it holds no text"
    assert "is not valid YAML" in reason(tmp_path, "e.md", "---\nlabel: [board\n---\ntext")
    assert reason(tmp_path, "f.md", "---\neffective: soon\n---\ntext").startswith("effective must be a date")
    assert reason(tmp_path, "g.md", "---\nlabel: [a, b]\n---\ntext").startswith("label must be one value")
    (tmp_path / "link.md").symlink_to("/etc/hostname")
    (link,) = [source for source in loaders.find_sources(tmp_path) if source.id == "link.md"]
    with pytest.raises(KnowledgeError, match="links are not followed"):
        loaders.fingerprint(link)
    assert reason(tmp_path, "h.txt", b"a" * 20_000_001) == "it is text of more than 20 MB; split it"


def test_html_in_markdown_is_read_as_its_reader_sees_it_on_the_same_lines(tmp_path: Path) -> None:
    text = (
        "# Recall\n\n<!-- draft:\nhide 123456 -->\n"
        '<div align="center"><b>Recall</b> within <em>36&nbsp;hours</em></div>\n\n'
        "<table><tr><th>Class</th><th>Hours</th></tr><tr><td>I</td><td>12</td></tr></table>\n\n"
        "Line one<br>line two &amp; three, 10<sup>6</sup>, a < b and c > d\n\n```\n<b>code</b>\n```\n"
    )  # fmt: skip
    (section,) = load(tmp_path, "recall.md", text).sections
    assert section.text.split("\n") == [
        "Recall within 36 hours", "", "Class | Hours / I | 12", "", "Line one line two & three, 10^6, a < b and c > d",
        "", "```", "<b>code</b>", "```",
    ]  # fmt: skip
    assert (section.first_line, section.last_line) == (5, 13)


def test_a_comment_that_nothing_closes_is_text_and_an_arrow_is_no_comment(tmp_path: Path) -> None:
    (section,) = load(tmp_path, "a.md", "A --> B <!-- note --> and C\n\n<!-- open\n\nStill here.\n").sections
    assert section.text.split() == ["A", "-->", "B", "and", "C", "<!--", "open", "Still", "here."]
