"""Measure how far a completion is independent of its batch: the same rows in other batch shapes.

    python benchmarks/model_determinism.py [--checkpoint FOLDER] [--rows 256]

Every row keeps its prompt, settings and seed; the number of slots changes, and with it the shape
of every matrix product. Of each row, only the first different token counts, out of all tokens
drawn up to there, because the rest of the row differs as a consequence.
"""

import torch
from assay.harness.model import (
    GenerationEngine,
    LanguageModel,
    ModelConfig,
    SamplingParams,
    load_checkpoint,
)
from model_common import parser, record, start


def main() -> None:
    arguments = parser(__doc__)
    arguments.add_argument("--checkpoint", help="a folder; without it random weights of --preset")
    arguments.add_argument("--rows", type=int, default=256)
    arguments.add_argument("--new", type=int, default=96)
    arguments.add_argument("--slots", type=int, nargs="+", default=[256, 100, 32])
    options = arguments.parse_args()
    dtype = start(options)
    if options.checkpoint:
        model, _ = load_checkpoint(options.checkpoint, options.device, dtype)
    else:
        model = LanguageModel(ModelConfig.preset(options.preset)).to(options.device, dtype)
    asked = torch.randint(3, model.config.vocab_size, (options.rows, 24)).tolist()
    sampling = SamplingParams(max_tokens=options.new)
    runs = {}
    for slots in [*options.slots, options.slots[0]]:
        engine = GenerationEngine(model, slots=slots, end_tokens=())
        found = [rollout.tokens for rollout in engine.generate(asked, 1, sampling, seed=1)]
        if slots not in runs:
            runs[slots] = found
    first = runs[options.slots[0]]
    results = {"repeated call equal": found == first}
    for slots, other in runs.items():
        agreed = [
            next((i for i, (x, y) in enumerate(zip(a, b, strict=True)) if x != y), None)
            for a, b in zip(first, other, strict=True)
        ]
        drawn = sum(options.new if at is None else at + 1 for at in agreed)
        tipped = sum(at is not None for at in agreed)
        results[f"{slots} slots"] = {"tokens": drawn, "tipped": tipped, "rate": tipped / drawn}
    record("model_determinism", options, results)


if __name__ == "__main__":
    main()
