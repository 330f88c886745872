"""What importing a part of assay, or asking for help, loads; and what a missing extra says."""

import json
import subprocess
import sys

import pytest
from assay.harness import cli
from assay.sandbox.errors import UsageError
from assay.sandbox.extras import require

HEAVY = ("torch", "scipy", "datasets", "transformers", "sympy", "pandas", "docker", "openai",
         "fastapi", "uvicorn", "trl", "safetensors", "tokenizers", "huggingface_hub")  # fmt: skip
FOR_SETTINGS = ("pydantic", "numpy", "orjson", "tqdm")
MODULES = (
    "assay.tasks", "assay.harness.evaluation", "assay.harness.scoring",
    "assay.harness.comparison", "assay.harness.leaderboard.build", "assay.harness.audit",
    "assay.harness.adapters.openrlhf", "assay.harness.adapters.prime",
    "assay.harness.adapters.reasoning_gym", "assay.harness.adapters.trl",
    "assay.harness.adapters.verl", "assay.harness.export", "assay.harness.doctor",
    "assay.harness.server", "assay.harness.checking",
)  # fmt: skip
AFTER_EACH = """
import contextlib, io, json, sys
loaded = {{}}
for step in {steps!r}:
    with contextlib.redirect_stdout(io.StringIO()):
        exec(step)
    loaded[step] = sorted({{name.partition(".")[0] for name in sys.modules}})
print(json.dumps(loaded))
"""


def loaded_after(*steps: str) -> dict[str, set[str]]:
    """The top-level modules that one fresh interpreter has loaded after each step of code."""
    done = subprocess.run(
        [sys.executable, "-c", AFTER_EACH.format(steps=steps)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return {step: set(found) for step, found in json.loads(done.stdout).items()}


def test_importing_loads_nothing_heavy():
    for step, found in loaded_after(*(f"import {module}" for module in MODULES)).items():
        assert not found & set(HEAVY), step


@pytest.mark.parametrize("flag", ["--help", "--version"])
def test_help_loads_no_verb(flag):
    (found,) = loaded_after(f"from assay.harness.cli import run\nrun([{flag!r}])").values()
    assert not found & {*HEAVY, *FOR_SETTINGS}


def test_the_help_of_a_verb_loads_no_framework():
    run = "from assay.harness.cli import run\nassert run([{!r}, '--help']) == 0"
    for step, found in loaded_after(*(run.format(verb) for verb in cli.VERBS)).items():
        assert not found & set(HEAVY), step


@pytest.mark.parametrize("verb", sorted(cli.VERBS))
def test_the_summary_of_a_verb_is_the_first_line_of_its_docstring(verb):
    place, summary = cli.VERBS[verb]
    command = cli._command(verb, place)
    assert command.help.partition("\n")[0] == summary


WITHOUT = """
import sys
for name in {names!r}:
    sys.modules[name] = None
from assay.harness.cli import run
sys.exit(run({arguments!r}))
"""


def without(names, arguments, folder):
    """Run a command line in an interpreter that cannot import these modules."""
    code = WITHOUT.format(names=names, arguments=[str(argument) for argument in arguments])
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=folder)


EVAL = ["eval", "--tasks", "arithmetic", "--size", "6", "--difficulty", "1", "--quiet"]
OPTIONAL = ["torch", "scipy", "datasets", "transformers", "docker", "openai", "fastapi"]


def test_eval_score_and_a_board_of_one_run_need_the_core_alone(tmp_path):
    done = without(OPTIONAL, [*EVAL, "--model", "oracle", "--samples", "2"], tmp_path)
    assert done.returncode == 0, done.stderr
    assert "100.0%" in done.stdout
    rows = tmp_path / "rows.jsonl"
    rows.write_text('{"id": "arithmetic-test-d1-s0-0", "completion": "no"}\n')
    scored = ["score", "--tasks", "arithmetic", "--difficulty", "1", "--file", rows, "--quiet",
              "--out", "scored"]  # fmt: skip
    done = without(OPTIONAL, scored, tmp_path)
    assert done.returncode == 0, done.stderr
    done = without(OPTIONAL, ["leaderboard"], tmp_path)
    assert done.returncode == 0, done.stderr
    assert without(OPTIONAL, ["doctor", "--json"], tmp_path).returncode in (0, 3)


def test_compare_without_scipy_names_the_extra(tmp_path):
    for model in ("oracle", "random"):
        done = without([], [*EVAL, "--model", model, "--run-id", model], tmp_path)
        assert done.returncode == 0, done.stderr
    done = without(["scipy"], ["compare", "oracle", "random"], tmp_path)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert 'pip install "assay[stats]"' in done.stderr


@pytest.mark.parametrize("missing", ["fastapi", "uvicorn", "prometheus_client"])
def test_serve_without_its_packages_names_the_extra(missing, tmp_path):
    done = without([missing], ["serve"], tmp_path)
    assert done.returncode == 2
    assert done.stderr.rstrip().count("\n") == 0
    assert 'pip install "assay[serve]"' in done.stderr


def test_a_parquet_export_without_datasets_names_the_extra(tmp_path):
    export = ["export", "verl", "--tasks", "arithmetic", "--size", "3", "--out", "x"]
    done = without(["datasets"], export, tmp_path)
    assert done.returncode == 2
    assert 'pip install "assay[data]"' in done.stderr


def test_require_names_module_and_extra():
    assert require("json", "model") is json
    with pytest.raises(UsageError, match=r'pip install "assay\[model\]"'):
        require("no_such_module_of_ours", "model")
