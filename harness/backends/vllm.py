"""`vllm/FOLDER-or-hub-id`: vLLM's engine in this process, without a server.

Requests are handed to the engine a few hundred at a time; each completion comes as soon as it is
finished, and every request has its own seed.
"""

import itertools
from collections.abc import Iterable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from ...sandbox.errors import UsageError
from ...sandbox.extras import needs
from ...tasks.hub import go_offline_if_unreachable
from .contract import Completion, FinishReason, Model, ModelIdentity, Request, Sampling
from .encoding import Encoded, Encoder
from .options import JsonObject
from .weights import fingerprint

with needs("vllm"):
    import vllm
    from vllm.inputs import tokens_input
    from vllm.sampling_params import RequestOutputKind

WAITING = 512
"""Requests in the engine at a time; it schedules as many of them together as memory allows."""
ENDINGS: dict[str, FinishReason] = {"stop": "stop", "length": "length", "repetition": "length"}
LARGEST_SEED = 2**63 - 1


class VllmModel:
    """A model in vLLM's engine."""

    continues = True

    def __init__(self, name: str, llm: Any, encoder: Encoder, logprobs: bool) -> None:
        """`llm` is a vllm.LLM."""
        self._llm = llm
        self._encoder = encoder
        self._logprobs = logprobs
        self._numbers = itertools.count()
        config = llm.llm_engine.model_config
        self.identity = ModelIdentity(
            name=f"vllm/{name}",
            backend="vllm",
            revision=fingerprint(Path(name)) or config.revision,
            seeded=False,  # seeds are kept, but the numerics depend on what is batched together
            details={"dtype": str(config.dtype).removeprefix("torch."),
                     "quantization": config.quantization, "vllm": version("vllm")},
        )  # fmt: skip

    @property
    def reusable(self) -> bool:
        """Whether an equal request of an earlier run has an equal answer: see evaluation/reuse."""
        return self.identity.revision is not None

    def generate(self, requests: Iterable[Request], sampling: Sampling) -> Iterator[Completion]:
        """Yield completions as they finish; see `Model.generate`."""
        pending = iter(requests)
        under_way: dict[str, Encoded] = {}
        engine = self._llm.llm_engine
        try:
            while True:
                yield from self._fill(pending, under_way, sampling)
                if not under_way:
                    return
                for output in engine.step():
                    if output.finished and output.request_id in under_way:
                        yield self._completion(under_way.pop(output.request_id), output)
        finally:
            if under_way:  # the caller has left
                engine.abort_request(list(under_way))

    def close(self) -> None:
        """Free the engine and its memory."""
        self._llm = None

    def _fill(
        self, pending: Iterator[Request], under_way: dict[str, Encoded], sampling: Sampling
    ) -> Iterator[Completion]:
        """Hand over requests until enough wait; yield those that cannot be answered."""
        if len(under_way) > WAITING // 2:
            return
        for request in itertools.islice(pending, WAITING - len(under_way)):
            encoded = self._encoder.encode(request)
            refusal = self._encoder.misfit(encoded)
            if refusal is not None:
                yield Completion(request, "", finish_reason="context_overflow", error=refusal)
                continue
            number = str(next(self._numbers))
            prompt = tokens_input(encoded.tokens)
            self._llm.llm_engine.add_request(number, prompt, self._parameters(encoded, sampling))
            under_way[number] = encoded

    def _parameters(self, encoded: Encoded, sampling: Sampling) -> Any:
        return vllm.SamplingParams(
            max_tokens=self._encoder.room(encoded, sampling.max_tokens),
            temperature=sampling.temperature,
            top_p=sampling.top_p,
            top_k=sampling.top_k,
            stop=list(sampling.stop),
            seed=encoded.request.seed & LARGEST_SEED,
            logprobs=0 if self._logprobs else None,  # 0: of the chosen tokens alone
            output_kind=RequestOutputKind.FINAL_ONLY,
        )

    def _completion(self, encoded: Encoded, output: Any) -> Completion:
        made = output.outputs[0]
        reason = ENDINGS.get(made.finish_reason)
        if reason is None:
            error = f"vLLM ended the answer with {made.finish_reason!r}"
            return Completion(encoded.request, "", finish_reason="error", error=error)
        return Completion(
            encoded.request,
            made.text,
            prompt_tokens=len(encoded.tokens),
            completion_tokens=len(made.token_ids),
            thinking_tokens=self._encoder.thinking(made.text, encoded, len(made.token_ids)),
            cached_tokens=output.num_cached_tokens,
            finish_reason=reason,
            logprobs=_chosen(made.token_ids, made.logprobs),
        )


def _chosen(tokens: Iterable[int], logprobs: Any) -> tuple[float, ...] | None:
    """The log-probability of each token of an answer, where they were asked for."""
    if logprobs is None:
        return None
    return tuple(place[token].logprob for token, place in zip(tokens, logprobs, strict=True))


class Options(BaseModel):
    """How the engine is built."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    dtype: str = Field(default="auto", description="Such as bfloat16.")
    quantization: str | None = Field(default=None, description="Such as fp8, awq or bitsandbytes.")
    tensor_parallel_size: int = Field(default=1, ge=1, le=1024, description="GPUs for one copy.")
    max_model_len: int | None = Field(default=None, ge=2, description="Longest sequence.")
    gpu_memory_utilization: float = Field(
        default=0.9, gt=0, le=1, description="Share of the GPU's memory that is taken."
    )
    trust_remote_code: bool = Field(default=False, description="Run the checkpoint's own code.")
    chat_template: bool = Field(default=True, description="Use the tokenizer's chat template.")
    chat_template_kwargs: JsonObject = Field(
        default_factory=dict, description="Arguments of the chat template, as JSON."
    )
    logprobs: bool = Field(default=False, description="Store log-probabilities.")
    engine: JsonObject = Field(
        default_factory=dict, description="Other arguments of vllm.LLM, as JSON."
    )


def open_model(name: str, options: Options) -> Model:
    """Open a model folder or a hub id. Raises UsageError when vLLM cannot load it here."""
    if not name:
        raise UsageError("model 'vllm/' has no name: write vllm/FOLDER or vllm/HUB-ID")
    unreachable = None if Path(name).exists() else go_offline_if_unreachable()
    ours = options.model_dump(
        exclude={"chat_template", "chat_template_kwargs", "logprobs", "engine"}, exclude_none=True
    )
    try:
        llm = vllm.LLM(model=name, **{**ours, **options.engine})
    except (OSError, ValueError, RuntimeError, TypeError, ImportError) as error:
        cause = f"it is no folder here, and {unreachable}" if unreachable else _first_line(error)
        raise UsageError(f"model 'vllm/{name}' cannot be loaded: {cause}") from error
    encoder = Encoder(
        llm.get_tokenizer(),
        llm.llm_engine.model_config.max_model_len,
        options.chat_template,
        options.chat_template_kwargs,
    )
    return VllmModel(name, llm, encoder, options.logprobs)


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0][:300]
