"""Compare rollouts of the engine and of transformers' generate, alternately, on the same weights.

    python benchmarks/model_generation.py [--device cuda] [--rows 64 256]

Groups of 16 of each 48-token prompt, 128 new tokens each, temperature 1. The distance to the
floor is the time of a step divided by the larger of two times: its FLOPs at the measured matmul
rate, and the bytes of weights and cache at the measured bandwidth.
"""

import statistics

import torch
from assay.harness.model import GenerationEngine, SamplingParams
from assay.harness.model.accounting import count_parameters, latent_cache_bytes
from model_common import (
    both,
    copy_bandwidth,
    interleaved,
    matmul_rate,
    parser,
    ratio,
    record,
    start,
)

GROUP = 16


def floor_seconds(config, rows: int, prompt: int, new: int, rates: tuple[float, float], width: int):
    """The least time of an average step: (by FLOPs, by bytes)."""
    counts = count_parameters(config)
    context = prompt + new / 2
    per_row = 2 * (counts.active - config.vocab_size * config.hidden_size)
    attention = (
        2
        * config.num_hidden_layers
        * config.num_attention_heads
        * context
        * (config.latent_dim + config.kv_lora_rank)
    )
    flops = rows * (per_row + attention)
    # The rows of a group share their prompt, so its latents need to be read once only.
    tokens = rows * new / 2 + rows / GROUP * prompt
    moved = counts.total * width + tokens * latent_cache_bytes(config, 8 * width)
    return flops / rates[0], moved / rates[1]


def main() -> None:
    arguments = parser(__doc__)
    arguments.add_argument("--rows", type=int, nargs="+", default=[64, 256])
    arguments.add_argument("--prompt", type=int, default=48)
    arguments.add_argument("--new", type=int, default=128)
    options = arguments.parse_args()
    dtype = start(options)
    ours, theirs = both(options.preset, options.device, dtype)
    config = ours.config
    rates = (matmul_rate(options.device, dtype), copy_bandwidth(options.device))
    width = torch.finfo(dtype).bits // 8
    results = {"matmul_gflops": rates[0] / 1e9, "bandwidth_gb_s": rates[1] / 1e9}
    for rows in options.rows:
        engine = GenerationEngine(ours, slots=rows, end_tokens=())
        prompts = torch.randint(3, config.vocab_size, (rows // GROUP, options.prompt))
        asked = prompts.tolist()
        batch = prompts.repeat_interleave(GROUP, dim=0).to(options.device)

        def engine_call(count=options.new, engine=engine, asked=asked):
            found = engine.generate(asked, GROUP, SamplingParams(max_tokens=count))
            assert all(len(rollout.tokens) == count for rollout in found)

        def their_call(count=options.new, batch=batch):
            with torch.no_grad():
                found = theirs.generate(
                    batch,
                    attention_mask=torch.ones_like(batch),
                    do_sample=True,
                    temperature=1.0,
                    top_k=0,
                    max_new_tokens=count,
                    min_new_tokens=count,
                    pad_token_id=0,
                )
            assert found.shape[1] == options.prompt + count

        # The engine's first call captures graphs for every length: let it see them all.
        engine_call(options.new if options.device == "cuda" else 4)
        their_call(4)
        own, other = interleaved(engine_call, their_call, options.repeats, options.device)
        tokens = rows * options.new
        floors = floor_seconds(config, rows, options.prompt, options.new, rates, width)
        step = statistics.median(own) / options.new
        results[f"{rows} rows"] = {
            "ours_tokens_per_s": tokens / statistics.median(own),
            "transformers_tokens_per_s": tokens / statistics.median(other),
            "ratio": ratio(own, other),
            "seconds": {"ours": own, "transformers": other},
            "step_ms": 1e3 * step,
            "floor_ms": {"flops": 1e3 * floors[0], "bytes": 1e3 * floors[1]},
            "times_the_floor": step / max(floors),
        }
    record("model_generation", options, results)


if __name__ == "__main__":
    main()
