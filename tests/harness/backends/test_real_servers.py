"""Real servers with tiny models made here: those of transformers, llama.cpp and llama-cpp-python.

They take a minute to start, so they run only where $ASSAY_REAL_SERVERS is set, to `1` or to the
Python of an environment that has xllamacpp (llama.cpp's own server) or llama-cpp-python[server]:

    ASSAY_REAL_SERVERS=1 python -m pytest tests/harness/backends/test_real_servers.py
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from assay.harness.backends import load_model
from assay.harness.backends.contract import Sampling
from assay.harness.evaluation import TaskSpec, evaluate
from transformers import AutoTokenizer, GPT2Config, GPT2LMHeadModel

ASKED = os.environ.get("ASSAY_REAL_SERVERS", "")
pytestmark = pytest.mark.skipif(not ASKED, reason="$ASSAY_REAL_SERVERS is not set")
SPEC = TaskSpec("arithmetic", {"size": 4, "difficulty": 1})
START_SECONDS = 240
CHAT = "{% for m in messages %}{{ m['content'] }}\n{% endfor %}"


def _python() -> str:
    return sys.executable if ASKED == "1" else ASKED


@contextmanager
def _running(command: list[str], port: int, ready: str) -> Iterator[str]:
    """The address of a server, once it is ready."""
    url = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and process.poll() is None:
            try:
                with urlopen(url + ready, timeout=5):
                    break
            except (URLError, OSError):
                time.sleep(0.5)
        else:
            process.kill()
            assert process.stdout is not None
            pytest.fail(f"the server did not start: {process.stdout.read()[-2000:].decode()}")
        yield url + "/v1"
    finally:
        process.kill()
        process.wait()


def _port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as opened:
        return int(opened.getsockname()[1])


def _answers(model: Any, out: Path, run_id: str, sampling: Sampling) -> dict[str, Any]:
    run = evaluate(model, [SPEC], sampling=sampling, out=out, run_id=run_id, progress=False)
    assert run.summary["missing"] == 0
    return {record["problem_id"]: record for record in run.folder.samples()}


def test_transformers_serve_answers_as_the_weights_do(folder: Path, tmp_path: Path) -> None:
    """The greedy text of each prompt is that of `hf/`, and its ending has the same name."""
    import shutil

    model_folder = tmp_path / "model"
    shutil.copytree(folder, model_folder)
    config = model_folder / "config.json"
    config.write_text(config.read_text().replace('"max_position_embeddings": 64',
                                                 '"max_position_embeddings": 2048'))  # fmt: skip
    tokenizer = AutoTokenizer.from_pretrained(model_folder)
    tokenizer.chat_template = CHAT
    tokenizer.save_pretrained(model_folder)
    port = _port()
    command = [sys.executable, "-m", "transformers.cli.transformers", "serve", str(model_folder),
               "--port", str(port), "--device", "cpu", "--dtype", "float32"]  # fmt: skip
    sampling = Sampling(max_tokens=12)
    with _running(command, port, "/health") as url:
        served = load_model(f"openai/{model_folder}", base_url=url, concurrency=2, timeout=60.0)
        got = _answers(served, tmp_path, "served", sampling)
    expected = _answers(load_model(f"hf/{model_folder}", device="cpu"), tmp_path, "hf", sampling)
    assert len(got) == 4
    for key, record in expected.items():
        assert got[key]["completion"] == record["completion"]
        assert got[key]["finish_reason"] == record["finish_reason"]


def _gguf(path: Path) -> Path:
    """A tiny GPT-2 with random weights and a vocabulary of bytes, as a GGUF file."""
    import gguf

    words = [chr(c) for c in [*range(33, 127), *range(161, 173), *range(174, 256)]]
    words += [chr(256 + n) for n in range(256 - len(words))]
    words += ["Ġa", "<|endoftext|>"]
    config = GPT2Config(vocab_size=len(words), n_positions=512, n_embd=32, n_layer=2, n_head=4)
    model = GPT2LMHeadModel(config)
    writer = gguf.GGUFWriter(str(path), "gpt2")
    writer.add_block_count(2)
    writer.add_context_length(512)
    writer.add_embedding_length(32)
    writer.add_feed_forward_length(128)
    writer.add_head_count(4)
    writer.add_layer_norm_eps(1e-5)
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(words)
    writer.add_token_types([1] * (len(words) - 1) + [3])
    writer.add_token_merges(["Ġ a"])
    writer.add_eos_token_id(len(words) - 1)
    writer.add_bos_token_id(len(words) - 1)
    writer.add_chat_template(CHAT)
    names = gguf.get_tensor_name_map(gguf.MODEL_ARCH.GPT2, 2)
    for name, tensor in model.state_dict().items():
        if name.endswith((".attn.bias", "attn.masked_bias")):
            continue
        short = names.get_name(name, try_suffixes=(".weight", ".bias"))
        assert short is not None, name
        values = tensor.t() if name.endswith(("c_attn.weight", "c_fc.weight", "c_proj.weight")) \
            else tensor  # fmt: skip
        writer.add_tensor(short, values.float().contiguous().numpy())
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


LLAMA_CPP = """
import sys, time, xllamacpp
params = xllamacpp.CommonParams()
params.model.path, params.port = sys.argv[1], int(sys.argv[2])
params.n_ctx, params.n_parallel, params.warmup = 512, 1, False
server = xllamacpp.Server(params)
time.sleep(3600)
"""


@pytest.mark.parametrize("package", ["xllamacpp", "llama_cpp.server"])
def test_servers_of_llama_cpp(package: str, tmp_path: Path) -> None:
    """Every sample has a named ending; a prompt beyond the context is called what it is."""
    if subprocess.run([_python(), "-c", f"import {package}"], stderr=subprocess.DEVNULL).returncode:
        pytest.skip(f"{package} is not installed")
    weights, port = _gguf(tmp_path / "tiny.gguf"), _port()
    command = [_python(), "-m", "llama_cpp.server", "--model", str(weights), "--port", str(port),
               "--n_ctx", "512", "--model_alias", "tiny"]  # fmt: skip
    if package == "xllamacpp":
        command = [_python(), "-c", LLAMA_CPP, str(weights), str(port)]
    with _running(command, port, "/v1/models") as url:
        options: dict[str, Any] = {"base_url": url, "concurrency": 2, "timeout": 60.0, "retries": 2}
        for endpoint in ("chat", "completions"):
            model = load_model("openai/tiny", endpoint=endpoint, **options)
            records = _answers(model, tmp_path, endpoint, Sampling(max_tokens=8))
            assert len(records) == 4
            assert {one["finish_reason"] for one in records.values()} <= {"stop", "length", "empty"}
        small = load_model("openai/tiny", server="llama.cpp", **options)
        spec = TaskSpec("arithmetic", {"size": 2, "difficulty": 1})
        from assay.harness.evaluation import PromptSettings

        run = evaluate(small, [spec], sampling=Sampling(max_tokens=8), out=tmp_path, run_id="long",
                       prompts=PromptSettings(system="word " * 600), progress=False)  # fmt: skip
        assert {one["finish_reason"] for one in run.folder.samples()} == {"context_overflow"}
