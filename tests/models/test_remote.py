from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import pytest
from langchain.agents import create_agent
from langchain.tools import tool
from langchain_core.messages import AIMessage, AIMessageChunk, HumanMessage, ToolMessage
from openai_server import USAGE, Call, Fault, OpenAIServer, Raw, Reply, failure

from copilot.errors import ModelError, SettingsError, Stopped
from copilot.models.remote.model import check_finish, classify, ping, remote_model
from copilot.settings import Settings
from copilot.stopping import stop_by

KEY = "sk-SECRET-1234"
ORGANISATION = "org-HIDDEN99"
TEXT = "The answer is 42."


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer([Reply(TEXT)]) as server:
        yield server


def settings_for(server: OpenAIServer, **changes: object) -> Settings:
    values = {"model": "openai:some-model", "base_url": server.url, "api_key": KEY, "timeout_seconds": 1}
    return Settings.model_validate(values | changes)


@tool
def search(query: str) -> str:
    """Search the documents."""
    return f"Found: {query} [#p-1]"


@tool
def count(stage: str) -> str:
    """Count the projects of a stage."""
    return f"3 projects are in {stage} [#r-1]"


def invoke(server: OpenAIServer, tries: int = 1) -> AIMessage:
    model = remote_model(settings_for(server), max_retries=tries - 1)
    message = model.bind_tools([search, count]).invoke("Why?")
    assert isinstance(message, AIMessage)
    return message


def stream(server: OpenAIServer, tries: int = 1) -> AIMessageChunk:
    model = remote_model(settings_for(server), max_retries=tries - 1)
    chunks = list(model.bind_tools([search, count]).stream("Why?"))
    whole = chunks[0]
    for chunk in chunks[1:]:
        whole += chunk
    assert isinstance(whole, AIMessageChunk)
    return whole


ASK = pytest.mark.parametrize("ask", [invoke, stream])


# What goes over the wire


@ASK
def test_an_answer_comes_with_its_usage(server: OpenAIServer, ask: type) -> None:
    message = ask(server)
    assert message.text == TEXT
    assert message.usage_metadata["input_tokens"] == USAGE["prompt_tokens"]
    assert message.usage_metadata["output_tokens"] == USAGE["completion_tokens"]


def test_streamed_text_comes_in_pieces(server: OpenAIServer) -> None:
    model = remote_model(settings_for(server))
    assert [c.text for c in model.stream("Why?") if c.text] == ["The ", "answer ", "is ", "42."]


@ASK
def test_parallel_tool_calls_arrive_whole(server: OpenAIServer, ask: type) -> None:
    server.script = [Reply(calls=(Call("search", {"query": "dérive"}), Call("count", {"stage": "pilot"})))]
    calls = ask(server).tool_calls
    assert [(c["name"], c["args"]) for c in calls] == [
        ("search", {"query": "dérive"}),
        ("count", {"stage": "pilot"}),
    ]
    assert len({c["id"] for c in calls}) == 2


@ASK
def test_a_tool_call_without_arguments_is_fine(server: OpenAIServer, ask: type) -> None:
    server.script = [Reply(calls=(Call("search", "{}"),))]
    assert ask(server).tool_calls[0]["args"] == {}


def test_the_request_is_plain_chat_completions(server: OpenAIServer) -> None:
    stream(server)
    (request,) = server.requests
    assert request["model"] == "some-model"
    assert request["temperature"] == 0
    assert request["stream_options"] == {"include_usage": True}
    assert request["max_completion_tokens"] == 16_000
    assert set(request) == {
        "model", "messages", "tools", "stream", "temperature", "stream_options", "max_completion_tokens",
    }  # fmt: skip
    assert [t["function"]["name"] for t in request["tools"]] == ["search", "count"]
    assert server.keys == [KEY]


def test_a_model_that_would_prefer_another_api_is_still_asked_by_chat_completions(
    server: OpenAIServer,
) -> None:
    remote_model(settings_for(server, model="openai:gpt-5-codex")).invoke("Why?")
    assert "temperature" not in server.requests[0]


def test_a_service_without_a_key_gets_none_of_ours(server: OpenAIServer) -> None:
    remote_model(settings_for(server, api_key=None)).invoke("Why?")
    assert server.keys == ["none"]


@ASK
@pytest.mark.parametrize("parameter", ["temperature", "stream_options", "max_completion_tokens"])
def test_a_parameter_that_the_service_refuses_is_left_out(server: OpenAIServer, ask: type, parameter: str) -> None:
    def refuse(request: dict[str, object]) -> Reply | Raw:
        if parameter in request:
            return failure(400, f"Unsupported value: '{parameter}'", "invalid_request_error", None, parameter)
        return Reply(TEXT)

    server.script = [refuse]
    assert ask(server).text == TEXT
    assert parameter not in server.requests[-1]


def test_a_parameter_is_left_out_once_and_for_all(server: OpenAIServer) -> None:
    server.script = [failure(422, "temperature is not supported"), Reply(TEXT)]
    model = remote_model(settings_for(server))
    model.invoke("Why?")
    model.invoke("Why?")
    assert ["temperature" in request for request in server.requests] == [True, False, False]


def test_a_passing_failure_is_tried_again(server: OpenAIServer) -> None:
    server.script = [failure(500, "Oops"), Reply(TEXT)]
    assert remote_model(settings_for(server)).invoke("Why?").text == TEXT
    assert len(server.requests) == 2


BUSY = {"error": {"message": "Slow down"}}


def test_a_wait_that_the_service_asks_for_is_kept(server: OpenAIServer) -> None:
    server.script = [Raw(429, BUSY, {"retry-after-ms": "700"}), Reply(TEXT)]
    began = time.monotonic()
    assert remote_model(settings_for(server)).invoke("Why?").text == TEXT
    assert time.monotonic() - began >= 0.7


@ASK
@pytest.mark.parametrize(
    "headers",
    [
        {"retry-after": "60"},
        {"retry-after": "10"},
        {"retry-after-ms": "60000"},
        {"retry-after": "Fri, 31 Dec 2100 23:59:59 GMT"},
    ],
)
def test_a_service_that_asks_for_a_longer_wait_than_there_is_time_is_not_waited_for(
    server: OpenAIServer, ask: type, headers: dict[str, str]
) -> None:
    server.script = [Raw(429, BUSY, headers)]
    assert fault_of(server, lambda s: ask(s, tries=3)).kind == "rate"
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "reply", [Reply(TEXT, fault="hang"), Reply(TEXT, fault="stall"), Reply(TEXT, fault="blanks"), failure(500, "Oops")]
)
def test_all_tries_together_take_no_longer_than_the_timeout(server: OpenAIServer, reply: Reply | Raw) -> None:
    server.script = [reply]
    began = time.monotonic()
    assert fault_of(server, lambda s: stream(s, tries=9)).kind in ("timeout", "server")
    assert time.monotonic() - began < 3


def test_a_silent_service_is_left_when_the_answer_is_no_longer_wanted(server: OpenAIServer) -> None:
    server.script = [Reply(fault="hang")]
    switch = threading.Event()
    stop_by(switch)
    threading.Timer(0.3, switch.set).start()
    try:
        with pytest.raises(Stopped):
            remote_model(settings_for(server, timeout_seconds=60)).invoke("Why?")
    finally:
        stop_by(threading.Event())
    assert len(server.requests) == 1


def test_an_endless_answer_is_cut_off(server: OpenAIServer) -> None:
    server.script = [Reply(f"{'more' * 250} " * 100)]
    assert fault_of(server, stream).kind == "truncated"


def test_a_stream_of_one_piece_is_an_answer(server: OpenAIServer) -> None:
    piece = '{"choices": [{"index": 0, "delta": {"content": "Yes."}, "finish_reason": "stop"}]}'
    server.script = [Raw(200, f"data: {piece}\n\n", {"content-type": "text/event-stream"})]
    assert stream(server).text == "Yes."


# Faults

REFUSED = {
    "auth": failure(401, f"Incorrect API key provided: {KEY}", "invalid_request_error", "invalid_api_key"),
    "forbidden": failure(403, f"{ORGANISATION} has no access", "invalid_request_error", "model_not_allowed"),
    "model": failure(404, "The model does not exist", "invalid_request_error", "model_not_found"),
    "quota": failure(429, "You exceeded your quota", "insufficient_quota", "insufficient_quota"),
    "rate": failure(429, f"Rate limit reached in {ORGANISATION}", "tokens", "rate_limit_exceeded"),
    "server": failure(500, "The server had an error", "server_error"),
    "context": failure(400, "Too long", "invalid_request_error", "context_length_exceeded", "messages"),
    "filter": failure(400, "Content management policy", "", "content_filter", "prompt"),
    "bad_request": failure(400, "Unsupported", "invalid_request_error", "unsupported_parameter", "tools"),
}
REFUSED_BY_OTHERS = [
    ("model", Raw(404, "<html>Not Found</html>", {"content-type": "text/html"})),
    ("server", Raw(502, "<html>Bad Gateway</html>", {"content-type": "text/html"})),
    ("quota", failure(402, "Insufficient balance")),
    ("context", failure(400, "the request exceeds the available context size", "exceed_context_size_error")),
    ("context", failure(400, "This model's maximum context length is 8192 tokens", "BadRequestError", 400)),
    ("context", Raw(413, "")),
    ("rate", failure(429, "Slow down", "", "429")),
    ("bad_request", failure(400, f"Bad {KEY}", "", KEY, ORGANISATION)),
]
RETRYABLE = {"rate", "server", "timeout", "network", "truncated", "malformed"}


def fault_of(server: OpenAIServer, ask: type) -> ModelError:
    with pytest.raises(ModelError) as caught:
        ask(server)
    error = caught.value
    for secret in ("SECRET", "HIDDEN", "127.0.0.1", "http"):
        assert secret not in str(error)
    assert error.retryable == (error.kind in RETRYABLE)
    assert str(error).endswith(".")
    return error


@ASK
@pytest.mark.parametrize(("kind", "reply"), [*REFUSED.items(), *REFUSED_BY_OTHERS])
def test_a_refused_request_says_what_is_wrong(server: OpenAIServer, ask: type, kind: str, reply: Raw) -> None:
    server.script = [reply]
    assert fault_of(server, ask).kind == kind


@ASK
@pytest.mark.parametrize(
    ("kind", "reply"),
    [
        ("timeout", Reply(fault="hang")),
        ("network", Reply(fault="reset")),
        ("truncated", Reply(TEXT, finish_reason="length")),
        ("truncated", Reply(TEXT, finish_reason=None)),
        ("filter", Reply("", finish_reason="content_filter")),
        ("server", Reply(TEXT, finish_reason="error")),
        ("malformed", Reply("")),
        ("malformed", Reply(calls=(Call("search", '{"query": "drift", "k": '),))),
        ("malformed", Reply(calls=(Call("search", "[1]"),))),
        ("truncated", Reply(calls=(Call("search", '{"query": "dr'),), finish_reason="length")),
        ("malformed", Raw(200, "fine", {"content-type": "text/plain"})),
    ],
)
def test_an_answer_that_is_not_one_is_an_error(server: OpenAIServer, ask: type, kind: str, reply: Reply | Raw) -> None:
    server.script = [reply]
    assert fault_of(server, ask).kind == kind


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("malformed", {"object": "chat.completion", "choices": []}),
        ("malformed", {"object": "chat.completion", "choices": None}),
        ("malformed", {"object": "chat.completion"}),
        ("rate", {"error": {"message": f"{ORGANISATION} is limited", "code": 429}}),
        ("malformed", {"error": f"{ORGANISATION} failed"}),
    ],
)
def test_a_reply_with_status_200_that_is_no_completion_is_an_error(
    server: OpenAIServer, kind: str, body: dict[str, object]
) -> None:
    server.script = [Raw(200, body)]
    assert fault_of(server, invoke).kind == kind


def test_a_refusal_is_an_error(server: OpenAIServer) -> None:
    server.script = [Reply(refusal=f"I cannot help {ORGANISATION}.")]
    assert fault_of(server, invoke).kind == "refusal"


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("drop", "network"),
        ("stall", "timeout"),
        ("end early", "truncated"),
        ("garbage", "malformed"),
        ("error event", "server"),
    ],
)
def test_a_stream_that_breaks_gives_its_first_part_and_then_an_error(
    server: OpenAIServer, fault: Fault, kind: str
) -> None:
    server.script = [Reply(TEXT, fault=fault, error={"message": f"Sorry {KEY}", "type": "server_error"})]
    model = remote_model(settings_for(server), max_retries=0)
    seen: list[str] = []

    def collect(_: OpenAIServer) -> None:
        for chunk in model.stream("Why?"):
            seen.append(chunk.text)

    assert fault_of(server, collect).kind == kind
    assert "".join(seen).startswith("The ")


def test_an_error_event_may_say_that_the_question_is_too_long(server: OpenAIServer) -> None:
    error = {"message": "too long", "code": "context_length_exceeded"}
    server.script = [Reply(TEXT, fault="error event", error=error)]
    assert fault_of(server, stream).kind == "context"


def test_a_service_that_is_not_there_is_a_network_error(server: OpenAIServer) -> None:
    with OpenAIServer([Reply(TEXT)]) as gone:
        pass
    assert fault_of(gone, invoke).kind == "network"


def test_a_busy_service_says_how_long_to_wait(server: OpenAIServer) -> None:
    server.script = [Raw(429, {"error": {"message": "Slow down"}}, {"retry-after": "600"})]
    assert "600 seconds" in str(fault_of(server, invoke))


def test_a_bad_request_names_the_parameter(server: OpenAIServer) -> None:
    server.script = [REFUSED["bad_request"]]
    assert str(fault_of(server, invoke)).endswith("It named: unsupported_parameter, tools.")


def test_a_failure_from_elsewhere_is_unknown_and_a_classified_one_stays() -> None:
    known = classify(RuntimeError(KEY))
    assert (known.kind, known.retryable) == ("unknown", False)
    assert KEY not in str(known)
    assert classify(known) is known


def test_a_message_with_text_or_a_tool_call_is_finished() -> None:
    done = {"finish_reason": "stop"}
    check_finish(AIMessage("Yes.", response_metadata=done))
    check_finish(AIMessage("", tool_calls=[{"name": "search", "args": {}, "id": "1"}], response_metadata=done))


# In LangChain's agent

TOOL_THEN_TEXT = (Reply(calls=(Call("search", {"query": "drift"}),)), Reply("Retrain it [#p-1]."))


def test_an_agent_calls_tools_through_the_service(server: OpenAIServer) -> None:
    server.script = list(TOOL_THEN_TEXT)
    agent = create_agent(remote_model(settings_for(server)), [search], system_prompt="Be brief.")
    messages = agent.invoke({"messages": [HumanMessage("What about drift?")]})["messages"]
    assert [m.text for m in messages if isinstance(m, ToolMessage)] == ["Found: drift [#p-1]"]
    assert messages[-1].text == "Retrain it [#p-1]."
    assert [m["role"] for m in server.requests[1]["messages"]] == ["system", "user", "assistant", "tool"]


def test_an_agent_streams_the_words_of_the_service(server: OpenAIServer) -> None:
    server.script = list(TOOL_THEN_TEXT)
    agent = create_agent(remote_model(settings_for(server)), [search])
    events = agent.stream({"messages": [HumanMessage("What about drift?")]}, stream_mode="messages")
    words = [m.text for m, _ in events if isinstance(m, AIMessageChunk) and m.text]
    assert words == ["Retrain ", "it ", "[#p-1]."]
    assert all(request["stream"] for request in server.requests)


BROKEN = Reply(calls=(Call("search", '{"query": "drif'), Call("count", {"stage": "pilot"})))


@ASK
def test_a_call_that_cannot_be_read_is_returned_to_the_model_once(server: OpenAIServer, ask: type) -> None:
    server.script = [BROKEN, *TOOL_THEN_TEXT]
    answer = ask(server)
    assert [(c["name"], c["args"]) for c in answer.tool_calls] == [("search", {"query": "drift"})]
    assert answer.usage_metadata["input_tokens"] >= USAGE["prompt_tokens"]
    *_, made, first, second = server.requests[1]["messages"]
    assert [c["id"] for c in made["tool_calls"]] == [first["tool_call_id"], second["tool_call_id"]]
    assert '{"query": "drif' in first["content"] + second["content"]
    assert [json.loads(c["function"]["arguments"]) for c in made["tool_calls"]] == [{}, {}]


@ASK
def test_a_model_that_writes_unreadable_calls_twice_is_given_up(server: OpenAIServer, ask: type) -> None:
    server.script = [BROKEN]
    assert fault_of(server, ask).kind == "malformed"
    assert len(server.requests) == 2


def test_both_tries_at_a_call_are_counted_as_used(server: OpenAIServer) -> None:
    server.script = [BROKEN, Reply(TEXT)]
    assert stream(server).usage_metadata["input_tokens"] == 2 * USAGE["prompt_tokens"]


def test_an_agent_does_not_run_a_tool_whose_arguments_were_broken(server: OpenAIServer) -> None:
    server.script = [BROKEN, Reply("Done.")]
    agent = create_agent(remote_model(settings_for(server)), [search, count])
    messages = agent.invoke({"messages": [HumanMessage("What about drift?")]})["messages"]
    assert [m.text for m in messages[1:]] == ["Done."]


# Settings


def test_a_key_is_needed_where_no_address_is_given() -> None:
    with pytest.raises(SettingsError, match="BEARING_API_KEY"):
        remote_model(Settings(model="openai:some-model"))


@pytest.mark.parametrize("model", ["grounded", "openai:", "openai: ", "other:name", "gpt"])
def test_a_model_that_is_not_remote_is_refused(server: OpenAIServer, model: str) -> None:
    with pytest.raises(SettingsError, match="BEARING_MODEL"):
        remote_model(settings_for(server, model=model))


@pytest.mark.parametrize("url", ["localhost:8080/v1", "ftp://host", "http://", "http://[", "file:///etc/passwd"])
def test_an_address_that_is_not_http_is_refused(server: OpenAIServer, url: str) -> None:
    with pytest.raises(SettingsError, match="BEARING_BASE_URL"):
        remote_model(settings_for(server, base_url=url))


def test_the_key_is_in_no_text_form_of_the_model(server: OpenAIServer) -> None:
    model = remote_model(settings_for(server))
    assert KEY not in repr(model)
    assert KEY not in str(model)


def test_importing_the_remote_path_loads_neither_openai_nor_langchain() -> None:
    code = "import sys, copilot.models.remote.model; sys.exit(bool({'openai', 'langchain_core'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


# Reachability


def test_ping_finds_the_model_among_those_offered() -> None:
    with OpenAIServer([failure(500, "must not be asked")], models=["other", "some-model"]) as server:
        assert ping(settings_for(server)) == "openai:some-model is offered by the model service."


@pytest.mark.parametrize("models", [["other"], failure(404, "No such path"), Raw(200, "hello")])
def test_ping_asks_where_the_list_does_not_tell(models: list[str] | Raw) -> None:
    with OpenAIServer([Reply("ready")], models=models) as server:
        assert ping(settings_for(server)) == "openai:some-model answers."


def test_ping_reports_a_rejected_key() -> None:
    with OpenAIServer([Reply("ready")], models=REFUSED["auth"]) as server:
        assert fault_of(server, lambda s: ping(settings_for(s))).kind == "auth"


def test_ping_reports_a_model_that_does_not_answer() -> None:
    with OpenAIServer([REFUSED["model"]], models=["other"]) as server:
        assert fault_of(server, lambda s: ping(settings_for(s))).kind == "model"
