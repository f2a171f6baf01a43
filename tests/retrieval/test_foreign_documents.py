"""Documents that nobody here wrote, where they are present: test files of parsers, two frameworks and an act."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from copilot.errors import KnowledgeError
from copilot.retrieval import chunker, loaders
from copilot.retrieval.retriever import Retriever
from copilot.retrieval.sync import sync
from copilot.retrieval.types import Chunk, Document
from copilot.types import Viewer
from copilot.workspace import Workspace

DATA = Path(__file__).parents[2].parent / "shared" / "data"
INGEST = DATA / "ingest"
QUESTIONS = Path(__file__).with_name("governance_questions.yaml")
needs_ingest = pytest.mark.skipif(not INGEST.is_dir(), reason="the test files of other projects are not here")
needs_acts = pytest.mark.skipif(not (DATA / "nist-ai-rmf").is_dir(), reason="the public documents are not here")


def outcome(name: str) -> Document | str:
    """The document, or the reason why there is none."""
    (source,) = [s for s in loaders.find_sources(INGEST) if s.id == name]
    try:
        return loaders.load(source, "")
    except KnowledgeError as error:
        return str(error)


def text_of(document: Document) -> str:
    return "\n".join(section.text for section in document.sections)


# What each file of expected.csv must come to: part of a reason, of the note, or of the text.
REFUSED = {
    "PDFBOX-3148-2-fuzzed.pdf": "it holds no text",
    "poppler-742-0-fuzzed.pdf": "it is damaged",
    "bug1020226.pdf": "it is damaged",
    "aes-256-r6.pdf": "it is encrypted and opens only with a password",
    "non_text_searchable.pdf": "it needs OCR",
}
READ = {
    "issue12295.pdf": "CardioDay",
    "issue6961.pdf": "Page 2",
    "copy-protected.pdf": "state-of-the-art",
    "xlsx_04_inflated.xlsx": "third: 9",
    "grid_offset_error.docx": "Merged B1-B3",
    "test_mskanji.csv": "名前: 佐藤太郎",
    "test-invalid-date.eml": "This is a test-email",
    "DOE_2025_AI_Use_Case_Inventory_PublicReporting.xlsx": "Use Case Name: AI for Operations Center",
}
IN_PART = {
    "Pages-tree-refs.pdf": "page 2 cannot be read",
    "csv-too-many-columns.csv": "row 3 has more than the usual 4 cells",
}


def expected_files() -> list[str]:
    path = INGEST / "expected.csv"
    return [row["file"] for row in csv.DictReader(path.read_text().splitlines())] if path.is_file() else []


@needs_ingest
@pytest.mark.parametrize("name", expected_files())
def test_each_hostile_file_is_read_or_refused_with_its_own_reason(name: str) -> None:
    found = outcome(name)
    if name in REFUSED:
        assert isinstance(found, str)
        assert REFUSED[name] in found
    else:
        assert isinstance(found, Document)
        assert IN_PART.get(name, "") in found.note
        assert READ.get(name, "") in text_of(found)


@needs_ingest
def test_every_file_gives_text_or_a_reason_and_the_reasons_differ_from_a_crash() -> None:
    names = [source.id for source in loaders.find_sources(INGEST)]
    reasons = {name: found for name in names if isinstance(found := outcome(name), str)}
    assert set(reasons) == {*REFUSED, "MEDRPT-2024-PAT-3847_medical_report_scan.pdf", "test_outlook_msg.msg"}
    assert not [reason for reason in reasons.values() if "crashed" in reason or "Error" in reason]


# Two frameworks and an act


@dataclass(frozen=True)
class Question:
    ask: str
    places: tuple[Mapping[str, Any], ...]

    def is_answered_by(self, chunk: Chunk) -> bool:
        return any(
            chunk.document_id == place["document"]
            and (
                any(heading.startswith(place["heading"]) for heading in chunk.heading_path)
                if "heading" in place
                else any(chunk.first_line <= page <= chunk.last_line for page in place["pages"])
            )
            for place in self.places
        )


def questions() -> list[Question]:
    data = yaml.safe_load(QUESTIONS.read_text())
    named = data["documents"]
    return [
        Question(q["ask"], tuple({**place, "document": named[place["document"]]} for place in q["places"]))
        for q in data["questions"]
    ]


@pytest.fixture(scope="module")
def acts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("acts")
    for path in [*(DATA / "nist-ai-rmf").glob("*.pdf"), *(DATA / "eu-ai-act").glob("*.md")]:
        (root / path.name).write_bytes(path.read_bytes())
    return root


@pytest.fixture(scope="module")
def chunks(acts: Path) -> list[Chunk]:
    documents = [loaders.load(source, "") for source in loaders.find_sources(acts)]
    assert [document.note for document in documents] == [""] * 3
    return [chunk for document in documents for chunk in chunker.split(document)]


@needs_acts
def test_every_page_and_article_that_is_asked_for_can_be_cited(chunks: list[Chunk]) -> None:
    asked = questions()
    assert len(asked) == 60
    assert [q.ask for q in asked if not any(q.is_answered_by(chunk) for chunk in chunks)] == []


@needs_acts
def test_what_a_page_says_is_cited_with_that_page(chunks: list[Chunk]) -> None:
    for document, place, words in (
        ("NIST.AI.100-1.pdf", "page 35", "MEASURE 2.11: Fairness and bias"),
        ("NIST.AI.100-1.pdf", "page 12", "readiness to bear the risk"),
        ("NIST.AI.100-1.pdf", "page 11", "institutional endeavor"),
        ("AI_RMF_Playbook.pdf", "page 127", "carbon"),
    ):
        found = [c.locator for c in chunks if c.document_id == document and words in " ".join(c.text.split())]
        assert place in found
    (playbook,) = {c.heading_path[1] for c in chunks if c.locator == "page 122" and len(c.heading_path) > 1}
    assert playbook == "MEASURE 2.11"
    whole = "\n".join(c.text for c in chunks)
    assert "115 of 137" not in whole
    assert "\ufffe" not in whole


@needs_acts
def test_nineteen_of_twenty_questions_find_their_page_or_article_among_the_passages_read(
    acts: Path, tmp_path: Path
) -> None:
    report = sync(Workspace.open(acts), None, tmp_path)
    assert (report.documents, report.skipped, report.partly) == (3, (), ())
    retriever = Retriever(tmp_path)
    missed = []
    for question in questions():
        found = retriever.search(question.ask, Viewer(), 10)
        if not any(question.is_answered_by(scored.chunk) for scored in found):
            missed.append(question.ask)
    retriever.close()
    assert len(missed) <= 3, missed
