import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from ui import markdown

# Stronger than chance at hitting what is dangerous, and at cutting it in two.
_PIECES = st.sampled_from(
    ["$", "\\", "`", "```", "\n", "~", "~~", ":", "red[", "]", "[", "[1]", "[12", "!", "![x](//a.b/c)", "<",
     "<br>", "<img src=//a.b>", ":smile:", ":material/home:", "|", "- ", "# ", "1. ", " ", "word", "(", ")"]
)  # fmt: skip
hostile = st.lists(_PIECES | st.text(max_size=3), max_size=25).map("".join)


def _frames(text: str) -> Iterator[str]:
    """What is shown of an answer that comes letter by letter."""
    return (markdown.frame(text[:end], "a") for end in range(len(text) + 1))


def _kinds(text: str) -> set[str]:
    """The kinds of things a Markdown reader finds in the text."""
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)
    return {inner.type for token in tokens for inner in (token, *(token.children or []))}


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("$5 and $6", r"\$5 and \$6"),
        (r"already \$5", r"already \$5"),
        ("~40% of ~~all~~ some", r"\~40% of ~~all~~ some"),
        ("keep `$x` and `[1]`", "keep `$x` and `[1]`"),
        ("```\n$x [1]\n```\n$y", "```\n$x [1]\n```\n\\$y"),
        (":red[x] at 10:30", r"\:red[x] at 10:30"),
        (":smile: on http://localhost:80/x", "\\:\u2060smile: on http://localhost:80/x"),
        ("![pixel](https://example.org/p)", "!\u2060[pixel (example.org)](https://example.org/p)"),
        ("<b>bold</b> a<br>b", r"\<b>bold\</b> a b"),
        (
            "see [levers](change.md#how) and [a](https://example.org)",
            "see levers and [a (example.org)](https://example.org)",
        ),
        ("# Top\n### Sub", "## Top\n### Sub"),
    ],
)
def test_only_plain_markdown_keeps_its_meaning(written, shown):
    assert markdown.safe(written) == shown


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("a claim [1].", "a claim\u2060[1](#cite-a-1)."),
        ("two [1][2]", "two\u2060[1](#cite-a-1)\u2060[2](#cite-a-2)"),
        ("- [3] first", "- \u2060[3](#cite-a-3) first"),
        ("[1](https://example.org)", "[1 (example.org)](https://example.org)"),
        ("[2]: it is so", "\u2060[2](#cite-a-2): it is so"),
    ],
)
def test_markers_become_links_to_their_citation(written, shown):
    assert markdown.render(written, "a") == shown


@given(hostile)
def test_the_last_frame_of_a_stream_is_the_whole_answer(text):
    text += "."  # a marker that is never closed is still held back
    assert markdown.frame(text, "a") == markdown.render(text, "a")


@given(hostile)
def test_no_frame_of_a_stream_holds_an_image(text):
    for frame in _frames(text):
        assert "image" not in _kinds(frame)


@given(hostile.map(lambda text: text.replace("`", "").replace("~~~", "")))
def test_no_frame_of_a_stream_holds_html(text):
    for frame in _frames(text):
        assert not _kinds(frame) & {"html_inline", "html_block"}


@given(hostile)
def test_a_marker_appears_at_once_and_whole_while_the_answer_streams(text):
    for frame in _frames(text):
        assert not re.search(r"\[\d{0,3}\Z", frame)


@given(st.text(alphabet="ab $~:!", max_size=30))
def test_no_dollar_outside_code_stays_bare(text):
    shown = markdown.safe(text)
    assert all(shown[:at].endswith("\\") for at, char in enumerate(shown) if char == "$")


@given(hostile)
def test_what_a_person_typed_is_shown_as_typed(text):
    allowed = {
        "paragraph_open",
        "paragraph_close",
        "inline",
        "text",
        "text_special",
        "softbreak",
        "hardbreak",
    }
    assert _kinds(markdown.literal(text)) <= allowed


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (
            "[the bank](https://bank.example@evil.example/x)",
            "[the bank (evil.example)](https://bank.example@evil.example/x)",
        ),
        ("[on evil.example](https://evil.example)", "[on evil.example](https://evil.example)"),
        ('[a](https://x.example/w(1) "title")', "[a (x.example)](https://x.example/w(1))"),
    ],
)
def test_a_link_says_where_it_leads(written: str, shown: str):
    assert markdown.safe(written) == shown


_LINKS = st.sampled_from(
    ["[a](", "javascript:alert(1)", "data:text/html,<b>", "vbscript:x", "https://a.example/", "mailto:a@b.c", ")", "]",
     "[", "<", ">", " ", "\n", "[b]: ", "[1]: ", "[a][b]", "[a][1]", "\\", "(", "'t'", "policy.md", ":", "Data&#58;x"]
)  # fmt: skip


@given(st.lists(_LINKS | st.text(max_size=2), max_size=14).map("".join))
def test_a_link_leads_to_the_web_to_mail_or_nowhere(text: str):
    tokens = MarkdownIt("commonmark", {"html": True}).parse(markdown.safe(text))
    links = [inner.attrGet("href") for token in tokens for inner in token.children or () if inner.type == "link_open"]
    assert all(str(link).startswith(("https://", "http://", "mailto:")) for link in links), links


@pytest.mark.parametrize("text", ["[b]: ]\n[b]: ", "[b]: x\n\n[b]", "[1]: policy.md\n\n[a][1]", "[b\nc]: x\n\n[b c]"])
def test_a_destination_that_is_named_elsewhere_is_not_followed(text: str):
    tokens = MarkdownIt("commonmark", {"html": True}).parse(markdown.safe(text))
    assert not [i for token in tokens for i in token.children or () if i.type == "link_open"]


def test_a_label_is_one_line_without_markup():
    assert markdown.label("Is *this*\n worth $5?") == r"Is \*this\* worth \$5?"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Proposal: start on 1 May.", ":violet-badge[Proposal] start on 1 May."),
        ("- **Proposal:** name an owner.", "- :violet-badge[Proposal] name an owner."),
        ("It stalls. Vorschlag: im Mai beginnen.", "It stalls. :violet-badge[Vorschlag] im Mai beginnen."),
        ("Proposition : commencer en mai.", ":violet-badge[Proposition] commencer en mai."),
        ("The proposal: none.", "The proposal: none."),
    ],
)
def test_what_an_answer_proposes_itself_is_shown_as_a_proposal(text: str, shown: str) -> None:
    assert markdown.render(text, "a") == shown


def test_a_word_of_method_links_to_what_it_means_where_it_first_stands_and_not_in_links_and_code():
    text = markdown.render("By `CUSUM`, see [CUSUM](https://example.org): the CUSUM[1], no other CUSUM.", "a")
    linked = text.replace("the CUSUM", "the [CUSUM](#term-cusum)")
    assert markdown.explained(text) == linked
    assert _kinds(linked) == _kinds(text)


@given(hostile)
def test_explaining_words_changes_nothing_else(text):
    made = markdown.render(text, "a")
    assert markdown.explained(made) == made
