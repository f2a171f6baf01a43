"""A remote chat model behind the front door: what it may say, and what happens when it fails."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from indexes import CORPUS, Indexes
from openai_server import USAGE, Call, Json, OpenAIServer, Raw, Reply, failure

from copilot import Answer, Copilot, Final, Restart, Settings, Step, TextDelta, open_copilot

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


@pytest.fixture(scope="module")
def opened(server: OpenAIServer, indexes: Indexes, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copilot]:
    settings = Settings.model_validate(
        {
            "workspace": CORPUS,
            "state_dir": tmp_path_factory.mktemp("state"),
            "model": "openai:test",
            "base_url": server.url,
            "api_key": KEY,
            "timeout_seconds": 5,
        }
    )
    copilot = open_copilot(indexes.copy_to(settings))
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
    return [m["content"] for m in request["messages"] if m["role"] in ("user", "assistant") and m["content"]]


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
    assert answer.text.startswith("3 of 8 projects are in pilot[1].")
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
    assert answer.text.startswith("3 of 8 projects are in pilot[1].")
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
    assert answer.text.startswith("3 of 8 projects are in pilot[1].")
    assert answer.model == "grounded"
    (warning,) = answer.warnings
    assert "without coming to an answer" in warning
    assert not any("limit" in event.text for event in events if isinstance(event, TextDelta))


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
