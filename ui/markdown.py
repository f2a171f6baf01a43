"""Text that others wrote, made safe for `st.markdown`, whole and while it streams.

Streamlit's Markdown knows maths between dollars, `:colour[...]`, emoji and icon codes, HTML and images; an
answer means none of them. An image would also call out to whoever the text names.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

from copilot.tools.glossary import terms_in

# Invisible, takes no width, and breaks whatever code it stands in.
_JOINER = "\u2060"

# A fence that is still open runs to the end, as in a browser.
_FENCE = re.compile(r"^ {0,3}(?P<fence>`{3,}|~{3,})[^\n`]*\n.*?(?:^ {0,3}(?P=fence)[`~]*[ \t]*$|\Z)", re.M | re.S)
# On one line and without a bar: in a table a bar ends the cell, and with it the code.
_INLINE_CODE = re.compile(r"(?<![\\`])(?P<ticks>`+)(?!`)[^\n|]+?(?<!`)(?P=ticks)(?!`)")
_ESCAPABLE = re.compile(r"(?P<slashes>\\*)(?P<mark>\$|<|(?<!~)~(?!~))")
# `:red[` and `:name` are read with the Markdown, where a backslash helps; `:smile:` and `:material/home:`
# only after it, where the backslash is gone.
_COLON = re.compile(r"(?P<slashes>\\*):(?=(?P<code>(?:material/)?[\w+-]+:)|[A-Za-z])")
_BREAK_TAG = re.compile(r"<br\s*/?>", re.I)
# A link between files of the workspace, or to a place on the page, leads nowhere on the screen.
_INNER_LINK = re.compile(r"\[(?P<text>[^\[\]]+)\]\((?!https?://|mailto:)[^()\s]*\)")
_REST = r"(?:[^()\s<>]|\([^()\s<>]*\))*"
_OUTER_LINK = re.compile(
    rf"\[(?P<text>[^\[\]]+)\]\((?P<url>https?://(?P<host>[^/?#\s()<>]+){_REST})(?:\s+\"[^\"\n]*\")?\)"
)
# Any other link, and a destination that is named further down: wherever it leads, it is not followed.
_OTHER_LINK = re.compile(rf"\](?=\((?!(?:https?://|mailto:){_REST}\)))")
# A marker may be followed by a colon and a sentence, which is no destination.
_LINK_DEFINITION = re.compile(
    r"(?P<label>\[(?!\d{1,3}\])[^\]]+\]|\[\d{1,3}\](?=:\s*(?:<[^>\n]*>|\S+)[ \t]*(?:[\"'(]|$))):", re.M
)
_HEADING = re.compile(r"^ {0,3}(?P<level>#{1,6})(?=[ \t])", re.M)
_MARKER = re.compile(r"(?P<start>^[ \t]*(?:(?:[-*+>|]|\d{1,9}[.)])[ \t]+)*)?[ \t]*\[(?P<number>\d{1,3})\](?!\()", re.M)
_OPEN_MARKER = re.compile(r"(?:\s*\[\d{0,3})+\Z")
_ANY_LINK = re.compile(rf"\[[^\[\]]*\]\({_REST}\)")
_PUNCTUATION = re.compile(r"([\\`*_\[\]$~<>|&])")
# As the prompt has a model begin what it proposes itself and nothing bears out.
_PROPOSAL = re.compile(
    r"(?P<start>^[ \t]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)?|(?<=[.!?])[ \t]+)(?P<bold>\*\*|__)?"
    r"(?P<word>Proposal|Vorschlag|Proposition)(?:(?P=bold))?[ \u00a0\u202f]?:(?(bold)(?:(?P=bold))?)(?=\s)",
    re.M,
)
_LINE_START = re.compile(r"^(?:(?P<number>\d{1,9})(?=[.)])|(?=[#+=-]))")


def safe(text: str) -> str:
    """Markdown in which headings, emphasis, lists, tables, links, quotes and code keep their meaning."""
    return _outside_code(text, _escape)


def render(text: str, answer_id: str) -> str:
    """`safe`, with each marker `[n]` as the link that becomes a citation chip, and proposals under a badge."""
    return _outside_code(text, lambda prose: _mark_proposals(_link_markers(_escape(prose), answer_id)))


def explained(made: str) -> str:
    """What `safe` or `render` made, with each word of method, where it first stands, as the link to what it means."""
    seen: set[str] = set()

    def outside_fences(block: str) -> str:
        return _between(_INLINE_CODE, block, lambda prose: _between(_ANY_LINK, prose, partial(_link_terms, seen)))

    return _between(_FENCE, made, outside_fences)


def frame(so_far: str, answer_id: str) -> str:
    """`render` for an answer that is still being written: a marker shows when it is whole.

    All the text so far is rendered each time, so that nothing unsafe can form across two pieces.
    """
    return render(_OPEN_MARKER.sub("", so_far), answer_id)


def literal(text: str) -> str:
    """Text shown as it was typed, line breaks included."""
    paragraphs = re.split(r"\n\s*\n", text.strip())
    return "\n\n".join("  \n".join(map(_literal_line, part.splitlines())) for part in paragraphs)


def label(text: str) -> str:
    """Text on one line, for a button, a page or a badge."""
    escaped = _PUNCTUATION.sub(r"\\\1", " ".join(text.split()))
    return _COLON.sub(_break_code, escaped)


def _mark_proposals(prose: str) -> str:
    return _PROPOSAL.sub(lambda found: f"{found['start']}:violet-badge[{found['word']}]", prose)


def _literal_line(line: str) -> str:
    return _LINE_START.sub(lambda found: (found["number"] or "") + "\\", label(line))


def _outside_code(text: str, change: Callable[[str], str]) -> str:
    """`text` with `change` applied to what is not code, and with no image even where it looks like code."""

    def change_block(block: str) -> str:
        return _between(_INLINE_CODE, _HEADING.sub(_lower_heading, block), change)

    return _between(_FENCE, text.replace("![", f"!{_JOINER}["), change_block)


def _between(pattern: re.Pattern[str], text: str, change: Callable[[str], str]) -> str:
    """`text` with `change` applied to what stands between the matches."""
    pieces, end = [], 0
    for found in pattern.finditer(text):
        pieces += [change(text[end : found.start()]), found[0]]
        end = found.end()
    return "".join([*pieces, change(text[end:])])


def _escape(prose: str) -> str:
    prose = _INNER_LINK.sub(r"\g<text>", _BREAK_TAG.sub(" ", prose))
    prose = _OUTER_LINK.sub(_show_host, _LINK_DEFINITION.sub(rf"\g<label>{_JOINER}:", prose))
    prose = _OTHER_LINK.sub(f"]{_JOINER}", prose)
    prose = _ESCAPABLE.sub(_add_slash, prose)
    return _COLON.sub(_break_code, prose)


def _show_host(found: re.Match[str]) -> str:
    """A link says where it leads, lest its words say otherwise."""
    host = found["host"].rpartition("@")[2]
    text = found["text"] if host in found["text"] else f"{found['text']} ({host})"
    return f"[{text}]({found['url']})"


def _add_slash(found: re.Match[str]) -> str:
    # After an odd number of backslashes the mark is escaped already.
    is_escaped = len(found["slashes"]) % 2
    return found[0] if is_escaped else found["slashes"] + "\\" + found["mark"]


def _break_code(found: re.Match[str]) -> str:
    slash = "" if len(found["slashes"]) % 2 else "\\"
    return found["slashes"] + slash + ":" + (_JOINER if found["code"] else "")


def _lower_heading(found: re.Match[str]) -> str:
    # The page's own title is the only first-level heading.
    return "##" if len(found["level"]) < 3 else "###"


def _link_terms(seen: set[str], prose: str) -> str:
    pieces, end = [], 0
    for found in terms_in(prose):
        if found.id not in seen:
            seen.add(found.id)
            pieces += [prose[end : found.start], f"[{prose[found.start : found.end]}](#term-{found.id})"]
            end = found.end
    return "".join([*pieces, prose[end:]])


def _link_markers(prose: str, answer_id: str) -> str:
    def link(found: re.Match[str]) -> str:
        # A chip clings to the word before it, so that it never starts a line alone.
        number = found["number"]
        return f"{found['start'] or ''}{_JOINER}[{number}](#cite-{answer_id}-{number})"

    return _MARKER.sub(link, prose)
