from datetime import date, timedelta
from pathlib import Path

import golden
import numpy as np
import pytest
from record_sources import of_kind, unsupported, value, write_tables

from copilot.errors import KnowledgeError, ToolError
from copilot.sources import Sources
from copilot.tools.check_model_health import TOOL
from copilot.tools.check_model_health.tool import Arguments, check_model_health
from copilot.types import Finding, ToolResult, Viewer

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
    files = {
        "projects": "id,name,unit\nP-1,Lending,Bank\nP-2,Shop,Retail\nP-3,Quiet,Bank\n",
        "models": MODELS,
        **tables,
    }
    if quality_rows:
        files["model_quality"] = "model_id,week,value,cases\n" + quality_rows
    return write_tables(root, TODAY, "labels: [board]\n", **files)


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Sources:
    rows = quality("M-1", series(0.88, 0.08)) + quality("M-2", series(0.85)) + quality("M-3", series(0.62))
    return sources(tmp_path_factory.mktemp("bank"), rows, feature_bins=BINS, incidents=INCIDENTS)


def check(where: Sources, viewer: Viewer | None = None, **arguments: object) -> ToolResult:
    return check_model_health(where, viewer or Viewer(), Arguments.model_validate(arguments))


def tasks(result: ToolResult) -> dict[str, Finding]:
    return {str(f.values["task"]): f for f in of_kind(result, "diagnosis_step")}


def test_one_model_is_answered_with_its_fall_when_it_began_and_what_shifted(bank: Sources) -> None:
    result = check(bank, model="loan score")
    fall = result.findings[0]
    assert (fall.kind, fall.subject, fall.role) == ("decline", "M-1", "headline")
    assert value(fall, "validated") == 0.88
    assert value(fall, "change") == pytest.approx(100 * (value(fall, "latest") - 0.88), abs=0.1)
    assert fall.values["onset"] == LAST_WEEK - timedelta(weeks=103 - 80)
    assert (fall.values["detector"], fall.values["confidence"]) == ("year-over-year CUSUM", "high")
    assert fall.values["shifted"] == ("age",)
    assert fall.evidence[1:] == ("r-M-1",)
    assert [figure.unit for figure in result.figures] == ["share", "share", "points"]


def test_one_model_in_trouble_gets_the_eight_steps_of_a_diagnosis(bank: Sources) -> None:
    found = tasks(check(bank, model="M-1"))
    assert [value(step, "step") for step in found.values()] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert value(found["confirm"], "cases") == 4000
    assert found["confirm"].values["is_beyond_chance"] is True
    assert found["segment"].values["groups"] == ("age over 60",)
    assert found["decide"].values["options"][0] == "release"  # type: ignore[index]  # a list of names
    assert (found["decide"].values["newest"], found["decide"].values["running"]) == ("3.1", "3.0")
    assert tasks(check(bank, model="M-2")) == {}


def test_one_model_tells_retraining_version_and_incidents(bank: Sources) -> None:
    result = check(bank, model="M-1")
    (retraining,), (version,) = of_kind(result, "retraining"), of_kind(result, "version")
    assert (value(retraining, "overdue"), retraining.values["due"]) == (119, date(2026, 7, 4))
    assert version.values == {
        "model": "Loan score", "running": "3.0", "newest": "3.1", "deployed": date(2026, 6, 15),
    }  # fmt: skip
    (incident,) = of_kind(result, "incident")
    assert (incident.subject, incident.values["day"], value(incident, "severity"), incident.values["status"]) == (
        "I-7", date(2026, 9, 1), 2, "open",
    )  # fmt: skip
    assert incident.evidence[1:] == ("r-I-7",)


def test_a_shifted_input_opens_to_its_histogram(bank: Sources) -> None:
    (age,) = of_kind(check(bank, model="M-1"), "input_shift")
    assert (age.values["input"], age.values["level"], age.values["bin"]) == ("age", "act", "over 60")
    assert (value(age, "before"), value(age, "now")) == (0.2, 0.55)
    assert age.calculation
    assert age.calculation.inputs[0].rows[0] == ("under 30", 4000, 150)


@pytest.mark.parametrize(
    ("levels", "level"),
    [
        ("drift_watch: 0.5, drift_act: 1", "watch"),
        ("drift_watch: 0.7, drift_act: 1", None),
        ("quality_drop: 0.1", "act"),
    ],
)
def test_an_input_is_watched_and_acted_on_from_the_levels_of_the_workspace(
    tmp_path: Path, levels: str, level: str | None
) -> None:
    tables = {
        "projects": "id,name\nP-1,Lending\n",
        "models": "id,name,status\nM-1,Loan score,live\n",
        "feature_bins": "\n".join(BINS.split("\n")[:4]) + "\n",
    }
    found = check(write_tables(tmp_path, TODAY, f"thresholds: {{{levels}}}\n", **tables), model="M-1")
    shifts = of_kind(found, "input_shift")
    assert [f.values["level"] for f in shifts] == ([level] if level else [])
    if level == "watch":
        assert (value(shifts[0], "watch"), value(shifts[0], "act")) == (0.5, 1)


def test_a_level_to_act_from_is_not_below_the_one_to_watch_from(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match=r"drift_act \(0.05\) must not be below drift_watch \(0.1\)"):
        write_tables(tmp_path, TODAY, "thresholds: {drift_act: 0.05}\n", models=MODELS)


def test_a_decline_opens_to_the_weeks_it_was_found_in(bank: Sources) -> None:
    fall = check(bank, model="M-1").findings[0]
    assert fall.calculation
    assert len(fall.calculation.inputs[0].rows) == 50
    assert fall.calculation.inputs[0].rows[-1][0] == LAST_WEEK.isoformat()


def test_a_model_that_learns_from_its_own_output_and_concentrates_is_suspected(bank: Sources) -> None:
    result = check(bank, model="product picker")
    assert result.findings[0].kind == "no_decline"
    (loop,) = of_kind(result, "feedback_loop")
    assert (loop.values["state"], loop.values["concentrating"]) == ("suspected", ("rank",))
    assert of_kind(check(bank, model="M-1"), "feedback_loop") == []
    assert of_kind(check(bank, model="M-4"), "feedback_loop")[0].values["state"] == "not recorded"


def test_all_live_models_are_counted_and_the_worst_comes_first(bank: Sources) -> None:
    result = check(bank)
    opening = result.findings[0]
    assert (opening.kind, value(opening, "declining"), value(opening, "models")) == ("declining_models", 1, 4)
    assert (opening.values["ids"], opening.values["status"], opening.values["of"]) == (("M-1",), "live", None)
    assert [row[0] for row in result.tables[0].rows][0] == "M-1"
    assert of_kind(result, "unmeasured_models")[0].values["ids"] == ("M-4",)
    assert of_kind(result, "overdue_retraining")[0].values["ids"] == ("M-1",)
    assert result.hidden_rows == 1
    assert of_kind(result, "hidden")[0].role == "caveat"


def test_a_viewer_with_the_label_counts_the_labelled_model_too(bank: Sources) -> None:
    result = check(bank, Viewer(name="chair", labels=frozenset({"board"})))
    assert value(result.findings[0], "models") == 5
    assert result.hidden_rows == 0


def test_a_unit_and_a_project_narrow_the_models(bank: Sources) -> None:
    for arguments, of, declining in (
        ({"unit": "bank"}, "Bank", 1),
        ({"project": "shop"}, "Shop (P-2)", 0),
        ({"model": "Lending"}, "Lending (P-1)", 1),
    ):
        opening = check(bank, **arguments).findings[0]
        assert opening.values["of"] == of
        assert (value(opening, "declining"), value(opening, "models")) == (declining, 2)


CALLS: tuple[dict[str, object], ...] = (
    {}, {"top": 1}, {"model": "M-1"}, {"model": "M-2"}, {"model": "M-3"}, {"model": "M-4"}, {"model": "M-5"},
    {"unit": "Bank"}, {"project": "P-2"}, {"project": "P-3"},
)  # fmt: skip


def test_its_sentences_are_those_of_the_golden_file(bank: Sources, rewrite_golden: bool) -> None:
    golden.check_supported("check_model_health", {str(a): check(bank, **a) for a in CALLS}, rewrite=rewrite_golden)


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
    result = check(where, model="M-2")
    (stale,) = of_kind(result, "stale_measurement")
    assert (stale.values["last"], value(stale, "days")) == (date(2026, 8, 3), 89)
    assert (result.findings[0].kind, result.findings[0].values["last"]) == ("no_decline", date(2026, 8, 3))
    assert tasks(result)["check the pipeline"].values["last"] == date(2026, 8, 3)
    assert unsupported(result) == []


def test_a_short_series_is_judged_with_low_confidence(tmp_path: Path) -> None:
    where = sources(tmp_path, quality("M-2", [0.85] * 8 + [0.78] * 6))
    fall = check(where, model="M-2").findings[0]
    assert (value(fall, "change"), fall.values["onset"]) == (-7.0, date(2026, 9, 21))
    assert (fall.values["detector"], fall.values["confidence"]) == ("threshold breach", "low")


def test_models_without_any_measurement_are_still_reported(tmp_path: Path) -> None:
    result = check(sources(tmp_path), model="M-1")
    assert result.findings[0].kind == "no_measurement"
    assert of_kind(result, "no_histograms")
    assert unsupported(result) == []


def test_a_models_table_with_only_ids_is_not_an_error(tmp_path: Path) -> None:
    where = sources(tmp_path, quality("A", series(0.8, 0.06)), models="id\nA\nB\n")
    result = check(where)
    assert result.findings[0].values["names"] == ("A",)
    assert unsupported(result) == []
    assert unsupported(check(where, model="A")) == []


def test_without_a_models_table_the_call_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="no table of models"):
        check(write_tables(tmp_path, TODAY))


def test_the_chart_shows_the_validated_level_and_the_onset(bank: Sources) -> None:
    (chart,) = check(bank, model="M-1").charts
    data = [layer["data"]["values"] for layer in chart.spec["layer"]]
    assert len(data[0]) == 104
    assert any(values[0].get("name") == "Validated 88%" for values in data[1:])
    assert any(str(values[0].get("name")).startswith("Decline from") for values in data[1:])
    names = [layer["encoding"] for layer in chart.spec["layer"] if layer["mark"]["type"] == "text"]
    # Beside and above the curve, not on it.
    assert [(e["x"].get("value"), e["y"].get("value")) for e in names] == [("width", None), (None, -7)]


def test_the_same_call_gives_the_same_result(bank: Sources) -> None:
    assert check(bank) == check(bank)


def test_two_hundred_models_of_two_years_are_checked_in_one_call(tmp_path: Path) -> None:
    models = "id,name,status,validated_quality\n" + "".join(f"M-{n},Model {n},live,0.85\n" for n in range(200))
    rows = "".join(quality(f"M-{n}", series(0.85, 0.05 * (n % 4 == 0))) for n in range(200))
    where = sources(tmp_path, rows, models=models)
    opening = check(where).findings[0]
    assert (value(opening, "declining"), value(opening, "models")) == (50, 200)
    assert (len(opening.values["names"]), value(opening, "more")) == (6, 44)  # type: ignore[arg-type]  # a list


def test_of_retraining_alone_the_latest_is_told_first(bank: Sources) -> None:
    result = check(bank, aspect="retraining")
    (found,) = of_kind(result, "overdue_retraining")
    assert found.role == "headline"
    assert value(found, "models") == 1
    assert found.values["ids"] == ("M-1",)
    assert not of_kind(result, "declining_models")


def test_of_versions_alone_those_that_differ_are_told(bank: Sources) -> None:
    (found,) = of_kind(check(bank, aspect="version"), "other_version")
    assert (found.role, found.values["ids"]) == ("headline", ("M-1",))


def test_that_none_is_overdue_is_said_with_the_next_day(tmp_path: Path) -> None:
    models = "id,name,status,trained_on,retrain_every_days\nM-1,Kelp,live,2026-10-01,90\nM-2,Net,live,2026-10-05,\n"
    (found,) = of_kind(check(sources(tmp_path, models=models), aspect="retraining"), "no_overdue_retraining")
    assert (value(found, "checked"), value(found, "unknown")) == (1, 1)
    assert found.values["next"] == date(2026, 12, 30)


def test_of_one_model_an_aspect_comes_alone(bank: Sources) -> None:
    result = check(bank, model="M-1", aspect="version")
    assert [(f.kind, f.role) for f in result.findings] == [("version", "headline")]


def test_without_measurements_no_model_is_said_to_hold(tmp_path: Path) -> None:
    models = "id,name,status,trained_on,retrain_every_days\nM-1,Kelp,live,2026-01-01,90\nM-2,Net,live,2026-10-05,90\n"
    result = check(sources(tmp_path, models=models))
    assert result.findings[0].kind == "nothing_measured"
    assert not of_kind(result, "declining_models")
    assert value(of_kind(result, "overdue_retraining")[0], "models") == 1


@pytest.mark.parametrize(
    ("columns", "is_told"),
    [
        ("id,name", False),
        ("id,name,trained_on", False),
        ("id,name,trained_on,retrain_every_days", True),
        ("id,name,deployed_version,registry_version", True),
    ],
)
def test_it_is_offered_where_the_records_tell_of_health(tmp_path: Path, columns: str, is_told: bool) -> None:
    row = "M-1,Kelp" + ",2026-01-01,30" if "trained" in columns else "M-1,Kelp,1,2"
    cells = ",".join(row.split(",")[: columns.count(",") + 1])
    where = sources(tmp_path, models=f"{columns}\n{cells}\n")
    assert TOOL.is_available(where) == is_told
