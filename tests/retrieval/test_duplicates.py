"""What versions and copies of a document share is found once, and cited at each place."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from retrieval_library import Library

from copilot.retrieval.duplicates import family_name, says_the_same
from copilot.types import Viewer

BODY = (
    "The quorvex protocol says that the beds of every ward are counted at dawn by two people, that the count is "
    "written in the book of the ward, and that a nurse in charge signs the page before the day shift begins its round."
)

WORDS = ("ward", "bed", "dawn", "noon", "not", "7", "12", "counted")


def page(title: str, body: str, head: str = "") -> str:
    return f"{head}# {title}\n\n{body}\n"


def found(library: Library, *labels: str) -> list[tuple[str, list[str]]]:
    scored = library.search("quorvex protocol beds counted at dawn", *labels, top_k=50)
    return [(s.chunk.document_id, [copy.document_id for copy in s.copies]) for s in scored if "quorvex" in s.chunk.text]


def test_copies_of_a_document_are_found_once_with_the_place_in_each(library: Library) -> None:
    library.write("policies/beds-v1.md", page("Beds", BODY))
    library.write("archive/Copy of Beds (2).md", page("Beds", "Introduction.\n\n" + BODY.replace("two", "TWO")))
    library.sync()
    assert [len(copies) for _, copies in found(library)] == [0, 0]
    library.write("archive/Copy of Beds (2).md", page("Beds", BODY.replace("the book", "The  book"), "\n\n"))
    library.sync()
    (best,) = [s for s in library.search("quorvex protocol") if "quorvex" in s.chunk.text]
    places = {(c.document_id, c.locator) for c in (best.chunk, *best.copies)}
    assert places == {("policies/beds-v1.md", "lines 3-3"), ("archive/Copy of Beds (2).md", "lines 5-5")}
    assert best == library.search("quorvex protocol", top_k=50)[0]
    (library.root / "policies/beds-v1.md").unlink()
    library.sync()
    assert found(library) == [("archive/Copy of Beds (2).md", [])]


def test_an_index_that_grew_knows_the_same_copies_as_one_built_at_once(library: Library) -> None:
    for name in ("beds-2024", "beds-2025", "beds_final"):
        library.write(f"{name}.md", page("Beds", BODY))
        library.sync()
    fresh = library.beside()
    fresh.sync()
    reader = fresh.reader()
    fresh.retriever = reader
    assert found(fresh) == found(library)
    assert [len(copies) for _, copies in found(library)] == [2]
    reader.close()


def test_a_copy_never_shows_what_its_label_withholds(library: Library) -> None:
    library.write("beds.md", page("Beds", BODY))
    library.write("board/beds.md", page("Beds", BODY, "---\nlabel: board\n---\n"))
    library.sync()
    assert found(library) == [("beds.md", [])]
    assert sorted(found(library, "board")) == [("beds.md", []), ("board/beds.md", [])]


def test_documents_of_other_names_do_not_share_their_passages(library: Library) -> None:
    library.write("beds.md", page("Beds", BODY))
    library.write("nights.md", page("Beds", BODY))
    library.sync()
    assert len(found(library)) == 2


def test_a_replaced_version_belongs_to_the_family_of_what_replaced_it_and_to_its_own_days(library: Library) -> None:
    library.write("counting-beds.md", page("Beds", BODY, "---\neffective: 2025-01-01\nsuperseded_by: dawn.md\n---\n"))
    library.write("dawn.md", page("Beds", BODY, "---\neffective: 2026-01-01\n---\n"))
    library.sync()
    assert found(library) == [("dawn.md", [])]
    (old,) = [
        s.chunk.document_id
        for s in library.retriever.search("quorvex", Viewer(), as_of=date(2025, 6, 1))
        if "quorvex" in s.chunk.text
    ]
    assert old == "counting-beds.md"


@pytest.mark.parametrize(
    ("change", "same"),
    [
        (("dawn", "Dawn,"), True),
        (("every ward", "every\nward"), True),
        (("counted", "coun-\nted"), True),
        (("its round.", "its rounds."), True),
        (("two people", "2 people"), False),
        (("dawn", "noon"), False),
        (("are counted", "are not counted"), False),
        (("two people", "ten people"), False),
        (("in charge", "in change of charge"), False),
    ],
)
def test_only_spelling_may_differ(library: Library, change: tuple[str, str], same: bool) -> None:
    library.write("beds.md", page("Beds", BODY))
    library.write("copy/beds.md", page("Beds", BODY.replace(*change)))
    library.sync()
    assert len(found(library)) == (1 if same else 2)


def test_the_best_of_the_copies_keeps_its_place(library: Library) -> None:
    library.write("beds.md", page("Beds", BODY))
    library.write("other/beds.md", page("Of nights and porridge, of porridge and nights", BODY))
    library.sync()
    scored = library.search("quorvex beds", top_k=50)
    assert [s.score for s in scored] == sorted((s.score for s in scored), reverse=True)
    assert (scored[0].chunk.document_id, len(scored[0].copies)) == ("beds.md", 1)


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=30), st.data())
def test_another_word_or_figure_in_the_same_place_is_never_the_same(words: list[str], data: st.DataObject) -> None:
    assert says_the_same(words, words)
    place = data.draw(st.integers(0, len(words) - 1))
    other = data.draw(st.sampled_from(WORDS).filter(lambda w: w != words[place]))
    changed = [*words[:place], other, *words[place + 1 :]]
    assert not says_the_same(words, changed)
    assert not says_the_same(words, words[:place] + words[place + 1 :])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("policies/data-retention-2024.md", "policies/data-retention-2026.md"),
        ("Policy v2 FINAL.docx", "archive/policy.pdf"),
        ("Copy of Policy (1).md", "policy_signed_2026-01-31.md"),
        ("policy--until-2026-05-01.md", "policy.md"),
    ],
)
def test_versions_and_copies_have_one_family_name(one: str, other: str) -> None:
    assert family_name(one) == family_name(other) != ""


def test_a_name_of_nothing_but_numbers_is_its_own_family() -> None:
    assert family_name("minutes/2026-01-31.md") != family_name("minutes/2026-02-28.md")
