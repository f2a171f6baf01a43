"""Bearing as a model, called by the client that front ends use."""

from __future__ import annotations

from collections.abc import Iterator

import openai
import pytest
from openai.types.chat import ChatCompletionMessageParam
from served import Served

PILOTS: ChatCompletionMessageParam = {"role": "user", "content": "How many projects are in pilot?"}


@pytest.fixture
def client(served: Served) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{served.url}/v1", api_key=served.key("ward_manager"), max_retries=0) as made:
        yield made


def test_the_model_is_listed(client: openai.OpenAI) -> None:
    assert [model.id for model in client.models.list().data] == ["bearing"]


def test_an_answer_comes_with_numbered_sources_and_annotations(served: Served, client: openai.OpenAI) -> None:
    message = client.chat.completions.create(model="bearing", messages=[PILOTS]).choices[0].message
    assert message.content is not None
    assert message.content.startswith("3 of 8 projects are in pilot: ")
    assert "- [1] Projects, counted over all rows (records/projects.csv" in message.content.partition("Sources:")[2]
    assert message.annotations
    for annotation in message.annotations:
        cited = annotation.url_citation
        marker = message.content[cited.start_index : cited.end_index]
        assert marker == f"[{cited.url.rpartition('/')[2]}]"
        assert cited.title in message.content
    record = next(a.url_citation.url for a in message.annotations if "Radiology" in a.url_citation.title)
    with served.caller("ward_manager") as reader, served.caller("chief_physician") as other:
        assert "Radiology Triage" in reader.get(record).json()["text"]
        assert other.get(record).status_code == 404


def test_a_streamed_answer_is_the_whole_one_in_pieces(client: openai.OpenAI) -> None:
    whole = client.chat.completions.create(model="bearing", messages=[PILOTS]).choices[0].message
    stream = client.chat.completions.create(
        model="bearing", messages=[PILOTS], stream=True, stream_options={"include_usage": True}
    )
    *chunks, last = stream
    deltas = [chunk.choices[0].delta for chunk in chunks]
    assert "".join(delta.content or "" for delta in deltas) == whole.content
    assert len([delta for delta in deltas if delta.content]) > 1
    assert chunks[-1].choices[0].finish_reason == "stop"
    annotated = [getattr(delta, "annotations", None) for delta in deltas]
    assert len(whole.annotations or []) == len(next(a for a in annotated if a))
    assert last.usage is not None


@pytest.mark.parametrize("is_known", [True, False])
def test_a_follow_up_sees_the_question_before_it(client: openai.OpenAI, is_known: bool) -> None:
    answer = client.chat.completions.create(model="bearing", messages=[PILOTS]).choices[0].message.content
    said = answer if is_known else "What another process has answered."
    messages: list[ChatCompletionMessageParam] = [
        {"role": "system", "content": "Answer briefly."},
        PILOTS,
        {"role": "assistant", "content": said},
        {"role": "user", "content": "and in production?"},
    ]
    for _ in range(2):
        told = client.chat.completions.create(model="bearing", messages=messages).choices[0].message.content
        assert told is not None
        assert "of 8 projects are in production" in told


def test_a_chat_is_one_conversation_of_its_viewer(served: Served) -> None:
    key = served.key("ward_manager")
    with openai.OpenAI(base_url=f"{served.url}/v1", api_key=key) as client, served.client(key) as reader:
        before = {c["id"] for c in reader.get("/api/conversations").json()}
        answer = client.chat.completions.create(model="bearing", messages=[PILOTS]).choices[0].message.content
        messages: list[ChatCompletionMessageParam] = [
            PILOTS,
            {"role": "assistant", "content": f"{answer}\n"},
            {"role": "user", "content": "and in production?"},
        ]
        client.chat.completions.create(model="bearing", messages=messages)
        (made,) = {c["id"] for c in reader.get("/api/conversations").json()} - before
        turns = reader.get(f"/api/conversations/{made}").json()
    assert [turn["question"] for turn in turns] == [PILOTS["content"], "and in production?"]


def test_parts_of_a_message_are_read_and_pictures_are_refused(client: openai.OpenAI) -> None:
    parts: list[ChatCompletionMessageParam] = [
        {"role": "user", "content": [{"type": "text", "text": "How many projects are in pilot?"}]}
    ]
    told = client.chat.completions.create(model="bearing", messages=parts).choices[0].message.content
    assert (told or "").startswith("3 of 8")
    with pytest.raises(openai.UnprocessableEntityError):
        client.chat.completions.create(
            model="bearing",
            messages=[
                {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:image/png;base64,AA"}}]}
            ],
        )


def test_errors_have_the_form_of_the_protocol(served: Served, client: openai.OpenAI) -> None:
    with pytest.raises(openai.BadRequestError, match="must be the user's"):
        client.chat.completions.create(model="bearing", messages=[{"role": "assistant", "content": "Hello"}])
    with pytest.raises(openai.UnprocessableEntityError):
        client.chat.completions.create(model="another", messages=[PILOTS])
    with (
        openai.OpenAI(base_url=f"{served.url}/v1", api_key="wrong", max_retries=0) as stranger,
        pytest.raises(openai.AuthenticationError),
    ):
        stranger.models.list()
