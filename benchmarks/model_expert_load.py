"""Measure the expert load of a trained checkpoint: how evenly each layer's experts are used.

    python benchmarks/model_expert_load.py [CHECKPOINT] [--problems 60] [--floor 2.0]

Prompts and gold answers of generated problems (the test split) go through the model,
without padding. For each layer: the tokens of the busiest expert, and of the idlest, divided by
the mean. The experts are balanced if no layer's first number reaches `--floor`.
"""

from typing import Any

import torch
from assay.harness.backends.packaged import PACKAGED
from assay.harness.model import chat_prompt, load_checkpoint
from assay.tasks import load
from model_common import parser, record, start

SUITES = (
    "arithmetic", "linear_equations", "modular", "sequences", "word_problems", "unit_conversion",
    "function_synthesis", "output_prediction", "bug_fixing", "boolean_circuits",
    "object_tracking", "ordering", "automaton", "truth_teller_webs", "knights_and_knaves",
)  # fmt: skip


def token_rows(tokenizer: Any, suites: list[str], problems: int, context: int) -> list[list[int]]:
    """Prompt, gold answer and end of each problem that fits the context."""
    rows = []
    for name in suites:
        suite = load(name, split="test", difficulty=1, seed=0, size=problems)
        for problem in suite:
            answer = tokenizer.encode(suite.gold(problem), add_special_tokens=False)
            row = [*chat_prompt(tokenizer, problem.prompt), *answer, tokenizer.eos_token_id]
            if len(row) <= context:
                rows.append(row)
    return rows


@torch.no_grad()
def expert_load(model: Any, rows: list[list[int]], batch: int = 32) -> torch.Tensor:
    """Tokens per layer and expert (M, E) over all rows."""
    total = None
    rows = sorted(rows, key=len)
    for first in range(0, len(rows), batch):
        part = rows[first : first + batch]
        width = max(len(row) for row in part)
        tokens = torch.tensor([[*row, *[0] * (width - len(row))] for row in part])
        segments = torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in part])
        load_ME = model.forward_train(tokens, segments).load_ME
        total = load_ME if total is None else total + load_ME
    assert total is not None
    return total


def main() -> None:
    arguments = parser(__doc__)
    arguments.add_argument("checkpoint", nargs="?", default=str(PACKAGED), help="a folder")
    arguments.add_argument("--problems", type=int, default=60, help="of each suite")
    arguments.add_argument("--suites", nargs="+", default=list(SUITES))
    arguments.add_argument("--floor", type=float, default=2.0)
    options = arguments.parse_args()
    start(options)
    model, tokenizer = load_checkpoint(options.checkpoint, dtype=torch.float32)
    context = model.config.max_position_embeddings
    rows = token_rows(tokenizer, options.suites, options.problems, context)
    load_ME = expert_load(model, rows).double()
    mean_M = load_ME.mean(dim=1)
    most_M, least_M = load_ME.max(dim=1).values / mean_M, load_ME.min(dim=1).values / mean_M
    first = model.config.first_k_dense_replace
    print(f"{'layer':>6} {'max/mean':>9} {'min/mean':>9}")
    layers = []
    for index, (most, least) in enumerate(zip(most_M.tolist(), least_M.tolist(), strict=True)):
        print(f"{first + index:>6} {most:>9.3f} {least:>9.3f}")
        layers.append({"layer": first + index, "max_over_mean": most, "min_over_mean": least,
                       "tokens": load_ME[index].long().tolist()})  # fmt: skip
    options.checkpoint = "packaged" if options.checkpoint == str(PACKAGED) else options.checkpoint
    record("model_expert_load", options, {
        "rows": len(rows), "tokens": sum(map(len, rows)), "layers": layers,
        "below_floor": bool((most_M < options.floor).all()),
    })  # fmt: skip


if __name__ == "__main__":
    main()
