"""Queue 16,384 requests at one server at once, and stop it while thousands are pending.

    python benchmarks/server_queue.py [--requests 16384] [--grace 10]

Every request is a POST /verify of a math or logic completion on a connection of its own, half of
them right, all sent before the first answer is waited for. `accepted`: the server lets as many be
pending. `back-pressure`: it lets a quarter be pending and refuses the rest with 503 until they are
sent again. A request is lost when it never gets the verdict that it must get. `stop`: with
`--stop-requests` requests pending, among them programs that sleep and loop, the server gets SIGTERM
and `--grace` seconds; what it accepted is answered or its connection is closed, and it has to be
gone within the grace time. Exits 1 when a request is lost or it is not.
Writes results/benchmarks/server_queue.json.
"""

import argparse
import asyncio
import json
import os
import platform
import resource
import signal
import time
from collections import Counter
from importlib.metadata import version
from pathlib import Path

from server_load import Shot, benign, poisonous, post, start_server

OUT = Path(__file__).resolve().parents[1] / "results" / "benchmarks" / "server_queue.json"
CONNECTING = 256
"""Connections that are opened at a time: more would be dropped before the server sees them."""


async def ask(port: int, shot: Shot, gate: asyncio.Semaphore, tally: Counter[str]) -> None:
    """Send one request, again after each 503, and count how it went."""
    try:
        async with gate:
            streams = await connected(port, tally)
        try:
            status, answer, retry = await post(streams, shot.body)
        except ConnectionResetError:  # the kernel gave up on it before the server accepted it
            tally["reset before it was accepted, and sent again"] += 1
            streams = await connected(port, tally)
            status, answer, retry = await post(streams, shot.body)
        while status == 503:
            tally["refused and sent again"] += 1
            await asyncio.sleep(retry)
            status, answer, retry = await post(streams, shot.body)
        right = status == 200 and answer["correct"] is shot.correct
        tally["answered" if right else "wrong"] += 1
        streams[1].close()
    except (OSError, ValueError, IndexError, EOFError) as error:
        tally[f"closed without an answer ({type(error).__name__})"] += 1


async def connected(port: int, tally: Counter[str]) -> tuple:
    """A connection; where the kernel's queue is full it is tried again, as nothing was sent."""
    while True:
        try:
            return await asyncio.open_connection("127.0.0.1", port)
        except TimeoutError:
            tally["connected at a later try"] += 1


async def queue(port: int, shots: list[Shot]) -> dict:
    """All at once; how long until the last answer, and how they went."""
    tally: Counter[str] = Counter()
    gate, began = asyncio.Semaphore(CONNECTING), time.monotonic()
    await asyncio.gather(*(ask(port, shot, gate, tally) for shot in shots))
    return {
        "sent": len(shots), "lost": len(shots) - tally["answered"], **tally,
        "seconds until the last answer": round(time.monotonic() - began, 1),
    }  # fmt: skip


async def stop(server, port: int, shots: list[Shot], grace: float) -> dict:
    """SIGTERM while all of these are pending."""
    gate = asyncio.Semaphore(CONNECTING)
    await ask(port, shots[1], gate, Counter())  # the port is open before the server answers
    tally: Counter[str] = Counter()
    asked = [asyncio.create_task(ask(port, shot, gate, tally)) for shot in shots]
    await asyncio.sleep(3)
    pending = len(asked) - tally["answered"]
    server.send_signal(signal.SIGTERM)
    began = time.monotonic()
    code = await asyncio.to_thread(server.wait, 10 * grace + 60)
    seconds = time.monotonic() - began
    await asyncio.gather(*asked)
    return {
        "pending": pending, "exit code": code, "seconds": round(seconds, 1), "grace": grace,
        "within grace": seconds <= grace, **tally,
    }  # fmt: skip


def served(options: list[str], work) -> dict:
    """Start a server with these options, do the work, end it."""
    server, port = start_server(*options)
    try:
        return asyncio.run(work(server, port))
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(120)


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, default=16_384)
    parser.add_argument("--stop-requests", type=int, default=4_096)
    parser.add_argument("--grace", type=float, default=10.0)
    given = parser.parse_args()
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    domains = benign()
    text = domains["math"] + domains["logic"]
    shots = [text[number % len(text)] for number in range(given.requests)]
    endless = [one for one in poisonous() if one.kind in ("poison: sleep", "poison: endless loop")]
    mixed = [
        endless[number // 64 % len(endless)] if number % 64 == 0 else text[number % len(text)]
        for number in range(given.stop_requests)
    ]
    result: dict = {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}",
        "versions": {name: version(name) for name in ("assay", "fastapi", "uvicorn")},
        "accepted": served([], lambda _, port: queue(port, shots)),
    }
    print(json.dumps(result), flush=True)
    limit = ["--max-pending", str(max(1, given.requests // 4))]
    result["back-pressure"] = served(limit, lambda _, port: queue(port, shots))
    grace = ["--grace-seconds", str(given.grace)]
    result["stop"] = served(grace, lambda server, port: stop(server, port, mixed, given.grace))
    OUT.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    print(json.dumps(result, indent=1))
    lost = result["accepted"]["lost"] + result["back-pressure"]["lost"]
    raise SystemExit(bool(lost) or not result["stop"]["within grace"])


if __name__ == "__main__":
    main()
