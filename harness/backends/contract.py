"""The interface of a backend: requests in, completions out, in any order."""

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
    """0 disables top-k."""
    stop: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Request:
    """A request for one completion: sample number `sample` of `problem`, with its own seed."""

    suite: Suite
    problem: Problem
    sample: int
    seed: int
    prefix: str = ""
    """Text for the completion to continue; only for a model that `continues`."""


@dataclass(frozen=True, slots=True)
class Completion:
    """One completion. With finish_reason "error", `error` says why there is no verdict."""

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
    """The price of a model per million tokens."""

    input: float
    output: float
    cached_input: float | None = None
    """The price of cached input tokens; None for the price of any input token."""
    currency: str = "USD"


@dataclass(frozen=True, slots=True)
class ModelIdentity:
    """Identifies a model, so that runs with different weights can be told apart."""

    name: str
    """What the user typed: "oracle", "hf/PATH", "openai/NAME"."""
    backend: str
    revision: str | None = None
    """A hash of the weights or of the replayed file, when available."""
    seeded: bool = False
    """Whether the same seed gives the same completion."""
    details: dict[str, Any] = field(default_factory=dict)
    price: Price | None = None
    """None when the model is free or its price is not known."""


class Model(Protocol):
    """A source of completions."""

    identity: ModelIdentity
    # A backend that supports `Request.prefix` has an attribute `continues = True`; its completions
    # hold only the new text.

    def generate(self, requests: Iterable[Request], sampling: Sampling) -> Iterator[Completion]:
        """Yield one completion for each request, in any order.

        Pulls requests lazily; batching and concurrency are up to the backend.
        A failed request is a Completion with finish_reason "error", never an exception.
        """
        ...

    def close(self) -> None:
        """Free the resources of the backend."""
        ...
