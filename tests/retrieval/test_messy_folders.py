"""Folders as companies have them: names of every kind, front matter of other programs, sidecars gone astray."""

from __future__ import annotations

import os
import sys
import unicodedata
from datetime import date
from pathlib import Path

import pytest
from retrieval_library import Library

from copilot.types import Viewer
from copilot.upkeep.checking import check

EVERYONE = Viewer()


def skipped(library: Library) -> dict[str, str]:
    return dict(library.sync().skipped)


def texts(library: Library, name: str) -> list[str]:
    return [chunk.text for chunk in library.retriever.chunks_of(name, EVERYONE)]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems allow no such name")
def test_a_name_that_is_not_utf_8_costs_no_other_file(library: Library) -> None:
    (library.root / os.fsdecode(b"caf\xe9.md")).write_text("# Canteen\n\nIt serves 320 lunches a day.\n")
    reasons = skipped(library)
    assert list(reasons) == ["caf?.md"]
    assert "rename it" in reasons["caf?.md"]
    assert library.search("waiver")


@pytest.mark.parametrize("name", ["über uns & größe.md", 'o\'brien "final" (v2).md', "tab\there.md", "line\nbreak.md"])
def test_a_file_of_any_name_is_read_and_reported_in_one_line(library: Library, name: str) -> None:
    library.write(f"odd/{name}", "The depot in Ostend keeps 77 spare pallets of dry ice.")
    library.write(f"odd/empty {name}", "")
    report = library.sync()
    assert texts(library, f"odd/{name}") == ["The depot in Ostend keeps 77 spare pallets of dry ice."]
    assert [line.count("\n") for line in report.remarked()] == [0]


@pytest.mark.parametrize("value", ["!!bool foo", "!!int ''", "!!timestamp abc", "!!python/name:os.system x"])
def test_yaml_tags_are_refused_and_cost_no_other_file(library: Library, value: str) -> None:
    library.write("tagged.md", f"---\ntitle: {value}\n---\n\nTrucks are red.\n")
    assert "YAML tags" in skipped(library)["tagged.md"]


def test_front_matter_of_other_programs_is_read_for_what_it_says(library: Library) -> None:
    library.write(
        "allergens.md",
        "---\nlayout: page\ntitle: Allergens\nowner:\n  - Els\n  - Bart\ntags: food, labels\ndate: 2024-05-01\n"
        "last_modified_at: 2025-02-03 10:00:00\n---\n\nSesame is declared from 100 mg.\n",
    )
    library.write("plan.md", "---\ntags: 2024\ncreated: some day\n---\n\nTrucks are blue.\n")
    library.sync()
    infos = {info.id: info for info in library.retriever.documents(EVERYONE)}
    found = infos["allergens.md"]
    assert (found.owner, found.tags) == ("Els, Bart", ("food", "labels"))
    assert (found.effective, found.dated) == (None, date(2025, 2, 3))
    assert (infos["plan.md"].tags, infos["plan.md"].dated) == (("2024",), None)


def test_text_between_two_rules_is_text(library: Library) -> None:
    library.write("rules.md", "---\n\nA rule first, then text: cranes lift 3 tonnes.\n\n---\n\nMore text.\n")
    library.sync()
    assert "cranes lift 3 tonnes" in texts(library, "rules.md")[0]


@pytest.mark.parametrize(
    "broken",
    [
        "---\nlabel: board\n\nIt never ends.\n",
        "\n\n---\nlabel: [board]\n---\nText.\n",
        "---\n'label': board\nx: [\n---\nText.\n",
    ],
)
def test_a_label_that_cannot_be_read_leaves_the_document_out(library: Library, broken: str) -> None:
    library.write("secret.md", broken)
    assert list(skipped(library)) == ["secret.md"]


def test_broken_front_matter_is_said_with_its_line_and_what_to_do(library: Library) -> None:
    library.write("pricing.md", "---\nowner: Ann\ntitle: Pricing: the policy\n---\n\nText.\n")
    assert "line 2" in skipped(library)["pricing.md"]
    assert "into quotes" in skipped(library)["pricing.md"]


@pytest.mark.parametrize("sidecar", ["pay.meta.yaml", "pay.txt.meta.yml", "pai.txt.meta.yaml"])
def test_a_sidecar_that_describes_no_file_is_named(library: Library, sidecar: str) -> None:
    library.write("pay.txt", "The head of finance earns 190,000.")
    library.write(sidecar, "label: board\n")
    assert "its label protects none" in skipped(library)[sidecar]
    assert sidecar in {finding.file for finding in check(library.root)}


@pytest.mark.parametrize("written", ["lable: board\n", "", "- label\n", "label: [board]\n"])
def test_a_sidecar_that_cannot_be_used_leaves_its_document_out(library: Library, written: str) -> None:
    library.write("pay.txt", "The head of finance earns 190,000.")
    library.write("pay.txt.meta.yaml", written)
    assert list(skipped(library)) == ["pay.txt"]
    assert not texts(library, "pay.txt")


def test_links_are_left_out_by_the_check_as_by_the_index(library: Library, tmp_path: Path) -> None:
    outside = tmp_path / "outside.md"
    outside.write_text("The vault code is 9911.")
    (library.root / "link.md").symlink_to(outside)
    (library.root / "up").symlink_to("..")
    assert list(skipped(library)) == ["link.md", "up"]
    assert {"link.md", "up"} <= {finding.file for finding in check(library.root)}


def test_a_label_that_nobody_can_hold_is_found_by_the_check(library: Library) -> None:
    library.write("bonus.md", "---\nlabel: directors\n---\n\nThe bonus is 12 percent.\n")
    assert any(f.file == "bonus.md" and "'directors'" in f.message for f in check(library.root))


def test_a_file_exchanged_for_one_of_its_size_and_time_is_read_again(library: Library) -> None:
    path = library.root / "price.txt"
    path.write_text("A loaf costs 2 euro.")
    library.sync()
    times = path.stat().st_atime_ns, path.stat().st_mtime_ns
    path.write_text("A loaf costs 3 euro.")
    os.utime(path, ns=times)
    library.sync()
    assert texts(library, "price.txt") == ["A loaf costs 3 euro."]


# What replaced what


def write_version(library: Library, name: str, effective: str, by: str) -> None:
    lines = [f"effective: {effective}"] if effective else []
    lines += [f"superseded_by: {by}"] if by else []
    library.write(f"{name}.md", "\n".join(["---", "title: " + name, *lines, "---", "", f"Parking by {name}."]))


def in_force(library: Library, day: date | None = None) -> set[str]:
    found = library.retriever.search("parking", EVERYONE, 20, as_of=day)
    return {s.chunk.document_id for s in found if "Parking by" in s.chunk.text}


def test_a_document_that_names_itself_as_its_successor_stays_in_force(library: Library) -> None:
    write_version(library, "a", "2024-01-01", "a.md")
    remarks = dict(library.sync().remarks)
    assert "correct it" in remarks["a.md"]
    assert in_force(library) == {"a.md"}
    assert dict(library.sync().remarks) == remarks
    assert "a.md" in {finding.file for finding in check(library.root)}


@pytest.mark.parametrize(("days", "current"), [(("2024-01-01", "2025-01-01"), {"b.md"}), (("", ""), {"a.md", "b.md"})])
def test_of_documents_that_replace_each_other_in_a_circle_not_all_vanish(
    library: Library, days: tuple[str, str], current: set[str]
) -> None:
    write_version(library, "a", days[0], "b.md")
    write_version(library, "b", days[1], "a.md")
    report = library.sync()
    assert {path for path, _ in report.remarks} == current
    assert in_force(library) == current


def test_a_successor_that_is_not_there_or_has_no_day_is_said(library: Library) -> None:
    write_version(library, "a", "2024-01-01", "nowhere.md")
    write_version(library, "b", "2024-01-01", "c.md")
    write_version(library, "c", "", "")
    remarks = dict(library.sync().remarks)
    assert "'nowhere.md'" in remarks["a.md"]
    assert "no effective day" in remarks["b.md"]
    write_version(library, "c", "2025-01-01", "")
    write_version(library, "nowhere", "2025-01-01", "")
    assert library.sync().remarks == ()
    assert in_force(library, date(2024, 6, 1)) == {"a.md", "b.md"}


def test_a_successor_that_begins_before_what_it_replaced_replaces_it_and_is_said(library: Library) -> None:
    write_version(library, "a", "2025-06-01", "b.md")
    write_version(library, "b", "2025-01-01", "")
    write_version(library, "c", "2025-01-01", "d.md")
    write_version(library, "d", "2025-01-01", "")
    assert {path: "correct the days" in remark for path, remark in library.sync().remarks} == {"a.md": True}
    assert in_force(library) == in_force(library, date(2026, 1, 1)) == {"b.md", "d.md"}


def test_a_successor_is_found_however_its_accents_are_written(library: Library) -> None:
    write_version(library, "a", "2024-01-01", unicodedata.normalize("NFC", "Rège.md"))
    write_version(library, unicodedata.normalize("NFD", "Rège"), "2025-01-01", "")
    assert library.sync().remarks == ()


def test_a_replaced_document_that_can_no_longer_be_read_costs_no_run(library: Library) -> None:
    write_version(library, "a", "2024-01-01", "b.md")
    write_version(library, "b", "2025-01-01", "")
    library.sync()
    (library.root / "a.md").write_text("---\neffective: soon\nsuperseded_by: b.md\n---\n\nParking by a.\n")
    write_version(library, "b", "2025-06-01", "")
    assert list(skipped(library)) == ["a.md"]
    assert in_force(library) == {"b.md"}
