"""The metrics of one GRPO step."""

from collections import defaultdict
from collections.abc import Sequence

from ...tasks.episode import EpisodeSuite
from . import distributed
from .advantages import has_mixed_rewards
from .behaviour import Behaviour, behaviour_of
from .experience import Experience, Group, ScoredCompletion
from .policy_update import UpdateSums
from .reflection import reflect
from .search import read_search
from .session import Session
from .settings import GrpoSettings

_REFLECTED = 64
"""Completions per step whose reasoning trace is checked."""


def log_step(
    session: Session,
    config: GrpoSettings,
    experience: Experience,
    sums: UpdateSums,
    measured: dict[str, float],
    flops: float,
    sampled: int,
) -> None:
    """Log one step. Means are over all processes, except those by suite and of reflection."""
    groups = experience.sampled
    metrics = reward_metrics(groups, session)
    metrics |= update_metrics(sums, session)
    metrics |= reflection_metrics(groups)
    metrics["groups/resampled"] = experience.resampled
    metrics["prompts_too_long"] = experience.too_long
    dropped = distributed.sum_over_ranks(
        [sum(experience.dropped.values())], session.ranks, session.device
    )
    metrics["dropped"] = dropped[0]
    for status, count in experience.dropped.items():
        metrics[f"dropped/{status}"] = count
    spent = session.telemetry.seconds
    seconds = spent.get("generate", 0.0)
    metrics["tokens_per_second"] = sampled / seconds if seconds else 0.0
    metrics |= session.cost(flops)
    metrics |= measured
    shown = f"reward {metrics.get('reward', float('nan')):.3f}"
    if "heldout/all" in measured:
        session.telemetry.say(
            f"step {session.step}: held-out pass@1 "
            + ", ".join(
                f"{k.rsplit('/', 1)[1]} {v:.3f}"
                for k, v in measured.items()
                if k.startswith("heldout/domain/") or k == "heldout/all"
            )
        )
    session.telemetry.log(session.step + 1, metrics, shown)


def reward_metrics(groups: Sequence[Group], session: Session) -> dict[str, float]:
    """Reward, by suite too; lengths, truncation, and groups by their rewards."""
    completions = [a for g in groups for a in g.completions]
    judged = [a for a in completions if a.reward is not None]
    rewards = [a.reward for a in judged if a.reward is not None]
    equal = [g for g in groups if g.rewards and not has_mixed_rewards(g.rewards)]
    sums = [
        len(completions), len(judged), sum(rewards), sum(r * r for r in rewards),
        sum(len(a.sample.tokens) for a in completions),
        sum(not a.sample.finished for a in completions),
        sum(bool(g.rewards) and has_mixed_rewards(g.rewards) for g in groups),
        sum(g.solve_rate == 1.0 for g in equal), sum(g.solve_rate == 0.0 for g in equal),
        sum(a.sample.messages for a in completions),
        sum(a.sample.mask.count(False) for a in completions),
    ]  # fmt: skip
    total = distributed.sum_over_ranks([float(x) for x in sums], session.ranks, session.device)
    count, with_reward = max(total[0], 1.0), max(total[1], 1.0)
    mean = total[2] / with_reward
    metrics = {
        "reward": mean,
        "reward_std": max(total[3] / with_reward - mean * mean, 0.0) ** 0.5,
        "length/mean": total[4] / count,
        "truncated": total[5] / count,
        "messages/mean": total[9] / count,
        "observed/mean": total[10] / count,
        "groups/mixed": total[6],
        "groups/solved": total[7],
        "groups/failed": total[8],
    }
    metrics |= _by_suite(groups)
    for name, wanted in (("correct", True), ("wrong", False)):
        lengths = [len(a.sample.tokens) for a in judged if (a.outcome.score == 1.0) is wanted]
        if lengths:
            metrics[f"length/{name}"] = sum(lengths) / len(lengths)
    return metrics


def _by_suite(groups: Sequence[Group]) -> dict[str, float]:
    found: dict[str, list[float]] = defaultdict(list)
    for group in groups:
        found[group.item.suite.name] += group.rewards
    return {f"reward/{k}": sum(v) / len(v) for k, v in sorted(found.items()) if v}


def update_metrics(sums: UpdateSums, session: Session) -> dict[str, float]:
    """Loss, KL, entropy, clipping and mismatch, averaged over the trained tokens."""
    local = [sums.tokens, sums.kl, sums.clipped, sums.entropy, sums.mismatch,
             sums.truncated_weights, sums.compared]  # fmt: skip
    tokens, kl, clipped, entropy, gap, cut, compared = distributed.sum_over_ranks(
        local, session.ranks, session.device
    )
    tokens = max(tokens, 1.0)
    norms = sums.norms or [0.0]
    return {
        "loss": sums.loss / max(len(sums.norms), 1),
        "kl": kl / tokens,
        "clip_fraction": clipped / tokens,
        "entropy": entropy / tokens,
        "mismatch/mean": gap / max(compared, 1.0),
        "mismatch/max": sums.mismatch_max,
        "mismatch/weights_truncated": cut / tokens,
        "grad_norm": sum(norms) / len(norms),
        "tokens_trained": tokens,
    }


def reflection_metrics(groups: Sequence[Group]) -> dict[str, float]:
    """Markers, wrong steps and self-corrections per completion, over a sample of them; and what
    a search does, for suites with attempts."""
    pairs: list[tuple[Group, ScoredCompletion]] = [
        (group, one)
        for group in groups
        if not isinstance(group.item.suite, EpisodeSuite)
        for one in group.completions
    ]
    count = min(_REFLECTED, len(pairs))
    if not count:
        return {}
    totals: dict[str, float] = defaultdict(float)
    golds: dict[str, str | None] = {}
    searched = Behaviour()
    for i in range(count):
        group, scored = pairs[i * len(pairs) // count]
        problem = group.item.problem
        if problem.id not in golds:
            golds[problem.id] = group.item.suite.gold(problem)
        seen = reflect(scored.text, golds[problem.id], scored.outcome.score == 1.0)
        totals["markers"] += seen.markers
        totals["wrong_steps"] += seen.wrong_steps
        totals["corrected_steps"] += seen.corrected_steps
        totals["self_corrected"] += seen.self_corrected
        if scored.outcome.score is not None:
            attempts = read_search(group.item.suite, problem, scored.text)
            searched += behaviour_of(attempts, scored.outcome.score >= 1.0)
    metrics = {f"reflection/{name}": value / count for name, value in totals.items()}
    if searched.attempts:
        metrics |= {f"search/{name}": value for name, value in searched.rates().items()}
    return metrics
