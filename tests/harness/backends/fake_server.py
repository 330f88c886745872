"""A server that speaks enough of the OpenAI API to misbehave on purpose, on loopback."""

import json
import random
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

FAULTS = ["429", "500", "hang", "truncate", "garbage", "empty", "latin-1", "null"]


class FakeServer(ThreadingHTTPServer):
    """Answers every prompt with "echo: PROMPT"; a share of the responses fails."""

    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing where a client goes away; what else happens here is a fault of the test."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    def __init__(self, faults: float = 0.0, hang_seconds: float = 3.0) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.faults = faults
        self.said: Callable[[dict[str, Any]], str | dict[str, Any]] | None = None
        """The text of an answer to a body, or its whole message."""
        self.hang_seconds = hang_seconds
        self.rng = random.Random(0)
        self.lock = threading.Lock()
        self.answered: list[str] = []
        self.in_air = 0
        self.most_in_air = 0
        self.bodies: list[dict[str, Any]] = []
        self.keys: set[str | None] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"


class Handler(BaseHTTPRequestHandler):
    server: FakeServer
    protocol_version = "HTTP/1.1"

    def log_message(self, *args: object) -> None:
        return

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with self.server.lock:
            self.server.in_air += 1
            self.server.most_in_air = max(self.server.most_in_air, self.server.in_air)
            self.server.bodies.append(body)
            self.server.keys.add(self.headers.get("Authorization"))
            faulty = self.server.rng.random() < self.server.faults
            fault = self.server.rng.choice(FAULTS)
        try:
            self._answer(body, fault if faulty else None)
        finally:
            with self.server.lock:
                self.server.in_air -= 1

    def _answer(self, body: dict[str, Any], fault: str | None) -> None:
        if self.headers.get("Authorization") == "Bearer bad-key":
            self._send(401, b'{"error": {"message": "bad key"}}')
        elif body["model"] == "unknown":
            self._send(404, b'{"error": {"message": "no such model"}}')
        elif fault == "429":
            self._send(429, b'{"error": {"message": "slow down"}}', {"Retry-After": "0"})
        elif fault == "500":
            self._send(500, b"oops")
        elif fault == "hang":
            time.sleep(self.server.hang_seconds)
            self.close_connection = True
        elif fault == "garbage":
            self._send(200, b'{"choices": [{"mess')
        elif fault == "latin-1":
            self._send(200, '{"choices": [{"message": {"content": "é"}}]}'.encode("latin-1"))
        elif fault == "null":
            self._send(200, b'{"choices": [{"message": null, "text": null}]}')
        elif fault == "empty":
            self._send(200, b'{"id": "1", "object": "chat.completion", "choices": []}')
        else:
            self._send_completion(body, truncate=fault == "truncate")

    def _send_completion(self, body: dict[str, Any], truncate: bool) -> None:
        prompt = body["messages"][0]["content"] if "messages" in body else body["prompt"]
        if "overflow" in prompt:
            self._send(400, b'{"error": {"message": "the prompt is longer than the context"}}')
            return
        choices = []
        for index in range(body.get("n", 1)):
            text = self.server.said(body) if self.server.said else f"echo: {prompt}"
            content: dict[str, Any] = {"text": text}
            if isinstance(text, dict):
                content = {"message": text}
            elif "messages" in body:
                content = {"message": {"role": "assistant", "content": text}}
                if "think" in prompt:
                    content["message"]["reasoning_content"] = "hm"
            choices.append({"index": index, "finish_reason": "stop", **content})
        usage = {"prompt_tokens": 3, "completion_tokens": 5 * len(choices), "total_tokens": 8}
        answer = {"id": "1", "object": "chat.completion", "created": 1, "model": body["model"],
                  "choices": choices, "usage": usage}  # fmt: skip
        data = json.dumps(answer).encode()
        if truncate:
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data[: len(data) // 2])
            self.close_connection = True
            return
        with self.server.lock:
            self.server.answered.append(prompt)
        self._send(200, data)

    def _send(self, status: int, data: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for key, value in (headers or {}).items():
            self.send_header(key, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


@contextmanager
def fake_server(faults: float = 0.0, hang_seconds: float = 3.0) -> Iterator[FakeServer]:
    server = FakeServer(faults, hang_seconds)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
