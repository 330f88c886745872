"""Problems with an interpreter, end to end: a small model behind a real server calls `python`.

The model is trained here to write one program, and to submit a number after a tool's answer. It
sees the last 48 tokens of a layer alone, so that what it learns holds behind any prompt.

    ASSAY_REAL_SERVERS=1 python -m pytest tests/harness/backends/test_real_tools.py
"""

import json
import random
import sys
from pathlib import Path

import pytest
import torch
from assay.harness.backends import load_model
from assay.harness.backends.contract import Sampling
from assay.harness.evaluation import TaskSpec, evaluate
from transformers import AutoTokenizer, MistralConfig, MistralForCausalLM

from .test_real_servers import _port, _running, pytestmark

__all__ = ["pytestmark"]
PROGRAM = {"name": "python", "arguments": {"code": "print(12*12)"}}
SUBMISSION = {"name": "submit", "arguments": {"answer": "144"}}
FIRST, AFTER = "^", "~"
TEMPLATE = (
    "{% for m in messages %}{{ m['content'] }} {% endfor %}"
    "{% if '<tool_response>' in messages[-1]['content'] %}~{% else %}^{% endif %}"
)
TRAINING_STEPS = 200


def _call(content: dict[str, object]) -> str:
    return f"<tool_call>{json.dumps(content)}</tool_call>"


@pytest.fixture(scope="module")
def weights(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that calls `python` first, and submits after an answer; the tokenizer of `folder`."""
    path = tmp_path_factory.mktemp("caller")
    tokenizer = AutoTokenizer.from_pretrained(folder)
    tokenizer.chat_template = TEMPLATE
    torch.manual_seed(0)
    model = MistralForCausalLM(MistralConfig(
        vocab_size=len(tokenizer), hidden_size=64, intermediate_size=128, num_hidden_layers=2,
        num_attention_heads=4, num_key_value_heads=2, sliding_window=48,
        max_position_embeddings=8192, initializer_range=0.1, eos_token_id=1, pad_token_id=0,
    ))  # fmt: skip
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3)
    letters = ["\n", *(chr(code) for code in range(32, 127) if chr(code) not in FIRST + AFTER)]
    rng = random.Random(0)
    for _ in range(TRAINING_STEPS):
        rows = []
        for mark, content in ((FIRST, PROGRAM), (AFTER, SUBMISSION)) * 2:
            before = "".join(rng.choices(letters, k=120))
            if mark == AFTER:
                before = f"{before}{_call(PROGRAM)} <tool_response>\n144\n</tool_response> "[-120:]
            rows.append([*tokenizer(before + mark + _call(content))["input_ids"], 1])
        width = max(map(len, rows))
        tokens = torch.tensor([row + [1] * (width - len(row)) for row in rows])
        labels = tokens.clone()
        labels[:, :121] = -100
        loss = model(input_ids=tokens, labels=labels).loss
        torch.autograd.backward(loss)
        optimizer.step()
        optimizer.zero_grad()
    model.save_pretrained(path)
    tokenizer.save_pretrained(path)
    return path


@pytest.mark.parametrize("served", [False, True])
def test_a_model_runs_python_and_submits(
    weights: Path, data_dir: str, tmp_path: Path, served: bool
) -> None:
    spec = TaskSpec("gsm8k", {"data_dir": data_dir, "tools": "python"})

    def check(model: object) -> None:
        run = evaluate(model, [spec], first=3, sampling=Sampling(max_tokens=90), out=tmp_path,
                       run_id="played", progress=False)  # fmt: skip
        records = list(run.folder.samples())
        assert len(records) == 3
        for record in records:
            episode = json.loads(record["completion"])
            assert [turn["calls"][0]["name"] for turn in episode["turns"]] == ["python", "submit"]
            assert episode["turns"][0]["observations"][0]["text"].strip() == "144"
            assert episode["ended"] == "over"
            assert record["verdict"]["status"] == "incorrect"
            assert record["verdict"]["extracted"] == "144"

    if not served:
        check(load_model(f"hf/{weights}", device="cpu"))
        return
    port = _port()
    command = [sys.executable, "-m", "transformers.cli.transformers", "serve", str(weights),
               "--port", str(port), "--device", "cpu", "--dtype", "float32"]  # fmt: skip
    with _running(command, port, "/health") as url:
        check(load_model(f"openai/{weights}", base_url=url, concurrency=2, timeout=120.0,
                         tools="text"))  # fmt: skip
