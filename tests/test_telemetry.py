"""What a collector and Prometheus are told of questions. Both are off unless they are asked for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from collector import Collector, Seen
from indexes import CORPUS, Indexes
from openai_server import USAGE, Call, Json, OpenAIServer, Reply, failure
from prometheus_client.parser import text_string_to_metric_families

from copilot import Copilot, Settings, open_copilot
from copilot.build import assemble, open_sources
from copilot.telemetry import Telemetry

QUESTION = "How many projects are in pilot?"
PILOTS = {"table": "projects", "filters": [{"column": "stage", "op": "=", "value": "pilot"}]}


@pytest.fixture(scope="module")
def state(indexes: Indexes, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("state")
    indexes.copy_to(Settings(workspace=CORPUS, state_dir=folder))
    return folder


@pytest.fixture
def collector() -> Iterator[Collector]:
    with Collector() as started:
        yield started


def settings_for(state: Path, **changes: object) -> Settings:
    return Settings.model_validate({"workspace": CORPUS, "state_dir": state} | changes)


def remote(server: OpenAIServer) -> dict[str, object]:
    prices = {"token_prices": "2/10", "turn_tokens": 100_000}
    return {"model": "openai:test", "base_url": server.url, "api_key": "sk-1", "timeout_seconds": 5, **prices}


def asked(settings: Settings, question: str = QUESTION, conversation: str | None = None) -> Copilot:
    """A copilot that has been asked and closed, so that all is sent."""
    copilot = assemble(settings, open_sources(settings))
    copilot.ask(question, conversation)
    copilot.close()
    return copilot


def cited(request: Json) -> Reply:
    (id,) = re.findall(r"\[#([\w.-]+)\]", request["messages"][-1]["content"])[:1]
    return Reply(f"3 projects are in pilot [#{id}].")


def of_operation(collector: Collector, name: str) -> list[Seen]:
    return [span for span in collector.spans if span.attributes["gen_ai.operation.name"] == name]


def test_a_question_is_a_trace_with_a_span_for_each_call_of_the_model_and_of_a_tool(
    collector: Collector, state: Path
) -> None:
    asked(settings_for(state, otlp_url=collector.url), conversation="traced")
    (root,) = of_operation(collector, "invoke_agent")
    chats, tools = of_operation(collector, "chat"), of_operation(collector, "execute_tool")
    assert (root.name, root.parent, root.failed) == ("invoke_agent bearing", b"", False)
    assert root.attributes["gen_ai.conversation.id"] == "traced"
    assert root.attributes["gen_ai.request.model"] == "grounded"
    assert root.attributes["bearing.outcome"] == "answered"
    assert len(chats) == 2
    assert "execute_tool find_projects" in {span.name for span in tools}
    assert {span.trace for span in [*chats, *tools]} == {root.trace}
    assert {span.parent for span in [*chats, *tools]} == {root.id}
    # Tools run side by side, so their times may add up to more than that of the turn.
    assert all(root.start <= span.start < span.end <= root.end for span in [*chats, *tools])
    assert collector.resource["service.name"] == "bearing"


def test_no_text_of_a_question_an_answer_or_an_argument_is_sent(collector: Collector, state: Path) -> None:
    asked(settings_for(state, otlp_url=collector.url), "Why do pilots stall?")
    assert collector.spans
    sent = b"".join(collector.bodies).lower()
    assert b"search_knowledge" in sent
    assert b"stall" not in sent


def test_a_remote_model_is_traced_with_its_tokens_cost_and_the_tool_call_that_was_wrong(
    collector: Collector, state: Path
) -> None:
    script = [
        Reply(calls=(Call("find_projects", {"tabel": "projects"}),)),
        Reply(calls=(Call("find_projects", PILOTS),)),
    ]
    with OpenAIServer([*script, cited]) as server:
        asked(settings_for(state, otlp_url=collector.url, **remote(server)))
    (root,) = of_operation(collector, "invoke_agent")
    chats = of_operation(collector, "chat")
    assert root.attributes["bearing.outcome"] == "answered"
    assert root.attributes["gen_ai.usage.input_tokens"] == 3 * USAGE["prompt_tokens"]
    assert root.attributes["bearing.usage.cost"] == pytest.approx((33 * 2 + 21 * 10) / 1e6)
    assert [span.attributes["gen_ai.request.model"] for span in chats] == ["test"] * 3
    assert {span.attributes["gen_ai.provider.name"] for span in chats} == {"openai"}
    assert [span.attributes["gen_ai.usage.output_tokens"] for span in chats] == [USAGE["completion_tokens"]] * 3
    wrong, right = of_operation(collector, "execute_tool")
    assert (wrong.failed, wrong.attributes["error.type"]) == (True, "ToolError")
    assert (right.failed, "error.type" in right.attributes) == (False, False)


def test_a_remote_model_that_fails_is_told_with_the_kind_of_its_failure(collector: Collector, state: Path) -> None:
    with OpenAIServer([failure(401, "The key is wrong.")]) as server:
        asked(settings_for(state, otlp_url=collector.url, **remote(server)))
    (root,) = of_operation(collector, "invoke_agent")
    assert root.attributes["bearing.model.failures"] == ["auth"]
    assert root.attributes["gen_ai.request.model"] == "grounded"
    failed = [span for span in of_operation(collector, "chat") if span.failed]
    assert [span.attributes["error.type"] for span in failed] == ["ModelError"]


def test_an_answer_that_nobody_reads_to_its_end_is_told_as_interrupted(collector: Collector, state: Path) -> None:
    settings = settings_for(state, otlp_url=collector.url)
    copilot = assemble(settings, open_sources(settings))
    events = copilot.stream(QUESTION)
    next(events)
    events.close()
    copilot.close()
    (root,) = of_operation(collector, "invoke_agent")
    assert root.attributes["bearing.outcome"] == "interrupted"


def test_a_collector_that_is_gone_costs_no_answer(state: Path) -> None:
    with Collector() as gone:
        url = gone.url
    copilot = open_copilot(settings_for(state, otlp_url=url))
    assert copilot.ask(QUESTION).status == "answered"
    copilot.close()


Sample = Callable[..., float]


def samples(copilot: Copilot) -> Sample:
    metrics = copilot.telemetry.metrics
    assert metrics is not None
    families = list(text_string_to_metric_families(metrics.exposition().decode()))

    def value(name: str, **labels: str) -> float:
        found = [s.value for f in families for s in f.samples if s.name == name and labels.items() <= s.labels.items()]
        return sum(found)

    return value


def test_metrics_count_questions_by_outcome_and_tools_tokens_and_cost(state: Path) -> None:
    script = [Reply(calls=(Call("find_projects", {"tabel": "projects"}), Call("made_up", {})))]
    with OpenAIServer([*script, Reply(calls=(Call("find_projects", PILOTS),)), cited]) as server:
        value = samples(asked(settings_for(state, metrics=True, **remote(server))))
    assert value("bearing_questions_total") == 1
    assert value("bearing_questions_total", outcome="answered", model="openai:test") == 1
    assert value("bearing_answer_seconds_count", model="openai:test") == 1
    assert value("bearing_answer_seconds_sum") > 0
    assert value("bearing_tokens_total", direction="input") == 3 * USAGE["prompt_tokens"]
    assert value("bearing_cost_total") == pytest.approx((33 * 2 + 21 * 10) / 1e6)
    assert value("bearing_tool_calls_total", tool="find_projects", outcome="error") == 1
    assert value("bearing_tool_calls_total", tool="find_projects", outcome="ok") == 1
    assert value("bearing_tool_calls_total", tool="unknown", outcome="error") == 1


def test_metrics_count_refusals_and_failures_of_the_remote_model(state: Path) -> None:
    with OpenAIServer([failure(401, "The key is wrong.")]) as server:
        value = samples(asked(settings_for(state, metrics=True, **remote(server)), "Who won the world cup?"))
    assert value("bearing_questions_total", outcome="insufficient_evidence", model="grounded") == 1
    assert value("bearing_model_failures_total", kind="auth") == 1


def test_nothing_is_watched_unless_a_setting_asks_for_it(copilot: Copilot) -> None:
    assert copilot.telemetry == Telemetry(traces=None, metrics=None)
