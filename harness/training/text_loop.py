"""The training loop over token rows, shared by pretraining, SFT and distillation.

Shapes: B rows, T tokens, V vocabulary, M layers with experts, E experts.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from . import distributed
from .optimization import Optimizers
from .policies import Policy
from .policies.bundled import BundledPolicy
from .rows import Rows
from .session import Session, active_parameters
from .settings import TextRunSettings

_IGNORE = -100

Objective = Callable[[Tensor, Tensor], Tensor]
"""(logits of the wanted places (N, V), the rows' numbers of them) -> summed loss."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of one micro-batch on the device."""

    tokens_BT: Tensor
    segments_BT: Tensor
    loss_mask_BT: Tensor

    def labels(self, ahead: int) -> Tensor:
        """Labels (B, T - ahead): the token `ahead` positions later, or the ignored index."""
        length = self.tokens_BT.shape[1] - ahead
        same_BT = self.segments_BT[:, ahead:] == self.segments_BT[:, :length]
        counted_BT = self.loss_mask_BT[:, ahead:] & same_BT & (self.segments_BT[:, ahead:] > 0)
        return torch.where(counted_BT, self.tokens_BT[:, ahead:], _IGNORE)


@dataclass(slots=True)
class Sums:
    """Sums over the micro-batches of one optimizer step."""

    loss: float = 0.0
    mtp: float = 0.0
    aux: float = 0.0
    right: float = 0.0
    load_ME: Tensor | None = None


def train_on_rows(
    session: Session,
    policy: Policy,
    rows: Rows,
    settings: TextRunSettings,
    teacher: Policy | None = None,
    soften: float = 1.0,
) -> None:
    """Train until the last step, on the tokens or on a teacher's distribution."""
    optimizers = Optimizers(policy.model, settings.optimizer)
    session.restore_state(policy.model, optimizers)
    policy.model.train()
    flops = 6 * active_parameters(policy.model)
    rows = rows.to(session.device)
    forward = Forward(policy, settings, teacher, soften)
    for step in session.steps(lambda: session.save(policy.model, optimizers, {})):
        chosen = rows_of_step(len(rows), settings.batch_rows, settings.seed, step)
        mine = [chosen[i] for i in session.ranks.share(len(chosen))]
        batches = [
            take(rows, mine[i : i + (settings.micro_rows or len(mine))])
            for i in range(0, len(mine), settings.micro_rows or len(mine))
        ]
        counts = _counts(batches, session)
        sums = Sums()
        with session.telemetry.timed("update"):
            for batch in batches:
                forward.backward(batch, counts, len(batch.tokens_BT) / len(chosen), sums)
            session.check_finite(sums.loss, "loss", {"rows": mine, "tokens": batches[0].tokens_BT})
            distributed.sum_gradients(optimizers.parameters, session.ranks)
            norm = optimizers.step(step, session.progress)
            session.check_finite(norm, "gradient norm", {"rows": mine})
            loads = _balance(policy, sums, settings, session)
        seen = distributed.sum_over_ranks(
            [sum(b.tokens_BT.numel() for b in batches)], session.ranks, session.device
        )[0]
        session.tokens_seen += int(seen)
        _log(session, sums, norm, counts, seen, flops, loads)


class Forward:
    """Forward and backward of one micro-batch."""

    def __init__(
        self, policy: Policy, settings: TextRunSettings, teacher: Policy | None, soften: float
    ) -> None:
        self.policy = policy
        self.settings = settings
        self.teacher = teacher
        self.soften = soften
        self.bundled = isinstance(policy, BundledPolicy)
        model: Any = policy.model
        self.run = model.forward_train if self.bundled else None
        if settings.compile and self.run is not None:
            self.run = torch.compile(self.run, dynamic=False)

    def backward(self, batch: Batch, counts: tuple[float, float], share: float, sums: Sums) -> None:
        """Add this micro-batch's gradients; `counts` are the numbers of targets in the step."""
        main_count, mtp_count = counts
        with self.policy.autocast():
            logits_BTV, mtp_logits, aux, load_ME = self._forward(batch)
        labels_BT = batch.labels(1)
        loss = self._objective(batch, logits_BTV, labels_BT) / max(main_count, 1.0)
        total = loss
        if mtp_logits and self.settings.mtp_weight:
            mtp = torch.stack(
                [
                    cross_entropy_sum(logits, batch.labels(1 + depth))
                    for depth, logits in enumerate(mtp_logits, start=1)
                ]
            ).mean() / max(mtp_count, 1.0)  # fmt: skip
            total = total + self.settings.mtp_weight * mtp
            sums.mtp += float(mtp.detach())
        if aux is not None and self.settings.aux_weight:
            total = total + self.settings.aux_weight * share * aux
            sums.aux += share * float(aux.detach())
        torch.autograd.backward(total)
        sums.loss += float(loss.detach())
        with torch.no_grad():
            right_BT = logits_BTV[:, :-1].argmax(-1) == labels_BT
            sums.right += float((right_BT & (labels_BT != _IGNORE)).sum())
        if load_ME is not None:
            sums.load_ME = load_ME if sums.load_ME is None else sums.load_ME + load_ME

    def _forward(
        self, batch: Batch
    ) -> tuple[Tensor, tuple[Tensor, ...], Tensor | None, Tensor | None]:
        if self.run is not None:
            out = self.run(batch.tokens_BT, batch.segments_BT)
            return out.logits_BTV, out.mtp_logits, out.aux_loss, out.load_ME
        return self.policy.head(self._plain_hidden(self.policy, batch)), (), None, None

    def _plain_hidden(self, policy: Policy, batch: Batch) -> Tensor:
        if isinstance(policy, BundledPolicy):
            model: Any = policy.model
            states: Tensor = model.hidden(batch.tokens_BT, batch.segments_BT)[0]
            return states
        # In other models packed examples attend to each other, as usual for them.
        return policy.hidden(batch.tokens_BT, batch.segments_BT > 0)

    def _objective(self, batch: Batch, logits_BTV: Tensor, labels_BT: Tensor) -> Tensor:
        if self.teacher is None:
            return cross_entropy_sum(logits_BTV, labels_BT)
        loss_mask_BT = labels_BT != _IGNORE
        with torch.no_grad(), self.teacher.autocast():
            states = self._plain_hidden(self.teacher, batch)[:, :-1][loss_mask_BT]
            theirs_NV = self.teacher.head(states)
        return soft_cross_entropy_sum(logits_BTV[:, :-1][loss_mask_BT], theirs_NV, self.soften)


def cross_entropy_sum(logits_BTV: Tensor, labels_BT: Tensor) -> Tensor:
    """Summed cross-entropy over the labels that are not ignored.

    Labels are padded to the length of the logits: a slice of the logits would be copied, and its
    gradient padded.
    """
    labels_BT = F.pad(labels_BT, (0, logits_BTV.shape[1] - labels_BT.shape[1]), value=_IGNORE)
    return F.cross_entropy(
        logits_BTV.flatten(0, 1).float(), labels_BT.flatten().long(), ignore_index=_IGNORE,
        reduction="sum",
    )  # fmt: skip


def soft_cross_entropy_sum(ours_NV: Tensor, theirs_NV: Tensor, temperature: float) -> Tensor:
    """Summed KL(teacher || student) at a temperature, times its square (Hinton et al., 2015)."""
    ours = (ours_NV.float() / temperature).log_softmax(-1)
    theirs = (theirs_NV.float() / temperature).log_softmax(-1)
    return F.kl_div(ours, theirs, reduction="sum", log_target=True) * temperature**2


def rows_of_step(rows: int, batch: int, seed: int, step: int) -> list[int]:
    """The rows of a step, a pure function: every epoch visits each row once, reshuffled."""
    chosen: list[int] = []
    place = step * batch
    while len(chosen) < batch:
        epoch, offset = divmod(place + len(chosen), rows)
        order = _epoch_order(rows, seed, epoch)
        chosen += order[offset : offset + batch - len(chosen)].tolist()
    return chosen


_ORDERS: dict[tuple[int, int, int], Tensor] = {}


def _epoch_order(rows: int, seed: int, epoch: int) -> Tensor:
    key = (rows, seed, epoch)
    if key not in _ORDERS:
        _ORDERS.clear()
        generator = torch.Generator().manual_seed(seed * 1_000_003 + epoch)
        _ORDERS[key] = torch.randperm(rows, generator=generator)
    return _ORDERS[key]


def take(rows: Rows, chosen: list[int]) -> Batch:
    """The chosen rows as a batch."""
    index = torch.tensor(chosen, device=rows.tokens_RT.device)
    return Batch(
        rows.tokens_RT[index].long(), rows.segments_RT[index].long(), rows.loss_mask_RT[index]
    )


def _counts(batches: list[Batch], session: Session) -> tuple[float, float]:
    local = [
        float(sum(int((batch.labels(ahead) != _IGNORE).sum()) for batch in batches))
        for ahead in (1, 2)
    ]
    main, mtp = distributed.sum_over_ranks(local, session.ranks, session.device)
    return main, mtp


def _balance(
    policy: Policy, sums: Sums, settings: TextRunSettings, session: Session
) -> dict[str, float]:
    """Update the routers' biases; returns max/mean and min/mean load of the worst layers."""
    if sums.load_ME is None or not sums.load_ME.numel():
        return {}
    load_ME = distributed.sum_tensor_over_ranks(sums.load_ME, session.ranks)
    if settings.bias_update_speed:
        model: Any = policy.model
        model.update_router_bias(load_ME, settings.bias_update_speed)
    ratio_M = load_ME.max(1).values / load_ME.float().mean(1).clamp(min=1e-9)
    least_M = load_ME.min(1).values / load_ME.float().mean(1).clamp(min=1e-9)
    return {"experts/max_over_mean": float(ratio_M.max()), "experts/min_over_mean":
            float(least_M.min())}  # fmt: skip


def _log(
    session: Session,
    sums: Sums,
    norm: float,
    counts: tuple[float, float],
    seen: float,
    flops: float,
    loads: dict[str, float],
) -> None:
    device = session.device
    loss, mtp, aux, right = distributed.sum_over_ranks(
        [sums.loss, sums.mtp, sums.aux, sums.right], session.ranks, device
    )
    seconds = session.telemetry.seconds.get("update", 0.0)
    metrics = {
        "loss": loss,
        "mtp_loss": mtp,
        "aux_loss": aux,
        "token_accuracy": right / max(counts[0], 1.0),
        "grad_norm": norm,
        "tokens": session.tokens_seen,
        "tokens_per_second": seen / seconds if seconds else 0.0,
        **loads,
        **session.cost(flops * session.tokens_seen),
    }
    session.telemetry.log(session.step + 1, metrics, shown=f"loss {loss:.4f}")
