"""Who calls: the holder of a key, of an issuer's token, or whoever is at this machine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from copilot.errors import CopilotError
from copilot.serving.tokens import Refused, Tokens
from copilot.state.keys import Keys
from copilot.types import Frozen, Viewer, ViewerRole


class Unidentified(CopilotError):
    """The call names nobody who may call."""


class Caller(Frozen):
    """On whose behalf a call reads and writes."""

    id: str
    """Unlike any other caller's."""
    name: str
    viewer: str
    """A name from workspace.yaml, or of someone who has signed in."""
    role: ViewerRole | None


def local_caller(viewer: str) -> Caller:
    """Whoever is at this machine, where nobody else can reach the server."""
    return Caller(id="local", name="local", viewer=viewer, role="admin")


@dataclass(frozen=True)
class Callers:
    keys: Keys
    sign_in: Callable[[Mapping[str, object]], Viewer]
    """Says who the claims of a valid token are of: `Copilot.sign_in`."""
    tokens: Tokens | None = None
    local: Caller | None = None
    """Who calls without a credential; None where each call must have one."""

    def identify(self, credential: str | None) -> Caller:
        """The caller of that key or token.

        Raises Unidentified when it is of nobody, PermissionDenied when `sign_in` in workspace.yaml has no place for who
        it is of, and SettingsError when the issuer of tokens cannot be reached.
        """
        if self.local is not None:
            return self.local
        if not credential:
            raise Unidentified("Send a key or a token: `Authorization: Bearer …`.")
        if key := self.keys.find(credential):
            return Caller(id=f"key:{key.id}", name=key.name, viewer=key.viewer, role=key.role)
        if self.tokens is None or credential.count(".") != 2:
            raise Unidentified("The key is not known, or it has expired or been revoked.")
        try:
            claims = self.tokens.claims(credential)
        except Refused as error:
            raise Unidentified(str(error)) from None
        viewer = self.sign_in(claims)
        return Caller(id=f"token:{claims['sub']}", name=viewer.name, viewer=viewer.name, role=viewer.role)
