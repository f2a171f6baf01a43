"""Tools from the command line and from Python, on the fixture hospital."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from command_line import CORPUS, ROOT, Done, bearing
from indexes import Indexes

from copilot import Copilot, Settings
from copilot.commands.tools import help_of, overview, read_arguments
from copilot.errors import ToolError
from copilot.tools import TOOLS, Tool, named


@pytest.fixture(scope="module")
def state(indexes: Indexes, tmp_path_factory: pytest.TempPathFactory) -> Path:
    state = tmp_path_factory.mktemp("tool-state")
    indexes.copy_to(Settings(workspace=CORPUS, state_dir=state))
    return state


def bearing_tool(state: Path, *arguments: str, stdin: str = "") -> Done:
    return bearing("tool", *arguments, state=state, stdin=stdin)


def test_without_a_name_every_tool_is_listed_on_a_line() -> None:
    lines = overview().splitlines()
    assert [line.split()[0] for line in lines[2:]] == [tool.name for tool in TOOLS]


@pytest.mark.parametrize("tool", TOOLS, ids=lambda t: t.name)
def test_the_help_of_a_tool_names_every_argument(tool: Tool) -> None:
    for name in tool.arguments.model_fields:
        assert f"--{name.replace('_', '-')}" in help_of(tool)


def test_options_become_arguments_of_their_types() -> None:
    tool = named("prioritize_projects")
    given = read_arguments(
        tool,
        [
            "--top",
            "3",
            "--compare",
            "H-01",
            "--compare=H-02",
            "--weights",
            "risk=0.4",
            "--no-include-ended",
            "--unit",
            "Home Care",
        ],
        '{"top": 9, "method": "topsis"}',
    )
    checked = tool.arguments.model_validate(given).model_dump(exclude_defaults=True)
    assert checked == {
        "top": 3,
        "method": "topsis",
        "compare": ["H-01", "H-02"],
        "weights": {"risk": 0.4},
        "filters": [{"column": "unit", "value": "Home Care"}],
    }


def test_conditions_and_measures_are_json() -> None:
    given = read_arguments(
        named("find_projects"),
        [
            "--table",
            "projects",
            "--filters",
            '{"column": "budget", "op": ">", "value": 1}',
            "--measures",
            '{"aggregate": "sum", "column": "budget"}',
        ],
        None,
    )
    assert given["filters"] == [{"column": "budget", "op": ">", "value": 1}]
    assert given["measures"] == [{"aggregate": "sum", "column": "budget"}]


@pytest.mark.parametrize(
    ("options", "given", "message"),
    [
        (["top"], None, "'top' is no option of prioritize_projects"),
        (["--top"], None, "needs a value"),
        (["--weights", "risk"], None, "wants NAME=VALUE"),
        (["--filters", "unit"], None, "--filters wants JSON"),
        ([], "[1]", "wants a JSON object"),
        ([], "@nowhere.json", "no file 'nowhere.json'"),
    ],
)
def test_a_malformed_option_is_explained(options: list[str], given: str | None, message: str) -> None:
    with pytest.raises(ToolError, match=re.escape(message)):
        read_arguments(named("prioritize_projects"), options, given)


def test_the_text_is_cited_and_its_tables_drawn(state: Path) -> None:
    done = bearing_tool(state, "find_projects", "--table", "projects", "--stage", "pilot")
    assert (done.returncode, done.stderr) == (0, "")
    assert "3 of 8 projects are in pilot: " in done.stdout
    assert "[1] " in done.stdout


def test_json_is_the_whole_result_and_nothing_else(state: Path) -> None:
    done = bearing_tool(state, "prioritize_projects", "--arguments", "-", "--json", stdin='{"top": 2}')
    assert (done.returncode, done.stderr) == (0, "")
    result = json.loads(done.stdout)
    assert {"findings", "evidence", "tables", "charts", "figures", "hidden_rows"} <= set(result)
    assert result["tables"][0]["title"] == "Ranking by weighted sum"


def test_the_viewer_decides_what_is_counted(state: Path) -> None:
    done = bearing_tool(state, "find_projects", "--table", "projects", "--viewer", "chief_physician", "--json")
    assert "9 projects" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["priorities_projects"], "There is no tool 'priorities_projects'; the nearest are prioritize_projects"),
        (
            ["prioritize_projects", "--top", "900"],
            "prioritize_projects: top ('900'): Input should be less than or equal to 50",
        ),
        (["lookup_metric", "--metrik", "x"], "lookup_metric has no argument 'metrik'; the nearest are metric"),
        (["project_record", "--project", "H-99"], "There is no project or model 'H-99'"),
        (["prioritize_projects", "--ward", "3"], "The projects table has no column 'ward'"),
    ],
)
def test_a_wrong_call_ends_with_code_two_and_one_line(state: Path, arguments: list[str], message: str) -> None:
    done = bearing_tool(state, *arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert message in done.stderr
    assert done.stderr.count("\n") == 1


def test_help_needs_no_workspace(tmp_path: Path) -> None:
    done = bearing_tool(tmp_path, "plan_portfolio", "--help")
    assert done.returncode == 0
    assert "--most-high-risk NUMBER" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_a_copilot_calls_its_tools_by_name(copilot: Copilot) -> None:
    assert (
        "3 of 8"
        in copilot.call("find_projects", table="projects", filters=[{"column": "stage", "value": "pilot"}]).render()
    )
    with pytest.raises(ToolError, match="check_governance has nothing to answer from"):
        copilot.call("check_governance")


def test_the_documented_lines_of_python_run(
    state: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = (ROOT / "docs" / "tools.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    monkeypatch.setenv("BEARING_WORKSPACE", str(CORPUS))
    monkeypatch.setenv("BEARING_STATE_DIR", str(state))
    exec(code, {"__name__": "__main__"})
    told = capsys.readouterr()
    assert told.err == ""
    assert "leads" in told.out
