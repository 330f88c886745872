"""The health of a TRL run: a reward that is watched, and a callback that reports.

health = RewardHealth()
trainer = GRPOTrainer(
    reward_funcs=watched(my_reward, health, strict=math_reward("solution"), share=0.2),
    callbacks=[health_callback(health)],
    ...,
)
"""

import logging
from collections.abc import Callable, Sequence
from typing import Any

from ..drift import SHARE, sampled
from ..health import LoggedSample, RewardHealth
from .frameworks import framework_module
from .messages import Completion, assistant_text, prompt_text

Reward = Callable[..., list[float | None]]
_log = logging.getLogger(__name__)


class WatchedReward:
    """A TRL reward function whose rollouts are counted; it returns what the function returns."""

    def __init__(
        self, reward: Reward, health: RewardHealth, strict: Reward | None, share: float
    ) -> None:
        self.reward = reward
        self.health = health
        self.strict = strict
        self.share = share
        self.calls = 0
        self.__name__ = getattr(reward, "__name__", type(reward).__name__)

    def __call__(self, completions: Sequence[Completion], **columns: Any) -> list[float | None]:
        """The rewards of a batch, as they are; the strict verdict is made on a share of it."""
        statuses: list[Any] = [None] * len(completions)

        def log_extra(name: str, values: list[Any]) -> None:
            if name.endswith("/status"):
                statuses[:] = values
            if columns.get("log_extra") is not None:
                columns["log_extra"](name, values)

        given = self.reward(completions=completions, **{**columns, "log_extra": log_extra})
        texts = [assistant_text(completion, 1) for completion in completions]
        strict = self._strict(completions, texts, columns)
        prompts = columns.get("prompts") or [None] * len(texts)
        suites = columns.get("task") or columns.get("data_source") or [None] * len(texts)
        tokens = columns.get("completion_ids") or [None] * len(texts)
        self.health.add(
            [
                LoggedSample(
                    given[row],
                    texts[row],
                    statuses[row],
                    suites[row],
                    None if prompts[row] is None else prompt_text(prompts[row]),
                    strict[row],
                    None if tokens[row] is None else len(tokens[row]),
                )
                for row in range(len(texts))
            ]
        )
        return given

    def _strict(
        self, completions: Sequence[Completion], texts: list[str], columns: dict[str, Any]
    ) -> list[float | None]:
        found: list[float | None] = [None] * len(texts)
        self.calls += 1
        if self.strict is None:
            return found
        chosen = [
            row
            for row, text in enumerate(texts)
            if sampled(f"{self.calls}/{row}", text, self.share)
        ]
        if not chosen:
            return found
        kept = {
            name: [values[row] for row in chosen]
            for name, values in columns.items()
            if isinstance(values, list | tuple) and len(values) == len(texts)
        }
        values = self.strict(completions=[completions[row] for row in chosen], **kept)
        for row, value in zip(chosen, values, strict=True):
            found[row] = value
        return found


def watched(
    reward: Reward, health: RewardHealth, strict: Reward | None = None, share: float = SHARE
) -> WatchedReward:
    """`reward`, counted by `health`, and compared with `strict` on a `share` of the samples."""
    return WatchedReward(reward, health, strict, share)


def health_callback(health: RewardHealth, stop_on_alarm: bool = False) -> Any:
    """A `TrainerCallback` that adds the health of each logged interval to TRL's logs.

    An alarm is logged as an error once; with `stop_on_alarm` training ends at the next step.
    """
    base: Any = framework_module("trl", "transformers").TrainerCallback

    class HealthCallback(base):  # type: ignore[misc]
        """Reports when TRL logs."""

        told = False

        def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **more: Any) -> Any:
            report = health.report()
            if logs is not None and report.rollouts:
                logs.update(report.metrics())
                if state.log_history and state.log_history[-1].get("step") == state.global_step:
                    state.log_history[-1].update(report.metrics())
            if report.alarm and not self.told:
                self.told = True
                _log.error("%s", report.alarm)
            control.should_training_stop |= bool(report.alarm) and stop_on_alarm
            return control

    return HealthCallback()
