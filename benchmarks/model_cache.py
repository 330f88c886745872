"""Compare the cache's bytes per token, measured on the tensors, with the formulas.

python benchmarks/model_cache.py
"""

import torch
from assay.harness.model import LanguageModel, ModelConfig
from assay.harness.model.accounting import latent_cache_bytes, multi_head_cache_bytes
from assay.harness.model.cache import LatentCache
from model_common import both, parser, record, start


def their_bytes(model, rows: int, tokens: int) -> float:
    """Bytes per token and row in the cache that transformers returns."""
    batch = torch.randint(3, model.config.vocab_size, (rows, tokens), device=model.device)
    with torch.no_grad():
        cache = model(batch, use_cache=True).past_key_values
    held = sum(layer.keys.nbytes + layer.values.nbytes for layer in cache.layers)
    return held / (rows * tokens)


def main() -> None:
    options = parser(__doc__).parse_args()
    dtype = start(options)
    bits = torch.finfo(dtype).bits
    results = {}
    for preset in ("nano", "small"):
        ours, theirs = both(preset, options.device, dtype)
        assert isinstance(ours, LanguageModel)
        cache = LatentCache(ours.config, 4, 64, options.device, dtype)
        formula = latent_cache_bytes(ours.config, bits)
        heads = multi_head_cache_bytes(ours.config, bits)
        results[preset] = {
            "measured_bytes_per_token": cache.bytes_per_token,
            "formula": formula,
            "equal": cache.bytes_per_token == formula,
            "multi_head_attention": heads,
            "below_multi_head_percent": 100 * (1 - cache.bytes_per_token / heads),
            "transformers_measured": their_bytes(theirs, 4, 64),
        }
    third = ModelConfig.preset("deepseek-v3")
    results["deepseek-v3, bfloat16, by formula"] = {
        "latent": latent_cache_bytes(third),
        "multi_head_attention": multi_head_cache_bytes(third),
        "below_multi_head_percent": 100
        * (1 - latent_cache_bytes(third) / multi_head_cache_bytes(third)),
    }
    record("model_cache", options, results)


if __name__ == "__main__":
    main()
