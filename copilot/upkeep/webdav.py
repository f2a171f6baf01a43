"""A folder on a WebDAV server (RFC 4918): listed level by level, since many servers refuse to list all at once."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from netrc import NetrcParseError
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from copilot.errors import KnowledgeError, SettingsError
from copilot.records.office_xml import BrokenXml, Element, parsed

WEBDAV = ("davs://", "dav://")
"""How an address of one begins; the first is encrypted."""
_SCHEMES = {"davs": "https", "dav": "http"}

_ASKED = (
    b'<?xml version="1.0" encoding="utf-8"?><propfind xmlns="DAV:"><prop>'
    b"<resourcetype/><getetag/><getlastmodified/><getcontentlength/></prop></propfind>"
)
_SECONDS = 60.0
# A link to a folder above would otherwise be followed for ever.
_DEEPEST = 40


class WebdavFolder:
    """KnowledgeError where it cannot be read, SettingsError where what that needs is missing.

    Name and password are those of the host in the file that NETRC names, or ~/.netrc, so that a workspace cannot
    have them sent to another host.
    """

    def __init__(self, url: str, options: Mapping[str, Any]) -> None:
        try:
            import httpx
        except ImportError as error:
            raise SettingsError(f'{error.name} is not installed: pip install "bearing[feeds]".') from None
        address = urlsplit(url)
        if options:
            raise SettingsError(f"WebDAV has no options, and {', '.join(map(repr, options))} was given.")
        if "@" in address.netloc:
            raise SettingsError("Name and password of a WebDAV server belong in ~/.netrc or the file that NETRC names.")
        accounts = Path(os.environ.get("NETRC") or Path.home() / ".netrc")
        try:
            account = httpx.NetRCAuth(str(accounts)) if accounts.is_file() else None
        except (OSError, NetrcParseError) as error:
            raise SettingsError(f"{accounts} cannot be read ({error}).") from None
        self._faults = (httpx.HTTPError, httpx.InvalidURL, BrokenXml, OSError)
        # Quoted once, whether the address was written with its blanks or with %20.
        self._top = quote(unquote(address.path)).rstrip("/") + "/"
        self._paths: dict[str, str] = {}
        with self._readable():
            base = f"{_SCHEMES[address.scheme]}://{address.netloc}"
            self._client = httpx.Client(base_url=base, auth=account, timeout=_SECONDS)

    def close(self) -> None:
        self._client.close()

    def versions(self) -> dict[str, str]:
        return dict(self._below(self._top, "", 0))

    def fetch(self, name: str, target: Path) -> None:
        part = target.with_name(f".{target.name}.part")
        path = self._paths.get(name) or self._top + quote(name)
        with self._readable(), self._client.stream("GET", path) as answer:
            self._expect(answer.status_code, 200, path)
            target.parent.mkdir(parents=True, exist_ok=True)
            with part.open("wb") as file:
                for piece in answer.iter_bytes():
                    file.write(piece)
            part.replace(target)

    def _below(self, path: str, name: str, depth: int) -> Iterator[tuple[str, str]]:
        """Each file of a folder and of those in it, with its version."""
        if depth > _DEEPEST:
            raise KnowledgeError(f"{unquote(path)} lies more than {_DEEPEST} folders deep")
        for entry in self._listed(path):
            entry_path = urlsplit(entry.findtext("{DAV:}href", "").strip()).path
            # The folder itself is listed too; what is no child of it, or names a way out, is none of its files.
            own = unquote(entry_path).removeprefix(unquote(path)).rstrip("/")
            if not unquote(entry_path).startswith(unquote(path)) or not own or "/" in own or own.startswith("."):
                continue
            if entry.find(".//{DAV:}resourcetype/{DAV:}collection") is not None:
                yield from self._below(entry_path.rstrip("/") + "/", f"{name}{own}/", depth + 1)
            else:
                self._paths[f"{name}{own}"] = entry_path
                yield f"{name}{own}", _version(entry)

    def _listed(self, path: str) -> list[Element]:
        with self._readable():
            asked = {"Depth": "1", "Content-Type": "application/xml"}
            answer = self._client.request("PROPFIND", path, headers=asked, content=_ASKED)
            self._expect(answer.status_code, 207, path)
            return list(parsed(answer.content).iter("{DAV:}response"))

    @staticmethod
    def _expect(status: int, wanted: int, path: str) -> None:
        if status != wanted:
            hint = "; name and password are read from ~/.netrc or the file that NETRC names" if status == 401 else ""
            raise KnowledgeError(f"the server answers {status} for {unquote(path)}{hint}")

    @contextmanager
    def _readable(self) -> Iterator[None]:
        try:
            yield
        except self._faults as error:
            words = " ".join(str(error).split())
            raise KnowledgeError(f"cannot be brought here ({words or type(error).__name__})") from None


def _version(entry: Element) -> str:
    """Its ETag; where the server gives none, when it was changed and how long it is."""
    etag, modified, length = (
        (entry.findtext(f".//{{DAV:}}{tag}") or "").strip()
        for tag in ("getetag", "getlastmodified", "getcontentlength")
    )
    return etag or (f"{modified} {length}" if modified else "")
