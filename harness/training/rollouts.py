"""Samples groups of completions and rewards them; checking overlaps generation.

A problem that is solved by acting is played: its completion is the record of the episode.
"""

import random
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass

from ...tasks.episode import EpisodeSuite
from ..rewards import CORRECTNESS_ONLY, RewardRules, shaped_reward
from .experience import Group, ScoredCompletion
from .mixture import MixtureItem
from .playing import EpisodePlay, asked
from .policies import Draws, Policy, Sample
from .reward_pool import RewardOutcome, RewardPool
from .reward_worker import RewardRequest
from .telemetry import Telemetry


@dataclass(frozen=True, slots=True)
class _Prompt:
    """What one completion is sampled for."""

    item: MixtureItem
    tokens: list[int]
    seed: int


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
    groups = [Group(item, policy.codec.prompt(asked(item))) for item in items]
    base = random.Random(seed).getrandbits(60)
    rows = [
        _Prompt(group.item, group.prompt, base + at * group_size + i)
        for at, group in enumerate(groups)
        for i in range(group_size)
    ]
    pending: dict[int, tuple[Sample, str, Future[RewardOutcome]]] = {}
    with telemetry.timed("generate"):
        policy.model.eval()
        for row, sample, text, fault in _completions(policy, rows, draws):
            item = rows[row].item
            request = RewardRequest(item.spec, item.problem, text, pool.source)
            pending[row] = sample, text, _failed(fault) if fault else pool.submit(request)
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


def _completions(
    policy: Policy, rows: Sequence[_Prompt], draws: Draws
) -> Iterator[tuple[int, Sample, str, str]]:
    """Row, sample, text, and a fault of ours or "", each as soon as it is finished."""
    answered: list[int] = []
    played: list[int] = []
    for at, row in enumerate(rows):
        (played if isinstance(row.item.suite, EpisodeSuite) else answered).append(at)
    if answered:
        prompts, seeds = _asked(rows, answered)
        for sample in policy.sample(prompts, draws, seeds):
            yield answered[sample.prompt], sample, policy.codec.decode(sample.tokens), ""
    if played:
        plays = [EpisodePlay(rows[at].item, draws.max_turns) for at in played]

        def follow(number: int, message: list[int]) -> list[int] | None:
            seen = plays[number].follow(policy.codec.decode(message))
            return None if seen is None else policy.codec.following(seen)

        prompts, seeds = _asked(rows, played)
        try:
            for sample in policy.play(prompts, draws, seeds, follow):
                play = plays[sample.prompt]
                yield played[sample.prompt], sample, play.record(), play.fault
        finally:
            for play in plays:
                play.episode.close()


def _asked(rows: Sequence[_Prompt], chosen: Sequence[int]) -> tuple[list[list[int]], list[int]]:
    return [rows[at].tokens for at in chosen], [rows[at].seed for at in chosen]


def _failed(reason: str) -> Future[RewardOutcome]:
    """No reward, by our fault."""
    outcome: Future[RewardOutcome] = Future()
    outcome.set_result(RewardOutcome("checker_error", None, reason, 0.0))
    return outcome
