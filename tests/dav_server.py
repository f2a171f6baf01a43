"""A small WebDAV server: files in memory, listed one level at a time, for who knows the password."""

from __future__ import annotations

import base64
import hashlib
from http.server import BaseHTTPRequestHandler
from urllib.parse import quote, unquote
from xml.sax.saxutils import escape

from local_server import LocalServer, QuietHandler

NAME, PASSWORD = "reader", "the-password"
_ALLOWED = "Basic " + base64.b64encode(f"{NAME}:{PASSWORD}".encode()).decode()
_DATE = "Sat, 31 Oct 2026 09:30:00 GMT"


class DavServer(LocalServer):
    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        """By path without the first slash."""
        self.reads: list[str] = []
        """What was downloaded."""
        self.refused: set[str] = set()
        """Folders that nobody may list, with a slash at the end."""
        self.etags = True
        super().__init__(self._handler())

    def _multistatus(self, folder: str) -> str:
        below = [name.removeprefix(folder) for name in self.files if name.startswith(folder)]
        folders = sorted({rest.split("/")[0] + "/" for rest in below if "/" in rest})
        entries = [
            self._response(folder + name) for name in ("", *folders, *(n for n in sorted(below) if "/" not in n))
        ]
        return f'<?xml version="1.0"?><d:multistatus xmlns:d="DAV:">{"".join(entries)}</d:multistatus>'

    def _response(self, path: str) -> str:
        if path in self.files:
            about = f"<d:resourcetype/><d:getcontentlength>{len(self.files[path])}</d:getcontentlength>"
            about += f"<d:getlastmodified>{_DATE}</d:getlastmodified>"
            about += f"<d:getetag>{escape(self._etag(path))}</d:getetag>" if self.etags else ""
        else:
            about = "<d:resourcetype><d:collection/></d:resourcetype>"
        return (
            f"<d:response><d:href>{escape(quote('/' + path))}</d:href><d:propstat><d:prop>{about}</d:prop>"
            "<d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>"
        )

    def _etag(self, name: str) -> str:
        return f'"{hashlib.md5(self.files[name]).hexdigest()}"'

    def _handler(server) -> type[BaseHTTPRequestHandler]:  # noqa: N805  self is the handler's
        class Handler(QuietHandler):
            protocol_version = "HTTP/1.1"

            def do_PROPFIND(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                folder = unquote(self.path).lstrip("/")
                if self.headers.get("Authorization") != _ALLOWED:
                    self._send(b"", 401)
                elif self.headers.get("Depth") != "1" or folder in server.refused:
                    self._send(b"", 403)
                elif not any(name.startswith(folder) for name in server.files):
                    self._send(b"", 404)
                else:
                    self._send(server._multistatus(folder).encode(), 207)

            def do_GET(self) -> None:
                name = unquote(self.path).lstrip("/")
                if self.headers.get("Authorization") != _ALLOWED:
                    self._send(b"", 401)
                elif name not in server.files:
                    self._send(b"", 404)
                else:
                    server.reads.append(name)
                    self._send(server.files[name], 200)

            def _send(self, body: bytes, status: int) -> None:
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                if status == 401:
                    self.send_header("WWW-Authenticate", 'Basic realm="papers"')
                self.end_headers()
                self.wfile.write(body)

        return Handler
