"""The documents of a workspace, read from its files."""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml

from copilot.errors import KnowledgeError
from copilot.retrieval.markdown import plain_inline, sections_of_markdown
from copilot.retrieval.types import Document, Section

SUFFIXES = (".md", ".txt", ".csv")
SIDECAR = ".meta.yaml"
_LARGEST_BYTES = 20_000_000
_RECORDS = "records"


@dataclass(frozen=True)
class SourceFile:
    """A file that may be a document, with what tells whether it has changed since it was last read."""

    id: str
    """Path inside the workspace, with forward slashes."""
    path: Path
    signature: str
    """Sizes and modification times of the file and of its sidecar."""

    @property
    def sidecar(self) -> Path:
        return self.path.with_name(self.path.name + SIDECAR)


def find_sources(root: Path) -> list[SourceFile]:
    """Every file under the workspace that is meant to be a document, supported or not, by id."""
    found = []
    for path in _walk(root, root):
        if path.name.endswith(SIDECAR) or (path.parent == root and path.suffix in (".yaml", ".yml")):
            continue
        signatures = [_signature(path), _signature(path.with_name(path.name + SIDECAR))]
        if signatures[0]:
            found.append(SourceFile(path.relative_to(root).as_posix(), path, " ".join(signatures)))
    return sorted(found, key=lambda source: source.id)


def _signature(path: Path) -> str:
    """Empty when there is no such file, which may also have gone a moment ago."""
    try:
        stat = path.lstat()
    except FileNotFoundError:
        return ""
    return f"{stat.st_size}:{stat.st_mtime_ns}"


def _walk(folder: Path, root: Path) -> Iterator[Path]:
    try:
        paths = list(folder.iterdir())
    except OSError as error:
        raise KnowledgeError(f"The folder {str(folder)!r} cannot be read: {error.strerror}.") from None
    for path in paths:
        if path.name.startswith(".") or path == root / _RECORDS:
            continue
        if path.is_dir() and not path.is_symlink():
            yield from _walk(path, root)
        elif path.is_file() or path.is_symlink():
            yield path


def fingerprint(source: SourceFile) -> str:
    """Hash of all that the document is made of."""
    # A link may lead anywhere on the machine, or back to where it stands.
    if source.path.is_symlink():
        raise KnowledgeError("it is a link, and links are not followed; put the file itself here")
    digest = hashlib.sha256()
    for path in (source.path, source.sidecar):
        if path.is_file():
            digest.update(_read(path))
            digest.update(b"\0")
    return digest.hexdigest()


def load(source: SourceFile, sha256: str) -> Document:
    """The document, or a KnowledgeError that says why the file cannot be one."""
    suffix = source.path.suffix.lower()
    if suffix not in SUFFIXES:
        kind = f"{suffix} files" if suffix else "files without a suffix"
        raise KnowledgeError(f"{kind} are not read; use {', '.join(SUFFIXES)}")
    text = _decode(_read(source.path))
    lines = text.split("\n")
    start, written = _front_matter(lines) if suffix != ".csv" else (0, {})
    if source.sidecar.is_file():
        written = {**written, **_yaml_mapping(_decode(_read(source.sidecar)), source.sidecar.name)}
    about = _Metadata.of(written)
    if suffix == ".csv":
        heading, sections = None, _rows(text)
    elif suffix == ".md":
        heading, sections = sections_of_markdown(lines, start)
    else:
        heading, sections = None, _whole(lines, start)
    if not sections:
        raise KnowledgeError("it holds no text")
    title = about.title or heading or _title_of_name(source.path.stem)
    return Document(
        id=source.id,
        title=title,
        sections=tuple(_without_title(section, title) for section in sections),
        sha256=sha256,
        owner=about.owner,
        effective=about.effective,
        superseded_by=about.superseded_by,
        label=about.label,
        tags=about.tags,
    )


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > _LARGEST_BYTES:
            raise KnowledgeError(f"it is larger than {_LARGEST_BYTES // 1_000_000} MB")
        return path.read_bytes()
    except OSError as error:
        raise KnowledgeError(f"it cannot be read: {error.strerror}") from None


def _decode(content: bytes) -> str:
    if not content.strip():
        raise KnowledgeError("it is empty")
    try:
        if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            text = content.decode("utf-16")
        else:
            try:
                text = content.decode("utf-8-sig")
            except UnicodeDecodeError:
                text = content.decode("cp1252")
    except UnicodeDecodeError:
        raise KnowledgeError("it is not text in UTF-8, UTF-16 or Windows-1252") from None
    if "\0" in text:
        raise KnowledgeError("it is not text: it holds binary data")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _front_matter(lines: list[str]) -> tuple[int, Mapping[str, Any]]:
    """Where the text begins, and what is written above it between two lines of dashes."""
    if lines[0].rstrip() != "---":
        return 0, {}
    for number, line in enumerate(lines[1:], 1):
        if line.rstrip() in ("---", "..."):
            return number + 1, _yaml_mapping("\n".join(lines[1:number]), "its front matter")
    return 0, {}


def _yaml_mapping(text: str, where: str) -> Mapping[str, Any]:
    # What cannot be read may have been an access label, so the document is left out, not shown to everyone.
    try:
        data = yaml.safe_load(text) or {}
    except yaml.YAMLError as error:
        raise KnowledgeError(f"{where} is not valid YAML: {str(error).splitlines()[0]}") from None
    if not isinstance(data, dict):
        raise KnowledgeError(f"{where} is not a list of names with values")
    return data


@dataclass(frozen=True)
class _Metadata:
    title: str | None
    owner: str | None
    effective: date | None
    superseded_by: str | None
    label: str | None
    tags: tuple[str, ...]

    @classmethod
    def of(cls, written: Mapping[str, Any]) -> _Metadata:
        tags = written.get("tags") or ()
        return cls(
            title=_text(written, "title"),
            owner=_text(written, "owner"),
            effective=_date(written, "effective"),
            superseded_by=_text(written, "superseded_by"),
            label=_text(written, "label"),
            tags=tuple(str(tag) for tag in ([tags] if isinstance(tags, str) else tags)),
        )


def _text(written: Mapping[str, Any], name: str) -> str | None:
    value = written.get(name)
    if value is None:
        return None
    if isinstance(value, (dict, list)):
        raise KnowledgeError(f"{name} must be one value, not {value!r}")
    return str(value).strip() or None


def _date(written: Mapping[str, Any], name: str) -> date | None:
    value = written.get(name)
    if isinstance(value, datetime):
        return value.date()
    if value is None or isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value).strip())
    except ValueError:
        raise KnowledgeError(f"{name} must be a date such as 2026-03-31, not {value!r}") from None


def _title_of_name(stem: str) -> str:
    words = re.sub(r"[-_\s]+", " ", stem).strip()
    return words[:1].upper() + words[1:]


def _without_title(section: Section, title: str) -> Section:
    """The heading path without the document's title, which every chunk carries anyway."""
    if section.heading_path and section.heading_path[0].casefold() == plain_inline(title).casefold():
        return Section(section.heading_path[1:], section.text, section.first_line, section.last_line)
    return section


def _whole(lines: list[str], start: int) -> list[Section]:
    filled = [number for number, line in enumerate(lines) if number >= start and line.strip()]
    if not filled:
        return []
    first, last = filled[0], filled[-1]
    return [Section((), "\n".join(lines[first : last + 1]), first + 1, last + 1)]


def _rows(text: str) -> list[Section]:
    """A section a row, numbered as a spreadsheet does: the header is row 1."""
    header_line = next(line for line in text.split("\n") if line.strip())
    delimiter = max(",;\t|", key=header_line.count)
    reader = csv.reader(io.StringIO(text), delimiter=delimiter)
    sections: list[Section] = []
    header: list[str] = []
    first_line = 1
    try:
        for number, row in enumerate(reader, 1):
            if not header:
                header = [name.strip() for name in row]
            elif any(cell.strip() for cell in row):
                names = header + [f"column {n}" for n in range(len(header) + 1, len(row) + 1)]
                pairs = zip(names, row, strict=False)
                body = "\n".join(f"{name}: {cell.strip()}" for name, cell in pairs if cell.strip())
                sections.append(Section((f"Row {number}",), body, first_line, reader.line_num))
            first_line = reader.line_num + 1
    except csv.Error as error:
        raise KnowledgeError(f"line {reader.line_num} is not valid CSV: {error}") from None
    return sections
