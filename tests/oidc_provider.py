"""A small OpenID Connect provider of our own: discovery, keys, codes with PKCE, signed identity tokens."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey
from local_server import LocalServer, QuietHandler

CLIENT, SECRET = "bearing", "a secret of the tests"


class Provider(LocalServer):
    """Signs everybody in as `person`, the claims of who sits at the browser; None refuses."""

    def __init__(self) -> None:
        self.person: Mapping[str, object] | None = None
        self.codes: dict[str, dict[str, str]] = {}
        self.key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})
        super().__init__(self._handler(), "localhost")
        self.issuer = self.url

    def token(self, claims: Mapping[str, object], nonce: str = "") -> str:
        """A signed identity token."""
        now = int(time.time())
        body = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 600, "nonce": nonce, **claims}
        return jwt.encode({"alg": "RS256", "kid": "one"}, body, self.key)

    def _handler(provider) -> type[BaseHTTPRequestHandler]:  # noqa: N805  self is the handler's
        class Handler(QuietHandler):
            def do_GET(self) -> None:
                address = urlsplit(self.path)
                if address.path == "/.well-known/openid-configuration":
                    self._send(provider._discovery())
                elif address.path == "/keys":
                    self._send({"keys": [provider.key.as_dict(private=False)]})
                elif address.path == "/authorize":
                    self._authorize({name: values[0] for name, values in parse_qs(address.query).items()})
                else:
                    self._send({"error": "not_found"}, 404)

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                given = {name: values[0] for name, values in parse_qs(body).items()}
                asked = provider.codes.pop(given.get("code", ""), None)
                basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
                is_client = (
                    self.headers.get("Authorization") == f"Basic {basic}" or given.get("client_secret") == SECRET
                )
                if asked is None or not is_client or not _is_proven(asked, given) or provider.person is None:
                    self._send({"error": "invalid_grant"}, 400)
                    return
                token = provider.token(provider.person, asked.get("nonce", ""))
                self._send({"access_token": "x", "token_type": "Bearer", "expires_in": 600, "id_token": token})

            def _authorize(self, asked: dict[str, str]) -> None:
                code = secrets.token_urlsafe(16)
                provider.codes[code] = asked
                back = {"code": code} if provider.person else {"error": "access_denied"}
                self.send_response(302)
                self.send_header("Location", f"{asked['redirect_uri']}?{urlencode({**back, 'state': asked['state']})}")
                self.end_headers()

            def _send(self, content: object, status: int = 200) -> None:
                body = json.dumps(content).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        return Handler

    def _discovery(self) -> dict[str, object]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
        }


def _is_proven(asked: Mapping[str, str], given: Mapping[str, str]) -> bool:
    if "code_challenge" not in asked:
        return True
    digest = hashlib.sha256(given.get("code_verifier", "").encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=") == asked["code_challenge"]
