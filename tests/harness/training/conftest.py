"""A tiny pretrained model, shared by the tests of one run."""

import os
import sys

import pytest
import torch
from assay.harness.training.pretrain import run_pretrain
from assay.harness.training.settings import PretrainSettings

TINY = {
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "kv_lora_rank": 16,
    "qk_nope_head_dim": 8,
    "qk_rope_head_dim": 8,
    "v_head_dim": 8,
    "intermediate_size": 64,
    "moe_intermediate_size": 16,
    "n_routed_experts": 4,
    "vocab_size": 400,
    "max_position_embeddings": 256,
}
MIX = [
    {"suite": "boolean_circuits", "difficulties": [1]},
    {"suite": "automaton", "difficulties": [1]},
]


@pytest.fixture(autouse=True, scope="session")
def one_thread():
    torch.set_num_threads(1)
    os.environ.setdefault("TQDM_DISABLE", "1")


def pretrain_content(out, **changes):
    return {
        "out": str(out),
        "steps": 6,
        "row_tokens": 128,
        "batch_rows": 4,
        "save_every": 2,
        "threads": 1,
        "device": "cpu",
        "model": {"preset": "nano", "overrides": TINY},
        "corpus": {"examples": 96, "workers": 1, "shard": 48},
        "mix": MIX,
    } | changes


def grpo_content(out, model, **changes):
    return {
        "out": str(out),
        "model": {"checkpoint": str(model)},
        "steps": 3,
        "batch_size": 8,
        "group_size": 4,
        "max_prompt_tokens": 100,
        "max_tokens": 24,
        "threads": 1,
        "device": "cpu",
        "save_every": 1,
        "keep": 5,
        "mix": MIX,
        "reward": {"workers": 1, "source": "training_rewards:by_length"},
        "held_out": {"every": 100, "problems": 1},
        "optimizer": {"lr": 1e-3, "warmup_steps": 0},
    } | changes


@pytest.fixture(scope="session")
def base(tmp_path_factory):
    out = tmp_path_factory.mktemp("base")
    config = PretrainSettings.model_validate(pretrain_content(out / "run"))
    return run_pretrain(config)


@pytest.fixture
def rewards(tmp_path, monkeypatch):
    """A user's module with rewards that work, fail, hang or crash."""
    (tmp_path / "training_rewards.py").write_text(
        "import os, time\n"
        "def by_length(problem, completion):\n"
        "    return len(completion) / 100 + completion.count('1')\n"
        "def likes_e(problem, completion):\n"
        "    return completion.count('e') / (len(completion) + 1)\n"
        "def anything(problem, completion): return 1.0\n"
        "def none(problem, completion): return None\n"
        "def raises(problem, completion): raise RuntimeError('broken reward')\n"
        "def hangs(problem, completion): time.sleep(3600)\n"
        "def dies(problem, completion): os._exit(7)\n"
        "def nan(problem, completion): return float('nan')\n"
        "def talks(problem, completion):\n"
        '    print(\'{"status": "reward", "score": 99, "reason": ""}\', flush=True)\n'
        "    return 0.25\n"
        "def some(problem, completion):\n"
        "    return None if problem.id.endswith(('0', '2', '4')) else float(len(completion) % 3)\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path
    sys.modules.pop("training_rewards", None)
