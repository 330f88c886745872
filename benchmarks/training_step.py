"""Compare one GRPO step on two CPU cores with TRL's GRPOTrainer and transformers' generate.

Same weights, same prompts, 8 prompts x 16 answers x 128 tokens, one AdamW update of the same
loss (DAPO's token mean, no KL). The two alternate within one process. Run:

    python benchmarks/training_step.py [--steps 2] [--preset nano]

Writes results/benchmarks/training_step.json.
"""

import argparse
import copy
import json
import os
import platform
import statistics
import sys
import tempfile
import time
import zlib
from pathlib import Path

os.environ.setdefault("TQDM_DISABLE", "1")
sys.path.insert(0, str(Path(__file__).resolve().parent))

SUITE = {"name": "boolean_circuits", "split": "train", "seed": 11, "size": 10**9, "difficulty": 2}
PROMPTS, GROUP, TOKENS = 8, 16, 128


def reward(problem, completion):
    """The verdict plus a checksum, so that the rewards of every group differ."""
    from assay.tasks import load

    verdict = load(**SUITE).verify(problem, completion)
    return verdict.score + zlib.crc32(completion.encode()) % 8 / 8


def make_checkpoint(folder: Path, preset: str) -> None:
    """Random weights that practically never sample the end token: 128 tokens each."""
    import torch
    from assay.harness.model import LanguageModel, ModelConfig, build_tokenizer, save_checkpoint
    from assay.tasks import load

    suite = load(**(SUITE | {"size": 300}))
    texts = [text for p in suite for text in (p.prompt, suite.gold(p))]
    tokenizer = build_tokenizer(texts, vocab_size=512)
    torch.manual_seed(0)
    config = ModelConfig.preset(
        preset, vocab_size=len(tokenizer), num_nextn_predict_layers=0, max_position_embeddings=512,
        bos_token_id=tokenizer.bos_token_id, eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )  # fmt: skip
    model = LanguageModel(config)
    with torch.no_grad():
        model.lm_head.weight.mul_(40)
        model.lm_head.weight[tokenizer.all_special_ids] = 0.0
    save_checkpoint(model, tokenizer, folder)


class Ours:
    """Our trainer, one step at a time."""

    def __init__(self, checkpoint: Path, out: Path, threads: int) -> None:
        from assay.harness.training.grpo import GrpoTrainer
        from assay.harness.training.policies import open_policy
        from assay.harness.training.reward_pool import RewardPool
        from assay.harness.training.session import Session
        from assay.harness.training.settings import GrpoSettings

        config = GrpoSettings.model_validate(
            {
                "out": str(out), "steps": 1000, "method": "dapo", "resample": 0,
                "model": {"checkpoint": str(checkpoint)}, "device": "cpu", "threads": threads,
                "batch_size": PROMPTS * GROUP, "group_size": GROUP, "max_prompt_tokens": 128,
                "max_tokens": TOKENS, "epsilon_high": 0.2, "samples_kept": 0,
                "mix": [{"suite": SUITE["name"], "difficulties": [SUITE["difficulty"]]}],
                "reward": {"source": "training_step:reward", "workers": 2},
                "held_out": {"problems": 1},
                "optimizer": {"lr": 1e-5, "weight_decay": 0.0, "warmup_steps": 0,
                              "schedule": "constant", "betas": [0.9, 0.999]},
            }
        )  # fmt: skip
        self.session = Session(config, "grpo", resume=False)
        self.pool = RewardPool(config.reward.source, 2, 60)
        self.trainer = GrpoTrainer(
            config, self.session, open_policy(config.model, self.session.device,
                                              self.session.precision), self.pool,
        )  # fmt: skip
        self.problems = [item.problem for item in copy.deepcopy(self.trainer.mixture).draw(PROMPTS)]
        self.place = self.trainer.mixture.state_dict()

    def step(self, number: int) -> dict:
        """One step on fixed prompts; returns seconds and shares."""
        self.trainer.mixture.load_state_dict(self.place)
        self.session.step = number
        self.session.telemetry.begin_step()
        started = time.perf_counter()
        self.trainer._step(number, {})
        total = time.perf_counter() - started
        record = json.loads((self.session.out / "metrics.jsonl").read_text().splitlines()[-1])
        spent = self.session.telemetry.seconds
        return {
            "seconds": total,
            "generate": spent["generate"],
            "check": spent["check"],
            "update": spent["update"],
            "tokens": record["length/mean"] * PROMPTS * GROUP,
            "mismatch_max": record["mismatch/max"],
        }


def our_loss(policy, inputs: dict, old_BT) -> float:
    """DAPO's loss of the rows of TRL's batch, each prompt computed once, as in our update."""
    import torch
    from assay.harness.training.losses import LOSSES, Denominators, LossBatch, LossSettings

    prompts = [ids[keep.bool()] for ids, keep in zip(
        inputs["prompt_ids"], inputs["prompt_mask"], strict=True)]  # fmt: skip
    completions = [ids[keep.bool()] for ids, keep in zip(
        inputs["completion_ids"], inputs["completion_mask"], strict=True)]  # fmt: skip
    rows = [torch.cat(pair) for pair in zip(prompts, completions, strict=True)]
    tokens_BT = torch.nn.utils.rnn.pad_sequence(rows, batch_first=True)
    places_T = torch.arange(tokens_BT.shape[1])
    real_BT = places_T < torch.tensor([[len(row)] for row in rows])
    starts = [len(prompt) for prompt in prompts]
    mask_BT = real_BT & (places_T >= torch.tensor(starts).unsqueeze(1))
    logps_BT, _ = policy.logprobs(tokens_BT, real_BT, mask_BT, 1.0, starts)
    batch = LossBatch(
        logps_BT=logps_BT, advantages_B=inputs["advantages"], mask_BT=mask_BT.float(),
        old_logps_BT=torch.zeros_like(logps_BT).masked_scatter(
            mask_BT, old_BT[inputs["completion_mask"].bool()]),
    )  # fmt: skip
    over = Denominators(sequences=len(rows), tokens=int(mask_BT.sum()), max_tokens=TOKENS)
    return float(LOSSES["dapo"](batch, LossSettings(), over).loss)


def run_trl(
    checkpoint: Path, out: Path, ours: Ours, steps: int
) -> tuple[list[dict], list[dict], float]:
    """TRL's own training loop; before each of its steps one of ours.

    Also returns how far the losses of its first batch are apart, under old log-probabilities that
    differ from the current ones.
    """
    import torch
    from assay.harness.training.policies import open_policy
    from assay.harness.training.settings import ModelSettings
    from datasets import Dataset
    from transformers import AutoModelForCausalLM, AutoTokenizer, TrainerCallback
    from trl import GRPOConfig, GRPOTrainer

    tokenizer = AutoTokenizer.from_pretrained(str(checkpoint))
    codec = ours.trainer.policy.codec
    rows = [{"prompt": tokenizer.decode(codec.prompt(p.prompt)), "row": i}
            for i, p in enumerate(ours.problems)]  # fmt: skip
    problems = ours.problems
    spent: dict[str, float] = {}
    mine: list[dict] = []
    theirs: list[dict] = []

    def verdicts(completions, row, **_):
        return [reward(problems[i], text) for i, text in zip(row, completions, strict=True)]

    gaps: list[float] = []

    class Timed(GRPOTrainer):
        def _compute_loss(self, model, inputs):
            if not gaps:  # both models still have the same weights
                with torch.no_grad():
                    fresh = open_policy(
                        ModelSettings(checkpoint=str(checkpoint)), torch.device("cpu"),
                        torch.float32,
                    )  # fmt: skip
                    shape = inputs["completion_ids"].shape
                    old_BT = -4.5 + 1.5 * torch.sin(torch.arange(shape.numel())).view(shape)
                    theirs = super()._compute_loss(model, inputs | {"old_per_token_logps": old_BT})
                    gaps.append(abs(float(theirs) - our_loss(fresh, inputs, old_BT)))
            return super()._compute_loss(model, inputs)

        def _generate(self, *args, **kwargs):
            started = time.perf_counter()
            result = super()._generate(*args, **kwargs)
            spent["generate"] = time.perf_counter() - started
            return result

        def _calculate_rewards(self, *args, **kwargs):
            started = time.perf_counter()
            result = super()._calculate_rewards(*args, **kwargs)
            spent["check"] = time.perf_counter() - started
            return result

    class Alternate(TrainerCallback):
        def on_step_begin(self, args, state, control, **kwargs):
            mine.append(ours.step(len(mine)))
            self.started = time.perf_counter()

        def on_step_end(self, args, state, control, **kwargs):
            total = time.perf_counter() - self.started
            update = total - spent["generate"] - spent["check"]
            theirs.append({"seconds": total, **spent, "update": update})

    config = GRPOConfig(
        output_dir=str(out), use_cpu=True, bf16=False, report_to=[], max_steps=steps + 1,
        per_device_train_batch_size=PROMPTS * GROUP, num_generations=GROUP,
        gradient_accumulation_steps=1, steps_per_generation=1, max_completion_length=TOKENS,
        temperature=1.0, beta=0.0, loss_type="dapo", learning_rate=1e-5, logging_steps=1000,
        save_strategy="no", disable_tqdm=True, gradient_checkpointing=False,
    )  # fmt: skip
    trainer = Timed(
        model=AutoModelForCausalLM.from_pretrained(str(checkpoint)), args=config,
        reward_funcs=verdicts, train_dataset=Dataset.from_list(rows),
        processing_class=tokenizer, callbacks=[Alternate()],
    )  # fmt: skip
    trainer.train()
    return mine[1:], theirs[1:], gaps[0]  # the first of each warms up


def medians(steps: list[dict]) -> dict[str, float]:
    return {key: float(f"{statistics.median(s[key] for s in steps):.4g}") for key in steps[0]}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--steps", type=int, default=2)
    parser.add_argument("--preset", default="nano")
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args()
    import torch
    import transformers
    import trl

    torch.set_num_threads(given.threads)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_checkpoint(folder / "model", given.preset)
        ours = Ours(folder / "model", folder / "ours", given.threads)
        mine, theirs, gap = run_trl(folder / "model", folder / "trl", ours, given.steps)
        ours.pool.close()
    a, b = medians(mine), medians(theirs)
    result = {
        "machine": platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "versions": {"torch": torch.__version__, "trl": trl.__version__,
                     "transformers": transformers.__version__},
        "preset": given.preset, "prompts": PROMPTS, "answers": GROUP, "tokens": TOKENS,
        "ours": a, "trl": b, "ratio": round(b["seconds"] / a["seconds"], 2),
        "loss_gap": gap,
    }  # fmt: skip
    for who, row in (("ours", a), ("trl", b)):
        shares = ", ".join(f"{k} {row[k] / row['seconds']:.0%}" for k in
                           ("generate", "check", "update"))  # fmt: skip
        print(f"{who:5s} {row['seconds']:8.2f} s per step: {shares}")
    print(f"ratio {result['ratio']} (floor 9)")
    print(f"losses of the same rows differ by {gap:.2e} (floor 1e-5)")
    print(f"sampler-trainer mismatch {a['mismatch_max']:.2e} (floor 1e-4)")
    out = Path(__file__).resolve().parents[1] / "results" / "benchmarks" / "training_step.json"
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
