"""The HTTP API through a real server and a real client, on the fixture hospital."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
import pytest
from indexes import CORPUS, Indexes
from served import Served, running

from copilot import Answer, Copilot, Settings, open_copilot
from copilot.memos.memo import Memo

PILOTS = {"question": "How many projects are in pilot?"}
STAGES = {"question": "How many projects are there in each stage?"}


def events(response: httpx2.Response) -> list[tuple[str, dict[str, object]]]:
    blocks = [block.splitlines() for block in response.text.strip().split("\n\n")]
    return [(lines[0].removeprefix("event: "), json.loads(lines[1].removeprefix("data: "))) for lines in blocks]


def test_an_answer_is_the_one_that_the_library_gives(served: Served, copilot: Copilot) -> None:
    with served.caller() as client:
        told = client.post("/api/ask", json=PILOTS).json()
    own = copilot.ask(PILOTS["question"]).model_dump(mode="json")
    assert told.keys() == own.keys()
    for name in own.keys() - {"id", "seconds", "tool_calls"}:
        assert told[name] == own[name]


def test_what_a_key_reads_is_what_its_viewer_may_see(served: Served) -> None:
    with served.caller("chief_physician") as chief, served.caller("ward_manager") as manager:
        assert "9 projects" in chief.post("/api/ask", json=STAGES).json()["text"]
        assert "8 projects" in manager.post("/api/ask", json=STAGES).json()["text"]
        listed = [{d["id"] for d in who.get("/api/documents").json()} for who in (chief, manager)]
        assert listed[0] - listed[1] == {"policies/board-risk-appetite.md"}
        assert chief.get("/api/documents/policies/board-risk-appetite.md").status_code == 200
        assert manager.get("/api/documents/policies/board-risk-appetite.md").status_code == 404


def test_the_pieces_of_a_stream_make_the_answer(served: Served) -> None:
    with served.caller() as client:
        response = client.post("/api/ask/stream", json=PILOTS)
    assert response.headers["content-type"].startswith("text/event-stream")
    told = events(response)
    assert [kind for kind, _ in told if kind == "answer"] == ["answer"]
    assert told[-1][0] == "answer"
    text = "".join(str(data["text"]) for kind, data in told if kind == "text")
    answer = Answer.model_validate(told[-1][1]["answer"])
    assert text.strip() == answer.text
    assert {data["tool"] for kind, data in told if kind == "step"} == {call.name for call in answer.tool_calls}


def test_a_conversation_is_continued_listed_rated_and_deleted(served: Served) -> None:
    with served.caller("ward_manager") as client, served.caller("chief_physician") as other:
        id = client.post("/api/conversations", json={}).json()["id"]
        client.post("/api/ask", json=PILOTS | {"conversation": id})
        follow_up = client.post("/api/ask", json={"question": "and in production?", "conversation": id}).json()
        assert "in production" in follow_up["text"]
        first, second = client.get(f"/api/conversations/{id}").json()
        assert second["parent"] == first["id"]
        assert client.get("/api/conversations").json()[0]["title"] == PILOTS["question"]

        assert client.put(f"/api/turns/{first['id']}/rating", json={"thumbs_up": True}).status_code == 204
        assert client.get(f"/api/conversations/{id}").json()[0]["rating"] is True

        for path in (f"/api/conversations/{id}", f"/api/turns/{first['id']}/sources/1"):
            assert client.get(path).status_code == 200
            assert other.get(path).status_code == 404
        assert other.post("/api/ask", json=PILOTS | {"conversation": id}).status_code == 409
        assert other.delete(f"/api/conversations/{id}").status_code == 404

        assert client.delete(f"/api/conversations/{id}").status_code == 204
        assert client.get(f"/api/conversations/{id}").status_code == 404
        assert client.post("/api/ask", json=PILOTS | {"conversation": id}).status_code == 409


def test_a_citation_opens_the_record_behind_it(served: Served) -> None:
    with served.caller() as client:
        answer = client.post("/api/ask", json=PILOTS | {"conversation": "t-source"}).json()
        turn = client.get("/api/conversations/t-source").json()[0]["id"]
        record = next(c for c in answer["citations"] if c["kind"] == "record")
        page = client.get(f"/api/turns/{turn}/sources/{record['marker']}").json()
        assert (page["source"], page["locator"]) == (record["source"], record["locator"])
        assert "Radiology Triage" in page["text"]
        assert client.get(f"/api/turns/{turn}/sources/99").status_code == 404


def test_only_who_evaluates_reads_what_others_thought(served: Served) -> None:
    with served.caller() as leader, served.caller(role="evaluator") as evaluator:
        leader.post("/api/ask", json=PILOTS | {"conversation": "t-rated"})
        turn = leader.get("/api/conversations/t-rated").json()[0]["id"]
        leader.put(f"/api/turns/{turn}/rating", json={"thumbs_up": False, "reasons": ["wrong"], "comment": "no"})
        assert leader.get("/api/feedback").status_code == 403
        told = next(f["turn"] for f in evaluator.get("/api/feedback").json() if f["turn"]["id"] == turn)
        assert (told["rating"], told["reasons"], told["comment"]) == (False, ["wrong"], "no")


def test_a_tool_is_called_with_the_arguments_of_its_schema(served: Served) -> None:
    with served.caller() as client:
        named = {tool["name"]: tool for tool in client.get("/api/tools").json()}
        assert "filters" in named["find_projects"]["arguments"]["properties"]
        result = client.post(
            "/api/tools/find_projects", json={"filters": [{"column": "stage", "value": "pilot"}]}
        ).json()
        assert result["figures"][0]["value"] == 3
        refused = client.post("/api/tools/project_record", json={"project": "Radiologie"})
        assert refused.status_code == 422
        assert refused.headers["content-type"] == "application/problem+json"
        assert refused.json()["detail"]


def test_a_memo_is_drafted_kept_exported_and_checked(served: Served) -> None:
    with served.caller("ward_manager") as client, served.caller("chief_physician") as other:
        drafted = client.post("/api/memos", json={"top": 3})
        assert drafted.status_code == 201
        memo = Memo.model_validate(drafted.json())
        assert [m["id"] for m in client.get("/api/memos").json()] == [memo.id]
        assert Memo.model_validate(client.get(f"/api/memos/{memo.id}").json()) == memo
        document = client.get(f"/api/memos/{memo.id}/document", params={"format": "pdf"})
        assert document.content.startswith(b"%PDF-")
        assert client.post(f"/api/memos/{memo.id}/check").json()["holds"] is True
        assert other.get(f"/api/memos/{memo.id}").status_code == 404
        status = Memo.model_validate(client.post("/api/memos", json={"purpose": "status"}).json())
        assert (status.kind, status.firmness) == ("status", "none")


def test_a_memo_is_edited_and_signed_off_by_those_whose_role_allows_it(served: Served, copilot: Copilot) -> None:
    admin = copilot.viewer().model_copy(update={"role": "admin"})
    text = {"sections": {"decision": "Fund it all for 9.9 million NOK."}, "name": "Ana Costa"}
    signed = {"state": "signed off", "name": "Ben Ito"}
    viewer = "ward_manager"
    with (
        served.caller(viewer, "pm") as pm,
        served.caller(viewer) as leader,
        served.caller(viewer, "evaluator") as other,
    ):
        id = pm.post("/api/memos", json={"top": 1}).json()["id"]
        assert other.post(f"/api/memos/{id}/versions", json=text).status_code == 403
        assert pm.post("/api/memos/M-none/versions", json=text).status_code == 404
        unknown = pm.post(f"/api/memos/{id}/versions", json=text | {"sections": {"poem": "Roses"}})
        assert (unknown.status_code, "no section 'poem'" in unknown.json()["detail"]) == (409, True)
        before = sum(1 for _ in copilot.conversations.audit(admin))
        edited = pm.post(f"/api/memos/{id}/versions", json=text)
        assert edited.status_code == 201
        version = Memo.model_validate(edited.json())
        assert [figure.text for figure in version.unsourced] == ["9.9 million NOK"]
        assert leader.get("/api/memos").json()[0]["unsourced"] == 1
        steps = f"/api/memos/{version.id}/steps"
        assert pm.post(steps, json=signed).status_code == 403
        refused = leader.post(steps, json=signed)
        assert (refused.status_code, "9.9 million NOK" in refused.json()["detail"]) == (409, True)
        assert leader.post(steps, json=signed | {"accepted": ["9.9 million NOK"]}).status_code == 201
        assert [(s["state"], s["accepted"]) for s in leader.get(steps).json()] == [("signed off", ["9.9 million NOK"])]
        document = leader.get(f"/api/memos/{version.id}/document", params={"format": "md"}).text
        assert "Signed off by Ben Ito" in document
        assert pm.post(f"/api/memos/{version.id}/versions", json=text).status_code == 409
    entries = list(copilot.conversations.audit(admin, before))
    assert [(entry.action, entry.subject) for entry in entries] == [
        ("edited memo", version.id), ("advanced memo", version.id), ("exported", version.id)
    ]  # fmt: skip
    assert entries[0].details["name"] == "Ana Costa"
    assert entries[1].details["accepted"] == ["9.9 million NOK"]


def test_what_is_shown_and_taken_away_is_in_the_audit_trail(served: Served, copilot: Copilot) -> None:
    admin = copilot.viewer().model_copy(update={"role": "admin"})
    before = sum(1 for _ in copilot.conversations.audit(admin))
    with served.caller("ward_manager", "admin") as client:
        id = client.post("/api/memos", json={"top": 2}).json()["id"]
        client.get(f"/api/memos/{id}")
        client.get(f"/api/memos/{id}/document", params={"format": "md"})
        client.get("/api/documents/policies/data-retention-2025.md")
        client.get("/api/search", params={"query": "training data", "top_k": 1})
        client.post("/api/tools/find_projects", json={})
        client.get("/api/feedback")
        client.get("/api/documents/policies/board-risk-appetite.md")
    entries = list(copilot.conversations.audit(admin, before))
    assert {entry.viewer for entry in entries} == {"ward_manager"}
    assert [(entry.action, entry.subject) for entry in entries] == [
        ("kept memo", id), ("opened memo", id), ("exported", id), ("opened", "policies/data-retention-2025.md"),
        ("searched", "training data"), ("called", "find_projects"), ("opened feedback", "feedback"),
    ]  # fmt: skip
    assert entries[2].details["format"] == "md"
    assert entries[4].details["sources"]


def test_a_search_finds_what_is_in_force_and_may_be_seen(served: Served) -> None:
    query = {"query": "how long is training data kept", "kind": "passage", "top_k": "3"}
    with served.caller() as client:
        now = client.get("/api/search", params=query).json()
        then = client.get("/api/search", params=query | {"as_of": "2024-05-01"}).json()
    assert now[0]["chunk"]["document_id"] == "policies/data-retention-2025.md"
    assert then[0]["chunk"]["document_id"] == "policies/data-retention-2023.md"


def test_documents_come_by_pages(served: Served) -> None:
    with served.caller() as client:
        whole = [d["id"] for d in client.get("/api/documents").json()]
        first = [d["id"] for d in client.get("/api/documents", params={"limit": 2}).json()]
        second = [d["id"] for d in client.get("/api/documents", params={"limit": 2, "after": first[-1]}).json()]
    assert first + second == whole[:4]


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/api/ask", {}, 422),
        ("POST", "/api/ask", {"question": ""}, 422),
        ("POST", "/api/ask", {"question": "a", "conversation": "../x"}, 422),
        ("POST", "/api/ask", {"question": "a", "viewer": "chief_physician"}, 422),
        ("GET", "/api/memos/M-none", None, 404),
        ("GET", "/api/nothing", None, 404),
        ("DELETE", "/api/ask", None, 405),
    ],
)
def test_what_is_wrong_with_a_call_is_a_problem(
    served: Served, method: str, path: str, body: object, status: int
) -> None:
    with served.caller() as client:
        response = client.request(method, path, json=body)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["status"] == status


def test_a_body_beyond_the_limit_is_refused_unread(served: Served) -> None:
    with served.caller() as client:
        response = client.post("/api/ask", json={"question": "a" * 3_000_000})
        assert response.status_code == 413
        chunks = (b" " * 100_000 for _ in range(30))
        streamed = client.post("/api/ask", content=chunks, headers={"content-type": "application/json"})
        assert streamed.status_code == 413


def test_the_schema_names_every_route_and_loads_nothing_from_elsewhere(served: Served) -> None:
    with served.client(None) as client:
        schema = client.get("/openapi.json").json()
        assert client.get("/docs").status_code == 404
    assert {"/api/ask", "/api/ask/stream", "/api/tools/find_projects", "/v1/chat/completions"} <= set(schema["paths"])
    assert "Problem" in schema["components"]["schemas"]


def test_health_and_readiness_need_no_key(served: Served) -> None:
    with served.client(None) as client:
        assert client.get("/health").json() == {"status": "ok"}
        assert client.get("/ready").json()["status"] == "ready"


def test_health_answers_while_every_thread_works(copilot: Copilot, folder: Path) -> None:
    with (
        running(copilot, folder, threads=1, waiting=8) as served,
        served.caller() as client,
        ThreadPoolExecutor(8) as pool,
    ):
        asked = [pool.submit(client.post, "/api/ask", json=PILOTS) for _ in range(8)]
        answered_meanwhile = 0
        while not all(one.done() for one in asked):
            assert client.get("/health").status_code == 200
            answered_meanwhile += not all(one.done() for one in asked)
        assert answered_meanwhile > 0
        assert {one.result().status_code for one in asked} == {200}


def test_what_is_too_much_is_refused_at_once_and_said_so(copilot: Copilot, folder: Path) -> None:
    with running(copilot, folder, threads=1, waiting=0) as served, served.caller() as client:
        with ThreadPoolExecutor(12) as pool:
            told = list(pool.map(lambda _: client.post("/api/ask", json=PILOTS), range(12)))
        assert {response.status_code for response in told} == {200, 503}
        assert all(int(r.headers["retry-after"]) > 0 for r in told if r.status_code == 503)
        assert client.post("/api/ask", json=PILOTS).status_code == 200


def test_who_calls_too_often_waits_and_others_do_not(copilot: Copilot, folder: Path) -> None:
    with running(copilot, folder, rate=2) as served, served.caller() as client, served.caller() as other:
        assert [client.get("/api/caller").status_code for _ in range(3)] == [200, 200, 429]
        assert 1 <= int(client.get("/api/caller").headers["retry-after"]) <= 30
        assert other.get("/api/caller").status_code == 200


def test_who_stops_reading_gives_the_place_to_others(copilot: Copilot, folder: Path) -> None:
    with running(copilot, folder, threads=1, waiting=1) as served, served.caller() as client:
        for _ in range(5):
            with client.stream("POST", "/api/ask/stream", json=STAGES) as response:
                next(response.iter_lines())
            assert client.post("/api/ask", json=PILOTS).status_code == 200


def test_metrics_are_for_administrators_and_only_where_they_are_switched_on(
    served: Served, indexes: Indexes, tmp_path: Path
) -> None:
    with served.caller(role="admin") as admin:
        assert admin.get("/metrics").status_code == 404
    settings = Settings(workspace=CORPUS, state_dir=tmp_path / "state", metrics=True)
    copilot = open_copilot(indexes.copy_to(settings))
    with running(copilot, tmp_path) as counting:
        with counting.caller(role="leader") as leader:
            assert leader.post("/api/ask", json={"question": "How many projects are there?"}).status_code == 200
            assert leader.get("/metrics").status_code == 403
        with counting.client(None) as nobody:
            assert nobody.get("/metrics").status_code == 401
        with counting.caller(role="admin") as admin:
            told = admin.get("/metrics")
    copilot.close()
    assert told.headers["content-type"].startswith("text/plain")
    assert 'bearing_questions_total{model="grounded",outcome="answered"} 1.0' in told.text
