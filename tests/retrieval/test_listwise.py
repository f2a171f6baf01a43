"""A question beside items as one text: each item has its own pieces, in order, and nothing runs over."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from copilot.retrieval import embedder
from copilot.retrieval.embedder import load_network
from copilot.retrieval.listwise import MARK, QUESTION, Lengths, listed

TOKENIZER = load_network(Path(embedder.__file__).parent / "minilm" / "model.onnx").tokenizer
words = st.lists(st.sampled_from(["model", "owner", "Zürich", "(n/a)", "12.5%", "naïve", "überfällig"]), max_size=12)
text = words.map(" ".join)


@given(text, st.lists(st.tuples(text, text), max_size=12), st.integers(8, 60))
def test_items_keep_their_order_and_the_whole_its_length(
    question: str, items: list[tuple[str, str]], most: int
) -> None:
    found = listed(TOKENIZER, question, items, Lengths(question=20, item=9, head=4, whole=most + 22))
    assert len(found.ids) == len(found.kinds) == len(found.owners) <= most + 22
    owners = [owner for owner in found.owners if owner >= 0]
    assert owners == sorted(owners)
    assert all(owners.count(n) <= 9 for n in owners)
    assert len(found.offsets) == found.owners.count(QUESTION) <= 20
    assert [kind for kind, owner in zip(found.kinds, found.owners, strict=True) if owner >= 0] == [1] * len(owners)


@given(st.lists(text.filter(bool), min_size=1, max_size=4))
def test_an_item_is_read_as_it_is_written(items: list[str]) -> None:
    found = listed(TOKENIZER, "who?", [("head", item) for item in items], Lengths(20, 40, 4, 500))
    for number, item in enumerate(items):
        own = [piece for piece, owner in zip(found.ids, found.owners, strict=True) if owner == number]
        assert own == TOKENIZER.encode(item).ids[1:-1][:40]
    assert found.owners[0] == MARK
