import json

import pytest
import torch
from assay.harness.model import (
    LanguageModel,
    ModelConfig,
    build_tokenizer,
    chat_prompt,
    load_checkpoint,
    save_checkpoint,
)
from assay.sandbox.errors import UsageError
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import load_file, save_file
from transformers import AutoTokenizer

TEXTS = [
    "def f(x):\n    return x + 12 if x >= 3 else None",
    "Alice says: if Bob is a knight then 3 * 4 = 12. ∧ ∨ ¬",
] * 20


@pytest.fixture(scope="module")
def tokenizer():
    return build_tokenizer(TEXTS, 400)


@pytest.fixture
def model(tokenizer) -> LanguageModel:
    torch.manual_seed(0)
    return LanguageModel(
        ModelConfig.preset(
            "nano", vocab_size=len(tokenizer), hidden_size=32, num_hidden_layers=2,
            bos_token_id=tokenizer.bos_token_id, eos_token_id=tokenizer.eos_token_id,
        )
    )  # fmt: skip


@pytest.fixture
def folder(model, tokenizer, tmp_path):
    return save_checkpoint(model, tokenizer, tmp_path / "model")


@settings(max_examples=200, deadline=None)
@given(text=st.text())
def test_any_text_comes_back(tokenizer, text):
    tokens = tokenizer.encode(text, add_special_tokens=False)
    if not any(special in text for special in tokenizer.all_special_tokens):
        assert tokenizer.decode(tokens) == text


def test_digits_tags_and_symbols(tokenizer):
    text = "<think>1234 ∧ return</think><answer>-56.7</answer>"
    pieces = [tokenizer.decode([token]) for token in tokenizer.encode(text)]
    assert [p for p in pieces if p.strip().isdigit()] == list("1234567")
    for whole in ("<think>", "</think>", "<answer>", "</answer>", " return", " ∧"):
        assert whole in pieces
    assert tokenizer.decode(tokenizer.encode(text), skip_special_tokens=True) == text


def test_the_tokenizer_loads_through_transformers(folder, tokenizer):
    loaded = AutoTokenizer.from_pretrained(folder)
    messages = [{"role": "user", "content": "1 + 1?"}]
    prompt = loaded.apply_chat_template(messages, add_generation_prompt=True, tokenize=False)
    assert prompt == "<|bos|><|user|>1 + 1?<|assistant|>"
    assert loaded.encode(prompt, add_special_tokens=False) == chat_prompt(tokenizer, "1 + 1?")
    done = [*messages, {"role": "assistant", "content": "<think>a</think>2"}]
    assert loaded.apply_chat_template(done, tokenize=False) == prompt + "<think>a</think>2<|eos|>"
    assert loaded.eos_token_id == tokenizer.eos_token_id


def test_a_vocabulary_without_room_is_refused():
    with pytest.raises(UsageError, match="vocab_size 100"):
        build_tokenizer(TEXTS, 100)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_a_checkpoint_comes_back_bit_for_bit(model, tokenizer, tmp_path, dtype):
    model.layers[1].mlp.gate.e_score_correction_bias += 0.123
    model.to(dtype)
    loaded, words = load_checkpoint(save_checkpoint(model, tokenizer, tmp_path / "m"))
    assert words.get_vocab() == tokenizer.get_vocab()
    assert loaded.config == model.config
    state = loaded.state_dict()
    for name, tensor in model.state_dict().items():
        assert state[name].dtype == tensor.dtype, name
        assert torch.equal(state[name], tensor), name


def test_prediction_modules_have_deepseeks_names(folder, model):
    stored = load_file(folder / "model.safetensors")
    names = {name.removeprefix("model.layers.2.") for name in stored if ".layers.2." in name}
    assert {"enorm.weight", "hnorm.weight", "eh_proj.weight", "shared_head.norm.weight"} <= names
    assert {"embed_tokens.weight", "shared_head.head.weight", "mlp.gate.weight"} <= names
    assert "mlp.experts.7.down_proj.weight" in names
    assert torch.equal(stored["model.layers.2.shared_head.head.weight"], model.lm_head.weight)


def test_saving_replaces_a_folder_and_a_failure_leaves_it(folder, model, tokenizer, monkeypatch):
    before = (folder / "model.safetensors").read_bytes()

    def full(*_args, **_kwargs):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("assay.harness.model.checkpoint.save_file", full)
        with pytest.raises(OSError, match="No space"):
            save_checkpoint(model, tokenizer, folder)
    assert (folder / "model.safetensors").read_bytes() == before
    with torch.no_grad():
        model.norm.weight.fill_(2.0)
    save_checkpoint(model, tokenizer, folder)
    assert load_checkpoint(folder)[0].norm.weight[0] == 2.0
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


def _edit(folder, change) -> None:
    tensors = load_file(folder / "model.safetensors")
    change(tensors)
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})


def _config(folder, **changes) -> None:
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def _cut(folder) -> None:
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


NORM = "model.layers.0.input_layernorm.weight"


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda f: _edit(f, lambda t: t.pop(NORM)), f"{NORM}' is missing"),
        (lambda f: _edit(f, lambda t: t.pop("model.layers.2.enorm.weight")), r"enorm.*missing"),
        (lambda f: _edit(f, lambda t: t.update(extra=torch.ones(1))), "'extra' is not part"),
        (lambda f: _edit(f, lambda t: t.update({NORM: torch.ones(3)})), r"\[3\].*wants \[32\]"),
        (
            lambda f: _edit(f, lambda t: t.update({NORM: torch.ones(32, dtype=torch.int8)})),
            "int8",
        ),
        (
            lambda f: _edit(f, lambda t: t["model.layers.2.embed_tokens.weight"].zero_()),
            "differs from",
        ),
        (_cut, "model.safetensors: damaged"),
        (lambda f: (f / "model.safetensors").unlink(), "no weights"),
        (lambda f: (f / "config.json").unlink(), "config.json is missing"),
        (lambda f: (f / "config.json").write_text("{"), "config.json: cannot be read"),
        (lambda f: _config(f, model_type="llama"), "model_type is 'llama'"),
        (lambda f: _config(f, hidden_size=64), "wants"),
        (lambda f: _config(f, n_group=5), "n_group is 5"),
        (lambda f: _config(f, quantization_config={"a": 1}), "quantization_config"),
        (lambda f: (f / "tokenizer.json").write_text("{}"), "tokenizer.json: cannot be read"),
    ],
)
def test_a_damaged_checkpoint_is_named_in_one_line(folder, damage, message):
    damage(folder)
    with pytest.raises(UsageError, match=message) as caught:
        load_checkpoint(folder)
    assert "\n" not in str(caught.value).strip()
