"""What one client of `assay serve` waits for because of others, and what a stop costs.

    python benchmarks/server_waits.py [--seconds 6] [--rounds 3] [--idle 8] [--parts absent,drain]

Four parts, each with a server of its own on loopback and counts that need no quiet machine:
`absent`: 40 items of tasks whose files are not here, half of them inline problems, on a machine
without a hub, while another client asks for verdicts of a loaded task; its waits are compared with
those before and after.
`keep_alive`: httpx clients with pooled connections pause for about as long as httpx (5 s) keeps
them, then ask again. `drain`: a stop signal while requests are being answered; each is answered.
`burst`: 5 times more than may be pending at once, from clients that ask five times, a second apart,
as OpenRLHF's does; what they are refused each time is lost.
"""

import argparse
import asyncio
import json
import os
import platform
import signal
import socket
import statistics
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import server_load
from assay.tasks import load

OUT = Path(__file__).resolve().parents[1] / "results" / "benchmarks" / "server_waits.json"
INLINE, ABSENT = "math500", "folio"
"""Tasks whose files are not here: one verifies inline problems without its file."""


def item(number: int = 0) -> dict[str, Any]:
    """A request that every server can answer: a right answer to a generated problem."""
    suite = load("arithmetic")
    problem = suite[number % 20]
    return {"task": "arithmetic", "id": problem.id, "completion": f"\\boxed{{{problem.answer}}}"}


async def asked(client: httpx.AsyncClient, body: dict[str, Any]) -> tuple[float, int, Any]:
    """(seconds, status, JSON) of one request."""
    started = time.perf_counter()
    answer = await client.post("/verify", json=body)
    return time.perf_counter() - started, answer.status_code, answer.json()


async def absent(url: str, given: argparse.Namespace) -> dict[str, Any]:
    """The waits of one client before, while and after 40 items of absent tasks are asked.

    Those come from a process of their own, so that one client's work is not the other's wait.
    """
    pipes = {"stdin": asyncio.subprocess.PIPE, "stdout": asyncio.subprocess.PIPE}
    others = await asyncio.create_subprocess_exec(
        sys.executable, __file__, "--ask-absent", url, **pipes
    )
    assert others.stdin is not None
    assert others.stdout is not None
    assert await others.stdout.readline() == b"ready\n"
    async with httpx.AsyncClient(base_url=url, timeout=300) as client:
        for number in range(40):
            await asked(client, item(number))
        before = await asked_for(client, given.seconds)
        others.stdin.write(b"go\n")
        during = await asked_for(client, given.seconds)
        answered = json.loads(await others.stdout.read())
        after = await asked_for(client, given.seconds)
    await others.wait()
    return answered | {"alone": before + after, "meanwhile": during}


async def ask_absent(url: str) -> dict[str, Any]:
    """Ask 40 items of absent tasks at once, half of them inline, and one of them again."""
    problem = {"answer": "4", "prompt": "2 + 2", "id": "x"}
    bodies = [
        {"task": INLINE, "problem": problem, "completion": f"\\boxed{{{number}}}"}
        if number % 2
        else {"task": ABSENT, "id": str(number), "completion": "True"}
        for number in range(40)
    ]
    limits = httpx.Limits(max_connections=64)
    async with httpx.AsyncClient(base_url=url, timeout=300, limits=limits) as client:
        print("ready", flush=True)
        sys.stdin.readline()
        answers = await asyncio.gather(*(asked(client, body) for body in bodies))
        again = await asked(client, bodies[0])
    statuses = Counter(
        f"{body['task']}: {status}" for body, (_, status, _) in zip(bodies, answers, strict=True)
    )
    return {
        "statuses": statuses,
        "until all 40 were answered": round(max(seconds for seconds, _, _ in answers), 2),
        "asked again": {"status": again[1], "seconds": round(again[0], 3)},
    }


async def asked_for(client: httpx.AsyncClient, seconds: float) -> list[float]:
    """The waits of requests that follow one another for so long."""
    found, until = [], time.monotonic() + seconds
    while time.monotonic() < until:
        found.append((await asked(client, item(len(found))))[0])
    return found


def absent_rounds(given: argparse.Namespace) -> dict[str, Any]:
    """Rounds with a server each: it asks the hub once, and remembers that nobody answers."""
    rounds = [with_server(lambda url, stop: absent(url, given)) for _ in range(given.rounds)]
    alone, meanwhile = (
        [seconds for one in rounds for seconds in one.pop(name)] for name in ("alone", "meanwhile")
    )
    times = {name: round(value / waits(alone)[name], 2) for name, value in waits(meanwhile).items()}
    return {
        "rounds": rounds,
        "requests alone": len(alone),
        "requests meanwhile": len(meanwhile),
        "seconds alone": waits(alone),
        "seconds meanwhile": waits(meanwhile),
        "times": times,
    }


def waits(seconds: list[float]) -> dict[str, float]:
    """Median, p90, p99 and maximum."""
    return {
        "p50": round(statistics.median(seconds), 4),
        "p90": round(server_load.percentile(seconds, 0.9), 4),
        "p99": round(server_load.percentile(seconds, 0.99), 4),
        "max": round(max(seconds), 4),
    }


async def keep_alive(url: str, given: argparse.Namespace) -> dict[str, Any]:
    """Requests on pooled connections that were idle for up to `--idle` seconds."""
    found: Counter[str] = Counter()

    async def one(client: httpx.AsyncClient, number: int) -> None:
        try:
            _, status, answer = await asked(client, item(number))
            right = status == 200 and answer["correct"]
            found["right" if right else f"wrong: {status}"] += 1
        except httpx.TransportError as error:
            found[f"lost: {type(error).__name__}"] += 1

    # The client keeps its connections for longer than it is idle, as httpx does around its limit.
    limits = httpx.Limits(max_connections=64, keepalive_expiry=60)
    async with httpx.AsyncClient(base_url=url, timeout=300, limits=limits) as client:
        for number in range(512):
            if number % 64 == 0:
                await asyncio.gather(*(one(client, number + n) for n in range(64)))
                await asyncio.sleep(4.9 if number < 256 else given.idle)
    return dict(found)


async def drain(url: str, stop: Callable[[], None]) -> dict[str, Any]:
    """A stop signal while 32 programs that sleep are being checked."""
    suite = load("stdio_tasks")
    slow = (suite.gold(suite[0]) or "").replace(
        "```python\n", "```python\nimport time\ntime.sleep(0.1)\n", 1
    )
    async with httpx.AsyncClient(base_url=url, timeout=300) as client:
        body = {"task": "stdio_tasks", "id": suite[0].id}
        await asked(client, body | {"completion": slow})
        sent = [
            asyncio.create_task(asked(client, body | {"completion": f"{slow}\n{number}"}))
            for number in range(32)
        ]
        pending = 0
        while pending + sum(one.done() for one in sent) < 32:  # all have been accepted
            await asyncio.sleep(0.02)
            pending = (await client.get("/health")).json()["pending"]
        stop()
        answers = await asyncio.gather(*sent, return_exceptions=True)
    lost = [one for one in answers if isinstance(one, BaseException)]
    right = sum(not isinstance(one, BaseException) and one[2].get("correct") for one in answers)
    return {"sent": 32, "right": right, "lost": len(lost), "errors": list(map(repr, lost[:3]))}


async def burst(url: str) -> dict[str, Any]:
    """64 clients at a server that lets 12 be pending; each asks five times, a second apart."""
    found: Counter[str] = Counter()
    async with httpx.AsyncClient(base_url=url, timeout=300) as client:

        async def one(number: int) -> None:
            for _ in range(5):
                _, status, answer = await asked(client, item(number))
                if status != 503:
                    found["right" if answer.get("correct") else f"wrong: {status}"] += 1
                    return
                found["refused and asked again"] += 1
                await asyncio.sleep(1)
            found["lost"] += 1

        await asyncio.gather(*map(one, range(64)))
    return dict(found)


def with_server(
    part: Callable[[str, Callable[[], None]], Awaitable[dict[str, Any]]], *options: str
) -> dict[str, Any]:
    """What a part found with a server of its own, how that ended and in which time."""
    server, port = server_load.start_server(*options)
    stopped: list[float] = []

    def stop() -> None:
        if not stopped:
            stopped.append(time.monotonic())
            server.send_signal(signal.SIGTERM)

    try:
        result = asyncio.run(part(f"http://127.0.0.1:{port}", stop))  # type: ignore[arg-type]
        stop()
        code = server.wait(120)
        return result | {"exit": code, "seconds to end": round(time.monotonic() - stopped[0], 1)}
    finally:
        server.kill()
        server.wait()


def main() -> None:
    """Measure, print, write."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=6.0)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--idle", type=float, default=8.0)
    options.add_argument("--parts", default="absent,keep_alive,drain,burst,burst_refused")
    options.add_argument("--out", type=Path, default=OUT)
    options.add_argument("--ask-absent", metavar="URL", help="for this script itself")
    given = options.parse_args()
    if given.ask_absent:
        print(json.dumps(asyncio.run(ask_absent(given.ask_absent))))
        return
    silent = socket.create_server(("127.0.0.1", 0))  # a hub that takes connections, and no more
    os.environ["HF_ENDPOINT"] = f"http://127.0.0.1:{silent.getsockname()[1]}"
    os.environ.pop("ASSAY_DATA", None)
    parts = {
        "absent": lambda: absent_rounds(given),
        "keep_alive": lambda: with_server(lambda url, stop: keep_alive(url, given)),
        "drain": lambda: with_server(drain),
        "burst": lambda: with_server(lambda url, stop: burst(url), "--max-pending", "12"),
        "burst_refused": lambda: with_server(
            lambda url, stop: burst(url), "--max-pending", "12", "--hold-seconds", "0"
        ),
    }
    result = {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}",
    }
    for name in given.parts.split(","):
        result[name] = parts[name]()
        print(name, json.dumps(result[name], indent=1), flush=True)
    given.out.write_text(json.dumps(result, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
