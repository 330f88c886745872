"""Load one server with 256 clients, with and without malicious completions.

    python benchmarks/server_load.py [--seconds 60] [--clients 256] [--poison 0.05] [--queued 16384]

First the engine alone: the same checks, as many at a time as there are clients, without a server.
Then starts `assay serve --no-cache` on loopback. Each client sends one /verify after another for
the given time: math, code and logic in equal parts, half of them right. First without, then with
malicious completions (`--poison` is their share): programs that never end, sleep, fill the memory,
fork, print without end, exit; numbers that would not fit into memory; a megabyte of brackets. Every
verdict is compared with the known one. After a 503 the client waits for Retry-After and asks again;
the wait counts. A request without a verdict is lost. Client and server share the machine. At last
`--queued` completions are sent at once, in batches of 1,024, to a server that lets 4,096 be
pending: a batch that is refused is sent again, and none may be lost.
"""

import argparse
import asyncio
import itertools
import json
import os
import platform
import random
import signal
import socket
import subprocess
import sys
import time
from collections import Counter, defaultdict, deque
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

from assay.harness.checking import Job, open_engine
from assay.tasks import load

OUT = Path(__file__).resolve().parents[1] / "results" / "benchmarks" / "server_load.json"
TASKS = {
    "math": ("arithmetic", "fractions", "quadratic_equations"),
    "code": ("function_synthesis", "stdio_tasks"),
    "logic": ("knights_and_knaves", "boolean_circuits", "countdown"),
}
PROGRAMS = {
    "endless loop": "while True:\n    pass\n",
    "sleep": "import time\ntime.sleep(3600)\n",
    "memory": "x = []\nwhile True:\n    x.append(bytearray(1 << 24))\n",
    "fork bomb": "import os\nwhile True:\n    os.fork()\n",
    "endless output": "while True:\n    print('x' * 10000)\n",
    "exit": "import os\nos._exit(0)\n",
}
ANSWERS = {
    "tower": "9^{9^{9^{9^{9}}}}",
    "factorial": "((((100!)!)!)!)",
    "nested": "(" * 500_000,
    "roots": "\\sqrt{" * 20_000 + "2" + "}" * 20_000,
    "inequality": "x^{40} - 3x^{17} + \\sin(x^{x}) < 0",
}


@dataclass(frozen=True, slots=True)
class Shot:
    """A request and the verdict that it must get."""

    kind: str
    body: bytes
    correct: bool


@dataclass(slots=True)
class Tally:
    """What came back."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    statuses: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    refused: int = 0


def _shot(kind: str, task: str, problem_id: str, completion: str, correct: bool) -> Shot:
    body = {"task": task, "id": problem_id, "completion": completion}
    return Shot(kind, json.dumps(body).encode(), correct)


def benign(per_task: int = 40) -> dict[str, list[Shot]]:
    """Right and wrong completions by domain."""
    found: dict[str, list[Shot]] = defaultdict(list)
    for domain, tasks in TASKS.items():
        for task in tasks:
            suite = load(task, size=per_task)
            for problem in suite:
                found[domain].append(_shot(domain, task, problem.id, suite.gold(problem), True))
                if (wrong := suite.wrong(problem)) is not None:
                    found[domain].append(_shot(domain, task, problem.id, wrong, False))
    return found


def poisonous() -> list[Shot]:
    """Completions made to hang, fill or break a checker; none is correct."""
    shots = []
    for task in TASKS["code"]:
        problem = load(task)[0]
        for name, source in PROGRAMS.items():
            text = f"```python\n{source}```"
            shots.append(_shot(f"poison: {name}", task, problem.id, text, False))
    for domain in ("math", "logic"):
        for task in TASKS[domain][:2]:
            problem = load(task)[0]
            for name, text in ANSWERS.items():
                tagged = f"<answer>{text}</answer>"
                shots.append(_shot(f"poison: {name}", task, problem.id, tagged, False))
    return shots


async def post(streams: tuple, body: bytes, route: str = "/verify") -> tuple[int, dict, float]:
    """(status, JSON, Retry-After) of one request on a connection that stays open."""
    reader, writer = streams
    lines = (
        f"POST {route} HTTP/1.1", "Host: localhost", "Content-Type: application/json",
        f"Content-Length: {len(body)}", "", "",
    )  # fmt: skip
    writer.write("\r\n".join(lines).encode() + body)
    await writer.drain()
    status = int((await reader.readline()).split()[1])
    length, retry = 0, 0.0
    while (line := (await reader.readline()).strip()) != b"":
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
        elif name.lower() == b"retry-after":
            retry = float(value)
    return status, json.loads(await reader.readexactly(length)), retry


async def _client(port: int, shots: "itertools.chain[Shot]", until: float, tally: Tally) -> None:
    streams = await asyncio.open_connection("127.0.0.1", port)
    while time.monotonic() < until:
        shot = next(shots)
        started = time.perf_counter()
        try:
            status, answer, retry = await asyncio.wait_for(post(streams, shot.body), 300)
            while status == 503:
                tally.refused += 1
                await asyncio.sleep(retry)
                status, answer, retry = await asyncio.wait_for(post(streams, shot.body), 300)
        except (OSError, ValueError, IndexError, EOFError, TimeoutError) as error:
            tally.lost.append(f"{shot.kind}: {type(error).__name__}: {error}"[:200])
            streams = await asyncio.open_connection("127.0.0.1", port)
            continue
        tally.seconds[shot.kind].append(time.perf_counter() - started)
        if status != 200:
            tally.lost.append(f"{shot.kind}: {status}: {answer}"[:300])
            continue
        tally.statuses[f"{shot.kind}: {answer['status']}"] += 1
        if answer["score"] is None or answer["correct"] is not shot.correct:
            tally.wrong.append(f"{shot.kind}: {answer['status']}: {answer['reason']}"[:300])
    streams[1].close()


def _stream(seed: int, share: float, good: dict[str, list[Shot]], bad: list[Shot]):
    """Shots without end; a `share` of them poisonous."""
    rng = random.Random(seed)
    while True:
        if rng.random() < share:
            yield rng.choice(bad)
        else:
            yield rng.choice(good[rng.choice(list(TASKS))])


async def load_phase(
    port: int, clients: int, seconds: float, share: float, shots: tuple
) -> tuple[Tally, float]:
    """One phase; returns when every request that was sent has been answered."""
    tally = Tally()
    started = time.monotonic()
    until = started + seconds
    jobs = [
        _client(port, _stream(number, share, *shots), until, tally) for number in range(clients)
    ]
    await asyncio.gather(*jobs)
    return tally, time.monotonic() - started


def percentile(values: list[float], share: float) -> float:
    """The smallest value that `share` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def figures(tally: Tally, seconds: float) -> dict:
    """Counts and latencies of a phase."""
    good = [s for kind, all_ in tally.seconds.items() if "poison" not in kind for s in all_]
    return {
        "requests": sum(map(len, tally.seconds.values())) + len(tally.lost),
        "benign": len(good),
        "wrong": len(tally.wrong),
        "lost": len(tally.lost),
        "answered 503 and asked again": tally.refused,
        "seconds until the last answer": round(seconds, 1),
        "benign_seconds": {f"p{int(q * 100)}": round(percentile(good, q), 3)
                           for q in (0.5, 0.9, 0.99)},
        "p99_by_kind": {kind: round(percentile(values, 0.99), 3)
                        for kind, values in sorted(tally.seconds.items())},
        "statuses": dict(sorted(tally.statuses.items())),
        "examples": (tally.wrong + tally.lost)[:10],
    }  # fmt: skip


def direct_rate(shots: dict[str, list[Shot]], clients: int, seconds: float) -> float:
    """Verdicts a second of the engine in this process, so many at a time."""
    stream, under_way, count = _stream(0, 0.0, shots, []), deque(), 0
    with open_engine(cache=False, long_programs=32) as engine:
        until = None
        while until is None or time.monotonic() < until:
            while len(under_way) < clients:
                body = json.loads(next(stream).body)
                job = Job(body["task"], body["completion"], id=body["id"])
                under_way.append(engine.submit(job))
            under_way.popleft().result()
            count += 1
            if until is None and count == 2 * clients:  # warm
                count, began = 0, time.monotonic()
                until = began + seconds
        rate = count / (time.monotonic() - began)
        for future in under_way:
            future.result()
    return rate


async def queued(port: int, shots: dict[str, list[Shot]], count: int, size: int = 1024) -> dict:
    """Send batches all at once; those that are refused are sent again until they are answered."""
    text = [shot for domain in ("math", "logic") for shot in shots[domain]]
    sent = [text[number % len(text)] for number in range(count)]
    tally: Counter[str] = Counter()

    async def send(part: list[Shot]) -> None:
        body = json.dumps({"items": [json.loads(shot.body) for shot in part]}).encode()
        streams = await asyncio.open_connection("127.0.0.1", port, limit=1 << 26)
        status, answer, retry = await post(streams, body, "/verify_batch")
        while status == 503:
            tally["refused"] += 1
            await asyncio.sleep(retry)
            status, answer, retry = await post(streams, body, "/verify_batch")
        verdicts = answer.get("verdicts", [])
        tally["answered"] += len(verdicts)
        tally["wrong"] += sum(
            verdict["correct"] is not shot.correct
            for verdict, shot in zip(verdicts, part, strict=False)
        )
        streams[1].close()

    await asyncio.gather(*(send(sent[at : at + size]) for at in range(0, count, size)))
    return {"sent": count, "lost": count - tally["answered"], "wrong": tally["wrong"],
            "batches refused and sent again": tally["refused"]}  # fmt: skip


def start_server(*options: str) -> tuple[subprocess.Popen, int]:
    """`assay serve` on a free port, answering."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "assay.harness.cli", "serve", "--port", str(port)]
    command += ["--no-cache", *options]
    server = subprocess.Popen(command)
    for _ in range(600):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return server, port
        time.sleep(0.1)
    raise RuntimeError("the server did not start")


async def measure(port: int, given: argparse.Namespace) -> dict:
    """Warm up, then the two phases."""
    shots = (benign(), poisonous())
    await load_phase(port, 16, 5, 0.0, shots)
    clean, clean_seconds = await load_phase(port, given.clients, given.seconds, 0.0, shots)
    print("without poison", json.dumps(figures(clean, clean_seconds), indent=1))
    foul, foul_seconds = await load_phase(port, given.clients, given.seconds, given.poison, shots)
    result = {
        "server verdicts a second": round(sum(map(len, clean.seconds.values())) / clean_seconds, 1),
        "without poison": figures(clean, clean_seconds),
        "with poison": figures(foul, foul_seconds),
    }
    first, second = (
        result[phase]["benign_seconds"]["p99"] for phase in ("without poison", "with poison")
    )
    return result | {"p99_of_benign_times": round(second / first, 2)}


def main() -> None:
    """Measure, print, write."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=60)
    options.add_argument("--clients", type=int, default=256)
    options.add_argument("--poison", type=float, default=0.05)
    options.add_argument("--queued", type=int, default=16_384)
    options.add_argument("--out", type=Path, default=OUT)
    given = options.parse_args()
    direct = direct_rate(benign(), given.clients, given.seconds)
    print(f"the engine alone: {direct:.1f} verdicts a second", flush=True)
    server, port = start_server()
    try:
        result = asyncio.run(measure(port, given))
    finally:
        server.send_signal(signal.SIGTERM)
        code = server.wait(120)
    result["engine verdicts a second"] = round(direct, 1)
    result["server_of_engine"] = round(result["server verdicts a second"] / direct, 3)
    server, port = start_server("--max-pending", "4096")
    try:
        result["queued"] = asyncio.run(queued(port, benign(), given.queued))
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(120)
    about = {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}",
        "versions": {p: version(p) for p in ("assay", "fastapi", "uvicorn")}
        | {"python": platform.python_version()},
        "clients": given.clients,
        "seconds": given.seconds,
        "poison": given.poison,
        "server_exit_code": code,
    }
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.write_text(json.dumps(about | result, indent=1) + "\n", "utf-8")
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
