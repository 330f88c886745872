"""Rejection sampling: sample k completions, keep the verified, distinct ones as a dataset."""

import json
import random
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import torch

from ...sandbox.errors import UsageError
from ..lookup import load_answers
from .experience import Group
from .mixture import Mixture
from .policies import Draws, Policy, open_policy
from .reward_pool import RewardPool, open_rewards
from .rollouts import roll_out
from .session import DTYPES, TrainingError, pick_device
from .settings import RejectSettings
from .telemetry import Telemetry

_SLOTS = {"cpu": 256, "cuda": 2048}
_CHUNK = 128
"""Problems sampled at once."""


def run_reject(config: RejectSettings, resume: bool = False) -> Path:
    """Write verified completions as JSONL; returns the file. A finished file is kept.

    Lines: {"prompt", "completion", "suite", "problem", "score"}.
    Raises UsageError for invalid settings, TrainingError when nothing verifies.
    """
    out = Path(config.out)
    if out.is_file():
        if resume:
            return out
        raise UsageError(f"{out} exists already: use --resume to keep it, or another out file")
    device = pick_device(config.device)
    if config.threads is not None:
        torch.set_num_threads(config.threads)
    torch.manual_seed(config.seed)
    policy = open_policy(config.model, device, DTYPES[config.precision], _SLOTS[device.type])
    with open_rewards(config.reward, config.engine) as pool:
        records, counts = collect_verified(policy, config, pool)
    if not records:
        raise TrainingError(f"none of {counts['sampled']} completions verified as correct")
    out.parent.mkdir(parents=True, exist_ok=True)
    partial = out.with_name(f".{out.name}.partial")
    with partial.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
    partial.replace(out)
    out.with_suffix(".stats.json").write_text(json.dumps(counts, indent=1), "utf-8")
    return out


def collect_verified(
    policy: Policy, config: RejectSettings, pool: RewardPool
) -> tuple[list[dict[str, object]], dict[str, int]]:
    """The records of verified completions, and counts of everything sampled."""
    mixture = Mixture(config.mix, config.seed + 900_007)
    draws = Draws(config.max_tokens, config.temperature)
    telemetry = Telemetry(Path(config.out).parent, False, 0, 0, False)
    counts = {"sampled": 0, "correct": 0, "no_reward": 0, "copies": 0, "kept": 0, "too_long": 0}
    records: list[dict[str, object]] = []
    for one in config.mix:
        load_answers(one.suite, **one.options)  # the record of an episode is nothing to learn from
    for first in range(0, config.problems, _CHUNK):
        items = mixture.draw(min(_CHUNK, config.problems - first))
        fitting = [
            item
            for item in items
            if len(policy.codec.prompt(item.problem.prompt)) + config.max_tokens <= policy.context
        ]
        counts["too_long"] += len(items) - len(fitting)
        seed = f"reject/{config.seed}/{first}"
        for group in roll_out(policy, fitting, config.samples, draws, seed, pool, telemetry):
            records += _keep(group, config, counts)
    return records, counts


def _keep(
    group: Group, config: RejectSettings, counts: dict[str, int]
) -> Iterator[dict[str, object]]:
    """A random few of the distinct verified completions of one group."""
    counts["sampled"] += len(group.completions)
    counts["no_reward"] += sum(a.outcome.score is None for a in group.completions)
    right = [a.text for a in group.completions if a.outcome.score == 1.0]
    counts["correct"] += len(right)
    distinct = distinct_completions(right)
    counts["copies"] += len(right) - len(distinct)
    problem = group.item.problem
    random.Random(f"{config.seed}/{problem.id}").shuffle(distinct)
    for text in distinct[: config.keep_per_problem]:
        counts["kept"] += 1
        yield {
            "prompt": problem.prompt,
            "completion": text,
            "suite": problem.suite,
            "problem": problem.id,
            "score": 1.0,
        }


def distinct_completions(texts: Sequence[str]) -> list[str]:
    """The texts without duplicates up to white space; the first one is kept."""
    seen: dict[str, str] = {}
    for text in texts:
        seen.setdefault(re.sub(r"\s+", " ", text).strip(), text)
    return list(seen.values())
