"""What a memo says, line by line, as its golden file has it; `tests/memos` has what it must hold."""

from __future__ import annotations

import re
from pathlib import Path

import golden
from record_sources import CORPUS, EVERYONE, open_sources, unsupported

from copilot.memos.memo import Memo
from copilot.tools.draft_memo.tool import Arguments, draft, draft_memo
from copilot.types import Finding, ToolResult

SHIPPED = Path(__file__).resolve().parents[2] / "knowledge"


def lines(memo: Memo) -> ToolResult:
    return ToolResult(
        findings=tuple(
            Finding(kind=s.name, subject=line.key, role="caveat" if line.is_caveat else "support", text=line.text)
            for s in memo.sections
            for line in s.lines
        )
    )


def test_its_sentences_are_those_of_the_golden_file(rewrite_golden: bool) -> None:
    hospital, shipped = open_sources(CORPUS), open_sources(SHIPPED)
    calls = {
        "in chat": draft_memo(hospital, EVERYONE, Arguments(top=3)),
        "a set": lines(draft(hospital, EVERYONE, Arguments(top=3, budget=3_000_000))),
        "named": lines(draft(hospital, EVERYONE, Arguments(projects=["H-03", "Bed Planner"], budget=2e6))),
        "blocked": lines(draft(shipped, EVERYONE, Arguments(projects=["P-028", "P-017"]))),
        "first": lines(draft(shipped, EVERYONE, Arguments(top=4))),
        "what to stop": lines(draft(hospital, EVERYONE, Arguments(purpose="stop"))),
        "stop or continue": lines(draft(shipped, EVERYONE, Arguments(purpose="stop", projects=["P-068", "P-042"]))),
        "status": lines(draft(hospital, EVERYONE, Arguments(purpose="status"))),
        "status of one": lines(draft(shipped, EVERYONE, Arguments(purpose="status", projects=["P-009"]))),
    }
    assert unsupported(calls["in chat"]) == []
    # The id is a hash of all that the memo holds.
    calls["in chat"] = ToolResult.model_validate_json(
        re.sub(r"M-[0-9a-f]{10}", "M-…", calls["in chat"].model_dump_json(include={"findings", "follow_ups"}))
    )
    golden.check("draft_memo", calls, rewrite=rewrite_golden)


def test_a_workspace_may_bring_sections_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "records").mkdir()
    (tmp_path / "records" / "projects.csv").write_bytes((CORPUS / "records" / "projects.csv").read_bytes())
    (tmp_path / "method").mkdir()
    (tmp_path / "method" / "memo.yaml").write_text(
        "sections:\n- {name: risks, heading: What may go wrong}\n- {name: decision, heading: Antrag}\n"
    )
    memo = draft(open_sources(tmp_path), EVERYONE, Arguments(top=2))
    assert [(s.name, s.heading) for s in memo.sections] == [("risks", "What may go wrong"), ("decision", "Antrag")]
