"""A local server that speaks the OpenAI protocol, with scripted replies and faults.

    with OpenAIServer([Reply(calls=(Call("search", {"query": "drift"}),)), Reply("Retrain it.")]) as server:
        model = remote_model(Settings(model="openai:any", base_url=server.url))

Each completion takes the next reply of the script; the last one is repeated. What was asked is in `requests`.
"""

from __future__ import annotations

import json
import re
import socket
import struct
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

Json = dict[str, Any]
Fault = Literal["hang", "reset", "drop", "stall", "blanks", "end early", "garbage", "error event"]
"""`hang` and `reset` before anything is sent; the others in the middle of a stream. `blanks` keeps the line busy."""


@dataclass(frozen=True)
class Call:
    """A tool call; `arguments` as text are sent as they are, broken or not."""

    name: str
    arguments: Json | str

    @property
    def text(self) -> str:
        return self.arguments if isinstance(self.arguments, str) else json.dumps(self.arguments)


@dataclass(frozen=True)
class Reply:
    text: str = ""
    calls: tuple[Call, ...] = ()
    finish_reason: str | None = ""
    """By default `tool_calls` or `stop`, as fits."""
    refusal: str | None = None
    fault: Fault | None = None
    error: Json | None = None
    """The error object of an `error event`."""


@dataclass(frozen=True)
class Raw:
    """An HTTP answer that is sent as it is."""

    status: int
    body: Json | str
    headers: Mapping[str, str] = field(default_factory=dict)


def failure(status: int, message: str, type: str = "", code: object = None, param: str | None = None) -> Raw:
    """An error in the shape OpenAI gives it."""
    error = {"message": message, "type": type, "code": code, "param": param}
    return Raw(status, {"error": error})


Script = Sequence[Reply | Raw | Callable[[Json], Reply | Raw]]
USAGE = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}


class OpenAIServer:
    def __init__(self, script: Script, models: Sequence[str] | Raw = ()) -> None:
        self.script = list(script)
        self.models = models
        self.requests: list[Json] = []
        """The bodies of all completions asked for."""
        self.keys: list[str] = []
        """The key each of them came with."""
        self.closing = threading.Event()
        self._lock = threading.Lock()
        self._http = _Server(("127.0.0.1", 0), _Handler)
        self._http.owner = self

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}/v1"

    def __enter__(self) -> OpenAIServer:
        threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._http.shutdown()
        self._http.server_close()

    def next_reply(self, request: Json, key: str) -> Reply | Raw:
        with self._lock:
            self.requests.append(request)
            self.keys.append(key)
            reply = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        return reply(request) if callable(reply) else reply


class _Server(ThreadingHTTPServer):
    owner: OpenAIServer
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """A client that went away is part of the tests."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        models = self.server.owner.models
        if isinstance(models, Raw):
            self._send(models)
        else:
            data = [{"id": name, "object": "model", "created": 1, "owned_by": "test"} for name in models]
            self._send(Raw(200, {"object": "list", "data": data}))

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["content-length"])))
        if self.path != "/v1/chat/completions":
            self._send(failure(404, f"Unknown path {self.path}"))
            return
        key = self.headers.get("authorization", "").removeprefix("Bearer ")
        reply = self.server.owner.next_reply(request, key)
        if isinstance(reply, Raw):
            self._send(reply)
        elif reply.fault == "hang":
            self.server.owner.closing.wait(30)
        elif reply.fault == "reset":
            self._reset()
        elif request.get("stream"):
            self._stream(reply, request)
        else:
            self._send(Raw(200, _completion(reply, request)))

    def _send(self, raw: Raw) -> None:
        body = raw.body.encode() if isinstance(raw.body, str) else json.dumps(raw.body).encode()
        self.send_response(raw.status)
        headers = {"content-type": "application/json", **raw.headers, "content-length": str(len(body))}
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True

    def _stream(self, reply: Reply, request: Json) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        deltas = list(_deltas(reply))
        for number, delta in enumerate(deltas):
            if reply.fault and number == len(deltas) // 2 and not self._go_on(reply):
                return
            self._event(_chunk(request, [{"index": 0, "delta": delta, "finish_reason": None}]))
        self._event(_chunk(request, [{"index": 0, "delta": {}, "finish_reason": _finish_reason(reply)}]))
        if request.get("stream_options", {}).get("include_usage"):
            self._event(_chunk(request, []) | {"usage": USAGE})
        self._write("data: [DONE]\n\n")
        self.wfile.write(b"0\r\n\r\n")

    def _go_on(self, reply: Reply) -> bool:
        """Commits the fault; whether the stream goes on after it."""
        if reply.fault == "drop":
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True
        elif reply.fault == "stall":
            self.server.owner.closing.wait(30)
        elif reply.fault == "blanks":
            while not self.server.owner.closing.wait(0.1):
                self._write(": still there\n\n")
        elif reply.fault == "end early":
            self.wfile.write(b"0\r\n\r\n")
        elif reply.fault == "error event":
            self._event({"error": reply.error})
            self.wfile.write(b"0\r\n\r\n")
        elif reply.fault == "garbage":
            self._write('data: {"id": "c", "choices": [{"del\n\n')
            return True
        return False

    def _event(self, data: Json) -> None:
        self._write(f"data: {json.dumps(data)}\n\n")

    def _write(self, text: str) -> None:
        data = text.encode()
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.flush()


def _finish_reason(reply: Reply) -> str | None:
    return ("tool_calls" if reply.calls else "stop") if reply.finish_reason == "" else reply.finish_reason


def _completion(reply: Reply, request: Json) -> Json:
    message: Json = {"role": "assistant", "content": reply.text or None, "refusal": reply.refusal}
    if reply.calls:
        message["tool_calls"] = [
            {"id": f"call_{n}", "type": "function", "function": {"name": call.name, "arguments": call.text}}
            for n, call in enumerate(reply.calls)
        ]
    choice = {"index": 0, "message": message, "finish_reason": _finish_reason(reply)}
    return _envelope(request, "chat.completion", [choice]) | {"usage": USAGE}


def _deltas(reply: Reply) -> Iterator[Json]:
    """The reply in pieces: words of the text, then the name and pieces of the arguments of each call."""
    yield {"role": "assistant", "content": ""}
    for word in re.findall(r"\S+\s*", reply.text):
        yield {"content": word}
    for index, call in enumerate(reply.calls):
        function = {"name": call.name, "arguments": ""}
        yield {"tool_calls": [{"index": index, "id": f"call_{index}", "type": "function", "function": function}]}
        for start in range(0, len(call.text), 7):
            piece = {"arguments": call.text[start : start + 7]}
            yield {"tool_calls": [{"index": index, "function": piece}]}


def _chunk(request: Json, choices: list[Json]) -> Json:
    return _envelope(request, "chat.completion.chunk", choices)


def _envelope(request: Json, kind: str, choices: list[Json]) -> Json:
    return {"id": "c", "object": kind, "created": 1, "model": request["model"], "choices": choices}
