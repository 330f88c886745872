"""Verdict -> reward: the only place where a verdict becomes a number to train on."""

import re

from pydantic import BaseModel, ConfigDict, Field

from ..tasks import Verdict


class RewardRules(BaseModel):
    """Which parts make up a reward, with their weights; by default the verdict's score alone."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    correctness: float = Field(default=1.0, ge=0.0)
    """Weight of the verdict's score, which is 1 for a correct completion."""
    format: float = Field(default=0.0, ge=0.0)
    """Weight of the format reward of R1-Zero: one <think> block, then one <answer> block."""
    max_tokens: int | None = Field(default=None, gt=0)
    """L_max of DAPO's overlong punishment; None switches it off."""
    overlong_buffer: int = Field(default=0, ge=0)
    """L_cache: the punishment grows from 0 to -1 over the last `overlong_buffer` tokens."""
    overlong: float = Field(default=1.0, ge=0.0)
    """Weight of the overlong punishment."""


CORRECTNESS_ONLY = RewardRules()
_TAGS = re.compile(r"</?(?:think|answer)>")


def format_reward(completion: str) -> float:
    """1.0 for `<think>...</think><answer>...</answer>` with only white space outside, else 0.0.

    Chat templates often end the prompt with `<think>`, so a completion may begin inside the
    thought. Source: DeepSeek-R1 (arXiv:2501.12948), section 2.2.1, "format rewards".
    """
    tags = _TAGS.findall(completion)
    if tags == ["</think>", "<answer>", "</answer>"]:
        tags, completion = ["<think>", *tags], "<think>" + completion
    if tags != ["<think>", "</think>", "<answer>", "</answer>"]:
        return 0.0
    before, _, rest = completion.partition("<think>")
    thought, _, rest = rest.partition("</think>")
    between, _, rest = rest.partition("<answer>")
    answer, _, after = rest.partition("</answer>")
    outside_is_blank = not (before + between + after).strip()
    return float(outside_is_blank and bool(thought.strip()) and bool(answer.strip()))


def overlong_punishment(tokens: int, max_tokens: int, buffer: int) -> float:
    """The length penalty in [-1, 0]: 0 up to `max_tokens - buffer`, -1 above `max_tokens`.

    It is linear in between. Source: DAPO (arXiv:2503.14476), equation 13.
    """
    if tokens <= max_tokens - buffer:
        return 0.0
    if tokens > max_tokens:
        return -1.0
    return ((max_tokens - buffer) - tokens) / buffer


def reward(
    verdict: Verdict,
    completion: str = "",
    tokens: int | None = None,
    rules: RewardRules = CORRECTNESS_ONLY,
) -> float | None:
    """The reward of one completion; None for a `checker_error`, which must not be trained on.

    `tokens` is the length of the completion; without it the length is not penalized.
    """
    if verdict.score is None:
        return None
    return shaped_reward(verdict.score, completion, tokens, rules)


def shaped_reward(score: float, completion: str, tokens: int | None, rules: RewardRules) -> float:
    """The reward of a completion whose score is known: score, format and length by `rules`."""
    value = rules.correctness * score
    if rules.format:
        value += rules.format * format_reward(completion)
    if rules.max_tokens is not None and tokens is not None:
        value += rules.overlong * overlong_punishment(
            tokens, rules.max_tokens, rules.overlong_buffer
        )
    return value
