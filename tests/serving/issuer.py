"""A small OpenID Connect issuer of one test run: publishes its keys over HTTP and signs tokens."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa


@dataclass
class Issuer:
    url: str
    kid: str = "first"
    key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))
    named: str | None = None
    """What it calls itself, where that is not its address."""

    def token(self, key: Any = None, algorithm: str = "RS256", **claims: Any) -> str:
        """A token that is valid unless the claims say otherwise; a claim that is None is left out."""
        now = int(time.time())
        whole = {
            "iss": self.url, "aud": "bearing", "sub": "u-1", "iat": now, "exp": now + 300,
            "email": "ana@halden.example", "groups": ["wards"],
        } | claims  # fmt: skip
        kept = {name: value for name, value in whole.items() if value is not None}
        return jwt.encode(kept, self.key if key is None else key, algorithm, {"kid": self.kid})

    def rotate(self) -> None:
        self.key, self.kid = rsa.generate_private_key(65537, 2048), "second"

    def page(self, path: str) -> object:
        if path == "/.well-known/openid-configuration":
            return {"issuer": self.named or self.url, "jwks_uri": f"{self.url}/keys"}
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        return {"keys": [public | {"kid": self.kid, "use": "sig", "alg": "RS256"}]}


@contextmanager
def running() -> Iterator[Issuer]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps(issuer.page(self.path)).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        issuer = Issuer(f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield issuer
        finally:
            server.shutdown()
            thread.join()
