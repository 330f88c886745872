"""Continuous batching by transformers: a finished sequence frees its slot for the next prompt.

Padded batches run until their longest completion ends. Here all running sequences share one
forward pass and a paged cache (Kwon et al. 2023, "Efficient Memory Management for Large Language
Model Serving with PagedAttention"). The manager of transformers schedules in its own thread. This
module adds what it lacks: stop strings, a cache sized for the requests, and a trial run that
checks whether the model supports it.
"""

import importlib.util
import logging
import math
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import torch

PAGE = 256
"""Tokens in a page of the cache; flash attention reads no other size."""
SLACK = 1.25
"""Pages above the need: below 15% of free ones the scheduler holds new prompts back."""
PREFILL = {"cpu": 512}
"""Tokens of one forward pass; without flash attention its mask takes that times the cache."""
PREFILL_ELSEWHERE = 4096
TRIED, SLOTS, NEW = (5, 12, 3), 2, 4
"""The trial: lengths of its prompts, how many at a time, new tokens of each."""
POLL_SECONDS = 0.2
HALF = (torch.float16, torch.bfloat16)

# What goes wrong comes back with the answers.
logging.getLogger("ContinuousBatchingLogger").setLevel(logging.CRITICAL)


@dataclass(frozen=True, slots=True)
class Prompt:
    """A tokenized prompt and its token limit."""

    tokens: list[int]
    max_tokens: int


@dataclass(frozen=True, slots=True)
class Generation:
    """The new tokens of prompt `number`, including an end token, or the error."""

    number: int
    tokens: list[int]
    error: str | None = None
    logprobs: Sequence[float] = ()
    """Of the tokens, where `Serving.logprobs` asks for them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """How to generate for a list of prompts."""

    slots: int
    """Sequences that run at once."""
    seed: int
    ends: frozenset[int]
    """Tokens that end a completion."""
    stopped: Callable[[list[int]], bool] | None = None
    """Whether the tokens contain a stop string; called after each token."""
    logprobs: bool = False


def stream(
    model: Any, config: Any, prompts: Sequence[Prompt], serving: Serving
) -> Iterator[Generation]:
    """Yield one generation per prompt, as each finishes; `config` is a GenerationConfig.

    All prompts are handed over before the first step, so that the same list is scheduled, and
    sampled, in the same way again; only ends at stop strings depend on the thread's timing.
    """
    with _fastest_attention(model):
        try:
            manager = _manager(model, config, prompts, serving)
        except (MemoryError, RuntimeError) as full:
            for number in range(len(prompts)):
                yield Generation(number, [], f"no room for the cache: {_one_line(full)}")
            return
        try:
            manager.start()
            yield from _generations(manager, len(prompts), serving.stopped)
        finally:
            # Also where the caller leaves early: at Ctrl-C the thread must not keep running alone.
            manager.stop(block=True, hard_stop=True)
            manager.destroy()


def refusal(model: Any, config: Any) -> str | None:
    """Why continuous batching does not serve this model, in one line; None where it does.

    `config` is a GenerationConfig that samples. Tried out on three short prompts, whose
    probabilities must be those of a plain forward pass.
    """
    if not hasattr(model, "init_continuous_batching") or _config_class() is None:
        return "this version of transformers does not offer it"
    if model.device.type == "cpu" and importlib.util.find_spec("psutil") is None:
        return "on a CPU it needs the package psutil"
    try:
        return _left_out(model, config) or _mistake(model, config)
    except Exception as error:  # whatever this model's code does with a paged cache
        return f"tried, it fails: {type(error).__name__}: {_one_line(error)}"


def flash_attention(model: Any) -> str | None:
    """The kind of flash attention that is installed for this model; None where there is none.

    Without it the cost of attention grows with the number of sequences under way.
    """
    if model.device.type == "cpu" or model.dtype not in HALF or not model._supports_flash_attn:
        return None
    from transformers.utils.import_utils import is_flash_attn_2_available, is_flash_attn_3_available

    if is_flash_attn_3_available():
        return "flash_attention_3"
    return "flash_attention_2" if is_flash_attn_2_available() else None


@contextmanager
def _fastest_attention(model: Any) -> Iterator[None]:
    """Flash attention for the time being, where it is installed: transformers' own switch might
    fetch it from a hub.
    """
    before, better = model.config._attn_implementation, flash_attention(model)
    if better is None or before.startswith("flash"):
        yield
        return
    model.set_attn_implementation(better)
    try:
        yield
    finally:
        model.set_attn_implementation(before)


def _manager(model: Any, config: Any, prompts: Sequence[Prompt], serving: Serving) -> Any:
    """A manager that knows all prompts; with half the slots, and again half, where memory ends."""
    slots = min(serving.slots, len(prompts))
    while True:
        manager = model.init_continuous_batching(
            generation_config=deepcopy(config),
            continuous_batching_config=_settings(model, prompts, serving, slots),
        )
        try:
            manager.warmup()  # reserves the cache
        except (MemoryError, torch.OutOfMemoryError):
            manager.destroy()
            if slots == 1:
                raise
            slots //= 2
            continue
        for number, prompt in enumerate(prompts):
            manager.add_request(
                prompt.tokens,
                request_id=str(number),
                max_new_tokens=prompt.max_tokens,
                streaming=serving.stopped is not None,
                eos_token_id=sorted(serving.ends) or -1,
            )
        return manager


def _settings(model: Any, prompts: Sequence[Prompt], serving: Serving, slots: int) -> Any:
    """Room for the longest sequences that can be under way together."""
    pages = sorted(
        (math.ceil((len(prompt.tokens) + prompt.max_tokens) / PAGE) for prompt in prompts),
        reverse=True,
    )
    config_class = _config_class()
    assert config_class is not None
    return config_class(
        page_size=PAGE,
        # One more: a prompt may be on its way in while every slot is taken.
        num_blocks=math.ceil(SLACK * sum(pages[: slots + 1])) + 1,
        max_batch_tokens=max(slots, PREFILL.get(model.device.type, PREFILL_ELSEWHERE)),
        max_requests_per_batch=slots,
        return_logprobs=serving.logprobs,
        seed=serving.seed % 2**63,
        auto_switch_to_flash=False,
    )


def _generations(
    manager: Any, count: int, stopped: Callable[[list[int]], bool] | None
) -> Iterator[Generation]:
    """One answer for each of `count` prompts, whatever becomes of the manager's thread."""
    waiting = set(range(count))
    for output in _outputs(manager):
        number = int(output.request_id)
        if number not in waiting:  # stopped by us a few tokens ago
            continue
        if not output.is_finished():
            if stopped is None or not stopped(output.generated_tokens):
                continue
            manager.cancel_request(output.request_id)
        waiting.remove(number)
        error = None if output.error is None else _one_line(output.error)
        yield Generation(number, output.generated_tokens, error, output.logprobs)
        if not waiting:
            return
    for number in sorted(waiting):
        yield Generation(number, [], f"generation broke off: {_cause(manager)}")


def _outputs(manager: Any) -> Iterator[Any]:
    """What the manager hands over, until its thread has ended and nothing is left."""
    while True:
        running = manager.is_running()
        output = manager.get_result(timeout=POLL_SECONDS)
        if output is not None:
            yield output
        elif not running:
            return


def _left_out(model: Any, config: Any) -> str | None:
    """What the checkpoint's generation settings ask for and continuous batching would drop."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of being asked without a prompt
        processors = model._get_logits_processor(config)
    dropped = {
        type(processor).__name__
        for processor in processors
        if not getattr(processor, "supports_continuous_batching", None)
    }
    if (config.num_beams or 1) > 1:
        dropped.add("beam search")
    if config.stop_strings:
        dropped.add("stop_strings")
    if not dropped:
        return None
    return f"the model's generation_config asks for {', '.join(sorted(dropped))}"


@torch.no_grad()
def _mistake(model: Any, config: Any) -> str | None:
    """Where a trial's log-probabilities differ from a plain forward pass over the same tokens."""
    greedy = deepcopy(config)
    greedy.update(do_sample=False, temperature=None, top_p=None, top_k=None)
    size = model.config.get_text_config().vocab_size
    prompts = [
        Prompt([(7 + 13 * place + number) % size for place in range(length)], NEW)
        for number, length in enumerate(TRIED)
    ]
    serving = Serving(slots=SLOTS, seed=0, ends=frozenset(), logprobs=True)
    tolerance = 0.5 if model.dtype in HALF else 1e-2
    # All of them first: until the stream ends the model may have another kind of attention.
    for generation in list(stream(model, greedy, prompts, serving)):
        if generation.error is not None:
            return f"tried, it fails: {generation.error}"
        prompt = prompts[generation.number].tokens
        tokens_T = torch.tensor([prompt + generation.tokens[:-1]], device=model.device)
        logits_NV = model(input_ids=tokens_T).logits[0, len(prompt) - 1 :].float()
        chosen_N1 = torch.tensor(generation.tokens, device=model.device).unsqueeze(-1)
        expected_N = logits_NV.log_softmax(-1).gather(-1, chosen_N1).squeeze(-1)
        got_N = torch.tensor(generation.logprobs, device=model.device)
        apart = (expected_N - got_N).abs().max().item()
        if not apart <= tolerance:
            return f"tried, its log-probabilities are off by {apart:.3g}"
    return None


def _config_class() -> Any:
    """transformers' class of settings; None in versions that have none."""
    import transformers

    return getattr(transformers, "ContinuousBatchingConfig", None)


def _cause(manager: Any) -> str:
    fatal = manager.background_thread_status.fatal_error
    return "its thread ended" if fatal is None else _one_line(fatal)


def _one_line(error: object) -> str:
    return " ".join(str(error).split())[:300]
