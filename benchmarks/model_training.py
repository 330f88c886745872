"""Compare forward and backward of the next-token loss with transformers: same weights and batch.

    python benchmarks/model_training.py [--device cuda] [--preset small] [--shapes 16x128 16x256]

Both sides run alternately on the same rows. In a packed shape, each row holds several documents
that must not attend to each other; transformers gets the mask and positions for it. The floor of
a side is the FLOPs of its own matrix products at the measured matmul rate.
"""

import statistics
from argparse import Namespace
from collections.abc import Callable
from typing import Any

import torch
from assay.harness.model import LanguageModel, language_losses
from assay.harness.model.network import document_positions
from model_common import both, interleaved, matmul_rate, parser, product_flops, ratio, record, start
from torch import Tensor
from torch.nn import functional as F


def documents(shape: tuple[int, int]) -> Tensor:
    """Segment numbers of rows packed with documents of 20 to 99 tokens."""
    rows = []
    for _ in range(shape[0]):
        lengths = torch.randint(20, 100, (shape[1] // 20 + 1,))
        numbers = torch.arange(1, len(lengths) + 1).repeat_interleave(lengths)
        rows.append(numbers[: shape[1]])
    return torch.stack(rows)


def our_step(model: LanguageModel, tokens: Tensor, segments: Tensor | None) -> Callable[[], float]:
    def step() -> float:
        model.zero_grad()
        loss, _ = language_losses(model.forward_train(tokens, segments), tokens, segments)
        loss.backward()
        return loss.item()

    return step


def their_step(model: Any, tokens: Tensor, segments: Tensor | None) -> Callable[[], float]:
    def step() -> float:
        model.zero_grad()
        labels, places = tokens, {}
        if segments is not None:
            same = segments[:, None] == segments[:, :, None]
            opened = same & torch.ones_like(same[0]).tril()
            closed = torch.zeros(opened.shape, dtype=model.dtype, device=model.device)
            closed = closed.masked_fill_(~opened, torch.finfo(model.dtype).min)
            places = {
                "attention_mask": closed.unsqueeze(1),
                "position_ids": document_positions(segments),
            }
            follows = F.pad(segments[:, 1:] == segments[:, :-1], (1, 0), value=False)
            labels = torch.where(follows, tokens, -100)
        loss = model(tokens, labels=labels, use_cache=False, **places).loss
        loss.backward()
        return loss.item()

    return step


def compare(ours: LanguageModel, theirs: Any, name: str, options: Namespace, rate: float) -> dict:
    packed = name.endswith("packed")
    rows, length = (int(x) for x in name.removesuffix("packed").split("x"))
    tokens = torch.randint(3, ours.config.vocab_size, (rows, length), device=options.device)
    segments = documents((rows, length)).to(options.device) if packed else None
    steps = our_step(ours, tokens, segments), their_step(theirs, tokens, segments)
    losses = [step() for step in steps]
    own, other = interleaved(*steps, options.repeats, options.device)
    result = {"ratio": ratio(own, other)}
    for side, step, times, loss in zip(
        ("ours", "transformers"), steps, (own, other), losses, strict=True
    ):
        flops = product_flops(step)
        middle = statistics.median(times)
        result[side] = {
            "tokens_per_s": tokens.numel() / middle,
            "seconds": times,
            "loss": loss,
            "product_gflop": flops / 1e9,
            "floor_seconds": flops / rate,
            "times_the_floor": middle * rate / flops,
        }
    # The ratio if our matrix products ran at the floor and everything else took no time.
    result["ratio_at_our_floor"] = statistics.median(other) / result["ours"]["floor_seconds"]
    return result


def main() -> None:
    arguments = parser(__doc__)
    arguments.add_argument(
        "--shapes", nargs="+", default=["16x128", "16x128packed", "16x256", "16x256packed"],
        help="rows x tokens, with 'packed' behind for documents packed into rows",
    )  # fmt: skip
    options = arguments.parse_args()
    dtype = start(options)
    ours, theirs = both(options.preset, options.device, dtype)
    theirs.train()
    rate = matmul_rate(options.device, dtype)
    results = {"matmul_gflops": rate / 1e9}
    for name in options.shapes:
        results[name] = compare(ours, theirs, name, options, rate)
    record("model_training" + ("" if options.preset == "nano" else f"_{options.preset}"),
           options, results)  # fmt: skip


if __name__ == "__main__":
    main()
