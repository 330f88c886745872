"""Forward and backward of next-token loss: ours against transformers', same weights and batch.

python benchmarks/model_training.py [--device cuda] [--batch 16] [--length 128]
"""

import statistics

import torch
from model_common import both, interleaved, parser, ratio, record, start
from torch.nn import functional as F


def main() -> None:
    arguments = parser(__doc__)
    arguments.add_argument("--batch", type=int, default=16)
    arguments.add_argument("--length", type=int, default=128)
    options = arguments.parse_args()
    dtype = start(options)
    ours, theirs = both(options.preset, options.device, dtype)
    theirs.train()
    shape = (options.batch, options.length)
    tokens = torch.randint(3, ours.config.vocab_size, shape, device=options.device)
    losses: dict[str, float] = {}

    def own_call() -> None:
        ours.zero_grad()
        logits = ours(tokens)[:, :-1].flatten(0, 1)
        loss = F.cross_entropy(logits.float(), tokens[:, 1:].flatten())
        loss.backward()
        losses["ours"] = loss.item()

    def their_call() -> None:
        theirs.zero_grad()
        loss = theirs(tokens, labels=tokens, use_cache=False).loss
        loss.backward()
        losses["transformers"] = loss.item()

    own_call()
    their_call()
    own, other = interleaved(own_call, their_call, options.repeats, options.device)
    count = tokens.numel()
    results = {
        "ratio": ratio(own, other),
        "ours_tokens_per_s": count / statistics.median(own),
        "transformers_tokens_per_s": count / statistics.median(other),
        "seconds": {"ours": own, "transformers": other},
        "loss": losses,
    }
    record("model_training", options, results)


if __name__ == "__main__":
    main()
