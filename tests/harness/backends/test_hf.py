"""The transformers backend on a tiny model with random weights, made here."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from assay.harness.backends import load_model
from assay.harness.backends.contract import Request, Sampling
from assay.sandbox.errors import UsageError
from assay.tasks import Problem

CONTEXT = 64


class _Named:
    name = "named"


def _requests(prompts: list[str]) -> Iterator[Request]:
    for number, prompt in enumerate(prompts):
        problem = Problem(str(number), "named", prompt, "answer")
        yield Request(_Named(), problem, 0, seed=number)  # type: ignore[arg-type]


PROMPTS = ["a", "what is 2+2?", "a longer prompt with some words in it", "b?", "xyz"]


def test_a_batch_answers_as_one_prompt_alone_does(folder: Path) -> None:
    """Greedy text must not depend on padding or on the other prompts of the batch."""
    sampling = Sampling(max_tokens=12)
    together = load_model(f"hf/{folder}", batch_size=8, device="cpu")
    alone = load_model(f"hf/{folder}", batch_size=1, device="cpu")
    texts = {c.request.problem.id: c.text for c in together.generate(_requests(PROMPTS), sampling)}
    single = {c.request.problem.id: c.text for c in alone.generate(_requests(PROMPTS), sampling)}
    assert texts == single
    assert len(texts) == len(PROMPTS)


def test_sampling_with_a_seed_repeats(folder: Path) -> None:
    model = load_model(f"hf/{folder}", device="cpu")
    sampling = Sampling(max_tokens=10, temperature=1.0)
    first = [c.text for c in model.generate(_requests(PROMPTS), sampling)]
    again = [c.text for c in model.generate(_requests(PROMPTS), sampling)]
    assert first == again
    assert len(set(first)) > 1


def test_lengths_and_finish_reasons(folder: Path) -> None:
    model = load_model(f"hf/{folder}", device="cpu")
    for completion in model.generate(_requests(PROMPTS), Sampling(max_tokens=7)):
        assert completion.prompt_tokens == len(completion.request.problem.prompt)
        assert completion.completion_tokens is not None
        assert completion.completion_tokens <= 7
        expected = "length" if completion.completion_tokens == 7 else "stop"
        assert completion.finish_reason == expected


def test_a_stop_string_is_cut_off(folder: Path) -> None:
    model = load_model(f"hf/{folder}", device="cpu")
    whole = next(iter(model.generate(_requests(["hello"]), Sampling(max_tokens=12)))).text
    stop = whole[4]
    cut = next(iter(model.generate(_requests(["hello"]), Sampling(max_tokens=12, stop=(stop,)))))
    assert cut.text == whole[: whole.index(stop)]
    assert cut.finish_reason == "stop"


def test_a_prompt_beyond_the_context_is_an_ending_of_its_own(folder: Path) -> None:
    model = load_model(f"hf/{folder}", device="cpu")
    completions = list(model.generate(_requests(["x" * CONTEXT, "ok"]), Sampling(max_tokens=4)))
    by_id = {c.request.problem.id: c for c in completions}
    assert by_id["0"].finish_reason == "context_overflow"
    assert "context of 64" in (by_id["0"].error or "")
    assert by_id["1"].finish_reason in ("stop", "length")


def test_other_weights_have_another_revision(folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "tiny"
    shutil.copytree(folder, copy)
    first = load_model(f"hf/{folder}", device="cpu").identity.revision
    assert first == load_model(f"hf/{copy}", device="cpu").identity.revision
    weights = copy / "model.safetensors"
    data = bytearray(weights.read_bytes())
    data[-1] ^= 1
    weights.write_bytes(data)
    assert first != load_model(f"hf/{copy}", device="cpu").identity.revision


def test_a_prefix_is_continued(folder: Path) -> None:
    model = load_model(f"hf/{folder}", device="cpu")
    whole = next(iter(model.generate(_requests(["hello"]), Sampling(max_tokens=12)))).text
    request = replace(next(_requests(["hello"])), prefix=whole[:5])
    rest = next(iter(model.generate(iter([request]), Sampling(max_tokens=7))))
    assert rest.text == whole[5:]
    assert rest.prompt_tokens == 10


def test_a_thought_that_the_prompt_opened_is_counted_without_its_end(folder: Path) -> None:
    model = load_model(f"hf/{folder}", device="cpu")
    for template, counted in ((None, None), ("{{ messages[0]['content'] }}<think>", 9)):
        model.tokenizer.chat_template = template  # type: ignore[attr-defined]
        completion = next(iter(model.generate(_requests(["hello"]), Sampling(max_tokens=9))))
        assert completion.thinking_tokens == counted


@pytest.mark.parametrize("name", ["", "/no/such/folder", "/no/such/file.gguf"])
def test_what_cannot_be_loaded_is_one_line(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(UsageError) as refusal:
        load_model(f"hf/{name}")
    assert "\n" not in str(refusal.value)
