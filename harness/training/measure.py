"""Measures a model on held-out problems: greedy, pass@k, lengths, behaviours, traces.

    OUT/problems.jsonl   one line per problem: greedy and sampled results
    OUT/measures.json    means by suite and level, and behaviours, greedy and sampled
    OUT/traces.jsonl     the first completions that show each behaviour, by rule

Every model of a recipe answers the same problems, so differences are paired.
"""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import torch

from ..metrics import pass_at_k
from .behaviour import Behaviour, behaviour_of, named_behaviours
from .experience import Group
from .measure_settings import MeasureSettings
from .mixture import MixtureItem, held_out
from .policies import Draws, open_policy
from .reward_pool import open_rewards
from .rollouts import roll_out
from .search import read_search
from .session import DTYPES, pick_device
from .settings import HeldOutSettings
from .telemetry import Telemetry, append_line

_AT_ONCE = 512
"""Completions sampled between two lines of the file."""
_TRACES = 2
"""Completions kept for each behaviour and suite."""
_SLOTS = 256


def run_measure(config: MeasureSettings, resume: bool = False) -> Path:
    """Answer all problems, anew after an interruption; returns the folder.

    Raises UsageError for invalid settings.
    """
    device = pick_device(config.device)
    if config.threads is not None:
        torch.set_num_threads(config.threads)
    policy = open_policy(config.model, device, DTYPES[config.precision], _SLOTS)
    items = held_out(config.mix, HeldOutSettings(problems=config.problems, seed=config.seed + 11))
    out = Path(config.out)
    out.mkdir(parents=True, exist_ok=True)
    for name in ("problems.jsonl", "traces.jsonl"):
        (out / name).unlink(missing_ok=True)
    telemetry = Telemetry(out, False, 0, 1, False)
    sampled = Draws(
        config.max_tokens, config.temperature, turn_tokens=config.turn_tokens,
        max_turns=config.max_turns,
    )  # fmt: skip
    greedy = replace(sampled, temperature=0.0)
    tracer = _Tracer(out / "traces.jsonl")
    rows: list[dict[str, Any]] = []
    step = max(1, _AT_ONCE // config.samples)
    with open_rewards(config.reward, config.engine) as pool:
        for first in range(0, len(items), step):
            part = items[first : first + step]
            seed = f"measure/{config.seed}/{first}"
            many = roll_out(policy, part, config.samples, sampled, seed, pool, telemetry)
            once = roll_out(policy, part, 1, greedy, seed, pool, telemetry)
            for item, group, one in zip(part, many, once, strict=True):
                rows.append(_row(item, group, one, tracer))
                append_line(out / "problems.jsonl", rows[-1])
    summary = {"samples": config.samples, "by": summarize(rows, config.samples)}
    (out / "measures.json").write_text(json.dumps(summary, indent=1) + "\n", "utf-8")
    append_line(out / "done.json", {"problems": len(rows)})
    return out


class _Tracer:
    """Keeps the first completions that show each behaviour."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.kept: dict[tuple[str, str, str], int] = defaultdict(int)

    def see(self, item: MixtureItem, text: str, shown: Sequence[str], way: str) -> None:
        for name in shown:
            key = (way, name, item.suite.name)
            if self.kept[key] >= _TRACES:
                continue
            self.kept[key] += 1
            record = {"way": way, "behaviour": name, "suite": item.suite.name,
                      "problem": item.problem.id, "prompt": item.problem.prompt,
                      "completion": text}  # fmt: skip
            append_line(self.path, record)


def _row(item: MixtureItem, sampled: Group, greedy: Group, tracer: _Tracer) -> dict[str, Any]:
    """One problem's results; completions without a score are left out of its counts."""
    level = "" if item.level is None else f"-d{item.level}"
    row: dict[str, Any] = {"problem": item.problem.id, "at": item.suite.name + level}
    for way, group in (("sampled", sampled), ("greedy", greedy)):
        total, tokens, scored = Behaviour(), 0, 0
        answers: dict[str, int] = defaultdict(int)
        for one in group.completions:
            if one.outcome.score is None:
                continue
            correct = one.outcome.score >= 1.0
            attempts = read_search(item.suite, item.problem, one.text)
            total += behaviour_of(attempts, correct)
            tracer.see(item, one.text, named_behaviours(attempts, correct), way)
            tokens += len(one.sample.tokens)
            scored += 1
            answers[one.text.rpartition("<answer>")[2].strip()] += 1
            if correct:
                row[f"{way}_right"] = row.get(f"{way}_right", 0) + 1
        row |= {f"{way}_scored": scored, f"{way}_tokens": tokens, f"{way}_search": asdict(total)}
        row.setdefault(f"{way}_right", 0)
    return row


def summarize(rows: Sequence[dict[str, Any]], samples: int) -> dict[str, dict[str, Any]]:
    """By suite and level, and over "all" problems: accuracies, lengths, behaviours."""
    by: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        by["all"].append(row)
        by[row["at"]].append(row)
    return {at: _summary(part, samples) for at, part in by.items()}


def _summary(rows: Sequence[dict[str, Any]], samples: int) -> dict[str, Any]:
    found: dict[str, Any] = {"problems": len(rows)}
    for way in ("sampled", "greedy"):
        used = [row for row in rows if row[f"{way}_scored"]]
        total = Behaviour()
        for row in used:
            total += Behaviour(**row[f"{way}_search"])
        scored = sum(row[f"{way}_scored"] for row in used)
        shares = [row[f"{way}_right"] / row[f"{way}_scored"] for row in used]
        found[way] = {
            "accuracy": sum(shares) / max(len(shares), 1),
            "tokens": sum(row[f"{way}_tokens"] for row in used) / max(scored, 1),
            **total.rates(),
        }
    found["pass@k"] = {str(k): mean_pass_at(rows, k) for k in powers(samples)}
    return found


def powers(samples: int) -> list[int]:
    """1, 2, 4, ... up to the number of samples."""
    return [1 << i for i in range(samples.bit_length()) if 1 << i <= samples]


def pass_of(row: dict[str, Any], k: int) -> float:
    """The unbiased estimate of pass@k of one problem (Chen et al., 2021)."""
    return pass_at_k(row["sampled_scored"], row["sampled_right"], k)


def mean_pass_at(rows: Sequence[dict[str, Any]], k: int) -> float | None:
    """Mean pass@k over the problems with at least k scored samples; None without any."""
    values = [pass_of(row, k) for row in rows if row["sampled_scored"] >= k]
    return sum(values) / len(values) if values else None
