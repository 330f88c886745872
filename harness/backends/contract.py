"""The interface of a backend: requests in, completions out, in any order."""

import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from ...tasks import Problem, Suite
from ...tasks.acting import Episode, Tool

FinishReason = Literal[
    "stop", "length", "content_filter", "refusal", "tool_calls", "empty", "context_overflow",
    "error",
]  # fmt: skip
"""How a completion ended. Every ending but "error" is final: the sample is recorded.

    stop              the model ended its answer
    length            the token limit cut the answer
    content_filter    the server withheld or cut the answer, or refused the prompt, by its policy
    refusal           the model declined in the field that the API has for it
    tool_calls        the model called a tool; where there was none, it did not answer
    empty             the model ended without an answer
    context_overflow  the prompt does not fit the model's context
    error             no answer came; resuming the run asks again
"""
Role = Literal["system", "developer", "user", "assistant", "tool"]


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
class ToolCall:
    """A call as a model wrote it."""

    id: str
    """Names the call in the message that answers it."""
    name: str
    arguments: str
    """JSON, unless the model got it wrong."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation; `calls` are those of an assistant's message."""

    role: Role
    content: str
    calls: tuple[ToolCall, ...] = ()
    call_id: str = ""
    """The call that a message of the role tool answers."""


class Turns(Protocol):
    """Continues an episode after each message of the model."""

    waits: bool
    """Whether `follow` waits for programs, so that an event loop should not call it itself."""
    episode: Episode

    def follow(self, completion: "Completion") -> "Request | Completion":
        """Act on a message: the request for the next one, or the completion of the whole."""
        ...


@dataclass(frozen=True, slots=True)
class Request:
    """A request for one completion: sample number `sample` of `problem`, with its own seed."""

    suite: Suite
    problem: Problem
    sample: int
    seed: int
    prefix: str = ""
    """Text for the completion to continue; only for a model that `continues`."""
    messages: tuple[Message, ...] = ()
    """The conversation to send; empty for one user message with the problem's prompt."""
    tools: tuple[Tool, ...] = ()
    turns: Turns | None = None
    """The episode that the answer continues; None for a problem with a single answer."""

    def conversation(self) -> tuple[Message, ...]:
        """The messages to send."""
        return self.messages or (Message("user", self.problem.prompt),)

    def plain_text(self) -> str:
        """The conversation as text, for a model without a chat format; `prefix` not included."""
        return "\n\n".join(message.content for message in self.conversation())


@dataclass(frozen=True, slots=True)
class Completion:
    """One completion and how it ended."""

    request: Request
    text: str
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    thinking_tokens: int | None = None
    cached_tokens: int | None = None
    finish_reason: FinishReason = "stop"
    error: str | None = None
    """The server's words where the model gave no answer."""
    logprobs: tuple[float, ...] | None = None
    """The log-probability of each token, where asked for and offered."""
    calls: tuple[ToolCall, ...] = ()


@dataclass(slots=True)
class Activity:
    """What a backend is doing, for whoever shows the run's progress; written by one thread."""

    in_flight: int = 0
    """Requests that wait for an answer."""
    waiting_for: str = ""
    """Who is to answer, such as the server's address."""
    retries: Counter[str] = field(default_factory=Counter)
    """Repeated requests by cause."""
    changes: dict[str, str] = field(default_factory=dict)
    """How requests were changed to suit the server: what was changed, and why in one line."""
    last_answer: float = field(default_factory=time.monotonic)


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
    # hold only the new text. A backend that waits for a server has an `activity: Activity`.
    # One with `calls_tools = True` sends `Request.tools` itself and fills `Completion.calls`;
    # for others tools are described in the text. One with `follows = True` asks for the next
    # turns of `Request.turns` itself and yields the completion of the whole. One with
    # `recorded = True` has the records of whole episodes.

    def generate(self, requests: Iterable[Request], sampling: Sampling) -> Iterator[Completion]:
        """Yield one completion for each request, in any order.

        Pulls requests lazily; batching and concurrency are up to the backend.
        A failed request is a Completion with finish_reason "error", never an exception.
        """
        ...

    def close(self) -> None:
        """Free the resources of the backend."""
        ...
