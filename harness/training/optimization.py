"""Optimizers and learning-rate schedules."""

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from .settings import OptimizerSettings

_NEWTON_SCHULZ = (3.4445, -4.7750, 2.0315)


class Muon(torch.optim.Optimizer):
    """Muon (Jordan et al., 2024): momentum orthogonalized by Newton-Schulz, for matrices.

    A tensor with more dimensions is a stack of matrices (experts), each orthogonalized alone.
    The update is scaled by sqrt(max(1, rows / columns)).
    """

    def __init__(
        self, params: Any, lr: float = 0.02, momentum: float = 0.95, weight_decay: float = 0.0
    ) -> None:
        super().__init__(params, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> None:  # type: ignore[override]
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                state = self.state[p]
                if "momentum" not in state:
                    state["momentum"] = torch.zeros_like(p)
                momentum = state["momentum"].lerp_(p.grad, 1 - group["momentum"])
                update = p.grad.lerp(momentum, group["momentum"])
                scale = max(1.0, p.size(-2) / p.size(-1)) ** 0.5
                p.mul_(1 - group["lr"] * group["weight_decay"])
                p.add_(orthogonalize(update).to(p.dtype), alpha=-group["lr"] * scale)


def orthogonalize(matrices: Tensor, steps: int = 5) -> Tensor:
    """Push every singular value of the last two dimensions towards 1 (Newton-Schulz, quintic)."""
    a, b, c = _NEWTON_SCHULZ
    x: Tensor = matrices.bfloat16() if matrices.is_cuda else matrices.float()
    tall = x.size(-2) > x.size(-1)
    if tall:
        x = x.mT
    x = x / x.norm(dim=(-2, -1), keepdim=True).clamp(min=1e-7)
    for _ in range(steps):
        gram = x @ x.mT
        x = a * x + (b * gram + c * gram @ gram) @ x
    return x.mT if tall else x


class Optimizers:
    """The optimizers of one model, stepped together."""

    def __init__(self, model: nn.Module, settings: OptimizerSettings) -> None:
        self.settings = settings
        named = [(name, p) for name, p in model.named_parameters() if p.requires_grad]
        self.parameters = [p for _, p in named]
        hidden = [p for name, p in named if _is_hidden_matrix(name, p)]
        use_muon = settings.name == "muon"
        chosen = {id(p) for p in hidden} if use_muon else set()
        rest = [p for p in self.parameters if id(p) not in chosen]
        groups = [
            {"params": [p for p in rest if p.dim() > 1], "weight_decay": settings.weight_decay},
            {"params": [p for p in rest if p.dim() <= 1], "weight_decay": 0.0},
        ]
        fused = bool(self.parameters) and self.parameters[0].is_cuda
        adamw = torch.optim.AdamW(
            [g for g in groups if g["params"]], lr=settings.lr, betas=settings.betas, fused=fused
        )
        self.all: list[torch.optim.Optimizer] = [adamw]
        if use_muon and hidden:
            decay = settings.weight_decay * settings.lr / settings.muon_lr
            self.all.append(Muon(hidden, lr=settings.muon_lr, weight_decay=decay))
        for optimizer in self.all:
            for group in optimizer.param_groups:
                group["base_lr"] = group["lr"]

    def step(self, step: int, progress: float) -> float:
        """Clip, set the learning rates, update, clear the gradients; returns the gradient norm.

        `progress` in [0, 1] is the position in the schedule.
        """
        norm = nn.utils.clip_grad_norm_(self.parameters, self.settings.clip_norm)
        factor = lr_factor(self.settings, step, progress)
        for optimizer in self.all:
            for group in optimizer.param_groups:
                group["lr"] = group["base_lr"] * factor
            optimizer.step()
        self.zero_grad()
        return float(norm)

    def zero_grad(self) -> None:
        """Clear the gradients."""
        for optimizer in self.all:
            optimizer.zero_grad(set_to_none=True)

    def state_dict(self) -> list[dict[str, Any]]:
        """The state of all optimizers."""
        return [optimizer.state_dict() for optimizer in self.all]

    def load_state_dict(self, states: list[dict[str, Any]]) -> None:
        """Restore a state from `state_dict`."""
        for optimizer, state in zip(self.all, states, strict=True):
            optimizer.load_state_dict(state)


def lr_factor(settings: OptimizerSettings, step: int, progress: float) -> float:
    """The learning rate as a fraction of its peak: linear warm-up, then the schedule."""
    warmup = min(1.0, (step + 1) / settings.warmup_steps) if settings.warmup_steps else 1.0
    floor = settings.final_lr_ratio
    progress = min(max(progress, 0.0), 1.0)
    if settings.schedule == "linear":
        return warmup * (floor + (1 - floor) * (1 - progress))
    if settings.schedule == "cosine":
        return warmup * (floor + (1 - floor) * 0.5 * (1 + math.cos(math.pi * progress)))
    return warmup


def _is_hidden_matrix(name: str, p: nn.Parameter) -> bool:
    return p.dim() >= 2 and not any(word in name for word in ("embed", "lm_head", "gate.weight"))
