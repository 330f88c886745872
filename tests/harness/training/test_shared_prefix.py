"""Rows that share a prompt are computed as if each were computed on its own."""

import random

import pytest
import torch
from assay.harness.model import LanguageModel, ModelConfig, build_tokenizer
from assay.harness.training.codec import wrap
from assay.harness.training.policies import Draws
from assay.harness.training.policies.bundled import BundledPolicy
from assay.harness.training.policies.contract import Policy

from .conftest import TINY

IN_LATENT_SPACE = {"kv_lora_rank": 8}
"""A latent no wider than a head, so that attention stays in latent space."""


def policy(**changes):
    tokenizer = build_tokenizer(["1 + 2 = 3, wait, no"] * 4, vocab_size=TINY["vocab_size"])
    torch.manual_seed(3)
    config = ModelConfig.preset("nano", **(TINY | {"num_nextn_predict_layers": 0} | changes))
    model = LanguageModel(config)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(4.0)  # so that attention is not uniform
    return BundledPolicy(model, wrap(tokenizer, "here"), torch.device("cpu"), torch.float32, 16)


def rows_of(sizes, seed=0):
    """Padded rows, what is real and what is trained, for (prompt number, prompt, completion)."""
    rng = random.Random(seed)
    prompts = {n: [rng.randrange(300) for _ in range(size)] for n, size, _ in sizes}
    rows = [prompts[n] + [rng.randrange(300) for _ in range(own)] for n, _, own in sizes]
    width = max(map(len, rows))
    tokens = torch.tensor([row + [1] * (width - len(row)) for row in rows])
    lengths = torch.tensor([[len(row)] for row in rows])
    starts = [size for _, size, _ in sizes]
    real = torch.arange(width) < lengths
    return tokens, real, real & (torch.arange(width) >= torch.tensor(starts)[:, None]), starts


def with_gradients(model, tokens, real, mask, prompts):
    model.model.zero_grad()
    logps, entropy = model.logprobs(tokens, real, mask, 0.7, prompts)
    (logps * torch.linspace(-1, 1, logps.shape[1])).sum().backward()
    return logps.detach(), entropy, [p.grad.clone() for p in model.model.parameters()]


@pytest.mark.parametrize(
    "sizes",
    [
        [(0, 40, 7), (0, 40, 70), (1, 3, 1), (1, 3, 33), (2, 35, 64)],  # blocks and padding
        [(0, 5, 4)],
        [(0, 5, 2), (1, 9, 8), (0, 5, 6)],  # rows of a group need not be neighbours
    ],
)
def test_shared_prompts_give_the_same_values_and_gradients(sizes):
    ours = policy(**IN_LATENT_SPACE)
    tokens, real, mask, starts = rows_of(sizes)
    mask &= torch.arange(mask.shape[1]) % 5 != 1  # some tokens of a completion are not trained
    mask[:, starts[0]] = real[:, starts[0]]
    alone = with_gradients(ours, tokens, real, mask, None)
    shared = with_gradients(ours, tokens, real, mask, starts)
    torch.testing.assert_close(shared[0], alone[0], atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(shared[1], alone[1], atol=1e-5, rtol=1e-5)
    assert float(alone[0].abs().max()) > 1
    for ours_grad, plain in zip(shared[2], alone[2], strict=True):
        torch.testing.assert_close(ours_grad, plain, atol=1e-4, rtol=1e-4)


def test_a_prompt_is_computed_once(monkeypatch):
    seen = []
    ours = policy(**IN_LATENT_SPACE)
    forward = ours.model.embed_tokens.forward
    monkeypatch.setattr(
        ours.model.embed_tokens, "forward", lambda x: (seen.append(x.numel()), forward(x))[1]
    )
    tokens, real, mask, starts = rows_of([(0, 30, 5)] * 8)
    ours.logprobs(tokens, real, mask, 1.0, starts)
    assert seen == [30 + 8 * 5]


def test_models_outside_latent_space_compute_each_row():
    ours = policy()
    tokens, real, mask, starts = rows_of([(0, 9, 5), (0, 9, 3)])
    alone, shared = (ours.logprobs(tokens, real, mask, 1.0, p)[0] for p in (None, starts))
    assert torch.equal(alone, shared)


def test_the_samplers_logprobs_are_the_old_ones_where_that_is_exact():
    ours = policy(**IN_LATENT_SPACE)
    prompts = [[5, 9, 30, 31]] * 4 + [[7, 8]] * 4
    samples = sorted(ours.sample(prompts, Draws(24), range(8)), key=lambda one: one.prompt)
    rows = [prompts[one.prompt] + one.tokens for one in samples]
    width = max(map(len, rows))
    tokens = torch.tensor([row + [1] * (width - len(row)) for row in rows])
    real = torch.arange(width) < torch.tensor([[len(row)] for row in rows])
    starts = [len(prompts[one.prompt]) for one in samples]
    mask = real & (torch.arange(width) >= torch.tensor(starts)[:, None])
    trainer, _ = ours.logprobs(tokens, real, mask, 1.0, starts)
    sampler = torch.tensor([x for one in samples for x in one.logprobs])
    torch.testing.assert_close(trainer[mask], sampler, atol=2e-5, rtol=0)
    assert ours.samples_exactly(Draws(24))
    assert not ours.samples_exactly(Draws(24, temperature=0.9))
    assert not ours.samples_exactly(Draws(24, top_p=0.9))
    ours.precision = torch.bfloat16
    assert not ours.samples_exactly(Draws(24))
    assert not Policy.samples_exactly(ours, Draws(24))
