"""Turn requests into tokens, for models that run in this process."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from .chat_messages import template_messages, thoughts_of
from .contract import Request
from .servers.requests import sendable
from .thoughts import OPEN, thought_of
from .tool_formats import ANSWERS, MARKERS, ToolFormat, format_of


@dataclass(frozen=True, slots=True)
class Encoded:
    """A request and its tokens."""

    request: Request
    tokens: list[int]
    thinks: bool
    """Whether the prompt ends inside an open thought."""


@dataclass
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
            messages = template_messages(
                request.conversation(), thoughts_of(str(self.tokenizer.chat_template)),
                one_call=self.tool_format == "llama",
            )  # fmt: skip
            arguments = dict(self.arguments)
            if request.tools:
                arguments["tools"] = [tool.schema() for tool in request.tools]
            prompt = self.tokenizer.apply_chat_template(
                messages, tokenize=False, add_generation_prompt=True, **arguments
            )
        else:
            prompt = sendable(request.plain_text())
        text = prompt + request.prefix
        tokens = list(self.tokenizer(text, add_special_tokens=not template)["input_ids"])
        return Encoded(request, tokens, template and prompt.rstrip().endswith(OPEN))

    @cached_property
    def tool_format(self) -> ToolFormat | None:
        """How the template writes tool calls; None where it takes no tools."""
        if not self.template or self.tokenizer.chat_template is None:
            return None
        return format_of(
            lambda messages, tools: self.tokenizer.apply_chat_template(
                messages, tools=tools or None, tokenize=False, **self.arguments
            )
        )

    def decode_calls(self, tokens: list[int]) -> str:
        """The text of an answer with the marks of its calls, which may be special tokens."""
        text = str(self.tokenizer.decode(tokens, skip_special_tokens=False))
        for token in self.tokenizer.all_special_tokens:
            if token not in MARKERS and token not in ANSWERS:
                text = text.replace(token, "")
        return text

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
