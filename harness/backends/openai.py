"""`openai/NAME`: any server that speaks the OpenAI API (vLLM, SGLang, llama.cpp, TGI, the cloud).

One event loop in one thread keeps `concurrency` requests in flight and yields completions as they
arrive. What the server refuses is understood once and left out of later requests; busy or broken
servers are asked again (`servers/`).
"""

import asyncio
import itertools
import queue
import threading
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from ...sandbox.errors import UsageError
from ...sandbox.extras import needs
from .contract import Activity, Completion, Model, ModelIdentity, Request, Sampling
from .servers.asking import Server
from .servers.options import Options, address_of, key_of, preset_of
from .servers.requests import started

with needs("openai"):
    import openai

__all__ = ["OpenAIModel", "Options", "open_model"]

Done = queue.Queue[list[Completion] | BaseException | None]
HANDOVER_SECONDS = 0.02


class _Handover:
    """Passes completions to the caller's thread some at a time.

    A switch of threads for each one costs throughput: see benchmarks/openai_overhead.py.
    """

    def __init__(self, done: Done) -> None:
        self._done = done
        self._held: list[Completion] = []

    def give(self, completions: Sequence[Completion]) -> None:
        """Hold them until the next flush, which comes soon."""
        if not self._held:
            asyncio.get_running_loop().call_later(HANDOVER_SECONDS, self.flush)
        self._held.extend(completions)

    def flush(self) -> None:
        """Hand over what is held."""
        if self._held:
            self._done.put(self._held)
            self._held = []


class OpenAIModel:
    """A model behind an OpenAI-compatible server."""

    continues = True
    follows = True

    def __init__(self, name: str, options: Options) -> None:
        """Raises UsageError when the server's address or key is missing."""
        preset = preset_of(options)
        address = address_of(options, preset)
        self.activity = Activity(waiting_for=address)
        self.options = options
        self._key = key_of(options, preset)
        self._server = Server(
            model=name, options=options, preset=preset, address=address,
            key_env=options.key_env or preset.key_env, dialect=started(options, preset),
            activity=self.activity,
        )  # fmt: skip
        self.reusable = address.startswith("https://")  # see evaluation/reuse.py
        self.identity = ModelIdentity(
            name=f"openai/{name}",
            backend="openai",
            seeded=False,
            details=_details(options, address),
        )

    def generate(self, requests: Iterable[Request], sampling: Sampling) -> Iterator[Completion]:
        """Yield completions as they arrive; see `Model.generate`.

        Raises UsageError for what every request shares: a refused key or model, an account
        without credit, a refused field of the user's, a server that cannot be reached at all.
        """
        done: Done = queue.Queue()
        stop = threading.Event()
        worker = threading.Thread(
            target=self._run, args=(iter(requests), sampling, done, stop), daemon=True
        )
        worker.start()
        try:
            while (item := done.get()) is not None:
                if isinstance(item, BaseException):
                    raise item
                yield from item
        finally:
            stop.set()
            worker.join(timeout=10)

    def close(self) -> None:
        """Nothing is held between calls of `generate`."""

    def _run(
        self, requests: Iterator[Request], sampling: Sampling, done: Done, stop: threading.Event
    ) -> None:
        try:
            asyncio.run(self._drive(requests, sampling, done, stop))
        except BaseException as error:  # handed to the caller's thread, which raises it
            done.put(error)
        finally:
            done.put(None)

    async def _drive(
        self, requests: Iterator[Request], sampling: Sampling, done: Done, stop: threading.Event
    ) -> None:
        """Keep `concurrency` requests in flight until all are done."""
        groups = _grouped(requests, self.options.samples_per_request)
        hand = _Handover(done)

        async def work(client: Any) -> None:
            for group in groups:  # shared: each worker takes the next one
                await answered(client, group)

        async def answered(client: Any, group: list[Request]) -> None:
            """Ask, and go on with episodes until their ends."""
            while group:
                found = await self._server.ask(client, group, sampling)
                group, ended = await _followed(found)
                if ended:
                    hand.give(ended)

        async with self._client() as client:
            everyone = {asyncio.create_task(work(client)) for _ in range(self.options.concurrency)}
            workers = everyone
            try:
                # Wakes now and then to see whether the caller has gone.
                while workers and not stop.is_set():
                    ended, workers = await asyncio.wait(
                        workers, timeout=0.5, return_when=asyncio.FIRST_EXCEPTION
                    )
                    for worker in ended:
                        worker.result()
            finally:
                for worker in workers:
                    worker.cancel()
                # What several workers met at once is raised once; asyncio reports none of it.
                await asyncio.gather(*everyone, return_exceptions=True)
                hand.flush()

    def _client(self) -> "openai.AsyncOpenAI":
        preset = self._server.preset
        headers = {preset.key_header: self._key} if preset.key_header else {}
        return openai.AsyncOpenAI(
            api_key=self._key,
            base_url=self._server.address,
            timeout=self.options.timeout,
            max_retries=0,  # repeated here, where the causes are counted
            default_headers=headers | self.options.headers,
            default_query={**preset.query, **self.options.query},
        )


def _details(options: Options, address: str) -> dict[str, Any]:
    """What the manifest says about the server. Header values may be secrets: names only."""
    parts = urlsplit(address)
    shown = (
        address.replace(f"{parts.username}:{parts.password}@", "") if parts.password else address
    )
    given = options.model_dump(
        exclude={"base_url", "headers", "concurrency", "timeout", "retries"},
        exclude_defaults=True,
    )  # fmt: skip
    given |= {"base_url": shown, "endpoint": options.endpoint}
    return given | ({"headers": sorted(options.headers)} if options.headers else {})


async def _followed(found: Sequence[Completion]) -> tuple[list[Request], list[Completion]]:
    """The requests for the next turns, and the completions of what has ended."""
    asked: list[Request] = []
    ended: list[Completion] = []
    for completion in found:
        turns = completion.request.turns
        if turns is None:
            ended.append(completion)
            continue
        after = (
            await asyncio.to_thread(turns.follow, completion)
            if turns.waits
            else turns.follow(completion)
        )
        if isinstance(after, Request):
            asked.append(after)
        else:
            ended.append(after)
    return asked, ended


def _grouped(requests: Iterator[Request], size: int) -> Iterator[list[Request]]:
    """Neighbouring samples of one problem, at most `size` together; an episode stays alone."""
    same = itertools.groupby(
        requests, key=lambda r: (r.suite.name, r.problem.id, r.prefix, r.turns and r.sample)
    )
    for _, samples in same:
        while group := list(itertools.islice(samples, size)):
            yield group


def open_model(name: str, options: Options) -> Model:
    """Open `name` on a server (OpenAI's own when no other is given).

    The key is read from an environment variable and is never stored. Raises UsageError for a
    missing name, address or key.
    """
    if not name:
        raise UsageError("model 'openai/' has no name: write openai/NAME")
    return OpenAIModel(name, options)
