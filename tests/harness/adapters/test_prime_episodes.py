"""Episodes through verifiers' own command, with a model that plays half of them best."""

import os
import shlex
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import orjson
import pytest
from assay.tasks import load
from assay.tasks.episode import EpisodeSuite

pytest.importorskip("verifiers.v1", reason="verifiers 0.4 is not installed")
PAGE = Path(__file__).resolve().parents[3] / "docs" / "environments.md"
SIZE = 2


def suite() -> EpisodeSuite:
    found = load("hanoi", difficulty=1, size=SIZE)
    assert isinstance(found, EpisodeSuite)
    return found


class Player(BaseHTTPRequestHandler):
    """A model that plays the first problem best, by tool calls or in text; of the others it claims
    that they are solved."""

    def log_message(self, *args: object) -> None:
        """Say nothing."""

    def do_POST(self) -> None:
        body = orjson.loads(self.rfile.read(int(self.headers["content-length"])))
        delta = self.reply(body)
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.end_headers()
        reason = "tool_calls" if delta.get("tool_calls") else "stop"
        for part, ended in ((delta, None), ({}, reason)):
            choice = {"index": 0, "delta": part, "finish_reason": ended}
            chunk = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
            self.wfile.write(b"data: " + orjson.dumps(chunk | {"choices": [choice]}) + b"\n\n")
        self.wfile.write(b"data: [DONE]\n\n")

    def reply(self, body: dict[str, Any]) -> dict[str, Any]:
        """The next call of the best play, or a claim."""
        messages = body["messages"]
        first = suite()[0]
        turn = sum(one["role"] == "assistant" for one in messages)
        calls = list(suite().solve(first))
        if first.prompt not in str(messages[0]["content"]) or turn >= len(calls):
            return {"role": "assistant", "content": "<tool_response>Solved.</tool_response> 1.0"}
        name, arguments = calls[turn]
        if not body.get("tools"):
            call = orjson.dumps({"name": name, "arguments": arguments}).decode()
            return {"role": "assistant", "content": f"<tool_call>\n{call}\n</tool_call>"}
        called = {"name": name, "arguments": orjson.dumps(arguments).decode()}
        tool = {"index": 0, "id": f"c{turn}", "type": "function", "function": called}
        return {"role": "assistant", "content": None, "tool_calls": [tool]}


@pytest.fixture
def player() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Player)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()


@pytest.mark.parametrize("form", ["tool", "text"])
def test_the_page_is_played_by_the_command(form: str, tmp_path: Path, player: int) -> None:
    section = PAGE.read_text().partition("## Prime `verifiers`\n")[2].partition("\n## ")[0]
    blocks = [one.partition("\n```")[0] for one in section.split("```python\n")[1:]]
    module = next(one for one in blocks if f"{form}_taskset" in one)
    (tmp_path / "assay_hanoi.py").write_text(module.replace("size=256", f"size={SIZE}"))
    line = section.partition("```sh\n")[2].partition("\n```")[0].replace("\\\n", " ")
    command = shlex.split(line.replace("8000", str(player)))
    if form == "text":
        command = [word.replace("--env.agent.", "--env.player.") for word in command]
    command[0] = str(Path(sys.executable).parent / command[0])
    path = os.pathsep.join([".", *filter(None, [os.environ.get("PYTHONPATH")])])
    done = subprocess.run(
        command, cwd=tmp_path, env=os.environ | {"PYTHONPATH": path, "KEY": "none"},
        capture_output=True, text=True, timeout=280,
    )  # fmt: skip
    assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    (traces,) = tmp_path.glob("outputs/*/traces.jsonl")
    rewards = {}
    for episode in map(orjson.loads, traces.read_bytes().splitlines()):
        (trace,) = episode["traces"]
        rewards[trace["task"]["data"]["id"]] = trace["rewards"]["verdict"]["score"]
    assert rewards == {suite()[0].id: 1.0, suite()[1].id: 0.0}
