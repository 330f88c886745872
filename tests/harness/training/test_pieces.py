"""Advantages, packing, noise, reflection, mixtures, schedules, Muon."""

import random

import pytest
import torch
from assay.harness.training.advantages import group_advantages
from assay.harness.training.mixture import Mixture, held_out
from assay.harness.training.noise import WAIT, add_noise, split_thought
from assay.harness.training.optimization import Muon, lr_factor
from assay.harness.training.reflection import reflect
from assay.harness.training.rows import Tokens, pack
from assay.harness.training.settings import (
    HeldOutSettings,
    MixEntry,
    NoiseSettings,
    OptimizerSettings,
)
from assay.harness.training.text_loop import rows_of_step
from assay.sandbox.errors import UsageError
from assay.tasks import load


def test_advantages_equal_torch():
    rewards = [0.0, 1.0, 1.0, 0.25]
    r = torch.tensor(rewards)
    expected = (r - r.mean()) / (r.std() + 1e-4)
    assert torch.allclose(torch.tensor(group_advantages(rewards, "grpo")), expected)
    assert torch.allclose(torch.tensor(group_advantages(rewards, "dr_grpo")), r - r.mean())
    assert group_advantages([1.0, 1.0, 1.0], "dapo") == [0.0, 0.0, 0.0]
    with pytest.raises(ValueError, match="group of 1"):
        group_advantages([1.0], "grpo")


def test_packing_keeps_every_token_once():
    rng = random.Random(0)
    pairs = [([1] * rng.randint(1, 9), [2 + i] * rng.randint(1, 20)) for i in range(50)]
    examples = [(prompt, completion, [False] * len(completion)) for prompt, completion in pairs]
    rows = pack(Tokens.build(examples), 32, completions_only=True, seed=1)
    assert rows.dropped == 0
    for i, (prompt, completion) in enumerate(pairs):
        where = rows.tokens_RT == 2 + i
        assert int(where.sum()) == len(completion)
        assert bool(rows.loss_mask_RT[where].all())
        row = int(where.any(1).nonzero()[0])
        segment = int(rows.segments_RT[row][where[row]][0])
        same = rows.segments_RT[row] == segment
        assert int(same.sum()) == len(prompt) + len(completion)
        assert int((same & ~rows.loss_mask_RT[row]).sum()) == len(prompt)
    assert not rows.loss_mask_RT[rows.segments_RT == 0].any()


def test_packing_counts_what_is_too_long():
    tokens = Tokens.build([([1], [2] * 40, [False] * 40), ([1], [3], [False])])
    assert pack(tokens, 16, False, 0).dropped == 1
    with pytest.raises(UsageError, match="row_tokens 16"):
        pack(Tokens.build([([1], [2] * 40, [False] * 40)]), 16, False, 0)


def test_rows_of_steps_are_epochs():
    seen = [row for step in range(6) for row in rows_of_step(9, 3, 5, step)]
    assert sorted(seen[:9]) == sorted(seen[9:]) == list(range(9))
    assert seen[:9] != seen[9:]


def kinds(noise, count=40):
    suite = load("boolean_circuits", split="train", difficulty=2, size=count)
    for i in range(count):
        gold = suite.gold(suite[i])
        yield suite, suite[i], gold, *add_noise(suite, suite[i], gold, random.Random(i), noise)


def test_noise_kinds_are_what_they_say():
    for suite, problem, _, text, kind in kinds(NoiseSettings(direct=1, corrected=0, uncorrected=0)):
        assert kind == "direct"
        assert "<think>" not in text
        assert suite.verify(problem, text).correct
    for suite, problem, gold, text, kind in kinds(
        NoiseSettings(direct=0, corrected=1, uncorrected=0)
    ):
        assert kind == "corrected"
        assert suite.verify(problem, text).correct
        seen = reflect(text, gold, True)
        assert (seen.wrong_steps, seen.corrected_steps, seen.self_corrected) == (1, 1, True)
        assert WAIT in split_thought(text)[0]
    for suite, problem, gold, text, kind in kinds(
        NoiseSettings(direct=0, corrected=0, uncorrected=1)
    ):
        assert kind == "uncorrected"
        assert not suite.verify(problem, text).correct
        assert reflect(text, gold, False).wrong_steps == 1


def thought(*lines):
    return "<think>\n" + "\n".join(lines) + "\n</think>\n<answer>1</answer>"


def test_reflection_needs_more_than_a_keyword():
    talk = reflect(thought("2+2=4", "wait", "2+2=4"), None, True)
    assert (talk.markers, talk.wrong_steps, talk.self_corrected) == (1, 0, False)
    real = reflect(thought("2+2=5", "2+2=4"), None, True)
    assert (real.markers, real.wrong_steps, real.self_corrected) == (0, 1, True)
    assert not reflect(thought("2+2=5", "wait", "2+2=4"), None, False).self_corrected
    assert not reflect(thought("2+2=4", "wait", "2+2=5"), None, True).self_corrected
    assert reflect(thought("2+2=5", "2+2=6"), None, True).corrected_steps == 0
    assert reflect("no thinking 1=2", None, True).steps == 0
    assert reflect(thought("1/0=3", "9" * 200 + "=1", "(((=1"), None, True).wrong_steps == 0


def test_mixture_resumes_where_it_was():
    entries = [MixEntry(suite="boolean_circuits", difficulties=[1, 2, 3]), MixEntry(suite="dyck")]
    for curriculum in ("uniform", "ladder", "learnable"):
        one = Mixture(entries, 7, curriculum)
        one.draw(5)
        one.record_solve_rate("0/1", 0.9)
        state = one.state_dict()
        other = Mixture(entries, 7, curriculum)
        other.load_state_dict(state)
        assert [i.problem for i in one.draw(10)] == [i.problem for i in other.draw(10)]


def test_ladder_climbs_only_when_solved():
    mixture = Mixture([MixEntry(suite="dyck", difficulties=[1, 2, 3])], 0, "ladder")
    assert mixture.level_weights(0) == [1.0, 0.0, 0.0]
    mixture.record_solve_rate("0/1", 0.95)
    assert mixture.level_weights(0) == [0.25, 1.0, 0.0]
    for _ in range(30):
        mixture.record_solve_rate("0/1", 0.1)
    assert mixture.level_weights(0) == [1.0, 0.0, 0.0]


def test_held_out_problems_are_not_for_training():
    entries = [MixEntry(suite="boolean_circuits", difficulties=[1])]
    test = {item.problem.prompt for item in held_out(entries, HeldOutSettings(problems=30))}
    train = {item.problem.prompt for item in Mixture(entries, 3).draw(300)}
    assert len(test) > 5
    assert not test & train


def test_mixture_names_the_bad_suite():
    with pytest.raises(UsageError, match="boolean_circuit"):
        Mixture([MixEntry(suite="boolean_circuit")], 0)
    with pytest.raises(UsageError, match="difficulty 99"):
        Mixture([MixEntry(suite="dyck", difficulties=[99])], 0)


def test_schedule():
    settings = OptimizerSettings(warmup_steps=10, schedule="cosine", final_lr_ratio=0.1)
    assert lr_factor(settings, 0, 0.0) == pytest.approx(0.1)
    assert lr_factor(settings, 9, 0.0) == pytest.approx(1.0)
    assert lr_factor(settings, 99, 1.0) == pytest.approx(0.1)


def test_muon_equals_torch_and_handles_stacks():
    if not hasattr(torch.optim, "Muon"):
        pytest.skip("this torch has no Muon")
    torch.manual_seed(0)
    start, grads = torch.randn(3, 6, 4), [torch.randn(3, 6, 4) for _ in range(3)]
    stack = torch.nn.Parameter(start.clone())
    ours = Muon([stack], lr=0.1)
    matrices = [torch.nn.Parameter(start[i].clone()) for i in range(3)]
    theirs = torch.optim.Muon(matrices, lr=0.1, weight_decay=0.0)
    for grad in grads:
        stack.grad = grad.clone()
        ours.step()
        for matrix, part in zip(matrices, grad, strict=True):
            matrix.grad = part.clone()
        theirs.step()
    torch.testing.assert_close(
        stack.detach(), torch.stack([m.detach() for m in matrices]), atol=0.02, rtol=0.05
    )  # torch's runs in bfloat16
