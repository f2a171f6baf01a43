"""The operating-model advice: criteria of the records, what flips it, what is unknown, and when there is none."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from record_sources import BOARD, CORPUS, EVERYONE, answers, open_sources, said, unsupported

from copilot import Settings, open_copilot
from copilot.analysis.operating_model import Anchor
from copilot.errors import ToolError
from copilot.records.store import Records
from copilot.sources import Sources
from copilot.tools.recommend_operating_model.facts import GROUP, JUDGED, UNIT
from copilot.tools.recommend_operating_model.tool import Arguments, recommend_operating_model
from copilot.types import ToolResult
from copilot.workspace import Workspace

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
    (root / "records").mkdir()
    (root / "workspace.yaml").write_text("as_of: 2026-06-30\nlabels: [board]\norganisation: Acme\n")
    for name, text in tables.items():
        (root / "records" / f"{name}.csv").write_text(text, encoding="utf-8")
    workspace = Workspace.open(root)
    return Sources(workspace, Records.load(workspace), None, None, date(2026, 6, 30))


def recommend(sources: Sources, viewer=EVERYONE, **arguments: object) -> ToolResult:
    return recommend_operating_model(sources, viewer, Arguments(**arguments))


def test_few_people_nothing_live_and_high_risk_speak_for_a_centre(tmp_path: Path) -> None:
    result = recommend(write(tmp_path, projects=SMALL, roles=FEW_PEOPLE), BOARD)
    first = answers(result)[0]
    assert "a centre of excellence fits Acme best" in first
    assert "the runner-up is" in first
    text = said(result)
    assert "AI specialists: 3 data scientists and engineers (full-time equivalents) in 2 units" in text
    assert "5 of 8 AI positions (62%) are vacant" in text
    assert "0 of 2 units have a project in production" in text


def test_what_would_change_the_advice_is_told_and_does_change_it(tmp_path: Path) -> None:
    sources = write(tmp_path, projects=SMALL, roles=FEW_PEOPLE)
    before = recommend(sources)
    assert "least change of one criterion" in answers(before)[2] or "No " in answers(before)[2]
    judgements = dict.fromkeys(["speed", "authority", "funding", "specialists", "teams", "portfolio", "maturity"], 5.0)
    after = recommend(sources, judgements=judgements)
    assert "a federated model fits Acme best" in answers(after)[0]
    assert "judged 5 on a scale of 1 (centre) to 5 (units)" in said(after)


def test_a_weight_of_nothing_leaves_a_criterion_out(tmp_path: Path) -> None:
    sources = write(tmp_path, projects=SMALL, roles=FEW_PEOPLE)
    whole = answers(recommend(sources))[0]
    fewer = answers(recommend(sources, weights={"vacancies": 0}))[0]
    assert int(whole.split()[1]) == int(fewer.split()[1]) + 1


def test_what_no_record_holds_is_asked_for(tmp_path: Path) -> None:
    text = said(recommend(write(tmp_path, projects=SMALL, roles=FEW_PEOPLE)))
    assert "Not in the records, and to be asked: Who holds the money for AI" in text


def test_with_almost_no_records_there_is_no_advice_but_questions(tmp_path: Path) -> None:
    result = recommend(write(tmp_path, projects="id,name\n1,Churn\n"))
    assert answers(result)[0] == (
        "The records tell too little to advise on an operating model for Acme: 1 criterion known, at least 4 needed; "
        "they tell only projects going on."
    )
    assert "How many data scientists and engineers work on AI in each unit?" in answers(result)[1]
    assert result.figures == ()


def test_one_unit_is_advised_from_its_own_facts(tmp_path: Path) -> None:
    sources = write(tmp_path, projects=SMALL, roles=FEW_PEOPLE)
    assert "a central team that serves it fits Bank best" in answers(recommend(sources, unit="bank"))[0]
    with pytest.raises(ToolError, match="no unit 'Mines'"):
        recommend(sources, unit="Mines")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"weights": {"weather": 2}}, "no criterion 'weather'"),
        ({"weights": {"risk": -1}}, "cannot be negative"),
        ({"judgements": {"funding": 7}}, "from 1 .* to 5"),
    ],
)
def test_what_cannot_be_weighed_is_refused(tmp_path: Path, arguments: dict[str, object], message: str) -> None:
    with pytest.raises(ToolError, match=message):
        recommend(write(tmp_path, projects=SMALL, roles=FEW_PEOPLE), **arguments)


def test_rows_withheld_make_the_figures_partial(tmp_path: Path) -> None:
    sources = write(tmp_path, projects=SMALL, roles=FEW_PEOPLE)
    for_all, for_board = recommend(sources), recommend(sources, BOARD)
    assert for_all.hidden_rows == 1
    assert "figures are partial" in said(for_all)
    assert "2 projects going on" in said(for_all)
    assert "3 projects going on" in said(for_board)


def test_documents_that_say_nothing_of_operating_models_are_not_quoted(tmp_path: Path) -> None:
    copilot = open_copilot(Settings(workspace=CORPUS, state_dir=tmp_path))
    result = recommend(copilot.sources)
    copilot.close()
    assert "The documents say nothing about operating models" in said(result)
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
    assert "A centre of excellence fits an organisation when specialists are few and risk is high." in answers(result)
    assert "documents say nothing" not in said(result)
    assert unsupported(result) == []


def test_every_figure_stands_in_what_is_cited(tmp_path: Path) -> None:
    assert unsupported(recommend(open_sources(CORPUS))) == []
    assert unsupported(recommend(write(tmp_path, projects=SMALL, roles=FEW_PEOPLE), unit="Shop")) == []


def written(anchor: Anchor, unit: str) -> str:
    """An anchor as the page writes it: `30%: C .5, H .5`."""
    shares = [
        f"{name} {f'{share:g}'.removeprefix('0')}" for name, share in zip("CHF", anchor.pulls, strict=True) if share
    ]
    return f"{f'{anchor.value * 100:g}%' if unit == 'share' else f'{anchor.value:g}'}: {', '.join(shares)}"


def test_the_anchors_are_those_of_the_page() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "advice.md").read_text(encoding="utf-8")
    rows = [set(map(str.strip, line.split("|"))) for line in page.splitlines()]
    for criterion in (*GROUP, *UNIT, *JUDGED):
        wanted = {criterion.label, *(written(anchor, criterion.unit) for anchor in criterion.anchors)}
        assert any(wanted <= row for row in rows), wanted
