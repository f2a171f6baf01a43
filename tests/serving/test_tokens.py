"""Bearer tokens of an issuer that the tests start."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import issuer as oidc
import jwt
import pytest
from command_line import bearing
from cryptography.hazmat.primitives.asymmetric import rsa
from issuer import Issuer
from served import Served, running

from copilot import Copilot
from copilot.serving.tokens import Tokens


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    with oidc.running() as started:
        yield started


@pytest.fixture(scope="module")
def trusting(copilot: Copilot, folder: Path, issuer: Issuer) -> Iterator[Served]:
    """A server that takes the issuer's tokens."""
    with running(copilot, folder, tokens=Tokens(issuer.url, "bearing")) as server:
        yield server


def caller(served: Served, token: str) -> httpx2.Response:
    with served.client(token) as client:
        return client.get("/api/caller")


def test_a_token_says_who_calls(trusting: Served, issuer: Issuer) -> None:
    told = caller(trusting, issuer.token(bearing_viewer="chief_physician", bearing_role="evaluator")).json()
    assert (told["id"], told["viewer"], told["role"]) == ("token:u-1", "chief_physician", "evaluator")
    assert caller(trusting, issuer.token(bearing_role="king")).json()["role"] == "leader"


def test_what_a_token_reads_is_what_its_viewer_may_see(trusting: Served, issuer: Issuer) -> None:
    question = {"question": "How many projects are there in each stage?"}
    for viewer, said in (("chief_physician", "9 projects"), ("ward_manager", "8 projects")):
        with trusting.client(issuer.token(bearing_viewer=viewer)) as client:
            assert said in client.post("/api/ask", json=question).json()["text"]


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": int(time.time()) - 120},
        {"iat": int(time.time()) + 600},
        {"nbf": int(time.time()) + 600},
        {"aud": "another"},
        {"iss": "https://elsewhere.example"},
        {"exp": None},
        {"sub": None},
        {"aud": None},
        {"bearing_viewer": None},
        {"bearing_viewer": ["chief_physician"]},
    ],
)
def test_a_token_that_is_not_valid_is_refused(trusting: Served, issuer: Issuer, claims: dict[str, Any]) -> None:
    assert caller(trusting, issuer.token(**claims)).status_code == 401


def test_a_token_of_a_viewer_who_is_unknown_reads_nothing(trusting: Served, issuer: Issuer) -> None:
    assert caller(trusting, issuer.token(bearing_viewer="somebody")).status_code == 403


def test_a_forged_token_is_refused(trusting: Served, issuer: Issuer) -> None:
    others = rsa.generate_private_key(65537, 2048)
    assert caller(trusting, issuer.token(key=others)).status_code == 401
    assert (
        caller(trusting, issuer.token(key="a shared secret of thirty-two bytes", algorithm="HS256")).status_code == 401
    )
    unsigned = jwt.encode({"sub": "u-1", "bearing_viewer": "chief_physician"}, None, "none", {"kid": issuer.kid})
    assert caller(trusting, unsigned).status_code == 401
    head, body, signature = issuer.token().split(".")
    assert caller(trusting, f"{head}.{body[:-2]}AA.{signature}").status_code == 401


def test_keys_still_work_beside_tokens_and_nobody_is_let_in_without(trusting: Served) -> None:
    assert caller(trusting, trusting.key("ward_manager")).json()["viewer"] == "ward_manager"
    with trusting.client(None) as client:
        assert client.get("/api/caller").status_code == 401


def test_an_issuer_that_cannot_be_reached_or_has_another_name_is_said(copilot: Copilot, folder: Path) -> None:
    with oidc.running() as issuer:
        token, url = issuer.token(), issuer.url
        issuer.named = "https://elsewhere.example"
        with running(copilot, folder, tokens=Tokens(url, "bearing")) as served:
            assert caller(served, token).status_code == 503
            issuer.named = None
            assert caller(served, token).status_code == 200
    with running(copilot, folder, tokens=Tokens(url, "bearing")) as served:
        refused = caller(served, token)
        assert refused.status_code == 503
        assert url in refused.json()["detail"]


def test_an_issuer_needs_an_audience(tmp_path: Path) -> None:
    refused = bearing("serve", "--port", "0", state=tmp_path, BEARING_TOKEN_ISSUER="https://login.example")
    assert refused.returncode == 2
    assert "BEARING_TOKEN_AUDIENCE" in refused.stderr
