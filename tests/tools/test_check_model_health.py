from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from record_sources import said, unsupported

from copilot.errors import ToolError
from copilot.records.store import Records
from copilot.sources import Sources
from copilot.tools.check_model_health.tool import Arguments, check_model_health
from copilot.types import ToolResult, Viewer
from copilot.workspace import Workspace

TODAY = date(2026, 10, 31)
LAST_WEEK = date(2026, 10, 26)
MODELS = (
    "id,project_id,name,status,quality_metric,validated_quality,registry_version,deployed_version,deployed_on,"
    "trained_on,retrain_every_days,uses_own_output,label\n"
    "M-1,P-1,Loan score,live,accuracy,0.88,3.1,3.0,2026-06-15,2026-01-05,180,no,\n"
    "M-2,P-1,Collections score,live,accuracy,0.85,1.0,1.0,2026-01-05,2026-08-01,180,no,\n"
    "M-3,P-2,Product picker,live,hit rate,0.60,2.0,2.0,2026-01-05,2026-10-01,90,yes,\n"
    "M-4,P-2,Text writer,live,,,,,,,,,\n"
    "M-5,P-2,Old picker,retired,hit rate,0.5,,,,,,,\n"
    "M-6,P-3,Secret score,live,accuracy,0.9,,,,,,,board\n"
)
BINS = """model_id,feature,bin,position,training_count,recent_count
M-1,age,under 30,1,4000,150
M-1,age,30-60,2,4000,300
M-1,age,over 60,3,2000,550
M-1,amount,small,1,5000,500
M-1,amount,large,2,5000,500
M-3,rank,top 100,1,2800,510
M-3,rank,101-1000,2,3100,270
M-3,rank,beyond,3,4100,220
"""
INCIDENTS = """id,date,project_id,model_id,severity,title,status
I-7,2026-09-01,P-1,M-1,2,Refusals overturned,open
"""


def series(level: float, fall: float = 0.0, weeks: int = 104, onset: int = 80) -> list[float]:
    noise = np.random.default_rng(3).normal(0, 0.004, weeks)
    return [float(v) for v in level - fall * (np.arange(weeks) >= onset) + noise]


def quality(id: str, values: list[float], last: date = LAST_WEEK) -> str:
    weeks = [last - timedelta(weeks=n) for n in reversed(range(len(values)))]
    return "".join(f"{id},{w},{v:.4f},1000\n" for w, v in zip(weeks, values, strict=True))


def sources(root: Path, quality_rows: str = "", **tables: str) -> Sources:
    folder = root / "records"
    folder.mkdir()
    files = {
        "projects": "id,name,unit\nP-1,Lending,Bank\nP-2,Shop,Retail\nP-3,Quiet,Bank\n",
        "models": MODELS,
        **tables,
    }
    if quality_rows:
        files["model_quality"] = "model_id,week,value,cases\n" + quality_rows
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    (root / "workspace.yaml").write_text("labels: [board]\n", encoding="utf-8")
    workspace = Workspace.open(root)
    return Sources(workspace, Records.load(workspace), None, None, TODAY)


@pytest.fixture
def bank(tmp_path: Path) -> Sources:
    rows = quality("M-1", series(0.88, 0.08)) + quality("M-2", series(0.85)) + quality("M-3", series(0.62))
    return sources(tmp_path, rows, feature_bins=BINS, incidents=INCIDENTS)


def check(where: Sources, viewer: Viewer | None = None, **arguments: object) -> ToolResult:
    return check_model_health(where, viewer or Viewer(), Arguments.model_validate(arguments))


def test_one_model_is_answered_with_its_fall_when_it_began_and_what_shifted(bank: Sources) -> None:
    result = check(bank, model="loan score")
    answer = result.findings[0]
    onset = (LAST_WEEK - timedelta(weeks=103 - 80)).isoformat()
    assert answer.role == "headline"
    assert answer.text.startswith("Loan score (M-1) fell from a validated 88.0% to ")
    assert f"the decline began in about the week of {onset} (year-over-year CUSUM, high confidence)" in answer.text
    assert answer.text.endswith("1 input has shifted (age).")
    assert "r-M-1" in answer.evidence


def test_every_figure_of_a_sentence_is_in_the_evidence_it_cites(bank: Sources) -> None:
    for arguments in (
        {},
        {"model": "M-1"},
        {"model": "M-3"},
        {"model": "M-4"},
        {"unit": "Bank"},
        {"project": "P-2"},
    ):
        assert unsupported(check(bank, **arguments)) == []


def test_one_model_in_trouble_gets_the_eight_steps_of_a_diagnosis(bank: Sources) -> None:
    found = said(check(bank, model="M-1"))
    assert [f"Step {n}, " in found for n in range(1, 9)] == [True] * 8
    assert "rest on 4,000 cases" in found
    assert "age over 60" in found
    assert "release the approved version 3.1 in place of 3.0" in found
    assert "Step 1" not in said(check(bank, model="M-2"))


def test_one_model_tells_retraining_version_and_incidents(bank: Sources) -> None:
    found = said(check(bank, model="M-1"))
    assert "retraining is overdue by 119 days since 2026-07-04" in found
    assert "runs version 3.0, deployed on 2026-06-15, while the registry holds version 3.1" in found
    assert "Incident I-7 of 2026-09-01 (severity 2, open) is linked to Loan score (M-1): Refusals overturned." in found


def test_a_model_that_learns_from_its_own_output_and_concentrates_is_suspected(bank: Sources) -> None:
    result = check(bank, model="product picker")
    assert "a feedback loop is suspected" in said(result)
    assert "no decline is detected" in result.findings[0].text
    assert "feedback" not in said(check(bank, model="M-1"))


def test_all_live_models_are_counted_and_the_worst_comes_first(bank: Sources) -> None:
    result = check(bank)
    assert result.findings[0].text == "1 of 4 live models is declining: Loan score (M-1)."
    assert [row[0] for row in result.tables[0].rows][0] == "M-1"
    assert "1 model has no quality measurement at all: Text writer (M-4)." in said(result)
    assert result.hidden_rows == 1
    assert any("may not see" in s.text and s.role == "caveat" for s in result.findings)


def test_a_viewer_with_the_label_counts_the_labelled_model_too(bank: Sources) -> None:
    result = check(bank, Viewer(name="chair", labels=frozenset({"board"})))
    assert "of 5 live models" in result.findings[0].text
    assert result.hidden_rows == 0


def test_a_unit_and_a_project_narrow_the_models(bank: Sources) -> None:
    assert "1 of 2 live models of Bank is declining" in check(bank, unit="bank").findings[0].text
    assert "2 live models of Shop (P-2)" in check(bank, project="shop").findings[0].text
    assert "1 of 2 live models of Lending (P-1)" in check(bank, model="Lending").findings[0].text


def test_unknown_names_give_the_nearest_three(bank: Sources) -> None:
    for arguments in ({"model": "weather oracle"}, {"project": "weather oracle"}, {"unit": "weather"}):
        with pytest.raises(ToolError) as error:
            check(bank, **arguments)
        assert 1 <= len(error.value.nearest) <= 3


def test_a_hidden_model_is_as_unknown_as_one_that_does_not_exist(bank: Sources) -> None:
    with pytest.raises(ToolError) as error:
        check(bank, model="M-6")
    assert not any("Secret" in name for name in error.value.nearest)


def test_measurements_that_stopped_are_said_to_have_stopped(tmp_path: Path) -> None:
    where = sources(tmp_path, quality("M-2", series(0.85), LAST_WEEK - timedelta(weeks=12)))
    found = said(check(where, model="M-2"))
    assert "last measured in the week of 2026-08-03, 89 days ago" in found
    assert "no decline" in found


def test_a_short_series_is_judged_with_low_confidence(tmp_path: Path) -> None:
    where = sources(tmp_path, quality("M-2", [0.85] * 8 + [0.78] * 6))
    answer = check(where, model="M-2").findings[0].text
    assert (
        "(-7.0 points); the decline began in about the week of 2026-09-21 (threshold breach, low confidence)" in answer
    )


def test_models_without_any_measurement_are_still_reported(tmp_path: Path) -> None:
    result = check(sources(tmp_path), model="M-1")
    assert "has no quality measurements" in result.findings[0].text
    assert "No histograms" in said(result)
    assert unsupported(result) == []


def test_a_models_table_with_only_ids_is_not_an_error(tmp_path: Path) -> None:
    where = sources(tmp_path, quality("A", series(0.8, 0.06)), models="id\nA\nB\n")
    result = check(where)
    assert result.findings[0].text == "1 of 2 models is declining: A (A)." or "A" in result.findings[0].text
    assert unsupported(result) == []
    assert unsupported(check(where, model="A")) == []


def test_without_a_models_table_the_call_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "records").mkdir()
    workspace = Workspace.open(tmp_path)
    with pytest.raises(ToolError, match="no table of models"):
        check(Sources(workspace, Records.load(workspace), None, None, TODAY))


def test_the_chart_shows_the_validated_level_and_the_onset(bank: Sources) -> None:
    (chart,) = check(bank, model="M-1").charts
    data = [layer["data"]["values"] for layer in chart.spec["layer"]]
    assert len(data[0]) == 104
    assert any(values[0].get("name") == "Validated 88.0%" for values in data[1:])
    assert any(str(values[0].get("name")).startswith("Decline from") for values in data[1:])


def test_the_same_call_gives_the_same_result(bank: Sources) -> None:
    assert check(bank) == check(bank)


def test_two_hundred_models_of_two_years_are_checked_in_one_call(tmp_path: Path) -> None:
    models = "id,name,status,validated_quality\n" + "".join(f"M-{n},Model {n},live,0.85\n" for n in range(200))
    rows = "".join(quality(f"M-{n}", series(0.85, 0.05 * (n % 4 == 0))) for n in range(200))
    where = sources(tmp_path, rows, models=models)
    assert "50 of 200 live models are declining" in check(where).findings[0].text
