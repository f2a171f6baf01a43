"""Documents looked after through the Python API, on a copy of the fixture workspace."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from threading import Event, Thread

import pytest
import yaml
from indexes import CORPUS, Indexes

from copilot import Settings, Viewer
from copilot.build import index, open_library
from copilot.commands.watching import watch
from copilot.errors import KnowledgeError, PermissionDenied
from copilot.retrieval.index import locked
from copilot.upkeep.library import About, Library

EVERYONE, BOARD = Viewer(role="pm"), Viewer(labels=frozenset({"board"}), role="pm")
RETENTION = "policies/data-retention-2025.md"


@dataclass
class Desk:
    settings: Settings
    library: Library
    inbox: Path

    def file(self, name: str, text: str) -> Path:
        path = self.inbox / name
        path.write_text(text)
        return path

    def found(self, query: str, viewer: Viewer = EVERYONE, as_of: date | None = None) -> list[str]:
        scored = self.library.retriever.search(query, viewer, 3, as_of=as_of)
        return [s.chunk.document_id for s in scored if s.bm25 > 0]


@pytest.fixture
def desk(indexes: Indexes, tmp_path: Path) -> Desk:
    shutil.copytree(CORPUS, tmp_path / "workspace")
    (tmp_path / "inbox").mkdir()
    settings = indexes.copy_to(Settings(workspace=tmp_path / "workspace", state_dir=tmp_path / "state"))
    return Desk(settings, open_library(settings), tmp_path / "inbox")


def test_an_added_document_is_found_with_what_was_said_of_it(desk: Desk) -> None:
    about = About("Laser rules", "Chief Physicist", date(2026, 3, 1), None, ("safety",))
    id = desk.library.add(
        desk.file("laser.md", "The quorvex laser is locked at night."), about, "policies/radiation", viewer=EVERYONE
    )
    assert id == "policies/radiation/laser.md"
    report, _ = index(desk.settings)
    assert report.added == 1
    assert desk.found("quorvex")[0] == id
    shown = desk.library.show(id, EVERYONE)
    assert (shown.info.title, shown.info.owner, shown.info.effective) == (about.title, about.owner, about.effective)
    assert shown.info.tags == ("safety",)
    assert [chunk.text for chunk in shown.chunks] == ["The quorvex laser is locked at night."]
    assert shown.warnings == ()


def test_a_file_may_have_blanks_of_any_kind_in_its_name(desk: Desk) -> None:
    name = "Scan 2026-01-01 at 10.00\u202fAM \u00a0 – größe.md"
    assert desk.library.add(desk.file(name, "The quorvex unit."), About(), viewer=EVERYONE) == f"documents/{name}"


def test_the_sidecar_of_a_file_comes_with_it(desk: Desk) -> None:
    desk.file("plan.txt.meta.yaml", "label: board\ntitle: The plan\n")
    id = desk.library.add(desk.file("plan.txt", "The quorvex unit is for sale."), About(owner="Ann"), viewer=EVERYONE)
    index(desk.settings)
    assert desk.found("quorvex") == []
    (info,) = [info for info in desk.library.list(BOARD) if info.id == id]
    assert (info.label, info.title, info.owner) == ("board", "The plan", "Ann")


def test_a_labelled_document_is_there_only_for_who_holds_the_label(desk: Desk) -> None:
    id = desk.library.add(desk.file("sale.md", "The quorvex unit is for sale."), About(label="board"), viewer=EVERYONE)
    index(desk.settings)
    assert desk.found("quorvex") == []
    assert desk.found("quorvex", BOARD) == [id]
    for refused in (
        lambda: desk.library.show(id, EVERYONE),
        lambda: desk.library.remove(id, EVERYONE),
        lambda: desk.library.replace(id, desk.file("b.md", "text"), EVERYONE, About(effective=date(2027, 1, 1))),
    ):
        with pytest.raises(KnowledgeError, match="no document"):
            refused()
    assert id not in {info.id for info in desk.library.list(EVERYONE)}
    assert id in {info.id for info in desk.library.list(BOARD)}


def test_a_replaced_document_keeps_its_name_and_its_old_version_the_days_before(desk: Desk) -> None:
    new = desk.file("retention.md", "# Data retention\n\nTraining data is kept for a quorvex of months.\n")
    done = desk.library.replace(RETENTION, new, EVERYONE, About(effective=date(2026, 5, 1)))
    assert done.current == RETENTION
    index(desk.settings)
    infos = {info.id: info for info in desk.library.list(EVERYONE)}
    assert (infos[done.kept].superseded_by, infos[done.kept].superseded_on) == (RETENTION, date(2026, 5, 1))
    assert infos[RETENTION].owner == infos[done.kept].owner
    assert desk.found("how long is training data kept")[0] == RETENTION
    assert done.kept not in desk.found("how long is training data kept")
    assert desk.found("how long is training data kept", as_of=date(2026, 4, 30))[0] == done.kept
    assert any("replaced by" in warning for warning in desk.library.show(done.kept, EVERYONE).warnings)


def test_of_a_document_replaced_twice_each_day_finds_the_one_version_of_that_day(desk: Desk) -> None:
    for effective, months in ((date(2026, 5, 1), 30), (date(2027, 5, 1), 36)):
        new = desk.file("retention.md", f"# Data retention\n\nTraining data is kept for {months} quorvex months.\n")
        desk.library.replace(RETENTION, new, EVERYONE, About(effective=effective))
        index(desk.settings)
    infos = [info for info in desk.library.list(EVERYONE) if "retention" in info.id]
    for day in (date(2026, 4, 30), date(2026, 5, 1), date(2027, 4, 30), date(2027, 5, 1)):
        in_force = [i for i in infos if i.effective and i.effective <= day < (i.superseded_on or date.max)]
        assert len(in_force) == 1, day


def test_a_new_version_of_a_labelled_document_keeps_the_label(desk: Desk) -> None:
    new = desk.file("appetite.md", "# Risk appetite\n\nThe quorvex unit is not for sale.\n")
    done = desk.library.replace("policies/board-risk-appetite.md", new, BOARD, About(effective=date(2027, 1, 1)))
    index(desk.settings)
    assert desk.found("quorvex") == []
    assert desk.library.show(done.current, BOARD).info.label == "board"
    assert desk.library.show(done.kept, BOARD).info.label == "board"
    assert yaml.safe_load((desk.settings.workspace / f"{done.current}.meta.yaml").read_text())["label"] == "board"


def test_a_removed_document_is_gone_with_its_sidecar(desk: Desk) -> None:
    id = desk.library.add(desk.file("laser.md", "The quorvex laser."), About(owner="Ann"), viewer=EVERYONE)
    index(desk.settings)
    desk.library.remove(id, EVERYONE)
    report, _ = index(desk.settings)
    assert report.removed == 1
    assert desk.found("quorvex") == []
    assert list((desk.settings.workspace / "documents").iterdir()) == []


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        (
            lambda d: d.library.add(d.file("a.md", "x"), About(label="nobody"), viewer=EVERYONE),
            "no label 'nobody'; known are board",
        ),
        (
            lambda d: d.library.add(d.file("a.md", "---\nlabel: nobody\n---\nx"), About(), viewer=EVERYONE),
            "no label 'nobody'",
        ),
        (lambda d: d.library.add(d.file("a.exe", "x"), About(), viewer=EVERYONE), "a.exe cannot be read"),
        (lambda d: d.library.add(d.file("~$a.md", "x"), About(), viewer=EVERYONE), "cannot be the name"),
        (lambda d: d.library.add(d.file("a\nb.md", "x"), About(), viewer=EVERYONE), "cannot be the name"),
        (lambda d: d.library.add(d.file("a.md", ""), About(), viewer=EVERYONE), "a.md cannot be read: it is empty"),
        (lambda d: d.library.add(d.inbox / "none.md", About(), viewer=EVERYONE), "no file"),
        (
            lambda d: d.library.add(d.file("a.md", "x"), About(), "../elsewhere", viewer=EVERYONE),
            "out of the workspace",
        ),
        (lambda d: d.library.add(d.file("a.md", "x"), About(), "/etc", viewer=EVERYONE), "no folder for documents"),
        (lambda d: d.library.add(d.file("a.md", "x"), About(), "records", viewer=EVERYONE), "no folder for documents"),
        (
            lambda d: d.library.add(d.file(Path(RETENTION).name, "x"), About(), "policies", viewer=EVERYONE),
            "there already",
        ),
        (lambda d: d.library.replace(RETENTION, d.file("a.md", "x"), EVERYONE, About()), "from which day"),
        (
            lambda d: d.library.replace(RETENTION, d.file("a.md", "x"), EVERYONE, About(effective=date(2025, 7, 1))),
            "begins later",
        ),
        (lambda d: d.library.remove("policies/none.md", EVERYONE), "no document 'policies/none.md'"),
        (lambda d: d.library.remove("../inbox/a.md", EVERYONE), "no document"),
    ],
)
def test_what_cannot_be_done_is_refused_and_changes_nothing(
    desk: Desk, act: Callable[[Desk], object], reason: str
) -> None:
    def files() -> set[Path]:
        return set(desk.settings.workspace.rglob("*"))

    before = files()
    with pytest.raises(KnowledgeError, match=reason):
        act(desk)
    assert files() == before


def test_who_may_not_upload_changes_nothing(desk: Desk) -> None:
    leader = Viewer(name="ana", role="leader")
    file = desk.file("laser.md", "The quorvex laser.")
    for act in (
        lambda: desk.library.add(file, About(), viewer=leader),
        lambda: desk.library.replace(RETENTION, file, leader, About(effective=date(2027, 1, 1))),
        lambda: desk.library.remove(RETENTION, leader),
    ):
        with pytest.raises(PermissionDenied, match="admin or pm"):
            act()
    assert (desk.settings.workspace / RETENTION).is_file()
    assert not (desk.settings.workspace / "documents").exists()


def test_nothing_is_changed_while_another_holds_the_lock(desk: Desk) -> None:
    library = replace(desk.library, wait_seconds=0.05)
    with locked(library.state_dir), pytest.raises(KnowledgeError, match=r"being written by process \d+"):
        library.add(desk.file("laser.md", "The quorvex laser."), About(), viewer=EVERYONE)
    assert not (desk.settings.workspace / "documents").exists()


def test_a_file_dropped_in_the_folder_is_indexed_by_the_watcher_also_after_a_busy_lock(desk: Desk) -> None:
    stop, indexed, refused = Event(), Event(), Event()
    thread = Thread(
        target=watch,
        args=(desk.settings, stop),
        kwargs={"report": lambda _: indexed.set(), "refused": lambda _: refused.set()},
    )
    with locked(desk.library.state_dir):
        thread.start()
        (desk.settings.workspace / "dropped.md").write_text("The quorvex laser is locked at night.")
        assert refused.wait(60)
        assert desk.found("quorvex") == []
    assert indexed.wait(60)
    assert desk.found("quorvex") == ["dropped.md"]
    stop.set()
    thread.join()
