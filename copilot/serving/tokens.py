"""Bearer tokens of an OpenID Connect issuer."""

from __future__ import annotations

import json
import threading
import urllib.error
import urllib.request
from functools import cached_property
from typing import Any

import jwt

from copilot.errors import CopilotError, SettingsError

# Those with a public key; a token signed with a shared secret, or not at all, is refused.
_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
_REQUIRED = ("exp", "iat", "iss", "aud", "sub")
_TIMEOUT_SECONDS = 5.0
# Clocks of two machines differ by this much at the most.
_LEEWAY_SECONDS = 30.0


class Refused(CopilotError):
    """A token that is expired, forged, or of or for someone else."""


class Tokens:
    """Checks tokens against the keys that their issuer publishes. Reads those when the first token comes."""

    def __init__(self, issuer: str, audience: str) -> None:
        self._issuer = issuer
        self._audience = audience
        self._lock = threading.Lock()

    def claims(self, token: str) -> dict[str, Any]:
        """What a valid token says.

        Raises Refused for one that is not valid, and SettingsError when the issuer cannot be reached.
        """
        try:
            with self._lock:
                key = self._published.get_signing_key_from_jwt(token)
            found: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=_ALGORITHMS,
                audience=self._audience,
                issuer=self._issuer,
                leeway=_LEEWAY_SECONDS,
                options={"require": list(_REQUIRED)},
            )
        except jwt.PyJWKClientConnectionError as error:
            raise SettingsError(f"The keys of {self._issuer} cannot be read: {error}.") from None
        except (jwt.InvalidTokenError, jwt.PyJWKClientError, jwt.PyJWKError) as error:
            raise Refused(f"The token is not valid: {error}.") from None
        return found

    @cached_property
    def _published(self) -> jwt.PyJWKClient:
        address = f"{self._issuer.rstrip('/')}/.well-known/openid-configuration"
        try:
            with urllib.request.urlopen(address, timeout=_TIMEOUT_SECONDS) as reply:
                about = json.load(reply)
            named, keys = about["issuer"], about["jwks_uri"]
        except (urllib.error.URLError, TimeoutError, ValueError, KeyError, TypeError) as error:
            raise SettingsError(f"{address} cannot be read ({error}).") from None
        if named != self._issuer:
            raise SettingsError(f"{address} is of {named!r}; set BEARING_TOKEN_ISSUER to the issuer's own name.")
        return jwt.PyJWKClient(keys, timeout=_TIMEOUT_SECONDS)
