"""Whole runs on a tiny model: resume, stopping, bad rewards, data parallel."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import torch
from assay.harness.health import RewardHealth
from assay.harness.health_logs import read_rollouts
from assay.harness.training import checkpointing
from assay.harness.training.command import train
from assay.harness.training.distill import run_distill
from assay.harness.training.grpo import run_grpo
from assay.harness.training.pretrain import run_pretrain
from assay.harness.training.reject import run_reject
from assay.harness.training.session import RunInterruptedError, Session, TrainingError
from assay.harness.training.settings import (
    DistillSettings,
    GrpoSettings,
    PretrainSettings,
    RecipeSettings,
    RejectSettings,
    SftSettings,
)
from assay.harness.training.sft import run_sft
from assay.sandbox.errors import UsageError

from .conftest import MIX, grpo_content, pretrain_content


def weights(folder):
    found = checkpointing.load_checkpoint(Path(folder))
    return found["step"], found["model"], found["optimizers"], found["extra"]


def assert_same_state(one, other):
    (step_a, model_a, optim_a, extra_a), (step_b, model_b, optim_b, extra_b) = one, other
    assert (step_a, extra_a) == (step_b, extra_b)
    for name, tensor in model_a.items():
        assert torch.equal(tensor, model_b[name]), name
    for a, b in zip(optim_a, optim_b, strict=True):
        for key, state in a["state"].items():
            for name, value in state.items():
                assert torch.equal(value, b["state"][key][name])


def stop_at(monkeypatch, step):
    """Press Ctrl-C during a step."""
    original = Session.check_finite

    def check(self, value, what, batch):
        if self.step == step and not self._interrupted:
            os.kill(os.getpid(), signal.SIGINT)
        return original(self, value, what, batch)

    monkeypatch.setattr(Session, "check_finite", check)


def metrics(out):
    return [json.loads(line) for line in (Path(out) / "metrics.jsonl").read_text().splitlines()]


def test_pretraining_resumes_to_the_bit(tmp_path, monkeypatch):
    whole = PretrainSettings.model_validate(pretrain_content(tmp_path / "whole"))
    run_pretrain(whole)
    cut = PretrainSettings.model_validate(pretrain_content(tmp_path / "cut"))
    with monkeypatch.context() as patch:
        stop_at(patch, 2)
        with pytest.raises(RunInterruptedError, match="after step 3"):
            run_pretrain(cut)
    with pytest.raises(UsageError, match="--resume"):
        run_pretrain(cut)
    run_pretrain(cut, resume=True)
    assert_same_state(weights(tmp_path / "whole"), weights(tmp_path / "cut"))
    losses = [[m["loss"] for m in metrics(tmp_path / name)] for name in ("whole", "cut")]
    assert losses[0] == losses[1]
    assert len(losses[0]) == 6


def test_kill_9_and_resume_to_the_bit(base, rewards, tmp_path):
    kept = {"steps": 16, "save_every": 2, "samples_kept": 0}
    run_grpo(GrpoSettings.model_validate(grpo_content(tmp_path / "whole", base, **kept)))
    cut = grpo_content(tmp_path / "cut", base, **kept)
    script = WORKER.format(rewards=str(rewards), module="grpo", kind="grpo", cls="GrpoSettings",
                           content=json.dumps(cut))  # fmt: skip
    victim = subprocess.Popen([sys.executable, "-c", script], stderr=subprocess.DEVNULL)
    while victim.poll() is None and not checkpointing.find_checkpoints(tmp_path / "cut"):
        time.sleep(0.01)
    victim.kill()
    assert victim.wait() == -signal.SIGKILL
    run_grpo(GrpoSettings.model_validate(cut), resume=True)
    assert_same_state(weights(tmp_path / "whole"), weights(tmp_path / "cut"))
    curves = [[m.get("reward") for m in metrics(tmp_path / n)] for n in ("whole", "cut")]
    assert curves[0] == curves[1]


@pytest.mark.parametrize(
    "changes",
    [
        {"method": "grpo", "beta": 0.05, "inner_epochs": 2, "minibatches": 2},
        {"method": "dapo", "curriculum": "ladder", "overlong_buffer": 8},
    ],
)
def test_grpo_resumes_to_the_bit(base, rewards, tmp_path, monkeypatch, changes):
    whole = GrpoSettings.model_validate(grpo_content(tmp_path / "whole", base, **changes))
    run_grpo(whole)
    cut = GrpoSettings.model_validate(grpo_content(tmp_path / "cut", base, **changes))
    with monkeypatch.context() as patch:
        stop_at(patch, 0)
        with pytest.raises(RunInterruptedError):
            run_grpo(cut)
    run_grpo(cut, resume=True)
    if not changes.get("beta"):
        assert_same_state(weights(tmp_path / "whole"), weights(tmp_path / "cut"))
    rewards_of = [[m.get("reward") for m in metrics(tmp_path / n)] for n in ("whole", "cut")]
    assert rewards_of[0] == rewards_of[1]
    assert_same_state(weights(tmp_path / "whole"), weights(tmp_path / "cut"))


@pytest.mark.parametrize("method", ["grpo", "dr_grpo", "dapo", "gspo", "cispo"])
def test_every_method_follows_its_reward(base, rewards, tmp_path, method):
    config = grpo_content(tmp_path / "run", base, method=method, steps=14, batch_size=32)
    config |= {"group_size": 8, "save_every": 100}
    config["reward"] = {"workers": 1, "source": "training_rewards:likes_e"}
    config["optimizer"] = {"lr": 5e-3, "warmup_steps": 0, "schedule": "constant"}
    run_grpo(GrpoSettings.model_validate(config))
    curve = [m["reward"] for m in metrics(tmp_path / "run") if "reward" in m]
    assert sum(curve[-3:]) > sum(curve[:3])
    first = metrics(tmp_path / "run")[0]
    assert first["mismatch/max"] < 1e-4
    assert (tmp_path / "run" / "report.html").stat().st_size > 3000


@pytest.mark.parametrize("name", ["none", "raises", "nan", "dies"])
def test_rewards_that_stay_away_are_never_trained_on(base, rewards, tmp_path, name):
    content = grpo_content(tmp_path / "run", base, steps=9)
    content["reward"] = {"workers": 1, "source": f"training_rewards:{name}", "give_up_after": 2}
    with pytest.raises(TrainingError, match="no usable reward in 2 steps"):
        run_grpo(GrpoSettings.model_validate(content))
    step, model, _, _ = weights(tmp_path / "run")
    from assay.harness.model import load_checkpoint

    start = load_checkpoint(base)[0].state_dict()
    assert step == 1
    assert all(torch.equal(model[key], start[key]) for key in start)
    assert metrics(tmp_path / "run")[0]["dropped"] == 8


def test_hanging_reward_stops_when_asked(base, rewards, tmp_path):
    content = grpo_content(tmp_path / "run", base)
    content["reward"] = {
        "workers": 4, "source": "training_rewards:hangs", "timeout": 1.5, "on_failure": "stop",
    }  # fmt: skip
    with pytest.raises(TrainingError, match=r"hung, no answer within 1\.5 s"):
        run_grpo(GrpoSettings.model_validate(content))


def test_a_reward_that_pays_for_anything_stops_the_run_by_the_alarm(base, rewards, tmp_path):
    content = grpo_content(
        tmp_path / "run", base, batch_size=16, samples_kept=16,
        reward={"workers": 1, "source": "training_rewards:anything"},
        alarm={"share": 0.75, "stop": True},
    )  # fmt: skip
    with pytest.raises(TrainingError, match="that the strict verdict refuses"):
        run_grpo(GrpoSettings.model_validate(content))
    logged = metrics(tmp_path / "run")[-1]
    assert logged["alarm/raised"] == 1.0
    health = RewardHealth()
    health.add(read_rollouts(tmp_path / "run" / "samples.jsonl"))
    assert health.alarm.compared == logged["alarm/compared"]
    assert health.alarm.overpaid == logged["alarm/overpaid"]
    assert health.alarm.evidence == pytest.approx(logged["alarm/evidence"])


def test_some_rewards_missing_drops_just_those(base, rewards, tmp_path):
    content = grpo_content(tmp_path / "run", base, steps=2, batch_size=16)
    content["reward"] = {"workers": 1, "source": "training_rewards:some"}
    run_grpo(GrpoSettings.model_validate(content))
    first = metrics(tmp_path / "run")[0]
    assert first["dropped"] == first["dropped/none"] == 8
    assert first["reward"] >= 0


def test_nan_stops_with_the_batch_saved(base, tmp_path):
    from assay.harness.model import load_checkpoint, save_checkpoint

    model, tokenizer = load_checkpoint(base)
    with torch.no_grad():
        model.norm.weight[:] = float("nan")
    save_checkpoint(model, tokenizer, tmp_path / "bad")
    content = pretrain_content(tmp_path / "run", model={"checkpoint": str(tmp_path / "bad")})
    with pytest.raises(TrainingError, match="loss is nan at step 0"):
        run_sft(SftSettings.model_validate(content))
    saved = torch.load(tmp_path / "run" / "bad-batch-step-0-rank-0.pt", weights_only=True)
    assert saved["tokens"].shape == (4, 128)
    assert checkpointing.find_checkpoints(tmp_path / "run") == []


def test_full_disk_keeps_the_checkpoint_before(tmp_path, monkeypatch):
    state = {"model": {"w": torch.ones(3)}}
    checkpointing.save_checkpoint(tmp_path, 1, state, keep=2)

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(checkpointing.os, "fsync", full)
    with pytest.raises(UsageError, match=r"No space left.*step-00000001.*is intact"):
        checkpointing.save_checkpoint(tmp_path, 2, state, keep=2)
    assert checkpointing.load_checkpoint(tmp_path)["step"] == 1
    assert [f.name for f in (tmp_path / "checkpoints").iterdir()] == ["step-00000001"]


def test_half_written_checkpoint_is_not_found(tmp_path):
    checkpointing.save_checkpoint(tmp_path, 1, {"model": {}}, keep=2)
    partial = tmp_path / "checkpoints" / ".partial-step-00000002"
    partial.mkdir()
    (partial / "state.pt").write_bytes(b"half")
    assert checkpointing.load_checkpoint(tmp_path)["step"] == 1
    (tmp_path / "checkpoints" / "step-00000001" / "state.pt").write_bytes(b"half")
    with pytest.raises(UsageError, match="cannot be read"):
        checkpointing.load_checkpoint(tmp_path)


def test_context_is_checked_before_anything_runs(base, rewards, tmp_path):
    content = grpo_content(tmp_path / "run", base, max_tokens=200)
    with pytest.raises(UsageError, match="max_prompt_tokens 100 \\+ max_tokens 200 = 300"):
        run_grpo(GrpoSettings.model_validate(content))
    long = pretrain_content(tmp_path / "long", row_tokens=300)
    with pytest.raises(UsageError, match="row_tokens 300"):
        run_pretrain(PretrainSettings.model_validate(long))


def test_sft_on_a_file_counts_bad_lines(base, tmp_path):
    file = tmp_path / "data.jsonl"
    pair = {"prompt": "What is 1 + 1?", "completion": "<answer>2</answer>"}
    file.write_text("\n".join([json.dumps(pair)] * 8))
    model = {"checkpoint": str(base)}
    content = pretrain_content(tmp_path / "run", model=model, mix=[], data=str(file), steps=12)
    content["optimizer"] = {"lr": 5e-3, "warmup_steps": 0}
    run_sft(SftSettings.model_validate(content))
    curve = [m["loss"] for m in metrics(tmp_path / "run")]
    assert curve[-1] < curve[0]
    file.write_text(json.dumps(pair) + '\n{"prompt": 3}\n')
    content["out"] = str(tmp_path / "other")
    with pytest.raises(UsageError, match=r"data\.jsonl:2"):
        run_sft(SftSettings.model_validate(content))


def test_reject_keeps_only_what_verifies(base, tmp_path):
    out = tmp_path / "data.jsonl"
    content = {
        "out": str(out), "model": {"checkpoint": str(base)}, "mix": MIX, "problems": 4,
        "samples": 2, "max_tokens": 8, "device": "cpu", "reward": {"workers": 1},
    }  # fmt: skip
    with pytest.raises(TrainingError, match="none of 8 completions"):
        run_reject(RejectSettings.model_validate(content))
    assert not out.exists()


def test_reject_drops_copies_and_distills(rewards, tmp_path):
    """The teacher has memorised one answer, so its verified answers are few and equal."""
    from assay.tasks import load

    mix = [{"suite": "automaton", "difficulties": [1]}]
    model = {"preset": "nano", "overrides": {"hidden_size": 64, "num_hidden_layers": 2,
             "vocab_size": 400, "max_position_embeddings": 256}}  # fmt: skip
    content = pretrain_content(tmp_path / "teacher", model=model, mix=mix, steps=120)
    content |= {"batch_rows": 8, "save_every": 1000}
    content["optimizer"] = {"lr": 6e-3, "warmup_steps": 10}
    content["corpus"] = {"examples": 600, "workers": 1, "shard": 600,
                         "noise": {"direct": 1, "corrected": 0, "uncorrected": 0}}  # fmt: skip
    teacher = run_pretrain(PretrainSettings.model_validate(content))
    out = tmp_path / "data.jsonl"
    run_reject(
        RejectSettings.model_validate(
            {"out": str(out), "model": {"checkpoint": str(teacher)}, "mix": mix, "problems": 24,
             "samples": 8, "keep_per_problem": 8, "max_tokens": 24, "device": "cpu",
             "reward": {"workers": 1}}
        )
    )  # fmt: skip
    records = [json.loads(line) for line in out.read_text().splitlines()]
    stats = json.loads(out.with_suffix(".stats.json").read_text())
    assert stats["sampled"] == 192
    assert stats["kept"] == len(records) == len({(r["problem"], r["completion"]) for r in records})
    assert stats["correct"] == stats["kept"] + stats["copies"]
    suite = load("automaton", split="train", difficulty=1)
    for record in records:
        assert suite.verify(suite.find(record["problem"]), record["completion"]).correct
    for mode in ("sequence", "logits"):
        student = pretrain_content(tmp_path / mode, mix=mix, teacher=str(teacher), mode=mode)
        student |= {"problems": 24, "samples": 4, "max_tokens": 24, "steps": 10}
        student["optimizer"] = {"lr": 5e-3, "warmup_steps": 0}
        run_distill(DistillSettings.model_validate(student))
        curve = [m["loss"] for m in metrics(tmp_path / mode)]
        assert curve[-1] < curve[0]


def test_recipe_runs_stages_and_resumes(rewards, tmp_path):
    def settings(content, *without):
        drop = {"out", "seed", "mix", *without}
        return {key: value for key, value in content.items() if key not in drop}

    out = tmp_path / "recipe"
    grpo = grpo_content("x", "y", steps=1, held_out={"every": 100, "problems": 1})
    stages = [
        {"name": "base", "kind": "pretrain", "settings": settings(pretrain_content("x"))},
        {"name": "zero", "kind": "grpo", "start": "base", "settings": settings(grpo, "model")},
    ]
    content = {"out": str(out), "common": {"mix": MIX}, "stages": stages}
    from assay.harness.training.recipe import run_recipe

    run_recipe(RecipeSettings.model_validate(content | {"only": ["base"]}))
    assert not (out / "zero").exists()
    with pytest.raises(UsageError, match="--resume"):
        run_recipe(RecipeSettings.model_validate(content))
    stamp = (out / "base" / "done.json").stat().st_mtime_ns
    run_recipe(RecipeSettings.model_validate(content), resume=True)
    assert (out / "base" / "done.json").stat().st_mtime_ns == stamp
    assert (out / "zero" / "final" / "config.json").is_file()
    broken = [*stages, {"name": "bad", "kind": "sft", "start": "zero", "settings": {"stpes": 1}}]
    with pytest.raises(UsageError, match="stage 'bad': stpes"):
        run_recipe(RecipeSettings.model_validate(content | {"stages": broken}), resume=True)


def test_command_exit_codes(base, rewards, tmp_path, capsys):
    file = tmp_path / "c.toml"
    lines = [f'out = "{tmp_path / "run"}"', 'mix = [{ suite = "automaton" }]', "steps = 1",
             "batch_size = 4", "group_size = 4", "max_prompt_tokens = 100", "max_tokens = 8",
             f'model = {{ checkpoint = "{base}" }}']  # fmt: skip
    file.write_text("\n".join(lines))
    nothing = ["reward.source=training_rewards:none", "reward.give_up_after=1"]
    assert train("grpo", str(file), [*nothing, "reward.workers=1"]) == 1
    assert "no usable reward" in capsys.readouterr().err
    with pytest.raises(UsageError, match="unknown kind"):
        train("ppo", str(file))


def test_any_causal_lm_with_lora(rewards, tmp_path, base):
    pytest.importorskip("peft")
    from transformers import AutoTokenizer, LlamaConfig, LlamaForCausalLM

    tokenizer = AutoTokenizer.from_pretrained(str(base))
    torch.manual_seed(0)
    model = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=400, hidden_size=32, intermediate_size=64, num_hidden_layers=2,
            num_attention_heads=2, max_position_embeddings=256, bos_token_id=0, eos_token_id=1,
        )
    )  # fmt: skip
    model.save_pretrained(tmp_path / "llama")
    tokenizer.save_pretrained(tmp_path / "llama")
    for lora in (None, 4):
        content = grpo_content(tmp_path / f"run-{lora}", base, steps=2)
        content["model"] = {"checkpoint": f"hf/{tmp_path / 'llama'}", "lora_rank": lora}
        run_grpo(GrpoSettings.model_validate(content))
        record = metrics(tmp_path / f"run-{lora}")[0]
        assert record["mismatch/max"] < 1e-4
        assert record["grad_norm"] > 0


WORKER = """
import sys, json
sys.path.insert(0, {rewards!r})
from assay.harness.training.settings import GrpoSettings, SftSettings
from assay.harness.training.{module} import run_{kind}
run_{kind}({cls}.model_validate(json.loads({content!r})))
"""
TWO_PROCESSES = """
import sys, json
sys.path.insert(0, {rewards!r})
from assay.harness.training.grpo import run_grpo
from assay.harness.training.settings import GrpoSettings, SftSettings
from assay.harness.training.sft import run_sft
run_sft(SftSettings.model_validate(json.loads({sft!r})))
run_grpo(GrpoSettings.model_validate(json.loads({grpo!r})))
"""


def test_two_gloo_processes_equal_one_and_train_by_rewards(base, rewards, tmp_path):
    """Supervised training, then GRPO: one launch, which costs more than either."""
    sft = {
        name: pretrain_content(tmp_path / name, model={"checkpoint": str(base)}, steps=3)
        for name in ("one", "two")
    }
    grpo = grpo_content(tmp_path / "run", base, steps=2, curriculum="ladder")
    run_sft(SftSettings.model_validate(sft["one"]))
    script = tmp_path / "two.py"
    script.write_text(
        TWO_PROCESSES.format(
            rewards=str(rewards), sft=json.dumps(sft["two"]), grpo=json.dumps(grpo)
        )
    )
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone",
               "--nproc-per-node=2", str(script)]  # fmt: skip
    env = os.environ | {"OMP_NUM_THREADS": "1", "TQDM_DISABLE": "1"}
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr[-3000:]
    one, two = metrics(tmp_path / "one"), metrics(tmp_path / "two")
    for a, b in zip(one, two, strict=True):
        assert a["loss"] == pytest.approx(b["loss"], rel=1e-5)
        assert a["mtp_loss"] == pytest.approx(b["mtp_loss"], rel=1e-5)
        assert a["grad_norm"] == pytest.approx(b["grad_norm"], rel=1e-4)
        assert a["tokens"] == b["tokens"]
    records = [m for m in metrics(tmp_path / "run") if "reward" in m]
    assert [m["step"] for m in records] == [1, 2]
    assert (
        records[0]["groups/mixed"] + records[0]["groups/solved"] + records[0]["groups/failed"] <= 2
    )


def test_runs_in_a_thread(base, rewards, tmp_path):
    errors = []

    def go():
        try:
            run_grpo(GrpoSettings.model_validate(grpo_content(tmp_path / "run", base, steps=1)))
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=go)
    thread.start()
    thread.join()
    assert errors == []
