"""The text of a memo is changed by people, and each figure that no evidence of it holds is told everywhere."""

from __future__ import annotations

import io
from collections.abc import Mapping

import pytest
from docx import Document
from memo_sources import drafted, pdf_pages

from copilot.errors import PermissionDenied, SettingsError
from copilot.memos.editing import memo_text, read_memo_text, section_text
from copilot.memos.export import export
from copilot.memos.memo import Memo
from copilot.memos.store import Memos, status
from copilot.sources import Sources
from copilot.tools.draft_memo.check import check_memo
from copilot.types import Viewer

BOARD = Viewer(name="chief_physician", labels=frozenset({"board"}), role="leader")
BOUGHT = "Rivals have spent 9.9 million NOK on the same."


@pytest.fixture(scope="module")
def draft(hospital: Sources) -> Memo:
    return drafted(hospital, BOARD, top=2)


@pytest.fixture
def memo(memos: Memos, draft: Memo) -> Memo:
    memos.keep(draft)
    return draft


def edit(memos: Memos, memo: Memo, texts: Mapping[str, str]) -> Memo:
    return memos.edit(memo.id, BOARD, texts, "Ana Costa")


def decision(memo: Memo) -> str:
    return section_text(memo.section("decision"))


def flagged(memo: Memo) -> list[str]:
    return [figure.text for figure in memo.unsourced]


def test_an_edited_text_is_a_new_version_that_says_who_made_it_and_when(memos: Memos, memo: Memo) -> None:
    version = edit(memos, memo, {"decision": decision(memo).replace("Approve", "The board is asked to approve")})
    assert memos.read(version.id, BOARD) == version
    assert memos.read(memo.id, BOARD) == memo
    assert [info.id for info in memos.versions(memo.id, BOARD)] == [version.id, memo.id]
    (made,) = version.edits
    assert (made.of, made.name, made.sections) == (memo.id, "Ana Costa", ("decision",))
    motion, before = version.section("decision").lines[0], memo.section("decision").lines[0]
    assert motion.text.startswith("The board is asked to approve")
    assert (motion.key, motion.markers) == (before.key, before.markers)
    assert version.section("decision").lines[1:] == memo.section("decision").lines[1:]
    assert flagged(version) == []
    latest = memos.list(BOARD)[0]
    assert latest.edit == made
    assert latest.step.state == "draft"


def test_a_figure_that_is_changed_is_flagged_where_it_stands(memos: Memos, memo: Memo) -> None:
    cost = next(line for line in memo.section("money").lines if line.text.startswith("Cost"))
    amount = cost.text.split()[1]
    text = section_text(memo.section("money")).replace(f"Cost: {amount}", "Cost: 9,990,000")
    version = edit(memos, memo, {"money": text})
    (figure,) = version.unsourced
    assert (figure.section, figure.key, figure.text) == ("money", cost.key, "9,990,000 NOK")
    line = next(line for line in version.section("money").lines if line.key == cost.key)
    assert line.text[figure.start : figure.end] == figure.text
    restored = edit(memos, version, {"money": section_text(memo.section("money"))})
    assert restored.section("money") == memo.section("money")
    assert flagged(restored) == []


@pytest.mark.parametrize(
    ("written", "unsourced"),
    [
        (BOUGHT, ["9.9 million NOK"]),
        ("We recommend 37% more.", ["37%"]),
        ("A supplier offers 12% off.", ["12%"]),
        ("H-99 was agreed on 12 May 2026.", ["H-99", "12 May 2026"]),
        ("We think this is right.", []),
    ],
)
def test_a_figure_of_an_added_sentence_needs_evidence(
    memos: Memos, memo: Memo, written: str, unsourced: list[str]
) -> None:
    assert flagged(edit(memos, memo, {"decision": f"{decision(memo)}\n- {written}"})) == unsourced


def test_an_added_sentence_gets_the_number_of_the_source_that_holds_its_figure(memos: Memos, memo: Memo) -> None:
    (source,) = (s for s in memo.sources if s.evidence.id == "r-D-2")
    version = edit(memos, memo, {"decision": f"{decision(memo)}\nThe pilot saved 300 hours of planning."})
    assert flagged(version) == []
    assert version.section("decision").lines[-1].markers == (source.marker,)
    named = edit(memos, memo, {"decision": f"{decision(memo)}\nThe pilot saved 300 hours. [{source.marker}]"})
    added = named.section("decision").lines[-1]
    assert (added.text, added.markers) == ("The pilot saved 300 hours.", (source.marker,))


def test_a_computed_figure_may_be_rounded(memos: Memos, memo: Memo) -> None:
    text = section_text(memo.section("money"))
    assert "3,600,000 NOK a year" in text
    assert flagged(edit(memos, memo, {"money": text.replace("3,600,000 NOK", "3.6 million NOK", 1)})) == []


def test_figures_of_an_earlier_edit_stay_flagged(memos: Memos, memo: Memo) -> None:
    first = edit(memos, memo, {"decision": f"{decision(memo)}\n{BOUGHT}"})
    second = edit(memos, first, {"reasons": "Because we say so."})
    assert flagged(second) == flagged(first) == ["9.9 million NOK"]
    assert [made.of for made in second.edits] == [memo.id, first.id]
    assert second.drafted == memo.sections


@pytest.mark.parametrize(
    ("texts", "complaint"),
    [
        ({}, "Nothing was changed"),
        ({"decision": ""}, "needs its motion"),
        ({"decision": "Fund all. [99]"}, r"no source \[99\] in this memo; there are \[1\] to"),
        ({"poem": "Roses"}, "no section 'poem'; there are decision, money"),
        ({"decision": "word " * 3000}, "are new"),
    ],
)
def test_what_cannot_be_kept_says_why(memos: Memos, memo: Memo, texts: dict[str, str], complaint: str) -> None:
    with pytest.raises(SettingsError, match=complaint):
        edit(memos, memo, texts)
    assert [info.id for info in memos.list(BOARD)] == [memo.id]


def test_who_may_not_edit_or_names_nobody_is_refused(memos: Memos, memo: Memo) -> None:
    with pytest.raises(PermissionDenied):
        memos.edit(memo.id, BOARD.model_copy(update={"role": "evaluator"}), {"decision": "Fund all."}, "Ana Costa")
    with pytest.raises(SettingsError, match="Say who you are"):
        memos.edit(memo.id, BOARD, {"decision": "Fund all."}, " ")
    memos.advance(memo.id, BOARD, "signed off", "Ana Costa")
    with pytest.raises(SettingsError, match="is signed off, so its text stays"):
        edit(memos, memo, {"decision": "Fund all."})


def test_signing_off_takes_a_word_on_each_figure_without_a_source(memos: Memos, memo: Memo) -> None:
    version = edit(memos, memo, {"decision": f"{decision(memo)}\n{BOUGHT} That is 37% of it."})
    memos.advance(version.id, BOARD, "in review", "Ben Ito")
    for accepted in ((), ("9.9 million NOK",), ("yes",)):
        with pytest.raises(SettingsError, match="Nothing that was read holds .*37%"):
            memos.advance(version.id, BOARD, "signed off", "Ben Ito", accepted)
    memos.advance(version.id, BOARD, "signed off", "Ben Ito", ("37%", "9.9 million NOK"))
    signed = memos.steps(version.id, BOARD)[-1]
    assert (signed.state, signed.accepted) == ("signed off", ("9.9 million NOK", "37%"))
    assert status([signed]).endswith(", 2 figures without a source confirmed")


def test_every_document_marks_and_lists_a_figure_without_a_source(memos: Memos, memo: Memo) -> None:
    version = edit(memos, memo, {"decision": f"{decision(memo)}\n{BOUGHT}"})
    marked = "9.9 million NOK [no source] on the same."
    markdown = export(version, "md").decode()
    pages = pdf_pages(export(version, "pdf"))
    word = Document(io.BytesIO(export(version, "docx")))
    box = word.tables[0].cell(0, 0).text
    assert marked.replace("[", "\\[").replace("]", "\\]") in markdown
    assert marked in " ".join(pages[0].split())
    assert marked in box
    for front in (markdown.splitlines()[2], pages[0], word.paragraphs[1].text):
        words = " ".join(front.split())
        assert "Text edited by Ana Costa on" in words
        assert "1 figure without a source" in words
    for whole in (markdown, pages[-1], "\n".join(p.text for p in word.paragraphs)):
        assert "Figures without a source" in whole
        assert "9.9 million NOK, in" in whole
    for format in ("md", "docx", "pdf"):
        assert b"without a source" not in export(memo, format)


def test_the_whole_text_is_read_as_it_is_written(memo: Memo) -> None:
    texts = read_memo_text(memo, memo_text(memo))
    assert {name: text.strip() for name, text in texts.items()} == {s.name: section_text(s) for s in memo.sections}
    with pytest.raises(SettingsError, match="begins without the name of a section"):
        read_memo_text(memo, "Fund all.")


def test_an_edited_memo_is_checked_later_as_it_was_computed(memos: Memos, memo: Memo, hospital: Sources) -> None:
    version = edit(memos, memo, {"decision": "Fund whatever you like.", "reasons": ""})
    found = check_memo(hospital, BOARD, version)
    assert (found.memo, found.holds) == (version.id, True)
    assert {line.state for line in found.lines} == {"holds"}
