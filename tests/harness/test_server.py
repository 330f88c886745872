"""The HTTP contract: verdicts, rewards, token, limits, back-pressure, and hostile bodies."""

import asyncio
import json
import math
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import httpx
import pytest
from assay.harness import lookup
from assay.harness.checking import ResolvedJob, local
from assay.harness.server import ServerConfig, config_from, create_app, listening_socket, serve
from assay.harness.server.room import Room
from assay.sandbox.errors import UsageError
from assay.tasks import Problem, Suite, Verdict, load
from assay.tasks.verdict import checker_error
from assay.tasks.workers import WorkerError
from fastapi import HTTPException
from fastapi.testclient import TestClient

TASK = "arithmetic"


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    app = create_app(ServerConfig())
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client
    app.state.admission.close()


def _item(index: int = 0) -> dict[str, str]:
    suite = load(TASK)
    problem = suite[index]
    return {"task": TASK, "id": problem.id, "completion": suite.gold(problem) or ""}


def test_a_gold_verifies_over_http(client: TestClient) -> None:
    answer = client.post("/verify", json=_item())
    assert answer.status_code == 200
    assert answer.json()["correct"] is True
    assert Verdict.model_validate(answer.json()).status == "correct"


def test_a_batch_keeps_its_order(client: TestClient) -> None:
    items = [_item(i) for i in range(6)]
    for i in (1, 4):
        items[i]["completion"] = "no idea"
    verdicts = client.post("/verify_batch", json={"items": items}).json()["verdicts"]
    assert [v["correct"] for v in verdicts] == [True, False, True, True, False, True]


def test_an_inline_problem_needs_no_id(client: TestClient) -> None:
    body = {"task": TASK, "problem": {"answer": "42", "prompt": "?"},
            "completion": "<answer>42</answer>"}  # fmt: skip
    assert client.post("/verify", json=body).json()["correct"] is True


def test_openrlhf_rewards(client: TestClient) -> None:
    problem = load(TASK)[0]
    label = json.dumps({"task": TASK, "problem_id": problem.id})
    right = f"{problem.prompt}<answer>{problem.answer}</answer><|im_end|>"
    body = {"query": [right, f"{problem.prompt} hm"], "prompts": [problem.prompt] * 2,
            "labels": [label, label]}  # fmt: skip
    answer = client.post("/get_reward", json=body).json()
    assert answer["rewards"] == [1.0, 0.0]
    assert set(answer) == {"rewards", "scores", "extra_logs"}


@pytest.mark.parametrize(
    "body",
    [
        {"task": "no such task", "id": "1", "completion": ""},
        {"task": TASK, "id": "no such id", "completion": ""},
        {"task": TASK, "completion": ""},
        {"task": TASK, "id": "1", "completion": 5},
        {"task": "../../etc/passwd", "id": "1", "completion": ""},
    ],
)
def test_what_cannot_be_verified_is_422_with_a_reason(client: TestClient, body: object) -> None:
    answer = client.post("/verify", json=body)
    assert answer.status_code == 422
    assert answer.json()["detail"]


def test_lengths_that_differ_are_refused(client: TestClient) -> None:
    answer = client.post("/get_reward", json={"query": ["a"], "prompts": [], "labels": []})
    assert answer.status_code == 422


HOSTILE_BODIES = [
    b"", b"{", b"null", b"[]", b"[" * 100_000, b'{"task": NaN}', b"\xff\xfe\x00",
    b'{"task": "\\ud800", "id": "1", "completion": "\\udfff"}',
    b'{"task": "arithmetic", "id": "1", "completion": 1' + b"0" * 9000 + b"}",
    b'{"task": "arithmetic", "problem": {"answer": "1", "meta": {"a": NaN}}, "completion": "1"}',
    b'{"items": [' + b"{}," * 1000 + b"{}]}",
]  # fmt: skip


@pytest.mark.parametrize("path", ["/verify", "/verify_batch", "/get_reward"])
@pytest.mark.parametrize("number", range(len(HOSTILE_BODIES)))
def test_no_body_is_a_server_error(client: TestClient, path: str, number: int) -> None:
    headers = {"content-type": "application/json"}
    answer = client.post(path, content=HOSTILE_BODIES[number], headers=headers)
    assert answer.status_code in (200, 400, 413, 422)


def test_mutated_bodies_are_never_a_server_error(client: TestClient) -> None:
    rng = random.Random(0)
    valid = json.dumps(_item()).encode()
    for _ in range(300):
        body = bytearray(valid)
        for _ in range(rng.randint(1, 6)):
            at = rng.randrange(len(body))
            body[at : at + rng.randint(0, 3)] = bytes(rng.choices(range(256), k=rng.randint(0, 3)))
        headers = {"content-type": "application/json"}
        assert client.post("/verify", content=bytes(body), headers=headers).status_code < 500


def test_a_large_body_is_413() -> None:
    app = create_app(ServerConfig(max_body_bytes=2048))
    with TestClient(app) as client:
        answer = client.post("/verify", json=_item() | {"completion": "x" * 4096})
        assert answer.status_code == 413
    app.state.admission.close()


def test_token() -> None:
    app = create_app(ServerConfig(token="s3cret"))
    with TestClient(app) as client:
        assert client.post("/verify", json=_item()).status_code == 401
        assert client.get("/metrics").status_code == 401
        assert client.get("/health").status_code == 200
        for token, status in (("wrong", 401), ("s3cret", 200)):
            headers = {"Authorization": f"Bearer {token}"}
            assert client.post("/verify", json=_item(), headers=headers).status_code == status
    app.state.admission.close()


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.org"])
def test_no_exposed_host_without_a_token(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="set a token"):
        config_from(host, 8000, None)
    with pytest.raises(UsageError, match="is not set"):
        config_from(host, 8000, "ASSAY_TEST_TOKEN")
    monkeypatch.setenv("ASSAY_TEST_TOKEN", "x")
    assert config_from(host, 8000, "ASSAY_TEST_TOKEN").token == "x"
    assert "x" not in repr(config_from(host, 8000, "ASSAY_TEST_TOKEN")).split("host=")[0]


def test_back_pressure_is_503_and_what_was_accepted_is_answered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = create_app(ServerConfig(max_pending=2, hold_seconds=0))
    suite = app.state.admission.engine.lookup.suite(TASK)
    suite.loaded_as = None  # checked in a thread of this process
    release, inside = threading.Event(), threading.Semaphore(0)
    plain_verify = suite.verify

    def slow(problem: Problem, completion: str) -> Verdict:
        inside.release()
        release.wait(30)
        return plain_verify(problem, completion)

    monkeypatch.setattr(suite, "verify", slow)
    with TestClient(app) as client:
        accepted: list[int] = []
        callers = [
            threading.Thread(
                target=lambda: accepted.append(client.post("/verify", json=_item()).status_code)
            )
            for _ in range(2)
        ]
        for caller in callers:
            caller.start()
        for _ in callers:
            assert inside.acquire(timeout=30)
        refused = client.post("/verify", json=_item())
        assert refused.status_code == 503
        assert refused.headers["Retry-After"] == "1"
        release.set()
        for caller in callers:
            caller.join(30)
        assert accepted == [200, 200]
        deadline = time.monotonic() + 30
        while client.get("/health").json()["pending"] and time.monotonic() < deadline:
            time.sleep(0.01)
        assert client.get("/health").json()["pending"] == 0
    app.state.admission.close()


def test_a_burst_is_held_for_a_client_that_does_not_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """OpenRLHF's client asks five times, a second apart, whatever Retry-After says."""
    app = create_app(ServerConfig(max_pending=2, max_held=2))
    room = app.state.admission.room
    suite = app.state.admission.engine.lookup.suite(TASK)
    suite.loaded_as = None  # checked in a thread of this process
    release, plain_verify = threading.Event(), suite.verify

    def slow(problem: Problem, completion: str) -> Verdict:
        release.wait(60)
        return plain_verify(problem, completion)

    monkeypatch.setattr(suite, "verify", slow)
    statuses: list[int] = []
    label = json.dumps({"task": TASK, "problem_id": suite[0].id})
    body = {"query": [suite.gold(suite[0])], "prompts": [""], "labels": [label]}
    with TestClient(app) as client, ThreadPoolExecutor(9) as callers:

        def fetch() -> list[float]:
            for _ in range(5):
                answer = client.post("/get_reward", json=body)
                statuses.append(answer.status_code)
                if answer.status_code == 200:
                    return answer.json()["rewards"]
                time.sleep(1)
            raise RuntimeError("Request error for 5 times")

        asked = [callers.submit(fetch) for _ in range(4)]
        while room.held < 2:
            time.sleep(0.01)
        told = client.get("/metrics").text
        assert {"assay_pending 2.0", "assay_held 2.0"} <= set(told.splitlines())
        assert re.search(r"^assay_oldest_seconds 0*[^0\s]", told, re.M)
        refused = client.post("/get_reward", json=body)  # two are held
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "1")
        release.set()
        assert [one.result(60) for one in asked] == [[1.0]] * 4
        told = client.get("/metrics").text
    app.state.admission.close()
    assert statuses == [200] * 4
    assert {"assay_pending 0.0", "assay_held 0.0", "assay_oldest_seconds 0.0"} <= set(
        told.splitlines()
    )


def test_who_waits_for_room_goes_in_order_and_leaves_nothing_behind() -> None:
    async def visits() -> tuple[list[str], Room]:
        room, told = Room(3, 3, 0.05), []

        async def visit(name: str, count: int) -> None:
            ticket = await room.enter(count)
            told.append(name)
            room.leave(ticket, count)

        first = await room.enter(2)
        small, large = asyncio.create_task(visit("large", 2)), asyncio.create_task(visit("b", 1))
        gone = asyncio.create_task(visit("gone", 0))
        await asyncio.sleep(0)
        gone.cancel()
        assert told == []  # the one behind would fit, and does not overtake
        room.leave(first, 2)
        await asyncio.gather(small, large)
        full = await room.enter(3)
        for count, status in ((1, 503), (4, 413)):
            with pytest.raises(HTTPException) as refused:
                await room.enter(count)
            assert refused.value.status_code == status
        room.leave(full, 3)
        return told, room

    told, room = asyncio.run(visits())
    assert told == ["large", "b"]
    assert (room.pending, room.held, room.age) == (0, 0, 0.0)


def test_metrics_count_verdicts(client: TestClient) -> None:
    client.post("/verify", json=_item())
    text = client.get("/metrics").text
    assert f'assay_verdicts_total{{status="correct",task="{TASK}"}}' in text


def test_openapi_describes_every_route(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    assert {"/verify", "/verify_batch", "/get_reward", "/health", "/metrics"} <= paths.keys()


def test_basic_credentials_carry_the_token_for_clients_that_know_only_addresses() -> None:
    app = create_app(ServerConfig(token="s3cret"))
    with TestClient(app) as client:
        for password, status in (("s3cret", 200), ("wrong", 401)):
            assert client.get("/metrics", auth=("", password)).status_code == status
        for header in ("Basic !!!", "Basic", "Bearer", "Digest s3cret", "s3cret"):
            assert client.get("/metrics", headers={"Authorization": header}).status_code == 401
    app.state.admission.close()


def test_a_reward_that_is_missing_is_null_or_nan(monkeypatch: pytest.MonkeyPatch) -> None:
    app = create_app(ServerConfig())
    monkeypatch.setattr(local, "verdict_from", lambda _: checker_error("a worker died"))
    problem = load(TASK)[0]
    label = json.dumps({"task": TASK, "problem_id": problem.id})
    body = {"query": ["hm"], "prompts": [""], "labels": [label]}
    with TestClient(app) as client:
        assert client.post("/get_reward", json=body).json()["rewards"] == [None]
        (value,) = client.post("/get_reward?checker_error=nan", json=body).json()["scores"]
        assert math.isnan(value)
        assert client.post("/get_reward?checker_error=0", json=body).status_code == 422
    app.state.admission.close()


def test_bodies_that_would_fill_the_memory_are_refused_for_now() -> None:
    app = create_app(ServerConfig(max_held_bytes=4096))
    with TestClient(app) as client:
        refused = client.post("/verify", json=_item() | {"completion": "x" * 8000})
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "1")
        assert client.post("/verify", json=_item()).status_code == 200
    app.state.admission.close()


def test_a_stop_signal_finishes_what_was_accepted() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "assay.harness.cli", "serve", "--port", str(port)]
    server = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            try:
                httpx.get(f"{url}/health", timeout=10)
                break
            except httpx.TransportError:
                time.sleep(0.1)
        answers: list[httpx.Response] = []
        suite = load("stdio_tasks")
        gold = suite.gold(suite[0]) or ""
        slow = gold.replace("```python\n", "```python\nimport time\ntime.sleep(0.7)\n", 1)
        body = {"task": "stdio_tasks", "id": suite[0].id, "completion": slow}
        caller = threading.Thread(
            target=lambda: answers.append(httpx.post(f"{url}/verify", json=body, timeout=200))
        )
        caller.start()
        while caller.is_alive() and httpx.get(f"{url}/health", timeout=60).json()["pending"] == 0:
            time.sleep(0.05)
        server.send_signal(signal.SIGTERM)
        caller.join(200)
        assert [answer.json()["status"] for answer in answers] == ["correct"]
        assert server.wait(120) == 0
        with pytest.raises(httpx.TransportError):
            httpx.get(f"{url}/health", timeout=10)
    finally:
        server.kill()
        server.wait()


def test_a_stop_signal_ends_the_server_whatever_is_pending() -> None:
    """Endless programs for hours are pending; they are not waited for."""
    command = [sys.executable, "-m", "assay.harness.cli", "serve", "--port", "0",
               "--grace-seconds", "1"]  # fmt: skip
    server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert server.stderr is not None
    try:
        url = server.stderr.readline().rpartition(" ")[2].strip()
        suite = load("stdio_tasks")
        items = [
            {"task": "stdio_tasks", "id": suite[0].id,
             "completion": f"```python\n# {number}\nwhile True:\n    pass\n```"}
            for number in range(2000)
        ]  # fmt: skip

        def ask() -> None:
            with suppress(httpx.TransportError):
                httpx.post(f"{url}/verify_batch", json={"items": items}, timeout=200)

        caller = threading.Thread(target=ask, daemon=True)
        caller.start()
        while httpx.get(f"{url}/health", timeout=60).json()["pending"] == 0:
            time.sleep(0.05)
        server.send_signal(signal.SIGTERM)
        assert server.wait(120) == 0
        caller.join(120)
        assert not caller.is_alive()
    finally:
        server.kill()
        server.wait()
        server.stderr.close()


def test_a_full_queue_loses_nothing() -> None:
    """More is asked at once than may be pending: each batch is refused until there is room."""
    app = create_app(ServerConfig(max_pending=300, max_held=300, workers=1))
    suite = load(TASK)
    items = [
        {"task": TASK, "id": suite[n % 50].id, "completion": f"<answer>{n}</answer>"}
        for n in range(2400)
    ]
    right = [suite[n % 50].answer == str(n) for n in range(2400)]
    found: dict[int, list[bool]] = {}
    refused: list[int] = []
    with TestClient(app) as client:

        def ask(start: int) -> None:
            body = {"items": items[start : start + 200]}
            while (answer := client.post("/verify_batch", json=body)).status_code == 503:
                refused.append(start)
                time.sleep(0.05)
            found[start] = [verdict["correct"] for verdict in answer.json()["verdicts"]]

        callers = [threading.Thread(target=ask, args=(n,)) for n in range(0, 2400, 200)]
        for caller in callers:
            caller.start()
        for caller in callers:
            caller.join(240)
    app.state.admission.close()
    assert [value for start in sorted(found) for value in found[start]] == right
    assert refused


def test_an_address_that_cannot_be_bound_is_one_line() -> None:
    with listening_socket(ServerConfig(port=0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match=f"--port {port} cannot be used: Address already"):
            serve(ServerConfig(port=port))
    with pytest.raises(UsageError, match=r"--host 203\.0\.113\.1 .* cannot be used"):
        serve(ServerConfig(host="203.0.113.1", token="secret"))


def test_an_inline_problem_of_a_published_math_suite_reads_no_file(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookup, "load", lambda *_, **__: 1 / 0)
    problem = {"answer": "25", "prompt": "What percentage is left?"}
    for task in ("math500", "gsm8k", "aime24", "aqua"):
        for answer, right in (("25\\%", True), ("26\\%", False)):
            body = {"task": task, "problem": problem, "completion": f"\\boxed{{{answer}}}"}
            assert client.post("/verify", json=body).json()["correct"] is right, task


def test_a_task_that_is_being_loaded_delays_no_other_and_is_refused_once_for_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    loads: list[str] = []
    begun, may_end = threading.Event(), threading.Event()
    plain = lookup.load

    def load_slowly(task: str, **options: object) -> Suite:
        loads.append(task)
        if task != "folio":
            return plain(task, **options)
        begun.set()
        assert may_end.wait(60)
        raise UsageError("the hub does not answer")

    app = create_app(ServerConfig(workers=1))
    monkeypatch.setattr(lookup, "load", load_slowly)
    monkeypatch.setattr(lookup, "REMEMBERED_SECONDS", 3600.0)
    inline = {"task": "folio", "problem": {"answer": "4"}, "completion": "4"}
    with TestClient(app) as client, ThreadPoolExecutor(12) as callers:
        waiting = [callers.submit(client.post, "/verify", json=inline) for _ in range(12)]
        assert begun.wait(60)
        assert client.post("/verify", json=_item()).status_code == 200  # loads a task of its own
        assert not any(one.done() for one in waiting)
        may_end.set()
        assert {one.result(60).status_code for one in waiting} == {422}
        answer = client.post("/verify", json=inline)
    app.state.admission.close()
    assert (answer.status_code, answer.json()["detail"]) == (422, "the hub does not answer")
    assert loads.count("folio") == 1


def test_replicas_need_a_cluster() -> None:
    with pytest.raises(UsageError, match="--replicas 2 need a cluster: add --engine ray"):
        config_from("127.0.0.1", 8000, None, replicas=2)


def test_a_replica_ends_its_engine_with_itself() -> None:
    from assay.harness.server.ray_serve import replica_app

    app = replica_app(ServerConfig(no_programs=True))
    with TestClient(app) as client:
        assert client.post("/verify", json=_item()).json()["correct"] is True
    with pytest.raises(WorkerError, match="closed"):
        app.state.admission.engine.checks.submit(ResolvedJob("1", answers=("1",)))


def test_ray_serve_is_given_a_port() -> None:
    with pytest.raises(UsageError, match="--port 0: Ray Serve picks no port"):
        serve(ServerConfig(engine="ray", port=0))
