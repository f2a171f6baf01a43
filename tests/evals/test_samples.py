"""Datasets say what is wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest
from eval_answers import sample

from copilot.errors import SettingsError
from copilot.workspace import Workspace
from evals.lint import lint
from evals.samples import DATASETS, Dataset, ExpectedNumber, load
from evals.scorers.nuggets import holds

ROOT = Path(__file__).parents[2]
SHIPPED = sorted(p.stem for p in DATASETS.glob("*.yaml"))


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_dataset_fits_the_shipped_workspace(name: str) -> None:
    assert lint(load(name), Workspace.open(ROOT / "knowledge")) == []


@pytest.mark.parametrize("name", SHIPPED)
def test_a_point_in_its_own_words_passes_its_matcher(name: str) -> None:
    points = [(s.id, n) for s in load(name).samples for n in s.nuggets if n.match]
    assert [(owner, n.text) for owner, n in points if not holds(n.match, n.text)] == []


def test_ids_are_unique_over_the_datasets_that_ship() -> None:
    ids = [s.id for name in SHIPPED for s in load(name).samples]
    assert len(ids) == len(set(ids))


def test_no_question_of_another_set_is_held_back_too() -> None:
    asked = {s.question for name in SHIPPED if name != "heldback" for s in load(name).samples}
    assert not asked & {s.question for s in load("heldback").samples}


def test_the_retrieval_set_asks_for_more_than_the_first_passage() -> None:
    samples = load("retrieval").samples
    assert len(samples) >= 100
    assert all(any(p.grade == 3 and p.quote for p in s.passages) for s in samples)
    assert sum(len(s.passages) >= 3 for s in samples) >= len(samples) / 3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name: x\nsamples:\n- {id: a, type: advice, question: q, colour: red}", "sample a.colour"),
        ("name: x\nsamples: []", "samples"),
        ("name: x\nsamples:\n- {id: a, type: unanswerable, question: q}", "refusal or a clarification"),
        ("name: x\nsamples:\n- {id: a, type: advice, question: q}", "needs nuggets, numbers or tools"),
        ("name: [", "cannot be read as YAML"),
    ],
)
def test_a_fault_of_a_dataset_is_named_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "set.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=said):
        load(str(path))


def test_a_large_set_is_read_from_the_files_it_includes(tmp_path: Path) -> None:
    part = "defaults: {type: advice, author: us}\nsamples:\n- {id: %s, question: q, nuggets: [{text: words}]}"
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "one.yaml").write_text(part % "b", encoding="utf-8")
    (tmp_path / "set.yaml").write_text(f"name: x\ninclude: [more/*.yaml]\n{part % 'a'}", encoding="utf-8")
    read = load(str(tmp_path / "set.yaml")).samples
    assert [(s.id, s.type, s.author) for s in read] == [("a", "advice", "us"), ("b", "advice", "us")]


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ("samples: [{id: b, type: advice, question: q, colour: red}]", "sample b.colour"),
        ("colour: red\nsamples: []", "'colour'"),
        ("samples: none", "a list of samples"),
        ("samples: [", "part.yaml: cannot be read"),
    ],
)
def test_a_fault_of_an_included_file_is_named(tmp_path: Path, part: str, said: str) -> None:
    (tmp_path / "part.yaml").write_text(part, encoding="utf-8")
    (tmp_path / "set.yaml").write_text("name: x\ninclude: [part.yaml]", encoding="utf-8")
    with pytest.raises(SettingsError, match=said):
        load(str(tmp_path / "set.yaml"))


def test_an_included_pattern_that_fits_no_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "set.yaml").write_text("name: x\ninclude: [gone/*.yaml]", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"gone/\*\.yaml"):
        load(str(tmp_path / "set.yaml"))


def test_an_id_that_is_used_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="used twice"):
        Dataset(name="x", samples=(sample(), sample()))


def test_a_permission_sample_without_its_counterpart_is_refused() -> None:
    alone = sample(type="permission", pair="p", must_not_say=("secret",))
    with pytest.raises(ValueError, match="asked twice"):
        Dataset(name="x", samples=(alone,))


def test_a_canary_names_what_must_not_appear() -> None:
    with pytest.raises(ValueError, match="must not appear"):
        sample(split="canary")


def test_a_permission_pair_needs_different_viewers_and_answers() -> None:
    one = sample(id="a", type="permission", pair="p", viewer="chair")
    with pytest.raises(ValueError, match="different answers"):
        Dataset(name="x", samples=(one, one.model_copy(update={"id": "b", "viewer": "leader"})))


@pytest.mark.parametrize(
    ("value", "unit", "written"),
    [(12.4, "EUR", ""), (12.4, "EUR", "EUR 12.4 million"), (0.79, "percent", "")],
)
def test_a_golden_number_without_its_scale_is_refused(value: float, unit: str, written: str) -> None:
    with pytest.raises(ValueError, match="scale"):
        ExpectedNumber(value=value, unit=unit, written=written)


def test_a_golden_number_that_reads_as_written_is_accepted() -> None:
    assert ExpectedNumber(value=12_400_000, unit="EUR", written="EUR 12.4 million").value == 12_400_000
    assert ExpectedNumber(value=0.4, unit="percent", written="0.4%").tolerance == pytest.approx(0.004)


def test_quotes_viewers_and_tools_are_looked_up_in_the_workspace(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("Some **bold** [words](b.md).", encoding="utf-8")
    bad = sample(
        viewer="ghost",
        tools=({"name": "fly"},),
        passages=(
            {"document": "a.md", "quote": "some bold words."},
            {"document": "a.md", "quote": "other words"},
            {"document": "b.md"},
        ),
    )
    faults = lint(Dataset(name="x", samples=(bad,)), Workspace.open(tmp_path))
    assert [f.split(": ", 1)[1][:22] for f in faults] == [
        "a.md does not say 'oth",
        "there is no document '",
        "nobody is called 'ghos",
        "there is no tool 'fly'",
    ]


def test_the_fingerprint_changes_with_the_target_and_not_with_its_author() -> None:
    plain = sample()
    assert sample(author="someone", tags=("new",)).fingerprint == plain.fingerprint
    assert sample(must_not_say=("x",)).fingerprint != plain.fingerprint


def test_the_hash_of_a_dataset_does_not_depend_on_the_order_of_its_samples() -> None:
    a, b = sample(), sample(id="t")
    assert Dataset(name="x", samples=(a, b)).hash == Dataset(name="x", samples=(b, a)).hash


def test_filters_narrow_a_dataset_and_unknown_fields_are_refused() -> None:
    both = Dataset(name="x", samples=(sample(), sample(id="other", persona="executive")))
    assert [s.id for s in both.only(["persona=exec*"]).samples] == ["other"]
    with pytest.raises(SettingsError, match="FIELD one of"):
        both.only(["colour=red"])
    with pytest.raises(SettingsError, match="No sample"):
        both.only(["id=nobody"])
