"""A small S3: one bucket of files in memory, listed and read as the protocol says, for who knows the key."""

from __future__ import annotations

import hashlib
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

from local_server import LocalServer, QuietHandler

BUCKET, KEY = "papers", "the-key"
_PAGE = 2
"""So many files a page, so that a listing takes several."""
_DATE = "Sat, 31 Oct 2026 09:30:00 GMT"


class S3Server(LocalServer):
    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.reads: list[str] = []
        """What was downloaded."""
        super().__init__(self._handler())

    @property
    def options(self) -> dict[str, object]:
        """As workspace.yaml gives them."""
        return {"config": {"endpoint": self.url, "region": "eu"}, "client_options": {"allow_http": True}}

    def _listing(self, asked: dict[str, list[str]]) -> bytes:
        prefix, after = asked.get("prefix", [""])[0], asked.get("continuation-token", [""])[0]
        delimiter = asked.get("delimiter", [""])[0]
        names = sorted(name for name in self.files if name.startswith(prefix))
        folders = {
            prefix + rest.split(delimiter)[0] + delimiter
            for name in names
            if delimiter and delimiter in (rest := name.removeprefix(prefix))
        }
        names = [name for name in names if name > after and not any(map(name.startswith, folders))]
        page = names[:_PAGE]
        more = f"<NextContinuationToken>{escape(page[-1])}</NextContinuationToken>" if len(names) > _PAGE else ""
        listed = "".join(
            f"<Contents><Key>{escape(name)}</Key><LastModified>2026-10-31T09:30:00.000Z</LastModified>"
            f"<ETag>{self._etag(name)}</ETag><Size>{len(self.files[name])}</Size></Contents>"
            for name in page
        )
        listed += "".join(f"<CommonPrefixes><Prefix>{escape(f)}</Prefix></CommonPrefixes>" for f in sorted(folders))
        return (
            f"<ListBucketResult><Name>{BUCKET}</Name><Prefix>{escape(prefix)}</Prefix><KeyCount>{len(page)}</KeyCount>"
            f"<IsTruncated>{str(bool(more)).lower()}</IsTruncated>{more}{listed}</ListBucketResult>"
        ).encode()

    def _etag(self, name: str) -> str:
        return f'"{hashlib.md5(self.files[name]).hexdigest()}"'

    def _handler(server) -> type[BaseHTTPRequestHandler]:  # noqa: N805  self is the handler's
        class Handler(QuietHandler):
            protocol_version = "HTTP/1.1"

            def do_HEAD(self) -> None:
                self.do_GET()

            def do_GET(self) -> None:
                address = urlsplit(self.path)
                bucket, _, name = unquote(address.path).lstrip("/").partition("/")
                if f"Credential={KEY}/" not in self.headers.get("Authorization", ""):
                    self._send(b"<Error><Code>AccessDenied</Code></Error>", 403)
                elif bucket != BUCKET or (name and name not in server.files):
                    self._send(b"<Error><Code>NoSuchKey</Code></Error>", 404)
                elif name:
                    if self.command == "GET":
                        server.reads.append(name)
                    self._send(server.files[name], 200, server._etag(name))
                else:
                    self._send(server._listing(parse_qs(address.query)))

            def _send(self, body: bytes, status: int = 200, etag: str = "") -> None:
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Last-Modified", _DATE)
                if etag:
                    self.send_header("ETag", etag)
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

        return Handler
