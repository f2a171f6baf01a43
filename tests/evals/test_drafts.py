"""What people think of answers becomes samples."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from eval_answers import answer

from copilot.errors import SettingsError
from copilot.state.turns import Turn
from copilot.workspace import Workspace
from evals.drafts import Drafts, append, complete, from_correction, from_rating
from evals.samples import GoldPassage, load

CORPUS = Path(__file__).parents[1] / "fixtures" / "corpus"
ANSWER = "Model drift loses accuracy [1]. Pilots stall [2]."


def turn(id: str = "t1") -> Turn:
    return Turn(
        id=id, parent=None, question="Why?", answer=answer(ANSWER), partial="", state="answered",
        asked_at=datetime.now(UTC), rating=False, reasons=(), comment="",
    )  # fmt: skip


def test_a_draft_stays_open_until_it_is_settled_and_nothing_is_overwritten(tmp_path: Path) -> None:
    drafts = Drafts(tmp_path / "state" / "drafts.jsonl")
    assert drafts.open() == ()
    drafts.add(from_rating(turn("a"), "nurse", (), "Too long", ""))
    drafts.add(from_rating(turn("b"), "nurse", (), "", "Say who owns it."))
    before = drafts.path.read_text(encoding="utf-8")
    drafts.settle("a", "discarded", "nurse")
    assert [d.id for d in drafts.open()] == ["b"]
    assert drafts.path.read_text(encoding="utf-8").startswith(before)
    drafts.add(from_rating(turn("b"), "nurse", (), "", "Say it in one line."))
    assert [d.points for d in drafts.open()] == [("Say it in one line.",)]


def test_a_corrected_answer_proposes_what_is_new_and_the_sources_that_are_still_cited() -> None:
    draft = from_correction(turn(), "nurse", ("Before?",), "Model drift loses accuracy [1]. It is measured weekly [1].")
    assert draft.points == ("It is measured weekly.",)
    assert [p.document for p in draft.passages] == ["playbook/drift.md"]
    assert draft.history == ("Before?",)


def test_a_rated_answer_proposes_no_source_since_it_may_be_the_wrong_one() -> None:
    assert from_rating(turn(), "nurse", (), "Wrong figure", "").passages == ()


def made(id: str = "owner", **changes: object):
    draft = from_rating(turn(), "ward_manager", (), "", "")
    fields = {"id": id, "type": "factual", "expect": "answer", "question": "Who?", "vital": ["The head nurse."]}
    return complete(draft, **{**fields, **changes})  # type: ignore[arg-type]


def test_an_incomplete_sample_says_what_it_lacks() -> None:
    with pytest.raises(SettingsError, match="needs nuggets, numbers or tools"):
        made(vital=[])
    with pytest.raises(SettingsError, match="question"):
        made(question=" ")


@pytest.mark.parametrize("head", ["name: mine\nsamples:\n", "name: mine\nsamples:\n  - id: a\n    type: factual\n"
                                  "    question: Q?\n    nuggets:\n      - {text: x}\n"])  # fmt: skip
def test_an_accepted_sample_is_added_at_the_end_and_the_rest_is_left_alone(tmp_path: Path, head: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(f"# a remark\n{head}", encoding="utf-8")
    append(made(), path, Workspace.open(CORPUS))
    text = path.read_text(encoding="utf-8")
    assert text.startswith(f"# a remark\n{head}")
    assert load(str(path)).samples[-1].id == "owner"
    assert load(str(path)).samples[-1].viewer == "ward_manager"


def test_a_new_file_is_begun_and_an_id_is_used_once(tmp_path: Path) -> None:
    path, workspace = tmp_path / "feedback.yaml", Workspace.open(CORPUS)
    append(made(), path, workspace)
    with pytest.raises(SettingsError, match="already"):
        append(made(), path, workspace)
    append(made("second"), path, workspace)
    assert [s["id"] for s in yaml.safe_load(path.read_text(encoding="utf-8"))["samples"]] == ["owner", "second"]


def test_a_quote_that_is_not_in_its_document_is_refused(tmp_path: Path) -> None:
    passages = [GoldPassage(document="playbook/scaling-pilots.md", quote="pigs can fly")]
    with pytest.raises(SettingsError, match="does not say"):
        append(made(passages=passages), tmp_path / "feedback.yaml", Workspace.open(CORPUS))


def test_a_file_that_goes_on_after_its_samples_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "odd.yaml"
    path.write_text("samples:\n- {id: a}\nname: odd\n", encoding="utf-8")
    before = path.read_bytes()
    with pytest.raises(SettingsError, match="does not end with its samples"):
        append(made(), path, Workspace.open(CORPUS))
    assert path.read_bytes() == before
