"""`openai/NAME`: any server that speaks the OpenAI API (vLLM, SGLang, llama.cpp, TGI, the cloud).

One event loop in one thread keeps `concurrency` requests in flight and yields completions as they
arrive. The official client retries 408, 409, 429, 5xx and broken connections with exponential
backoff; malformed responses are requested again.
"""

import asyncio
import itertools
import os
import queue
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from ...sandbox.errors import UsageError
from ...sandbox.extras import needs
from .contract import Completion, Model, ModelIdentity, Request, Sampling
from .thoughts import CLOSE, OPEN, estimated_thinking

with needs("openai"):
    import openai

Endpoint = Literal["chat", "completions"]
FATAL = (openai.AuthenticationError, openai.PermissionDeniedError, openai.NotFoundError)
MALFORMED_TRIES = 5
"""Attempts for a malformed response (truncated body, no choice)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientSettings:
    """How to talk to the server."""

    name: str
    base_url: str | None
    key_env: str
    endpoint: Endpoint
    concurrency: int
    timeout: float
    """Seconds after which a request is retried."""
    retries: int
    samples_per_request: int
    """Samples of one problem asked for together (`n`); 1 where a server ignores `n`."""


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


class MalformedResponseError(Exception):
    """A successful response whose body is malformed."""


class OpenAIModel:
    """A model behind an OpenAI-compatible server."""

    continues = True

    def __init__(self, settings: ClientSettings) -> None:
        self.settings = settings
        self._answered = False
        self.identity = ModelIdentity(
            name=f"openai/{settings.name}",
            backend="openai",
            seeded=False,
            details={"base_url": settings.base_url, "endpoint": settings.endpoint},
        )

    def generate(self, requests: Iterable[Request], sampling: Sampling) -> Iterator[Completion]:
        """Yield completions as they arrive; see `Model.generate`.

        Raises UsageError when the server refuses the key or the model, or cannot be reached
        at all: later requests would fail too.
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
        groups = _grouped(requests, self.settings.samples_per_request)
        hand = _Handover(done)

        async def work(client: openai.AsyncOpenAI) -> None:
            for group in groups:  # shared: each worker takes the next one
                hand.give(await self._ask(client, group, sampling))

        async with _client(self.settings) as client:
            workers = {asyncio.create_task(work(client)) for _ in range(self.settings.concurrency)}
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
                hand.flush()

    async def _ask(
        self, client: openai.AsyncOpenAI, group: Sequence[Request], sampling: Sampling
    ) -> list[Completion]:
        error = ""
        for attempt in range(MALFORMED_TRIES):
            try:
                answer = await self._send(client, group, sampling)
                self._answered = True
                return _completions(group, answer, self.settings.endpoint)
            except FATAL as refusal:
                raise UsageError(self._refused(refusal)) from None
            except openai.BadRequestError as refusal:
                # The server read it and said no (context overflow): asking again is no use.
                return _failed(group, _one_line(refusal))
            except openai.APIConnectionError as lost:
                if isinstance(lost, openai.APITimeoutError):
                    error = f"no answer within {self.settings.timeout:g} s"
                else:
                    error = f"no connection to {client.base_url}: {lost.__cause__ or lost}"
                    if not self._answered:
                        raise UsageError(
                            f"{error}; is the server up, is --base-url right?"
                        ) from None
            except (openai.APIError, ValueError, MalformedResponseError) as damaged:
                error = _one_line(damaged)
            await asyncio.sleep(min(8.0, 0.25 * 2**attempt))
        return _failed(group, f"gave up after {MALFORMED_TRIES} rounds: {error}")

    async def _send(
        self, client: openai.AsyncOpenAI, group: Sequence[Request], sampling: Sampling
    ) -> Any:
        first = group[0]
        arguments: dict[str, Any] = {
            "model": self.settings.name,
            "max_tokens": sampling.max_tokens,
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
            "seed": first.seed & 0x7FFFFFFF,
        }
        if len(group) > 1:
            arguments["n"] = len(group)
        if sampling.stop:
            arguments["stop"] = list(sampling.stop)
        extra: dict[str, Any] = {"top_k": sampling.top_k} if sampling.top_k else {}
        if first.prefix and self.settings.endpoint == "chat":
            # vLLM, SGLang and transformers' own server continue the last message when told so.
            extra |= {"continue_final_message": True, "add_generation_prompt": False}
        if extra:
            arguments["extra_body"] = extra
        if not self._answered:
            # Report a wrong address at once, without the retries meant for a busy server.
            client = client.with_options(max_retries=min(2, self.settings.retries))
        if self.settings.endpoint == "completions":
            prompt = first.problem.prompt + first.prefix
            return await client.completions.create(prompt=prompt, **arguments)
        messages = [{"role": "user", "content": first.problem.prompt}]
        if first.prefix:
            messages.append({"role": "assistant", "content": first.prefix})
        return await client.chat.completions.create(messages=messages, **arguments)  # type: ignore[arg-type]

    def _refused(self, refusal: openai.APIStatusError) -> str:
        where = self.settings.base_url or "the OpenAI API"
        if isinstance(refusal, openai.NotFoundError):
            return (
                f"{where} knows no model {self.settings.name!r} (or the base URL lacks its /v1): "
                f"{_one_line(refusal)}"
            )
        return f"{where} refused the key in ${self.settings.key_env} ({refusal.status_code})"


def _client(settings: ClientSettings) -> openai.AsyncOpenAI:
    # Local servers accept any key, but the client requires one.
    key = os.environ.get(settings.key_env) or "none"
    return openai.AsyncOpenAI(
        api_key=key,
        base_url=settings.base_url,
        timeout=settings.timeout,
        max_retries=settings.retries,
    )


def _grouped(requests: Iterator[Request], size: int) -> Iterator[list[Request]]:
    """Neighbouring samples of one problem, at most `size` together."""
    same = itertools.groupby(requests, key=lambda r: (r.suite.name, r.problem.id, r.prefix))
    for _, samples in same:
        while group := list(itertools.islice(samples, size)):
            yield group


def _completions(group: Sequence[Request], answer: Any, endpoint: Endpoint) -> list[Completion]:
    choices = getattr(answer, "choices", None)
    if not choices or len(choices) < len(group):
        raise MalformedResponseError(f"{len(choices or ())} choices for {len(group)} samples")
    read = _message_text if endpoint == "chat" else _plain_text
    texts = [read(choice) for choice in choices[: len(group)]]
    counts = _tokens(getattr(answer, "usage", None), texts)
    return [
        Completion(
            request,
            text,
            finish_reason="length" if choice.finish_reason == "length" else "stop",
            **count,
        )
        for request, choice, text, count in zip(group, choices, texts, counts, strict=False)
    ]


def _plain_text(choice: Any) -> str:
    if not isinstance(choice.text, str):
        raise MalformedResponseError("a choice without text")
    return choice.text


def _message_text(choice: Any) -> str:
    """The text of a message, with the reasoning that some servers send apart put back."""
    message = choice.message
    if message is None:
        raise MalformedResponseError("a choice without text")
    content = message.content or ""
    extra = message.model_extra or {}
    thinking = extra.get("reasoning_content") or extra.get("reasoning")
    if isinstance(thinking, str) and thinking:
        closing = f"\n{CLOSE}\n" if content else ""
        return f"{OPEN}\n{thinking}{closing}{content}"
    return str(content)


def _tokens(usage: Any, texts: Sequence[str]) -> list[dict[str, Any]]:
    """Token counts of each sample; servers count a whole request, shared here by length.

    The prompt, sent once, counts for the first sample alone: the sum is what is paid for.
    """
    if usage is None or usage.completion_tokens is None:
        return [{} for _ in texts]
    details = getattr(usage, "completion_tokens_details", None)
    reasoning = getattr(details, "reasoning_tokens", None)
    cached = getattr(usage, "prompt_tokens_details", None)
    characters = sum(map(len, texts))
    counts = []
    for number, text in enumerate(texts):
        share = len(text) / characters if characters else 1 / len(texts)
        tokens = round(usage.completion_tokens * share)
        thinking = round(reasoning * share) if reasoning else estimated_thinking(text, tokens)
        counts.append(
            {
                "prompt_tokens": 0 if number else usage.prompt_tokens,
                "completion_tokens": tokens,
                "thinking_tokens": thinking,
                "cached_tokens": 0 if number else getattr(cached, "cached_tokens", None),
            }
        )
    return counts


def _failed(group: Sequence[Request], error: str) -> list[Completion]:
    return [Completion(request, "", finish_reason="error", error=error) for request in group]


def _one_line(error: BaseException) -> str:
    body = getattr(error, "body", None)
    message = body.get("message") if isinstance(body, dict) else None
    return " ".join(str(message or error).split())[:300]


def open_model(
    name: str,
    base_url: str | None = None,
    key_env: str = "OPENAI_API_KEY",
    endpoint: Endpoint = "chat",
    concurrency: int = 64,
    timeout: float = 600.0,
    retries: int = 6,
    samples_per_request: int = 1,
) -> Model:
    """Open `name` on the server at `base_url` (OpenAI's own when None).

    The key is read from the environment variable `key_env` at each run and is never stored.
    Raises UsageError for a missing name, a base URL that is none, or values out of range.
    """
    if not name:
        raise UsageError("model 'openai/' has no name: write openai/NAME")
    if base_url is not None and not base_url.startswith(("http://", "https://")):
        raise UsageError(f"--base-url {base_url!r}: it must begin with http:// or https://")
    if endpoint not in ("chat", "completions"):
        raise UsageError(f"endpoint {endpoint!r}: use chat or completions")
    for option, value in (
        ("concurrency", concurrency),
        ("samples_per_request", samples_per_request),
    ):
        if value < 1:
            raise UsageError(f"{option} {value!r}: use at least 1")
    if base_url is None and not os.environ.get(key_env):
        raise UsageError(f"the OpenAI API needs a key: set ${key_env}, or give --base-url")
    return OpenAIModel(
        ClientSettings(
            name=name, base_url=base_url, key_env=key_env, endpoint=endpoint,
            concurrency=concurrency, timeout=timeout, retries=retries,
            samples_per_request=samples_per_request,
        )
    )  # fmt: skip
