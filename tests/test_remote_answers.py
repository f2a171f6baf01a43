"""A remote chat model behind the front door: what it may say, and what happens when it fails."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from indexes import CORPUS, Indexes
from openai_server import USAGE, Call, Json, OpenAIServer, Raw, Reply, failure

from copilot import Answer, Copilot, Final, Restart, Settings, Step, TextDelta, open_copilot
from copilot.build import assemble, open_sources
from copilot.errors import SettingsError
from copilot.retrieval import tokens
from copilot.tools import available

KEY = "sk-SECRET-1234"
QUESTION = "How many projects are in pilot?"
COUNT = Reply(
    calls=(
        Call(
            "find_projects",
            {"table": "projects", "filters": [{"column": "stage", "op": "=", "value": "pilot"}]},
        ),
    )
)
SEARCH = Reply(calls=(Call("search_knowledge", {"query": "how long training data is kept"}),))


@pytest.fixture(scope="module")
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer([Reply("Unscripted.")]) as server:
        yield server


def settings_for(server: OpenAIServer, state: Path, **changes: object) -> Settings:
    values: dict[str, object] = {"workspace": CORPUS, "state_dir": state, "model": "openai:test"}
    values |= {"base_url": server.url, "api_key": KEY, "timeout_seconds": 5}
    return Settings.model_validate(values | changes)


@pytest.fixture(scope="module")
def opened(server: OpenAIServer, indexes: Indexes, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copilot]:
    copilot = open_copilot(indexes.copy_to(settings_for(server, tmp_path_factory.mktemp("state"))))
    yield copilot
    copilot.close()


@pytest.fixture
def copilot(opened: Copilot, server: OpenAIServer) -> Copilot:
    server.requests.clear()
    return opened


def cited(text: str) -> Callable[[Json], Reply]:
    """A reply that puts the first evidence id of the last tool result in place of `#ID`."""

    def reply(request: Json) -> Reply:
        (id,) = re.findall(r"\[#([\w.-]+)\]", request["messages"][-1]["content"])[:1]
        return Reply(text.replace("#ID", f"#{id}"))

    return reply


def strict(reply: Reply | Callable[[Json], Reply]) -> Callable[[Json], Reply | Raw]:
    """The reply of a service that, like OpenAI's, wants every tool call followed by its result."""

    def answer(request: Json) -> Reply | Raw:
        open_calls: set[str] = set()
        for message in request["messages"]:
            if message["role"] == "tool":
                open_calls.discard(message["tool_call_id"])
            elif open_calls:
                break
            open_calls |= {call["id"] for call in message.get("tool_calls") or ()}
        if open_calls:
            return failure(400, "tool_calls must be followed by tool messages", "invalid_request_error")
        return reply(request) if callable(reply) else reply

    return answer


def said(request: Json) -> list[str]:
    """The questions and answers that a request reminds the model of."""
    texts = [m["content"] for m in request["messages"] if m["role"] in ("user", "assistant") and m["content"]]
    return [text.partition("\n\nSuggested calls:")[0] for text in texts]


# What it says


def test_what_a_tool_found_is_cited_and_counted_as_used(copilot: Copilot, server: OpenAIServer) -> None:
    server.script = [COUNT, cited("3 of 8 projects are in pilot [#ID].")]
    answer = copilot.ask(QUESTION)
    assert answer.status == "answered"
    assert answer.text == "3 of 8 projects are in pilot[1]."
    assert answer.citations[0].kind == "computation"
    assert answer.citations[0].source == "records/projects.csv"
    assert [(f.value, f.marker) for f in answer.figures] == [(3, 1), (8, 1)]
    assert [(c.name, c.ok) for c in answer.tool_calls] == [("find_projects", True)]
    assert answer.tables
    assert answer.model == "openai:test"
    assert answer.usage.input_tokens == 2 * USAGE["prompt_tokens"]
    assert answer.usage.output_tokens == 2 * USAGE["completion_tokens"]
    assert answer.warnings == ()


def test_several_rounds_of_tools_are_all_citable(copilot: Copilot, server: OpenAIServer) -> None:
    def reply(request: Json) -> Reply:
        results = [m["content"] for m in request["messages"] if m["role"] == "tool"]
        counted, kept = (re.findall(r"\[#([\w.-]+)\]", text)[0] for text in results)
        return Reply(f"3 projects are in pilot [#{counted}].\nTheir data is kept for a time [#{kept}].")

    server.script = [COUNT, SEARCH, reply]
    answer = copilot.ask(QUESTION)
    assert [c.kind for c in answer.citations] == ["computation", "passage"]
    assert answer.tables


def test_the_model_is_told_its_work_and_its_tools(copilot: Copilot, server: OpenAIServer) -> None:
    server.script = [Reply("I do not know.")]
    copilot.ask(QUESTION)
    (request,) = server.requests
    assert request["messages"][0]["role"] == "system"
    assert "Halden Care" in request["messages"][0]["content"]
    offered = {t["function"]["name"] for t in request["tools"]}
    assert {"search_knowledge", "find_projects", "project_record"} <= offered


def names(request: Json) -> list[str]:
    return [tool["function"]["name"] for tool in request["tools"]]


def test_tools_are_offered_by_need_and_others_when_asked_for(copilot: Copilot, server: OpenAIServer) -> None:
    asked_for = Reply(calls=(Call("more_tools", {"names": ["plan_portfolio"]}),))
    server.script = [asked_for, COUNT, cited("3 projects are in pilot [#ID].")]
    answer = copilot.ask(QUESTION)
    first, second, third = server.requests
    assert "find_projects" in names(first)
    assert "plan_portfolio" not in names(first)
    assert len(names(first)) <= 10
    (listed,) = [t["function"]["description"] for t in first["tools"] if t["function"]["name"] == "more_tools"]
    assert {line.partition(":")[0] for line in listed.splitlines()[1:]} == {
        tool.name for tool in available(copilot.sources)
    } - set(names(first))
    assert set(names(second)) == set(names(third)) == {*names(first), "plan_portfolio"}
    assert [call.ok for call in answer.tool_calls] == [True, True]
    assert answer.status == "answered"


def test_an_argument_is_explained_with_the_first_of_the_offered_tools(copilot: Copilot, server: OpenAIServer) -> None:
    server.script = [Reply("I do not know.")]
    copilot.ask(QUESTION)
    arguments = [tool["function"]["parameters"]["properties"] for tool in server.requests[0]["tools"]]
    first, *others = [own["filters"] for own in arguments if "filters" in own]
    assert first.get("description")
    assert all("description" not in again for again in others)


def test_tools_that_there_are_not_are_not_offered(copilot: Copilot, server: OpenAIServer) -> None:
    server.script = [Reply(calls=(Call("more_tools", {"names": ["sell_shares"]}),)), Reply("I do not know.")]
    answer = copilot.ask(QUESTION)
    assert "sell_shares" in server.requests[1]["messages"][-1]["content"]
    assert names(server.requests[1]) == names(server.requests[0])
    assert [call.ok for call in answer.tool_calls] == [False]


def test_the_model_is_told_the_names_of_the_workspace_that_this_viewer_may_see(
    copilot: Copilot, server: OpenAIServer
) -> None:
    server.script = [Reply("I do not know.")]
    copilot.ask(QUESTION)
    card = server.requests[0]["messages"][0]["content"].partition("# The workspace")[2].partition("# Where")[0]
    view = copilot.sources.records.view(copilot.viewer())
    assert f"Table projects, {len(view.select('projects'))} rows" in card
    for name in (*view.values("projects", "unit"), *copilot.sources.workspace.config.stages.names):
        assert name in card
    copilot.ask(QUESTION, viewer="chief_physician")
    seen = server.requests[1]["messages"][0]["content"]
    board = copilot.sources.records.view(copilot.viewer("chief_physician"))
    assert f"Table projects, {len(board.select('projects'))} rows" in seen


def test_a_request_is_small(copilot: Copilot, server: OpenAIServer) -> None:
    server.script = [COUNT, cited("3 projects are in pilot [#ID].")]
    copilot.ask(QUESTION)
    assert tokens.count(json.dumps(server.requests[-1], separators=(",", ":"))) < 6000


def test_the_calls_of_the_built_in_model_are_suggested(copilot: Copilot, server: OpenAIServer) -> None:
    server.script = [Reply("I do not know.")]
    copilot.ask(QUESTION)
    asked = server.requests[0]["messages"][-1]["content"]
    name, arguments = asked.partition("Suggested calls:\n")[2].splitlines()[0].split(" ", 1)
    assert name == "find_projects"
    assert json.loads(arguments)["filters"] == [{"column": "stage", "value": "pilot"}]


def test_a_passage_that_two_searches_find_is_sent_once(copilot: Copilot, server: OpenAIServer) -> None:
    server.script = [SEARCH, SEARCH, Reply("It is kept for a time.")]
    copilot.ask("How long is training data kept?")
    first, again = (m["content"] for m in server.requests[-1]["messages"] if m["role"] == "tool")
    assert "twenty-four months" in first
    assert "twenty-four months" not in again
    assert re.findall(r"\[#p-\w+\]", again) == re.findall(r"\[#p-\w+\]", first)


def test_a_long_conversation_costs_no_more_than_its_budget(copilot: Copilot, server: OpenAIServer) -> None:
    def size() -> int:
        return sum(tokens.count(m["content"] or "") for m in server.requests[-1]["messages"][1:-1])

    for _ in range(8):
        server.script = [COUNT, cited("3 projects are in pilot [#ID]. " + "And so on at length. " * 100)]
        copilot.ask(QUESTION, conversation="r-long")
        server.script = [strict(Reply("Of which projects?"))]
    assert 0 < size() <= 3000 + 400


def test_a_source_that_was_never_read_is_not_cited(copilot: Copilot, server: OpenAIServer) -> None:
    server.script = [COUNT, Reply("Pilots should be stopped [#p-invented].")]
    answer = copilot.ask(QUESTION)
    assert answer.text == "Pilots should be stopped."
    assert answer.citations == ()
    assert answer.status == "insufficient_evidence"


def test_what_was_read_for_another_question_is_not_cited(copilot: Copilot, server: OpenAIServer) -> None:
    seen: list[str] = []

    def first(request: Json) -> Reply:
        seen.extend(re.findall(r"\[#([\w.-]+)\]", request["messages"][-1]["content"])[:1])
        return Reply(f"3 projects [#{seen[0]}].")

    server.script = [COUNT, first, lambda _: Reply(f"Still many [#{seen[0]}].")]
    copilot.ask(QUESTION, conversation="r-stale")
    answer = copilot.ask("And now?", conversation="r-stale")
    assert "Still many" not in answer.text
    assert answer.model == "grounded"
    assert "without looking anything up" in answer.warnings[0]


INVENTED = cited("3 projects are in pilot [#ID]. They save 47 million a year [#ID].")


def test_an_invented_figure_is_put_right_by_the_model(copilot: Copilot, server: OpenAIServer) -> None:
    def repair(request: Json) -> Reply:
        asked = request["messages"][-1]["content"]
        assert "They save 47 million a year" in asked
        assert "3 projects are in pilot [#" not in asked.partition("Sentences")[0]
        (id,) = re.findall(r"They save 47 million a year \[#([\w.-]+)\]", asked)
        return Reply(f"1. 5 of 8 projects are not in pilot [#{id}].")

    server.script = [COUNT, INVENTED, repair]
    events = list(copilot.stream(QUESTION))
    answer = answer_of(events)
    assert answer.text == "3 projects are in pilot[1]. 5 of 8 projects are not in pilot[1]."
    assert answer.model == "openai:test"
    assert any(isinstance(event, Restart) for event in events)
    assert answer.usage.input_tokens == 3 * USAGE["prompt_tokens"]


def test_an_invented_figure_that_stays_is_marked_and_its_sentence_kept(copilot: Copilot, server: OpenAIServer) -> None:
    server.script = [COUNT, INVENTED, Reply("1. They save 46 million a year.")]
    answer = copilot.ask(QUESTION)
    assert answer.text == "3 projects are in pilot[1]. They save (figure not confirmed) a year."
    assert any("46 million" in warning for warning in answer.warnings)
    assert all(figure.value == 3 for figure in answer.figures)


def share(request: Json) -> Reply:
    (id,) = re.findall(r"\[#([\w.-]+)\]", request["messages"][-1]["content"])[:1]
    figures = [{"name": n, "figure": f, "evidence": id} for n, f in (("part", "3"), ("whole", "8 projects"))]
    return Reply(calls=(Call("calculate", {"expression": "part / whole", "figures": figures, "is_share": True}),))


def test_what_is_computed_from_figures_that_were_found_can_be_cited(copilot: Copilot, server: OpenAIServer) -> None:
    server.script = [COUNT, share, cited("37.5% of the projects are in pilot [#ID].")]
    answer = copilot.ask(QUESTION)
    assert answer.text == "37.5% of the projects are in pilot[1]."
    assert answer.citations[0].calculations[0].formula == "part / whole = 37.5%"
    assert [c.ok for c in answer.tool_calls] == [True, True]


def test_the_built_in_model_goes_on_after_tools_that_are_not_its_own(copilot: Copilot, server: OpenAIServer) -> None:
    server.script = [COUNT, share, cited("37.5% of the projects are in pilot [#ID]."), failure(401, "No")]
    assert copilot.ask(QUESTION, conversation="r-tools").tool_calls[-1].name == "calculate"
    answer = copilot.ask("And in production?", conversation="r-tools")
    assert answer.model == "grounded"
    assert answer.status == "answered"


def test_nothing_is_computed_from_figures_that_were_not_found(copilot: Copilot, server: OpenAIServer) -> None:
    figures = [{"name": "a", "figure": "3", "evidence": "x-12345678"}]
    server.script = [
        COUNT,
        Reply(calls=(Call("calculate", {"expression": "a * 2", "figures": figures}),)),
        Reply("I cannot."),
    ]
    assert [c.ok for c in copilot.ask(QUESTION).tool_calls] == [True, False]


def test_a_failure_of_the_repair_leaves_the_marks(copilot: Copilot, server: OpenAIServer) -> None:
    server.script = [COUNT, INVENTED, failure(401, "No")]
    answer = copilot.ask(QUESTION)
    assert answer.text == "3 projects are in pilot[1]. They save (figure not confirmed) a year[1]."
    assert answer.model == "openai:test"


def test_the_built_in_model_answers_when_most_of_an_answer_is_invented(copilot: Copilot, server: OpenAIServer) -> None:
    lies = "47 projects are in pilot [#ID]. They cost 900,000 EUR [#ID]. Elvira Brandt stopped 12 of them [#ID]."
    server.script = [COUNT, cited(lies), Reply("I cannot.")]
    answer = copilot.ask(QUESTION)
    assert answer.model == "grounded"
    assert answer.text.startswith("3 of 8 projects are in pilot: ")
    assert "not borne out" in answer.warnings[0]


def test_a_refusal_that_cites_what_comes_nearest_has_not_answered(copilot: Copilot, server: OpenAIServer) -> None:
    server.script = [COUNT, cited("The records do not say who pays for them. 3 projects are in pilot [#ID].")]
    answer = copilot.ask("Who pays for the pilots?")
    assert answer.citations
    assert answer.status == "insufficient_evidence"


@pytest.mark.parametrize("form", ["[#ID, #ID]", "[#ID; #ID]", "【#ID】"])
def test_the_ways_in_which_models_cite_are_understood(copilot: Copilot, server: OpenAIServer, form: str) -> None:
    server.script = [COUNT, cited(f"3 of 8 projects are in pilot {form}.")]
    answer = copilot.ask(QUESTION)
    assert answer.text == "3 of 8 projects are in pilot[1]."
    assert answer.status == "answered"


def test_what_is_said_before_looking_things_up_is_no_part_of_the_answer(copilot: Copilot, server: OpenAIServer) -> None:
    thinking = Reply("Let me count them.\n\n", calls=COUNT.calls)
    server.script = [thinking, cited("3 projects are in pilot [#ID].")]
    events = list(copilot.stream(QUESTION))
    restart = next(n for n, event in enumerate(events) if isinstance(event, Restart))
    shown = "".join(event.text for event in events[restart:] if isinstance(event, TextDelta))
    assert shown == answer_of(events).text == "3 projects are in pilot[1]."


def answer_of(events: list[object]) -> Answer:
    assert isinstance(events[-1], Final)
    return events[-1].answer


# When it fails

FAILURES = {
    "an error of the service": failure(500, f"The server had an error {KEY}", "server_error"),
    "a rejected key": failure(401, f"Incorrect API key provided: {KEY}", "invalid_request_error"),
    "a page instead of an answer": Raw(200, "<html>", {"content-type": "text/html"}),
    "a drop in the first words": Reply("Three of the eight projects are in pilot.", fault="drop"),
    "an answer that was cut off": Reply("Three of the eight", finish_reason="length"),
    "an empty answer": Reply(""),
}


@pytest.mark.parametrize("reply", FAILURES.values(), ids=FAILURES)
def test_the_built_in_model_answers_when_the_remote_one_fails(
    copilot: Copilot, server: OpenAIServer, reply: Reply | Raw
) -> None:
    server.script = [reply]
    answer = copilot.ask(QUESTION)
    assert answer.text.startswith("3 of 8 projects are in pilot: ")
    assert answer.status == "answered"
    assert answer.model == "grounded"
    (warning,) = answer.warnings
    assert warning.endswith("The built-in model answered instead.")
    assert not re.search(r"SECRET|http|Error|Exception|\d{3}", warning)


def test_text_that_was_shown_before_a_failure_is_withdrawn(copilot: Copilot, server: OpenAIServer) -> None:
    server.script = [COUNT, Reply("Pilots are many.\nThey cost too much.\nStop them.", fault="drop")]
    events = list(copilot.stream(QUESTION))
    kinds = [type(event) for event in events if not isinstance(event, Step)]
    restart = kinds.index(Restart)
    assert TextDelta in kinds[:restart]
    assert kinds.count(Restart) == 1
    after = events[events.index(next(e for e in events if isinstance(e, Restart))) :]
    assert "".join(e.text for e in after if isinstance(e, TextDelta)).strip() == answer_of(events).text
    assert "Pilots are many" not in answer_of(events).text


def test_a_call_with_wrong_arguments_goes_back_to_the_model(copilot: Copilot, server: OpenAIServer) -> None:
    wrong = Reply(calls=(Call("find_projects", {"tabel": "projects"}),))
    server.script = [wrong, COUNT, cited("3 projects are in pilot [#ID].")]
    answer = copilot.ask(QUESTION)
    assert answer.text == "3 projects are in pilot[1]."
    assert [c.ok for c in answer.tool_calls] == [False, True]
    assert answer.model == "openai:test"
    told = server.requests[1]["messages"][-1]
    assert told["role"] == "tool"
    assert "tabel" in told["content"]
    assert "Traceback" not in told["content"]


def test_a_column_that_does_not_exist_comes_back_with_the_nearest(copilot: Copilot, server: OpenAIServer) -> None:
    filters = [{"column": "stgae", "op": "=", "value": "pilot"}]
    wrong = Reply(calls=(Call("find_projects", {"table": "projects", "filters": filters}),))
    server.script = [wrong, Reply("I could not count them.")]
    answer = copilot.ask(QUESTION)
    assert [c.ok for c in answer.tool_calls] == [False]
    assert "stage" in server.requests[1]["messages"][-1]["content"]


@pytest.mark.parametrize(
    ("condition", "meant"),
    [
        ({"column": "sector", "value": "x"}, "unit"),
        ({"column": "total_budget", "value": 1}, "budget"),
        ({"column": "stage", "value": "live"}, "production"),
    ],
)
def test_a_wrong_name_comes_back_with_those_nearest_in_meaning(
    copilot: Copilot, server: OpenAIServer, condition: Json, meant: str
) -> None:
    server.script = [Reply(calls=(Call("find_projects", {"filters": [condition]}),)), Reply("I could not count them.")]
    copilot.ask(QUESTION)
    valid = server.requests[1]["messages"][-1]["content"].partition("Valid: ")[2].rstrip(".").split(", ")
    assert len(valid) <= 12
    assert meant in valid


def test_a_tool_that_does_not_exist_goes_back_to_the_model(copilot: Copilot, server: OpenAIServer) -> None:
    unknown = Reply(calls=(Call("delete_everything", {"really": True}),))
    server.script = [unknown, COUNT, cited("3 projects are in pilot [#ID].")]
    answer = copilot.ask(QUESTION)
    assert answer.text == "3 projects are in pilot[1]."
    assert [(c.name, c.ok) for c in answer.tool_calls] == [
        ("delete_everything", False),
        ("find_projects", True),
    ]
    assert "find_projects" in server.requests[1]["messages"][-1]["content"]


def test_a_model_that_never_comes_to_an_answer_is_stopped(copilot: Copilot, server: OpenAIServer) -> None:
    server.script = [COUNT]
    events = list(copilot.stream(QUESTION))
    answer = answer_of(events)
    assert len(server.requests) == 8
    assert answer.text.startswith("3 of 8 projects are in pilot: ")
    assert answer.model == "grounded"
    (warning,) = answer.warnings
    assert "without coming to an answer" in warning
    assert not any("limit" in event.text for event in events if isinstance(event, TextDelta))


@pytest.fixture
def faulty(server: OpenAIServer, indexes: Indexes, tmp_path: Path) -> Iterator[Copilot]:
    """One that is wired up wrongly, so that a tool meets a fault of the program."""
    settings = indexes.copy_to(settings_for(server, tmp_path))
    copilot = assemble(settings, replace(open_sources(settings), snapshots=cast(Any, sqlite3.connect(":memory:"))))
    server.requests.clear()
    yield copilot
    copilot.close()


def test_a_fault_of_a_tool_ends_its_call_and_not_the_turn(faulty: Copilot, server: OpenAIServer) -> None:
    broken = Call("what_changed", {"since": "2026-01-01"})
    server.script = [Reply(calls=(broken, *COUNT.calls)), cited("3 projects are in pilot [#ID].")]
    answer = faulty.ask(QUESTION)
    assert answer.model == "openai:test"
    assert answer.text == "3 projects are in pilot[1]."
    assert [(c.name, c.ok) for c in answer.tool_calls] == [("what_changed", False), ("find_projects", True)]
    assert any("what_changed failed" in warning for warning in answer.warnings)
    told = [m["content"] for m in server.requests[1]["messages"] if m["role"] == "tool"]
    assert "what_changed failed" in told[0]
    assert "sqlite" not in told[0]


def test_a_fault_of_a_tool_does_not_end_the_turn_of_the_built_in_model(faulty: Copilot, server: OpenAIServer) -> None:
    server.script = [failure(401, "No")]
    answer = faulty.ask("What changed since March 2026?")
    assert answer.model == "grounded"
    assert ("what_changed", False) in [(c.name, c.ok) for c in answer.tool_calls]
    assert any("what_changed failed" in warning for warning in answer.warnings)


# What it may cost


@pytest.fixture
def open_with(server: OpenAIServer, indexes: Indexes, tmp_path: Path) -> Iterator[Callable[..., Copilot]]:
    opened: list[Copilot] = []

    def open_with(**changes: object) -> Copilot:
        opened.append(open_copilot(indexes.copy_to(settings_for(server, tmp_path, **changes))))
        server.requests.clear()
        return opened[-1]

    yield open_with
    for copilot in opened:
        copilot.close()


SPENT = USAGE["prompt_tokens"] + USAGE["completion_tokens"]


def test_what_an_answer_cost_is_kept_where_prices_are_set(
    open_with: Callable[..., Copilot], server: OpenAIServer
) -> None:
    server.script = [COUNT, cited("3 projects are in pilot [#ID].")]
    copilot = open_with(token_prices="2.50/10")
    answer = copilot.ask(QUESTION, conversation="r-cost")
    assert answer.usage.cost == pytest.approx(2 * (11 * 2.5 + 7 * 10) / 1e6)
    (turn,) = copilot.conversations.turns("r-cost", copilot.viewer().name)
    assert turn.answer is not None
    assert turn.answer.usage == answer.usage


def test_a_question_that_used_its_budget_is_answered_by_the_built_in_model(
    open_with: Callable[..., Copilot], server: OpenAIServer
) -> None:
    server.script = [COUNT]
    answer = open_with(turn_tokens=2 * SPENT).ask(QUESTION)
    assert len(server.requests) == 2
    assert answer.model == "grounded"
    assert answer.usage.input_tokens == 2 * USAGE["prompt_tokens"]
    assert any("budget" in warning for warning in answer.warnings)


def test_a_budget_of_a_question_never_cuts_off_its_answer(
    open_with: Callable[..., Copilot], server: OpenAIServer
) -> None:
    server.script = [COUNT, cited("3 projects are in pilot [#ID].")]
    assert open_with(turn_tokens=2 * SPENT).ask(QUESTION).model == "openai:test"


def test_when_the_budget_of_the_day_is_used_the_built_in_model_answers(
    open_with: Callable[..., Copilot], server: OpenAIServer
) -> None:
    server.script = [COUNT, cited("3 projects are in pilot [#ID].")]
    assert open_with(day_tokens=2 * SPENT).ask(QUESTION).model == "openai:test"
    server.script = [COUNT]
    answer = open_with(day_tokens=2 * SPENT).ask(QUESTION)
    assert server.requests == []
    assert answer.model == "grounded"
    assert answer.text.startswith("3 of 8 projects are in pilot: ")
    assert any("budget" in warning for warning in answer.warnings)


# Which of several


def test_the_built_in_model_goes_on_from_the_call_of_another(
    open_with: Callable[..., Copilot], server: OpenAIServer
) -> None:
    copilot = open_with(other_models="grounded", token_prices="1/1")
    during = {"column": "started", "op": "during", "value": "2023"}
    call = Call("find_projects", {"table": "projects", "filters": [during], "columns": ["budget"]})
    server.script = [Reply(calls=(call,)), cited("Some began in 2023 [#ID].")]
    copilot.ask("Which projects began in 2023?", conversation="two-models")
    then = copilot.ask("And which of them has the largest budget?", conversation="two-models", model="grounded")
    assert (then.model, then.status) == ("grounded", "answered")
    asked = next(dict(c.arguments) for c in then.tool_calls if c.name == "find_projects")
    assert (asked["filters"], asked["order_by"]) == ([during], "-budget")


def test_a_question_is_put_to_the_model_that_is_chosen(open_with: Callable[..., Copilot], server: OpenAIServer) -> None:
    copilot = open_with(other_models="grounded,openai:other", token_prices="1/1")
    assert copilot.models == ("openai:test", "grounded", "openai:other")
    server.script = [COUNT, cited("3 projects are in pilot [#ID].")]
    assert copilot.ask(QUESTION, model="openai:other").model == "openai:other"
    assert {request["model"] for request in server.requests} == {"other"}
    server.requests.clear()
    assert copilot.ask(QUESTION, model="grounded").model == "grounded"
    assert server.requests == []
    server.script = [COUNT, cited("3 projects are in pilot [#ID].")]
    assert copilot.ask(QUESTION).model == "openai:test"
    assert {request["model"] for request in server.requests} == {"test"}


def test_the_price_is_that_of_the_first_remote_model(open_with: Callable[..., Copilot], server: OpenAIServer) -> None:
    copilot = open_with(model="grounded", other_models="openai:test,openai:other", token_prices="1/1")
    costs = {}
    for model in copilot.models:
        server.script = [COUNT, cited("3 projects are in pilot [#ID].")]
        costs[model] = copilot.ask(QUESTION, model=model).usage.cost
    assert costs == {"grounded": None, "openai:test": pytest.approx(2 * SPENT / 1e6), "openai:other": None}


def test_a_model_that_is_not_offered_is_refused(copilot: Copilot) -> None:
    with pytest.raises(SettingsError, match=r"'openai:big'.*openai:test"):
        copilot.ask(QUESTION, model="openai:big")


# Over several questions


def test_a_follow_up_after_a_failure_still_knows_the_question_before(copilot: Copilot, server: OpenAIServer) -> None:
    server.script = [COUNT, Reply("Three of the eight", fault="drop"), strict(Reply("Of which?"))]
    failed = copilot.ask(QUESTION, conversation="r-failure")
    answer = copilot.ask("And in production?", conversation="r-failure")
    assert answer.model == "openai:test"
    assert said(server.requests[-1])[0] == QUESTION
    assert said(server.requests[-1])[-1] == "And in production?"
    assert [q for q in said(server.requests[-1]) if q == QUESTION] == [QUESTION]
    assert any(text.startswith("3 of 8 projects") for text in said(server.requests[-1]))
    assert "3 of 8 projects" in failed.text


def test_the_built_in_model_follows_up_on_what_the_remote_one_was_asked(copilot: Copilot, server: OpenAIServer) -> None:
    server.script = [COUNT, cited("3 projects are in pilot [#ID]."), failure(401, "No")]
    copilot.ask(QUESTION, conversation="r-follow")
    answer = copilot.ask("and in production?", conversation="r-follow")
    assert re.match(r"\d of 8 projects are in production", answer.text)


def test_a_question_stopped_between_call_and_result_does_not_spoil_the_next(
    copilot: Copilot, server: OpenAIServer
) -> None:
    server.script = [COUNT, strict(Reply("Of which projects?"))]
    stream = copilot.stream(QUESTION, conversation="r-stopped")
    assert isinstance(next(stream), Step)
    stream.close()
    answer = copilot.ask("And in production?", conversation="r-stopped")
    assert answer.text == "Of which projects?"
    assert answer.warnings == ()


def test_a_model_that_was_stopped_is_asked_again_the_next_time(copilot: Copilot, server: OpenAIServer) -> None:
    server.script = [COUNT]
    copilot.ask(QUESTION, conversation="r-endless")
    server.script = [strict(Reply("Of which projects?"))]
    answer = copilot.ask("And in production?", conversation="r-endless")
    assert answer.text == "Of which projects?"
    assert QUESTION in said(server.requests[-1])
