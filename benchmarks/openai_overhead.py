"""Measure how much of a bare asyncio loop's throughput the openai backend keeps.

A server in its own process answers at once; 64 requests are in flight. The peer is the shortest
correct program with the same `openai` client: 64 workers that share an iterator. Rounds alternate,
so that a busy machine slows both; the result is the median of the rounds' ratios. The ratio of
processor time of this process is recorded too, because other programs do not affect it.

    python benchmarks/openai_overhead.py [--requests 1500] [--rounds 7]
"""

import argparse
import asyncio
import json
import multiprocessing
import os
import platform
import statistics
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import httpx
import openai
from assay.harness.backends import load_model
from assay.harness.backends.contract import Request, Sampling
from assay.tasks import Problem

OUT = Path(__file__).resolve().parents[1] / "results" / "benchmarks" / "openai_overhead.json"
CONCURRENCY = 64
ANSWER = json.dumps(
    {
        "id": "1", "object": "chat.completion", "created": 1, "model": "m",
        "choices": [{"index": 0, "finish_reason": "stop",
                     "message": {"role": "assistant", "content": "The answer is 42."}}],
        "usage": {"prompt_tokens": 9, "completion_tokens": 6, "total_tokens": 15},
    }
).encode()  # fmt: skip
RESPONSE = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
    b"Content-Length: " + str(len(ANSWER)).encode() + b"\r\n\r\n" + ANSWER
)


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(
                int(line.partition(b":")[2])
                for line in head.split(b"\r\n")
                if line.lower().startswith(b"content-length:")
            )
            await reader.readexactly(length)
            writer.write(RESPONSE)
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


def serve(pipe: Connection) -> None:
    """Answer every request at once, until killed; the port goes through the pipe."""

    async def run() -> None:
        server = await asyncio.start_server(_answer, "127.0.0.1", 0, backlog=512)
        pipe.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(run())


def prompts(count: int) -> list[str]:
    return [f"What is {i} plus {i}? Answer with a number." for i in range(count)]


async def bare(url: str, texts: list[str]) -> int:
    """The peer: 64 workers on the asynchronous client of the `openai` package."""
    waiting, done = iter(texts), []
    async with openai.AsyncOpenAI(api_key="none", base_url=url) as client:

        async def worker() -> None:
            for text in waiting:
                answer = await client.chat.completions.create(
                    model="m", max_tokens=16, temperature=0.0, top_p=1.0, seed=1,
                    messages=[{"role": "user", "content": text}],
                )  # fmt: skip
                done.append(answer.choices[0].message.content)

        await asyncio.gather(*(worker() for _ in range(CONCURRENCY)))
    return len(done)


class _Named:
    name = "named"


def backend(url: str, texts: list[str]) -> int:
    """The same prompts through `load_model("openai/...")`."""

    def requests() -> Iterator[Request]:
        for number, text in enumerate(texts):
            problem = Problem(str(number), "named", text, "")
            yield Request(_Named(), problem, 0, 1)  # type: ignore[arg-type]

    model = load_model("openai/m", base_url=url, concurrency=CONCURRENCY)
    return sum(1 for c in model.generate(requests(), Sampling(max_tokens=16)) if c.text)


def clocked(run: Callable[[], int], count: int) -> tuple[float, float]:
    """Seconds and processor seconds of one round, which must answer every request."""
    wall, cpu = time.perf_counter(), time.process_time()
    assert run() == count
    return time.perf_counter() - wall, time.process_time() - cpu


def main() -> None:
    """Alternate the two, print, write the file."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--requests", type=int, default=1500)
    parser.add_argument("--rounds", type=int, default=7)
    given = parser.parse_args()
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(theirs,), daemon=True)
    server.start()
    url = f"http://127.0.0.1:{ours.recv()}/v1"
    texts, rows = prompts(given.requests), []
    try:
        for number in range(given.rounds + 1):
            peer = clocked(lambda: asyncio.run(bare(url, texts)), given.requests)
            own = clocked(lambda: backend(url, texts), given.requests)
            if number:  # the first round warms up
                rows.append({"bare_per_second": given.requests / peer[0],
                             "assay_per_second": given.requests / own[0],
                             "ratio": peer[0] / own[0], "cpu_ratio": peer[1] / own[1]})  # fmt: skip
                print("  ".join(f"{k}={v:.3f}" for k, v in rows[-1].items()), flush=True)
    finally:
        server.kill()
    ratio = statistics.median(row["ratio"] for row in rows)
    cpu_ratio = statistics.median(row["cpu_ratio"] for row in rows)
    print(f"median ratio {ratio:.3f} (floor 0.8), of processor time {cpu_ratio:.3f}")
    machine = {"machine": platform.machine(), "cores": os.cpu_count(),
               "python": platform.python_version(), "openai": openai.__version__,
               "httpx": httpx.__version__}  # fmt: skip
    result = {"concurrency": CONCURRENCY, "requests": given.requests, "floor": 0.8,
              "median_ratio": ratio, "median_cpu_ratio": cpu_ratio,
              "rounds": rows, "machine": machine}  # fmt: skip
    OUT.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
