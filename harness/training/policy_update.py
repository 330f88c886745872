"""The policy update of one step: micro-batches, ratios, loss, gradients.

Shapes: B completions, T tokens of prompt and completion, right-padded.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from . import distributed
from .losses import LOSSES, Denominators, LossBatch, LossSettings
from .optimization import Optimizers
from .policies import Draws, Policy
from .session import Session
from .settings import GrpoSettings

_DEFAULT_HIGH = {"dapo": 0.28}


@dataclass(slots=True)
class TrainRow:
    """One completion to train on, or an episode, of which only the model's tokens are trained."""

    prompt: list[int]
    completion: list[int]
    sampled: list[bool]
    """Which tokens of the completion the policy sampled: those that the loss is over."""
    sampler_logprobs: list[float]
    """Of the sampled tokens, as are all log-probabilities of a row."""
    advantage: float
    old_logprobs: Tensor | None = None
    """Under the policy before this step's first update."""
    ref_logprobs: Tensor | None = None

    @property
    def length(self) -> int:
        """Tokens of prompt and completion."""
        return len(self.prompt) + len(self.completion)


@dataclass(slots=True)
class UpdateSums:
    """Sums over the trained tokens of all updates in a step."""

    loss: float = 0.0
    kl: float = 0.0
    clipped: float = 0.0
    entropy: float = 0.0
    tokens: float = 0.0
    compared: float = 0.0
    """Tokens before the first update, whose log-probabilities the sampler's must equal."""
    mismatch: float = 0.0
    mismatch_max: float = 0.0
    truncated_weights: float = 0.0
    norms: list[float] = field(default_factory=list)


@dataclass(slots=True)
class _MicroBatch:
    """The padded tensors of a micro-batch."""

    rows: list[TrainRow]
    tokens_BT: Tensor
    real_BT: Tensor
    loss_mask_BT: Tensor


class Updater:
    """Turns a step's rows into optimizer updates."""

    def __init__(
        self, session: Session, policy: Policy, reference: Policy | None,
        optimizers: Optimizers, settings: GrpoSettings,
    ) -> None:  # fmt: skip
        self.session = session
        self.policy = policy
        self.reference = reference
        self.optimizers = optimizers
        self.settings = settings
        high = settings.epsilon_high or _DEFAULT_HIGH.get(settings.method, 0.2)
        self.draws = Draws(settings.max_tokens, settings.temperature, settings.top_p)
        self.loss_settings = LossSettings(
            epsilon_low=settings.epsilon_low, epsilon_high=high, ratio_cap=settings.ratio_cap,
            beta=settings.beta,
        )  # fmt: skip

    def update(self, rows: Sequence[TrainRow], step: int) -> UpdateSums:
        """All updates of one step. Rows without a gradient only count in the denominators."""
        sums = UpdateSums()
        if self.settings.inner_epochs * self.settings.minibatches > 1:
            if self.policy.samples_exactly(self.draws):
                for row in rows:
                    row.old_logprobs = torch.tensor(row.sampler_logprobs)
            else:
                self._store_logprobs(self.policy, rows, "old_logprobs")
        if self.reference is not None:
            self._store_logprobs(self.reference, rows, "ref_logprobs")
        for epoch in range(self.settings.inner_epochs):
            order = list(range(len(rows)))
            if self.settings.minibatches > 1:
                random.Random(f"{self.settings.seed}/{step}/{epoch}").shuffle(order)
            for part in range(self.settings.minibatches):
                share = _part(len(order), part, self.settings.minibatches)
                self._optimizer_step([rows[order[i]] for i in share], step, sums)
        return sums

    def _optimizer_step(self, rows: list[TrainRow], step: int, sums: UpdateSums) -> None:
        ranks, device = self.session.ranks, self.session.device
        counts = distributed.sum_over_ranks(
            [len(rows), sum(sum(row.sampled) for row in rows)], ranks, device
        )
        if not counts[0]:
            return
        over = Denominators(
            sequences=int(counts[0]), tokens=int(counts[1]), max_tokens=self.settings.max_tokens
        )
        loss = 0.0
        for micro in self._micro_batches([row for row in rows if self._has_gradient(row)]):
            loss += self._backward(micro, over, sums)
        self.session.check_finite(loss, "loss", {"rows": [_as_record(row) for row in rows]})
        distributed.sum_gradients(self.optimizers.parameters, ranks)
        sums.loss += distributed.sum_over_ranks([loss], ranks, device)[0]
        norm = self.optimizers.step(step, self.session.progress)
        self.session.check_finite(
            norm, "gradient norm", {"rows": [_as_record(row) for row in rows]}
        )
        sums.norms.append(norm)

    def _has_gradient(self, row: TrainRow) -> bool:
        return row.advantage != 0.0 or self.settings.beta > 0

    def _backward(self, micro: _MicroBatch, over: Denominators, sums: UpdateSums) -> float:
        logps_BT, entropy_BT = self._logprobs(self.policy, micro)
        mask_BT = micro.loss_mask_BT.to(logps_BT.dtype)
        old_BT = self._scatter(micro, [row.old_logprobs for row in micro.rows])
        sampler_BT = self._scatter(micro, [torch.tensor(r.sampler_logprobs) for r in micro.rows])
        assert sampler_BT is not None
        # Before the first update the policy is still the one that sampled: the gap is rounding.
        before_BT = logps_BT.detach() if old_BT is None or not sums.norms else old_BT
        gap_BT = (before_BT - sampler_BT) * mask_BT
        weights_BT = None
        if self.settings.correct_mismatch:
            weights_BT = torch.exp(gap_BT).clamp(max=self.settings.importance_cap)
        batch = LossBatch(
            logps_BT=logps_BT,
            advantages_B=torch.tensor([r.advantage for r in micro.rows], device=logps_BT.device),
            mask_BT=mask_BT,
            old_logps_BT=old_BT,
            ref_logps_BT=self._scatter(micro, [row.ref_logprobs for row in micro.rows]),
            weights_BT=weights_BT,
        )
        terms = LOSSES[self.settings.method](batch, self.loss_settings, over)
        torch.autograd.backward(terms.loss)
        capped = torch.exp(gap_BT) > self.settings.importance_cap
        numbers = torch.stack(
            [
                terms.loss.detach(), terms.kl_sum, terms.clipped_sum, (entropy_BT * mask_BT).sum(),
                mask_BT.sum(), gap_BT.abs().sum(), gap_BT.abs().max(), (capped * mask_BT).sum(),
            ]
        ).tolist()  # fmt: skip
        loss, kl, clipped, entropy, tokens, gap, gap_max, cut = numbers
        sums.kl += kl
        sums.clipped += clipped
        sums.entropy += entropy
        sums.tokens += tokens
        if not sums.norms:
            sums.compared += tokens
            sums.mismatch += gap
        sums.mismatch_max = max(sums.mismatch_max, gap_max)
        sums.truncated_weights += cut
        return float(loss)

    @torch.no_grad()
    def _store_logprobs(self, policy: Policy, rows: Sequence[TrainRow], field_name: str) -> None:
        """Store a policy's log-probabilities on the rows that have a gradient."""
        for micro in self._micro_batches([row for row in rows if self._has_gradient(row)]):
            logps_BT, _ = self._logprobs(policy, micro)
            parts = zip(micro.rows, logps_BT, micro.loss_mask_BT, strict=True)
            for row, logps_T, mask_T in parts:
                setattr(row, field_name, logps_T[mask_T])

    def _logprobs(self, policy: Policy, micro: _MicroBatch) -> tuple[Tensor, Tensor]:
        return policy.logprobs(
            micro.tokens_BT, micro.real_BT, micro.loss_mask_BT, self.settings.temperature,
            [len(row.prompt) for row in micro.rows],
        )  # fmt: skip

    def _scatter(self, micro: _MicroBatch, values: Sequence[Tensor | None]) -> Tensor | None:
        """Scatter per-completion values to their positions in (B, T); None when a row has none."""
        if any(value is None for value in values):
            return None
        flat = torch.cat([value.float() for value in values if value is not None])
        placed_BT = torch.zeros(micro.tokens_BT.shape, device=micro.tokens_BT.device)
        return placed_BT.masked_scatter(micro.loss_mask_BT, flat.to(placed_BT.device))

    def _micro_batches(self, rows: Sequence[TrainRow]) -> Iterator[_MicroBatch]:
        """Batch rows of similar length, at most `micro_tokens` padded tokens each."""
        waiting: list[TrainRow] = []
        for row in sorted(rows, key=lambda row: row.length):
            if waiting and (len(waiting) + 1) * row.length > self.settings.micro_tokens:
                yield self._pad(waiting)
                waiting = []
            waiting.append(row)
        if waiting:
            yield self._pad(waiting)

    def _pad(self, rows: list[TrainRow]) -> _MicroBatch:
        width = max(row.length for row in rows)
        fill = self.policy.codec.end
        ids = [row.prompt + row.completion + [fill] * (width - row.length) for row in rows]
        tokens_BT = torch.tensor(ids, device=self.session.device)
        indices_T = torch.arange(width, device=self.session.device)
        lengths_B1 = torch.tensor([[row.length] for row in rows], device=tokens_BT.device)
        wanted = [
            [False] * len(row.prompt) + row.sampled + [False] * (width - row.length) for row in rows
        ]
        loss_mask_BT = torch.tensor(wanted, device=tokens_BT.device)
        return _MicroBatch(rows, tokens_BT, indices_T < lengths_B1, loss_mask_BT)


def _part(count: int, part: int, parts: int) -> range:
    return range(count * part // parts, count * (part + 1) // parts)


def _as_record(row: TrainRow) -> dict[str, object]:
    return {"prompt": row.prompt, "completion": row.completion, "advantage": row.advantage}
