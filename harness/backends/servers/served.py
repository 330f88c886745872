"""A model behind a server: keeps requests in flight and yields completions as they arrive.

One event loop in one thread asks the server; `asking.py` decides what is repeated or changed.
"""

import asyncio
import itertools
import queue
import threading
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from ..contract import Activity, Completion, ModelIdentity, Request, Sampling
from .asking import Server
from .options import Options
from .transport import Connect, Transport

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


class ServedModel:
    """A model that answers over a connection."""

    follows = True

    def __init__(
        self, identity: ModelIdentity, server: Server, connect: Connect, continues: bool
    ) -> None:
        """`continues` says whether the server may be asked to continue an answer."""
        self.identity = identity
        self.continues = continues
        self.activity: Activity = server.activity
        self.reusable = server.address.startswith("https://")  # see evaluation/reuse.py
        self._server = server
        self._connect = connect

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
        options = self._server.options
        groups = _grouped(requests, options.samples_per_request)
        hand = _Handover(done)

        async def work(transport: Transport) -> None:
            for group in groups:  # shared: each worker takes the next one
                await answered(transport, group)

        async def answered(transport: Transport, group: list[Request]) -> None:
            """Ask, and continue episodes until they end."""
            while group:
                found = await self._server.ask(transport, group, sampling)
                group, ended = await _followed(found)
                if ended:
                    hand.give(ended)

        async with self._connect() as transport:
            everyone = {asyncio.create_task(work(transport)) for _ in range(options.concurrency)}
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


def details(options: Options, address: str) -> dict[str, Any]:
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
