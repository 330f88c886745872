"""The bundled backend on tiny random checkpoints in temporary folders."""

import shutil

import pytest
import torch
from assay.harness.backends import load_model, packaged
from assay.harness.backends.contract import Request, Sampling
from assay.harness.model import LanguageModel, ModelConfig, build_tokenizer, save_checkpoint
from assay.sandbox.errors import UsageError
from assay.tasks import Problem

TEXTS = ["1 + 1? The sum of 1 and 1 is 2."] * 20


class _Suite:
    name = "stub"


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    tokenizer = build_tokenizer(TEXTS, 300)
    torch.manual_seed(0)
    model = LanguageModel(
        ModelConfig.preset(
            "nano", vocab_size=len(tokenizer), hidden_size=32, num_hidden_layers=2,
            initializer_range=0.1,
            bos_token_id=tokenizer.bos_token_id, eos_token_id=tokenizer.eos_token_id,
        )
    )  # fmt: skip
    return save_checkpoint(model, tokenizer, tmp_path_factory.mktemp("weights") / "model")


@pytest.fixture
def weights_folder(tmp_path, monkeypatch):
    """An empty folder where the package looks for its weights."""
    folder = tmp_path / "packaged"
    folder.mkdir()
    monkeypatch.setattr(packaged, "PACKAGED", folder)
    return folder


def _requests(count: int, prompt: str = "1 + 1?") -> list[Request]:
    problem = Problem("stub-0", "stub", prompt, "2")
    return [Request(_Suite(), problem, sample, 100 + sample) for sample in range(count)]


def test_completions_are_counted_and_seeded(checkpoint):
    model = load_model(f"bundled/{checkpoint}")
    sampling = Sampling(max_tokens=12, temperature=1.0)
    first = {c.request.sample: c for c in model.generate(_requests(5), sampling)}
    assert len(first) == 5
    assert len({c.text for c in first.values()}) > 1
    for completion in first.values():
        assert completion.finish_reason in ("stop", "length")
        assert 0 < completion.completion_tokens <= 12
        assert completion.prompt_tokens > 4
    again = {c.request.sample: c.text for c in model.generate(_requests(3), sampling)}
    assert all(first[sample].text == text for sample, text in again.items())
    assert model.identity.seeded
    model.close()


def test_a_prompt_beyond_the_context_is_an_ending_of_its_own(checkpoint):
    model = load_model(f"bundled/{checkpoint}")
    requests = [*_requests(1, "word " * 3000), *_requests(2)]
    failed, *answered = model.generate(requests, Sampling(max_tokens=3))
    assert failed.finish_reason == "context_overflow"
    assert "context" in failed.error
    assert [completion.finish_reason for completion in answered] == ["length", "length"]


def test_a_stop_text_is_cut_off(checkpoint):
    model = load_model(f"bundled/{checkpoint}")
    (whole,) = model.generate(_requests(1), Sampling(max_tokens=30))
    stop = whole.text[5:7]
    (cut,) = model.generate(_requests(1), Sampling(max_tokens=30, stop=(stop,)))
    assert cut.text == whole.text[: whole.text.index(stop)]
    assert cut.finish_reason == "stop"


def test_the_packaged_model_and_its_stages(checkpoint, weights_folder):
    shutil.copytree(checkpoint, weights_folder, dirs_exist_ok=True)
    shutil.copytree(checkpoint, weights_folder / "base")
    assert packaged.packaged_stages() == ["base"]
    for name in ("bundled", "bundled/base"):
        identity = load_model(name).identity
        assert identity.name == name
        assert len(identity.revision) == 16


def test_another_stage_has_another_revision(checkpoint, weights_folder):
    shutil.copytree(checkpoint, weights_folder / "base")
    shutil.copytree(checkpoint, weights_folder / "cold")
    (weights_folder / "cold" / "tokenizer.json").write_bytes(
        (weights_folder / "cold" / "tokenizer.json").read_bytes() + b"\n"
    )
    revisions = {load_model(f"bundled/{stage}").identity.revision for stage in ("base", "cold")}
    assert len(revisions) == 2


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("bundled", "no weights are packaged; use a checkpoint folder"),
        ("bundled/", "no weights are packaged; use a checkpoint folder"),
        ("bundled/rl", "bundled/rl': no such folder or packaged stage; use a checkpoint folder"),
    ],
)
def test_absent_weights_are_said_in_one_line(weights_folder, name, message):
    with pytest.raises(UsageError, match=message) as caught:
        load_model(name)
    assert "\n" not in str(caught.value)


def test_an_unknown_stage_lists_the_packaged_ones(checkpoint, weights_folder):
    shutil.copytree(checkpoint, weights_folder / "base")
    with pytest.raises(UsageError, match="use bundled/base or a checkpoint folder"):
        load_model("bundled/rl")
    with pytest.raises(UsageError, match="use bundled/base or a checkpoint folder"):
        load_model("bundled")


def test_a_folder_without_a_checkpoint_or_tokenizer_is_refused(checkpoint, tmp_path):
    with pytest.raises(UsageError, match=r"config\.json is missing"):
        load_model(f"bundled/{tmp_path}")
    shutil.copytree(checkpoint, tmp_path / "mute")
    (tmp_path / "mute" / "tokenizer.json").unlink()
    with pytest.raises(UsageError, match=r"tokenizer\.json is missing"):
        load_model(f"bundled/{tmp_path / 'mute'}")
