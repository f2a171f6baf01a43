"""Office files in the strict form of their standard, which gives everything other names than the usual one."""

from __future__ import annotations

import io
import re
import zipfile

_RELATIONS = "_rels/.rels"
_STRICT = b"http://purl.oclc.org/ooxml/"
_NAME = re.compile(re.escape(_STRICT) + rb"([A-Za-z]+)/")
_MARKUP = (".xml", ".rels", ".vml")


def transitional(data: bytes) -> bytes:
    """The file with the names that the readers know; any other file as it is."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if _RELATIONS not in archive.namelist() or _STRICT not in archive.read(_RELATIONS):
            return data
        written = io.BytesIO()
        with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as target:
            for part in archive.infolist():
                content = archive.read(part)
                if part.filename.lower().endswith(_MARKUP):
                    content = _NAME.sub(rb"http://schemas.openxmlformats.org/\1/2006/", content)
                target.writestr(part.filename, content)
    return written.getvalue()
