"""Groups of sampled answers with their rewards; checking overlaps generation."""

import random
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field

from ..rewards import format_reward, overlong_punishment
from .mixture import Item
from .policy import Draws, Policy, Sample
from .reward_worker import Job
from .rewarding import Judgement, RewardPool
from .settings import GrpoSettings
from .telemetry import Telemetry


@dataclass(slots=True)
class Answer:
    """One sampled answer; `reward` is None when it must not be trained on."""

    sample: Sample
    text: str
    judgement: Judgement
    reward: float | None


@dataclass(slots=True)
class Group:
    """The answers to one prompt."""

    item: Item
    prompt: list[int]
    answers: list[Answer] = field(default_factory=list)

    @property
    def rewards(self) -> list[float]:
        """The rewards that there are."""
        return [answer.reward for answer in self.answers if answer.reward is not None]

    @property
    def solved(self) -> float:
        """Share of correct answers among those judged."""
        scores = [a.judgement.score for a in self.answers if a.judgement.score is not None]
        return sum(score >= 1.0 for score in scores) / len(scores) if scores else 0.0


def roll_out(
    policy: Policy,
    items: Sequence[Item],
    group_size: int,
    draws: Draws,
    seed: str,
    pool: RewardPool,
    telemetry: Telemetry,
) -> list[Group]:
    """`group_size` answers to each item; each is handed to the workers as soon as it is there."""
    groups = [Group(item, policy.codec.prompt(item.problem.prompt)) for item in items]
    prompts = [group.prompt for group in groups for _ in range(group_size)]
    base = random.Random(seed).getrandbits(60)
    seeds = [base + i for i in range(len(prompts))]
    waiting: dict[int, tuple[Sample, str, Future[Judgement]]] = {}
    with telemetry.timed("generate"):
        policy.model.eval()
        for sample in policy.sample(prompts, draws, seeds):
            item = groups[sample.prompt // group_size].item
            text = policy.codec.decode(sample.tokens)
            job = Job(item.spec, item.problem, text, pool.source)
            waiting[sample.prompt] = (sample, text, pool.submit(job))
        policy.model.train()
    with telemetry.timed("check"):
        for row in sorted(waiting):
            sample, text, future = waiting[row]
            judgement = future.result()
            answer = Answer(sample, text, judgement, judgement.score)
            groups[row // group_size].answers.append(answer)
    return groups


def shape_rewards(groups: Sequence[Group], settings: GrpoSettings) -> None:
    """Add what the configuration asks for beyond the score: format, length."""
    for group in groups:
        for answer in group.answers:
            if answer.judgement.score is None:
                continue
            reward = answer.judgement.score
            if settings.reward.format_bonus:
                reward += settings.reward.format_bonus * format_reward(answer.text)
            if settings.method == "dapo" and settings.overlong_buffer:
                reward += overlong_punishment(
                    len(answer.sample.tokens), settings.max_tokens, settings.overlong_buffer
                )
            answer.reward = reward
