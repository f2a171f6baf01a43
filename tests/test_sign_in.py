"""Who a person is by the claims of their token, and what their role lets them do."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from indexes import CORPUS, Indexes

from copilot import Copilot, Settings, open_copilot
from copilot.errors import PermissionDenied, SettingsError
from copilot.types import Viewer
from copilot.upkeep.checking import check
from copilot.workspace import Workspace

RULES = """
sign_in:
  rules:
    - {claim: groups, value: board, viewer: chief_physician, role: leader}
    - {claim: realm_access.roles, value: auditor, role: admin}
    - {claim: department, value: wards, role: pm}
    - {claim: staff, value: "True"}
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    root = Path(shutil.copytree(CORPUS, tmp_path / "workspace"))
    path = root / "workspace.yaml"
    path.write_text(path.read_text(encoding="utf-8") + RULES, encoding="utf-8")
    return Workspace.open(root)


@pytest.mark.parametrize(
    ("claims", "labels", "role"),
    [
        ({"groups": ["staff", "board"]}, {"board"}, "leader"),
        ({"groups": "board"}, {"board"}, "leader"),
        ({"realm_access": {"roles": ["auditor"]}}, set(), "admin"),
        ({"realm_access.roles": ["auditor"]}, set(), "admin"),
        ({"department": "wards"}, set(), "pm"),
        ({"department": "wards", "groups": ["board"]}, {"board"}, "leader"),
        ({"staff": True}, set(), None),
    ],
)
def test_claims_make_a_viewer_by_every_rule_that_fits(
    workspace: Workspace, claims: Mapping[str, object], labels: set[str], role: str | None
) -> None:
    viewer = workspace.signed_in({"email": "ana@halden.example", **claims})
    assert viewer == Viewer(name="ana@halden.example", labels=frozenset(labels), role=role)


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"email": "ana@halden.example", "groups": ["boarding"]}, "no rule"),
        ({"email": "ana@halden.example"}, "no rule"),
        ({"groups": ["board"]}, "no email"),
        ({"email": "", "groups": ["board"]}, "no email"),
        ({"email": "ana@halden.example", "email_verified": False, "groups": ["board"]}, "verified"),
        ({"email": "chief_physician", "groups": ["board"]}, "is a viewer"),
        ({"email": "everyone", "groups": ["board"]}, "is a viewer"),
        ({"email": "ana@halden.example", "realm_access": "auditor"}, "no rule"),
        ({"email": "ana@halden.example", "staff": None}, "no rule"),
    ],
)
def test_whom_no_rule_fits_is_not_let_in(workspace: Workspace, claims: Mapping[str, object], reason: str) -> None:
    with pytest.raises(PermissionDenied, match=reason):
        workspace.signed_in(claims)


def test_a_viewer_named_on_the_command_line_may_do_all_and_a_visitor_only_what_is_written(workspace: Workspace) -> None:
    assert workspace.viewer("ward_manager").may("administer")
    assert workspace.visitor("ward_manager").role is None
    assert workspace.visitor("chief_physician").labels == {"board"}


@pytest.mark.parametrize(
    ("role", "may"),
    [
        (None, set()),
        ("leader", {"edit_memo", "sign_memo"}),
        ("pm", {"edit_memo", "upload"}),
        ("evaluator", {"evaluate", "see_heldback"}),
        ("admin", {"evaluate", "see_heldback", "edit_memo", "sign_memo", "upload", "administer"}),
    ],
)
def test_a_role_allows_what_it_is_for(role: str | None, may: set[str]) -> None:
    viewer = Viewer.model_validate({"role": role})
    acts = ("evaluate", "see_heldback", "edit_memo", "sign_memo", "upload", "administer")
    assert {act for act in acts if viewer.may(act)} == may


def test_a_rule_for_a_viewer_or_label_that_is_not_there_is_found(workspace: Workspace) -> None:
    path = workspace.root / "workspace.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "    - {viewer: nobody, labels: [secret]}\n", encoding="utf-8")
    said = [str(issue) for issue in check(workspace.root)]
    assert any("'nobody'" in line for line in said)
    assert any("'secret'" in line for line in said)


@pytest.fixture
def copilot(workspace: Workspace, indexes: Indexes, tmp_path: Path) -> Iterator[Copilot]:
    opened = open_copilot(indexes.copy_to(Settings(workspace=workspace.root, state_dir=tmp_path / "state")))
    yield opened
    opened.close()


def test_people_who_signed_in_see_by_their_labels_and_have_conversations_of_their_own(copilot: Copilot) -> None:
    question = "What is the risk appetite of the board?"
    with pytest.raises(SettingsError):
        copilot.ask(question, viewer="ana@halden.example")
    ana = copilot.sign_in({"email": "ana@halden.example", "groups": ["board"]}).name
    bo = copilot.sign_in({"email": "bo@halden.example", "department": "wards"}).name
    restricted = {info.id for info in copilot.sources.retriever.documents(copilot.viewer(ana)) if info.label}
    assert restricted
    told, untold = (copilot.call("search_knowledge", name, query="the sale of the imaging unit") for name in (ana, bo))
    assert restricted & {evidence.source for evidence in told.evidence}
    assert not restricted & {evidence.source for evidence in untold.evidence}
    copilot.ask(question, "c-ana", ana)
    copilot.ask(question, "c-bo", bo)
    assert [info.id for info in copilot.conversations.list(bo)] == ["c-bo"]
    assert {entry.viewer for entry in copilot.conversations.audit(copilot.viewer("ward_manager"))} >= {ana, bo}
    # A later token with less takes away what an earlier one gave.
    copilot.sign_in({"email": "ana@halden.example", "department": "wards"})
    assert copilot.viewer(ana).labels == frozenset()
