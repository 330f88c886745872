"""The vLLM backend against a stand-in with the part of vLLM 0.33's API that it uses.

vLLM itself needs a GPU. The stand-in generates with a tiny model of transformers and keeps vLLM's
rules: keyword arguments of `LLM`, `LLMEngine.add_request(id, prompt, params)`, `step()` that
returns finished outputs in any order, `abort_request`.
"""

import importlib
import sys
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
import torch
import transformers
from assay.harness.backends import load_model
from assay.harness.backends.contract import Request, Sampling
from assay.harness.evaluation import TaskSpec, evaluate
from assay.sandbox.errors import UsageError
from assay.tasks import Problem


@dataclass
class SamplingParams:
    max_tokens: int | None = 16
    temperature: float = 1.0
    top_p: float = 1.0
    top_k: int = 0
    stop: list[str] | None = None
    seed: int | None = None
    logprobs: int | None = None
    output_kind: Any = None


class Engine:
    """Finishes its waiting requests two a step, the latest first."""

    def __init__(self, folder: str, longest: int) -> None:
        self.model = transformers.AutoModelForCausalLM.from_pretrained(folder).eval()
        self.tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
        self.model_config = SimpleNamespace(
            max_model_len=longest, dtype=torch.float32, quantization=None, revision=None
        )
        self.waiting: dict[str, tuple[list[int], SamplingParams]] = {}
        self.seen: list[SamplingParams] = []
        self.most = 0

    def add_request(self, request_id: str, prompt: dict[str, Any], params: Any) -> str:
        assert prompt["type"] == "token"
        assert len(prompt["prompt_token_ids"]) < self.model_config.max_model_len
        self.waiting[request_id] = (prompt["prompt_token_ids"], params)
        self.seen.append(params)
        self.most = max(self.most, len(self.waiting))
        return f"{request_id}-internal"

    def step(self) -> list[Any]:
        return [self._finish(name) for name in list(self.waiting)[::-1][:2]]

    def abort_request(self, request_ids: list[str]) -> None:
        for name in request_ids:
            self.waiting.pop(name, None)  # vLLM ignores what has finished

    def _finish(self, name: str) -> Any:
        tokens, params = self.waiting.pop(name)
        out = self.model.generate(
            torch.tensor([tokens]), max_new_tokens=params.max_tokens, do_sample=False,
            pad_token_id=0,
        )[0, len(tokens):].tolist()  # fmt: skip
        ended = bool(out) and out[-1] == 1
        kept = out[:-1] if ended else out
        places = [{token: SimpleNamespace(logprob=-0.5)} for token in kept]
        made = SimpleNamespace(
            text=self.tokenizer.decode(kept), token_ids=kept,
            finish_reason="stop" if ended else "length",
            logprobs=None if params.logprobs is None else places,
        )  # fmt: skip
        return SimpleNamespace(
            request_id=name, finished=True, outputs=[made], num_cached_tokens=len(tokens) - 1
        )


@dataclass
class LLM:
    model: str
    dtype: str = "auto"
    quantization: str | None = None
    tensor_parallel_size: int = 1
    max_model_len: int | None = None
    gpu_memory_utilization: float = 0.92
    trust_remote_code: bool = False
    enforce_eager: bool = False
    llm_engine: Any = field(init=False)

    def __post_init__(self) -> None:
        if not Path(self.model).exists():
            raise OSError(f"{self.model} is not a valid model identifier\nmore words")
        self.llm_engine = Engine(self.model, self.max_model_len or 64)

    def get_tokenizer(self) -> Any:
        return self.llm_engine.tokenizer


@pytest.fixture(autouse=True)
def stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """Puts the stand-in where vLLM would be imported from."""

    def tokens_input(prompt_token_ids: list[int]) -> dict[str, Any]:
        return {"type": "token", "prompt_token_ids": prompt_token_ids}

    contents: dict[str, dict[str, Any]] = {
        "vllm": {"LLM": LLM, "SamplingParams": SamplingParams},
        "vllm.inputs": {"tokens_input": tokens_input},
        "vllm.sampling_params": {"RequestOutputKind": SimpleNamespace(FINAL_ONLY="final")},
    }
    for name, values in contents.items():
        module = ModuleType(name)
        module.__dict__.update(values)
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.delitem(sys.modules, "assay.harness.backends.vllm", raising=False)
    backend = importlib.import_module("assay.harness.backends.vllm")
    monkeypatch.setattr(backend, "version", lambda name: "0.33.0")


class _Named:
    name = "named"


def _requests(*prompts: str) -> list[Request]:
    return [
        Request(_Named(), Problem(str(n), "named", prompt, ""), 0, seed=n + 2**63)  # type: ignore[arg-type]
        for n, prompt in enumerate(prompts)
    ]


def test_answers_equal_those_of_transformers(folder: Path) -> None:
    prompts = ["a", "what is 2+2?", "x" * 64, "a longer prompt with some words in it", "b?"]
    sampling = Sampling(max_tokens=7)
    model: Any = load_model(f"vllm/{folder}", logprobs="true", engine='{"enforce_eager": true}')
    found = {c.request.problem.id: c for c in model.generate(_requests(*prompts), sampling)}
    other = load_model(f"hf/{folder}", device="cpu")
    for expected in other.generate(_requests(*prompts), sampling):
        got = found[expected.request.problem.id]
        assert (got.text, got.finish_reason) == (expected.text, expected.finish_reason)
        assert got.completion_tokens == expected.completion_tokens
    assert found["2"].finish_reason == "context_overflow"
    assert found["1"].logprobs == (-0.5,) * (found["1"].completion_tokens or 0)
    assert found["1"].cached_tokens == len(prompts[1]) - 1
    assert model._llm.enforce_eager
    assert model.identity.details["vllm"] == "0.33.0"
    assert model.identity.revision == other.identity.revision


def test_what_the_engine_is_asked(folder: Path) -> None:
    model: Any = load_model(f"vllm/{folder}", max_model_len=20)
    sampling = Sampling(max_tokens=500, temperature=0.5, top_p=0.9, top_k=3, stop=("END",))
    list(model.generate(_requests("hello"), sampling))
    (params,) = model._llm.llm_engine.seen
    assert params == SamplingParams(15, 0.5, 0.9, 3, ["END"], params.seed, None, "final")
    assert 0 <= params.seed < 2**63


def test_a_caller_that_leaves_aborts_the_rest(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assay.harness.backends.vllm.WAITING", 8)
    model: Any = load_model(f"vllm/{folder}")
    answers = model.generate(iter(_requests(*"abcdefghijkl")), Sampling(max_tokens=2))
    next(answers)
    answers.close()
    assert model._llm.llm_engine.waiting == {}
    assert model._llm.llm_engine.most == 8
    again = list(model.generate(_requests(*"abcdefghijkl"), Sampling(max_tokens=2)))
    assert len({one.request.problem.id for one in again}) == 12


def test_a_whole_evaluation(folder: Path, tmp_path: Path) -> None:
    model = load_model(f"vllm/{folder}", max_model_len=700)
    spec = TaskSpec("arithmetic", {"size": 3, "difficulty": 1})
    run = evaluate(model, [spec], samples=2, sampling=Sampling(max_tokens=4), out=tmp_path,
                   run_id="r", progress=False)  # fmt: skip
    assert sum(run.summary["suites"]["arithmetic"]["endings"].values()) == 6
    assert run.summary["missing"] == 0


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("", {}, "write vllm/FOLDER"),
        ("/no/such/folder", {}, "cannot be loaded"),
        (None, {"engine": "{nope"}, "model option engine .*it is not JSON"),
        (None, {"engine": '{"nope": 1}'}, "cannot be loaded: .*nope"),
        (None, {"gpu_memory_utilization": 1.5}, "use 1 or less"),
        (None, {"batch_size": 4}, "has no option 'batch_size'"),
    ],
)
def test_a_users_mistake_is_one_line(
    folder: Path, monkeypatch: pytest.MonkeyPatch, name: str | None, options: dict[str, Any],
    message: str,
) -> None:  # fmt: skip
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(UsageError, match=message) as refusal:
        load_model(f"vllm/{folder if name is None else name}", **options)
    assert "\n" not in str(refusal.value)
