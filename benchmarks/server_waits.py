"""What one client of `assay serve` waits for because of others, and what a stop costs.

    python benchmarks/server_waits.py [--requests 200] [--idle 8] [--parts inline,drain]

Four parts, each with a server of its own on loopback and counts that need no quiet machine:
`inline`: 40 inline problems of a task whose file is not here, on a machine without a hub, while
another client asks for verdicts of a loaded task; its waits are compared with those before.
`keep_alive`: httpx clients with pooled connections pause for about as long as httpx (5 s) keeps
them, then ask again. `drain`: a stop signal while requests are being answered; each is answered.
`burst`: 5 times more than may be pending at once; what is refused is asked again until answered.
"""

import argparse
import asyncio
import json
import os
import platform
import signal
import socket
import statistics
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import server_load
from assay.tasks import load

OUT = Path(__file__).resolve().parents[1] / "results" / "benchmarks" / "server_waits.json"
ABSENT = "math500"


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


async def inline(url: str, given: argparse.Namespace) -> dict[str, Any]:
    """The waits of one client before and while 40 inline problems of an absent task are asked."""
    problem = {"answer": "4", "prompt": "2 + 2", "id": "x"}
    limits = httpx.Limits(max_connections=64)
    async with httpx.AsyncClient(base_url=url, timeout=300, limits=limits) as client:
        for number in range(40):
            await asked(client, item(number))
        before = [(await asked(client, item(n)))[0] for n in range(given.requests)]
        others = [
            asyncio.create_task(asked(client, {
                "task": ABSENT, "problem": problem, "completion": f"\\boxed{{{number}}}"
            }))
            for number in range(40)
        ]  # fmt: skip
        during = []
        await asyncio.sleep(1)  # the 40 requests themselves have been read
        while not all(other.done() for other in others):
            during.append((await asked(client, item(len(during))))[0])
        refused = [await other for other in others]
        again = await asked(client, {"task": ABSENT, "problem": problem, "completion": "4"})
    return {
        "inline statuses": Counter(str(status) for _, status, _ in refused),
        "until all 40 were answered": round(max(seconds for seconds, _, _ in refused), 2),
        "asked again": {"status": again[1], "seconds": round(again[0], 3)},
        "others asked meanwhile": len(during),
        "seconds before": waits(before),
        "seconds meanwhile": waits(during),
        "times": round(statistics.median(during) / statistics.median(before), 2),
    }


def waits(seconds: list[float]) -> dict[str, float]:
    """Median, p90 and maximum."""
    return {
        "p50": round(statistics.median(seconds), 4),
        "p90": round(server_load.percentile(seconds, 0.9), 4),
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
    """64 clients with one request each, at a server that lets 12 be pending."""
    found: Counter[str] = Counter()
    async with httpx.AsyncClient(base_url=url, timeout=300) as client:

        async def one(number: int) -> None:
            while (answer := await asked(client, item(number)))[1] == 503:
                found["refused and asked again"] += 1
                await asyncio.sleep(0.1)
            found["right" if answer[2].get("correct") else f"wrong: {answer[1]}"] += 1

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
    options.add_argument("--requests", type=int, default=200)
    options.add_argument("--idle", type=float, default=8.0)
    options.add_argument("--parts", default="inline,keep_alive,drain,burst")
    options.add_argument("--out", type=Path, default=OUT)
    given = options.parse_args()
    silent = socket.create_server(("127.0.0.1", 0))  # a hub that takes connections, and no more
    os.environ["HF_ENDPOINT"] = f"http://127.0.0.1:{silent.getsockname()[1]}"
    os.environ.pop("ASSAY_DATA", None)
    parts = {
        "inline": lambda: with_server(lambda url, stop: inline(url, given)),
        "keep_alive": lambda: with_server(lambda url, stop: keep_alive(url, given)),
        "drain": lambda: with_server(drain),
        "burst": lambda: with_server(lambda url, stop: burst(url), "--max-pending", "12"),
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
