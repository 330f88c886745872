"""Every loss against TRL's on the same tensors, and against the papers' equations."""

from types import SimpleNamespace

import pytest
import torch
from assay.harness.training.losses import (
    LOSSES,
    Denominators,
    LossBatch,
    LossSettings,
)

MAX_TOKENS = 24


def tensors(seed, off_policy=True):
    g = torch.Generator().manual_seed(seed)
    B, T = 6, 11
    logps = -torch.rand(B, T, generator=g) * 3
    lengths = torch.tensor([11, 3, 7, 1, 9, 5])
    mask = (torch.arange(T) < lengths[:, None]).float()
    shift = torch.randn(B, T, generator=g) * (0.4 if off_policy else 0.0)
    return SimpleNamespace(
        logps=logps,
        old=logps + shift,
        ref=logps + torch.randn(B, T, generator=g) * 0.3,
        adv=torch.randn(B, generator=g),
        mask=mask,
        weights=torch.rand(B, T, generator=g) + 0.5,
    )


def ours(name, t, settings, weights=None):
    logps = t.logps.clone().requires_grad_()
    batch = LossBatch(
        logps_BT=logps,
        old_logps_BT=t.old,
        advantages_B=t.adv,
        mask_BT=t.mask,
        ref_logps_BT=t.ref,
        weights_BT=weights,
    )
    over = Denominators(sequences=6, tokens=int(t.mask.sum()), max_tokens=MAX_TOKENS)
    terms = LOSSES[name](batch, settings, over)
    terms.loss.backward()
    return terms.loss.detach(), logps.grad


def trl_loss(name, t, settings, weights=None):
    """TRL's own `_compute_loss`, run on a stand-in that only supplies the log-probabilities."""
    trainer_module = pytest.importorskip("trl.trainer.grpo_trainer")
    logps = t.logps.clone().requires_grad_()

    class Stand(trainer_module.GRPOTrainer):
        def __init__(self):
            pass

        def _get_per_token_logps_and_entropies(self, *args, **kwargs):
            return logps, torch.zeros_like(logps), None

    accelerator = SimpleNamespace(
        num_processes=1,
        gather=lambda x: x,
        gather_for_metrics=lambda x: x,
        reduce=lambda x, reduction: x,
        sync_gradients=True,
    )
    high = settings.ratio_cap if name == "cispo" else settings.epsilon_high
    state = {
        "args": SimpleNamespace(delta=None, use_bias_correction_kl=False, steps_per_generation=1),
        "aux_loss_enabled": False,
        "top_entropy_quantile": 1.0,
        "off_policy_mask_threshold": None,
        "importance_sampling_level": "sequence" if name == "gspo" else "token",
        "loss_type": "grpo" if name == "gspo" else name,
        "beta": settings.beta,
        "epsilon_low": settings.epsilon_low,
        "epsilon_high": high,
        "use_vllm": weights is not None,
        "vllm_importance_sampling_correction": True,
        "max_completion_length": MAX_TOKENS,
        "current_gradient_accumulation_steps": 1,
        "_entropy_bonus_enabled": False,
        "accelerator": accelerator,
        "model": SimpleNamespace(training=True),
        "_metrics": {"train": __import__("collections").defaultdict(list)},
    }
    stand = Stand()
    for key, value in state.items():
        object.__setattr__(stand, key, value)
    B = t.logps.size(0)
    inputs = {
        "prompt_ids": torch.zeros(B, 2, dtype=torch.long),
        "prompt_mask": torch.ones(B, 2),
        "completion_ids": torch.zeros_like(t.mask, dtype=torch.long),
        "completion_mask": t.mask,
        "advantages": t.adv,
        "old_per_token_logps": t.old,
        "ref_per_token_logps": t.ref,
        "num_items_in_batch": t.mask.sum(),
        "importance_sampling_ratio": weights,
    }
    loss = stand._compute_loss(None, inputs)
    loss.backward()
    return loss.detach(), logps.grad


@pytest.mark.parametrize("beta", [0.0, 0.07])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("name", sorted(LOSSES))
def test_equals_trl(name, weighted, beta):
    settings = LossSettings(epsilon_low=0.2, epsilon_high=0.28, ratio_cap=1.3, beta=beta)
    for seed in range(5):
        t = tensors(seed)
        weights = t.weights if weighted else None
        theirs, their_grad = trl_loss(name, t, settings, weights)
        loss, grad = ours(name, t, settings, weights)
        torch.testing.assert_close(loss, theirs, atol=1e-5, rtol=1e-5)
        torch.testing.assert_close(grad, their_grad, atol=1e-5, rtol=1e-5)
        assert their_grad.abs().max() > 1e-4


def paper(name, t, s):
    """Each paper's equation, answer by answer and token by token."""
    total, tokens = torch.zeros(()), t.mask.sum()
    logps = t.logps.clone().requires_grad_()
    for i in range(len(t.adv)):
        n, A = int(t.mask[i].sum()), t.adv[i]
        ratio = (logps[i, :n] - t.old[i, :n]).exp()
        d = t.ref[i, :n] - logps[i, :n]
        kl = d.exp() - d - 1
        if name == "gspo":
            ratio = ((logps[i, :n] - t.old[i, :n]).sum() / n).exp().expand(n)
        if name == "cispo":
            terms = ratio.detach().clamp(max=s.ratio_cap) * A * logps[i, :n]
        else:
            terms = torch.min(ratio * A, ratio.clamp(1 - s.epsilon_low, 1 + s.epsilon_high) * A)
        scale = {"grpo": 1 / (6 * n), "gspo": 1 / (6 * n), "dr_grpo": 1 / (6 * MAX_TOKENS)}
        total = total - (terms - s.beta * kl).sum() * scale.get(name, 1 / tokens)
    total.backward()
    return total.detach(), logps.grad


@pytest.mark.parametrize("name", sorted(LOSSES))
def test_equals_the_papers_equation(name):
    settings = LossSettings(epsilon_low=0.1, epsilon_high=0.3, ratio_cap=1.5, beta=0.04)
    for seed in range(5):
        t = tensors(seed + 100)
        loss, grad = ours(name, t, settings)
        expected, expected_grad = paper(name, t, settings)
        torch.testing.assert_close(loss, expected, atol=1e-5, rtol=1e-5)
        torch.testing.assert_close(grad, expected_grad, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("name", sorted(LOSSES))
def test_micro_batches_add_up_and_padding_is_inert(name):
    settings = LossSettings(beta=0.1)
    t = tensors(3)
    whole, _ = ours(name, t, settings)
    over = Denominators(sequences=6, tokens=int(t.mask.sum()), max_tokens=MAX_TOKENS)
    parts = torch.zeros(())
    for rows in (slice(0, 2), slice(2, 6)):
        hole = t.mask[rows] == 0
        batch = LossBatch(
            logps_BT=t.logps[rows].masked_fill(hole, float("-inf")),
            mask_BT=t.mask[rows],
            old_logps_BT=t.old[rows].masked_fill(hole, 123.0),
            advantages_B=t.adv[rows],
            ref_logps_BT=t.ref[rows].masked_fill(hole, -77.0),
        )
        parts = parts + LOSSES[name](batch, settings, over).loss
    torch.testing.assert_close(parts, whole)


@pytest.mark.parametrize("name", sorted(LOSSES))
def test_on_policy_gradient_is_the_policy_gradient(name):
    t = tensors(5, off_policy=False)
    _, grad = ours(name, t, LossSettings())
    per_token = {"grpo": 1 / (6 * t.mask.sum(1)), "gspo": 1 / (6 * t.mask.sum(1))}
    scale = per_token.get(name, torch.full((6,), 1 / t.mask.sum()))
    if name == "dr_grpo":
        scale = torch.full((6,), 1 / (6 * MAX_TOKENS))
    torch.testing.assert_close(grad, -(t.adv * scale)[:, None] * t.mask)


def test_beta_without_a_reference_is_refused():
    t = tensors(0)
    batch = LossBatch(logps_BT=t.logps, advantages_B=t.adv, mask_BT=t.mask)
    with pytest.raises(ValueError, match="ref_logps_BT"):
        LOSSES["grpo"](
            batch, LossSettings(beta=0.1), Denominators(sequences=6, tokens=1, max_tokens=1)
        )
