"""Samples groups of completions and rewards them; checking overlaps generation."""

import random
from collections.abc import Sequence
from concurrent.futures import Future

from ..rewards import CORRECTNESS_ONLY, RewardRules, shaped_reward
from .experience import Group, ScoredCompletion
from .mixture import MixtureItem
from .policies import Draws, Policy, Sample
from .reward_pool import RewardOutcome, RewardPool
from .reward_worker import RewardRequest
from .telemetry import Telemetry


def roll_out(
    policy: Policy,
    items: Sequence[MixtureItem],
    group_size: int,
    draws: Draws,
    seed: str,
    pool: RewardPool,
    telemetry: Telemetry,
    rules: RewardRules = CORRECTNESS_ONLY,
) -> list[Group]:
    """Sample `group_size` completions of each item and reward them by `rules`.

    A completion goes to the reward workers as soon as it is finished.
    """
    groups = [Group(item, policy.codec.prompt(item.problem.prompt)) for item in items]
    prompts = [group.prompt for group in groups for _ in range(group_size)]
    base = random.Random(seed).getrandbits(60)
    seeds = [base + i for i in range(len(prompts))]
    pending: dict[int, tuple[Sample, str, Future[RewardOutcome]]] = {}
    with telemetry.timed("generate"):
        policy.model.eval()
        for sample in policy.sample(prompts, draws, seeds):
            item = groups[sample.prompt // group_size].item
            text = policy.codec.decode(sample.tokens)
            request = RewardRequest(item.spec, item.problem, text, pool.source)
            pending[sample.prompt] = (sample, text, pool.submit(request))
        policy.model.train()
    with telemetry.timed("check"):
        for row in sorted(pending):
            sample, text, future = pending[row]
            outcome = future.result()
            reward = None
            if outcome.score is not None:
                reward = shaped_reward(outcome.score, text, len(sample.tokens), rules)
            scored = ScoredCompletion(sample, text, outcome, reward)
            groups[row // group_size].completions.append(scored)
    return groups
