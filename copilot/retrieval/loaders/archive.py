"""A look at an Office file before its parser sees it: it is a ZIP archive, which may unfold to anything."""

from __future__ import annotations

import io
import re
import zipfile
import zlib

from copilot.errors import KnowledgeError

MOST_PARTS = 5_000
MOST_BYTES = 200 << 20
"""Of all parts together, unfolded."""
MOST_RATIO = 100
"""Of one part, unfolded to packed; small parts of blanks may be packed tighter."""
_SMALL = 10 << 20
_BLOCK = 1 << 16
_DECLARATION = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)")
_MARKUP = (".xml", ".rels", ".vml")
_EMBEDDED = re.compile(r"(?:^|/)embeddings/|\.(?:zip|7z|rar|gz|jar)$", re.IGNORECASE)


def check_archive(data: bytes) -> tuple[str, ...]:
    """KnowledgeError when it could harm whoever reads it; otherwise what it holds that is not read.

    Every part is unfolded block by block and thrown away: the sizes that an archive declares may be wrong.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            if len(parts) > MOST_PARTS:
                raise KnowledgeError(f"it holds more than {MOST_PARTS:,} parts, as no office program writes them")
            total = 0
            for part in parts:
                total += _check_part(archive, part, MOST_BYTES - total)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, OSError, EOFError):
        raise KnowledgeError("it is damaged or not whole; save it again in its program") from None
    embedded = sum(bool(_EMBEDDED.search(part.filename)) for part in parts)
    return (f"{embedded} embedded files are not read; put them here as files",) if embedded else ()


def _check_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo, left: int) -> int:
    """Its size, unfolded."""
    name = part.filename.replace("\\", "/")
    if part.flag_bits & 1:
        raise KnowledgeError("it is encrypted and opens only with a password; save it without one")
    if name.startswith("/") or ".." in name.split("/") or re.match(r"[A-Za-z]:", name):
        raise KnowledgeError("it names a part outside itself, as no office program does")
    size = 0
    tail = b""
    with archive.open(part) as file:
        while block := file.read(_BLOCK):
            size += len(block)
            if size > left:
                raise KnowledgeError(f"it unfolds to more than {MOST_BYTES >> 20} MB; split it")
            if size > _SMALL and size > MOST_RATIO * max(part.compress_size, 1):
                raise KnowledgeError(f"it unfolds to more than {MOST_RATIO} times its size: a decompression bomb")
            # UTF-16 hides a declaration from this look, not from the parser, which resolves no entity.
            if name.lower().endswith(_MARKUP) and _DECLARATION.search(tail + block):
                raise KnowledgeError("its XML declares entities, as no office program writes them")
            tail = block[-16:]
    return size
