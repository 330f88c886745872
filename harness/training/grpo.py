"""GRPO and its variants: sample groups, reward them with verdicts, update the policy."""

from collections.abc import Sequence
from itertools import compress
from pathlib import Path
from typing import Any

import torch

from ...sandbox.errors import UsageError
from . import distributed
from .advantages import group_advantages, has_mixed_rewards
from .experience import Experience, Group
from .grpo_metrics import log_step
from .held_out import evaluate_held_out
from .mixture import Mixture, MixtureItem, held_out
from .optimization import Optimizers
from .playing import asked
from .policies import Draws, Policy, open_policy
from .policy_update import TrainRow, Updater
from .reward_pool import RewardPool, open_rewards
from .rollouts import roll_out
from .session import Session, TrainingError, active_parameters
from .settings import GrpoSettings
from .strict_check import StrictCheck, open_strict_check
from .telemetry import append_line

_SLOTS = {"cpu": 256, "cuda": 2048}


def run_grpo(config: GrpoSettings, resume: bool = False) -> Path:
    """Train with rewards; returns the folder of the final model.

    Raises UsageError for invalid settings, TrainingError for NaN or when no completion gets a
    reward, RunInterruptedError after Ctrl-C.
    """
    with (
        Session(config, "grpo", resume) as session,
        open_rewards(config.reward, config.engine) as pool,
        open_strict_check(config) as strict,
    ):
        policy = open_policy(
            config.model, session.device, session.precision, _SLOTS[session.device.type]
        )
        trainer = GrpoTrainer(config, session, policy, pool, strict)
        trainer.train()
        final = session.out / "final"
        if session.ranks.is_main:
            dtype = torch.bfloat16 if session.precision == torch.bfloat16 else None
            policy.save(final, dtype)
        session.finish({"final": str(final)})
        return final


class GrpoTrainer:
    """The training loop and its state: mixture, optimizers, counters."""

    def __init__(
        self, config: GrpoSettings, session: Session, policy: Policy, pool: RewardPool,
        strict: StrictCheck | None = None,
    ) -> None:  # fmt: skip
        """Raises UsageError when prompt and completion do not fit the context."""
        self.config = config
        self.session = session
        self.policy = policy
        self.pool = pool
        self.strict = strict
        needed = config.max_prompt_tokens + config.max_tokens
        if needed > policy.context:
            raise UsageError(
                f"max_prompt_tokens {config.max_prompt_tokens} + max_tokens {config.max_tokens} = "
                f"{needed} is longer than the model's context of {policy.context}"
            )
        self.groups_per_step = config.batch_size // config.group_size
        if self.groups_per_step < session.ranks.world:
            raise UsageError(
                f"batch_size {config.batch_size} gives {self.groups_per_step} groups for "
                f"{session.ranks.world} processes: use at least one group for each"
            )
        # Other problem seeds than pretraining and SFT, and other problems than the held-out ones.
        self.mixture = Mixture(config.mix, config.seed + 500_009, config.curriculum)
        self.held_out = held_out(config.mix, config.held_out)
        self.optimizers = Optimizers(policy.model, config.optimizer)
        reference = policy.reference() if config.beta > 0 else None
        extra = session.restore_state(policy.model, self.optimizers)
        if "mixture" in extra:
            self.mixture.load_state_dict(extra["mixture"])
        self.flops = float(extra.get("flops", 0.0))
        self.without_reward = int(extra.get("without_reward", 0))
        if strict is not None and "alarm" in extra:
            strict.alarm.load_state_dict(extra["alarm"])
        self.updater = Updater(session, policy, reference, self.optimizers, config)
        self.draws = Draws(
            config.max_tokens, config.temperature, config.top_p, config.turn_tokens,
            config.max_turns,
        )  # fmt: skip
        self.active = active_parameters(policy.model)

    def train(self) -> None:
        """Run the remaining steps, with held-out evaluation before, during and after."""
        self.session.manifest(
            {
                "parameters": sum(p.numel() for p in self.policy.model.parameters()),
                "tokenizer": self.policy.codec.hash,
                "held_out": [item.problem.id for item in self.held_out],
            }
        )
        every = self.config.held_out.every
        for step in self.session.steps(self._save):
            measured = self._measure(step) if step % every == 0 else {}
            self._step(step, measured)
        if self.session.step > self.session.start:
            final = self._measure(self.session.step)
            if self.session.ranks.is_main and final:
                record = {"step": self.session.step, **final}
                append_line(self.session.out / "metrics.jsonl", record)

    def _step(self, step: int, measured: dict[str, float]) -> None:
        telemetry = self.session.telemetry
        experience = self._collect(step)
        rows = to_rows(experience.groups, self.config)
        usable = distributed.sum_over_ranks([len(rows)], self.session.ranks, self.session.device)[0]
        self._check_rewards(experience, usable)
        measured = measured | self._compare(step, experience.sampled)
        with telemetry.timed("update"):
            sums = self.updater.update(rows, step)
        sampled = sum(len(a.sample.tokens) for g in experience.sampled for a in g.completions)
        trained = sum(row.length for row in rows)
        self.flops += self.active * (2 * sampled + 6 * trained * self.config.inner_epochs)
        self.session.tokens_seen += sampled
        self._update_curriculum(experience.sampled)
        log_step(self.session, self.config, experience, sums, measured, self.flops, sampled)
        self._keep_samples(step, experience.sampled)
        self._stop_on_alarm()

    def _collect(self, step: int) -> Experience:
        """Sample the batch: once, or for DAPO up to `resample` more times until it is full."""
        found = Experience()
        attempts = 1 + (self.config.resample if self.config.method == "dapo" else 0)
        for attempt in range(attempts):
            missing = self.groups_per_step - len(found.groups)
            items = self._draw(missing, found)
            mine = [items[i] for i in self.session.ranks.share(len(items))]
            seed = f"{self.config.seed}/{step}/{attempt}/{self.session.ranks.rank}"
            groups = roll_out(
                self.policy, mine, self.config.group_size, self.draws, seed, self.pool,
                self.session.telemetry, self.config.reward_rules,
            )  # fmt: skip
            found.sampled += groups
            self._select(groups, found)
            # Every process continues as long as any process lacks groups.
            short = self.groups_per_step * 1.0 - distributed.sum_over_ranks(
                [len(found.groups)], self.session.ranks, self.session.device
            )[0]  # fmt: skip
            if short <= 0:
                break
            found.resampled += int(attempt + 1 < attempts)
        return found

    def _draw(self, count: int, found: Experience) -> list[MixtureItem]:
        items: list[MixtureItem] = []
        for _ in range(100 * count):
            if len(items) == count:
                return items
            item = self.mixture.draw(1)[0]
            if len(self.policy.codec.prompt(asked(item))) > self.config.max_prompt_tokens:
                found.too_long += 1
                continue
            items.append(item)
        raise UsageError(
            f"max_prompt_tokens {self.config.max_prompt_tokens}: almost every prompt of the mix "
            "is longer"
        )

    def _select(self, groups: Sequence[Group], found: Experience) -> None:
        """Count completions without a reward; keep the groups that can be trained on."""
        for group in groups:
            for scored in group.completions:
                if scored.reward is None:
                    found.dropped[scored.outcome.status] += 1
                    if self.config.reward.on_failure == "stop":
                        raise TrainingError(
                            f"no reward for {group.item.problem.id}: "
                            f"{scored.outcome.status}, {scored.outcome.reason}"
                        )
            if len(group.rewards) < 2:
                continue
            if self.config.method == "dapo" and not has_mixed_rewards(group.rewards):
                continue
            found.groups.append(group)

    def _check_rewards(self, experience: Experience, usable: float) -> None:
        """Report missing rewards; stop after too many steps without any."""
        if experience.dropped:
            reasons = ", ".join(f"{n} {status}" for status, n in experience.dropped.items())
            example = next(
                a.outcome.reason
                for g in experience.sampled
                for a in g.completions
                if a.reward is None
            )
            self.session.telemetry.say(
                f"step {self.session.step + 1}: completions without a reward, left out: {reasons}; "
                f"for example: {example}"
            )
        judged = any(g.rewards for g in experience.sampled)
        self.without_reward = 0 if usable or judged else self.without_reward + 1
        if self.without_reward >= self.config.reward.give_up_after:
            raise TrainingError(
                f"no usable reward in {self.without_reward} steps in a row; the last reason: "
                f"{dict(experience.dropped)}; weights are unchanged since"
            )

    def _compare(self, step: int, groups: Sequence[Group]) -> dict[str, float]:
        """Compare a share of the rewards with the strict verdict; say once that they differ."""
        if self.strict is None:
            return {}
        told = self.strict.alarm.message
        with self.session.telemetry.timed("strict"):
            metrics = self.strict.compare(groups, step, self.session.ranks)
        if self.strict.alarm.message and not told:
            self.session.telemetry.say(f"step {step + 1}: ALARM: {self.strict.alarm.message}")
        return metrics

    def _stop_on_alarm(self) -> None:
        if self.strict is not None and self.config.alarm.stop and self.strict.alarm.message:
            raise TrainingError(self.strict.alarm.message)

    def _update_curriculum(self, groups: Sequence[Group]) -> None:
        own = {
            f"{g.item.entry}/{g.item.level}/{g.item.problem.id}": g.solve_rate
            for g in groups
            if g.rewards
        }
        for key, rate in sorted(distributed.merge(own, self.session.ranks).items()):
            self.mixture.record_solve_rate(key.rsplit("/", 1)[0], rate)

    def _measure(self, step: int) -> dict[str, float]:
        if not self.held_out:
            return {}
        # By the strict verdict also where a callable is trained on.
        pool = self.pool if self.strict is None else self.strict.pool
        means, solved = evaluate_held_out(
            self.policy, self.held_out, self.config.held_out, self.draws, pool,
            self.session.telemetry, self.session.ranks,
        )  # fmt: skip
        if self.session.ranks.is_main:
            path = self.session.out / "heldout.jsonl"
            append_line(path, {"step": step, "solved": solved})
        return means

    def _keep_samples(self, step: int, groups: Sequence[Group]) -> None:
        completions = [(g, a) for g in groups for a in g.completions]
        count = min(self.config.samples_kept, len(completions))
        for i in range(count):
            group, scored = completions[i * len(completions) // count]
            self.session.telemetry.sample(
                {
                    "step": step + 1,
                    "suite": group.item.suite.name,
                    "problem": group.item.problem.id,
                    "prompt": group.item.problem.prompt,
                    "completion": scored.text,
                    "status": scored.outcome.status,
                    "reward": scored.reward,
                    "tokens": len(scored.sample.tokens),
                    **({} if scored.strict is None else {"strict": scored.strict}),
                }
            )

    def _save(self) -> None:
        from .report import write_report

        extra: dict[str, Any] = {
            "mixture": self.mixture.state_dict(),
            "flops": self.flops,
            "without_reward": self.without_reward,
        }
        if self.strict is not None:
            extra["alarm"] = self.strict.alarm.state_dict()
        self.session.save(self.policy.model, self.optimizers, extra)
        if self.session.ranks.is_main:
            write_report(self.session.out)


def to_rows(groups: Sequence[Group], config: GrpoSettings) -> list[TrainRow]:
    """The rewarded completions with their advantages; the others are left out."""
    rows = []
    for group in groups:
        completions = [a for a in group.completions if a.reward is not None]
        values = group_advantages(group.rewards, config.method)
        for scored, advantage in zip(completions, values, strict=True):
            sample = scored.sample
            mask = sample.mask
            logprobs = list(compress(sample.logprobs, mask))
            rows.append(TrainRow(group.prompt, sample.tokens, mask, logprobs, advantage))
    return rows
