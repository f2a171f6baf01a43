"""Long work over HTTP: asked for by those who may do it, and seen by who asked."""

from __future__ import annotations

import pytest
from served import Served

from copilot.types import ViewerRole

MEMO = {"kind": "memo", "arguments": {"top": 2}}
INDEX = {"kind": "index"}
EVALUATION = {"kind": "evaluation", "arguments": {"dataset": "dev"}}


def test_a_job_is_answered_with_its_address_and_listed_for_who_asked(served: Served) -> None:
    with served.caller("ward_manager") as client:
        asked = client.post("/api/jobs", json=MEMO)
        assert asked.status_code == 202
        job = client.get(asked.headers["location"]).json()
        assert job == asked.json()
        assert (job["kind"], job["arguments"], job["state"]) == ("memo", {"top": 2}, "waiting")
        assert job["id"] in [listed["id"] for listed in client.get("/api/jobs").json()]


@pytest.mark.parametrize(
    ("role", "refused"),
    [("leader", (INDEX, EVALUATION)), ("pm", (EVALUATION,)), ("evaluator", (INDEX,)), ("admin", ())],
)
def test_roles_decide_who_may_start_what(served: Served, role: ViewerRole, refused: tuple[object, ...]) -> None:
    with served.caller(role=role) as client:
        for asked in (MEMO, INDEX, EVALUATION):
            assert client.post("/api/jobs", json=asked).status_code == (403 if asked in refused else 202)


def test_nobody_sees_or_ends_the_job_of_another_but_who_administers(served: Served) -> None:
    with (
        served.caller("ward_manager") as own,
        served.caller("chief_physician") as other,
        served.caller("chief_physician", "admin") as admin,
    ):
        address = own.post("/api/jobs", json=MEMO).headers["location"]
        assert other.get(address).status_code == 404
        assert other.post(f"{address}/cancel").status_code == 404
        assert other.get("/api/jobs", params={"whose": "all"}).status_code == 403
        assert other.get("/api/jobs").json() == admin.get("/api/jobs").json()
        everyones = admin.get("/api/jobs", params={"whose": "all"}).json()
        assert own.get(address).json() in everyones
        assert admin.post(f"{address}/cancel").json()["state"] == "cancelled"
        assert own.get(address).json()["state"] == "cancelled"


def test_what_has_ended_cannot_be_cancelled_and_says_so(served: Served) -> None:
    with served.caller("ward_manager") as client:
        id = client.post("/api/jobs", json=MEMO).json()["id"]
        while job := served.jobs.take("a worker", 60):
            served.jobs.finish(job.id, "a worker", "M-1")
        again = client.post(f"/api/jobs/{id}/cancel")
        assert (again.status_code, again.json()["detail"]) == (409, f"The job {id} is done already.")


@pytest.mark.parametrize(
    "asked",
    [
        {"kind": "coffee"},
        {"kind": "memo", "arguments": {"depth": 3}},
        {"kind": "index", "arguments": {"all": True}},
        {"kind": "evaluation"},
        {"kind": "evaluation", "arguments": {"dataset": "../secrets.yaml"}},
        {"kind": "evaluation", "arguments": {"dataset": "dev", "filters": ["--out=/tmp"]}},
    ],
)
def test_what_is_no_job_is_refused(served: Served, asked: object) -> None:
    with served.caller(role="admin") as client:
        assert client.post("/api/jobs", json=asked).status_code == 422
