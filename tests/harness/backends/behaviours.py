"""A model server that can behave in any way: each behaviour is a function from call to reply."""

import json
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Call:
    """One request, with the gold of its problem."""

    body: dict[str, Any]
    headers: dict[str, str]
    path: str
    number: int
    """How many requests came before it."""
    gold: str

    @property
    def prompt(self) -> str:
        if "prompt" in self.body:
            return self.body["prompt"]
        messages = self.body.get("messages") or self.body.get("input") or self.body["contents"]
        return "\n".join(_texts(messages))


def _texts(value: Any) -> Iterator[str]:
    """All texts in a value, in order."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _texts(inner)


@dataclass
class Reply:
    data: bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    cut: int | None = None
    """Close the connection after this many bytes."""
    delay: float = 0.0


Behaviour = Callable[[Call], Reply]


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def __init__(self, behaviour: Behaviour, golds: dict[str, str]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.behaviour, self.golds = behaviour, golds
        self.lock = threading.Lock()
        self.calls: list[Call] = []

    def handle_error(self, request: object, client_address: object) -> None:
        """A client may hang up while it is answered; any other fault is reported."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"


class Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"

    def log_message(self, *args: object) -> None:
        return

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        headers = {key.lower(): value for key, value in self.headers.items()}
        with self.server.lock:
            call = Call(body, headers, self.path, len(self.server.calls), "")
            self.server.calls.append(call)
        call.gold = next(
            (gold for prompt, gold in self.server.golds.items() if prompt in call.prompt), ""
        )
        reply = self.server.behaviour(call)
        time.sleep(reply.delay)
        self.send_response(reply.status)
        for key, value in {"Content-Type": "application/json", **reply.headers}.items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(reply.data)))
        self.end_headers()
        self.wfile.write(reply.data[: reply.cut])
        if reply.cut is not None:
            self.close_connection = True


@contextmanager
def serving(behaviour: Behaviour, golds: dict[str, str]) -> Iterator[Server]:
    server = Server(behaviour, golds)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


USAGE = {"prompt_tokens": 3, "completion_tokens": 5}


def json_reply(value: Any, status: int = 200, **headers: str) -> Reply:
    return Reply(json.dumps(value).encode(), status, headers)


def choice(finish: Any = "stop", index: int = 0, **message: Any) -> dict[str, Any]:
    return {"index": index, "finish_reason": finish, "message": {"role": "assistant", **message}}


def chat(*choices: dict[str, Any], **more: Any) -> Reply:
    return json_reply({"id": "1", "choices": list(choices), "usage": USAGE, **more})


def gold(call: Call) -> Reply:
    """The right answer, in the form of the endpoint."""
    if call.path.endswith("/responses"):
        content = [{"type": "output_text", "text": call.gold}]
        return responses({"type": "message", "role": "assistant", "content": content})
    if "prompt" in call.body:
        choices = [{"index": 0, "text": call.gold, "finish_reason": "stop"}]
        return json_reply({"choices": choices, "usage": USAGE})
    if call.body.get("stream"):
        return streamed(call.gold)
    return chat(*[choice(index=i, content=call.gold) for i in range(call.body.get("n", 1))])


def responses(*items: dict[str, Any], **more: Any) -> Reply:
    return json_reply({"object": "response", "status": "completed", "output": list(items),
                       "usage": {"input_tokens": 3, "output_tokens": 5}, **more})  # fmt: skip


def events(*values: Any, end: str = "data: [DONE]\n\n") -> Reply:
    text = "".join(f"data: {json.dumps(value)}\n\n" for value in values) + end
    return Reply(text.encode(), headers={"Content-Type": "text/event-stream"})


def piece(finish: Any = None, **delta: Any) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}


def streamed(text: str) -> Reply:
    half = len(text) // 2
    return events(
        piece(role="assistant"), piece(content=text[:half]), piece(content=text[half:]),
        piece("stop"), {"choices": [], "usage": USAGE},
    )  # fmt: skip


def error(status: int, message: str, **more: Any) -> Reply:
    return json_reply({"error": {"message": message, **more}}, status)


def refusing(name: str, message: str, status: int = 400, **more: Any) -> Behaviour:
    """Refuses requests that have the field `name`."""

    def behave(call: Call) -> Reply:
        return error(status, message, **more) if name in call.body else gold(call)

    return behave


def failing_first(count: int, reply: Reply) -> Behaviour:
    """Fails the first requests."""
    return lambda call: reply if call.number < count else gold(call)
