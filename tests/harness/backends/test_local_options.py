"""Options of local models: seeds that a batch does not change, its size, and quantisation."""

import importlib.util
from pathlib import Path
from typing import Any

import pytest
import torch
from assay.harness.backends import load_model
from assay.harness.backends.batch_size import BatchSize
from assay.harness.backends.contract import Request, Sampling
from assay.harness.backends.seeded import SeededSampler
from assay.sandbox.errors import UsageError
from assay.tasks import Problem

PROMPTS = ["a", "what is 2+2?", "a longer prompt with some words in it", "b?", "xyz"]


class _Named:
    name = "named"


def _requests(prompts: list[str]) -> list[Request]:
    return [
        Request(_Named(), Problem(str(n), "named", prompt, ""), 0, seed=1000 + n)  # type: ignore[arg-type]
        for n, prompt in enumerate(prompts)
    ]


def _texts(model: Any, sampling: Sampling) -> dict[str, str]:
    return {c.request.problem.id: c.text for c in model.generate(_requests(PROMPTS), sampling)}


def test_a_sampled_answer_depends_on_its_seed_and_not_on_its_batch(folder: Path) -> None:
    sampling = Sampling(max_tokens=12, temperature=1.0, top_p=0.9, top_k=30)
    model: Any = load_model(f"hf/{folder}", batch_size=8, device="cpu")
    assert model.identity.seeded
    together = _texts(model, sampling)
    assert together == _texts(load_model(f"hf/{folder}", batch_size=1, device="cpu"), sampling)
    for one in _requests(PROMPTS)[2:4]:
        (alone,) = model.generate([one], sampling)
        assert alone.text == together[one.problem.id]


def test_the_noise_samples_the_distribution() -> None:
    """10,000 rows with seeds of their own: each token comes as often as its probability says."""
    expected = torch.tensor([0.5, 0.3, 0.15, 0.05])
    rows = 10_000
    sampler = SeededSampler(range(rows), Sampling(temperature=2.0), torch.device("cpu"))
    scores = (2 * expected.log()).repeat(rows, 1)
    drawn = sampler(torch.zeros(rows, 1, dtype=torch.long), scores).argmax(-1)
    share = torch.bincount(drawn, minlength=4) / rows
    assert (share - expected).abs().max() < 0.02
    top = SeededSampler(range(rows), Sampling(temperature=2.0, top_k=1), torch.device("cpu"))
    assert set(top(torch.zeros(rows, 1, dtype=torch.long), scores).argmax(-1).tolist()) == {0}


@pytest.mark.parametrize("fits", [4, 1, 0])
def test_a_batch_that_does_not_fit_is_halved(
    folder: Path, monkeypatch: pytest.MonkeyPatch, fits: int
) -> None:
    sampling = Sampling(max_tokens=6)
    model: Any = load_model(f"hf/{folder}", device="cpu")
    expected = _texts(model, sampling)
    generate, sizes = model.model.generate, []

    def full(tokens: Any, **more: Any) -> Any:
        sizes.append(len(tokens))
        if len(tokens) > fits:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return generate(tokens, **more)

    monkeypatch.setattr(model.model, "generate", full)
    found = list(model.generate(_requests(PROMPTS), sampling))
    assert sizes[0] == 5
    assert len(found) == 5
    if fits:
        assert {c.request.problem.id: c.text for c in found} == expected
    else:
        assert {c.finish_reason for c in found} == {"error"}
        assert "memory is not enough" in (found[0].error or "")


class _Room:
    """A device that has room for so many rows."""

    def __init__(self, rows: int) -> None:
        self.rows = rows
        self.last = 0

    def begin(self) -> None:
        return

    def twice(self) -> bool:
        return 2 * self.last <= self.rows


def test_a_batch_grows_while_memory_is_free() -> None:
    room = _Room(100)
    batch, sizes = BatchSize(None, room), []
    for _ in range(5):
        room.last = batch.size
        sizes.append(batch.size)
        assert batch.attempt(lambda: "done", batch.size) == "done"
    assert sizes == [16, 32, 64, 64, 64]

    def full() -> None:
        raise RuntimeError("DefaultCPUAllocator: not enough memory: you tried")

    room.rows = 1000
    assert batch.attempt(full, 64) is None
    assert batch.size == 32
    for _ in range(3):
        batch.attempt(lambda: "done", batch.size)
    assert batch.size <= 63, "never again as large as what did not fit"
    fixed = BatchSize(8, room)
    fixed.attempt(lambda: "done", 8)
    assert fixed.size == 8
    with pytest.raises(RuntimeError, match=r"size mismatch|inconsistent|same size"):
        fixed.attempt(lambda: torch.zeros(2) @ torch.zeros(3), 1)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"batch_size": 0}, "model option batch_size 0: use 1 or more"),
        ({"batch_size": "many"}, "model option batch_size 'many'"),
        ({"quantization": "nope"}, "use one of bnb-8bit, bnb-4bit, torchao-int8"),
        ({"quantization": "bnb-4bit"}, "needs the package bitsandbytes"),
        ({"quantization": '{"load_in_4bit"'}, "it is not JSON"),
        ({"quantization": '{"quant_method": "nope"}'}, "model option quantization: .*nope"),
        ({"attention": "nope"}, "cannot be loaded: .*nope"),
        ({"dtype": "float3"}, "cannot be loaded"),
        ({"device": "nope"}, "model option device 'nope'"),
        ({"chat_template_kwargs": "[1]"}, "write a JSON object"),
    ],
)
def test_a_bad_option_is_one_line(
    folder: Path, options: dict[str, Any], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *a: None if "bits" in name else find(name, *a)
    )
    with pytest.raises(UsageError, match=message) as refusal:
        load_model(f"hf/{folder}", **{"device": "cpu", **options})
    assert "\n" not in str(refusal.value)


def test_a_quantised_model_answers(folder: Path) -> None:
    """torchao's 8-bit weights on a CPU: most greedy tokens are those of the whole weights."""
    pytest.importorskip("torchao", reason="torchao is not installed")
    quantised: Any = load_model(f"hf/{folder}", device="cpu", quantization="torchao-int8")
    assert quantised.identity.details["quantization"] == "torchao-int8"
    found = _texts(quantised, Sampling(max_tokens=1))
    whole = _texts(load_model(f"hf/{folder}", device="cpu"), Sampling(max_tokens=1))
    assert sum(found[key] == whole[key] for key in whole) >= 3
