"""`bearing memo` as a person or a script meets it, on a copy of the fixture hospital."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from command_line import CORPUS, Done, bearing
from indexes import Indexes

from copilot import Settings


class Desk:
    """A workspace, its state and a folder to write to."""

    def __init__(self, root: Path, indexes: Indexes) -> None:
        self.workspace, self.state, self.folder = root / "hospital", root / "state", root / "out"
        shutil.copytree(CORPUS, self.workspace)
        indexes.copy_to(Settings(workspace=self.workspace, state_dir=self.state))
        self.folder.mkdir()

    def bearing(self, *arguments: str) -> Done:
        return bearing(*arguments, state=self.state, workspace=self.workspace, folder=self.folder)

    def memo(self, *arguments: str) -> str:
        """The id of a new memo."""
        done = self.bearing("memo", "new", *arguments, "--format", "json")
        assert done.returncode == 0, done.stderr
        id: str = json.loads(done.stdout)["id"]
        return id


@pytest.fixture(scope="module")
def desk(indexes: Indexes, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return Desk(tmp_path_factory.mktemp("desk"), indexes)


@pytest.mark.parametrize(("format", "start"), [("pdf", b"%PDF"), ("docx", b"PK"), ("md", b"# "), ("json", b"{")])
def test_a_memo_is_kept_and_written_in_each_format(desk: Desk, format: str, start: bytes) -> None:
    done = desk.bearing("memo", "new", "--top", "3", "--budget", "3m", "--format", format, "--out", f"memo.{format}")
    assert done.returncode == 0, done.stderr
    assert (desk.folder / f"memo.{format}").read_bytes().startswith(start)
    id = done.stdout.split(":")[0]
    assert id in desk.bearing("memo", "list").stdout
    exported = desk.bearing("memo", "export", id, "--format", format)
    assert (exported.returncode, (desk.folder / f"{id}.{format}").is_file()) == (0, True)


@pytest.mark.parametrize(
    ("purpose", "title", "listed"),
    [
        ("stop", "AI portfolio: what to stop and what to continue", "stop or continue, stops 2, partly firm"),
        ("status", "AI portfolio: status", "status, 2 blocked or off track, no recommendation"),
    ],
)
def test_a_memo_of_each_kind_is_kept_listed_and_checked(desk: Desk, purpose: str, title: str, listed: str) -> None:
    done = desk.bearing("memo", "new", "--purpose", purpose, "--to", "Head of Care", "--out", f"{purpose}.md")
    assert done.returncode == 0, done.stderr
    id = done.stdout.split(":")[0]
    assert (desk.folder / f"{purpose}.md").read_text(encoding="utf-8").startswith(f"# {title}\n\nTo: Head of Care ·")
    assert f"{listed}: {title}" in desk.bearing("memo", "list").stdout
    checked = desk.bearing("memo", "check", id)
    assert (checked.returncode, "still holds." in checked.stdout) == (0, True)


@pytest.mark.parametrize(("written", "amount"), [("750k", 750_000), ("NOK 2.5m", 2.5e6)])
def test_amounts_are_read_as_people_write_them(desk: Desk, written: str, amount: float) -> None:
    done = desk.bearing("memo", "new", "--budget", written, "--format", "json")
    assert json.loads(done.stdout)["provenance"]["arguments"]["budget"] == amount


@pytest.mark.parametrize("written", ["4 apples", "€3m", "-2m", "lots", "1m 2m"])
def test_what_is_no_amount_of_the_workspaces_currency_is_refused(desk: Desk, written: str) -> None:
    done = desk.bearing("memo", "new", f"--budget={written}")
    assert done.returncode == 2
    assert "is not an amount in NOK" in done.stderr


def test_a_memo_belongs_to_its_viewer(desk: Desk) -> None:
    id = desk.memo("--top", "2", "--viewer", "chief_physician")
    assert desk.bearing("memo", "show", id, "--viewer", "chief_physician").returncode == 0
    refused = desk.bearing("memo", "show", id, "--viewer", "ward_manager")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "no memo" in refused.stderr


def test_a_text_is_edited_from_a_file_and_signed_off_with_its_figures_confirmed(desk: Desk) -> None:
    id = desk.memo("--top", "1")
    text = desk.bearing("memo", "text", id, "--section", "decision").stdout
    assert text.startswith("## decision\nApprove")
    (desk.folder / "motion.txt").write_text(f"{text}It costs 9.9 million NOK.\n", encoding="utf-8")
    edited = desk.bearing("memo", "edit", id, "motion.txt", "--name", "Ana Costa")
    assert edited.returncode == 0, edited.stderr
    assert "no source holds 9.9 million NOK, in" in edited.stderr
    version = edited.stdout.split(":")[0]
    assert "9.9 million NOK \\[no source\\]" in desk.bearing("memo", "show", version).stdout
    refused = desk.bearing("memo", "sign", version, "--name", "Ben Ito")
    assert (refused.returncode, "Nothing that was read holds 9.9 million NOK" in refused.stderr) == (2, True)
    signed = desk.bearing("memo", "sign", version, "--name", "Ben Ito", "--accept", "9.9 million NOK")
    assert signed.returncode == 0, signed.stderr
    assert "Signed off by Ben Ito" in desk.bearing("memo", "show", version).stdout
    entries = [json.loads(line) for line in desk.bearing("audit", "export").stdout.splitlines()]
    told = {entry["action"]: entry["details"] for entry in entries if entry["subject"] == version}
    assert (told["edited memo"]["of"], told["edited memo"]["unsourced"]) == (id, ["9.9 million NOK"])
    assert told["advanced memo"] == {"state": "signed off", "name": "Ben Ito", "accepted": ["9.9 million NOK"]}


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("memo", "new", "Sepsis Monitor"), "the nearest are"),
        (("memo", "new", "--unit", "Nowhere"), "the nearest are"),
        (("memo", "new", "--format", "odt"), "there are md, docx, pdf, json"),
        (("memo", "new", "--purpose", "praise"), "there are fund, stop, status"),
        (("memo", "new", "--purpose", "stop", "--budget", "1m"), "A budget is for a memo on what to fund"),
        (("memo", "new", "--out", "missing/memo.md"), "the memo is kept as M-"),
        (("memo", "check", "M-0"), "no memo 'M-0'"),
        (("memo", "edit", "M-0", "missing.txt", "--name", "Ana Costa"), "Cannot read 'missing.txt'"),
        (("memo", "sign", "M-0", "--name", "Ana Costa", "--state", "done"), "there are draft, in review, signed off"),
    ],
)
def test_a_wrong_call_says_what_would_be_right(desk: Desk, arguments: tuple[str, ...], complaint: str) -> None:
    done = desk.bearing(*arguments)
    assert done.returncode == 2
    assert complaint in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_check_ends_with_1_when_the_recommendation_no_longer_holds(tmp_path: Path, indexes: Indexes) -> None:
    desk = Desk(tmp_path, indexes)
    id = desk.memo("--top", "2")
    held = desk.bearing("memo", "check", id)
    assert (held.returncode, "The recommendation still holds." in held.stdout) == (0, True)
    projects = desk.workspace / "records" / "projects.csv"
    text = projects.read_text(encoding="utf-8")
    assert ",7,6,8,8,5,6,3,7," in text
    projects.write_text(text.replace(",7,6,8,8,5,6,3,7,", ",2,1,3,2,30,2,9,2,"), encoding="utf-8")
    ended = desk.bearing("memo", "check", id)
    assert ended.returncode == 1, ended.stdout
    assert "The recommendation no longer holds." in ended.stdout
    assert "Bed Planner" in ended.stdout
    told = json.loads(desk.bearing("memo", "check", id, "--json").stdout)
    assert told["holds"] is False
    assert {line["state"] for line in told["lines"]} >= {"holds", "changed", "gone"}
