"""The operating-model advice: criteria of the records, what flips it, what is unknown, and when there is none."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import golden
import pytest
from record_sources import BOARD, EVERYONE, of_kind, unsupported, value, write_tables

from copilot import Copilot, Settings, open_copilot
from copilot.errors import KnowledgeError, ToolError
from copilot.sources import Sources
from copilot.tools.findings import texts
from copilot.tools.recommend_operating_model.method import METHOD
from copilot.tools.recommend_operating_model.tool import Arguments, recommend_operating_model
from copilot.types import Finding, ToolResult

SMALL = (
    "id,name,unit,stage,platform,domain,risk_class,jurisdiction,label\n"
    "P-1,Churn score,Bank,pilot,own,marketing,high,NL,\n"
    "P-2,Mast pictures,Shop,pilot,shared,imaging,high,NL,\n"
    "P-3,Route plan,Shop,idea,own,routing,high,NL,board\n"
)
FEW_PEOPLE = (
    "unit,role,headcount,open_positions,as_of\nBank,Data scientist,2,3,2026-01-01\nShop,Data engineer,1,2,2026-01-01\n"
)


def write(root: Path, **tables: str) -> Sources:
    config = "as_of: 2026-06-30\nlabels: [board]\norganisation: Acme\n"
    return write_tables(root, date(2026, 6, 30), config, **tables)


def recommend(sources: Sources, viewer=EVERYONE, **arguments: object) -> ToolResult:
    return recommend_operating_model(sources, viewer, Arguments(**arguments))


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory) -> Sources:
    return write(tmp_path_factory.mktemp("acme"), projects=SMALL, roles=FEW_PEOPLE)


def criterion(result: ToolResult, name: str) -> Finding:
    (found,) = [f for f in result.findings if f.kind in ("criterion", "judged") and f.subject == name]
    return found


def kinds(result: ToolResult) -> set[str]:
    return {f.kind for f in result.findings}


def test_few_people_nothing_live_and_high_risk_speak_for_a_centre(acme: Sources) -> None:
    result = recommend(acme, BOARD)
    opening = result.findings[0]
    assert (opening.kind, opening.subject, opening.values["who"]) == ("advice", "centre of excellence", "Acme")
    assert value(criterion(result, "specialists"), "people") == 3
    vacancies = criterion(result, "vacancies")
    assert [value(vacancies, name) for name in ("part", "whole", "share")] == [5, 8, 5 / 8]
    assert [value(criterion(result, "maturity"), name) for name in ("part", "whole")] == [0, 2]


def test_what_would_change_the_advice_is_told_and_does_change_it(acme: Sources) -> None:
    (flips,) = of_kind(recommend(acme), "flips")
    assert {"criterion", "weighed"} & set(flips.values)
    judgements = dict.fromkeys(["speed", "authority", "funding", "specialists", "teams", "portfolio", "maturity"], 5.0)
    after = recommend(acme, judgements=judgements)
    assert after.findings[0].subject == "federated model"
    assert [value(f, "judgement") for f in of_kind(after, "judged")] == [5.0] * 7


def test_a_weight_of_nothing_leaves_a_criterion_out(acme: Sources) -> None:
    whole, fewer = (value(recommend(acme, weights=w).findings[0], "criteria") for w in ({}, {"vacancies": 0}))
    assert whole == fewer + 1


def test_a_score_opens_to_its_criteria_and_a_criterion_to_its_anchors(acme: Sources) -> None:
    result = recommend(acme)
    (whole,) = [e for e in result.evidence if e.kind == "computation" and not e.part_of]
    assert whole.calculation is not None
    assert whole.calculation.inputs[0] in result.tables
    calculation = criterion(result, "specialists").calculation
    assert calculation is not None
    assert calculation.inputs[0].rows == ((20.0, 1.0, 0.0, 0.0), (100.0, 0.0, 0.5, 0.5))


def test_a_workspace_may_bring_criteria_of_its_own(tmp_path: Path) -> None:
    scale = "[{at: 1, centre: 1}, {at: 5, federated: 1}]"
    told = "".join(
        f"- {{name: {name}, label: x, ask: Which?, anchors: [{{at: 0, federated: 1}}, {{at: 1, centre: 1}}]}}\n"
        for name in ("vacancies", "platform", "risk", "fields")
    )
    acme = write(tmp_path, projects=SMALL, roles=FEW_PEOPLE)
    (tmp_path / "method").mkdir()
    (tmp_path / "method" / "operating_model.yaml").write_text(
        f"firm: .9\nfairly_firm: .7\npilots: 5\nteam: {{scientists: 1, engineers: 2}}\njudgement: {scale}\n"
        f"criteria:\n{told}- {{name: language, label: the language of the units, ask: Which languages are spoken?}}\n"
    )
    result = recommend(acme)
    assert [f.subject for f in of_kind(result, "criterion")] == ["risk", "fields", "vacancies", "platform"]
    assert of_kind(result, "questions")[0].values["questions"] == ("Which languages are spoken?",)
    assert criterion(recommend(acme, judgements={"language": 2}), "language").kind == "judged"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("of: unit", "the criterion 'specialists' is listed twice for the group"),
        ("{at: 20, centre: 1}", "'specialists': anchors: number 1: the shares of the three models must sum to 1"),
        ("name: vacancies", "no record tells 'vacancy', so it has no anchors; the nearest that are told are vacancies"),
    ],
)
def test_a_wrong_criterion_is_named_with_what_is_wrong(tmp_path: Path, line: str, told: str) -> None:
    wrong = {"of: unit": "of: both", "{at: 20, centre: 1}": "{at: 20, centre: 2}", "name: vacancies": "name: vacancy"}
    default = (METHOD.folder / "operating_model.yaml").read_text(encoding="utf-8")
    acme = write(tmp_path, projects=SMALL, roles=FEW_PEOPLE)
    (tmp_path / "method").mkdir()
    (tmp_path / METHOD.file).write_text(default.replace(line, wrong[line], 1))
    with pytest.raises(KnowledgeError, match=re.escape(told)):
        recommend(acme)


def test_what_no_record_holds_is_asked_for(acme: Sources) -> None:
    (questions,) = of_kind(recommend(acme), "questions")
    assert "Who holds the money for AI" in texts(questions, "questions")[0]


def test_with_almost_no_records_there_is_no_advice_but_questions(tmp_path: Path) -> None:
    result = recommend(write(tmp_path, projects="id,name\n1,Churn\n"))
    few, questions = result.findings[:2]
    assert (few.kind, value(few, "criteria"), value(few, "enough")) == ("too_few", 1, 4)
    assert few.values["known"] == ("projects going on",)
    assert "How many data scientists and engineers work on AI in each unit?" in texts(questions, "questions")
    assert result.figures == ()


def test_one_unit_is_advised_from_its_own_facts(acme: Sources) -> None:
    opening = recommend(acme, unit="bank").findings[0]
    assert (opening.values["who"], opening.values["first"]) == ("Bank", "a central team that serves it")
    with pytest.raises(ToolError, match="no unit 'Mines'"):
        recommend(acme, unit="Mines")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"weights": {"weather": 2}}, "no criterion 'weather'"),
        ({"weights": {"risk": -1}}, "cannot be negative"),
        ({"judgements": {"funding": 7}}, "from 1 .* to 5"),
    ],
)
def test_what_cannot_be_weighed_is_refused(acme: Sources, arguments: dict[str, object], message: str) -> None:
    with pytest.raises(ToolError, match=message):
        recommend(acme, **arguments)


def test_rows_withheld_make_the_figures_partial(acme: Sources) -> None:
    for_all, for_board = recommend(acme), recommend(acme, BOARD)
    assert for_all.hidden_rows == 1
    assert "hidden" in kinds(for_all)
    assert [value(criterion(result, "portfolio"), "projects") for result in (for_all, for_board)] == [2, 3]


def test_documents_that_say_nothing_of_operating_models_are_not_quoted(copilot: Copilot) -> None:
    result = recommend(copilot.sources)
    assert "no_documents" in kinds(result)
    assert not [e for e in result.evidence if e.kind == "passage"]


def test_what_the_documents_say_of_the_first_two_models_is_quoted(tmp_path: Path) -> None:
    write(tmp_path, projects=SMALL, roles=FEW_PEOPLE)
    (tmp_path / "models.md").write_text(
        "# Operating models\n\n"
        "A centre of excellence fits an organisation when specialists are few and risk is high.\n\n"
        "A federated model fits an organisation when units are large and differ in what they do.\n\n"
        "A hybrid model fits an organisation when several units run systems on one platform.\n",
        encoding="utf-8",
    )
    copilot = open_copilot(Settings(workspace=tmp_path, state_dir=tmp_path / "state"))
    result = recommend(copilot.sources)
    copilot.close()
    quoted = {f.subject: f.text for f in of_kind(result, "quote")}
    assert quoted["centre of excellence"].endswith("when specialists are few and risk is high.")
    assert "no_documents" not in kinds(result)
    assert unsupported(result) == []


def test_its_sentences_are_those_of_the_golden_file(
    acme: Sources, hospital: Sources, tmp_path_factory, rewrite_golden
) -> None:
    few = write(tmp_path_factory.mktemp("few"), projects="id,name\n1,Churn\n")
    calls = {
        "corpus": recommend(hospital),
        "{}": recommend(acme),
        "a unit": recommend(acme, unit="Shop"),
        "weights and judgements": recommend(acme, weights={"risk": 3, "vacancies": 0}, judgements={"funding": 5}),
        "names alone": recommend(few),
    }
    golden.check_supported("recommend_operating_model", calls, rewrite=rewrite_golden)
