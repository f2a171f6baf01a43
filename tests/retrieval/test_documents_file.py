"""documents.yaml: what is known of many documents, by pattern; and what front matter says beyond our keys."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from copilot.errors import KnowledgeError
from copilot.retrieval.loaders import find_sources, fingerprint, load
from copilot.retrieval.types import Document
from copilot.upkeep.checking import check

STATED = """documents:
  - {pattern: "policies/*", owner: Risk Office, effective: 2026-01-01, label: staff}
  - {pattern: "policies/board/*", label: board, tags: [risk, board]}
"""


def documents(root: Path, files: dict[str, str]) -> dict[str, Document]:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return {source.id: load(source, fingerprint(source)) for source in find_sources(root)}


def test_what_is_said_by_pattern_holds_for_all_that_fit_and_the_later_entry_counts(tmp_path: Path) -> None:
    found = documents(
        tmp_path,
        {
            "documents.yaml": STATED,
            "policies/a.md": "# A\n\nText.\n",
            "policies/board/b.txt": "Text.\n",
            "notes/c.md": "# C\n\nText.\n",
        },
    )
    assert set(found) == {"policies/a.md", "policies/board/b.txt", "notes/c.md"}
    a, b, c = (found[id] for id in ("policies/a.md", "policies/board/b.txt", "notes/c.md"))
    assert (a.owner, a.effective, a.label) == ("Risk Office", date(2026, 1, 1), "staff")
    assert (b.owner, b.label, b.tags) == ("Risk Office", "board", ("risk", "board"))
    assert (c.owner, c.effective, c.label) == (None, None, None)


def test_what_a_document_says_of_itself_counts_before_the_pattern(tmp_path: Path) -> None:
    text = "---\nowner: Legal\nlabel:\n---\n# A\n\nText.\n"
    found = documents(tmp_path, {"documents.yaml": STATED, "policies/a.md": text})["policies/a.md"]
    assert (found.owner, found.label) == ("Legal", "staff")


def test_a_change_of_what_is_said_is_a_change_of_the_document(tmp_path: Path) -> None:
    documents(tmp_path, {"documents.yaml": STATED, "policies/a.md": "# A\n\nText.\n"})
    before = find_sources(tmp_path)[0]
    (tmp_path / "documents.yaml").write_text(STATED.replace("staff", "all"))
    after = find_sources(tmp_path)[0]
    assert before.signature != after.signature
    assert fingerprint(before) != fingerprint(after)


@pytest.mark.parametrize(
    ("stated", "told"),
    [
        ("documents:\n  - {pattern: 'a/*', lable: board}\n", "documents.0.lable: Extra inputs"),
        ("documents: [\n", "documents.yaml: line 2"),
        ("documents:\n  - {label: board}\n", "documents.0.pattern: Field required"),
    ],
)
def test_a_file_that_cannot_be_used_stops_the_reading_so_that_no_label_is_lost(
    tmp_path: Path, stated: str, told: str
) -> None:
    (tmp_path / "documents.yaml").write_text(stated)
    (tmp_path / "a.md").write_text("# A\n\nText.\n")
    with pytest.raises(KnowledgeError, match="documents.yaml") as caught:
        find_sources(tmp_path)
    assert told in str(caught.value)
    assert [issue.file for issue in check(tmp_path) if issue.severity == "error"] == ["documents.yaml"]


def test_a_pattern_that_fits_nothing_is_reported(tmp_path: Path) -> None:
    (tmp_path / "documents.yaml").write_text("documents:\n  - {pattern: 'polices/*', label: board}\n")
    (tmp_path / "a.md").write_text("# A\n\nText.\n")
    assert [issue.message for issue in check(tmp_path)] == ["Entry 1: no document fits the pattern 'polices/*'."]


def test_further_keys_of_front_matter_are_a_passage_with_its_lines(tmp_path: Path) -> None:
    text = "---\ntitle: A\nagency: Energy\nversion: '2.1'\nowner: B\nabbreviation: DOE\n---\n# A\n\nText.\n"
    sections = documents(tmp_path, {"a.md": text})["a.md"].sections
    assert [(s.text, s.first_line, s.last_line) for s in sections] == [
        ("Text.", 10, 10),
        ("agency: Energy\nversion: '2.1'", 3, 4),
        ("abbreviation: DOE", 6, 6),
    ]
