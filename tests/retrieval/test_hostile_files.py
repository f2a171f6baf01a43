"""Files that are broken, locked, mislabelled or made to harm: one clear reason each, and nothing else is lost."""

import contextlib
import io
import os
import signal
import subprocess
import sys
import time
import zlib
from pathlib import Path

import docx
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from office_files import archive, message, pdf, reason, word, workbook
from retrieval_library import Library

from copilot.errors import KnowledgeError
from copilot.retrieval import loaders
from copilot.retrieval.loaders.archive import MOST_BYTES, MOST_PARTS, check_archive
from copilot.retrieval.loaders.formats import SUFFIXES
from copilot.retrieval.loaders.isolated import read_isolated
from copilot.retrieval.markdown import sections_of_markdown
from copilot.retrieval.types import Section

ZEROS = b"0" * (1 << 20)


def pdf_bomb(megabytes: int) -> bytes:
    """One page whose content stream unfolds to so much."""
    packer = zlib.compressobj(9)
    stream = b"".join(packer.compress(b"0 0 m 1 1 l S\n" * 75_000) for _ in range(megabytes)) + packer.flush()
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 99 99] /Contents 4 0 R >>",
        b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(stream), stream),
    ]
    body = b"%PDF-1.4\n" + b"".join(b"%d 0 obj\n%s\nendobj\n" % (n, part) for n, part in enumerate(parts, 1))
    return body + b"trailer << /Root 1 0 R >>\n%%EOF\n"


def plain_word() -> bytes:
    document = docx.Document()
    document.add_paragraph("Fine.")
    return word(document)


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("empty.pdf", b"", "it is empty"),
        ("cut.pdf", pdf("All is well.")[:400], "it is damaged or not a whole PDF"),
        ("blank.pdf", pdf("#pagebreak()"), "it holds no text"),
        ("cut.docx", plain_word()[:3000], "it is damaged or not whole"),
        ("cut.xlsx", workbook({"S": [["a", "b"]]})[:2000], "it is damaged or not whole"),
        ("words.docx", b"only words", "it is not a Word document, though its name says so"),
        ("a.pptx", archive({"x.txt": b"x"}), "it is a ZIP archive; put the files in it here"),
        ("a.odt", archive({"mimetype": ZEROS, "word/document.xml": ZEROS * 11}), "a decompression bomb"),
        ("b.docx", archive({"word/document.xml": b"<a>"}), "it is damaged"),
        ("photo.md", b"\x89PNG\r\n\x1a\n" + b"\0" * 20, "it is an image (PNG), though its name says Markdown"),
        ("photo.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 20, "it is an image (PNG); its text needs OCR"),
        ("a.rtf", b"{\\rtf1 x}", "it is rich text (RTF), which is not read; save it as DOCX"),
        ("a.exe", b"MZ\0\0", "it is a program"),
        ("old.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le"), "Word 97-2003"),
        ("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "it is encrypted"),
        ("mail.msg", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "__substg1.0_".encode("utf-16-le"), "save it as EML or PDF"),
        ("notes.eml", b"just a line of text", "it is not an e-mail"),
        ("a.html", b"<div>" * 5_000 + b"deep", "nested more than 250 deep"),
        ("a.md", b"---\na: &a [x]\nb: *a\n---\ntext", "uses YAML aliases"),
        ("b.md", b"---\nx: " + b"[" * 3_000 + b"\n---\ntext", "lists in brackets"),
        ("d.md", b"---\nx:\n " + b"- " * 1_900 + b"\n---\ntext", "its front matter is not"),
        ("c.md", b"---\nx: 1999-99-99\n---\ntext", "its front matter is not valid YAML"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_used_says_why_and_what_to_do(tmp_path: Path, name: str, data: bytes, says: str) -> None:
    assert says in reason(tmp_path, name, data)


def test_a_table_of_contents_that_points_to_itself_is_read(tmp_path: Path) -> None:
    loop = (b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R /Outlines 4 0 R >>\nendobj\n"
            b"2 0 obj\n<< /Type /Pages /Kids [2 0 R 3 0 R] /Count 2 >>\nendobj\n"
            b"3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 99 99] >>\nendobj\n"
            b"4 0 obj\n<< /First 5 0 R /Last 5 0 R >>\nendobj\n"
            b"5 0 obj\n<< /Title (A) /Next 5 0 R /First 5 0 R /Parent 4 0 R >>\nendobj\n"
            b"trailer << /Root 1 0 R >>\n%%EOF\n")  # fmt: skip
    assert reason(tmp_path, "a.pdf", loop)


@pytest.mark.parametrize("line", ["# a" + " " * 200_000 + "x", "# " + "`" * 20_000 + "a", "# " + "[" * 20_000])
def test_odd_markdown_takes_no_longer_than_its_size_asks_for(line: str) -> None:
    started = time.monotonic()
    assert sections_of_markdown([line], 0)[0] is not None
    # Before, the least of these took minutes.
    assert time.monotonic() - started < 3


# Archives


def office(document: bytes) -> bytes:
    return archive({"[Content_Types].xml": b"<Types/>", "word/document.xml": document})


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (archive({"word/document.xml": ZEROS * 11}), "a decompression bomb"),
        (archive({f"word/{n}.xml": b"" for n in range(MOST_PARTS + 1)}), "parts, as no office program writes them"),
        (archive({"../../etc/passwd": b"x"}), "it names a part outside itself"),
        (archive({"C:\\x": b"x"}), "it names a part outside itself"),
        (
            office(b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;">]><a>&c;</a>'),
            "declares entities",
        ),
        (office(b" " * 65_530 + b"<!DOCTYPE a><a/>"), "declares entities"),
    ],
)
def test_an_archive_that_could_harm_is_refused_before_it_is_parsed(data: bytes, says: str) -> None:
    with pytest.raises(KnowledgeError, match=says):
        check_archive(data)


def test_an_archive_that_declares_a_false_size_is_measured_as_it_unfolds() -> None:
    data = archive({"word/document.xml": ZEROS * 11})
    size = (len(ZEROS) * 11).to_bytes(4, "little")
    with pytest.raises(KnowledgeError):
        check_archive(data.replace(size, (5).to_bytes(4, "little")))


def test_many_parts_that_are_small_alone_are_too_much_together() -> None:
    noisy = os.urandom(1 << 14) * 64
    parts = {f"word/{n}.xml": noisy for n in range((MOST_BYTES >> 20) + 1)}
    with pytest.raises(KnowledgeError, match="200 MB"):
        check_archive(archive(parts))


def test_files_embedded_in_a_document_are_named_as_not_read() -> None:
    assert check_archive(archive({"word/document.xml": b"<a/>", "word/embeddings/a.xlsx": b"PK"})) == (
        "1 embedded files are not read; put them here as files",
    )


# Limits of the process that reads


def test_a_pdf_that_unfolds_to_gigabytes_takes_no_more_than_its_share(tmp_path: Path) -> None:
    started = time.monotonic()
    assert "GB of memory" in (why := reason(tmp_path, "bomb.pdf", pdf_bomb(700))) or "s of computing" in why
    assert time.monotonic() - started < 60


def test_a_sheet_that_no_machine_holds_is_refused(tmp_path: Path) -> None:
    # Two cells far apart make a grid that no machine holds.
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet = book.add_worksheet("S")
        sheet.write(0, 0, 1)
        sheet.write(1_048_575, 16_383, 1)
    started = time.monotonic()
    assert "GB of memory" in (why := reason(tmp_path, "wide.xlsx", buffer.getvalue())) or "s of computing" in why
    assert time.monotonic() - started < 60


def test_a_parser_that_takes_too_long_is_stopped(tmp_path: Path) -> None:
    (tmp_path / "bomb.pdf").write_bytes(pdf_bomb(300))
    started = time.monotonic()
    with (tmp_path / "bomb.pdf").open("rb") as file, pytest.raises(KnowledgeError, match="to read; split it"):
        read_isolated("pdf", file, wall_seconds=1)
    assert time.monotonic() - started < 10


READ = """
import sys
from pathlib import Path
from copilot.retrieval import loaders
(source,) = loaders.find_sources(Path(sys.argv[1]))
print("ready", flush=True)
loaders.load(source, "")
"""


def readers(parent: int) -> list[Path]:
    """Folders under /proc of the processes that were started by that one and read a file."""
    found = []
    for folder in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if folder.name.isdigit() and f"\0{parent}\0".encode() in (folder / "cmdline").read_bytes():
                found.append(folder)
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a reader may outlive its parent by 30 s")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_no_reader_outlives_the_run_however_it_ends(interruptible: None, tmp_path: Path, how: signal.Signals) -> None:
    (tmp_path / "bomb.pdf").write_bytes(pdf_bomb(300))
    command = [sys.executable, "-c", READ, str(tmp_path)]
    environment = {**os.environ, "OPENAI_API_KEY": "hidden"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment) as process:
        assert process.stdout is not None
        process.stdout.readline()
        deadline = time.monotonic() + 20
        while not readers(process.pid) and time.monotonic() < deadline:
            time.sleep(0.01)
        (reader,) = readers(process.pid)
        # Whoever takes over a parser finds no key in its environment.
        assert b"hidden" not in (reader / "environ").read_bytes()
        process.send_signal(how)
    deadline = time.monotonic() + 5
    while readers(process.pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert readers(process.pid) == []


@pytest.mark.parametrize("suffix", SUFFIXES)
@given(data=st.one_of(st.binary(max_size=300), st.binary(max_size=200).map(lambda b: b"%PDF-1.4\n" + b),
                      st.binary(max_size=200).map(lambda b: b"PK\x03\x04" + b), st.text().map(str.encode)))  # fmt: skip
@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_give_a_document_or_a_reason(tmp_path: Path, suffix: str, data: bytes) -> None:
    (tmp_path / f"a{suffix}").write_bytes(data)
    (source,) = loaders.find_sources(tmp_path)
    sections = [Section((), "nothing", 1, 1)]
    # Any other error than this one ends the test.
    with contextlib.suppress(KnowledgeError):
        sections = list(loaders.load(source, "").sections)
    assert sections
    assert all(section.text.strip() for section in sections)


# The run


def test_one_bad_file_costs_no_other_and_the_report_names_it(library: Library) -> None:
    (library.root / "bad.pdf").write_bytes(pdf("All is well.")[:300])
    (library.root / "good.pdf").write_bytes(pdf("The quorvex is calibrated monthly."))
    (library.root / "ragged.csv").write_bytes(b"name,note\nA,x\nB,y,z\nC,w\n")
    (library.root / "mail.eml").write_bytes(message("The blenk is due.", {"a.docx": b"PK\x03\x04broken"}))
    report = library.sync()
    assert [path for path, _ in report.skipped] == ["bad.pdf"]
    assert [path for path, _ in report.partly] == ["mail.eml", "ragged.csv"]
    assert library.search("quorvex")[0].chunk.locator == "page 1"
    assert library.search("blenk due")[0].chunk.locator == "message, lines 6-6"
    again = library.sync()
    assert (again.skipped, again.partly, again.changed) == (report.skipped, report.partly, 0)
