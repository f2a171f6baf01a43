"""Who asks for the CFO means the Chief Financial Officer."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from copilot import Settings, Viewer, index
from copilot.retrieval.initials import LONGEST, SHORTEST, initials
from copilot.retrieval.retriever import Retriever

words = st.from_regex(r"[A-SU-Z][a-z]{2,8}", fullmatch=True)


@given(st.lists(words, min_size=SHORTEST, max_size=LONGEST))
def test_a_name_has_its_initials_wherever_it_stands(name: list[str]) -> None:
    letters = "".join(word[0] for word in name)
    assert letters in initials(f"It goes to the {' '.join(name)}, who signs.")
    assert letters not in initials(f"It goes to the {' '.join(name).lower()}, who signs.")


def test_small_words_give_no_letter_and_two_names_are_not_one() -> None:
    assert "HDP" in initials("the Head of Data Protection")
    assert initials("The Chief Risk Officer and the Head of Legal") == {"CRO"}
    assert initials("Chief Risk\nOfficer") == frozenset()


def test_what_is_written_out_is_mentioned_by_its_initials(tmp_path: Path) -> None:
    (tmp_path / "policy.md").write_text("# Spending\n\nThe Group Chief Financial Officer signs above 1 million EUR.\n")
    settings = Settings(workspace=tmp_path, state_dir=tmp_path / "state")
    index(settings)
    retriever = Retriever(settings.workspace_state())
    try:
        assert retriever.mentions("CFO", Viewer())
        assert not retriever.mentions("CTO", Viewer())
        (found,) = retriever.search("What does the CFO sign?", Viewer(), 1)
        assert "Financial" in found.chunk.text
    finally:
        retriever.close()
