"""Measure the policy update of the bundled recipe against computing every row on its own.

    python benchmarks/training_update.py [--steps 3]

Both sides update the same model with the same rows, as the stage `rl` of `bundled` does from the
packaged cold start: sampled groups, two minibatches, DAPO's loss. The plain side computes each
prompt again for every completion of its group, and the old log-probabilities in a forward pass of
their own. The two alternate in one process; times are processor seconds of one thread, losses are
compared. Writes results/benchmarks/training_update.json.
"""

import argparse
import copy
import json
import os
import platform
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

os.environ.setdefault("TQDM_DISABLE", "1")


def plain(policy: Any) -> Any:
    """The same policy without shared prompts and without the sampler's log-probabilities."""
    from assay.harness.training.policies.bundled import BundledPolicy
    from assay.harness.training.policies.contract import Policy

    class Plain(BundledPolicy):
        states = Policy.states
        samples_exactly = Policy.samples_exactly

    other = copy.copy(policy)
    other.__class__ = Plain
    other.model = copy.deepcopy(policy.model)
    other._engine = other._sampler = None
    return other


def settings_of(out: Path) -> Any:
    """The settings of stage `rl`, from the packaged cold start."""
    from assay.harness.training.configuration import read_toml
    from assay.harness.training.recipe import stage_config
    from assay.harness.training.settings import RecipeSettings

    recipe = RecipeSettings.model_validate(read_toml("bundled"))
    stage = next(stage for stage in recipe.stages if stage.name == "rl")
    cold = Path(__file__).resolve().parents[1] / "harness" / "model" / "weights" / "cold"
    config = stage_config(recipe, stage)
    model = config.model.model_copy(update={"checkpoint": str(cold)})
    return config.model_copy(update={"out": str(out), "model": model})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=3)
    given = parser.parse_args()
    import torch
    from assay.harness.training.grpo import GrpoTrainer, to_rows
    from assay.harness.training.optimization import Optimizers
    from assay.harness.training.policies import open_policy
    from assay.harness.training.policy_update import Updater
    from assay.harness.training.reward_pool import RewardPool
    from assay.harness.training.session import Session

    torch.set_num_threads(1)
    steps: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory() as folder:
        config = settings_of(Path(folder))
        session = Session(config, "grpo", resume=False)
        policy = open_policy(config.model, session.device, session.precision)
        with RewardPool(workers=1) as pool:
            trainer = GrpoTrainer(config, session, policy, pool)
            other = plain(policy)
            updaters = {
                "shared": trainer.updater,
                "plain": Updater(
                    session, other, None, Optimizers(other.model, config.optimizer), config
                ),
            }
            for step in range(given.steps + 1):
                groups = trainer._collect(step).groups
                found: dict[str, float] = {}
                for name, updater in updaters.items():
                    rows = to_rows(groups, config)
                    started = time.process_time()
                    sums = updater.update(rows, step)
                    found[name] = time.process_time() - started
                    found[f"loss_{name}"] = sums.loss
                    found[f"norm_{name}"] = sum(sums.norms)
                found["ratio"] = found["plain"] / found["shared"]
                found["loss_gap"] = abs(found["loss_plain"] - found["loss_shared"])
                steps.append(found)
                other.model.load_state_dict(policy.model.state_dict())
    steps = steps[1:]  # the first one warms up
    result = {
        "machine": platform.processor() or platform.machine(),
        "torch": torch.__version__,
        "completions": config.batch_size,
        "ratio": round(statistics.median(step["ratio"] for step in steps), 2),
        "loss_gap": max(step["loss_gap"] for step in steps),
        "steps": [{key: float(f"{value:.6g}") for key, value in step.items()} for step in steps],
    }
    print(json.dumps(result, indent=1))
    print(f"update {result['ratio']} times as fast (floor 1.8)")
    out = Path(__file__).resolve().parents[1] / "results" / "benchmarks" / "training_update.json"
    out.write_text(json.dumps(result, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
