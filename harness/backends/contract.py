"""What a backend is: requests in, completions out, in whatever order they finish."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from ...tasks import Problem, Suite

FinishReason = Literal["stop", "length", "error"]


@dataclass(frozen=True, slots=True)
class Sampling:
    """How to sample. Temperature 0 is greedy."""

    max_tokens: int = 1024
    temperature: float = 0.0
    top_p: float = 1.0
    top_k: int = 0
    """0 switches top-k off."""
    stop: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Request:
    """One completion wanted: sample `sample` of `problem`, with a seed of its own."""

    suite: Suite
    problem: Problem
    sample: int
    seed: int
    prefix: str = ""
    """Text that the completion has to continue; only for a model that `continues`."""


@dataclass(frozen=True, slots=True)
class Completion:
    """One completion. `error` is set when finish_reason is "error": infrastructure, no verdict."""

    request: Request
    text: str
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    thinking_tokens: int | None = None
    cached_tokens: int | None = None
    finish_reason: FinishReason = "stop"
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Price:
    """What a model costs, per million tokens."""

    input: float
    output: float
    cached_input: float | None = None
    """What a cached input token costs; the same as any input token when None."""
    currency: str = "USD"


@dataclass(frozen=True, slots=True)
class ModelIdentity:
    """Which model answered: enough to tell two runs of different weights apart."""

    name: str
    """What the user typed: "oracle", "hf/PATH", "openai/NAME"."""
    backend: str
    revision: str | None = None
    """A hash of the weights, or of the replayed file, where one can be had."""
    seeded: bool = False
    """Whether the same seed gives the same completion."""
    details: dict[str, Any] = field(default_factory=dict)
    price: Price | None = None
    """None when the model is free or its price is not known."""


class Model(Protocol):
    """A source of completions."""

    identity: ModelIdentity
    # A backend that honours `Request.prefix` says so with an attribute `continues = True`; its
    # completion then holds the new text alone.

    def generate(self, requests: Iterable[Request], sampling: Sampling) -> Iterator[Completion]:
        """Yield one completion for each request, in any order.

        Pulls requests lazily; batching and concurrency are the backend's own business.
        A failed request is a Completion with finish_reason "error", never an exception.
        """
        ...

    def close(self) -> None:
        """Free what the backend holds."""
        ...
