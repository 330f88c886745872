"""Turn requests into tokens, for models that run in this process."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .contract import Request
from .servers.requests import sendable
from .thoughts import OPEN, thought_of


@dataclass(frozen=True, slots=True)
class Encoded:
    """A request and its tokens."""

    request: Request
    tokens: list[int]
    thinks: bool
    """Whether the prompt ends inside an open thought."""


@dataclass(slots=True)
class Encoder:
    """Applies a tokenizer and its chat template."""

    tokenizer: Any
    context: int | None
    """The longest sequence of the model; None where it has no limit."""
    template: bool = True
    """Whether the chat template is used, where there is one."""
    arguments: Mapping[str, Any] = field(default_factory=dict)
    """What the chat template is given."""

    def encode(self, request: Request) -> Encoded:
        """The conversation and the beginning of the answer, as tokens."""
        template = self.template and self.tokenizer.chat_template is not None
        if template:
            messages = [
                {"role": one.role, "content": sendable(one.content)}
                for one in request.conversation()
            ]
            prompt = self.tokenizer.apply_chat_template(
                messages, tokenize=False, add_generation_prompt=True, **self.arguments
            )
        else:
            prompt = sendable(request.plain_text())
        text = prompt + request.prefix
        tokens = list(self.tokenizer(text, add_special_tokens=not template)["input_ids"])
        return Encoded(request, tokens, template and prompt.rstrip().endswith(OPEN))

    def misfit(self, encoded: Encoded) -> str | None:
        """Why a prompt cannot be answered; None where it can."""
        if not encoded.tokens:
            return "the prompt is empty"
        if self.context is None or len(encoded.tokens) < self.context:
            return None
        return f"the prompt of {len(encoded.tokens)} tokens fills the context of {self.context}"

    def room(self, encoded: Encoded, most: int) -> int:
        """Tokens that the answer may have, at most `most`."""
        return most if self.context is None else min(most, self.context - len(encoded.tokens))

    def thinking(self, text: str, encoded: Encoded, made: int) -> int | None:
        """How many of the `made` tokens of an answer are thought; None where none is."""
        thought = thought_of(text, encoded.thinks)
        if thought is None:
            return None
        return min(len(self.tokenizer(thought, add_special_tokens=False)["input_ids"]), made)
