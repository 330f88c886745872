"""`bundled`, `bundled/STAGE`, `bundled/FOLDER`: the packaged model, a stage of it, a checkpoint.

The packaged earlier stages go by their names: "bundled/base", "bundled/cold".
"""

import hashlib
import itertools
from collections.abc import Iterable, Iterator
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from ...sandbox.errors import UsageError
from ...sandbox.extras import needs
from .contract import Completion, FinishReason, Model, ModelIdentity, Request, Sampling
from .packaged import find_checkpoint
from .servers.requests import sendable

with needs("model"):
    import torch

    from ..model import GenerationEngine, Rollout, SamplingParams, load_checkpoint

_REQUESTS_AT_ONCE = 1024


class BundledModel:
    """Answers from a checkpoint folder through the generation engine."""

    continues = True
    reusable = True

    def __init__(self, folder: str | Path | None = None, device: str | None = None) -> None:
        """`folder` is a checkpoint or the name of a packaged stage; None is the packaged model.

        Raises UsageError when there is no checkpoint, or it has no tokenizer.
        """
        path = find_checkpoint(folder)
        device = device or ("cuda" if torch.cuda.is_available() else "cpu")
        # bfloat16 is slow on most CPUs.
        dtype = torch.float32 if device == "cpu" else None
        model, self._tokenizer = load_checkpoint(path, device, dtype)
        if self._tokenizer is None:
            raise UsageError(f"{path}: tokenizer.json is missing")
        self._engine = GenerationEngine(
            model, self._tokenizer, slots=256 if device == "cpu" else 1024
        )
        self.identity = ModelIdentity(
            name="bundled" if folder is None else f"bundled/{folder}",
            backend="bundled",
            revision=_revision(path),
            seeded=True,
            details={"device": device, "dtype": str(model.dtype).removeprefix("torch.")},
        )

    def generate(self, requests: Iterable[Request], sampling: Sampling) -> Iterator[Completion]:
        """One completion per request, each as soon as its row is finished."""
        waiting = iter(requests)
        while batch := list(itertools.islice(waiting, _REQUESTS_AT_ONCE)):
            yield from self._generate(batch, sampling)

    def close(self) -> None:
        """Free the cache; the weights are freed with the object."""
        self._engine.reset()

    def _generate(self, requests: list[Request], sampling: Sampling) -> Iterator[Completion]:
        params = SamplingParams(
            max_tokens=sampling.max_tokens,
            temperature=sampling.temperature,
            top_p=sampling.top_p,
            top_k=sampling.top_k,
            stop=sampling.stop,
        )
        context = self._engine.model.config.max_position_embeddings
        fitting, prompts = [], []
        for request in requests:
            tokens = self._prompt(request)
            if len(tokens) < context:
                fitting.append(request)
                prompts.append(tokens)
                continue
            error = f"the prompt has {len(tokens)} tokens, the model's context {context}"
            yield Completion(
                request, "", len(tokens), finish_reason="context_overflow", error=error
            )
        # The engine prefills equal prompts (samples of one problem) once.
        seeds = [request.seed for request in fitting]
        for rollout in self._engine.stream(prompts, 1, params, seeds):
            index = rollout.prompt
            yield self._completion(fitting[index], len(prompts[index]), rollout, sampling)

    def _prompt(self, request: Request) -> list[int]:
        messages = [
            {"role": one.role, "content": sendable(one.content)} for one in request.conversation()
        ]
        template = self._tokenizer.apply_chat_template
        text = template(messages, add_generation_prompt=True, tokenize=False)
        tokens: list[int] = self._tokenizer.encode(text, add_special_tokens=False)
        if request.prefix:
            tokens += self._tokenizer.encode(request.prefix, add_special_tokens=False)
        return tokens

    def _completion(
        self, request: Request, prompt_tokens: int, rollout: Rollout, sampling: Sampling
    ) -> Completion:
        text = self._tokenizer.decode(rollout.tokens, skip_special_tokens=True)
        cuts = [text.find(stop) for stop in sampling.stop if stop in text]
        reason: FinishReason = rollout.finish_reason
        close = self._tokenizer.convert_tokens_to_ids("</think>")
        thinking = rollout.tokens.index(close) + 1 if close in rollout.tokens else None
        return Completion(
            request,
            text[: min(cuts)] if cuts else text,
            prompt_tokens=prompt_tokens,
            completion_tokens=len(rollout.tokens),
            thinking_tokens=thinking,
            finish_reason=reason,
        )


class Options(BaseModel):
    """Where the model runs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    device: str | None = Field(default=None, description="Such as cuda or cpu.")


def open_model(name: str, options: Options) -> Model:
    """Open the packaged model, a packaged stage or the folder `name`. Raises UsageError."""
    return BundledModel(name or None, options.device)


def _revision(folder: Path) -> str:
    """A hash of the weights and the tokenizer."""
    digest = hashlib.sha256()
    for path in [*sorted(folder.glob("*.safetensors")), folder / "tokenizer.json"]:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
