"""Training on episodes: what is sampled, what the loss is over, resume."""

import json
import random
import subprocess
import sys
import time
from itertools import compress

import pytest
import torch
from assay.harness.training import checkpointing
from assay.harness.training.grpo import run_grpo
from assay.harness.training.measure import run_measure
from assay.harness.training.measure_settings import MeasureSettings
from assay.harness.training.mixture import Mixture
from assay.harness.training.playing import EpisodePlay, asked, demonstrate
from assay.harness.training.policies import Draws, open_policy
from assay.harness.training.policy_update import TrainRow, Updater
from assay.harness.training.pretrain import run_pretrain
from assay.harness.training.reject import run_reject
from assay.harness.training.settings import (
    GrpoSettings,
    MixEntry,
    ModelSettings,
    PretrainSettings,
    RejectSettings,
)
from assay.sandbox.errors import UsageError

from .conftest import TINY, grpo_content, pretrain_content
from .test_runs import WORKER, assert_same_state, metrics, weights

GAME = [{"suite": "mastermind", "difficulties": [1]}]
ROOM = {"max_prompt_tokens": 590, "max_tokens": 170, "turn_tokens": 30, "max_turns": 3}


@pytest.fixture(scope="module")
def player(tmp_path_factory):
    """A tiny model that has seen plays of the game."""
    content = pretrain_content(tmp_path_factory.mktemp("player") / "run", mix=GAME, steps=6)
    content |= {"row_tokens": 768, "batch_rows": 2, "save_every": 100}
    content["corpus"] = {"examples": 24, "workers": 1}
    content["optimizer"] = {"lr": 1e-2, "warmup_steps": 0}
    content["model"] = {"preset": "nano", "overrides": TINY | {"max_position_embeddings": 768}}
    return run_pretrain(PretrainSettings.model_validate(content))


def opened(player):
    return open_policy(ModelSettings(checkpoint=str(player)), torch.device("cpu"), torch.float32)


def sampled(policy, count=6, follow=None):
    """Samples of episodes of one problem, with their plays."""
    item = Mixture([MixEntry.model_validate(GAME[0])], 3).at(0)
    prompt = policy.codec.prompt(asked(item))
    plays = [EpisodePlay(item, 3) for _ in range(count)]

    def turn(number, message):
        seen = plays[number].follow(policy.codec.decode(message))
        return None if seen is None else policy.codec.following(seen)

    draws = Draws(170, 0.8, turn_tokens=30, max_turns=3)
    seeds = list(range(count))
    return prompt, list(policy.play([prompt] * count, draws, seeds, turn)), plays


def test_sampler_and_trainer_agree_over_turns(player):
    policy = opened(player)
    prompt, samples, plays = sampled(policy)
    assert any(sample.messages > 1 for sample in samples)
    for sample in samples:
        tokens_BT = torch.tensor([prompt + sample.tokens])
        mask_BT = torch.tensor([[False] * len(prompt) + sample.mask])
        with torch.no_grad():
            due, _ = policy.logprobs(tokens_BT, torch.ones_like(mask_BT), mask_BT, 0.8)
        found = torch.tensor(list(compress(sample.logprobs, sample.mask)))
        torch.testing.assert_close(found, due[mask_BT], atol=2e-5, rtol=1e-4)
        assert sample.messages == len(plays[sample.prompt].episode.turns)
        said = policy.codec.tokenizer.decode(prompt + sample.tokens)
        for one in plays[sample.prompt].episode.turns[:-1]:
            assert one.observations[0].text in said  # as the model is told it


class _Alone:
    """What an updater needs of a session."""

    def __init__(self):
        from assay.harness.training.distributed import Ranks

        self.ranks, self.device, self.progress = Ranks(0, 1), torch.device("cpu"), 0.0

    def check_finite(self, value, what, batch):
        assert value == value


class _Kept:
    """Optimizers that keep the gradient instead of using it."""

    def __init__(self, model):
        self.parameters = list(model.parameters())

    def step(self, step, progress):
        self.found = [None if p.grad is None else p.grad.clone() for p in self.parameters]
        for p in self.parameters:
            p.grad = None
        return 0.0


def gradient(policy, rows, targets=None):
    settings = GrpoSettings.model_validate(grpo_content("unused", "unused") | {"temperature": 0.8})
    kept = _Kept(policy.model)
    logprobs = policy.logprobs
    if targets is not None:  # the tokens that are predicted, apart from those that are read

        def other(tokens_BT, real_BT, mask_BT, temperature, prompts):
            from unittest.mock import patch

            states = policy.hidden(tokens_BT, real_BT)
            with patch.object(policy, "hidden", lambda tokens, real: states):
                return logprobs(targets, real_BT, mask_BT, temperature)

        policy.logprobs = other
    Updater(_Alone(), policy, None, kept, settings).update(rows, 0)
    policy.logprobs = logprobs
    return kept.found


def test_observations_are_no_targets(player):
    policy = opened(player)
    prompt, samples, _ = sampled(policy)
    sample = next(one for one in samples if one.messages > 1)
    logprobs = list(compress(sample.logprobs, sample.mask))
    rows = [TrainRow(prompt, sample.tokens, sample.mask, logprobs, 1.0)]
    whole = torch.tensor([prompt + sample.tokens])
    before = gradient(policy, rows, whole)
    mask = torch.tensor([[False] * len(prompt) + sample.mask])
    changed = torch.where(mask, whole, (whole + 1) % 300)
    after = gradient(policy, rows, changed)
    assert any(one is not None and one.abs().sum() > 0 for one in before)
    for one, other in zip(before, after, strict=True):
        assert (one is None and other is None) or torch.equal(one, other)
    own = torch.where(mask, (whole + 1) % 300, whole)
    moved = gradient(policy, rows, own)
    assert any(a is not None and not torch.equal(a, b) for a, b in zip(before, moved, strict=True))


def test_demonstrations_train_messages_alone(player):
    codec = opened(player).codec
    item = Mixture([MixEntry.model_validate(GAME[0])], 3).at(2)
    play = demonstrate(item, random.Random(0), random_plays=1.0)
    prompt, ids, observed = play.tokens(codec)
    assert prompt == codec.prompt(asked(item))
    own = codec.tokenizer.decode([t for t, seen in zip(ids, observed, strict=True) if not seen])
    told = codec.tokenizer.decode([t for t, seen in zip(ids, observed, strict=True) if seen])
    assert own.count("<tool_call>") == len(play.turns) == own.count("<|eos|>")
    assert "right in their places" in told
    assert "right in their places" not in own


def test_budgets_of_turns_and_tokens(player):
    policy = opened(player)
    _, samples, plays = sampled(policy, 12)
    assert max(sample.messages for sample in samples) <= 3
    assert all(len(sample.tokens) <= 170 for sample in samples)
    for sample in samples:
        own = [len([*run]) for run in _runs(sample.mask)]
        assert all(length <= 30 for length in own)
    assert all(play.episode.ended in ("", "over") for play in plays)


def _runs(mask):
    from itertools import groupby

    return [members for own, members in groupby(mask) if own]


def test_kill_9_and_resume_of_episodes(player, tmp_path):
    kept = {
        "steps": 3,
        "batch_size": 4,
        "group_size": 2,
        "save_every": 1,
        "samples_kept": 2,
        "mix": GAME,
        **ROOM,
    }
    kept["reward"] = {"workers": 1}
    run_grpo(GrpoSettings.model_validate(grpo_content(tmp_path / "whole", player, **kept)))
    cut = grpo_content(tmp_path / "cut", player, **kept)
    script = WORKER.format(rewards=str(tmp_path), module="grpo", kind="grpo", cls="GrpoSettings",
                           content=json.dumps(cut))  # fmt: skip
    victim = subprocess.Popen([sys.executable, "-c", script], stderr=subprocess.DEVNULL)
    while victim.poll() is None and not checkpointing.find_checkpoints(tmp_path / "cut"):
        time.sleep(0.01)
    victim.kill()
    victim.wait()
    run_grpo(GrpoSettings.model_validate(cut), resume=True)
    assert_same_state(weights(tmp_path / "whole"), weights(tmp_path / "cut"))
    curves = [[m.get("reward") for m in metrics(tmp_path / n)] for n in ("whole", "cut")]
    assert curves[0] == curves[1]
    first = metrics(tmp_path / "whole")[0]
    assert first["messages/mean"] > 1
    assert first["mismatch/max"] < 1e-4
    line = (tmp_path / "whole" / "samples.jsonl").read_text().splitlines()[0]
    assert json.loads(json.loads(line)["completion"])["episode"] == 1


@pytest.mark.parametrize(("turns", "tokens"), [(1, 30), (3, 7)])
def test_a_model_is_measured_within_the_budgets(player, tmp_path, turns, tokens):
    content = {"model": {"checkpoint": str(player)}, "mix": GAME, "problems": 3, "samples": 2}
    limits = {"max_tokens": 170, "turn_tokens": tokens, "max_turns": turns}
    config = content | limits | {"out": str(tmp_path / "out"), "device": "cpu"}
    out = run_measure(MeasureSettings.model_validate(config | {"reward": {"workers": 1}}))
    rows = [json.loads(line) for line in (out / "problems.jsonl").read_text().splitlines()]
    assert [(row["sampled_scored"], row["greedy_scored"]) for row in rows] == [(2, 1)] * 3
    assert all(row["greedy_tokens"] >= tokens for row in rows)
    if turns == 1:  # then nothing is observed
        assert all(row["sampled_tokens"] <= 2 * tokens for row in rows)


def test_rejection_sampling_refuses_episodes(player, tmp_path):
    content = {"out": str(tmp_path / "data.jsonl"), "model": {"checkpoint": str(player)}}
    with pytest.raises(UsageError, match="'mastermind' is played in turns"):
        run_reject(RejectSettings.model_validate(content | {"mix": GAME}))
