"""The keyword index in buckets: the same scores however it is divided, and little written for a change."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.retrieval import buckets
from copilot.retrieval.entries import Entry, Match, Scope
from copilot.retrieval.lexical import LexicalIndex
from copilot.retrieval.states import bucket_hash
from copilot.retrieval.types import Chunk

FILES_OF_A_SEGMENT = ("fast", "fieldnorm", "idx", "pos", "store", "term")
QUERY = "ward counts beds training data drift number five"


def chunk(number: int, text: str = "") -> Entry:
    text = text or f"Ward {number % 17} counts its beds {number} times. " + "Training data drifts. " * (number % 5)
    return Entry.of(Chunk(f"p-{number}", f"doc/{number // 3}.md", f"Number {number}", "passage", (), text, 1, 2, 0))


def labelled(number: int, label: str) -> Entry:
    return Entry.of(replace(chunk(number).chunk, label=label))


def divided(entries: Sequence[Entry], count: int) -> dict[int, list[Entry]]:
    by_bucket: dict[int, list[Entry]] = {bucket: [] for bucket in range(count)}
    for entry in entries:
        by_bucket[bucket_hash(entry.chunk.document_id) % count].append(entry)
    return by_bucket


def shared_files(one: Path, other: Path) -> set[int]:
    """Files that stand in both folders without having been written twice."""
    return {path.stat().st_ino for path in one.iterdir()} & {path.stat().st_ino for path in other.iterdir()}


def scores(folder: Path) -> list[Match]:
    return LexicalIndex(folder).search(QUERY, Scope(), 1000)


@pytest.mark.parametrize("count", [2, 8, 64])
def test_scores_are_the_same_to_the_last_digit_however_the_index_is_divided(tmp_path: Path, count: int) -> None:
    entries = [chunk(number) for number in range(150)]
    buckets.write(tmp_path / "one", 1, {0: entries}, tmp_path)
    buckets.write(tmp_path / "many", count, divided(entries, count), tmp_path)
    assert scores(tmp_path / "many") == scores(tmp_path / "one")
    assert LexicalIndex(tmp_path / "many").numbers() == {entry.number for entry in entries}


def test_a_generation_with_one_bucket_rewritten_scores_like_one_written_at_once(tmp_path: Path) -> None:
    old = [chunk(number) for number in range(150)]
    buckets.write(tmp_path / "old", 8, divided(old, 8), tmp_path)
    before = scores(tmp_path / "old")
    new = [*old[3:], chunk(1, "Five wards count five beds and five drifts.")]
    touched = bucket_hash("doc/0.md") % 8
    buckets.write(tmp_path / "grown", 8, {touched: divided(new, 8)[touched]}, tmp_path / "old")
    buckets.write(tmp_path / "fresh", 8, divided(new, 8), tmp_path)
    assert scores(tmp_path / "grown") == scores(tmp_path / "fresh") != before
    assert scores(tmp_path / "old") == before
    assert len(shared_files(tmp_path / "old", tmp_path / "grown")) == 7 * len(FILES_OF_A_SEGMENT)


@pytest.mark.parametrize("count", [1, 8])
def test_what_is_withheld_counts_in_no_score(tmp_path: Path, count: int) -> None:
    public, board, people = [chunk(n) for n in range(150)], labelled(200, "board"), labelled(201, "people")
    everything = [*public, board, people]
    buckets.write(tmp_path / "whole", count, divided(everything, count), tmp_path)
    for visible, labels in ((public, ()), ([*public, board], ("board",)), (everything, ("board", "people"))):
        buckets.write(tmp_path / f"twin-{len(labels)}", count, divided(visible, count), tmp_path)
        whole, twin = (buckets.opened(tmp_path / name, labels) for name in ("whole", f"twin-{len(labels)}"))
        assert whole.numbers() == twin.numbers() == {entry.number for entry in visible}
        scope = Scope(frozenset(labels))
        assert whole.search(QUERY, scope, 1000) == twin.search(QUERY, scope, 1000)
    assert scores(tmp_path / "whole") != scores(tmp_path / "twin-0")


def test_a_change_beside_what_is_labelled_leaves_it_labelled(tmp_path: Path) -> None:
    old = [*(chunk(n) for n in range(30)), labelled(200, "board")]
    buckets.write(tmp_path / "old", 4, divided(old, 4), tmp_path)
    touched = bucket_hash("doc/0.md") % 4
    buckets.write(tmp_path / "new", 4, {touched: divided(old[3:], 4)[touched]}, tmp_path / "old")
    assert buckets.opened(tmp_path / "new", ()).numbers() == {entry.number for entry in old[3:-1]}
    assert buckets.opened(tmp_path / "new", ("board",)).numbers() == {entry.number for entry in old[3:]}


def test_a_reader_of_the_last_generation_goes_on_when_its_folder_is_removed(tmp_path: Path) -> None:
    entries = [chunk(number) for number in range(50)]
    buckets.write(tmp_path / "old", 4, divided(entries, 4), tmp_path)
    reader = buckets.opened(tmp_path / "old")
    expected = reader.search(QUERY, Scope(), 10)
    buckets.write(tmp_path / "new", 4, {0: []}, tmp_path / "old")
    for path in (tmp_path / "old").iterdir():
        path.unlink()
    assert reader.search(QUERY, Scope(), 10) == expected


@given(st.integers(0, 3_000_000), st.integers(0, 6))
def test_a_bucket_is_neither_crowded_nor_one_of_too_many(chunks: int, power: int) -> None:
    count = buckets.count_for(chunks, 2**power)
    assert count in (1, 2, 4, 8, 16, 32, 64)
    assert count == 64 or chunks / count <= 6_000
    assert count == 1 or chunks / count >= 1_000
    assert buckets.count_for(chunks, count) == count


def test_what_is_not_a_generation_has_no_buckets(tmp_path: Path) -> None:
    assert buckets.present_count(tmp_path) == buckets.present_count(tmp_path / "none") == 0
