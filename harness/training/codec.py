"""Text to tokens and back, the same for training, rollouts and evaluation."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...sandbox.errors import UsageError
from ...tasks.hub import go_offline_if_unreachable


@dataclass(frozen=True, slots=True)
class Codec:
    """A tokenizer with its chat format. Another process can load it from `source`."""

    tokenizer: Any
    source: str
    end: int
    """The token that ends a completion."""

    def prompt(self, text: str) -> list[int]:
        """The token ids of a prompt, up to where the completion begins."""
        from ..model import chat_prompt

        if getattr(self.tokenizer, "chat_template", None):
            return list(chat_prompt(self.tokenizer, text))
        return list(self.tokenizer.encode(text + "\n"))

    def completion(self, text: str) -> list[int]:
        """The token ids of a finished completion, with the end token."""
        ids = self.tokenizer.encode(text, add_special_tokens=False)
        return [*ids, self.end]

    def following(self, text: str) -> list[int]:
        """The token ids of a user's message after a finished completion, up to the next answer.

        What the chat template puts between the end token and the message is among them. Raises
        UsageError for a template that does not keep a conversation's beginning as it is.
        """
        if not getattr(self.tokenizer, "chat_template", None):
            return list(self.tokenizer.encode(f"\n{text}\n", add_special_tokens=False))
        said = [{"role": "user", "content": "?"}, {"role": "assistant", "content": "!"}]
        asked = [*said, {"role": "user", "content": text}]
        template = self.tokenizer.apply_chat_template
        before = template(said, tokenize=False)
        whole = template(asked, tokenize=False, add_generation_prompt=True)
        end = self.tokenizer.convert_ids_to_tokens(self.end)
        if not whole.startswith(before) or end not in before:
            raise UsageError(
                f"the chat template of {self.source} changes earlier messages, or does not end "
                f"them with {end}: its conversations cannot be trained on"
            )
        begin = before.rindex(end) + len(end)
        return list(self.tokenizer.encode(whole[begin:], add_special_tokens=False))

    def decode(self, ids: list[int]) -> str:
        """The text of a completion, without end and padding tokens."""
        kept = ids[:-1] if ids and ids[-1] == self.end else ids
        return str(self.tokenizer.decode(kept, skip_special_tokens=False))

    @property
    def hash(self) -> str:
        """sha256 of the vocabulary and the chat template."""
        backend = getattr(self.tokenizer, "backend_tokenizer", None)
        text = backend.to_str() if backend is not None else str(self.tokenizer.get_vocab())
        template = str(getattr(self.tokenizer, "chat_template", ""))
        return hashlib.sha256((text + template).encode()).hexdigest()


def wrap(tokenizer: Any, source: str) -> Codec:
    """The codec of a transformers tokenizer. Raises UsageError when it has no end token."""
    if tokenizer.eos_token_id is None:
        raise UsageError(f"the tokenizer of {source} has no end-of-sequence token")
    return Codec(tokenizer, source, int(tokenizer.eos_token_id))


def load_codec(source: str) -> Codec:
    """The codec of a tokenizer folder or a model on the hub. Raises UsageError."""
    from transformers import AutoTokenizer

    unreachable = None if Path(source).exists() else go_offline_if_unreachable()
    try:
        tokenizer = AutoTokenizer.from_pretrained(source)
    except (OSError, ValueError) as error:
        reason = unreachable or str(error).partition("\n")[0]
        raise UsageError(f"no tokenizer in {source!r}: {reason}") from None
    return wrap(tokenizer, source)


def save_codec(tokenizer: Any, folder: Path) -> Codec:
    """Save a tokenizer; returns its codec."""
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save_pretrained(str(folder))
    return wrap(tokenizer, str(folder))
