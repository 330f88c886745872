"""Compares continuous and padded batches of the hf backend on tiny models."""

import shutil
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
import transformers
from assay.harness.backends import continuous, hf, load_model
from assay.harness.backends.contract import Completion, Request, Sampling
from assay.harness.cli import run
from assay.harness.evaluation import evaluate
from assay.harness.results import open_run
from assay.sandbox.errors import UsageError
from assay.tasks import Problem
from transformers import (
    LlamaForCausalLM,
    MistralConfig,
    MistralForCausalLM,
    OPTConfig,
    OPTForCausalLM,
)

pytestmark = pytest.mark.skipif(
    not hasattr(transformers, "ContinuousBatchingConfig"),
    reason="this version of transformers has no continuous batching",
)
LETTERS = "abcdefghijklmnopqrstuvwxyz"
PROMPTS = [LETTERS[i % 26] * (1 + i % 7) + LETTERS[: i % 26] for i in range(60)]


class _Named:
    name = "named"


def _requests(prompts: Sequence[str], samples: int = 1) -> Iterator[Request]:
    for number, prompt in enumerate(prompts):
        problem = Problem(str(number), "named", prompt, "answer")
        for sample in range(samples):
            yield Request(_Named(), problem, sample, seed=number)  # type: ignore[arg-type]


def _ask(
    folder: Path, requests: Iterator[Request], sampling: Sampling, **options: Any
) -> list[Completion]:
    model = load_model(f"hf/{folder}", device="cpu", **options)
    return list(model.generate(requests, sampling))


def _by_key(completions: Sequence[Completion]) -> dict[tuple[str, int], tuple[Any, ...]]:
    return {
        (c.request.problem.id, c.request.sample): (
            c.text, c.prompt_tokens, c.completion_tokens, c.finish_reason, c.error,
        )
        for c in completions
    }  # fmt: skip


@pytest.mark.parametrize("stop", [(), ("a",), ("th", "q")])
def test_greedy_answers_are_those_of_padded_batches(
    varied_folder: Path, stop: tuple[str, ...]
) -> None:
    sampling = Sampling(max_tokens=40, stop=stop)
    both = {
        batching: _by_key(
            _ask(varied_folder, _requests(PROMPTS), sampling, batching=batching, batch_size=6)
        )
        for batching in ("padded", "continuous")
    }
    assert both["continuous"] == both["padded"]
    lengths = Counter(answer[2] for answer in both["padded"].values())
    assert len(lengths) > 5
    assert {answer[3] for answer in both["padded"].values()} == {"stop", "length"}


def test_prompts_that_fill_several_pages_and_steps(varied_folder: Path) -> None:
    """Longer than a page of the cache, and together longer than one forward pass."""
    prompts = [(LETTERS * 30)[i : i + 300 + 40 * i] for i in range(5)]
    sampling = Sampling(max_tokens=20)
    padded, paged = (
        _by_key(_ask(varied_folder, _requests(prompts), sampling, batching=one, batch_size=3))
        for one in ("padded", "continuous")
    )
    assert paged == padded


def test_no_sample_is_lost_or_doubled(varied_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Over several windows, with prompts that do not fit and answers cut at a stop string."""
    monkeypatch.setattr(hf, "CONTINUOUS_WINDOW", 5)
    prompts = [*PROMPTS[:20], "x" * 700]
    completions = _ask(
        varied_folder, _requests(prompts, samples=3),
        Sampling(max_tokens=12, temperature=1.0, stop=("e",)), batching="continuous", batch_size=4,
    )  # fmt: skip
    keys = Counter((c.request.problem.id, c.request.sample) for c in completions)
    assert set(keys.values()) == {1}
    assert len(keys) == 63
    failed = [c for c in completions if c.finish_reason == "context_overflow"]
    assert {c.request.problem.id for c in failed} == {"20"}
    assert all("context of 700" in (c.error or "") for c in failed)


def test_sampling_repeats_and_differs_by_seed(varied_folder: Path) -> None:
    sampling = Sampling(max_tokens=10, temperature=1.0, top_p=0.9, top_k=20)
    model = load_model(f"hf/{varied_folder}", device="cpu", batching="continuous", batch_size=4)
    first = [c.text for c in model.generate(_requests(PROMPTS[:9], samples=2), sampling)]
    again = [c.text for c in model.generate(_requests(PROMPTS[:9], samples=2), sampling)]
    assert first == again
    others = [c.text for c in model.generate(_requests(PROMPTS[1:10], samples=2), sampling)]
    assert first != others


def test_the_cache_is_no_larger_than_the_work(varied_folder: Path) -> None:
    model = load_model(f"hf/{varied_folder}", device="cpu").model  # type: ignore[attr-defined]
    prompts = [continuous.Prompt([5] * length, 100) for length in (10, 600, 20, 30)]
    serving = continuous.Serving(slots=2, seed=0, ends=frozenset({1}))
    settings = continuous._settings(model, prompts, serving, 2)
    assert settings.page_size == 256
    assert settings.num_blocks == 1 + 7  # three pages, one and one, and a quarter more
    assert settings.max_requests_per_batch == 2


@pytest.mark.parametrize(("most", "tried"), [(3, [12, 6, 3]), (0, [12, 6, 3, 1])])
def test_with_little_memory_fewer_go_together(
    varied_folder: Path, monkeypatch: pytest.MonkeyPatch, most: int, tried: list[int]
) -> None:
    """The batch is halved until it fits; if not even one request fits, each gets an error."""
    model = load_model(f"hf/{varied_folder}", device="cpu", batching="continuous", batch_size=12)
    real, asked = continuous._settings, []

    def limited(model: Any, prompts: Any, serving: Any, slots: int) -> Any:
        asked.append(slots)
        settings = real(model, prompts, serving, slots)
        if slots > most:
            settings.num_blocks = 10**9
        return settings

    monkeypatch.setattr(continuous, "_settings", limited)
    completions = list(model.generate(_requests(PROMPTS[:20]), Sampling(max_tokens=6)))
    assert asked == tried
    assert len(completions) == 20
    assert all(("no room for the cache" in (c.error or "")) == (most == 0) for c in completions)


def test_a_thread_that_dies_leaves_errors_and_no_thread(
    varied_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model: Any = load_model(
        f"hf/{varied_folder}", device="cpu", batching="continuous", batch_size=4
    )
    whole, calls = model.model.forward, []

    def failing(*given: Any, **named: Any) -> Any:
        calls.append(1)
        if len(calls) > 12:
            raise RuntimeError("the device is gone\nand more")
        return whole(*given, **named)

    monkeypatch.setattr(model.model, "forward", failing)
    completions = list(model.generate(_requests(PROMPTS[:20]), Sampling(max_tokens=10)))
    keys = Counter(c.request.problem.id for c in completions)
    assert keys == Counter({str(number): 1 for number in range(20)})
    errors = {c.error for c in completions if c.finish_reason == "error"}
    assert errors == {"the device is gone and more"}
    assert {c.finish_reason for c in completions} > {"error"}
    assert not _generating()


def _generating() -> list[threading.Thread]:
    return [t for t in threading.enumerate() if "_run_generation_loop" in t.name]


def test_an_interrupt_keeps_what_is_done_and_ends_the_thread(
    varied_folder: Path, tmp_path: Path
) -> None:
    """Ctrl-C in the middle of a run: its records stay, and the run resumes to the same answers."""
    options: dict[str, Any] = {"device": "cpu", "batching": "continuous", "batch_size": 4}
    given: dict[str, Any] = {
        "sampling": Sampling(max_tokens=30), "limit": 30, "out": tmp_path, "progress": False,
    }  # fmt: skip
    model = load_model(f"hf/{varied_folder}", **options)
    whole = model.generate

    def interrupted(requests: Any, sampling: Sampling) -> Iterator[Completion]:
        for number, completion in enumerate(whole(requests, sampling)):
            yield completion
            if number == 9:
                raise KeyboardInterrupt

    model.generate = interrupted  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        evaluate(model, ["arithmetic"], run_id="cut", **given)
    assert not _generating()
    kept = [r["problem_id"] for r in open_run("cut", tmp_path).samples()]
    assert len(kept) == len(set(kept)) == 10
    again = load_model(f"hf/{varied_folder}", **options)
    evaluate(again, ["arithmetic"], run_id="cut", resume=True, **given)
    evaluate(again, ["arithmetic"], run_id="straight", **given)
    runs = [
        {r["problem_id"]: r["completion"] for r in open_run(run_id, tmp_path).samples()}
        for run_id in ("cut", "straight")
    ]
    assert runs[0] == runs[1]
    assert open_run("cut", tmp_path).manifest()["model"]["details"]["batching"] == "continuous"


def test_the_manifest_says_which_and_why(varied_folder: Path) -> None:
    def details(batching: str) -> dict[str, Any]:
        model = load_model(f"hf/{varied_folder}", device="cpu", batching=batching)
        return {k: v for k, v in model.identity.details.items() if k.startswith("batching")}

    assert details("continuous") == {"batching": "continuous"}
    assert details("padded") == {"batching": "padded"}
    assert details("auto").keys() == {"batching", "batching_reason"}


def test_another_word_is_refused(varied_folder: Path) -> None:
    with pytest.raises(UsageError, match="should be 'auto', 'padded' or 'continuous'"):
        load_model(f"hf/{varied_folder}", batching="paged")


class _Unmasked(LlamaForCausalLM):
    """Attends to other sequences; the trial has to notice it."""

    def forward(self, *given: Any, attention_mask: Any = None, **named: Any) -> Any:
        if attention_mask is not None:
            attention_mask = torch.zeros_like(attention_mask)
        return super().forward(*given, attention_mask=attention_mask, **named)


class _Misplaced(LlamaForCausalLM):
    """Ignores positions, as models with ALiBi do."""

    def forward(self, *given: Any, position_ids: Any = None, **named: Any) -> Any:
        tokens_BT = named["input_ids"]
        position_ids = torch.arange(tokens_BT.shape[1]).expand_as(tokens_BT)
        return super().forward(*given, position_ids=position_ids, **named)


class _Broken(LlamaForCausalLM):
    def forward(self, *given: Any, cache: Any = None, **named: Any) -> Any:
        raise TypeError("no such argument:\ncache")


@pytest.mark.parametrize(
    ("kind", "said"),
    [(_Unmasked, "off by"), (_Misplaced, "off by"), (_Broken, "no such argument: cache")],
)
def test_a_model_that_it_does_not_suit_is_found_out(
    varied_folder: Path, kind: type[LlamaForCausalLM], said: str
) -> None:
    model = kind.from_pretrained(varied_folder).eval()
    assert said in (continuous.refusal(model, model.generation_config) or "")
    with pytest.raises(UsageError) as refused:
        hf._choose_batching("m", model, "continuous")
    assert "\n" not in str(refused.value)
    assert "batching=padded" in str(refused.value)


def test_forced_where_it_cannot_be_is_one_line_and_code_2(
    varied_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """OPT counts positions from its cache, which a paged cache does not allow."""
    settings = {
        "vocab_size": 97, "hidden_size": 32, "ffn_dim": 64, "num_hidden_layers": 1,
        "num_attention_heads": 4, "word_embed_proj_dim": 32, "max_position_embeddings": 512,
    }  # fmt: skip
    OPTForCausalLM(OPTConfig(**settings)).save_pretrained(tmp_path / "opt")
    for file in varied_folder.glob("tokenizer*"):
        shutil.copy(file, tmp_path / "opt")
    command = [
        "eval", "--model", f"hf/{tmp_path / 'opt'}", "--tasks", "arithmetic", "--size", "3",
        "--max-tokens", "4", "--quiet", "--out", str(tmp_path), "--model-option",
    ]  # fmt: skip
    capsys.readouterr()
    assert run([*command, "batching=continuous"]) == 2
    said = capsys.readouterr().err.splitlines()[-1]
    assert said.startswith("assay: model")
    assert "cannot be batched continuously: tried, it fails" in said
    assert not (tmp_path / "runs").exists()
    assert run([*command, "batching=auto"]) == 0


def test_a_sliding_window_is_kept(varied_folder: Path) -> None:
    """Compares a model that sees only the last tokens with transformers' own loop."""
    torch.manual_seed(0)
    config = MistralConfig(
        vocab_size=97, hidden_size=32, intermediate_size=64, num_hidden_layers=2,
        num_attention_heads=4, num_key_value_heads=2, sliding_window=6, initializer_range=0.4,
        eos_token_id=None,
    )  # fmt: skip
    model = MistralForCausalLM(config).eval()
    greedy = hf._sampling_config(model, {"do_sample": False})
    prompts = [
        continuous.Prompt([(11 * i + n) % 97 for i in range(3 + 2 * n)], 15) for n in range(9)
    ]
    serving = continuous.Serving(slots=3, seed=0, ends=frozenset())
    for answer in list(continuous.stream(model, greedy, prompts, serving)):
        tokens_BT = torch.tensor([prompts[answer.number].tokens])
        alone = model.generate(
            tokens_BT, attention_mask=torch.ones_like(tokens_BT), max_new_tokens=15,
            do_sample=False, pad_token_id=0,
        )  # fmt: skip
        assert answer.tokens == alone[0, tokens_BT.shape[1] :].tolist()


def test_what_the_checkpoint_asks_for_is_not_dropped(varied_folder: Path) -> None:
    """A repetition penalty holds in padded batches only: transformers would leave it out."""
    model = LlamaForCausalLM.from_pretrained(varied_folder).eval()
    model.generation_config.repetition_penalty = 1.3
    said = continuous.refusal(model, model.generation_config) or ""
    assert "RepetitionPenaltyLogitsProcessor" in said


def test_auto_asks_whether_it_works_where_it_pays(
    varied_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(continuous, "flash_attention", lambda model: "flash_attention_2")
    monkeypatch.setattr(continuous, "refusal", lambda model, config: None)
    model = LlamaForCausalLM.from_pretrained(varied_folder).eval()
    assert hf._choose_batching("m", model, "auto")[0] == "continuous"
    monkeypatch.setattr(continuous, "refusal", lambda model, config: "it fails")
    assert hf._choose_batching("m", model, "auto") == ("padded", "it fails")


def test_attention_is_switched_for_the_time_being(
    varied_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Uses eager attention instead of flash attention, which needs a GPU."""
    model: Any = load_model(f"hf/{varied_folder}", device="cpu", batching="continuous")
    before = model.model.config._attn_implementation
    monkeypatch.setattr(continuous, "flash_attention", lambda model: "eager")
    answers = model.generate(_requests(PROMPTS[:5]), Sampling(max_tokens=8))
    first = next(answers)
    assert model.model.config._attn_implementation == "paged|eager"
    eager = _by_key([first, *answers])
    assert model.model.config._attn_implementation == before
    monkeypatch.undo()
    assert eager == _by_key(model.generate(_requests(PROMPTS[:5]), Sampling(max_tokens=8)))


def test_older_versions_fall_back(varied_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(continuous, "_config_class", lambda: None)
    model = LlamaForCausalLM.from_pretrained(varied_folder).eval()
    assert "version of transformers" in (continuous.refusal(model, model.generation_config) or "")
