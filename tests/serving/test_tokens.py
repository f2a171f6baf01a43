"""Bearer tokens of an issuer that the tests start."""

from __future__ import annotations

import shutil
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
from indexes import CORPUS, Indexes
from issuer import Issuer
from served import Served, running

from copilot import Copilot, Settings, open_copilot
from copilot.serving.tokens import Tokens

SIGN_IN = """
sign_in:
  rules:
    - {claim: groups, value: board, viewer: chief_physician, role: evaluator}
    - {claim: groups, value: wards}
"""


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    with oidc.running() as started:
        yield started


@pytest.fixture(scope="module")
def signing_in(indexes: Indexes, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copilot]:
    """A copilot on a workspace that says who may come in with a token."""
    root = Path(shutil.copytree(CORPUS, tmp_path_factory.mktemp("signing_in") / "workspace"))
    with (root / "workspace.yaml").open("a", encoding="utf-8") as file:
        file.write(SIGN_IN)
    opened = open_copilot(indexes.copy_to(Settings(workspace=root, state_dir=root.parent / "state")))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def trusting(signing_in: Copilot, folder: Path, issuer: Issuer) -> Iterator[Served]:
    """A server that takes the issuer's tokens."""
    with running(signing_in, folder, tokens=Tokens(issuer.url, "bearing")) as server:
        yield server


def caller(served: Served, token: str) -> httpx2.Response:
    with served.client(token) as client:
        return client.get("/api/caller")


def test_a_token_says_who_calls(trusting: Served, issuer: Issuer) -> None:
    told = caller(trusting, issuer.token(groups=["board"])).json()
    assert (told["id"], told["viewer"], told["role"]) == ("token:u-1", "ana@halden.example", "evaluator")
    assert caller(trusting, issuer.token()).json()["role"] is None


def test_what_a_token_reads_is_what_its_holder_may_see(trusting: Served, issuer: Issuer) -> None:
    question = {"question": "How many projects are there in each stage?"}
    for group, said in (("board", "9 projects"), ("wards", "8 projects")):
        with trusting.client(issuer.token(email=f"{group}@halden.example", groups=[group])) as client:
            assert said in client.post("/api/ask", json=question).json()["text"]


def test_a_person_has_conversations_and_feedback_by_the_role_that_the_rules_give(
    trusting: Served, issuer: Issuer
) -> None:
    ana, bo = (issuer.token(email=f"{name}@halden.example", groups=["wards"]) for name in ("ana", "bo"))
    with trusting.client(ana) as client:
        made = client.post("/api/conversations", json={"title": "Mine"}).json()["id"]
        assert client.get("/api/feedback").status_code == 403
    with trusting.client(bo) as client:
        assert client.get(f"/api/conversations/{made}").status_code == 404
    with trusting.client(issuer.token(email="eva@halden.example", groups=["board"])) as client:
        assert client.get("/api/feedback").status_code == 200


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": int(time.time()) - 120},
        {"iat": int(time.time()) + 86_400},
        {"nbf": int(time.time()) + 86_400},
        {"aud": "another"},
        {"iss": "https://elsewhere.example"},
        {"exp": None},
        {"sub": None},
        {"aud": None},
    ],
)
def test_a_token_that_is_not_valid_is_refused(trusting: Served, issuer: Issuer, claims: dict[str, Any]) -> None:
    assert caller(trusting, issuer.token(**claims)).status_code == 401


@pytest.mark.parametrize(
    "claims",
    [
        {"groups": ["kitchen"]},
        {"email": None},
        {"email": "chief_physician"},
        {"email_verified": False},
        {"bearing_viewer": "chief_physician", "groups": []},
    ],
)
def test_whom_no_rule_of_the_workspace_lets_in_reads_nothing(
    trusting: Served, issuer: Issuer, claims: dict[str, Any]
) -> None:
    assert caller(trusting, issuer.token(**claims)).status_code == 403


def test_a_forged_token_is_refused(trusting: Served, issuer: Issuer) -> None:
    others = rsa.generate_private_key(65537, 2048)
    assert caller(trusting, issuer.token(key=others)).status_code == 401
    assert (
        caller(trusting, issuer.token(key="a shared secret of thirty-two bytes", algorithm="HS256")).status_code == 401
    )
    unsigned = jwt.encode(
        {"sub": "u-1", "email": "ana@halden.example", "groups": ["board"]}, None, "none", {"kid": issuer.kid}
    )
    assert caller(trusting, unsigned).status_code == 401
    head, body, signature = issuer.token().split(".")
    assert caller(trusting, f"{head}.{body[:-2]}AA.{signature}").status_code == 401


def test_keys_still_work_beside_tokens_and_nobody_is_let_in_without(trusting: Served) -> None:
    assert caller(trusting, trusting.key("ward_manager")).json()["viewer"] == "ward_manager"
    with trusting.client(None) as client:
        assert client.get("/api/caller").status_code == 401


def test_an_issuer_that_cannot_be_reached_or_has_another_name_is_said(signing_in: Copilot, folder: Path) -> None:
    with oidc.running() as issuer:
        token, url = issuer.token(), issuer.url
        issuer.named = "https://elsewhere.example"
        with running(signing_in, folder, tokens=Tokens(url, "bearing")) as served:
            assert caller(served, token).status_code == 503
            issuer.named = None
            assert caller(served, token).status_code == 200
    with running(signing_in, folder, tokens=Tokens(url, "bearing")) as served:
        refused = caller(served, token)
        assert refused.status_code == 503
        assert url in refused.json()["detail"]


@pytest.fixture
def indexed(indexes: Indexes, tmp_path: Path) -> Path:
    """A state folder that holds the index."""
    indexes.copy_to(Settings(workspace=CORPUS, state_dir=tmp_path))
    return tmp_path


def test_an_issuer_needs_an_audience(indexed: Path) -> None:
    refused = bearing("serve", "--port", "0", state=indexed, BEARING_TOKEN_ISSUER="https://login.example")
    assert refused.returncode == 2
    assert "BEARING_TOKEN_AUDIENCE" in refused.stderr


def test_an_issuer_needs_rules_that_say_whom_it_lets_in(indexed: Path) -> None:
    refused = bearing(
        "serve", "--port", "0", state=indexed,
        BEARING_TOKEN_ISSUER="https://login.example", BEARING_TOKEN_AUDIENCE="bearing",
    )  # fmt: skip
    assert refused.returncode == 2
    assert "sign_in" in refused.stderr
