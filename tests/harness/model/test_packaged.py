"""The weights in the package: small, DeepSeek-V3's format, and a model that has learned."""

from pathlib import Path

import pytest
import torch
from assay.harness.backends.contract import Sampling
from assay.harness.backends.packaged import PACKAGED, packaged_stages
from assay.harness.evaluation import TaskSpec, evaluate
from assay.harness.model import load_checkpoint
from transformers import AutoModelForCausalLM, AutoTokenizer

MOST_BYTES = 20 * 10**6
FOLDERS = [PACKAGED, *(PACKAGED / stage for stage in packaged_stages())]


def test_the_model_and_the_stages_before_it_are_there() -> None:
    assert (PACKAGED / "config.json").is_file()
    assert {"base", "cold"} <= set(packaged_stages())
    size = sum(path.stat().st_size for path in PACKAGED.rglob("*") if path.is_file())
    assert size < MOST_BYTES


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_transformers_loads_it_and_agrees(folder: Path) -> None:
    ours, _ = load_checkpoint(folder, dtype=torch.float32)
    theirs = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    text = tokenizer.apply_chat_template(
        [{"role": "user", "content": "What is 3 + 4?"}], tokenize=False, add_generation_prompt=True
    )
    tokens = torch.tensor([tokenizer(text, add_special_tokens=False).input_ids])
    with torch.no_grad():
        torch.testing.assert_close(ours(tokens), theirs(tokens).logits, rtol=1e-4, atol=1e-4)


def test_it_thinks_and_is_far_above_chance(tmp_path: Path) -> None:
    specs = [
        TaskSpec("arithmetic", {"difficulty": 1, "seed": 77, "size": 40}),
        TaskSpec("function_synthesis", {"difficulty": 1, "seed": 77, "size": 20}),
        TaskSpec("knights_and_knaves", {"difficulty": 1, "seed": 77, "size": 40}),
    ]
    run = evaluate(
        "bundled", specs, sampling=Sampling(max_tokens=160), out=tmp_path, progress=False
    )
    # Chance is below 0.05, 0 and 0.25; the model's own figures are in results/.
    assert run.accuracy["arithmetic"] > 0.3
    assert run.accuracy["function_synthesis"] > 0.3
    assert run.accuracy["knights_and_knaves"] > 0.45
    thoughts = [record["completion"].count("<think>") for record in run.folder.samples()]
    assert sum(thoughts) > len(thoughts) / 4
