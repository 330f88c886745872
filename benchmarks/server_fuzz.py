"""Fuzz `assay serve` with mutated bodies, and with schemathesis on its OpenAPI description.

    python benchmarks/server_fuzz.py [--bodies 10000] [--schemathesis st] [--examples 100]

Starts a server on loopback and sends valid requests that were cut, spliced, doubled, retyped
or given hostile values to every POST route. A response of 500 or above, other than 503, is a
failure, and so is no response; afterwards the server must still give a right verdict.
`--schemathesis` is the path of its command line; if that does not work, the part is listed under
`not_run` with the reason.
"""

import argparse
import asyncio
import json
import platform
import random
import re
import signal
import subprocess
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any

import server_load
from assay.tasks import load
from peers import NotRunError, find_peers

OUT = Path(__file__).resolve().parents[1] / "results" / "benchmarks" / "server_fuzz.json"
VALUES: tuple[Any, ...] = (
    None, True, -1, 1e308, float("nan"), "", "\ud800", "\x00", "a" * 20_000, [], {}, [[]] * 50,
    {"a": {"b": [None]}}, "../../etc/passwd", "9^{9^{9^9}}", 10**400, "<answer>1</answer>",
    "\\boxed{" * 500, "((((" * 500,
)  # fmt: skip
NAMES = ("task", "id", "problem", "completion", "items", "query", "prompts", "labels", "answer",
         "meta", "prompt", "__class__", "verdict")  # fmt: skip


def valid() -> list[tuple[str, dict[str, Any]]]:
    """(route, body) of requests that are in order."""
    found: list[tuple[str, dict[str, Any]]] = []
    for task in ("arithmetic", "knights_and_knaves", "function_synthesis"):
        suite = load(task)
        problem, gold = suite[0], suite.gold(suite[0]) or ""
        item = {"task": task, "id": problem.id, "completion": gold}
        inline = {"answer": problem.answer, "prompt": problem.prompt, "meta": {"a": 1}}
        found.append(("/verify", item))
        found.append(("/verify", {"task": task, "problem": inline, "completion": gold}))
        found.append(("/verify_batch", {"items": [item] * 2}))
        label = json.dumps({"task": task, "problem_id": problem.id})
        row = {"query": [f"Q{gold}"], "prompts": ["Q"], "labels": [label]}
        found.append(("/get_reward", row))
    return found


def retyped(body: Any, rng: random.Random) -> Any:
    """The body with one value somewhere replaced, dropped or renamed."""
    if isinstance(body, dict) and body and rng.random() < 0.8:
        key = rng.choice(list(body))
        changed = dict(body)
        how = rng.random()
        if how < 0.2:
            del changed[key]
        elif how < 0.3:
            changed[rng.choice(NAMES)] = changed.pop(key)
        else:
            changed[key] = retyped(changed[key], rng)
        return changed
    if isinstance(body, list) and body and rng.random() < 0.6:
        return [retyped(item, rng) for item in body] * rng.choice((1, 1, 3))
    return rng.choice(VALUES)


def mutated(body: dict[str, Any], rng: random.Random) -> bytes:
    """A body near a valid one: other values, other bytes, or both."""
    changed: Any = body
    for _ in range(rng.randrange(3)):
        changed = retyped(changed, rng)
    raw = bytearray(json.dumps(changed).encode())
    for _ in range(rng.choice((0, 0, 1, 4))):
        at = rng.randrange(len(raw) + 1)
        piece = bytes(rng.choices(range(256), k=rng.randrange(4)))
        raw[at : at + rng.randrange(8)] = rng.choice((piece, raw[:at][-30:], b""))
    return bytes(raw[: rng.randrange(len(raw) + 1)] if rng.random() < 0.1 else raw)


async def fuzz(port: int, bodies: int, clients: int = 16) -> tuple[Counter[str], list[str]]:
    """Statuses of the answers, and what failed."""
    rng = random.Random(0)
    good = valid()
    todo = [(route, mutated(body, rng)) for route, body in rng.choices(good, k=bodies)]
    statuses: Counter[str] = Counter()
    failures: list[str] = []

    async def client() -> None:
        streams = await asyncio.open_connection("127.0.0.1", port)
        while todo:
            route, body = todo.pop()
            try:
                status, _, _ = await asyncio.wait_for(server_load.post(streams, body, route), 300)
            except (OSError, ValueError, IndexError, EOFError, TimeoutError) as error:
                failures.append(f"{route} {body[:300]!r}: {type(error).__name__}: {error}")
                streams = await asyncio.open_connection("127.0.0.1", port)
                continue
            statuses[str(status)] += 1
            if status >= 500 and status != 503:
                failures.append(f"{route} {body[:300]!r}: {status}")
        streams[1].close()

    await asyncio.gather(*(client() for _ in range(clients)))
    return statuses, failures


def by_schema(command: str, port: int, examples: int) -> dict[str, Any]:
    """What schemathesis says when it runs its check `not_a_server_error`."""
    done = subprocess.run(
        [command, "run", f"http://127.0.0.1:{port}/openapi.json", "--checks", "not_a_server_error",
         "--max-examples", str(examples), "--workers", "2", "--seed", "1"],
        capture_output=True, text=True, timeout=1800,
    )  # fmt: skip
    plain = re.sub(r"\x1b\[[0-9;]*m", "", done.stdout)
    return {"exit_code": done.returncode, "summary": plain.strip().splitlines()[-15:]}


def schemathesis(given: argparse.Namespace) -> str:
    """Its command line. Raises NotRunError when none is named, OSError when it does not start."""
    if given.schemathesis is None:
        raise NotRunError("--schemathesis names no command line of it")
    subprocess.run([given.schemathesis, "--version"], capture_output=True, check=False)
    return str(given.schemathesis)


def main() -> None:
    """Fuzz, print, write; exit code 1 when something failed."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--bodies", type=int, default=10_000)
    options.add_argument("--schemathesis", default=None)
    options.add_argument("--examples", type=int, default=100)
    options.add_argument("--out", type=Path, default=OUT)
    given = options.parse_args()
    server, port = server_load.start_server()
    try:
        statuses, failures = asyncio.run(fuzz(port, given.bodies))
        result: dict[str, Any] = {
            "machine": platform.machine(),
            "bodies": given.bodies,
            "statuses": dict(sorted(statuses.items())),
            "failures": failures[:20],
        }
        peers, result["not_run"] = find_peers({"schemathesis": partial(schemathesis, given)})
        for name, command in peers.items():
            result[name] = by_schema(command, port, given.examples)
        after = asyncio.run(verdict_afterwards(port))
        result["verdict_afterwards"] = after
    finally:
        server.send_signal(signal.SIGTERM)
        result["server_exit_code"] = server.wait(180)
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    print(json.dumps(result, indent=1))
    broken = failures or result.get("schemathesis", {}).get("exit_code")
    raise SystemExit(1 if broken or after != "correct" else 0)


async def verdict_afterwards(port: int) -> str:
    """The status of the verdict on a right completion."""
    route, body = valid()[0]
    streams = await asyncio.open_connection("127.0.0.1", port)
    _, answer, _ = await server_load.post(streams, json.dumps(body).encode(), route)
    streams[1].close()
    return str(answer.get("status"))


if __name__ == "__main__":
    main()
