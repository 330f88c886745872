"""Runs the scripts of the documents unchanged, with the real packages where they are installed."""

import os
import re
import shlex
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path

import orjson
import pytest
from assay.tasks import load

from .serving import Serve
from .tiny import tiny_model, tiny_tokenizer

ROOT = Path(__file__).resolve().parents[3]
_FENCED = re.compile(r"^```(\w+)\n(.*?)^```", re.DOTALL | re.MULTILINE)


def _blocks(page: str, kind: str = "python") -> list[str]:
    text = (ROOT / "docs" / page).read_text()
    found = [body for language, body in _FENCED.findall(text) if language == kind]
    assert found, f"docs/{page} has no {kind} block"
    return found


def _run(
    command: list[str], folder: Path, **environment: str
) -> "subprocess.CompletedProcess[str]":
    offline = {"HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
    done = subprocess.run(
        command, cwd=folder, env=os.environ | offline | environment,
        capture_output=True, text=True, timeout=280,
    )  # fmt: skip
    assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done


def _script(folder: Path, text: str, name: str = "script.py") -> list[str]:
    (folder / name).write_text(text)
    return [sys.executable, name]


def _needs(package: str, name: str) -> None:
    if find_spec(package) is None:
        pytest.skip(f"{name} is not installed")


def test_trl_trains_two_steps_and_saves(tmp_path: Path) -> None:
    _needs("trl", "TRL")
    train, rules = _blocks("trl.md")
    tokenizer = tiny_tokenizer()
    tokenizer.save_pretrained(tmp_path / "tiny")
    tiny_model(tokenizer).save_pretrained(tmp_path / "tiny")
    train = train.replace("max_completion_length=256", "max_completion_length=8")
    done = _run([*_script(tmp_path, train), "tiny", "2"], tmp_path)
    assert "rewards/assay_arithmetic/mean" in done.stdout
    assert (tmp_path / "grpo-arithmetic" / "final" / "model.safetensors").exists()
    _run(_script(tmp_path, rules), tmp_path)


def test_a_watched_reward_trains(tmp_path: Path) -> None:
    _needs("trl", "TRL")
    (script,) = _blocks("health.md")
    tokenizer = tiny_tokenizer()
    tokenizer.save_pretrained(tmp_path / "tiny")
    tiny_model(tokenizer).save_pretrained(tmp_path / "tiny")
    script = script.replace("max_completion_length=64", "max_completion_length=4")
    done = _run([*_script(tmp_path, script), "tiny", "2"], tmp_path)
    assert "health/reward" in done.stdout


def test_verl_scores_rows_through_its_own_manager(tmp_path: Path) -> None:
    _needs("verl", "verl")
    (script,) = _blocks("verl.md")
    done = _run(_script(tmp_path, script), tmp_path)
    rows = [line for line in done.stdout.splitlines() if line.startswith("{'reward_score'")]
    scores = [float(re.findall(r"'reward_score': ([\d.]+)", row)[0]) for row in rows]
    assert scores == [1.0, 0.0] * 4


def test_verl_knows_the_settings_of_the_launch() -> None:
    _needs("verl", "verl")
    import verl
    from hydra import compose, initialize_config_dir

    (launch,) = [block for block in _blocks("verl.md", "sh") if "main_ppo" in block]
    overrides = [word for word in shlex.split(launch.replace("\\\n", " ")) if "=" in word]
    assert len(overrides) > 10
    folder = Path(verl.__file__).parent / "trainer" / "config"
    with initialize_config_dir(str(folder), version_base=None):
        config = compose("ppo_trainer", overrides=overrides)
    assert config.reward.custom_reward_function.name == "compute_score"


def test_openrlhf_is_answered_by_file_and_server(tmp_path: Path, serve: Serve) -> None:
    reward_file, request, chosen = _blocks("openrlhf.md")
    for script in (reward_file, chosen):
        _run(_script(tmp_path, f"{script}assert callable(reward_func)\n"), tmp_path)
    done = _run(_script(tmp_path, request), tmp_path, ASSAY_URL=serve())
    assert "'rewards': [1.0, 0.0]" in done.stdout


def test_openrlhf_knows_the_options_of_the_launch() -> None:
    _needs("openrlhf", "OpenRLHF")
    spec = find_spec("openrlhf")
    assert spec is not None
    assert spec.origin is not None
    # As text: the module itself imports what only a GPU machine has.
    source = (Path(spec.origin).parent / "cli" / "train_ppo_ray.py").read_text()
    (launch,) = [block for block in _blocks("openrlhf.md", "sh") if "train_ppo_ray" in block]
    options = re.findall(r"(--[\w.]+)", launch)
    assert len(options) > 5
    for option in options:
        assert f'"{option}"' in source, option


def test_server_gives_verdicts(tmp_path: Path, serve: Serve) -> None:
    (script,) = _blocks("server.md")
    done = _run(_script(tmp_path, script), tmp_path, ASSAY_URL=serve())
    assert done.stdout.startswith("correct 1.0")


_PAGE = (ROOT / "docs" / "trainers.md").read_text()
NEEDED = {
    "SkyRL-Gym": "skyrl_gym", "AReaL": "areal.api.reward_api", "OpenEnv": "openenv.core.rubrics",
    "Tinker cookbook": "tinker_cookbook.rl.problem_env", "rLLM": "rllm.rewards.reward_types",
    "NeMo-Gym": "nemo_gym.base_resources_server", "slime and miles": None, "reasoning-gym": None,
}  # fmt: skip


@pytest.mark.parametrize("section", re.findall(r"^## (.+)$", _PAGE, re.MULTILINE))
def test_the_script_of_each_other_trainer_runs(section: str, tmp_path: Path) -> None:
    needed = NEEDED[section]
    if needed is not None:
        pytest.importorskip(needed, reason=f"{section} is not installed", exc_type=ImportError)
    (script,) = _FENCED.findall(_PAGE.partition(f"## {section}\n")[2].partition("\n## ")[0])
    text = (
        script[1].replace("if __name__", "if False and __name__")
        if section == "NeMo-Gym"
        else script[1]
    )
    _run(_script(tmp_path, text), tmp_path)


_EPISODES = (ROOT / "docs" / "environments.md").read_text()
EPISODES_NEED = {
    "Prime `verifiers`": "verifiers.v1", "verl": "verl.experimental.agent_loop.tool_agent_loop",
    "SkyRL-Gym": "skyrl_gym", "OpenEnv": "openenv.core.env_server",
    "NeMo-Gym": "nemo_gym.base_resources_server", "MCP": None,
}  # fmt: skip


@pytest.mark.parametrize("section", re.findall(r"^## (.+)$", _EPISODES, re.MULTILINE))
def test_the_scripts_of_each_environment_run(section: str, tmp_path: Path) -> None:
    needed = EPISODES_NEED[section]
    if needed is not None:
        pytest.importorskip(needed, reason=f"{section} is not installed", exc_type=ImportError)
    text = _EPISODES.partition(f"## {section}\n")[2].partition("\n## ")[0]
    scripts = [body for language, body in _FENCED.findall(text) if language == "python"]
    assert scripts
    for script in scripts:
        runs = script.replace("if __name__", "if False and __name__")
        _run(_script(tmp_path, runs), tmp_path)


def test_ground_truths_are_read_as_the_page_says(tmp_path: Path) -> None:
    (script,) = _blocks("ground_truths.md")
    assert "['34'] ['34']" in _run(_script(tmp_path, script), tmp_path).stdout


def test_audit_finds_the_holes_of_a_substring(tmp_path: Path) -> None:
    (script,) = _blocks("audit.md")
    assert "false_positive on" in _run(_script(tmp_path, script), tmp_path).stdout


class GoldModel(BaseHTTPRequestHandler):
    """An OpenAI-compatible model that streams the gold of every even problem."""

    suite = load("arithmetic", split="train", difficulty=2, size=4)

    def log_message(self, *args: object) -> None:
        """Say nothing."""

    def do_POST(self) -> None:
        body = orjson.loads(self.rfile.read(int(self.headers["content-length"])))
        asked = body["messages"][-1]["content"].strip()
        place = [problem.prompt.strip() for problem in self.suite].index(asked)
        text = self.suite.gold(self.suite[place]) if place % 2 == 0 else "no idea"
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.end_headers()
        for delta, reason in (({"role": "assistant", "content": text}, None), ({}, "stop")):
            choice = {"index": 0, "delta": delta, "finish_reason": reason}
            chunk = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
            self.wfile.write(b"data: " + orjson.dumps(chunk | {"choices": [choice]}) + b"\n\n")
        self.wfile.write(b"data: [DONE]\n\n")


def _taskset(tmp_path: Path) -> None:
    module, script = _blocks("prime.md")
    (tmp_path / "assay_arithmetic.py").write_text(module.replace("size=256", "size=4"))
    assert _run(_script(tmp_path, script), tmp_path).stdout.count("knights_and_knaves/") == 2


def _command(name: str) -> str:
    return str(Path(sys.executable).parent / name)


def test_prime_validates_the_taskset_of_the_page(tmp_path: Path) -> None:
    _needs("verifiers", "verifiers")
    _taskset(tmp_path)
    command = [_command("vf-validate"), "assay_arithmetic", "--runtime.type", "subprocess"]
    _run(command, tmp_path, PYTHONPATH=".")
    (summary,) = tmp_path.glob("outputs/*/summary.json")
    checks = orjson.loads(summary.read_bytes())["checks"]
    assert checks["gold"]["valid"] == checks["noop"]["valid"] == 4


def test_prime_evaluates_with_its_own_command(tmp_path: Path) -> None:
    _needs("verifiers", "verifiers")
    _taskset(tmp_path)
    (line,) = [block for block in _blocks("prime.md", "sh") if "vf-eval" in block]
    server = ThreadingHTTPServer(("127.0.0.1", 0), GoldModel)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    command = shlex.split(line.replace("\\\n", " ").replace("8000", str(server.server_port)))
    _run([_command(command[0]), *command[1:]], tmp_path, PYTHONPATH=".", KEY="none")
    server.shutdown()
    (traces,) = tmp_path.glob("outputs/*/traces.jsonl")
    rewards = {}
    for episode in map(orjson.loads, traces.read_bytes().splitlines()):
        (trace,) = episode["traces"]
        rewards[trace["task"]["data"]["idx"]] = trace["rewards"]["verdict"]["score"]
    assert rewards == {0: 1.0, 1: 0.0, 2: 1.0, 3: 0.0}
