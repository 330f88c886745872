"""What one GRPO step samples: completions with their rewards, in groups by prompt."""

from collections import Counter
from dataclasses import dataclass, field

from .mixture import MixtureItem
from .policies import Sample
from .reward_pool import RewardOutcome


@dataclass(slots=True)
class ScoredCompletion:
    """One sampled completion; `reward` is None when it must not be trained on."""

    sample: Sample
    text: str
    outcome: RewardOutcome
    reward: float | None
    strict: float | None = None
    """The strict verdict's score, where a callable's reward is compared with it."""


@dataclass(slots=True)
class Group:
    """The completions of one prompt."""

    item: MixtureItem
    prompt: list[int]
    completions: list[ScoredCompletion] = field(default_factory=list)

    @property
    def rewards(self) -> list[float]:
        """The rewards of the completions that have one."""
        return [one.reward for one in self.completions if one.reward is not None]

    @property
    def scores(self) -> list[float]:
        """The scores of the completions that have one."""
        return [one.outcome.score for one in self.completions if one.outcome.score is not None]

    @property
    def solve_rate(self) -> float:
        """Share of correct completions among those with a score; 0 when there are none."""
        scores = self.scores
        return sum(score >= 1.0 for score in scores) / len(scores) if scores else 0.0


@dataclass(slots=True)
class Experience:
    """The groups of one step, and the counts of what was left out."""

    groups: list[Group] = field(default_factory=list)
    """Groups to train on."""
    sampled: list[Group] = field(default_factory=list)
    """All groups that were sampled."""
    dropped: Counter[str] = field(default_factory=Counter)
    """Completions without a reward, by reason."""
    resampled: int = 0
    """How often more groups were sampled because some had equal rewards."""
    too_long: int = 0
    """Prompts longer than `max_prompt_tokens`."""
