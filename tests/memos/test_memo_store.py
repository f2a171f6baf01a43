from __future__ import annotations

import pytest
from memo_sources import drafted

from copilot.errors import PermissionDenied, SettingsError
from copilot.memos.memo import Memo
from copilot.memos.store import Memos
from copilot.sources import Sources
from copilot.types import Viewer

BOARD = Viewer(name="chief_physician", labels=frozenset({"board"}), role="leader")


@pytest.fixture(scope="module")
def memo(hospital: Sources) -> Memo:
    return drafted(hospital, BOARD, top=2)


def test_a_kept_memo_is_read_as_it_was(memos: Memos, memo: Memo) -> None:
    memos.keep(memo)
    assert memos.read(memo.id, BOARD) == memo


def test_the_same_memo_is_kept_once(memos: Memos, memo: Memo) -> None:
    memos.keep(memo)
    memos.keep(memo)
    assert [info.id for info in memos.list(BOARD)] == [memo.id]


def test_the_newest_memo_is_listed_first(hospital: Sources, memos: Memos, memo: Memo) -> None:
    second = drafted(hospital, BOARD, top=3)
    memos.keep(memo)
    memos.keep(second)
    assert [info.id for info in memos.list(BOARD)] == [second.id, memo.id]


def test_a_memo_belongs_to_the_viewer_it_was_drafted_for(memos: Memos, memo: Memo) -> None:
    memos.keep(memo)
    other = Viewer(name="ward_manager", labels=BOARD.labels)
    assert memos.list(other) == ()
    with pytest.raises(SettingsError, match="no memo"):
        memos.read(memo.id, other)


def test_a_viewer_who_lost_a_label_no_longer_reads_what_was_drafted_with_it(memos: Memos, memo: Memo) -> None:
    memos.keep(memo)
    without = Viewer(name=BOARD.name)
    assert memos.list(without) == ()
    with pytest.raises(SettingsError, match="no memo"):
        memos.read(memo.id, without)


def test_a_memo_is_reviewed_and_signed_off_by_name(memos: Memos, memo: Memo) -> None:
    memos.keep(memo)
    assert memos.list(BOARD)[0].step.state == "draft"
    memos.advance(memo.id, BOARD, "in review", "Ana Costa")
    memos.advance(memo.id, BOARD, "signed off", " Ben Ito ")
    assert [(step.state, step.name) for step in memos.steps(memo.id, BOARD)] == [
        ("in review", "Ana Costa"), ("signed off", "Ben Ito"),
    ]  # fmt: skip
    assert memos.list(BOARD)[0].step.name == "Ben Ito"
    with pytest.raises(SettingsError, match="Say who you are"):
        memos.advance(memo.id, BOARD, "draft", " ")
    with pytest.raises(SettingsError, match="no memo"):
        memos.advance(memo.id, Viewer(role="leader"), "signed off", "Ana Costa")
    with pytest.raises(PermissionDenied):
        memos.advance(memo.id, BOARD.model_copy(update={"role": "pm"}), "signed off", "Ana Costa")


def test_each_kind_says_in_a_word_what_it_proposes(memos: Memos, hospital: Sources) -> None:
    for arguments in ({"top": 2}, {"purpose": "stop"}, {"purpose": "status"}):
        memos.keep(drafted(hospital, BOARD, **arguments))
    assert [info.proposal for info in reversed(memos.list(BOARD))] == ["funds 2", "stops 2", "2 blocked or off track"]


def test_a_memo_of_before_there_were_kinds_has_versions(memos: Memos, hospital: Sources) -> None:
    memo = drafted(hospital, BOARD, top=2)
    assert not {"purpose", "addressee"} & set(memo.provenance.arguments)
    earlier = memo.model_copy(update={"id": "M-0"})
    for each in (earlier, memo):
        memos.keep(each)
    assert [info.id for info in memos.versions(memo.id, BOARD)] == [memo.id, "M-0"]


def test_memos_on_a_project_and_versions_of_one_are_found(memos: Memos, memo: Memo, hospital: Sources) -> None:
    memos.keep(memo)
    other = drafted(hospital, BOARD, top=3)
    memos.keep(other)
    project = memo.calls[0].project
    assert {info.id for info in memos.naming(project, BOARD)} == {memo.id, other.id}
    assert memos.naming("H-none", BOARD) == ()
    assert [info.id for info in memos.versions(memo.id, BOARD)] == [memo.id]
