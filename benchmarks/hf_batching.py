"""Compare padded and continuous batches of the hf backend on the same greedy answers.

    python benchmarks/hf_batching.py [--threads 2] [--device cuda]
    python benchmarks/hf_batching.py --model SmolLM2-135M-Instruct.Q4_1.gguf --name smollm2

There are two loads. In `mixed`, some answers end after a few tokens and some reach the limit, as
with real questions of different kinds. In `even`, all answers reach the limit, so continuous
batching has nothing to gain. The model is a Llama with random weights, for which a share of the
vocabulary ends an answer; with `--model` it is a real one, asked for a word and for a story. The
two sides run alternately; a ratio above 1 means that continuous batches are faster.
"""

import argparse
import statistics
from collections.abc import Callable, Iterator
from typing import Any

import torch
from assay.harness.backends import load_model
from assay.harness.backends.contract import Completion, Request, Sampling
from assay.harness.backends.hf import HfModel
from assay.tasks import Problem
from model_common import interleaved, ratio, record, start
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

VOCABULARY = 8192
SIDES = ("continuous", "padded")


class _Named:
    name = "named"


def random_model(options: argparse.Namespace, dtype: torch.dtype) -> HfModel:
    """A Llama of 30 million parameters whose tokens are the words w0, w1, ..."""
    words = {"<pad>": 0, "<eos>": 1} | {f"w{i}": i for i in range(2, VOCABULARY)}
    raw = Tokenizer(models.WordLevel(words, unk_token="<pad>"))
    raw.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=raw, pad_token="<pad>", eos_token="<eos>")
    config = LlamaConfig(
        vocab_size=VOCABULARY, hidden_size=512, intermediate_size=1408, num_hidden_layers=8,
        num_attention_heads=8, num_key_value_heads=2, max_position_embeddings=2048,
        initializer_range=0.1, eos_token_id=1, pad_token_id=0,
    )  # fmt: skip
    model = LlamaForCausalLM(config).to(options.device, dtype).eval()
    return HfModel("random", model, tokenizer, options.batch_size)


def random_prompts(count: int) -> list[str]:
    """Of 10 to 80 words each."""
    lengths = torch.randint(10, 81, (count,)).tolist()
    return [
        " ".join(f"w{word}" for word in torch.randint(2, VOCABULARY, (length,)).tolist())
        for length in lengths
    ]


def real_prompts(count: int) -> list[str]:
    """Three in four ask for a word, one in four for a story."""
    return [
        f"Write a long story about a town with {number} bridges."
        if number % 4 == 0
        else f"What is {number} plus {number + 3}? Answer with the number alone."
        for number in range(count)
    ]


def requests(prompts: list[str]) -> Iterator[Request]:
    for number, prompt in enumerate(prompts):
        yield Request(_Named(), Problem(str(number), "named", prompt, ""), 0, number)  # type: ignore[arg-type]


def side(
    model: HfModel, batching: Any, prompts: list[str], tokens: int, found: dict[str, Any]
) -> Callable[[], None]:
    """A call that answers every prompt and leaves the answers in `found`."""

    def call() -> None:
        model.batching = batching
        answers: list[Completion] = list(
            model.generate(requests(prompts), Sampling(max_tokens=tokens))
        )
        assert all(answer.error is None for answer in answers), answers
        found[batching] = {answer.request.problem.id: answer for answer in answers}
        assert len(found[batching]) == len(answers) == len(prompts)

    return call


def measure(model: HfModel, prompts: list[str], options: argparse.Namespace) -> dict[str, Any]:
    """Alternate both sides: times, their ratio, the lengths, and how many completions differ."""
    found: dict[str, Any] = {}
    calls = [side(model, one, prompts, options.tokens, found) for one in SIDES]
    for one in SIDES:  # warms up
        side(model, one, prompts[: options.batch_size], 4, {})()
    seconds = interleaved(*calls, options.repeats, options.device)
    lengths = sorted(answer.completion_tokens for answer in found["padded"].values())
    differing = sum(
        found["padded"][key].text != found["continuous"][key].text for key in found["padded"]
    )
    return {
        "ratio": ratio(*seconds),
        **{f"{one}_seconds": times for one, times in zip(SIDES, seconds, strict=True)},
        "requests": len(prompts),
        "differing_answers": differing,
        "tokens": {
            "mean": statistics.mean(lengths), "median": statistics.median(lengths),
            "at_the_limit": sum(length == options.tokens for length in lengths) / len(lengths),
        },
    }  # fmt: skip


def main() -> None:
    """Measure the two loads, print, write the file."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--device", default="cpu", help="cpu or cuda")
    arguments.add_argument("--threads", type=int, default=1)
    arguments.add_argument("--repeats", type=int, default=3)
    arguments.add_argument("--seed", type=int, default=0)
    arguments.add_argument("--model", help="a model for hf/ in place of random weights")
    arguments.add_argument("--name", help="added to the name of the file")
    arguments.add_argument("--requests", type=int, default=96)
    arguments.add_argument("--batch-size", type=int, default=16)
    arguments.add_argument("--tokens", type=int, default=192, help="the longest answer")
    arguments.add_argument("--ends", type=float, default=0.02, help="share of end tokens")
    options = arguments.parse_args()
    dtype = start(options)
    results: dict[str, Any] = {}
    if options.model:
        model: Any = load_model(
            f"hf/{options.model}", device=options.device, batch_size=options.batch_size,
            batching="continuous",
        )  # fmt: skip
        results["mixed"] = measure(model, real_prompts(options.requests), options)
    else:
        model, prompts = random_model(options, dtype), random_prompts(options.requests)
        ends = torch.randperm(VOCABULARY - 2)[: int(options.ends * VOCABULARY)] + 2
        model.model.generation_config.eos_token_id = [1, *ends.tolist()]
        results["mixed"] = measure(model, prompts, options)
        model.model.generation_config.eos_token_id = 1
        results["even"] = measure(model, prompts, options)
    name = "hf_batching" if options.name is None else f"hf_batching_{options.name}"
    record(name, options, results)


if __name__ == "__main__":
    main()
